package inspect

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// readTime is how long one read may take: the others explain something, too.
const readTime = 5 * time.Second

// fetch reads what a look wants and has not got, side by side. It is false if there was nothing to read.
func (i *Inspector) fetch(ctx context.Context, s *chain.Subject, wants diagnosis.Wants) bool {
	namespace := s.Ref.Namespace
	var logged []types.NamespacedName
	for _, key := range wants.Logs {
		logged = append(logged, types.NamespacedName{Namespace: namespace, Name: key.Pod})
	}
	i.cluster.Redactor().Recognize(logged...) // before their number decides what else is read
	var work []func(context.Context) error
	ask := func(key any, read func(context.Context) error) {
		if !i.asked[key] && i.spend(kept) {
			i.asked[key] = true
			work = append(work, func(ctx context.Context) error {
				ctx, cancel := context.WithTimeout(ctx, readTime)
				defer cancel()
				return read(ctx)
			})
		}
	}
	// In turns: if few requests are left, some events and some log say more than all events.
	uids := slices.Sorted(maps.Keys(wants.Events))
	for n := range max(len(uids), len(wants.Logs)) {
		if n < len(uids) {
			ask(uids[n], func(ctx context.Context) error {
				return i.events(ctx, namespace, "involvedObject.uid="+string(uids[n]))
			})
		}
		if n < len(wants.Logs) {
			ask(wants.Logs[n], func(ctx context.Context) error { return i.log(ctx, namespace, wants.Logs[n]) })
		}
	}
	for _, ref := range slices.SortedFunc(maps.Keys(wants.Claims), func(a, b workload.Ref) int { return cmp.Compare(a.Name, b.Name) }) {
		ask("classes", func(ctx context.Context) error { return i.classes(ctx) })
		for _, name := range wants.Claims[ref] {
			ask("claim "+name, func(ctx context.Context) error { return i.claim(ctx, namespace, name) })
			ask("events of claim "+name, func(ctx context.Context) error {
				return i.events(ctx, namespace, "involvedObject.kind=PersistentVolumeClaim,involvedObject.name="+name)
			})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wants.Nodes)) {
		ask("node "+name, func(ctx context.Context) error { return i.nodeOf(ctx, name) })
	}
	if i.again && len(i.seen.Events) == 0 && len(wants.References) > 0 { // they would say more
		ask("quotas", func(ctx context.Context) error { return i.quotas(ctx, namespace) })
		for _, r := range needed(s.Templates()) {
			ask(r, func(ctx context.Context) error { return i.reference(ctx, namespace, r) })
		}
	}
	i.again = true
	if i.counted {
		i.cluster.LimitValues(most - atLast - i.requests)
	}
	// Each read has noted what it could not read: the others go on.
	_ = together(ctx, work...)
	return len(work) > 0 || len(wants.References) > 0
}

// needed are the references of templates whose absence only events show.
func needed(templates []*corev1.PodTemplateSpec) []workload.Reference {
	var all []workload.Reference
	for _, t := range templates {
		for _, r := range workload.References(t) {
			ofPod := r.Use == workload.UseVolume || r.Use == workload.UseIdentity
			if ofPod && !r.Optional && r.Kind != workload.ClaimReference && !slices.Contains(all, r) {
				all = append(all, r)
			}
		}
	}
	return all
}

func (i *Inspector) events(ctx context.Context, namespace, fields string) error {
	client, err := i.cluster.Typed()
	if err != nil {
		return err
	}
	var found []*corev1.Event
	err = cluster.Pages(ctx, metav1.ListOptions{FieldSelector: fields},
		func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			return client.CoreV1().Events(namespace).List(ctx, o)
		},
		func(page runtime.Object) error {
			if list, ok := page.(*corev1.EventList); ok {
				for k := range list.Items {
					found = append(found, &list.Items[k])
				}
			}
			return nil
		})
	i.unread(err, "list", "events", namespace)
	i.cluster.Redactor().Events(found...)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.seen.Events = append(i.seen.Events, found...)
	return nil
}

const (
	logLines = int64(20)
	// logTime: the API server waits for the kubelet, which may be gone.
	logTime = 3 * time.Second
)

func (i *Inspector) log(ctx context.Context, namespace string, key diagnosis.LogKey) error {
	client, err := i.cluster.Typed()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, logTime)
	defer cancel()
	lines, limit := logLines, int64(diagnosis.MaxLogBytes)
	text, err := client.CoreV1().Pods(namespace).GetLogs(key.Pod, &corev1.PodLogOptions{
		Container: key.Container, Previous: key.Previous, TailLines: &lines, LimitBytes: &limit,
	}).Do(ctx).Raw()
	log := diagnosis.ReadLog(string(text))
	if err != nil {
		log.Lines = nil // the answer is no log
		log.Err = i.cluster.Redactor().Text(err.Error())
		if cluster.Is(cluster.APIError(cluster.Call{Verb: "get"}, err), cluster.Forbidden) || errors.Is(err, context.DeadlineExceeded) {
			i.unread(err, "get", "logs", namespace)
		}
	}
	log.Lines = i.cluster.Redactor().Log(types.NamespacedName{Namespace: namespace, Name: key.Pod}, key.Container, key.Previous, log.Lines)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.seen.Logs[key] = log
	return nil
}

func (i *Inspector) claim(ctx context.Context, namespace, name string) error {
	client, err := i.cluster.Typed()
	if err != nil {
		return err
	}
	claim, err := cluster.Read(ctx, func(ctx context.Context) (*corev1.PersistentVolumeClaim, error) {
		return client.CoreV1().PersistentVolumeClaims(namespace).Get(ctx, name, metav1.GetOptions{})
	})
	i.unread(err, "get", "persistentvolumeclaims", namespace)
	if err != nil {
		return nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.seen.Claims = append(i.seen.Claims, claim)
	return nil
}

// nodeOf reads the node of a pod.
func (i *Inspector) nodeOf(ctx context.Context, name string) error {
	node, err := i.getNode(ctx, name)
	if i.unread(err, "get", "nodes", ""); err != nil && !cluster.Is(err, cluster.NotFound) {
		return nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.seen.Nodes[name] = node
	return nil
}

// classes reads the StorageClasses. Few users may; the events of a claim mostly say the same.
func (i *Inspector) classes(ctx context.Context) error {
	client, err := i.cluster.Typed()
	if err != nil {
		return err
	}
	all, err := cluster.Read(ctx, func(ctx context.Context) (*storagev1.StorageClassList, error) {
		return client.StorageV1().StorageClasses().List(ctx, metav1.ListOptions{})
	})
	if i.unread(err, "list", "storageclasses", ""); err != nil {
		return nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.seen.Classes = all
	return nil
}

func (i *Inspector) quotas(ctx context.Context, namespace string) error {
	client, err := i.cluster.Typed()
	if err != nil {
		return err
	}
	list, err := cluster.Read(ctx, func(ctx context.Context) (*corev1.ResourceQuotaList, error) {
		return client.CoreV1().ResourceQuotas(namespace).List(ctx, metav1.ListOptions{})
	})
	i.unread(err, "list", "resourcequotas", namespace)
	if err != nil {
		return nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.seen.Quotas = list.Items
	return nil
}

// reference notes an object, or its key, that is not there.
func (i *Inspector) reference(ctx context.Context, namespace string, r workload.Reference) error {
	keys, err := i.cluster.Keys(ctx, workload.Ref{Kind: string(r.Kind), Namespace: namespace, Name: r.Name}, r.Key != "")
	switch {
	case cluster.Is(err, cluster.NotFound):
		r.Key = ""
	case err != nil:
		i.unread(err, "get", strings.ToLower(string(r.Kind))+"s", namespace)
		return nil
	case r.Key == "" || slices.Contains(keys, r.Key):
		return nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.seen.Absent = append(i.seen.Absent, r)
	return nil
}
