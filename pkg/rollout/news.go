package rollout

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func (j *judge) event(kind EventType, message string) Event {
	ref := j.next.Target.Ref
	return Event{Time: j.now, Type: kind, Workload: &ref, Message: message}
}

func (e Event) withFinding(f diagnosis.Finding) Event {
	e.Finding = &f
	return e
}

// news tells what this step changed, each thing once.
func (j *judge) news() []Event {
	var news []Event
	if name := j.next.RevisionName; j.next.RevisionTo != 0 && j.next.RevisionTo != j.was.RevisionTo {
		news = append(news, j.event(EventRevision, fmt.Sprintf("revision %d: %s", j.next.RevisionTo, name)))
	}
	if j.advanced {
		e := j.event(EventProgress, "")
		counts := j.next.Counts
		e.Counts = &counts
		news = append(news, e)
	}
	news = append(news, j.findingNews()...)
	if j.completed {
		news = append(news, j.event(EventComplete, j.completeMessage()))
	}
	if j.spoken != "" {
		news = append(news, j.event(EventSoak, j.spoken))
	}
	if j.next.Outcome != "" {
		e := j.event(EventVerdict, j.next.Message)
		e.Outcome = j.next.Outcome
		if len(j.next.Findings) > 0 && j.next.Outcome != Succeeded {
			e = e.withFinding(j.next.Findings[0])
		}
		news = append(news, e)
	}
	return news
}

func (j *judge) completeMessage() string {
	if j.policy.Soak == 0 {
		return "complete"
	}
	return fmt.Sprintf("complete; soaking for %s", j.policy.Soak)
}

// findingNews tells of causes that appeared, whose restarts grew, or that are gone.
func (j *judge) findingNews() []Event {
	if j.diagnosis == nil {
		return nil
	}
	var news []Event
	told, gone := j.diagnosis.News(j.next.Outcome != "")
	for _, f := range told {
		news = append(news, j.event(EventFinding, "").withFinding(f))
	}
	for _, f := range gone {
		news = append(news, j.event(EventCleared, "").withFinding(f))
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
