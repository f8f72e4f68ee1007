// Package source reads the values of Secrets and ConfigMaps from this machine: files, stdin, the
// process environment, the terminal, and the system's randomness. What the bytes mean is computed in
// pkg/secrets. Nothing here writes a value anywhere.
package source
