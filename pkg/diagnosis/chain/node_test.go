package chain_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/podtest"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestNodes(t *testing.T) {
	node := func(ready corev1.ConditionStatus) *corev1.Node {
		n := &corev1.Node{Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{{Type: "Ready", Status: ready, LastTransitionTime: *podtest.At(0)}}}}
		n.Name = "node-1"
		return n
	}
	down, other := podtest.Owned("new", "web-1"), podtest.Owned("b", "api-1")
	for _, p := range []*corev1.Pod{down, other} {
		p.OwnerReferences[0].Name = "of-" + p.Name
	}
	pods := []*corev1.Pod{down, podtest.Ready("web-2"), other, podtest.ReadyOf("c", "well")}
	r := explained(chain.Node(node("Unknown"), pods, nil, now), nil)
	if got := outline(r); got != "Failing < node/node-1 NodeLost < replicaset/of-web-1 < replicaset/of-api-1" || !strings.Contains(r.Message, "2 of 4 pods not ready") {
		t.Errorf("%s: %s", got, r.Message)
	}
	if r := explained(chain.Node(node("True"), pods, nil, now), nil); outline(r) != "NothingFound" || len(r.Next) != 2 {
		t.Errorf("%s, next %v", outline(r), r.Next)
	}

	if r := explained(chain.Node(node("Unknown"), nil, nil, now), nil); !strings.HasSuffix(r.Message, ", no pods") {
		t.Errorf("a lost node without pods: %s", r.Message)
	}

	// A revision stands for its workload, if it may be read.
	owned := &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{OwnerReferences: []metav1.OwnerReference{{Kind: "Deployment", Name: "web", Controller: new(true)}}}}
	related := map[workload.Ref]chain.Related{
		{Kind: "ReplicaSet", Namespace: "shop", Name: "of-web-1"}: {Object: owned}, {Kind: "ReplicaSet", Namespace: "shop", Name: "of-api-1"}: {Unread: true},
	}
	asked := chain.Node(node("Unknown"), pods, nil, now)
	if refs := asked.Related(); len(refs) != len(related) || related[refs[0]].Object == nil {
		t.Errorf("asks for %v", refs)
	}
	if got := outline(explained(asked, related)); got != "Failing < node/node-1 NodeLost < deployment/web < replicaset/of-api-1" {
		t.Error(got)
	}

	// Those with the most pods that are not ready come first; the others are counted.
	for i := range 20 {
		p := podtest.Owned(types.UID(fmt.Sprint(i)), fmt.Sprintf("more-%02d", i))
		p.OwnerReferences[0].Name = "of-" + p.Name
		pods = append(pods, p)
	}
	second := podtest.Owned("b", "api-2")
	second.OwnerReferences[0].Name = "of-api-1"
	pods = append(pods, second)
	for status, want := range map[corev1.ConditionStatus]string{"Unknown": "and pods of 10 more controllers", "True": "and pods of 19 more controllers"} {
		r := explained(chain.Node(node(status), pods, nil, now), nil)
		if !slices.Contains(r.Also, want) || !strings.HasSuffix(r.Next[len(r.Next)-1].Command, " --field-selector spec.nodeName=node-1") {
			t.Errorf("%s: also %q, next %v", status, r.Also, r.Next)
		}
		if status == "True" && r.Also[0] != "replicaset/of-api-1 in shop: 2 of 2 pods here not ready" {
			t.Errorf("first: %q", r.Also)
		}
	}
}

// The node leaves a cause out that depends on a log: why of the pod reads it, and may name another.
func TestNodeGuessesNoCause(t *testing.T) {
	n := &corev1.Node{Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{{Type: "Ready", Status: "True"}}}}
	crashed, missing := podtest.Crashed("web-1", 3, 255), podtest.Waiting("web-2", "ErrImagePull", "web:2.0: not found")
	s := chain.Node(n, []*corev1.Pod{crashed, missing}, nil, now)
	s.Look(false)
	causes := map[string]diagnosis.Cause{}
	for _, p := range s.Explain(nil).Pods {
		causes[p.Name] = p.Cause
	}
	if causes["web-1"] != "" || causes["web-2"] != diagnosis.ImageNotFound {
		t.Errorf("%v", causes)
	}
}

// A pod past its deadline: a lost node never stops it, a finalizer is given a minute.
func TestStuckTerminating(t *testing.T) {
	late := func(d time.Duration, finalizers ...string) *corev1.Pod {
		p := podtest.Ready("web-1")
		p.DeletionTimestamp, p.Finalizers = &metav1.Time{Time: now.Add(-d)}, finalizers
		return p
	}
	lost := &corev1.Node{Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{{Type: "Ready", Status: "Unknown", Message: "no word"}}}}
	well := &corev1.Node{Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{{Type: "Ready", Status: "True"}}}}
	for _, tt := range []struct {
		name string
		pod  *corev1.Pod
		node *corev1.Node
		want chain.State
		says string
	}{
		{"its node is lost", late(20 * time.Second), lost, chain.Failing, "node node-1: Ready is Unknown: no word"},
		{"its node is well", late(20 * time.Second), well, chain.Progressing, "its node node-1 is Ready: the kubelet has not stopped the containers yet"},
		{"its node is well, for long", late(20 * time.Minute), well, chain.Failing, ""},
		{"a finalizer", late(20*time.Second, "example.com/keep"), well, chain.Progressing, "finalizers: example.com/keep"},
		{"a finalizer for two minutes", late(2*time.Minute, "example.com/keep"), well, chain.Failing, ""},
	} {
		s := chain.Pod(tt.pod, nil, now)
		s.Take(diagnosis.Observed{Nodes: map[string]*corev1.Node{"node-1": tt.node}})
		s.Look(true)
		r := s.Explain(map[workload.Ref]chain.Related{{Kind: "Node", Name: "node-1"}: {Object: tt.node}})
		if r.State != tt.want || r.Cause != diagnosis.StuckTerminating || !strings.Contains(r.Chain[len(r.Chain)-1].Message, tt.says) {
			t.Errorf("%s: %s %s %+v", tt.name, r.State, r.Message, r.Chain)
		}
	}
}

// What a condition of a node means depends on its type.
func TestNodeConditions(t *testing.T) {
	for condition, want := range map[string]chain.State{
		"DiskPressure=True": chain.Failing, "PIDPressure=False": chain.NothingFound, "NetworkUnavailable=True": chain.Failing,
		"KernelDeadlock=True": chain.Failing, "KubeletProblem=True": chain.Failing, "ReadonlyFilesystem=True": chain.Failing,
		"EtcdIsVoter=True": chain.NothingFound, "KernelReady=True": chain.NothingFound, "KernelReady=False": chain.Failing,
		"example.com/Licensed=True": chain.NothingFound,
	} {
		kind, status, _ := strings.Cut(condition, "=")
		n := &corev1.Node{Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{
			{Type: corev1.NodeConditionType(kind), Status: corev1.ConditionStatus(status)}, {Type: corev1.NodeReady, Status: corev1.ConditionTrue},
		}}}
		if r := explained(chain.Node(n, nil, nil, now), nil); r.State != want {
			t.Errorf("%s: %s %s, want %s", condition, r.State, r.Message, want)
		}
	}
}
