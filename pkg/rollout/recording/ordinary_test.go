package recording

import (
	"strings"
	"testing"
)

// ordinary are values that variables often have, and that rules look for in messages and reasons.
const ordinary = `"containers":[{"env":[` +
	`{"name":"A","value":"not found"},{"name":"B","value":"configmap"},{"name":"C","value":"OOMKilled"},` +
	`{"name":"D","value":"FailedCreate"},{"name":"E","value":"127.0.0.1:5000/shop"},{"name":"F","value":"exec format error"},` +
	`{"name":"G","value":"exceeded quota"},{"name":"H","value":"startup"},{"name":"I","value":"Liveness"},{"name":"J","value":"resolve"},` +
	`{"name":"container","value":"docker"},{"name":"PASS","valueFrom":{"secretKeyRef":{"name":"db","key":"pass"}}}],` +
	`"args":["log in $(PASS)","-p$(PASS)"],`

// Masking hides no word that a verdict rests on.
func TestVerdictsWithOrdinaryValues(t *testing.T) {
	plant := inText(func(text string) string { return strings.ReplaceAll(text, `"containers":[{`, ordinary) })
	for _, name := range names(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, run(t, plant(read(t, name)), release()), auto[name])
		})
	}
}
