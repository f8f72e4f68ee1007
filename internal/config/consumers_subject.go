package config

import (
	"context"
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// readSubject reads one of the objects whose consumers are sought, and drops its values at once.
func (s *consumerSearch) readSubject(ctx context.Context, i, order int, ref workload.Ref) error {
	object, err := s.cluster.object(ctx, ref)
	if err == nil {
		s.subjects[i] = subjectOf(object)
		return nil
	}
	s.subjects[i] = consumers.Subject{Ref: ref, Unread: true}
	if cluster.Is(err, cluster.NotFound) {
		s.absent[i] = err
		return nil
	}
	if s.objects {
		return err
	}
	return s.refuse(order, ref.String(), "its keys and its last change are not known", err)
}

// subjectOf describes an object without its values.
func subjectOf(c Object) consumers.Subject {
	subject := consumers.NewSubject(c.Ref(), c.Meta(), c.sizes())
	for i := range subject.Keys {
		key := &subject.Keys[i]
		key.Expires, _ = secrets.Expiry(c.Data()[key.Name]) // zero of what is no certificate
	}
	subject.Type, subject.Immutable = string(c.secretType()), c.fixed()
	return subject
}

// explainAbsent finds out what a wrong name may have meant, and tells who would use the object. Only
// metadata is read for that, so that no value travels.
func (c Client) explainAbsent(ctx context.Context, ref workload.Ref, users []consumers.Consumer, cause error) error {
	var e *cluster.Error
	if !errors.As(cause, &e) {
		return cause
	}
	resource := strings.ToLower(ref.Kind) + "s"
	e.Next = []string{"kubectl get " + resource + cluster.InFlag(ref.Namespace)}
	if len(users) > 0 {
		e.Message += fmt.Sprintf(", which %s would use", consumerNames(users))
	}
	client, err := c.Metadata()
	if err != nil {
		return e
	}
	list, err := client.Resource(corev1.SchemeGroupVersion.WithResource(resource)).Namespace(ref.Namespace).List(ctx, metav1.ListOptions{Limit: cluster.MaxNames})
	if err != nil {
		return e
	}
	var names []string
	for i := range list.Items {
		if list.Items[i].Name != "kube-root-ca.crt" { // each namespace has it, and nobody means it
			names = append(names, list.Items[i].Name)
		}
	}
	if len(names) == 0 && len(users) == 0 {
		if typed, err := c.Typed(); err == nil {
			if missing := cluster.NamespaceMissing(ctx, typed, ref.Namespace); missing != nil {
				return missing
			}
		}
	}
	return e.Suggest(ref.Name, names, "the namespace has")
}
