package config

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/secrets"
	"github.com/kubectl-app/kubectl-app/pkg/secrets/consumers"
)

// The reasons for which a Secret or a ConfigMap is not written, and nothing was changed.
const (
	Exists          cluster.Reason = "Exists"
	FieldConflict   cluster.Reason = "FieldConflict" // a field is another manager's
	Immutable       cluster.Reason = "Immutable"
	OtherType       cluster.Reason = "OtherType"
	KeysChanged     cluster.Reason = "KeysChanged"     // by someone else, since they were read
	SeveralVersions cluster.Reason = "SeveralVersions" // are in use
	KeysInUse       cluster.Reason = "KeysInUse"       // keys that would be removed
	NoValues        cluster.Reason = "NoValues"        // the object has some, and would have none
	WrongPair       cluster.Reason = "WrongPair"       // of a certificate and a private key

	// UnknownWrite: no answer came to a write, which may have been carried out.
	UnknownWrite cluster.Reason = "UnknownWrite"
)

func exists(want Object) error {
	return &cluster.Error{
		Reason: Exists, Object: want.String(),
		Message: fmt.Sprintf("%s exists already%s (--if-exists=fail)", want, cluster.InNamespace(want.Meta().Namespace)),
		Next:    []string{"kubectl describe " + want.String() + cluster.InFlag(want.Meta().Namespace)},
	}
}

func otherType(want, before Object) error {
	return &cluster.Error{
		Reason: OtherType, Object: want.String(),
		Message: fmt.Sprintf("%s is of type %s, which can't be changed to %s", want, before.secretType(), want.secretType()),
		Next:    replaceOrRename(want),
	}
}

func immutable(want, before Object) error {
	var keys []string
	for _, change := range secrets.Diff(before.Data(), want.Data()) {
		if change.Kind != secrets.Unchanged {
			keys = append(keys, change.Key)
		}
	}
	return immutableKeys(want, keys)
}

// fixedEdit is immutable for who uses it and goes on with it: another version takes its place.
func fixedEdit(after, before Object) error {
	err := immutable(after, before)
	if e := (*cluster.Error)(nil); errors.As(err, &e) {
		e.Next = []string{"add --versioned: it creates a new version and makes the workloads use it"}
	}
	return err
}

func immutableKeys(want Object, keys []string) error {
	return &cluster.Error{
		Reason: Immutable, Object: want.String(),
		Message: fmt.Sprintf("%s is immutable: %s can't be changed", want, some(keys)),
		Next:    replaceOrRename(want),
	}
}

func noValues(want Object, what string) error {
	return &cluster.Error{
		Reason: NoValues, Object: want.String(),
		Message: fmt.Sprintf("%s was not changed: this command gives it no value, and %s", want, what),
		Next:    []string{"kubectl app status " + want.String() + cluster.InFlag(want.Meta().Namespace)},
	}
}

// keysInUse: keys that the same field manager has applied before are not given this time.
func keysInUse(want Object, keys []string, users []consumers.Consumer) error {
	return &cluster.Error{
		Reason: KeysInUse, Object: want.String(),
		Message: fmt.Sprintf("%s was not changed: it would lose %s, in use by %s", want, some(keys), consumerNames(users)),
		Next: []string{
			"kubectl app status " + want.String() + cluster.InFlag(want.Meta().Namespace),
			"give these keys too, or add --force: it removes them",
		},
	}
}

func usersUnknown(want Object, keys []string, n consumers.NotSeen) error {
	return &cluster.Error{
		Reason: KeysInUse, Object: want.String(),
		Message: fmt.Sprintf("%s was not changed: it would lose %s, and it is not known what uses it: no permission to list %s", want, some(keys), n.Resource),
		Next:    append(slices.Clone(n.Next), "give these keys too, or add --force: it removes them"),
	}
}

func wrongPair(want Object, fault string) error {
	return &cluster.Error{Reason: WrongPair, Object: want.String(), Message: fmt.Sprintf("%s was not changed: %s", want, fault)}
}

func replaceOrRename(want Object) []string {
	return []string{
		"give another name (--append-hash adds a hash of the data)",
		"or delete the old one first: kubectl delete " + want.String() + cluster.InFlag(want.Meta().Namespace),
	}
}

// keysChanged: the keys are no longer as they were read, or as they were left.
func keysChanged(object Object, what string, back bool) error {
	e := &cluster.Error{
		Reason: KeysChanged, Object: object.String(),
		Message: fmt.Sprintf("%s was not changed: %s since it was read", object, what),
		Next:    []string{"kubectl app status " + object.String() + cluster.InFlag(object.Meta().Namespace)},
	}
	if back {
		e.Message = fmt.Sprintf("%s was only restored in part: %s since this change", object, what)
	}
	return e
}

// some names a few of many keys.
func some(keys []string) string {
	const most = 5
	if len(keys) <= most {
		return strings.Join(keys, ", ")
	}
	rest := fmt.Sprintf("%d more keys", len(keys)-most)
	if len(keys)-most == 1 {
		rest = "1 more key"
	}
	return strings.Join(keys[:most], ", ") + " and " + rest
}

func unknownWrite(want Object, err error) error {
	return &cluster.Error{
		Reason: UnknownWrite, Object: want.String(), Err: err,
		Message: fmt.Sprintf("it is not known whether %s was written: the write got no answer: %v", want, err),
		Next:    []string{"kubectl app get " + want.String() + cluster.InFlag(want.Meta().Namespace)},
	}
}

// explainWrite tells a missing namespace, which the server does not name; other answers are explained as ever.
func (c Client) explainWrite(ctx context.Context, want Object, err error) error {
	explained := cluster.APIError(want.call("patch"), err)
	if !cluster.Is(explained, cluster.NotFound) {
		return explained
	}
	if client, clientErr := c.Typed(); clientErr == nil {
		if missing := cluster.NamespaceMissing(ctx, client, want.Meta().Namespace); missing != nil {
			return missing
		}
	}
	return explained
}

// fieldOwner is a field that was to be changed, and belongs to someone else.
type fieldOwner struct{ field, manager string }

// fieldOwners are those for which the server refused an apply; none for any other error.
func fieldOwners(err error) []fieldOwner {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil {
		return nil
	}
	var owners []fieldOwner
	for _, cause := range status.Status().Details.Causes {
		if cause.Type == metav1.CauseTypeFieldManagerConflict {
			owners = append(owners, fieldOwner{fieldName(cause.Field), managerName(cause.Message)})
		}
	}
	return owners
}

func fieldConflict(want Object, owners []fieldOwner, err error) error {
	var owned []string
	for _, o := range owners {
		owned = append(owned, fmt.Sprintf("%s (by %s)", o.field, o.manager))
	}
	slices.Sort(owned)
	return &cluster.Error{
		Reason: FieldConflict, Object: want.String(), Err: err,
		Message: fmt.Sprintf("%s was not changed: other managers set other values: %s", want, some(owned)),
		Next:    []string{"add --force-conflicts: it takes over these keys"},
	}
}

// appeared: someone else made the object in the same moment.
func appeared(want Object, err error) error {
	return &cluster.Error{Reason: cluster.Conflict, Object: want.String(), Err: err, Message: fmt.Sprintf("%s was created by someone else at the same time", want)}
}

// fieldName makes "key password" of ".data.password".
func fieldName(field string) string {
	for _, prefix := range []string{".data.", ".binaryData."} {
		if key, isKey := strings.CutPrefix(field, prefix); isKey {
			return "key " + key
		}
	}
	return strings.TrimPrefix(field, ".")
}

// managerName finds the name in the server's own words (managedfields/internal/conflict.go): conflict
// with "NAME" using v1.
func managerName(message string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(message, "conflict with "), " using ")
	return name
}
