package diagnosis

import (
	"slices"
	"strings"

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

// uncreated names why the new revision has fewer pods than it wants. It blocks only while it has
// none at all: pods that exist show the template to be acceptable.
func uncreated(r *workload.Revision, leaving bool) (symptom, bool) {
	if r == nil || r.Failure == nil || r.Failure.Reason != "FailedCreate" || r.Total >= r.Desired {
		return symptom{}, false
	}
	found, ok := refusal(r.Failure.Message)
	if !ok {
		return symptom{}, false
	}
	if r.Total > 0 {
		found.grade = Waiting
		found.lacking, found.wanted = int(r.Desired-r.Total), int(r.Desired)
	}
	// Pods that are on their way out still count against a quota.
	if found.cause == QuotaExceeded && leaving {
		found.grade = Waiting
	}
	return found, true
}

// notFetched: a policy could not look at what it is to judge, and gives no reason. A reason that follows
// is the policy's own word, or the registry's final one.
var notFetched = lazily(`(?:could not|couldn't|cannot|can't|failed to|unable to) fetch [^:;,]*$`)

// A policy speaks of many things in words of the network. Only those that follow an attempt to fetch are
// about an exchange, and only a number that is called a status, or has its phrase, is one.
var (
	attempt      = lazily(`\b(?:get|head|post|dial(?:ing)?|lookup|getaddrinfo|fetch(?:ing)?|call(?:ing)?|connect(?:ing)?|(?:failed|unable) to|(?:could not|couldn't|cannot|can't) [a-z]+)\b.*`)
	policyStatus = lazily(`\bstatus(?: ?code)?[^a-z0-9]{0,3}(?:from [^:]*[: ] ?)?(408|425|429|5\d\d)(?: |[^\w.:]|$)`)
	ambiguous    = []string{"http2: ", "timed out"}
)

// unansweredAttempt tells whether a denial says of a request that it got no answer, or one to come back.
func unansweredAttempt(words string) bool {
	after := attempt().FindString(words)
	return policyStatus().MatchString(words) ||
		slices.ContainsFunc(statusOfPhrase().FindAllStringSubmatch(after, -1), func(m []string) bool { return triesAgain(m[1]) }) ||
		slices.ContainsFunc(slices.Concat(unanswered, unavailable), func(phrase string) bool {
			return !slices.Contains(ambiguous, phrase) && strings.Contains(after, phrase)
		})
}

// maySayOtherwise tells whether a denial is about a request of the policy's own that got no answer.
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
