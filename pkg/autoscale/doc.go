// Package autoscale computes what autoscalers do to the replicas of a workload, and how they are told to leave them.
package autoscale
