package preflight

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// defaultClass is the annotation of the StorageClass that a claim gets which names none.
const defaultClass = "storageclass.kubernetes.io/is-default-class"

// manual is the provisioner of classes whose volumes a person makes.
const manual = "kubernetes.io/no-provisioner"

// checkClass looks whether a claim without a volume can get one. level is what a class that does not exist means.
func (c checker) checkClass(ctx context.Context, claim *corev1.PersistentVolumeClaim, u *claimUse, level Level) ([]Check, error) {
	name := claim.Spec.StorageClassName
	classes, err := c.StorageClasses(ctx)
	if cluster.Is(err, cluster.Forbidden) {
		return []Check{u.check(Note, nil, "may get no volume: no permission to list storageclasses")}, nil
	}
	if err != nil {
		return nil, err
	}
	next := []string{"kubectl get storageclasses"}
	names := make([]string, 0, len(classes))
	for i := range classes {
		names = append(names, classes[i].Name)
	}
	if name == nil {
		if slices.ContainsFunc(classes, isDefault) {
			return nil, nil
		}
		return []Check{u.check(level, next, "gets no volume: it names no StorageClass, and none is the default%s", thoseThereAre(names))}, nil
	}
	i := slices.Index(names, *name)
	switch {
	case *name == "":
		return []Check{u.check(Warn, []string{"kubectl get persistentvolumes"}, "asks for a volume without a StorageClass: a PersistentVolume that fits has to be there")}, nil
	case i >= 0 && classes[i].Provisioner == manual:
		return []Check{u.check(Warn, []string{"kubectl get persistentvolumes"}, "is of StorageClass %s, which makes no volumes: a PersistentVolume that fits has to be there", *name)}, nil
	case i >= 0:
		return nil, nil
	}
	// A volume that a person made may have a class that does not exist.
	if free, err := c.HasFreeVolume(ctx, *name); err != nil && !cluster.Is(err, cluster.Forbidden) || free {
		return nil, err
	}
	text := thoseThereAre(names)
	if near := workload.Nearest(*name, names); near != "" {
		text = fmt.Sprintf("; did you mean %s?", near)
	}
	if i := slices.IndexFunc(classes, isDefault); i >= 0 && !strings.Contains(text, classes[i].Name) {
		text += " The default is " + classes[i].Name
	}
	return []Check{u.check(level, next, "gets no volume: StorageClass %s does not exist%s", *name, text)}, nil
}

func isDefault(class storagev1.StorageClass) bool { return class.Annotations[defaultClass] == "true" }

// thoseThereAre lists names.
func thoseThereAre(names []string) string {
	switch len(names) {
	case 0:
		return "; the cluster has none"
	case 1:
		return "; there is " + names[0]
	}
	return "; there are " + strings.Join(names[:min(8, len(names))], ", ")
}
