// Package authority signs certificates for nodes, so that clusters can be tried
// and tested under TLS. Its keys live as long as the process: for a cluster in
// service use your own authority.
//
// It never talks to anybody and never keeps its private key on a disk.
package authority
