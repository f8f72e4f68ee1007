package expose

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// After another selector was written, the endpoints of the pods before stay for a moment, and those made by hand for ever.
func TestOfPods(t *testing.T) {
	endpoint := func(uid types.UID) discoveryv1.Endpoint {
		return discoveryv1.Endpoint{Addresses: []string{"10.0.0.1"}, TargetRef: &corev1.ObjectReference{Kind: "Pod", Name: string(uid), UID: uid}}
	}
	byHand := discoveryv1.Endpoint{Addresses: []string{"192.0.2.1"}}
	all := []discoveryv1.EndpointSlice{{Endpoints: []discoveryv1.Endpoint{endpoint("old"), endpoint("new"), byHand}}, {Endpoints: []discoveryv1.Endpoint{endpoint("old-2")}}}
	got := OfPods(all, []corev1.Pod{{ObjectMeta: metav1.ObjectMeta{UID: "new"}}, {ObjectMeta: metav1.ObjectMeta{UID: "newer"}}})
	if len(got) != 2 || len(got[0].Endpoints) != 1 || got[0].Endpoints[0].TargetRef.UID != "new" || len(got[1].Endpoints) != 0 {
		t.Errorf("%+v", got)
	}
	if len(all[0].Endpoints) != 3 || all[0].Endpoints[0].TargetRef.UID != "old" {
		t.Errorf("the slices of the watch were changed: %+v", all)
	}
}
