// Package expose computes how an app is reached: the Service for a workload, the rules of an Ingress, the ready endpoints,
// and the addresses and URLs that lead there. It computes only.
package expose
