package state

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// Record is what is known of a lab outside of its supervisor.
type Record struct {
	Name    string    `json:"name"`
	Context string    `json:"context"`
	Server  string    `json:"server"`
	Version string    `json:"version"`
	Nodes   int       `json:"nodes"`
	Created time.Time `json:"created"`
	// Supervisor is the process that owns the components.
	Supervisor int `json:"supervisor"`
	// Control is where the supervisor takes commands; Token opens it.
	Control string `json:"control"`
	Token   string `json:"token"`

	Kubeconfig Kubeconfig `json:"kubeconfig"`
}

// Kubeconfig is what is needed to take the lab out of the user's kubeconfig.
type Kubeconfig struct {
	File string `json:"file"`
	// Created says that the lab made the file, so that it may remove it.
	Created bool `json:"created,omitempty"`
	// Previous is the context that was current before the lab.
	Previous string `json:"previous,omitempty"`
}

// Save writes the record in one step, so that a reader never sees half of it.
func (d Dir) Save(record Record) error {
	data, err := json.MarshalIndent(record, "", "  ")
	if err != nil {
		return fmt.Errorf("lab %s: %w", d.Name, err)
	}
	next := d.record() + ".new"
	if err := os.WriteFile(next, append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("lab %s: %w", d.Name, err)
	}
	if err := os.Rename(next, d.record()); err != nil {
		return fmt.Errorf("lab %s: %w", d.Name, err)
	}
	return nil
}

// Load reads the record; fs.ErrNotExist if there is none.
func (d Dir) Load() (Record, error) {
	var record Record
	data, err := os.ReadFile(d.record())
	if err != nil {
		return record, fmt.Errorf("lab %s: %w", d.Name, err)
	}
	if err := json.Unmarshal(data, &record); err != nil {
		return record, fmt.Errorf("lab %s: %s: %w", d.Name, d.record(), err)
	}
	return record, nil
}
