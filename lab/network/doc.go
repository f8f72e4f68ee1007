// Package network is the lab's network: it leads the API server to the pods.
package network
