package inspect

import (
	"context"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/pkg/diagnosis/chain"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// job reads a Job and its pods.
func (i *Inspector) job(ctx context.Context, ref workload.Ref) (reading, error) {
	job, err := i.getJob(ctx, ref)
	if err != nil {
		return reading{}, err
	}
	pods, err := i.podsOfJob(ctx, job)
	if err != nil {
		return reading{}, err
	}
	i.requests = 2
	return reading{subject: chain.Job(job, pods, i.seen.Forbidden, i.time()), moved: func(ctx context.Context) (string, error) {
		now, err := i.getJob(ctx, ref)
		if err != nil {
			return "", err
		}
		return changed(job, now), nil
	}}, nil
}

func (i *Inspector) getJob(ctx context.Context, ref workload.Ref) (*batchv1.Job, error) {
	client, err := i.cluster.Typed()
	if err != nil {
		return nil, err
	}
	job, err := cluster.Read(ctx, func(ctx context.Context) (*batchv1.Job, error) {
		return client.BatchV1().Jobs(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	})
	if err != nil {
		return nil, i.notFound(ctx, "jobs", ref, err)
	}
	i.learn(job)
	return job, nil
}

// learn makes the values of a Job's template known to the redactor, and masks what its controller says.
func (i *Inspector) learn(job *batchv1.Job) {
	redactor := i.cluster.Redactor()
	redactor.Template(&job.Spec.Template.Spec)
	for k := range job.Status.Conditions {
		c := &job.Status.Conditions[k]
		c.Message = redactor.Text(c.Message)
	}
}

func (i *Inspector) podsOfJob(ctx context.Context, job *batchv1.Job) ([]*corev1.Pod, error) {
	if job.Spec.Selector == nil {
		return nil, nil
	}
	pods, err := i.pods(ctx, job.Namespace, metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(job.Spec.Selector)})
	return slices.DeleteFunc(pods, func(p *corev1.Pod) bool { return !metav1.IsControlledBy(p, job) }), i.orForbidden(err, "pods")
}

// cronJob reads a CronJob, its Jobs and the pods of the last of them.
func (i *Inspector) cronJob(ctx context.Context, ref workload.Ref) (reading, error) {
	cron, err := i.getCronJob(ctx, ref)
	if err != nil {
		return reading{}, err
	}
	jobs, err := i.jobsOf(ctx, cron)
	if err = i.orForbidden(err, "jobs"); err != nil {
		return reading{}, err
	}
	var pods []*corev1.Pod
	if last := chain.LastJob(jobs); last != nil {
		if pods, err = i.podsOfJob(ctx, last); err != nil {
			return reading{}, err
		}
	}
	i.requests = 3
	return reading{subject: chain.CronJob(cron, jobs, pods, i.seen.Forbidden, i.time()), moved: func(ctx context.Context) (string, error) {
		now, err := i.getCronJob(ctx, ref)
		if err != nil {
			return "", err
		}
		return changed(cron, now), nil
	}}, nil
}

func (i *Inspector) getCronJob(ctx context.Context, ref workload.Ref) (*batchv1.CronJob, error) {
	client, err := i.cluster.Typed()
	if err != nil {
		return nil, err
	}
	cron, err := cluster.Read(ctx, func(ctx context.Context) (*batchv1.CronJob, error) {
		return client.BatchV1().CronJobs(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	})
	if err != nil {
		return nil, i.notFound(ctx, "cronjobs", ref, err)
	}
	i.cluster.Redactor().Template(&cron.Spec.JobTemplate.Spec.Template.Spec)
	return cron, nil
}

// jobsOf lists the Jobs of a CronJob. Nothing but their owner tells them from others.
func (i *Inspector) jobsOf(ctx context.Context, cron *batchv1.CronJob) ([]*batchv1.Job, error) {
	client, err := i.cluster.Typed()
	if err != nil {
		return nil, err
	}
	var jobs []*batchv1.Job
	err = cluster.Pages(ctx, metav1.ListOptions{},
		func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			return client.BatchV1().Jobs(cron.Namespace).List(ctx, o)
		},
		func(page runtime.Object) error {
			if list, ok := page.(*batchv1.JobList); ok {
				for k := range list.Items {
					if job := &list.Items[k]; metav1.IsControlledBy(job, cron) {
						i.learn(job)
						jobs = append(jobs, job)
					}
				}
			}
			return nil
		})
	return jobs, cluster.APIError(cluster.Call{Verb: "list", Resource: "jobs", Namespace: cron.Namespace, Object: "jobs"}, err)
}

// node reads a node and the pods on it, in all namespaces.
func (i *Inspector) node(ctx context.Context, ref workload.Ref) (reading, error) {
	ref.Namespace = ""
	node, err := i.getNode(ctx, ref.Name)
	if err != nil {
		return reading{}, i.notFound(ctx, "nodes", ref, err)
	}
	// What is said of the pods is not shown.
	pods, err := i.listPods(ctx, "", metav1.ListOptions{FieldSelector: "spec.nodeName=" + node.Name})
	if err = i.orForbidden(err, "pods"); err != nil {
		return reading{}, err
	}
	i.requests = 2
	return reading{subject: chain.Node(node, pods, i.seen.Forbidden, i.time()), moved: func(ctx context.Context) (string, error) {
		now, err := i.getNode(ctx, ref.Name)
		if err != nil {
			return "", i.notFound(ctx, "nodes", ref, err)
		}
		return changed(node, now), nil
	}}, nil
}

func (i *Inspector) getNode(ctx context.Context, name string) (*corev1.Node, error) {
	client, err := i.cluster.Typed()
	if err != nil {
		return nil, err
	}
	node, err := cluster.Read(ctx, func(ctx context.Context) (*corev1.Node, error) {
		return client.CoreV1().Nodes().Get(ctx, name, metav1.GetOptions{})
	})
	if err != nil {
		return nil, cluster.APIError(cluster.Call{Verb: "get", Resource: "nodes", Object: "node/" + name}, err)
	}
	i.mask(node)
	return node, nil
}
