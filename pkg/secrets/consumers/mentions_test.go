package consumers

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func hasKeeper(m *Mentions, name string) bool {
	_, found := m.Keeper(name)
	return found
}

func TestMentions(t *testing.T) {
	const name = "db-5g2h8mtk9b"
	for text, want := range map[string]bool{
		`{"name":"db-5g2h8mtk9b"}`:                            true,
		`{"args":["--secret=shop/db-5g2h8mtk9b/url"]}`:        true,
		`{"last":"{\"name\":\"db-5g2h8mtk9b\"}"}`:             true,
		`db-5g2h8mtk9b`:                                       true,
		`{"name":"my-db-5g2h8mtk9b"}`:                         true, // kept for nothing, which is better than lost
		`{"args":["set -e\ndb-5g2h8mtk9b.url"]}`:              true,
		`{"args":["a\u0026db-5g2h8mtk9b"]}`:                   true,
		`{"name":"db-5g2h8mtk9d"}`:                            false,
		`{"name":"db"},{"name":"5g2h8mtk9b"}`:                 false,
		`{"data":{"spec":{"template":{"$patch":"replace"}}}}`: false,
		``: false,
	} {
		m := NewMentions([]Version{{Ref: workload.Ref{Name: name}}})
		m.Scan("Pod", []byte(text))
		if hasKeeper(m, name) != want {
			t.Errorf("%s: %v", text, !want)
		}
	}
}

// A name that stands anywhere in any JSON is found, whatever is around it.
func FuzzMentions(f *testing.F) {
	f.Add("secretName", "é\"\n")
	f.Add("", "db-")
	f.Fuzz(func(t *testing.T, key, other string) {
		const name = "db-5g2h8mtk9b"
		text, err := json.Marshal(map[string]any{key: []any{other, other + name + other}})
		if err != nil {
			t.Fatal(err)
		}
		m := NewMentions([]Version{{Ref: workload.Ref{Name: name}}})
		if m.Scan("Pod", text); !hasKeeper(m, name) {
			t.Errorf("not found in %s", text)
		}
	})
}

func TestKeeper(t *testing.T) {
	const name = "db-5g2h8mtk9b"
	type object struct{ kind, json string }
	const owned = `"ownerReferences":[{"kind":"Deployment","name":"web","controller":true}],`
	var (
		deployment = object{"Deployment", `{"metadata":{"name":"web","annotations":{"deployment.kubernetes.io/revision":"12"}},"spec":"db-5g2h8mtk9b"}`}
		revision9  = object{"ReplicaSet", `{"metadata":{` + owned + `"name":"web-1","annotations":{"deployment.kubernetes.io/revision":"9"}},"spec":"db-5g2h8mtk9b"}`}
		revision11 = object{"ReplicaSet", `{"metadata":{` + owned + `"name":"web-2","annotations":{"deployment.kubernetes.io/revision":"11"}},"spec":"db-5g2h8mtk9b"}`}
		history    = object{"ControllerRevision", `{"metadata":{"ownerReferences":[{"kind":"StatefulSet","name":"store","controller":true}],"name":"store-1"},"revision":3,"data":"db-5g2h8mtk9b"}`}
		pod        = object{"Pod", `{"metadata":{` + owned + `"name":"web-1-x"},"spec":"db-5g2h8mtk9b"}`}
		other      = object{"Deployment", `{"metadata":{"name":"other"}}`}
	)
	for want, objects := range map[string][]object{
		"deployment/web 0":    {pod, revision9, deployment, revision11, other},
		"deployment/web 11":   {pod, revision9, revision11, other},
		"statefulset/store 3": {history, pod},
		"pod/web-1-x 0":       {other, pod},
	} {
		for range 2 {
			m := NewMentions([]Version{{Ref: workload.Ref{Name: name}}})
			for _, o := range objects {
				m.Scan(o.kind, []byte(o.json))
			}
			if k, _ := m.Keeper(name); fmt.Sprint(k.String(), " ", k.Revision) != want {
				t.Errorf("got %s %d, want %s", k, k.Revision, want)
			}
			slices.Reverse(objects) // the order of the lists is no matter
		}
	}
}
