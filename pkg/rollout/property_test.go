package rollout

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// chaos is a cluster that does as it likes: pods come, crash, recover, are evicted and deleted, and
// the controller's counts lag behind.
type chaos struct {
	*world
	r    *rand.Rand
	live map[string]*corev1.Pod
	born int
}

// mood is one thing that can become of a pod.
type mood func(c *chaos, name string, was *corev1.Pod) *corev1.Pod

var moods = []mood{
	func(_ *chaos, name string, _ *corev1.Pod) *corev1.Pod {
		return waitingPod(name, "ContainerCreating", "")
	},
	func(_ *chaos, name string, _ *corev1.Pod) *corev1.Pod {
		return waitingPod(name, "ErrImagePull", "web:2.0: not found")
	},
	func(_ *chaos, name string, _ *corev1.Pod) *corev1.Pod {
		return waitingPod(name, "ImagePullBackOff", `Back-off pulling image "web:2.0"`)
	},
	func(_ *chaos, name string, _ *corev1.Pod) *corev1.Pod {
		return waitingPod(name, "CreateContainerConfigError", `secret "db" not found`)
	},
	func(c *chaos, name string, was *corev1.Pod) *corev1.Pod {
		return crashedPod(name, restartsOf(was)+c.r.Int32N(2), []int32{0, 1, 137, 255}[c.r.IntN(4)])
	},
	(*chaos).up, (*chaos).up, (*chaos).up, (*chaos).up, (*chaos).up, (*chaos).up, (*chaos).up,
	func(c *chaos, name string, was *corev1.Pod) *corev1.Pod {
		p := c.up(name, was)
		p.Status.Conditions[1].Status = "False"
		p.Status.ContainerStatuses[0].Ready = false
		return p
	},
	func(_ *chaos, name string, _ *corev1.Pod) *corev1.Pod {
		p := ownedPod("new", name)
		p.Status = corev1.PodStatus{Phase: corev1.PodFailed, Reason: "Evicted", Message: "low on memory"}
		return p
	},
	func(_ *chaos, _ string, was *corev1.Pod) *corev1.Pod {
		p := was.DeepCopy()
		p.DeletionTimestamp = ptr(metav1.NewTime(epoch))
		return p
	},
	func(*chaos, string, *corev1.Pod) *corev1.Pod { return nil },
}

func (c *chaos) up(name string, was *corev1.Pod) *corev1.Pod {
	p := readyPod(name)
	s := &p.Status.ContainerStatuses[0]
	if s.RestartCount = restartsOf(was); s.RestartCount > 0 {
		s.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 1, Reason: "Error"}
	}
	s.State.Running.StartedAt = metav1.NewTime(c.now)
	p.Status.Conditions[1].LastTransitionTime = metav1.NewTime(c.now)
	return p
}

func restartsOf(p *corev1.Pod) int32 {
	if p == nil || len(p.Status.ContainerStatuses) == 0 {
		return 0
	}
	return p.Status.ContainerStatuses[0].RestartCount
}

// turn changes a few pods, and the counts if the controller keeps up.
func (c *chaos) turn() {
	for len(c.live) < int(c.seen.Workload.Desired) {
		c.born++
		name := fmt.Sprint("web-new-", c.born)
		c.live[name] = waitingPod(name, "ContainerCreating", "")
	}
	for name, pod := range c.live {
		if c.r.IntN(3) > 0 {
			continue
		}
		if p := moods[c.r.IntN(len(moods))](c, name, pod); p != nil {
			c.live[name] = p
		} else {
			delete(c.live, name)
		}
	}
	var pods []*corev1.Pod
	for _, p := range c.live {
		pods = append(pods, p)
	}
	counts, revisions := *c.seen.Workload, c.seen.Revisions
	c.change()
	c.seen.Revisions[0].Total, c.seen.Revisions[0].Ready, c.seen.Revisions[0].Available = 0, 0, 0
	c.pods(pods...)
	switch n := c.r.IntN(200); {
	case n < 30: // the counts lag behind
		c.seen.Workload, c.seen.Revisions = &counts, revisions
	case n == 30:
		c.change().Conditions = []workload.Condition{exceeded(c.now, "web-new")}
	case n == 31:
		c.change().Conditions = nil
	}
}

// Whatever a cluster does, some things hold at each step.
func TestProperties(t *testing.T) {
	for seed := range uint64(200) {
		c := &chaos{
			world: newWorld(t, 1+int32(seed%5), Policy{
				FailFast: []diagnosis.FailFast{diagnosis.FailFastAuto, diagnosis.FailFastStrict, diagnosis.FailFastOff}[seed%3],
				Soak:     []time.Duration{0, 5 * time.Second, 15 * time.Second}[seed/3%3],
				Timeout:  []time.Duration{0, 5 * time.Minute}[seed/9%2],
			}),
			r: rand.New(rand.NewPCG(seed, 1)), live: map[string]*corev1.Pod{},
		}
		if seed%2 == 0 {
			c.seen.Forbidden = []string{"events", "logs"}
		}
		for i := range 100 {
			c.turn()
			c.now = c.now.Add(time.Duration(c.r.IntN(20_000)) * time.Millisecond)
			before := c.state
			next, events := Step(before, Snapshot{shop: c.seen}, c.now)
			if i%8 == 0 { // a look this close is dear
				shown := fmt.Sprintf("%+v", before)
				again, _ := Step(before, Snapshot{shop: c.seen}, c.now)
				if !reflect.DeepEqual(next, again) || fmt.Sprintf("%+v", before) != shown {
					t.Fatalf("seed %d: two steps from one state differ:\n%+v\n%+v", seed, next, again)
				}
			}
			c.state = next
			c.holds(t, seed, events)
			if next.Outcome != "" {
				break
			}
		}
	}
}

func (c *chaos) holds(t *testing.T, seed uint64, events []Event) {
	t.Helper()
	s, w := c.state, c.state.Workloads[0]
	complain := func(format string, args ...any) {
		t.Errorf("seed %d at %s: %s", seed, c.now.Sub(epoch), fmt.Sprintf(format, args...))
	}
	if !s.Wake.IsZero() && !s.Wake.After(c.now) {
		complain("wakes in the past")
	}
	if s.Outcome == "" && s.Wake.IsZero() {
		complain("nothing ends it: the deadline does not wake")
	}
	for _, f := range w.Findings {
		if f.Message == "" || f.Cause == "" || f.Grade == "" {
			complain("a finding without its evidence: %+v", f)
		}
		if f.Pods > f.Of {
			complain("%d of %d pods", f.Pods, f.Of)
		}
	}
	for _, e := range events {
		if !e.Time.Equal(c.now) || e.Workload == nil {
			complain("event %+v", e)
		}
	}
	switch w.Outcome {
	case Succeeded:
		c.wellFounded(complain)
	case Failed:
		if len(w.Findings) == 0 {
			complain("failed on nothing")
		} else if late := w.Findings[len(w.Findings)-1].Cause == diagnosis.DeadlineExceeded || w.Message != ""; !late && w.Findings[0].Grade == diagnosis.Waiting {
			complain("failed early on %+v", w.Findings[0])
		}
	}
}

// wellFounded: a success is what the cluster shows, and nothing less.
func (c *chaos) wellFounded(complain func(string, ...any)) {
	d := c.seen.Workload
	if d.Updated != d.Desired || d.Available < d.Desired || d.Total != d.Updated {
		complain("succeeded with %d of %d updated, %d available", d.Updated, d.Desired, d.Available)
	}
	for _, p := range c.seen.Pods {
		if p.DeletionTimestamp == nil && workload.KeyOf(p).Owner == "new" && !diagnosis.Ended(p) && !diagnosis.IsReady(p) {
			complain("succeeded while pod %s is not ready", p.Name)
		}
	}
}
