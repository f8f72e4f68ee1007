package inspect

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/app"
)

// warningPages bounds a list of warnings. A namespace can have tens of thousands of events, most of them about pods, and the API
// server goes through all of them for each list with a selector.
const warningPages = 3

var errEnough = errors.New("enough")

// warnings reads the first warnings of the namespace.
func (r *surroundings) warnings(ctx context.Context) error {
	all, err := r.listWarnings(ctx, "")
	r.around.Warnings, r.cut = all, errors.Is(err, errEnough)
	if r.cut {
		return nil
	}
	return r.unread(ctx, err, "list", "events")
}

// moreWarnings adds those that matter most to the apps where the namespace has more than were read: about other objects than
// pods, and about the pods whose events have explained something.
func (r *surroundings) moreWarnings(ctx context.Context, apps []app.Observed) error {
	if !r.cut {
		return nil
	}
	more, err := r.listWarnings(ctx, ",involvedObject.kind!=Pod")
	for i := range apps {
		more = append(more, apps[i].Events...)
	}
	known := map[types.UID]bool{}
	for _, e := range r.around.Warnings {
		known[e.UID] = true
	}
	for _, e := range more {
		if e.Type == corev1.EventTypeWarning && !known[e.UID] {
			known[e.UID] = true
			r.around.Warnings = append(r.around.Warnings, e)
		}
	}
	r.note("the namespace has too many warnings to read all of them: kubectl events --for TYPE/NAME lists those of one object")
	if errors.Is(err, errEnough) {
		return nil
	}
	return r.unread(ctx, err, "list", "events")
}

// listWarnings lists the events of the type Warning that a field selector adds to. The error is errEnough if there are more.
func (r *surroundings) listWarnings(ctx context.Context, selector string) (all []*corev1.Event, err error) {
	client, err := r.cluster.Typed()
	if err != nil {
		return nil, err
	}
	pages := 0
	err = cluster.Pages(ctx, metav1.ListOptions{FieldSelector: "type=" + corev1.EventTypeWarning + selector},
		func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			return client.CoreV1().Events(r.namespace).List(ctx, o)
		},
		func(page runtime.Object) error {
			events, ok := page.(*corev1.EventList)
			if !ok {
				return fmt.Errorf("the API server answered with a %T", page)
			}
			for k := range events.Items {
				events.Items[k].ManagedFields = nil
				all = append(all, &events.Items[k])
			}
			if pages++; pages == warningPages && events.Continue != "" {
				return errEnough
			}
			return nil
		})
	return all, err
}

// maskWarnings hides values in the warnings that are shown.
func (r *surroundings) maskWarnings(apps []app.App) {
	var shown []*app.Warning
	var pods []types.NamespacedName
	for i := range apps {
		for k := range apps[i].Warnings {
			w := &apps[i].Warnings[k]
			if shown = append(shown, w); w.Kind == "Pod" {
				pods = append(pods, types.NamespacedName{Namespace: r.namespace, Name: w.Exemplar})
			}
		}
	}
	r.cluster.Redactor().Recognize(pods...)
	for _, w := range shown {
		w.Message = r.cluster.Redactor().Said(types.NamespacedName{Namespace: r.namespace, Name: w.Exemplar}, "", w.Reason, w.Last, w.Message)
	}
}
