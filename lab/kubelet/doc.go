// Package kubelet plays the kubelet for every pod that is bound to a node of the lab: it feeds the machines of package
// lifecycle from the API server, writes what they say, and serves the kubelet's HTTPS API for logs and metrics.
package kubelet
