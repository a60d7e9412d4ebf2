package config

// FilterPolarity says what a true bit in a CSTA monitor filter means; the field
// disagrees with itself.
type FilterPolarity string

const (
	TrueBlocks FilterPolarity = "true_blocks" // as ECMA-269 has it: filtered out
	TruePasses FilterPolarity = "true_passes" // the inverse
)

// CSTAListener serves one switch to T-Servers.
type CSTAListener struct {
	Name    string `hcl:"name,label" form:"name"`
	Address string `hcl:"address,required" form:"listen"`
	// Switch is the name of the switch that the listener serves.
	Switch string `hcl:"switch,required" form:"name"`
	// Edition of ECMA-323 for clients that don't name one.
	Edition int `hcl:"edition" range:"3..6" default:"4"`
	// StatusFirst: send SystemStatus as soon as a client is associated, before
	// it asks.
	StatusFirst bool           `hcl:"status_first" default:"true"`
	Filter      FilterPolarity `hcl:"filter" oneof:"true_blocks|true_passes" default:"true_blocks"`
	// Resume is what a client that comes back gets: the events that it missed,
	// or the state as it is.
	Resume string `hcl:"resume" oneof:"replay|snapshot" default:"replay"`
	// Serve: "leader" makes a follower's listener say that it isn't normal;
	// "any" makes it serve and forward.
	Serve string `hcl:"serve" oneof:"leader|any" default:"leader"`
	// SessionLife is how long a session and its monitors outlive its connection.
	SessionLife Duration `hcl:"session_life" range:"30s..24h" default:"180s"`
	// Heartbeat is the silence after which SystemStatus is sent; 0: never.
	Heartbeat       Duration `hcl:"heartbeat" range:"1s..10m" off:"true" default:"30s"`
	HeartbeatMisses int      `hcl:"heartbeat_misses" range:"1..10" default:"2"` // unanswered ones before the connection is closed
	MaxClients      int      `hcl:"max_clients" range:"1..10000" default:"1000"`
	// QueueRecords and QueueBytes bound what waits for one client; beyond, it is
	// disconnected.
	QueueRecords int      `hcl:"queue_records" range:"100..1000000" default:"20000"`
	QueueBytes   int      `hcl:"queue_bytes" range:"131072..1073741824" default:"16777216"`
	WriteTimeout Duration `hcl:"write_timeout" range:"100ms..5m" default:"10s"` // a client that takes nothing for so long is disconnected
}

// Client gives a name to a T-Server that shows no certificate.
type Client struct {
	Name string `hcl:"name,label" form:"name"`
	// Addresses it comes from: IP addresses or prefixes like 10.1.0.0/16.
	Addresses []string `hcl:"addresses" form:"prefix"`
	// Applications are the ECMA-354 application IDs that it gives.
	Applications []string `hcl:"applications" form:"text"`
}
