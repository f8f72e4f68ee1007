package diagnosis

import (
	"slices"
	"strings"
)

// unanswered are words of Go's net packages, of resolvers, of gRPC and of libraries for HTTP about a
// request that got no answer. "timeout" alone is not among them: a policy may speak of one.
var unanswered = []string{
	"connection refused", "connection reset", "connection timed out", "no such host", "no route to host",
	"network is unreachable", "host is unreachable", "server misbehaving", "temporary failure in name resolution",
	"i/o timeout", "handshake timeout", "client.timeout", "timeout awaiting", "deadline exceeded", "timed out",
	"dial tcp", "dial udp", "broken pipe", "unexpected eof", ": eof", "proxyconnect", "http2: ", "connection closed", "connection lost",
	"request canceled", "context canceled", "operation was canceled", "client connection is closing", "no endpoints available",
	"error while dialing", "transport is closing",
}

// unmistakable are words about a request without an answer that nobody uses of an object: the errors of Java, Python,
// Rust and gRPC, and of a policy engine that ran out of time.
var unmistakable = []string{
	"unknownhostexception", "sockettimeoutexception", "connectexception", "max retries exceeded with url", "read timed out",
	"operation timed out", "error sending request for url", "eai_again", "etimedout", "econnrefused", "econnreset",
	"code = unavailable", "code = deadlineexceeded", "context deadline exceeded", "execution deadline exceeded",
}

// unavailable are the words for answers that will be others later.
var unavailable = []string{
	"toomanyrequests", "too many requests", "service unavailable", "bad gateway", "gateway timeout", "gateway time-out", "internal server error",
}

// httpStatus finds a status of 4xx or 5xx: a number that the text calls so, or one with its phrase.
var (
	calledStatus   = lazily(`(?:status(?: ?code)?|http(?:/\d(?:\.\d)?)?(?: code)?|code|registry|response)[^a-z0-9]{0,3}(?:from [^:]*: )?([45]\d\d)(?: |[^\w.:]|$)`)
	statusOfPhrase = lazily(`: ([45]\d\d) (?:bad |un|payment |forbidden|not |method |request |proxy |conflict|gone|length |precondition |misdirected |locked|failed |too |upgrade |internal |service |gateway )`)
)

func httpStatuses(words string) []string {
	var all []string
	for _, pattern := range []expression{calledStatus, statusOfPhrase} {
		for _, m := range pattern().FindAllStringSubmatch(words, -1) {
			all = append(all, m[1])
		}
	}
	return all
}

// triesAgain tells of a status of 4xx or 5xx whether it says to come back.
func triesAgain(status string) bool {
	return status[0] == '5' || status == "408" || status == "425" || status == "429"
}

// mayAnswerLater: the request got no answer, or one that says to come back. words are in lower case.
func mayAnswerLater(words string) bool {
	return containsAny(words, unanswered) || containsAny(words, unmistakable) || containsAny(words, unavailable) || slices.ContainsFunc(httpStatuses(words), triesAgain)
}

var (
	quoted    = lazily(`"[^"]*"`)
	withSlash = lazily(`[^\s]*[^\s]/[^\s]{2,}`)
)

// withoutNames is a text in lower case without what is quoted, and without addresses and paths: a name
// may be made of any words, even "not-found" or "denied".
func withoutNames(text string) string {
	text = quoted().ReplaceAllString(text, `""`)
	text = withSlash().ReplaceAllStringFunc(text, func(token string) string {
		if strings.HasPrefix(token, "i/o") || strings.HasPrefix(token, "net/http:") {
			return token
		}
		return strings.Repeat(":", strings.Count(token[len(token)-1:], ":"))
	})
	return strings.ToLower(text)
}
