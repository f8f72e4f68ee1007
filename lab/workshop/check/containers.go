package check

import (
	"path"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// containers are the ones that are meant to run: those of all pods that are not being deleted, without the init
// containers that end. Each is a map:
//
//	pod, name, image   names
//	workload           what it belongs to: deployment/web
//	active             it is of the newest revision of its workload
//	ready, restarts    from its status
//	started            when it started, or the time 0
//	sidecar            it is an init container that goes on running
//	env, files         the variables and files that it gets from its template, ConfigMaps and Secrets, if it starts now
func (f Facts) containers() []any {
	all := []any{}
	current := f.currentRevisions()
	data := f.configData()
	for _, pod := range Decode[corev1.Pod](f, "pods") {
		if pod.DeletionTimestamp != nil {
			continue
		}
		owner, _ := workload.PodOwner(&pod)
		revision, known := current[owner.String()]
		for _, c := range running(&pod.Spec) {
			status := statusOf(&pod, c.Name)
			all = append(all, map[string]any{
				"pod": pod.Name, "name": c.Name, "image": c.Image, "workload": owner.String(),
				"active": !known || revision != nil && revision.Owns(&pod),
				"ready":  status.Ready, "restarts": status.RestartCount, "started": started(status),
				"sidecar": c.RestartPolicy != nil, "env": data.env(&c), "files": data.files(&pod.Spec, &c),
			})
		}
	}
	return all
}

// Decode reads the objects of a resource; what can't be read is left out.
func Decode[T any](f Facts, resource string) []T {
	all := make([]T, 0, len(f.Objects[resource]))
	for _, o := range f.Objects[resource] {
		var object T
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &object); err == nil {
			all = append(all, object)
		}
	}
	return all
}

// currentRevisions are those of the workloads, by TYPE/NAME; nil while a controller has not made it yet.
func (f Facts) currentRevisions() map[string]*workload.Revision {
	var replicaSets []workload.API
	for _, rs := range Decode[appsv1.ReplicaSet](f, "replicasets") {
		replicaSets = append(replicaSets, &rs)
	}
	current := map[string]*workload.Revision{}
	for _, d := range Decode[appsv1.Deployment](f, "deployments") {
		d.TypeMeta.Kind = "Deployment"
		object, _ := workload.ObjectOf(&d)
		w := object.Workload()
		current[w.Ref.String()] = workload.Current(w, workload.ReadRevisions(w, replicaSets))
	}
	for _, s := range Decode[appsv1.StatefulSet](f, "statefulsets") {
		object, _ := workload.ObjectOf(&s)
		w := object.Workload()
		current[w.Ref.String()] = nil
		if s.Status.ObservedGeneration >= s.Generation {
			current[w.Ref.String()] = &workload.Revision{Key: workload.RevisionKey{Owner: s.UID, Hash: s.Status.UpdateRevision}}
		}
	}
	return current
}

// running are the containers of a pod without the init containers that end.
func running(spec *corev1.PodSpec) (all []corev1.Container) {
	for _, c := range spec.InitContainers {
		if c.RestartPolicy != nil {
			all = append(all, c)
		}
	}
	return append(all, spec.Containers...)
}

func statusOf(pod *corev1.Pod, container string) corev1.ContainerStatus {
	for _, statuses := range [][]corev1.ContainerStatus{pod.Status.ContainerStatuses, pod.Status.InitContainerStatuses} {
		for _, s := range statuses {
			if s.Name == container {
				return s
			}
		}
	}
	return corev1.ContainerStatus{}
}

func started(status corev1.ContainerStatus) time.Time {
	if status.State.Running == nil {
		return time.Time{}
	}
	return status.State.Running.StartedAt.Time
}

// configData are the ConfigMaps and Secrets of the namespace, by name and key.
type configData struct {
	configMaps, secrets map[string]map[string]string
}

func (f Facts) configData() configData {
	d := configData{configMaps: map[string]map[string]string{}, secrets: map[string]map[string]string{}}
	for _, c := range Decode[corev1.ConfigMap](f, "configmaps") {
		d.configMaps[c.Name] = c.Data
	}
	for _, s := range Decode[corev1.Secret](f, "secrets") {
		d.secrets[s.Name] = map[string]string{}
		for key, value := range s.Data {
			d.secrets[s.Name][key] = string(value)
		}
	}
	return d
}

// env are the variables of a container, in the kubelet's order: what comes later wins.
func (d configData) env(c *corev1.Container) map[string]any {
	env := map[string]any{}
	for _, from := range c.EnvFrom {
		source := map[string]string{}
		if from.ConfigMapRef != nil {
			source = d.configMaps[from.ConfigMapRef.Name]
		}
		if from.SecretRef != nil {
			source = d.secrets[from.SecretRef.Name]
		}
		for key, value := range source {
			env[from.Prefix+key] = value
		}
	}
	for _, e := range c.Env {
		value, found := e.Value, e.ValueFrom == nil
		if from := e.ValueFrom; from != nil && from.ConfigMapKeyRef != nil {
			value, found = lookUp(d.configMaps, from.ConfigMapKeyRef.Name, from.ConfigMapKeyRef.Key)
		}
		if from := e.ValueFrom; from != nil && from.SecretKeyRef != nil {
			value, found = lookUp(d.secrets, from.SecretKeyRef.Name, from.SecretKeyRef.Key)
		}
		if found {
			env[e.Name] = value
		}
	}
	return env
}

func lookUp(objects map[string]map[string]string, name, key string) (string, bool) {
	value, found := objects[name][key]
	return value, found
}

// files are what a container sees of ConfigMaps and Secrets, by path.
func (d configData) files(spec *corev1.PodSpec, c *corev1.Container) map[string]any {
	files := map[string]any{}
	for _, volume := range spec.Volumes {
		var content map[string]string
		var items []corev1.KeyToPath
		if source := volume.ConfigMap; source != nil {
			content, items = d.configMaps[source.Name], source.Items
		}
		if source := volume.Secret; source != nil {
			content, items = d.secrets[source.SecretName], source.Items
		}
		for _, mount := range c.VolumeMounts {
			if mount.Name == volume.Name {
				mounted(files, mount, content, items)
			}
		}
	}
	return files
}

func mounted(files map[string]any, mount corev1.VolumeMount, content map[string]string, items []corev1.KeyToPath) {
	if items == nil {
		for key := range content {
			items = append(items, corev1.KeyToPath{Key: key, Path: key})
		}
	}
	for _, item := range items {
		value, found := content[item.Key]
		switch {
		case !found:
		case mount.SubPath == "":
			files[path.Join(mount.MountPath, item.Path)] = value
		case mount.SubPath == item.Path:
			files[mount.MountPath] = value
		}
	}
}
