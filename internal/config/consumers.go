package config

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Consumers finds who uses the Secrets and ConfigMaps that refs name, all of one namespace. What may not
// be read is told in notSeen, and the search goes on without; an object that does not exist is an error, and so
// is a namespace in which nothing may be listed.
//
// Each kind is listed once, page by page, all kinds side by side, whatever the number of objects.
func (c Client) Consumers(ctx context.Context, refs []workload.Ref) (found []consumers.SubjectReport, notSeen []consumers.NotSeen, err error) {
	return c.searchFor(ctx, refs, false)
}

// Contents is Consumers for someone who asks for the objects themselves: that one may not be read is an
// error, and that nothing may be listed is told in notSeen.
func (c Client) Contents(ctx context.Context, refs []workload.Ref) (found []consumers.SubjectReport, notSeen []consumers.NotSeen, err error) {
	return c.searchFor(ctx, refs, true)
}

func (c Client) searchFor(ctx context.Context, refs []workload.Ref, objects bool) (found []consumers.SubjectReport, notSeen []consumers.NotSeen, err error) {
	s := &consumerSearch{
		cluster: c, search: consumers.NewSearch(refs...), objects: objects,
		subjects: make([]consumers.Subject, len(refs)), absent: make([]error, len(refs)),
	}
	if s.client, err = c.Typed(); err != nil {
		return nil, nil, err
	}
	if err := s.run(ctx, refs[0].Namespace, refs); err != nil {
		return nil, nil, err
	}
	for i, subject := range s.subjects {
		users := s.search.Consumers(subject)
		if s.absent[i] != nil {
			return nil, nil, c.explainAbsent(ctx, refs[i], users, s.absent[i])
		}
		found = append(found, consumers.NewSubjectReport(subject, users))
	}
	return found, s.notSeen(), nil
}

// ConsumersAfter finds who uses the object of a change, and how they stand to it once it is made.
func (c Client) ConsumersAfter(ctx context.Context, change Change) ([]consumers.Consumer, []consumers.NotSeen, error) {
	client, err := c.Typed()
	if err != nil {
		return nil, nil, err
	}
	subject := subjectOf(change.Before)
	s := &consumerSearch{cluster: c, client: client, search: consumers.NewSearch(subject.Ref)}
	if err := s.run(ctx, subject.Namespace, nil); err != nil {
		return nil, nil, err
	}
	return s.search.Consumers(subject.After(change.Changes(), change.Keys)), s.notSeen(), nil
}

// consumerSearch is one search under way.
type consumerSearch struct {
	cluster Client
	client  kubernetes.Interface
	// objects: they are what is asked for, and who uses them comes second.
	objects  bool
	subjects []consumers.Subject
	absent   []error // by subject: it does not exist

	mu      sync.Mutex // of what follows
	search  *consumers.Search
	refused []refusal
}

// refusal is something that may not be read.
type refusal struct {
	order   int
	notSeen consumers.NotSeen
	err     error
}

// run reads the objects and lists the kinds, all at once.
func (s *consumerSearch) run(ctx context.Context, namespace string, refs []workload.Ref) error {
	lists := userLists()
	var reads []func(context.Context) error
	for i, list := range lists {
		reads = append(reads, func(ctx context.Context) error { return s.read(ctx, namespace, i, list) })
	}
	for i, ref := range refs {
		reads = append(reads, func(ctx context.Context) error { return s.readSubject(ctx, i, len(lists)+i, ref) })
	}
	_, err := cluster.Each(ctx, reads, func(ctx context.Context, read func(context.Context) error) (struct{}, error) {
		return struct{}{}, read(ctx)
	})
	if err != nil {
		return err
	}
	slices.SortFunc(s.refused, func(a, b refusal) int { return a.order - b.order })
	if !s.objects && len(s.refused) >= len(lists) && s.refused[len(lists)-1].order < len(lists) {
		return s.refused[0].err // no kind may be listed: there would be no answer
	}
	return nil
}

func (s *consumerSearch) notSeen() []consumers.NotSeen {
	var all []consumers.NotSeen
	for _, r := range s.refused {
		all = append(all, r.notSeen)
	}
	return all
}

// refuse notes what err says may not be read; any other error is returned.
func (s *consumerSearch) refuse(order int, resource, without string, err error) error {
	var e *cluster.Error
	if !errors.As(err, &e) || e.Reason != cluster.Forbidden {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = append(s.refused, refusal{order, consumers.NotSeen{Resource: resource, Without: without, Next: e.Next[:1]}, err})
	return nil
}

// read lists one kind, and keeps of each page what concerns the search.
func (s *consumerSearch) read(ctx context.Context, namespace string, order int, l userList) error {
	err := cluster.Pages(ctx, l.options, func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
		return l.list(ctx, s.client, namespace, o)
	}, s.add)
	err = s.refuse(order, l.resource, l.without, cluster.APIError(cluster.Call{Verb: "list", Resource: l.resource, Namespace: namespace, Object: l.resource}, err))
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.refused, func(r refusal) bool { return r.order == order }) {
		s.search.Without(l.kind)
	}
	return err
}

func (s *consumerSearch) add(page runtime.Object) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return meta.EachListItem(page, func(o runtime.Object) error {
		s.search.Add(o)
		return nil
	})
}

// consumerNames lists some of the consumers for a sentence.
func consumerNames(users []consumers.Consumer) string {
	const shown = 3
	var names []string
	for _, c := range users[:min(shown, len(users))] {
		names = append(names, c.String())
	}
	if more := len(users) - shown; more > 0 {
		names = append(names, "others")
	}
	return strings.Join(names, ", ")
}
