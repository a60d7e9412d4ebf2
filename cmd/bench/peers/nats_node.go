package peers

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// natsNode runs a NATS server with JetStream that syncs always.
func natsNode(c NodeConfig) error {
	o := &server.Options{
		ServerName: c.Name, NoSigs: true, JetStream: true, StoreDir: c.Dir, SyncAlways: true,
		Cluster: server.ClusterOpts{Name: "peers"},
	}
	var err error
	if o.Host, o.Port, err = split(c.Serve); err != nil {
		return err
	}
	if o.Cluster.Host, o.Cluster.Port, err = split(c.Raft[c.Name]); err != nil {
		return err
	}
	for name, at := range c.Raft {
		if name != c.Name {
			o.Routes = append(o.Routes, &url.URL{Scheme: "nats", Host: at})
		}
	}
	s, err := server.NewServer(o)
	if err != nil {
		return fmt.Errorf("make a NATS server: %w", err)
	}
	s.Start()
	defer s.WaitForShutdown()
	defer s.Shutdown()
	if !s.ReadyForConnections(time.Minute) {
		return fmt.Errorf("the NATS server isn't ready after a minute")
	}
	(&reporter{out: os.Stdout}).say(report{Said: "up"})
	return orders(func(order) {})
}

func split(at string) (string, int, error) {
	host, port, err := net.SplitHostPort(at)
	if err != nil {
		return "", 0, err
	}
	n, err := strconv.Atoi(port)
	return host, n, err
}
