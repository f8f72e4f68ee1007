// Package podtemplate makes pod templates and edits them: containers, probes, volumes, security contexts. It computes only.
package podtemplate
