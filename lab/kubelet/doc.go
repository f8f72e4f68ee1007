// Package kubelet plays the kubelet for every pod that is bound to a node of
// the lab. No container runs: what a program would do is told by the words in
// the tag of its image and by annotations of its pod (docs/lab.md), and this
// package reports what a real kubelet would report about it.
//
// The package has two halves. The Machine computes: one pod, what it refers to
// and the time go in; the pod's status, events, log lines and the time to wake
// up next come out. It follows the structure of the real kubelet (a pod worker,
// a relist of the runtime each second, probe workers, a cache of start failures,
// back-off per container), because the order in which a kubelet's texts come and
// go follows from that structure and from nothing simpler. Run acts: it feeds
// Machines from the API server, writes what they say, and serves the kubelet's
// HTTPS API for logs and metrics.
package kubelet
