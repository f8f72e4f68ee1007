package recording

import (
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Scene is what a recording shows at its end, for a look without the rollout before it.
type Scene struct {
	Now   time.Time
	stage *stage
}

// ReadScene reads a recording to its end.
func ReadScene(r io.Reader) (*Scene, error) {
	in, err := NewReader(r)
	if err != nil {
		return nil, err
	}
	s := &Scene{stage: newStage()}
	var base time.Time
	var last time.Duration
	for {
		line, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			last = line.Elapsed()
			err = s.take(line, &base)
		}
		if err != nil {
			return nil, &SyntaxError{in.Line(), err}
		}
	}
	if base.IsZero() {
		base = s.stage.newest()
	}
	s.Now = base.Add(last)
	return s, nil
}

func (s *Scene) take(line Line, base *time.Time) error {
	switch line.Type {
	case Initial, Added, Modified:
		return s.stage.set(line.Object, false)
	case Deleted:
		return s.stage.set(line.Object, true)
	case Log:
		return s.stage.setLog(line.Object)
	case Update, Watch:
		var b beginning
		if err := json.Unmarshal(line.Object, &b); err != nil {
			return err
		}
		*base = b.StartedAt
	}
	return nil
}

// Workloads are those of the scene, in a stable order.
func (s *Scene) Workloads() []workload.Ref { return s.stage.refs() }

// Observed is what is known of a workload, with the events of the pods that are wanted.
func (s *Scene) Observed(ref workload.Ref, wants diagnosis.Wants) diagnosis.Observed {
	return s.stage.observed(ref, s.stage.workload(ref), wants)
}

// ForgetEvents leaves what the status alone shows, as the API server does after an hour.
func (s *Scene) ForgetEvents() { s.stage.forgetEvents() }

func (s *stage) forgetEvents() {
	clear(s.events)
	s.claimEvents = nil
}
