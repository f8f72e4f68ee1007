package app

import (
	"time"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// StatusKind is the kind of a StatusReport.
const StatusKind = "StatusReport"

// StatusReport is what `status -o json` prints for workloads that are named or selected, the sick ones first. Its JSON is a
// contract: docs/schema/status-report.v1alpha1.json.
type StatusReport struct {
	APIVersion string    `json:"apiVersion"`
	Kind       string    `json:"kind"`
	Time       time.Time `json:"time"`
	Apps       []App     `json:"apps"`
}

// App is one workload with all that is around it. An empty list is left out.
type App struct {
	Object workload.Ref `json:"object"`
	Summary
	Replicas Replicas `json:"replicas"`
	// Images by container.
	Images   map[string]string `json:"images"`
	Revision *Revision         `json:"revision,omitempty"`
	Changed  *Change           `json:"changed,omitempty"`

	Pods            []PodGroup   `json:"pods,omitempty"`
	Services        []Service    `json:"services,omitempty"`
	Routes          []Route      `json:"routes,omitempty"`
	Autoscalers     []Autoscaler `json:"autoscalers,omitempty"`
	Budgets         []Budget     `json:"budgets,omitempty"`
	References      []Reference  `json:"references,omitempty"`
	NetworkPolicies []Policy     `json:"networkPolicies,omitempty"`
	Quotas          []Quota      `json:"quotas,omitempty"`
	Warnings        []Warning    `json:"warnings,omitempty"`

	// NotSeen is what could not be read.
	NotSeen []chain.NotSeen `json:"notSeen,omitempty"`
	// Notes limit what the report can say.
	Notes []string        `json:"notes,omitempty"`
	Next  []chain.Command `json:"next,omitempty"`
}

// Replicas are the counts of the status.
type Replicas struct {
	Desired   int32 `json:"desired"`
	Updated   int32 `json:"updated"`
	Ready     int32 `json:"ready"`
	Available int32 `json:"available"`
	Total     int32 `json:"total"`
}

// Revision is the one that the workload's template is.
type Revision struct {
	Number int64  `json:"number"`
	Name   string `json:"name"`
	// Replaces are the numbers of older revisions that still have pods.
	Replaces []int64 `json:"replaces,omitempty"`
	// Verdict is that of the rollout; nil if nobody watched it.
	Verdict *rollout.VerdictAnnotation `json:"verdict,omitempty"`
}

// Change is the last write of the pod template.
type Change struct {
	At *time.Time `json:"at,omitempty"`
	// By is the field manager, as the command behind it: "kubectl set".
	By string `json:"by,omitempty"`
	// Cause is the annotation kubernetes.io/change-cause.
	Cause string `json:"cause,omitempty"`
	// Owners are tools that will write the workload again: "Helm", "Argo CD".
	Owners []string `json:"owners,omitempty"`
}

// PodGroup is pods of one revision that are so for one reason.
type PodGroup struct {
	Count int `json:"count"`
	// New: they are of the present template.
	New      bool            `json:"new"`
	Revision int64           `json:"revision,omitempty"`
	Phase    PodPhase        `json:"phase"`
	Cause    diagnosis.Cause `json:"cause,omitempty"`
	// Since is since when all of them are so, or the first shows the cause.
	Since    *time.Time `json:"since,omitempty"`
	Restarts int32      `json:"restarts,omitempty"`
	// Restarted is when the last container was restarted.
	Restarted *time.Time `json:"restarted,omitempty"`
	Names     []string   `json:"names"`
	Nodes     []string   `json:"nodes,omitempty"`
}

// PodPhase is what pods of a group do. The set is closed.
type PodPhase string

// The phases, as a reader needs to tell them apart.
const (
	PodReady       PodPhase = "Ready"
	PodUnready     PodPhase = "NotReady"
	PodTerminating PodPhase = "Terminating"
	PodEnded       PodPhase = "Ended"
)

// Problem is one thing that is wrong with an object around the app, or that will be soon.
type Problem struct {
	Code ProblemCode `json:"code"`
	// Severe: something does not work now. Otherwise it will not at the next pod, drain or date.
	Severe  bool   `json:"severe"`
	Message string `json:"message"`
}

// ProblemCode is what is wrong. The set is closed.
type ProblemCode string

// The codes, in the order of the sections.
const (
	NoReadyEndpoint   ProblemCode = "NoReadyEndpoint"
	PortNotFound      ProblemCode = "PortNotFound"
	SelectsOnlyOld    ProblemCode = "SelectsOnlyOldPods"
	SelectsOthers     ProblemCode = "SelectsOtherPods"
	BackendNoPort     ProblemCode = "BackendPortMissing"
	NoAddress         ProblemCode = "NoAddress"
	RouteRejected     ProblemCode = "RouteRejected"
	CertificateAbsent ProblemCode = "CertificateMissing"
	NotTLS            ProblemCode = "SecretTypeNotTLS"
	CertificateBroken ProblemCode = "CertificateUnreadable"
	CertificateOver   ProblemCode = "CertificateExpired"
	CertificateEnds   ProblemCode = "CertificateExpiresSoon"
	CertificateHost   ProblemCode = "CertificateOtherHost"
	ScalingInactive   ProblemCode = "ScalingInactive"
	AtMaximum         ProblemCode = "AtMaximum"
	SeveralScalers    ProblemCode = "SeveralAutoscalers"
	NoDisruption      ProblemCode = "NoDisruptionAllowed"
	BudgetConflict    ProblemCode = "BudgetsConflict"
	BudgetBroken      ProblemCode = "BudgetNotComputed"
	Missing           ProblemCode = "Missing"
	KeyMissing        ProblemCode = "KeyMissing"
	ClaimPending      ProblemCode = "ClaimNotBound"
	IngressDenied     ProblemCode = "IngressDenied"
	QuotaShort        ProblemCode = "QuotaShort"
)

func severe(code ProblemCode, message string) Problem { return Problem{code, true, message} }
func soon(code ProblemCode, message string) Problem   { return Problem{code, false, message} }

// Service is one that selects the app's pods.
type Service struct {
	Object workload.Ref `json:"object"`
	Type   string       `json:"type"`
	Ports  []string     `json:"ports,omitempty"`
	// EndpointCount is nil if the EndpointSlices could not be read.
	*EndpointCount
	Addresses []string  `json:"addresses,omitempty"`
	Problems  []Problem `json:"problems,omitempty"`
}

// EndpointCount counts the endpoints of a Service: Ready of Endpoints are ready. Others are pods of other workloads; where
// the pods could not be read, none counts as another one's.
type EndpointCount struct {
	Ready     int `json:"ready"`
	Endpoints int `json:"endpoints"`
	Others    int `json:"others,omitempty"`
}

// Route is an Ingress or HTTPRoute that leads to one of the Services.
type Route struct {
	Object workload.Ref `json:"object"`
	// URLs are the hosts and paths that lead to the Services.
	URLs []string `json:"urls"`
	// Services that they lead to, with the port: "web:80".
	Services     []string      `json:"services"`
	Certificates []Certificate `json:"certificates,omitempty"`
	// Through is what takes the traffic in: the Ingress class, or the Gateways.
	Through  []string  `json:"through,omitempty"`
	Problems []Problem `json:"problems,omitempty"`
}

// Certificate is that of a Secret.
type Certificate struct {
	Secret  string     `json:"secret"`
	Expires *time.Time `json:"expires,omitempty"`
}

// Autoscaler is a HorizontalPodAutoscaler that scales the app.
type Autoscaler struct {
	Object  workload.Ref `json:"object"`
	Min     int32        `json:"min"`
	Max     int32        `json:"max"`
	Current int32        `json:"current"`
	Desired int32        `json:"desired"`
	// Metrics are the present numbers beside their targets: "cpu 45% of 80%".
	Metrics []string `json:"metrics,omitempty"`
	// Limited is why it does not scale further, in the words of the autoscaler.
	Limited  string    `json:"limited,omitempty"`
	Problems []Problem `json:"problems,omitempty"`
}

// Budget is a PodDisruptionBudget that selects the app's pods.
type Budget struct {
	Object workload.Ref `json:"object"`
	// Rule is "minAvailable 2" or "maxUnavailable 1".
	Rule    string `json:"rule"`
	Allowed int32  `json:"disruptionsAllowed"`
	Healthy int32  `json:"healthy"`
	// Expected pods are those that it selects.
	Expected int32     `json:"expected"`
	Problems []Problem `json:"problems,omitempty"`
}

// Reference is an object that the pod template names.
type Reference struct {
	Object workload.Ref `json:"object"`
	// Uses are the ways in which it is used: "env", "volume".
	Uses []string `json:"uses"`
	// Keys that are named; none where the whole object is meant.
	Keys     []string `json:"keys,omitempty"`
	Optional bool     `json:"optional,omitempty"`
	State    RefState `json:"state"`
	// Detail is more of what is there: "Bound 10Gi".
	Detail      string       `json:"detail,omitempty"`
	Certificate *Certificate `json:"certificate,omitempty"`
	Problems    []Problem    `json:"problems,omitempty"`
}

// RefState tells whether what is named is there. The set is closed.
type RefState string

// The states of a reference. Unread: it is not known.
const (
	RefPresent    RefState = "Present"
	RefMissing    RefState = "Missing"
	RefKeyMissing RefState = "KeyMissing"
	RefUnread     RefState = "Unread"
)

// Policy is a NetworkPolicy that selects the app's pods.
type Policy struct {
	Object workload.Ref `json:"object"`
	// Ingress and Egress are how many rules allow traffic in and out; nil where the policy does not limit it.
	Ingress  *int      `json:"ingressRules,omitempty"`
	Egress   *int      `json:"egressRules,omitempty"`
	Problems []Problem `json:"problems,omitempty"`
}

// Quota is a ResourceQuota with too little left for one more pod.
type Quota struct {
	Object   workload.Ref `json:"object"`
	Resource string       `json:"resource"`
	Used     string       `json:"used"`
	Hard     string       `json:"hard"`
	Need     string       `json:"need"`
	Problems []Problem    `json:"problems,omitempty"`
}

// Warning is a group of events of the type Warning about the app or what is around it.
type Warning struct {
	Reason string `json:"reason"`
	// Kind of the objects, Objects how many of them, Exemplar the one of the last event.
	Kind     string    `json:"kind"`
	Objects  int       `json:"objects"`
	Exemplar string    `json:"exemplar"`
	Count    int       `json:"count"`
	Last     time.Time `json:"last"`
	Message  string    `json:"message"`
}
