package cluster

import (
	"encoding/json"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

// patch is the body of a PATCH request.
type patch struct {
	kind types.PatchType
	body []byte
}

// editPatch is the strategic merge patch between the captured object and the edited one, as kubectl
// makes it, guarded by the captured object's resourceVersion: the server answers 409 if the object is
// not the captured one any more (a resourceVersion is never given twice, to no other object either).
func editPatch(before, after *appsv1.Deployment) (patch, error) {
	old, err := json.Marshal(before)
	if err != nil {
		return patch{}, fmt.Errorf("encoding deployment/%s: %w", before.Name, err)
	}
	next, err := json.Marshal(after)
	if err != nil {
		return patch{}, fmt.Errorf("encoding deployment/%s: %w", before.Name, err)
	}
	diff, err := strategicpatch.CreateTwoWayMergePatch(old, next, appsv1.Deployment{})
	if err != nil {
		return patch{}, fmt.Errorf("patch of deployment/%s: %w", before.Name, err)
	}
	guarded, err := guard(diff, before)
	return patch{types.StrategicMergePatchType, guarded}, err
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
