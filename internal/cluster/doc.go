// Package cluster does the one-shot reads and writes of a change: it connects, captures, writes,
// restores and annotates. What goes on afterwards is
// watched elsewhere. Every function takes a context, and every error of the API becomes an *Error
// that names the object, the cause and the next command.
package cluster
