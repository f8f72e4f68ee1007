package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/dynamic"

	"github.com/kubectl-app/kubectl-app/lab/workshop/exercise"
)

// manager is what the API server notes as the writer, as if the user had typed it.
const manager = "kubectl-create"

// apply creates the objects of an exercise's start. A manifest that changes an object is a second revision: it waits until
// the first one is complete.
func (s *Session) apply(ctx context.Context, e *exercise.Exercise) error {
	mapper, err := s.flags.ToRESTMapper()
	if err != nil {
		return err
	}
	namespace := e.Namespace()
	err = s.await(ctx, "namespace "+namespace+" has no ServiceAccount default", func(ctx context.Context) (bool, error) {
		_, err := s.client.CoreV1().ServiceAccounts(namespace).Get(ctx, "default", metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return false, nil
		}
		return err == nil, err
	})
	if err != nil {
		return err
	}
	for _, manifest := range e.Start {
		if err := s.applyManifest(ctx, mapper, namespace, manifest); err != nil {
			return fmt.Errorf("exercise %s: %s/%s: %w", e.ID, exercise.StartFolder, manifest.Name, err)
		}
	}
	return nil
}

func (s *Session) applyManifest(ctx context.Context, mapper meta.RESTMapper, namespace string, manifest exercise.Manifest) error {
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(manifest.Data), 4096)
	for {
		var object unstructured.Unstructured
		err := decoder.Decode(&object)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(object.Object) == 0 { // a comment between two ---
			continue
		}
		if err := s.applyObject(ctx, mapper, namespace, &object); err != nil {
			return fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
		}
	}
}

func (s *Session) applyObject(ctx context.Context, mapper meta.RESTMapper, namespace string, object *unstructured.Unstructured) error {
	kind := object.GroupVersionKind()
	mapping, err := mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		return err
	}
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace {
		return errors.New("an exercise changes nothing outside of its namespace")
	}
	object.SetNamespace(namespace)
	client := s.reader.Resource(mapping.Resource).Namespace(namespace)
	_, err = client.Get(ctx, object.GetName(), metav1.GetOptions{})
	switch {
	case err == nil:
		return s.change(ctx, client, namespace, object)
	case apierrors.IsNotFound(err):
		_, err = client.Create(ctx, object, metav1.CreateOptions{FieldManager: manager})
	}
	return err
}

func (s *Session) change(ctx context.Context, client dynamic.ResourceInterface, namespace string, object *unstructured.Unstructured) error {
	if err := s.await(ctx, "the pods of the first revision are not ready", s.settled(namespace)); err != nil {
		return err
	}
	patch, err := json.Marshal(object)
	if err != nil {
		return err
	}
	_, err = client.Patch(ctx, object.GetName(), types.MergePatchType, patch, metav1.PatchOptions{FieldManager: "kubectl-patch"})
	return err
}

// settled tells whether all Deployments and StatefulSets are complete.
func (s *Session) settled(namespace string) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		deployments, err := s.client.AppsV1().Deployments(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return false, err
		}
		for i := range deployments.Items {
			if !complete(&deployments.Items[i]) {
				return false, nil
			}
		}
		sets, err := s.client.AppsV1().StatefulSets(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return false, err
		}
		for i := range sets.Items {
			set := &sets.Items[i]
			if status := set.Status; status.ObservedGeneration < set.Generation || status.AvailableReplicas < *set.Spec.Replicas {
				return false, nil
			}
		}
		return true, nil
	}
}

func complete(d *appsv1.Deployment) bool {
	want, status := *d.Spec.Replicas, d.Status
	return status.ObservedGeneration >= d.Generation && status.UpdatedReplicas >= want && status.AvailableReplicas >= want && status.Replicas == want
}
