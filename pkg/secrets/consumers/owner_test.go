package consumers

import (
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ownership makes managedFields of lines "MANAGER OPERATION FIELDS".
func ownership(lines ...string) *metav1.ObjectMeta {
	var meta metav1.ObjectMeta
	for _, line := range lines {
		words := strings.SplitN(line, " ", 3)
		meta.ManagedFields = append(meta.ManagedFields, metav1.ManagedFieldsEntry{
			Manager: words[0], Operation: metav1.ManagedFieldsOperationType(words[1]), FieldsV1: metav1.NewFieldsV1(words[2]),
		})
	}
	return &meta
}

func TestLeftOut(t *testing.T) {
	const ours = `kubectl-app Apply {"f:data":{".":{},"f:a":{},"f:b":{}},"f:binaryData":{"f:c":{}},"f:metadata":{"f:labels":{"f:x":{}}}}`
	for name, test := range map[string]struct {
		owners []string
		wanted string
		want   string
	}{
		"all of it again":              {[]string{ours}, "a b c", ""},
		"one is left out":              {[]string{ours}, "a c", "b"},
		"from text to binary, or back": {[]string{ours}, "c b a", ""},
		"all of it":                    {[]string{ours}, "", "a b c"},
		"others own one as well":       {[]string{ours, `helm Update {"f:data":{"f:a":{}}}`}, "", "b c"},
		"we do, by an edit":            {[]string{ours, `kubectl-app Update {"f:data":{"f:b":{}}}`}, "", "a c"},
		"another's, as stringData":     {[]string{ours, `argo Apply {"f:stringData":{"f:b":{}}}`}, "a c", "b"},
		"never applied":                {[]string{`kubectl-app Update {"f:data":{"f:a":{}}}`}, "", ""},
		"applied by others":            {[]string{`helm Apply {"f:data":{"f:a":{}}}`}, "", ""},
		"fields that can't be read":    {[]string{`kubectl-app Apply {"f:data":`}, "", ""},
		"nobody owns anything":         {nil, "a", ""},
	} {
		t.Run(name, func(t *testing.T) {
			values := map[string][]byte{}
			for _, key := range strings.Fields(test.wanted) {
				values[key] = nil
			}
			if got := strings.Join(LeftOut(ownership(test.owners...), "kubectl-app", values), " "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestAppliedAsText(t *testing.T) {
	for name, test := range map[string]struct{ owner, want string }{
		"another's stringData": {`argo Apply {"f:data":{"f:a":{}},"f:stringData":{".":{},"f:b":{},"f:c":{}}}`, "b=argo c=argo"},
		"another's data":       {`argo Apply {"f:data":{"f:a":{}}}`, ""},
		"our own":              {`kubectl-app Apply {"f:stringData":{"f:b":{}}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for key, manager := range AppliedAsText(ownership(test.owner), "kubectl-app") {
				got = append(got, key+"="+manager)
			}
			slices.Sort(got)
			if text := strings.Join(got, " "); text != test.want {
				t.Errorf("got %q, want %q", text, test.want)
			}
		})
	}
}
