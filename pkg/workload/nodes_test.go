package workload

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// TestNodesFor: of three nodes, one has a disk, one is a control plane, one is not ready.
func TestNodesFor(t *testing.T) {
	var nodes corev1.NodeList
	parse(t, `items:
- metadata: {name: disk, labels: {disk: ssd}}
- metadata: {name: control}
  spec: {taints: [{key: node-role.kubernetes.io/control-plane, effect: NoSchedule}, {key: calm, effect: PreferNoSchedule}]}
- metadata: {name: gone}
  spec: {taints: [{key: node.kubernetes.io/not-ready, effect: NoExecute}, {key: node.kubernetes.io/unschedulable, effect: NoSchedule}]}
`, &nodes)
	for name, test := range map[string]struct {
		spec string
		want int
	}{
		"wherever it may":              {`{}`, 2},
		"the control plane, too":       {`{tolerations: [{operator: Exists}]}`, 3},
		"a node of that label":         {`{nodeSelector: {disk: ssd}}`, 1},
		"no node has the label":        {`{nodeSelector: {disk: hdd}}`, 0},
		"one node by its name":         {`{nodeName: gone}`, 1},
		"a name that no node has":      {`{nodeName: none}`, 0},
		"by affinity":                  {`{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: disk, operator: DoesNotExist}]}]}}}}`, 1},
		"one that can't be parsed":     {`{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: disk, operator: Maybe}]}]}}}}`, 0},
		"what is preferred is no rule": {`{affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: disk, operator: Exists}]}}]}}}`, 2},
	} {
		var template corev1.PodTemplateSpec
		parse(t, test.spec, &template.Spec)
		if got := NodesFor(&template, nodes.Items); got != test.want {
			t.Errorf("%s: %d nodes, want %d", name, got, test.want)
		}
	}
}

func parse(t *testing.T, text string, into any) {
	t.Helper()
	if err := yaml.UnmarshalStrict([]byte(text), into); err != nil {
		t.Fatal(err)
	}
}
