// Package secrets computes Secrets and ConfigMaps: sources become entries, entries become an object,
// and two objects are compared and edited by key.
//
// Whatever it says about a value is its key, its place and its size. No error, no finding and no
// change holds a value, nor a line of a file that may hold one: a line that can't be read may well be
// a piece of a key.
package secrets
