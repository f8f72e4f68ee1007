package diagnosis

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// symptom is what keeps one pod, or one container of it, from serving. Symptoms of one cause and
// container are one finding.
type symptom struct {
	cause   Cause
	grade   Grade
	message string
	// patience is how long a fatal cause may last before it decides.
	patience time.Duration

	// byEvent: the evidence is an event, repeated over span. Its cause may be gone since.
	byEvent bool
	span    time.Duration
	// began is when its evidence was first seen, where that is an event, a condition or an old pod.
	began time.Time

	// source is where the evidence stands; its object is the pod, if there is one.
	source Source

	// owner is the object that lacks the key, if the evidence names it; else volume is the one that needs the key.
	owner, volume string

	pod       *corev1.Pod // nil when no pod could be created, or when it is no new pod
	exemplar  string      // the pod of another revision that it is about
	container string
	// Where pods could not be created but some could: how many of how many are missing.
	missing, wanted int
	// about separates symptoms of one cause into several findings; mostly empty.
	about string
	// subject is the object or key that the cause is about: a Secret, a claim.
	subject  string
	restarts int32
	// rounds are those of the restarts that count: see run.
	rounds   int32
	exitCode *int32
	// decision is when the restarts of this container are too many.
	decision Decision
	// run is the run that crashed, whose log explains it; nil when there is none to read.
	run *LogKey
	// left are the lines of a termination message that has several: the end of the log, where the
	// policy is FallbackToLogsOnError.
	left []string
	// vague: events or a log that may explain it have not been read.
	vague bool
	// wantsEvents: the pod's events would explain it.
	wantsEvents bool
}

// The patience for fatal causes. A missing object gets longer: an operator may be about to create it.
const (
	patienceFatal   = 10 * time.Second
	patienceMissing = 30 * time.Second
)

// FailingRestarts is the restart with which a failing cause decides. The kubelet restarts at about
// 1, 12, 38 and 80 s; programs that wait for a database often crash once or twice.
const FailingRestarts = 3

// datedBy takes the times of the event that tells of a symptom.
func (s *symptom) datedBy(e *corev1.Event) {
	s.byEvent, s.span = true, eventSpan(e)
	s.began = eventTime(e).Add(-s.span)
}

// from notes the field that shows a symptom.
func (s symptom) from(field string) symptom {
	s.source.Field = field
	return s
}

// fromEvent notes the event that shows a symptom.
func (s symptom) fromEvent(e *corev1.Event) symptom { return s.from("event " + e.Reason) }

// of notes the object, where no pod is it.
func (s symptom) of(kind, name string) symptom {
	s.source.Kind, s.source.Name = kind, name
	return s
}

func fatal(cause Cause, message string) symptom {
	return symptom{cause: cause, grade: Fatal, message: message, patience: patienceFatal}
}

func missing(cause Cause, subject, message string) symptom {
	return symptom{cause: cause, grade: Fatal, message: message, patience: patienceMissing, subject: subject}
}

func failing(cause Cause, message string) symptom {
	return symptom{cause: cause, grade: Failing, message: message}
}

func waiting(cause Cause, message string) symptom {
	return symptom{cause: cause, grade: Waiting, message: message}
}
