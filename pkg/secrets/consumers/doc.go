// Package consumers computes who uses a Secret or ConfigMap, by key, who still holds older values, and whom a change of it
// concerns.
package consumers
