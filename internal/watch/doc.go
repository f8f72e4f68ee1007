// Package watch turns the API's watches of a release's workloads into a channel of snapshots: what
// pkg/rollout judges. It asks for as little as it can (filtered lists that the server streams,
// protobuf, objects cut down on arrival to what the engine reads) and keeps at it through watches
// that end, expired versions, throttling and restarts of the API server.
//
// One goroutine, Watcher.run, owns the output. The streams, one goroutine for each list and watch,
// write into the caches under one lock and poke the channel `dirty`, so bursts coalesce.
package watch
