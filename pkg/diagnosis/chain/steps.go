package chain

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// explainProblem begins the chain: what is deeper than the pod, then the pod.
func (s *Subject) explainProblem(r *Report, d *decision, related map[workload.Ref]Related) {
	p := d.problem
	r.State, r.Cause = Failing, p.Cause
	if begun := p.Since(); begun.Before(s.now) {
		r.Since = &begun
	}
	if s.mayHeal(d, r.Since) || d.look.aside && s.looks[0].comesUp() {
		r.State = Progressing
	}
	shown := d.look.step(p)
	shows := ""
	if deeper, ok := s.beneath(d); ok {
		s.explainBeneath(r, &deeper, related)
		shows = ": it shows " + string(deeper.problem.Cause)
	}
	if step, ok := d.look.classStep(p, related); ok {
		r.Chain = append(r.Chain, step)
		r.next("kubectl get storageclasses")
	}
	if about := d.look.about(p); about.Name != "" {
		s.explainAbout(r, p, about, related, &shown)
	}
	if n := len(r.Chain); shows != "" && r.Chain[n-1].Object != shown.Object {
		shown.Says = "shows it, too"
	}
	r.Chain = append(r.Chain, shown)
	r.Message = strings.Join(nonEmpty(string(p.Cause), d.look.share(p), since(r.Since, s.now)), ", ") + shows
	r.next(p.Next...)
}

// comesUp tells whether pods replace those of an old revision, and nothing is wrong with them.
func (l *look) comesUp() bool {
	return !l.aside && !l.found.Complete && len(l.found.Pods) > 0 && len(l.found.Problems) == 0
}

// explainAbout adds the object that a problem points to.
func (s *Subject) explainAbout(r *Report, p *diagnosis.Problem, about workload.Ref, related map[workload.Ref]Related, shown *Step) {
	known, read := related[about]
	s.lost(r, p, known)
	step, ok := known.step(about, p, s.now)
	switch {
	case ok && about == shown.Object:
		shown.Says = step.Says
	case ok && slices.ContainsFunc(r.Chain, func(s Step) bool { return s.Object == about }): // its class says more
	case ok:
		r.Chain = append(r.Chain, step)
	case read && !known.Unread && configKinds[p.Cause] != "":
		r.Notes = append(r.Notes, fmt.Sprintf("%s is there now: the kubelet looks again within two minutes", lowerRef(about)))
		p.Next = slices.DeleteFunc(slices.Clone(p.Next), func(c string) bool { return RiskOf(c) == Safe }) // it would add what is there
	}
}

// lost dates a lost node by the node, and ends the patience with a pod that its lost node never stops.
func (s *Subject) lost(r *Report, p *diagnosis.Problem, about Related) {
	node, _ := about.Object.(*corev1.Node)
	if node != nil && sickCondition(node) == nil || node == nil && !about.Absent {
		return
	}
	switch {
	case p.Cause == diagnosis.StuckTerminating:
		r.State = Failing
	case p.Cause == diagnosis.NodeLost && node != nil:
		since := sickCondition(node).LastTransitionTime.Time
		r.Since = &since
	}
}

// patience is how long what may still come right is called progress: the API's default progress deadline.
const patience = 10 * time.Minute

// finalizerPatience is how long a pod past its deadline may keep a finalizer: the controllers take theirs off in seconds.
const finalizerPatience = time.Minute

// mayHeal tells whether the problem is normal for a while, and has not lasted long.
func (s *Subject) mayHeal(d *decision, begun *time.Time) bool {
	switch {
	case d.problem.Grade != diagnosis.Waiting:
		return false
	case begun == nil:
		return d.problem.Cause.UnderWay()
	}
	limit := patience
	if w := d.look.in.Workload; w.Strategy.ProgressDeadline > 0 {
		limit = w.Strategy.ProgressDeadline
	}
	if p := d.problem; p.Cause == diagnosis.StuckTerminating && p.Subject == "" {
		limit = finalizerPatience
	}
	return s.now.Sub(*begun) < limit
}

// step is the object that shows the problem.
func (l *look) step(p *diagnosis.Problem) Step {
	step := Step{
		Object: workload.Ref{Kind: p.Source.Kind, Namespace: l.in.Workload.Namespace, Name: p.Source.Name},
		Cause:  p.Cause, Field: p.Source.Field, Message: p.Message, Logs: p.Logs,
	}
	if p.Container != "" {
		step.Says = "container " + p.Container
		if p.ExitCode != nil {
			step.Says += fmt.Sprintf(" exited %d", *p.ExitCode)
			if code := fmt.Sprintf("exit code %d", *p.ExitCode); p.Message == "Error, "+code || p.Message == "Completed, "+code || p.Message == code {
				step.Message = ""
			}
		}
		if p.Restarts > 0 {
			step.Says += ", " + workload.Plural(int(p.Restarts), "restart", "restarts")
		}
	}
	return step
}

// share is how many pods show a problem.
func (l *look) share(p *diagnosis.Problem) string {
	switch {
	case p.Of > 0 && l.of != "":
		of := l.of
		if p.Of == 1 {
			of = strings.Replace(of, "pods", "pod", 1)
		}
		return fmt.Sprintf("%d of %d %s", p.Pods, p.Of, of)
	case len(p.Affected) == 0 && refusals[p.Cause]:
		return "no pod could be created"
	}
	return ""
}

// refusals are the causes that keep pods from being created.
var refusals = map[diagnosis.Cause]bool{
	diagnosis.QuotaExceeded: true, diagnosis.AdmissionDenied: true, diagnosis.WebhookUnavailable: true, diagnosis.ServiceAccountMissing: true,
}

// alsoTrue adds the other problems of a look, a line for each.
func (s *Subject) alsoTrue(r *Report, l *look, decisive *diagnosis.Problem) {
	if l.found == nil {
		return
	}
	for i := range l.found.Problems {
		p := &l.found.Problems[i]
		step := l.step(p)
		told := len(p.Affected) == 1 && slices.ContainsFunc(r.Chain, func(s Step) bool { return s.Object == step.Object && s.Cause == step.Cause })
		if p == decisive || told {
			continue
		}
		r.Also = append(r.Also, strings.Join(nonEmpty(string(p.Cause), l.share(p), p.Exemplar), " "))
	}
}

// pods lists those that are not well.
func (s *Subject) pods(r *Report) {
	for _, l := range s.looks {
		causes := map[*corev1.Pod]diagnosis.Cause{}
		for i := range l.found.Problems {
			for _, pod := range l.found.Problems[i].Affected {
				if causes[pod] == "" && (!s.StatusOnly || !l.found.Problems[i].Vague()) {
					causes[pod] = l.found.Problems[i].Cause
				}
			}
		}
		for _, pod := range l.in.Pods {
			if l.in.Revision == nil || !l.in.Revision.Owns(pod) {
				continue
			}
			r.PodsTotal++
			r.there[string(pod.UID)] = true
			p := PodReport{Namespace: pod.Namespace, Name: pod.Name, UID: string(pod.UID), Ready: diagnosis.IsReady(pod), Restarts: restarts(pod), Cause: causes[pod]}
			if !p.Ready || p.Restarts > 0 || p.Cause != "" {
				r.Pods = append(r.Pods, p)
			}
		}
	}
}

func restarts(pod *corev1.Pod) int32 {
	var n int32
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		n += c.RestartCount
	}
	return n
}

// hides is what can't be found without a resource.
var hides = map[string]string{
	"events":                 "causes that only events show: failed mounts, probes, refused pods",
	"logs":                   "the last lines of crashed containers",
	"pods":                   "every cause in a pod",
	"persistentvolumeclaims": "whether a claim is bound",
	"replicasets":            "which pods are new",
	"controllerrevisions":    "which pods are new",
	"resourcequotas":         "whether a quota is used up",
	"jobs":                   "how the last run ended",
	"nodes":                  "whether a node is lost",
	"storageclasses":         "what the StorageClass of a claim does",
	"secrets":                "whether a Secret that the pods need is there",
	"configmaps":             "whether a ConfigMap that the pods need is there",
	"serviceaccounts":        "whether their service account is there",
}

// gotten are the resources of which one object is read at a time.
var gotten = []string{"logs", "persistentvolumeclaims", "secrets", "configmaps", "serviceaccounts", "nodes"}

// limits says what the report is not based on.
func (s *Subject) limits(r *Report) {
	for _, what := range s.forbidden {
		resource := map[string]string{"logs": "pods/log"}[what]
		if resource == "" {
			resource = what
		}
		verb := "list"
		if slices.Contains(gotten, what) {
			verb = "get"
		}
		n := NotSeen{Resource: resource, Hides: hides[what]}
		if n.Hides == "" {
			n.Hides = "what " + what + " would explain"
		}
		if why := s.silent[what]; why != "" {
			r.Notes = append(r.Notes, resource+" "+why+": this hides "+n.Hides)
			continue
		}
		n.Next = []string{workload.CanI(verb, resource, s.Ref.Namespace)}
		r.NotSeen = append(r.NotSeen, n)
	}
	s.dryRunNotes(r)
	if s.eventsWanted && !s.eventsSeen && !s.StatusOnly && !slices.Contains(s.forbidden, "events") {
		r.Notes = append(r.Notes, "no events are left: this is from "+s.basis())
	}
}

func since(begun *time.Time, now time.Time) string {
	if begun == nil {
		return ""
	}
	return "for " + duration.HumanDuration(max(now.Sub(*begun), 0))
}

func lowerRef(ref workload.Ref) string { return strings.ToLower(ref.Kind) + "/" + ref.Name }

func nonEmpty(words ...string) []string {
	return slices.DeleteFunc(words, func(w string) bool { return w == "" })
}
