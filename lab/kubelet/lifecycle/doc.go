// Package lifecycle computes what a kubelet would report about one pod. No container runs: what a program would do is told
// by the words in the tag of its image and by annotations of its pod (docs/lab.md).
//
// A pod, what it refers to and the time go into a Machine; the pod's status, events, log lines and the time to wake up
// next come out. It follows the structure of the real kubelet (a pod worker, a relist of the runtime each second, probe
// workers, a cache of start failures, back-off per container), because the order in which a kubelet's texts come and go
// follows from that structure and from nothing simpler.
package lifecycle
