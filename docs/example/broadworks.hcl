# A node whose switch is a Cisco BroadWorks; see docs/broadworks.md. On the other
# nodes of the cluster only id differs.

node {
  id       = "n1"
  data_dir = "/var/lib/holdline"
}
cluster {
  peer "n1" {
    address = "10.0.0.1:7400"
  }
}
csta_listener "tservers" {
  address = ":1040"
  switch  = "bw"
}

switch "bw" {
  protocol    = "broadworks"
  application = "holdline-east"

  broadworks {
    user          = "ctiadmin@pbx.example"
    password_file = "/etc/holdline/bw.password" # mode 0600; or HOLDLINE_PASSWORD_BW
    domain        = "pbx.example"
    tls           = true
    controller    = "holdline-routing"
  }
  link "xsp1" {
    address = "xsp1.pbx.example:443"
  }
  link "xsp2" {
    address = "xsp2.pbx.example:443"
  }

  dn_range {
    from = "1000"
    to   = "1999"
  }
  dn "1001" {
    aliases = ["+15550121001"]
  }
  dn "7000" {
    kind = "acd" # the virtual user of a call center
  }
  dn "6000" {
    kind = "route_point"
  }
}
