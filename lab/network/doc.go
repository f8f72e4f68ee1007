// Package network is the lab's network: it leads the API server to pods and Services, and opens node ports, load balancers
// and a router for Ingresses on this machine's loopback.
package network
