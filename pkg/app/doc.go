// Package app says what an app is doing: one workload with all that is around it (Report), and the workloads of a
// namespace or of all. Objects come in as they were read, a report comes out: it computes only. The causes are those of
// pkg/diagnosis/chain, so that `why`, the page of one app and the list name one cause by one rule.
//
// The state of a workload is in state.go, for both. The files of the list begin with list; all others are about one app.
package app
