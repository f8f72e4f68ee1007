// Package config reads and writes the Secrets and ConfigMaps of a cluster: it creates and applies them, sets,
// removes and restores keys, makes versions, and finds and prunes them. It finds what uses them, too. Errors of
// the API are *cluster.Error.
package config

import "github.com/kubectl-app/kubectl-app/internal/cluster"

// Client reads and writes the Secrets and ConfigMaps of a cluster.
type Client struct{ *cluster.Cluster }

// New makes the Client of a cluster.
func New(c *cluster.Cluster) Client { return Client{c} }
