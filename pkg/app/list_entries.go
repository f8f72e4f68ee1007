package app

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Entry is one workload of the list, as `why` would look at it.
type Entry struct {
	*chain.Subject
	// Objects are what redaction has to see: the workload, its revisions and its pods.
	Objects []metav1.Object
	// Quiet: all that it should have is ready and never failed. No message of it is looked at.
	Quiet bool
	// Unowned: these are pods whose controller was not among the objects.
	Unowned bool
	// Abandoned: their controller is there, and its own is not: it was deleted, and they follow.
	Abandoned bool
	// Unmasked: texts about its pods may hold values of Secrets that were not read.
	Unmasked bool
	// Moved is how the workload changed while it was read, and was read again; "" if it did not.
	Moved string

	ready, desired int32
	images         map[string]string
	// running and idle are of what has no pods to be ready: since when it runs, and why it is not listed.
	running time.Time
	idle    string
	// owners are the UIDs of the controllers of its pods; settled is its line if it is well.
	owners  []types.UID
	settled *ListItem
}

// Entries are the workloads of the objects, by name. forbidden says what may not be read in a namespace. mask hides values
// in what controllers say, before it is copied.
func (s *Objects) Entries(forbidden func(namespace string) []string, mask func(...metav1.Object), now time.Time) []*Entry {
	claimed := map[types.UID]bool{"": true}
	var all []*Entry
	for uid, o := range s.workloads {
		e := s.unchanged(uid, claimed)
		if e == nil {
			s.mask(o, mask)
			e = s.workload(o, forbidden(o.GetNamespace()), claimed, now)
			s.keep(uid, e)
		}
		all = append(all, e)
	}
	s.forgetGone()
	for _, cron := range s.crons {
		all = append(all, s.cron(cron, forbidden(cron.Namespace), now))
	}
	for owner, jobs := range s.jobs {
		for _, job := range jobs {
			claimed[job.UID] = true
			if s.crons[owner] == nil {
				all = append(all, s.job(job, forbidden(job.Namespace), now))
			}
		}
	}
	for owner, pods := range s.pods {
		switch {
		case claimed[owner] || len(pods) == 0:
		case isStatic(pods):
			for _, pod := range pods {
				all = append(all, alone(pod, now))
			}
		default:
			e := group(s.pods.of(owner), now)
			e.Unowned, e.Abandoned = !s.has(owner), s.abandoned(owner)
			all = append(all, e)
		}
	}
	for _, pod := range s.pods[""] {
		all = append(all, alone(pod, now))
	}
	slices.SortFunc(all, func(a, b *Entry) int {
		return cmp.Or(cmp.Compare(a.Ref.Namespace, b.Ref.Namespace), cmp.Compare(a.Ref.Kind, b.Ref.Kind), cmp.Compare(a.Ref.Name, b.Ref.Name))
	})
	return all
}

// mask hides values in what is said of a workload and its revisions, if that is more than that all is complete.
func (s *Objects) mask(o workload.Object, mask func(...metav1.Object)) {
	if w := o.Workload(); w.Complete() && w.Terminating == 0 {
		return
	}
	objects := []metav1.Object{o.API}
	for _, revision := range s.revisions[o.GetUID()] {
		objects = append(objects, revision)
	}
	mask(objects...)
}

// has tells whether a workload, a revision or a Job is among the objects.
func (s *Objects) has(uid types.UID) bool {
	if _, ok := s.workloads[uid]; ok {
		return true
	}
	return s.revisions.has(uid) || s.jobs.has(uid)
}

// abandoned tells of a revision whose controller is not among the objects.
func (s *Objects) abandoned(uid types.UID) bool {
	for owner, all := range s.revisions {
		if _, ok := all[uid]; ok {
			_, there := s.workloads[owner]
			return owner != "" && !there
		}
	}
	return false
}

// isStatic tells of the static pods of a node. The node counts as their controller, though they differ.
func isStatic(pods map[types.UID]*corev1.Pod) bool {
	for _, p := range pods {
		owner := metav1.GetControllerOfNoCopy(p)
		return owner != nil && owner.Kind == "Node"
	}
	return false
}

// Labels are those of the workload.
func (e *Entry) Labels() map[string]string {
	if len(e.Objects) == 0 {
		return nil
	}
	return e.Objects[0].GetLabels()
}

func (s *Objects) workload(o workload.Object, forbidden []string, claimed map[types.UID]bool, now time.Time) *Entry {
	w := o.Workload()
	revisions := workload.ReadRevisions(w, s.revisions.of(w.UID))
	e := &Entry{Objects: []metav1.Object{o.API}, ready: w.Ready, desired: w.Desired, images: workload.Images(&w.Template)}
	var seen diagnosis.Observed
	if slices.Contains(forbidden, o.Kind.History.Plural) {
		seen = diagnosis.ObserveUnversioned(w, s.matching(o))
		for _, p := range seen.Pods {
			claimed[controllerUID(p)] = true
		}
	} else {
		set := diagnosis.NewPodSet(math.MaxInt)
		claimed[w.UID] = true
		for i := range revisions {
			owner := revisions[i].Key.Owner
			claimed[owner] = true
			e.owners = append(e.owners, owner)
			for _, p := range s.pods[owner] {
				set.Put(p)
			}
			e.Objects = append(e.Objects, s.revisions[w.UID][revisions[i].UID])
		}
		seen = diagnosis.Observe(w, revisions, set)
	}
	seen.Forbidden = forbidden
	e.Quiet = w.Complete() && w.Terminating == 0
	e.addPods(seen.Pods)
	e.Subject = chain.Workload(seen, now)
	return e
}

// addPods adds the pods, and ends the quiet if one of them is not well.
func (e *Entry) addPods(pods []*corev1.Pod) {
	for _, p := range pods {
		e.Objects = append(e.Objects, p)
		e.Quiet = e.Quiet && p.DeletionTimestamp == nil && diagnosis.Healthy(p)
	}
}

// matching are the pods that the selector of a workload matches.
func (s *Objects) matching(o workload.Object) []*corev1.Pod {
	selector, err := metav1.LabelSelectorAsSelector(o.Selector())
	if err != nil { // the API server has not accepted one that does not parse
		return nil
	}
	var all []*corev1.Pod
	for owner, pods := range s.pods {
		for _, p := range pods {
			if owner != "" && p.Namespace == o.GetNamespace() && selector.Matches(labels.Set(p.Labels)) {
				all = append(all, p)
			}
		}
	}
	return sorted(slices.Values(all))
}

func (s *Objects) job(job *batchv1.Job, forbidden []string, now time.Time) *Entry {
	pods := s.pods.of(job.UID)
	e := &Entry{
		Subject: chain.Job(job, pods, forbidden, now), Objects: []metav1.Object{job},
		ready: job.Status.Succeeded, desired: completions(job), images: workload.Images(&job.Spec.Template),
		running: startOf(job), idle: idleJob,
	}
	e.addPods(pods)
	return e
}

func (s *Objects) cron(cron *batchv1.CronJob, forbidden []string, now time.Time) *Entry {
	jobs := s.jobs.of(cron.UID)
	last := chain.LastJob(jobs)
	var pods []*corev1.Pod
	e := &Entry{Objects: []metav1.Object{cron}, images: workload.Images(&cron.Spec.JobTemplate.Spec.Template), idle: idleCron}
	if last != nil {
		pods = s.pods.of(last.UID)
		e.Objects = append(e.Objects, last)
		e.ready, e.desired, e.running = last.Status.Succeeded, completions(last), startOf(last)
	}
	e.Subject = chain.CronJob(cron, jobs, pods, forbidden, now)
	e.addPods(pods)
	return e
}

// completions are the pods of a Job that have to succeed.
func completions(job *batchv1.Job) int32 {
	for _, n := range []*int32{job.Spec.Completions, job.Spec.Parallelism} {
		if n != nil {
			return *n
		}
	}
	return 1
}

func startOf(job *batchv1.Job) time.Time {
	if t := job.Status.StartTime; t != nil {
		return t.Time
	}
	return job.CreationTimestamp.Time
}

// group are pods whose controller is of another kind, or may not be read.
func group(pods []*corev1.Pod, now time.Time) *Entry {
	owner := metav1.GetControllerOfNoCopy(pods[0])
	ref := workload.Ref{Kind: owner.Kind, Namespace: pods[0].Namespace, Name: owner.Name}
	e := &Entry{Subject: chain.Group(ref, pods, now), Quiet: true, images: imagesOf(pods[0]), idle: idlePod}
	if slices.ContainsFunc(pods, func(p *corev1.Pod) bool { return p.Status.Phase != corev1.PodSucceeded }) {
		e.idle = ""
	}
	for _, p := range pods {
		if p.Status.Phase != corev1.PodSucceeded {
			e.desired++
		}
		if diagnosis.IsReady(p) {
			e.ready++
		}
	}
	e.addPods(pods)
	return e
}

// alone is a pod without a controller.
func alone(pod *corev1.Pod, now time.Time) *Entry {
	e := &Entry{Subject: chain.Pod(pod, nil, now), Quiet: true, images: imagesOf(pod), desired: int32(len(pod.Spec.Containers))}
	if pod.Status.Phase == corev1.PodSucceeded {
		e.idle = idlePod
	}
	for _, c := range pod.Status.ContainerStatuses {
		if c.Ready {
			e.ready++
		}
	}
	e.addPods([]*corev1.Pod{pod})
	return e
}

func imagesOf(pod *corev1.Pod) map[string]string {
	return workload.Images(&corev1.PodTemplateSpec{Spec: pod.Spec})
}

// Sort puts the sick ones first, then by namespace, kind and name.
func sortItems(items []ListItem) {
	kinds := map[string]int{}
	for i, k := range workload.Kinds() {
		kinds[k.Kind] = i - len(workload.Kinds())
	}
	slices.SortFunc(items, func(a, b ListItem) int {
		return cmp.Or(
			cmp.Compare(a.State.Rank(), b.State.Rank()), cmp.Compare(a.Object.Namespace, b.Object.Namespace),
			cmp.Compare(kinds[a.Object.Kind], kinds[b.Object.Kind]), cmp.Compare(a.Object.Kind, b.Object.Kind), cmp.Compare(a.Object.Name, b.Object.Name),
		)
	})
}

// What has nothing to do is counted and not listed.
const (
	idleJob  = "complete job"
	idleCron = "cronjob between runs"
	idlePod  = "completed pod"
)

// idleMany are the plurals of what has nothing to do.
var idleMany = map[string]string{idleJob: "complete jobs", idleCron: "cronjobs between runs", idlePod: "completed pods"}

// idleWords counts what is not listed.
func idleWords(idle map[string]int) []string {
	var words []string
	for _, what := range slices.Sorted(maps.Keys(idle)) {
		words = append(words, workload.Plural(idle[what], what, idleMany[what]))
	}
	return words
}
