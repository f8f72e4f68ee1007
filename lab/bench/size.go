package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// size is what an installation takes on the disk.
func (b *bench) size(context.Context) ([]row, error) {
	r := row{what: "size of the binary", unit: megabytes}
	for name, figures := range map[string]*sample{"kubectl": &r.kubectl, "kubectl-app": &r.app} {
		file, err := os.Stat(filepath.Join(b.bin, name))
		if err != nil {
			return nil, fmt.Errorf("size: %w", err)
		}
		figures.add(float64(file.Size()))
	}
	return []row{r}, nil
}
