# Everything that a file may hold.
node {
  id             = "n1"
  site           = "east"
  data_dir       = "/var/lib/holdline"
  log_store      = "bolt"
  raft_listen    = ":7500"
  raft_advertise = "n1.example:7500"
  api_listen     = "127.0.0.1:7501"
  http_listen    = "127.0.0.1:7502"
  timing         = "lan"
  log_level      = "debug"
  log_format     = "text"
}

tls {
  cert = "/etc/holdline/n1.pem"
  key  = "/etc/holdline/n1.key"
  ca   = "/etc/holdline/ca.pem"
}

cluster {
  peer "n1" {
    address = "n1.example:7500"
  }
  peer "n2" {
    address = "n2.example:7500"
  }
  peer "n3" {
    address = "n3.example:7500"
  }
}

csta_listener "north" {
  address          = ":7410"
  switch           = "pbx"
  edition          = 5
  status_first     = false
  filter           = "true_passes"
  resume           = "snapshot"
  serve            = "any"
  session_life     = "5m"
  heartbeat        = "0s"
  heartbeat_misses = 3
  max_clients      = 10
  queue_records    = 500
  queue_bytes      = 1048576
  write_timeout    = "2s"
}

client "tserver1" {
  addresses    = ["10.1.2.3", "10.2.0.0/16", "2001:db8::1"]
  applications = ["TS1"]
}

switch "pbx" {
  protocol            = "csta"
  edition             = 3
  filter              = "true_passes"
  association         = "explicit"
  application         = "acd"
  session             = "90s"
  standby             = "cold"
  monitor_release     = "0s"
  requests_per_second = 0
  request_timeout     = "1500ms"
  connect_timeout     = "2s"
  reconnect_max       = "30s"
  keepalive           = "15s"
  keepalive_misses    = 1
  resync_rate         = 7
  spares              = 2
  failback            = "manual"
  failback_after      = "90s"
  restart_delay       = "7s"
  call_gap            = "100ms"
  device_gap          = "200ms"
  linger              = "forever"
  stuck_calls         = "ignore"

  link "a" {
    address  = "10.9.0.1:1040"
    priority = 1
  }
  link "b" {
    address  = "[2001:db8::9]:1040"
    priority = 2
    disabled = true
    keepalive        = "3s"
    keepalive_misses = 4
  }

  dn "1000" {
    aliases       = ["+4930123400", "sip:1000@example.net"]
    service_from  = "client"
    owner_clients = ["tserver1"]
    site          = "east"
  }
  dn "9000" {
    kind          = "route_point"
    default_route = "1000"
  }
  dn_range {
    from         = "0100"
    to           = "0199"
    kind         = "acd"
    service_from = "register"
    site         = "west"
  }
}

limits {
  entry_bytes          = 65536
  feed_records         = 5000
  feed_bytes           = 4294967296
  sessions             = 12
  monitors_per_session = 34
  intents              = 56
  call_data_bytes      = 1024
  handshakes_pending   = 8
}

timers {
  tombstone          = "90s"
  unclaimed_monitors = "45s"
  request            = "20s"
  stuck_alerting     = "30s"
  stuck_queued       = "5m"
  stuck_held         = "6m"
  stuck_connected    = "2h"
  route_reply        = "250ms"
}
