package expose

import (
	"encoding/json"
	"fmt"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

// Override is a change of the finished Service: --overrides.
type Override struct {
	Text string
	// Type is merge (RFC 7396, the default), json (RFC 6902) or strategic, as with kubectl.
	Type string
}

// Apply changes a Service. The error is an *InputError.
func (o Override) Apply(s *corev1.Service) (*corev1.Service, error) {
	if o.Text == "" {
		return s, nil
	}
	s = s.DeepCopy()
	s.APIVersion, s.Kind = "v1", kindService
	before, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encoding service/%s: %w", s.Name, err)
	}
	after, err := o.merge(before)
	if err != nil {
		return nil, inputf("--overrides can't be applied as a %s patch: %v", o.Type, err)
	}
	changed := &corev1.Service{}
	if err := json.Unmarshal(after, changed); err != nil {
		return nil, inputf("--overrides makes no valid Service: %v", err)
	}
	if changed.Kind != kindService || changed.Name != s.Name || changed.Namespace != s.Namespace {
		return nil, inputf("--overrides can't change the kind, the name or the namespace: give --name and -n")
	}
	return changed, nil
}

func (o Override) merge(before []byte) ([]byte, error) {
	switch o.Type {
	case "json":
		patch, err := jsonpatch.DecodePatch([]byte(o.Text))
		if err != nil {
			return nil, err
		}
		return patch.Apply(before)
	case "strategic":
		return strategicpatch.StrategicMergePatch(before, []byte(o.Text), corev1.Service{})
	}
	return jsonpatch.MergePatch(before, []byte(o.Text))
}
