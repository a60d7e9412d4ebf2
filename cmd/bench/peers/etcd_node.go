package peers

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
)

// etcdNode runs an etcd server with its own defaults.
func etcdNode(c NodeConfig) error {
	e := embed.NewConfig()
	e.Name, e.Dir = c.Name, c.Dir
	e.Logger, e.LogLevel, e.LogOutputs = "zap", "error", []string{"stderr"}
	e.ListenPeerUrls, e.AdvertisePeerUrls = urls(c.Raft[c.Name]), urls(c.Raft[c.Name])
	e.ListenClientUrls, e.AdvertiseClientUrls = urls(c.Serve), urls(c.Serve)
	var all []string
	for name, at := range c.Raft {
		all = append(all, name+"=http://"+at)
	}
	slices.Sort(all)
	e.InitialCluster = strings.Join(all, ",")
	server, err := embed.StartEtcd(e)
	if err != nil {
		return fmt.Errorf("start etcd: %w", err)
	}
	defer server.Close()
	out := &reporter{out: os.Stdout}
	select {
	case <-server.Server.ReadyNotify():
		out.say(report{Said: "up"})
	case <-time.After(time.Minute):
		return fmt.Errorf("etcd isn't ready after a minute")
	}
	return orders(func(order) {})
}

func urls(at string) []url.URL { return []url.URL{{Scheme: "http", Host: at}} }
