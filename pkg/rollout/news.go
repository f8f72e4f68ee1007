package rollout

import "fmt"

func (j *judge) event(kind EventType, message string) Event {
	ref := j.next.Target.Ref
	return Event{Time: j.now, Type: kind, Workload: &ref, Message: message}
}

func (e Event) withFinding(f Finding) Event {
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
	return fmt.Sprintf("complete; watched for %s more", j.policy.Soak)
}
