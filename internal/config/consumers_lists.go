package config

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// userList lists one kind of those that may use a Secret or ConfigMap.
type userList struct {
	kind, resource string
	// without says what is not known when the kind may not be listed.
	without string
	options metav1.ListOptions
	list    func(context.Context, kubernetes.Interface, string, metav1.ListOptions) (runtime.Object, error)
}

const byTheirPods = "those without a running pod are not found"

// userLists are the lists of one search. ReplicaSets of Deployments are left out at the server: there
// are many of them, and their Deployments tell the same. So are pods that have ended.
func userLists() []userList {
	type ctx = context.Context
	type api = kubernetes.Interface
	type options = metav1.ListOptions
	return []userList{
		{"Deployment", "deployments", byTheirPods, options{}, func(ctx ctx, c api, ns string, o options) (runtime.Object, error) {
			return c.AppsV1().Deployments(ns).List(ctx, o)
		}},
		{"StatefulSet", "statefulsets", byTheirPods, options{}, func(ctx ctx, c api, ns string, o options) (runtime.Object, error) {
			return c.AppsV1().StatefulSets(ns).List(ctx, o)
		}},
		{"DaemonSet", "daemonsets", byTheirPods, options{}, func(ctx ctx, c api, ns string, o options) (runtime.Object, error) {
			return c.AppsV1().DaemonSets(ns).List(ctx, o)
		}},
		{"ReplicaSet", "replicasets", byTheirPods, options{LabelSelector: "!" + workload.LabelPodTemplateHash}, func(ctx ctx, c api, ns string, o options) (runtime.Object, error) {
			return c.AppsV1().ReplicaSets(ns).List(ctx, o)
		}},
		{"CronJob", "cronjobs", byTheirPods, options{}, func(ctx ctx, c api, ns string, o options) (runtime.Object, error) {
			return c.BatchV1().CronJobs(ns).List(ctx, o)
		}},
		{"Job", "jobs", byTheirPods, options{}, func(ctx ctx, c api, ns string, o options) (runtime.Object, error) {
			return c.BatchV1().Jobs(ns).List(ctx, o)
		}},
		{"Pod", "pods", "it is not known which workloads run with old data, and what is used only by pods", options{FieldSelector: "status.phase!=Succeeded,status.phase!=Failed"}, func(ctx ctx, c api, ns string, o options) (runtime.Object, error) {
			return c.CoreV1().Pods(ns).List(ctx, o)
		}},
		{"Ingress", "ingresses", "those that use it as a certificate are not found", options{}, func(ctx ctx, c api, ns string, o options) (runtime.Object, error) {
			return c.NetworkingV1().Ingresses(ns).List(ctx, o)
		}},
		{"ServiceAccount", "serviceaccounts", "what uses it through one is not found", options{}, func(ctx ctx, c api, ns string, o options) (runtime.Object, error) {
			return c.CoreV1().ServiceAccounts(ns).List(ctx, o)
		}},
	}
}
