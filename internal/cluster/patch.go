package cluster

import (
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/jsonmergepatch"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

// patch is the body of a PATCH request.
type patch struct {
	kind types.PatchType
	body []byte
}

// editPatch takes the captured object to the edited one. It is the strategic merge patch that kubectl
// makes, or a JSON merge patch where that can't express the edit. The captured resourceVersion guards it: the
// server answers 409 if the object is another one by now. Fields that this program does not know stay as they are.
func editPatch(before, after Object) (patch, error) {
	old, next, err := encodeBoth(before, after)
	if err != nil {
		return patch{}, err
	}
	diff, err := strategicpatch.CreateTwoWayMergePatch(old, next, before.Kind.Make())
	kind := types.StrategicMergePatchType
	if err != nil || !leadsTo(old, diff, after) {
		kind = types.MergePatchType
		diff, err = jsonmergepatch.CreateThreeWayJSONMergePatch(old, next, old)
	}
	if err != nil {
		return patch{}, fmt.Errorf("patch of %s: %w", before.Ref(), err)
	}
	guarded, err := guard(diff, before)
	return patch{kind, guarded}, err
}

func encodeBoth(before, after Object) (old, next []byte, err error) {
	if old, err = json.Marshal(before.API); err == nil {
		next, err = json.Marshal(after.API)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("encoding %s: %w", before.Ref(), err)
	}
	return old, next, nil
}

// leadsTo tells whether a strategic merge patch makes of the old object what is wanted. It merges lists by a
// key, and the API allows some of them to hold a key twice: two variables of one name in a container.
func leadsTo(old, diff []byte, want Object) bool {
	merged, err := strategicpatch.StrategicMergePatch(old, diff, want.Kind.Make())
	if err != nil {
		return false
	}
	got := want.Kind.Make()
	return json.Unmarshal(merged, got) == nil && equality.Semantic.DeepEqual(got, want.API)
}

func guard(diff []byte, before Object) ([]byte, error) {
	var fields map[string]any
	if err := json.Unmarshal(diff, &fields); err != nil {
		return nil, fmt.Errorf("patch of %s: %w", before.Ref(), err)
	}
	metadata, ok := fields["metadata"].(map[string]any)
	if !ok {
		metadata = map[string]any{}
		fields["metadata"] = metadata
	}
	metadata["resourceVersion"] = before.GetResourceVersion()
	return json.Marshal(fields)
}

// replacePatch sets the whole template, the annotations and, where there is one, the pause, as kubectl's undo does it. It is
// guarded as editPatch is. It takes away the fields of the template that this program does not know.
func replacePatch(current, after Object) (patch, error) {
	type operation struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value any    `json:"value"`
	}
	annotations := after.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	path, template := after.TemplatePatch()
	operations := []operation{ // "add" replaces what is there
		{"replace", "/metadata/resourceVersion", current.GetResourceVersion()},
		{"replace", path, template},
		{"add", "/metadata/annotations", annotations},
	}
	if after.Kind.Pausable() {
		operations = append(operations, operation{"add", "/spec/paused", after.Paused()})
	}
	body, err := json.Marshal(operations)
	return patch{types.JSONPatchType, body}, err
}
