// Package cluster tests the built lab from outside: its processes, its files and
// its exit codes, through crashes of each part. It has no code of its own.
package cluster
