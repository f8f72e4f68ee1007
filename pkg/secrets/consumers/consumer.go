package consumers

import (
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// How is the way in which a consumer uses a Secret or ConfigMap. The set is closed.
type How string

// The ways: six of a pod, then those of an Ingress and a ServiceAccount.
const (
	HowEnv        How = "env"
	HowEnvFrom    How = "envFrom"
	HowVolume     How = "volume"
	HowProjected  How = "projected"
	HowSubPath    How = "subPath"
	HowPullSecret How = "imagePullSecrets"
	HowIngressTLS How = "ingressTLS"
	HowAccount    How = "serviceAccountSecrets"
)

// Reach is when a change of the content reaches one that uses it. The set is closed.
type Reach string

// A variable is set, and a subPath mounted, whenever a container starts (k8s.io/kubernetes,
// pkg/kubelet/kubelet_pods.go, GenerateRunContainerOptions). A whole volume is written anew in running
// pods, within about a minute; whether the app reads it again is its own affair. Of an immutable object
// the kubelet holds what it read for a pod (pkg/kubelet/util/manager, watch_based_manager.go).
const (
	ReachContainerStart Reach = "ContainerStart"
	ReachInPlace        Reach = "InPlace"
	ReachPodStart       Reach = "PodStart"
	ReachImagePull      Reach = "ImagePull"
	ReachController     Reach = "Controller" // the Ingress controller watches the Secret
	ReachNothing        Reach = "Nothing"    // named only: no content is read
)

// Use is one way in which a consumer uses one key, or all of them.
type Use struct {
	How How `json:"how"`
	// Key is "" where every key is used.
	Key string `json:"key,omitempty"`
	// Container is "" for what belongs to the pod, and for a volume that no container mounts.
	Container string `json:"container,omitempty"`
	Variable  string `json:"variable,omitempty"`
	Prefix    string `json:"prefix,omitempty"`
	Volume    string `json:"volume,omitempty"`
	MountPath string `json:"mountPath,omitempty"`
	// ServiceAccount is the one that brings the pull secret to the pods.
	ServiceAccount string `json:"serviceAccount,omitempty"`
	Optional       bool   `json:"optional,omitempty"`
	// Missing: the object has no such key.
	Missing bool `json:"missing,omitempty"`
	// PodsOnly: running pods use it so, and the template does not, or no longer.
	PodsOnly bool  `json:"podsOnly,omitempty"`
	Reach    Reach `json:"reach"`

	// guessed: the file may as well be that of another source of a projected volume.
	guessed bool
}

// State says how a consumer stands to the last change. The set is closed.
type State string

// The states, the worst first.
const (
	StateMissing State = "MissingKey" // a key that is not optional is missing: what starts now fails or lacks it
	StateStale   State = "Stale"      // running pods hold the content from before the change
	StateUnknown State = "Unknown"    // the object or the pods could not be read
	StateInPlace State = "InPlace"    // pods are older than the change, and their files follow it
	StateCurrent State = "Current"
	StateNoPods  State = "NoPods" // the next pod reads the content of that moment
)

// Consumer is one object that uses a Secret or ConfigMap.
type Consumer struct {
	workload.Ref
	State State `json:"state"`
	// Pods counts those that run and use it; StalePods those of them that will hold the content from before
	// the last change until they, or their containers, start anew.
	Pods      int `json:"pods"`
	StalePods int `json:"stalePods"`
	// OldestStart is that of the content which has been in use longest; nil without pods.
	OldestStart *time.Time `json:"oldestStart,omitempty"`
	// NeedsRoll: only new pods will see the change. Rollable: this program can release such a kind.
	NeedsRoll bool   `json:"needsRoll"`
	Rollable  bool   `json:"rollable"`
	Why       string `json:"why"`
	Uses      []Use  `json:"uses"`
}

// rollable are the kinds that a release can roll.
func rollable(kind string) bool {
	k := workload.KindNamed(kind)
	return k != nil && k.Releasable()
}

// runsToEnd are the kinds whose pods end by themselves: the next run reads everything anew.
func runsToEnd(kind string) bool { return kind == kindJob || kind == kindCronJob }

// The kinds that consumers have, as in the API.
const (
	kindDeployment     = "Deployment"
	kindStatefulSet    = "StatefulSet"
	kindDaemonSet      = "DaemonSet"
	kindReplicaSet     = "ReplicaSet"
	kindJob            = "Job"
	kindCronJob        = "CronJob"
	kindPod            = "Pod"
	kindServiceAccount = "ServiceAccount"
	kindIngress        = "Ingress"
)
