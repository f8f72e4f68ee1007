package cli

import "os"

// heartbeat is how soon a connection that has died without a word is noticed: after 5 s of silence it
// is tried, and 5 s later given up. client-go's 30 s and 15 s are longer than a soak, so that a release
// would count as verified though nothing of it could be seen any more. The user's own settings stand.
var heartbeat = map[string]string{
	"HTTP2_READ_IDLE_TIMEOUT_SECONDS": "5",
	"HTTP2_PING_TIMEOUT_SECONDS":      "5",
}

// noticeSilence has to come before the first connection (k8s.io/apimachinery/pkg/util/net reads the
// environment when a transport is made).
func noticeSilence() error {
	for name, value := range heartbeat {
		if _, set := os.LookupEnv(name); set {
			continue
		}
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}
