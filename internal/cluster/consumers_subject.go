package cluster

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ConfigRefs finds which Secrets and ConfigMaps the selection names; an *ArgumentError or an *Error.
func (c *Cluster) ConfigRefs(s Selection) ([]workload.Ref, error) {
	wanted, err := s.parse()
	if err != nil {
		return nil, err
	}
	namespace, _, err := c.Namespace()
	if err != nil {
		return nil, err
	}
	var refs []workload.Ref
	for _, w := range wanted {
		gvk, err := c.kindOf(w.kind)
		if err != nil {
			return nil, err
		}
		if !isConfig(gvk) {
			return nil, notConfig(gvk.Kind, w.name, namespace, s.Verb)
		}
		refs = append(refs, workload.Ref{Kind: gvk.Kind, Namespace: namespace, Name: w.name})
	}
	return unique(refs), nil
}

// ConfigKind is the kind that a TYPE of the command line names, if it is Secret or ConfigMap.
func (c *Cluster) ConfigKind(typ string) (string, error) {
	gvk, err := c.kindOf(typ)
	if err != nil {
		return "", err
	}
	if !isConfig(gvk) {
		return "", &Error{Reason: Unsupported, Object: typ, Message: fmt.Sprintf("%s are not generated: give secrets or configmaps", typ)}
	}
	return gvk.Kind, nil
}

func isConfig(gvk schema.GroupVersionKind) bool {
	return gvk.Group == "" && (gvk.Kind == "Secret" || gvk.Kind == "ConfigMap")
}

func notConfig(kind, name, namespace, verb string) *Error {
	object := lower(kind) + "/" + name
	e := &Error{
		Reason: Unsupported, Object: object,
		Message: fmt.Sprintf("%s is not a Secret or ConfigMap, and kubectl app %s takes only these", object, verb),
	}
	switch {
	case verb == "get":
		e.Next = []string{"kubectl get " + object + inFlag(namespace)}
	case kind == deploymentKind.Kind:
		e.Next = []string{"kubectl app rollout status " + object + inFlag(namespace)}
	}
	return e
}

// readSubject reads one of the objects whose consumers are sought, and drops its values at once.
func (s *consumerSearch) readSubject(ctx context.Context, i, order int, ref workload.Ref) error {
	content, err := s.cluster.content(ctx, ref)
	if err == nil {
		s.subjects[i] = subjectOf(content)
		return nil
	}
	s.subjects[i] = secrets.Subject{Ref: ref, Unread: true}
	if is(err, NotFound) {
		s.absent[i] = err
		return nil
	}
	if s.objects {
		return err
	}
	return s.refuse(order, ref.String(), "its keys and its last change are not known", err)
}

// subjectOf describes an object without its values.
func subjectOf(c Content) secrets.Subject {
	subject := secrets.NewSubject(c.Ref(), c.Meta(), c.sizes())
	for i := range subject.Keys {
		key := &subject.Keys[i]
		key.Expires, _ = secrets.Expiry(c.Data()[key.Name]) // zero of what is no certificate
	}
	subject.Type, subject.Immutable = string(c.secretType()), c.fixed()
	return subject
}

// explainAbsent finds out what a wrong name may have meant, and tells who would use the object. Only
// metadata is read for that, so that no value travels.
func (c *Cluster) explainAbsent(ctx context.Context, ref workload.Ref, consumers []secrets.Consumer, cause error) error {
	var e *Error
	if !errors.As(cause, &e) {
		return cause
	}
	resource := lower(ref.Kind) + "s"
	e.Next = []string{"kubectl get " + resource + inFlag(ref.Namespace)}
	if len(consumers) > 0 {
		e.Message += fmt.Sprintf(", which %s would use", consumerNames(consumers))
	}
	client, err := c.metadata()
	if err != nil {
		return e
	}
	list, err := client.Resource(corev1.SchemeGroupVersion.WithResource(resource)).Namespace(ref.Namespace).List(ctx, metav1.ListOptions{Limit: maxNames})
	if err != nil {
		return e
	}
	var names []string
	for i := range list.Items {
		names = append(names, list.Items[i].Name)
	}
	if len(names) == 0 && len(consumers) == 0 {
		if typed, err := c.typed(); err == nil {
			if missing := namespaceMissing(ctx, typed, ref.Namespace); missing != nil {
				return missing
			}
		}
	}
	return e.suggest(ref.Name, names, "the namespace has")
}
