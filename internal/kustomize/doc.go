// Package kustomize finds, reads and writes the kustomization file of a directory. What its text says is
// computed in pkg/secrets/kustomization.
package kustomize
