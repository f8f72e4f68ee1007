// Package check decides what of an exercise is done, from facts about its namespace. It computes only.
package check
