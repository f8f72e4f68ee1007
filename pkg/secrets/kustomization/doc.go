// Package kustomization computes kustomization files: a generator of a Secret or a ConfigMap is set in the
// text of one, and all else of the text stays, with its comments, its order and its looks.
//
// kustomize's own types say what a text means, and its own loader what it will read of a source.
package kustomization
