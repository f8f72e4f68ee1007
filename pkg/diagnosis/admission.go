package diagnosis

import (
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

var (
	webhookDown    = []string{"failed calling webhook", "failed calling admission webhook", "failed to call webhook"}
	quotaFull      = []string{"exceeded quota", "insufficient quota"}
	quotaUnknown   = []string{"status unknown for quota"}
	notReady       = []string{"not yet ready to handle request", "caches not synchronized", "try again later"}
	noAccount      = []string{"error looking up service account", "no api token found for service account"}
	admissionSaid  = []string{"is forbidden", "denied the request", "denied request", "violates podsecurity", "is invalid", "unable to validate against any", "disallowed"}
	admissionLayer = []expression{
		lazily(`^Error creating: `),
		lazily(`^[Cc]reate Pod \S+ in \S+ \S+ failed error: `),
		lazily(`^pods? "[^"]*" is forbidden: `),
		lazily(`^Internal error occurred: `),
	}
)

// uncreated names why the new revision has fewer pods than it wants. In a rollout the cause is fatal only while the revision
// has no pod at all: an existing pod shows that the template is acceptable. In a scale there were pods before.
func uncreated(w *workload.Workload, r *workload.Revision, leaving bool) (symptom, bool) {
	if r == nil || r.Failure == nil || r.Failure.Reason != "FailedCreate" || r.Total >= r.Desired {
		return symptom{}, false
	}
	found, ok := refusal(r.Failure.Message)
	if !ok {
		return symptom{}, false
	}
	found.began = r.Failure.LastUpdate
	found = found.from("status.conditions["+r.Failure.Type+"]").of(makerOf(w), r.Name)
	if r.Total > 0 {
		if !r.Whole && !w.OnceComplete() {
			found.grade = Waiting
		}
		found.missing, found.wanted = int(r.Desired-r.Total), int(r.Desired)
	}
	// Pods that are on their way out still count against a quota.
	if found.cause == QuotaExceeded && leaving {
		found.grade = Waiting
	}
	return found, true
}

// notFetched matches a denial by a policy that could not fetch its object, without a reason. A reason after it is the
// policy's own, or the registry's final answer.
var notFetched = lazily(`(?:could not|couldn't|cannot|can't|failed to|unable to) fetch [^:;,]*$`)

// Policies use words of the network for many things. They are about a request only after the words for an attempt, and a
// number is a status only if the text calls it so, adds the phrase of the status, or names the server that returned it.
var (
	attempt      = lazily(`\b(?:get|head|post|dial(?:ing)?|lookup|getaddrinfo|fetch(?:ing)?|call(?:ing)?|connect(?:ing)?|(?:failed|unable) to|(?:could not|couldn't|cannot|can't) [a-z]+)\b.*`)
	policyStatus = lazily(`\bstatus(?: ?code)?[^a-z0-9]{0,3}(?:from [^:]*[: ] ?)?(408|425|429|5\d\d)(?: |[^\w.:]|$)`)
	policyAnswer = lazily(`\b(?:returned|answered|responded with|received) (?:408 request|425 too|429 too|500 internal|502 bad|503 service|504 gateway) `)
	serverAnswer = lazily(`\b(?:registry|server|service|upstream|scanner)\b[^,;]{0,40} (?:returned|answered|responded with) (?:408|425|429|5\d\d)(?: |[^\w.:]|$)`)
	ambiguous    = []string{"http2: ", "timed out"}
)

// unansweredAttempt tells whether a denial reports a request without an answer, or with an answer to try again.
func unansweredAttempt(words string) bool {
	after := attempt().FindString(words)
	return policyStatus().MatchString(words) || policyAnswer().MatchString(words) || serverAnswer().MatchString(words) || containsAny(words, unmistakable) ||
		slices.ContainsFunc(statusOfPhrase().FindAllStringSubmatch(after, -1), func(m []string) bool { return triesAgain(m[1]) }) ||
		slices.ContainsFunc(slices.Concat(unanswered, unavailable), func(phrase string) bool {
			return !slices.Contains(ambiguous, phrase) && strings.Contains(after, phrase)
		})
}

// maySayOtherwise tells whether a denial reports an unanswered request of the policy's own.
func maySayOtherwise(text string) bool {
	words := withoutNames(strings.Join(strings.Fields(text), " "))
	return unansweredAttempt(words) || notFetched().MatchString(words)
}

// refusal reads the API server's answer to a pod's creation.
func refusal(text string) (symptom, bool) {
	words := strings.ToLower(text)
	message := oneLine(dropPrefixes(text, admissionLayer))
	switch {
	case containsAny(words, webhookDown):
		return waiting(WebhookUnavailable, message), true
	case containsAny(words, quotaUnknown):
		return waiting(QuotaExceeded, message), true
	case containsAny(words, quotaFull):
		return fatal(QuotaExceeded, message), true
	case containsAny(words, noAccount):
		return fatal(ServiceAccountMissing, message), true
	case containsAny(words, notReady), containsAny(words, admissionSaid) && maySayOtherwise(text):
		return waiting(AdmissionDenied, message), true
	case containsAny(words, admissionSaid):
		return fatal(AdmissionDenied, message), true
	}
	return symptom{}, false
}

// A StatefulSet or DaemonSet reports pods that can't be created only by events. The controller tries again after 1, 2, 5,
// 10, 20, 41 and 82 s, with an event each time.

// missingTime is how long a pod may be missing before the workload's events are asked for.
const missingTime = 500 * time.Millisecond

// trackMissingPods records since when the workload has too few pods.
func (d *Diagnosis) trackMissingPods() {
	m, w := &d.History, d.in.Workload
	if d.in.Revision == nil || !d.in.Revision.ByPods || !d.in.observed() || !d.podsMissing() {
		m.missingSince = time.Time{}
		return
	}
	if m.missingSince.IsZero() {
		m.missingSince = d.in.Now
		m.missingBefore = !m.begun
	}
	if since := m.missingSince.Add(missingTime); m.missingBefore || d.evidence.wake.Passed(since) {
		if !slices.Contains(d.in.Forbidden, forbiddenEvents) {
			d.Wants.Events = put(d.Wants.Events, w.UID, w.Name)
		}
		d.askReferences()
	}
}

// podsMissing compares the existing pods with the desired ones; with a surge it compares the new pods only.
func (d *Diagnosis) podsMissing() bool {
	w, here := d.in.Workload, d.in.SettledElse(nil)
	for _, pod := range d.in.Pods {
		if !Ended(pod) {
			here++
		}
	}
	surges := w.Strategy.MaxSurge > 0 && !w.Strategy.OnDelete && len(d.Unhealthy) == 0 && int32(d.Staying) < w.Goal()
	return here < w.Desired || surges
}

// refusedCreation names why a missing pod was not created, by the newest event about it.
func (d *Diagnosis) refusedCreation() (symptom, bool) {
	m := &d.History
	if m.missingSince.IsZero() {
		return symptom{}, false
	}
	all := d.evidence.events[d.in.Workload.UID]
	event := all.latest("", "FailedCreate")
	if event == nil && d.evidence.eventless(d.in.Workload.UID) {
		if d.in.Workload.Strategy.Ordered && len(d.Unhealthy) > 0 { // the next pod is not created before these are ready
			return symptom{}, false
		}
		if found, ok := d.absentAccount(); ok {
			return found, true
		}
		if found, ok := d.usedUp(); ok {
			return found, true
		}
		return d.refusedDryRun()
	}
	if event == nil || !m.missingBefore && eventTime(event).Before(m.missingSince.Add(-2*time.Second)) {
		return symptom{}, false // of an earlier time
	}
	if made := all.latest("", "SuccessfulCreate"); made != nil && eventTime(made).After(eventTime(event)) {
		return symptom{}, false
	}
	found, ok := refusal(eventText(event))
	if !ok {
		found, ok = waiting(AdmissionDenied, oneLine(eventText(event))), true
	}
	// Pods that are on their way out still count against a quota.
	if found.cause == QuotaExceeded && d.leaving() {
		found.grade = Waiting
	}
	d.countMissing(&found)
	found.datedBy(event)
	found = found.fromEvent(event).of(d.in.Workload.Kind, d.in.Workload.Name)
	return found, ok
}

// countMissing adds how many pods are missing.
func (d *Diagnosis) countMissing(found *symptom) {
	goal := d.in.Workload.Goal()
	found.missing, found.wanted = int(max(1, goal-int32(d.Staying))), int(goal)
}

// absentAccount names a service account that is not there, where no event is left.
func (d *Diagnosis) absentAccount() (symptom, bool) {
	found, ok := d.evidence.absent(workload.UseIdentity)
	d.countMissing(&found)
	return found.from("spec.template.spec.serviceAccountName").of(d.in.Workload.Kind, d.in.Workload.Name), ok
}

func (d *Diagnosis) leaving() bool {
	for _, pod := range d.in.Pods {
		if pod.DeletionTimestamp != nil && pod.Status.Phase != corev1.PodFailed && pod.Status.Phase != corev1.PodSucceeded {
			return true
		}
	}
	return false
}
