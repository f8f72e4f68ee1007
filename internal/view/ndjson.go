package view

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

// EventKind is the kind of each line of NDJSON.
const EventKind = "ReleaseEvent"

// NDJSON writes each event as one line of JSON: docs/schema/event.v1alpha1.json. Every line says
// what it is, so that a reader may begin anywhere.
func NDJSON(w io.Writer) View {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return ndjson{encoder: encoder}
}

type ndjson struct {
	none
	encoder *json.Encoder
}

// eventLine is one line of the stream.
type eventLine struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	rollout.Event
}

func (n ndjson) Show(f Frame) error {
	for _, e := range f.Events {
		e.Time = e.Time.UTC().Truncate(time.Millisecond)
		if err := n.encoder.Encode(eventLine{APIVersion: rollout.APIVersion, Kind: EventKind, Event: e}); err != nil {
			return fmt.Errorf("write an event: %w", err)
		}
	}
	return nil
}
