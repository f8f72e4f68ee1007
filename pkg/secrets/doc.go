// Package secrets is the place for the pure part of Secrets and ConfigMaps: sources to objects,
// edits by key, consumers, masked diffs. It is still empty.
package secrets
