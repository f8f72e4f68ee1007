package cluster

import (
	"encoding/json"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
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
// server answers 409 if the object is another one by now.
func editPatch(before, after *appsv1.Deployment) (patch, error) {
	old, next, err := encodeBoth(before, after)
	if err != nil {
		return patch{}, err
	}
	diff, err := strategicpatch.CreateTwoWayMergePatch(old, next, appsv1.Deployment{})
	kind := types.StrategicMergePatchType
	if err != nil || !leadsTo(old, diff, after) {
		kind = types.MergePatchType
		diff, err = jsonmergepatch.CreateThreeWayJSONMergePatch(old, next, old)
	}
	if err != nil {
		return patch{}, fmt.Errorf("patch of deployment/%s: %w", before.Name, err)
	}
	guarded, err := guard(diff, before)
	return patch{kind, guarded}, err
}

func encodeBoth(before, after *appsv1.Deployment) (old, next []byte, err error) {
	if old, err = json.Marshal(before); err == nil {
		next, err = json.Marshal(after)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("encoding deployment/%s: %w", before.Name, err)
	}
	return old, next, nil
}

// leadsTo tells whether a strategic merge patch makes of the old object what is wanted. It merges lists by a
// key, and the API allows some of them to hold a key twice: two variables of one name in a container.
func leadsTo(old, diff []byte, want *appsv1.Deployment) bool {
	merged, err := strategicpatch.StrategicMergePatch(old, diff, appsv1.Deployment{})
	if err != nil {
		return false
	}
	var d appsv1.Deployment
	return json.Unmarshal(merged, &d) == nil && equality.Semantic.DeepEqual(d.Spec, want.Spec) && equality.Semantic.DeepEqual(d.ObjectMeta, want.ObjectMeta)
}

func guard(diff []byte, before *appsv1.Deployment) ([]byte, error) {
	var fields map[string]any
	if err := json.Unmarshal(diff, &fields); err != nil {
		return nil, fmt.Errorf("patch of deployment/%s: %w", before.Name, err)
	}
	metadata, ok := fields["metadata"].(map[string]any)
	if !ok {
		metadata = map[string]any{}
		fields["metadata"] = metadata
	}
	metadata["resourceVersion"] = before.ResourceVersion
	return json.Marshal(fields)
}

// replacePatch sets the whole template, the annotations and the pause, as kubectl's undo does it:
// merging would leave what the template has gained since. It is guarded as editPatch is.
func replacePatch(current, after *appsv1.Deployment) (patch, error) {
	type operation struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value any    `json:"value"`
	}
	annotations := after.Annotations
	if annotations == nil {
		annotations = map[string]string{}
	}
	body, err := json.Marshal([]operation{ // "add" replaces what is there
		{"replace", "/metadata/resourceVersion", current.ResourceVersion},
		{"replace", "/spec/template", after.Spec.Template},
		{"add", "/metadata/annotations", annotations},
		{"add", "/spec/paused", after.Spec.Paused},
	})
	return patch{types.JSONPatchType, body}, err
}
