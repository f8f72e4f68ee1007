package recording

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// stage holds the objects of a recording as they stand at one moment.
type stage struct {
	objects     map[workload.Ref]workload.Object
	history     map[types.UID]workload.API // the objects that hold revisions
	pods        *diagnosis.PodSet
	events      map[types.UID][]*corev1.Event
	claimEvents []*corev1.Event
	claims      []*corev1.PersistentVolumeClaim
	logs        map[diagnosis.LogKey]diagnosis.Log
	podByName   map[types.NamespacedName]*corev1.Pod
	gone        map[workload.Ref]bool
	redactor    *redact.Redactor // a recording may hold what an older version did not mask

	workloads map[workload.Ref]*workload.Workload // read from objects, until they change
	revisions map[workload.Ref][]workload.Revision
}

func newStage() *stage {
	return &stage{
		objects:   map[workload.Ref]workload.Object{},
		history:   map[types.UID]workload.API{},
		pods:      diagnosis.NewPodSet(math.MaxInt),
		events:    map[types.UID][]*corev1.Event{},
		logs:      map[diagnosis.LogKey]diagnosis.Log{},
		podByName: map[types.NamespacedName]*corev1.Pod{},
		gone:      map[workload.Ref]bool{},
		redactor:  &redact.Redactor{},
		workloads: map[workload.Ref]*workload.Workload{},
		revisions: map[workload.Ref][]workload.Revision{},
	}
}

// setters take in the object of a line by its kind, beside workloads and revisions. Other kinds are skipped.
var setters = map[string]func(s *stage, object json.RawMessage, deleted bool) error{
	"Pod":                   (*stage).setPod,
	"Event":                 (*stage).setEvent,
	"PersistentVolumeClaim": (*stage).setClaim,
}

func (s *stage) set(object json.RawMessage, deleted bool) error {
	var kind metav1.TypeMeta
	if err := json.Unmarshal(object, &kind); err != nil {
		return fmt.Errorf("object: %w", err)
	}
	if err := s.setKind(kind, object, deleted); err != nil {
		return fmt.Errorf("%s: %w", kind.Kind, err)
	}
	return nil
}

func (s *stage) setKind(kind metav1.TypeMeta, object json.RawMessage, deleted bool) error {
	if setter := setters[kind.Kind]; setter != nil {
		return setter(s, object, deleted)
	}
	if k := workload.KindNamed(kind.Kind); k != nil && k.Releasable() {
		return s.setWorkload(k, object, deleted)
	}
	if h := workload.HistoryNamed(kind.Kind); h != nil {
		return s.setRevision(h, object, deleted)
	}
	return nil
}

func (s *stage) setWorkload(kind *workload.Kind, object json.RawMessage, deleted bool) error {
	o := workload.Object{API: kind.Make(), Kind: kind}
	if err := json.Unmarshal(object, o.API); err != nil {
		return err
	}
	s.redactor.Workload(o)
	ref := o.Ref()
	if deleted {
		delete(s.objects, ref)
	} else {
		s.objects[ref] = o
	}
	s.gone[ref] = deleted
	delete(s.workloads, ref)
	delete(s.revisions, ref)
	return nil
}

func (s *stage) setRevision(history *workload.History, object json.RawMessage, deleted bool) error {
	o := history.Make()
	if err := json.Unmarshal(object, o); err != nil {
		return err
	}
	s.redactor.Revision(history, o)
	if deleted {
		delete(s.history, o.GetUID())
	} else {
		s.history[o.GetUID()] = o
	}
	clear(s.revisions)
	return nil
}

func (s *stage) setPod(object json.RawMessage, deleted bool) error {
	p := &corev1.Pod{}
	if err := json.Unmarshal(object, p); err != nil {
		return err
	}
	s.redactor.Pod(p)
	name := types.NamespacedName{Namespace: p.Namespace, Name: p.Name}
	if deleted {
		delete(s.podByName, name)
		s.pods.Delete(p.UID)
	} else {
		s.podByName[name] = p
		s.pods.Put(p)
	}
	if o, ok := workload.ObjectOf(p); ok { // it may be what is released
		s.gone[o.Ref()] = deleted
		delete(s.workloads, o.Ref())
		delete(s.revisions, o.Ref())
	}
	return nil
}

func (s *stage) setEvent(object json.RawMessage, deleted bool) error {
	e := &corev1.Event{}
	if err := json.Unmarshal(object, e); err != nil {
		return err
	}
	s.redactor.Event(e)
	if e.InvolvedObject.Kind == "PersistentVolumeClaim" {
		s.claimEvents = replace(s.claimEvents, e, deleted)
		return nil
	}
	about := e.InvolvedObject.UID
	s.events[about] = replace(s.events[about], e, deleted)
	return nil
}

func (s *stage) setClaim(object json.RawMessage, deleted bool) error {
	c := &corev1.PersistentVolumeClaim{}
	if err := json.Unmarshal(object, c); err != nil {
		return err
	}
	s.claims = replace(s.claims, c, deleted)
	return nil
}

// replace sets or removes an object in a slice that may be in use: it makes a new one.
func replace[T metav1.Object](all []T, o T, deleted bool) []T {
	at := slices.IndexFunc(all, func(x T) bool { return x.GetUID() == o.GetUID() })
	if at < 0 {
		if deleted {
			return all
		}
		return append(slices.Clip(all), o)
	}
	all = slices.Clone(all)
	if deleted {
		return slices.Delete(all, at, at+1)
	}
	all[at] = o
	return all
}

// pause is how long lines are taken together before the engine is called: with thousands of pods a
// watch coalesces, too. With few, each line is seen on its own.
func (s *stage) pause() time.Duration {
	return time.Duration(len(s.podByName)/100) * time.Millisecond
}

// setLog dates a log by the run that it is of, as the pod stands when it is fetched.
func (s *stage) setLog(object json.RawMessage) error {
	var l podLog
	if err := json.Unmarshal(object, &l); err != nil {
		return fmt.Errorf("log: %w", err)
	}
	pod := s.podByName[types.NamespacedName{Namespace: l.Namespace, Name: l.Pod}]
	if pod == nil {
		return nil
	}
	key := diagnosis.LogKey{Pod: l.Pod, PodUID: pod.UID, Container: l.Container, Previous: l.Previous}
	if l.Restart != nil {
		key.Restart = *l.Restart
	} else {
		key.Restart = runOf(pod, l.Container, l.Previous)
	}
	answer := diagnosis.Log{Err: s.redactor.Text(l.Error)}
	if l.Text != nil && *l.Text != "" {
		for line := range strings.SplitSeq(strings.TrimSuffix(*l.Text, "\n"), "\n") {
			answer.Lines = append(answer.Lines, s.redactor.LogLine(line))
		}
	}
	s.logs[key] = answer
	return nil
}

// runOf is the run whose log the API server gives: while a container waits, both the current and
// the previous one are the run that ended last.
func runOf(pod *corev1.Pod, container string, previous bool) int32 {
	for _, all := range [][]corev1.ContainerStatus{pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses} {
		for i := range all {
			c := &all[i]
			if c.Name == container && previous && c.State.Waiting == nil && c.RestartCount > 0 {
				return c.RestartCount - 1
			} else if c.Name == container {
				return c.RestartCount
			}
		}
	}
	return 0
}
