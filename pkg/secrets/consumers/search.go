package consumers

import (
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Search collects who uses some Secrets and ConfigMaps of a namespace. It keeps of each object that is
// added only what concerns them, so that the object can be forgotten at once. It is not safe for
// concurrent use.
type Search struct {
	sought map[objectName]bool
	// holders have a template, or are an Ingress or a ServiceAccount.
	holders []holder
	pods    []podHolder
	makers  map[objectName]objectName // the CronJob of a Job
	// deployments are all that were added, whatever they use.
	deployments map[string]bool
	unread      map[string]bool // kinds
}

// holder is an object that may use what is sought.
type holder struct {
	workload.Ref
	uses []objectUse
	// account is the ServiceAccount that gives its pods their pull secrets; "" when they have their own.
	account string
}

// podHolder is a running pod that uses what is sought.
type podHolder struct {
	holder
	owner   objectName // of kind "" for a bare pod
	hash    string     // pod-template-hash
	created time.Time
	ending  bool                 // it is being stopped: it uses what it uses, and reads nothing any more
	starts  map[string]time.Time // by container; one that will start anew is not there
}

// NewSearch looks for users of these objects.
func NewSearch(sought ...workload.Ref) *Search {
	s := &Search{
		sought: map[objectName]bool{}, makers: map[objectName]objectName{},
		deployments: map[string]bool{}, unread: map[string]bool{},
	}
	for _, ref := range sought {
		s.sought[objectName{ref.Kind, ref.Name}] = true
	}
	return s
}

// Without says that a kind could not be read. Without "Pod" nothing is known of what pods hold.
func (s *Search) Without(kind string) { s.unread[kind] = true }

// Add looks at one object of the namespace. Kinds that use neither Secrets nor ConfigMaps are passed over.
func (s *Search) Add(object runtime.Object) {
	switch o := object.(type) {
	case *appsv1.Deployment:
		s.deployments[o.Name] = true
		s.addTemplate(kindDeployment, &o.ObjectMeta, &o.Spec.Template)
	case *appsv1.StatefulSet:
		s.addTemplate(kindStatefulSet, &o.ObjectMeta, &o.Spec.Template)
	case *appsv1.DaemonSet:
		s.addTemplate(kindDaemonSet, &o.ObjectMeta, &o.Spec.Template)
	case *appsv1.ReplicaSet:
		if metav1.GetControllerOf(o) == nil {
			s.addTemplate(kindReplicaSet, &o.ObjectMeta, &o.Spec.Template)
		}
	case *batchv1.CronJob:
		s.addTemplate(kindCronJob, &o.ObjectMeta, &o.Spec.JobTemplate.Spec.Template)
	case *batchv1.Job:
		s.addJob(o)
	case *corev1.Pod:
		s.addPod(o)
	case *corev1.ServiceAccount:
		s.addAccount(o)
	case *networkingv1.Ingress:
		s.addIngress(o)
	}
}

func (s *Search) addTemplate(kind string, meta *metav1.ObjectMeta, t *corev1.PodTemplateSpec) {
	h := s.holder(kind, meta, &t.Spec)
	if h.uses != nil || h.account != "" && s.seeksSecrets() {
		s.holders = append(s.holders, h)
	}
}

func (s *Search) holder(kind string, meta *metav1.ObjectMeta, spec *corev1.PodSpec) holder {
	h := holder{Ref: workload.Ref{Kind: kind, Namespace: meta.Namespace, Name: meta.Name}, uses: podUses(spec, s.sought)}
	if len(spec.ImagePullSecrets) == 0 {
		// Admission gives those of the account to pods that name none (plugin/pkg/admission/serviceaccount).
		if h.account = spec.ServiceAccountName; h.account == "" {
			h.account = "default"
		}
	}
	return h
}

func (s *Search) seeksSecrets() bool {
	for object := range s.sought {
		if object.kind == string(workload.SecretReference) {
			return true
		}
	}
	return false
}

// addJob: one that has ended uses nothing any more, and one of a CronJob is that one's.
func (s *Search) addJob(j *batchv1.Job) {
	if owner := metav1.GetControllerOf(j); owner != nil {
		s.makers[objectName{kindJob, j.Name}] = objectName{owner.Kind, owner.Name}
		return
	}
	for _, c := range j.Status.Conditions {
		if (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) && c.Status == corev1.ConditionTrue {
			return
		}
	}
	s.addTemplate(kindJob, &j.ObjectMeta, &j.Spec.Template)
}

func (s *Search) addPod(p *corev1.Pod) {
	if p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed {
		return
	}
	h := s.holder(kindPod, &p.ObjectMeta, &p.Spec)
	if h.uses == nil {
		return
	}
	pod := podHolder{
		holder: h, hash: p.Labels[workload.LabelPodTemplateHash], created: p.CreationTimestamp.Time,
		ending: p.DeletionTimestamp != nil, starts: containerStarts(p),
	}
	if owner := metav1.GetControllerOf(p); owner != nil {
		pod.owner = objectName{owner.Kind, owner.Name}
	}
	s.pods = append(s.pods, pod)
}

func (s *Search) addAccount(a *corev1.ServiceAccount) {
	h := holder{Ref: workload.Ref{Kind: kindServiceAccount, Namespace: a.Namespace, Name: a.Name}}
	add := func(name string, use Use) {
		if object := (objectName{string(workload.SecretReference), name}); s.sought[object] {
			h.uses = append(h.uses, objectUse{object, use})
		}
	}
	for _, r := range a.ImagePullSecrets {
		add(r.Name, Use{How: HowPullSecret, Reach: ReachImagePull})
	}
	for _, r := range a.Secrets {
		add(r.Name, Use{How: HowAccount, Reach: ReachNothing})
	}
	if h.uses != nil {
		s.holders = append(s.holders, h)
	}
}

func (s *Search) addIngress(i *networkingv1.Ingress) {
	h := holder{Ref: workload.Ref{Kind: kindIngress, Namespace: i.Namespace, Name: i.Name}}
	for _, tls := range i.Spec.TLS {
		object := objectName{string(workload.SecretReference), tls.SecretName}
		if !s.sought[object] {
			continue
		}
		for _, key := range []string{corev1.TLSCertKey, corev1.TLSPrivateKeyKey} {
			h.uses = append(h.uses, objectUse{object, Use{How: HowIngressTLS, Key: key, Reach: ReachController}})
		}
	}
	if h.uses != nil {
		s.holders = append(s.holders, h)
	}
}

// ownerOf is the consumer that a pod belongs to. The ReplicaSet of a Deployment is named after it and
// the hash of its template (k8s.io/kubernetes, pkg/controller/deployment/sync.go), so that those
// ReplicaSets, of which there are many, need not be read.
func (s *Search) ownerOf(p podHolder) objectName {
	switch p.owner.kind {
	case "":
		return objectName{kindPod, p.Name}
	case kindReplicaSet:
		name, made := strings.CutSuffix(p.owner.name, "-"+p.hash)
		if made && p.hash != "" && (s.deployments[name] || s.unread[kindDeployment]) {
			return objectName{kindDeployment, name}
		}
	case kindJob:
		if maker, known := s.makers[p.owner]; known {
			return maker
		}
	}
	return p.owner
}
