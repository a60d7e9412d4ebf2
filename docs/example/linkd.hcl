# /etc/holdline/linkd.hcl on the first host. On the other two, only id and site
# differ.

node {
  id       = "n1"                # n2 and n3 on the others; for ever
  site     = "east"
  data_dir = "/var/lib/holdline" # made with mode 0700
}

# The same on every node.
cluster {
  peer "n1" {
    address = "10.0.0.1:7400"
  }
  peer "n2" {
    address = "10.0.0.2:7400"
  }
  peer "n3" {
    address = "10.0.0.3:7400"
  }
}

# Mutual TLS between the nodes; the certificate's name is the node ID.
# tls {
#   cert = "/etc/holdline/n1.pem"
#   key  = "/etc/holdline/n1.key"
#   ca   = "/etc/holdline/ca.pem"
# }

# Where T-Servers connect, on every node: one listener for each switch.
csta_listener "tservers" {
  address = ":1040"
  switch  = "pbx"
}

# A T-Server that moves to another address keeps its session if it has a name.
client "tserver-east" {
  addresses = ["10.0.1.11", "10.0.1.12"]
}

# The switch seeds an empty cluster; afterwards `linkctl dn` changes its DNs.
switch "pbx" {
  link "a" {
    address  = "10.0.2.1:1040"
    priority = 2 # the highest that works is chosen
  }
  link "b" {
    address  = "10.0.2.2:1040"
    priority = 1
  }

  dn_range {
    from = "1000"
    to   = "1999"
  }
  dn_range {
    from = "7000"
    to   = "7009"
    kind = "acd"
  }
  dn "9000" {
    kind          = "route_point"
    default_route = "7000"
  }
}
