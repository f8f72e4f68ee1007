package rollout

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func (e *evaluation) event(kind EventType, message string) Event {
	ref := e.next.Target.Ref
	return Event{Time: e.now, Type: kind, Workload: &ref, Message: message}
}

func (e Event) withFinding(f diagnosis.Finding) Event {
	e.Finding = &f
	return e
}

// news returns the changes of this step as events, each change once.
func (e *evaluation) news() []Event {
	var news []Event
	if name := e.next.RevisionName; e.next.RevisionTo != 0 && e.next.RevisionTo != e.was.RevisionTo {
		news = append(news, e.event(EventRevision, fmt.Sprintf("revision %d: %s", e.next.RevisionTo, name)))
	}
	if e.advanced {
		progress := e.event(EventProgress, "")
		counts := e.next.Counts
		progress.Counts = &counts
		news = append(news, progress)
	}
	news = append(news, e.findingNews()...)
	if e.completed {
		news = append(news, e.event(EventComplete, e.completeMessage()))
	}
	if e.spoken != "" {
		news = append(news, e.event(EventSoak, e.spoken))
	}
	if e.next.Outcome != "" {
		verdict := e.event(EventVerdict, e.next.Message)
		verdict.Outcome = e.next.Outcome
		if len(e.next.Findings) > 0 && e.next.Outcome != Succeeded {
			verdict = verdict.withFinding(e.next.Findings[0])
		}
		news = append(news, verdict)
	}
	return news
}

func (e *evaluation) completeMessage() string {
	if e.policy.Soak == 0 {
		return "complete"
	}
	return fmt.Sprintf("complete; soaking for %s", e.policy.Soak)
}

// findingNews tells of causes that appeared, whose restarts grew, or that are gone.
func (e *evaluation) findingNews() []Event {
	if e.diagnosis == nil {
		return nil
	}
	var news []Event
	appeared, cleared := e.diagnosis.News(e.next.Outcome != "")
	for _, f := range appeared {
		news = append(news, e.event(EventFinding, "").withFinding(f))
	}
	for _, f := range cleared {
		news = append(news, e.event(EventCleared, "").withFinding(f))
	}
	return news
}

// RollbackEvents tell what of a failed release was restored.
func RollbackEvents(release *State, restored []workload.Ref, now time.Time) []Event {
	events := make([]Event, 0, len(restored))
	for _, ref := range restored {
		events = append(events, Event{Time: now, Type: EventRollback, Workload: &ref, Message: release.rollbackMessage(ref)})
	}
	return events
}

// rollbackMessage names the revision and, where one image is what the change had replaced, that one.
func (s *State) rollbackMessage(ref workload.Ref) string {
	const why = ": it was serving before this change"
	i := slices.IndexFunc(s.Workloads, func(w WorkloadState) bool { return w.Target.Ref == ref })
	if i >= 0 && s.Workloads[i].Scale != nil {
		return fmt.Sprintf("scaling back to %d replicas", s.Workloads[i].Scale.From)
	}
	if i < 0 || s.Workloads[i].RevisionFrom == 0 {
		return "rolling back to what was serving before this change"
	}
	w := &s.Workloads[i]
	before, _ := workload.ChangedImages(w.ImagesFrom, w.ImagesTo)
	images := slices.Compact(slices.Sorted(maps.Values(before)))
	if len(images) == 1 {
		return fmt.Sprintf("rolling back to revision %d (%s)%s", w.RevisionFrom, images[0], why)
	}
	return fmt.Sprintf("rolling back to revision %d%s", w.RevisionFrom, why)
}
