package chain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const (
	kindJob     = "Job"
	kindCronJob = "CronJob"
)

// Job asks about a Job with its pods.
func Job(job *batchv1.Job, pods []*corev1.Pod, forbidden []string, now time.Time) *Subject {
	ref := workload.Ref{Kind: kindJob, Namespace: job.Namespace, Name: job.Name}
	s := &Subject{Ref: ref, now: now, forbidden: forbidden}
	s.add(jobLook(job, pods))
	s.explain = func(r *Report, d *decision) {
		explainJob(r, d, job, pods, now, slices.Contains(forbidden, "pods"))
		r.Next = withoutTemplate(r.Next, ref)
		nextOfJob(r, ref)
	}
	return s
}

// jobLook is a look at the pods of a Job. One that is over makes no more pods.
func jobLook(job *batchv1.Job, pods []*corev1.Pod) *look {
	l := podsOf(workload.Ref{Kind: kindJob, Namespace: job.Namespace, Name: job.Name}, pods, "pods")
	w := l.in.Workload
	w.UID, w.Template, w.Desired = job.UID, job.Spec.Template, 0
	if finished(job) == nil && !suspended(job) {
		w.Desired = 1
		if job.Spec.Parallelism != nil {
			w.Desired = *job.Spec.Parallelism
		}
	}
	l.in.Revision.Key, l.in.Revision.ByPods = workload.RevisionKey{Owner: job.UID}, true
	l.in.Revision.Desired = w.Desired
	if c := finished(job); c != nil && c.Type == batchv1.JobComplete { // its failed pods have been made up for
		l.in.Observed.Pods = nil
	}
	return l
}

// finished is the condition that ends a Job, or announces its end; nil while it goes on.
func finished(job *batchv1.Job) *batchv1.JobCondition {
	for _, kind := range []batchv1.JobConditionType{batchv1.JobFailed, batchv1.JobComplete, batchv1.JobFailureTarget} {
		for i := range job.Status.Conditions {
			if c := &job.Status.Conditions[i]; c.Type == kind && c.Status == corev1.ConditionTrue {
				return c
			}
		}
	}
	return nil
}

func suspended(job *batchv1.Job) bool { return job.Spec.Suspend != nil && *job.Spec.Suspend }

// explainJob ends a chain at the Job. blind: its pods may not be read.
func explainJob(r *Report, d *decision, job *batchv1.Job, pods []*corev1.Pod, now time.Time, blind bool) {
	step := Step{Object: workload.Ref{Kind: kindJob, Namespace: job.Namespace, Name: job.Name}, Says: jobCounts(job), Field: "status.active"}
	if job.Status.Failed > 0 {
		step.Field = "status.failed"
	}
	end := finished(job)
	switch {
	case end != nil && end.Type == batchv1.JobComplete:
		r.Message = "nothing found: complete" + forTime(end.LastTransitionTime.Time, now) + ", " + step.Says
		return
	case end != nil:
		r.State = Failing
		since := end.LastTransitionTime.Time
		r.Since = &since
		step.Field, step.Message = fmt.Sprintf("status.conditions[%s]", end.Type), strings.TrimSuffix(end.Reason+": "+end.Message, ": ")
		if d.problem == nil && len(pods) == 0 && !blind {
			r.Notes = append(r.Notes, "the pods of the Job are gone: why they failed is not known")
		}
		r.Message = strings.Join(nonEmpty(string(r.Cause), end.Reason, step.Says), ", ")
	case suspended(job):
		r.State, r.Cause = Progressing, diagnosis.Paused
		step.Cause, step.Field, step.Says = diagnosis.Paused, "spec.suspend", "is suspended: it makes no pods"
		r.Message = "Paused: spec.suspend is true"
		r.next(fmt.Sprintf(`kubectl patch job %s -n %s --type=merge -p '{"spec":{"suspend":false}}'`, job.Name, job.Namespace))
	case triedAgain(d, pods):
		r.State = Progressing
		r.Message += "; another try runs"
	case d.problem == nil && job.Status.Active > 0:
		r.State, r.Message = Progressing, "it runs, "+step.Says
		r.Chain = append(r.Chain, step)
		return
	case d.problem == nil:
		r.State, r.Message = Progressing, "no pod was made yet, "+step.Says
	}
	if n := len(r.Chain); n > 0 && r.Chain[n-1].Object == step.Object { // no pod could be created
		r.Chain[n-1].Says = step.Says
		return
	}
	r.Chain = append(r.Chain, step)
}

// triedAgain tells whether all pods of a problem have ended, and others run.
func triedAgain(d *decision, pods []*corev1.Pod) bool {
	if d.problem == nil || len(d.problem.Affected) == 0 || slices.ContainsFunc(d.problem.Affected, func(p *corev1.Pod) bool { return !diagnosis.Ended(p) }) {
		return false
	}
	return slices.ContainsFunc(pods, func(p *corev1.Pod) bool { return p.Status.Phase == corev1.PodRunning && p.DeletionTimestamp == nil })
}

func jobCounts(job *batchv1.Job) string {
	words := []string{fmt.Sprintf("%d succeeded", job.Status.Succeeded), fmt.Sprintf("%d failed", job.Status.Failed)}
	if job.Spec.BackoffLimit != nil {
		words[1] += fmt.Sprintf(" (backoffLimit %d)", *job.Spec.BackoffLimit)
	}
	if job.Status.Active > 0 {
		words = append(words, fmt.Sprintf("%d active", job.Status.Active))
	}
	return strings.Join(words, ", ")
}

func nextOfJob(r *Report, ref workload.Ref) {
	if r.State != NothingFound {
		r.next(fmt.Sprintf("kubectl describe job/%s -n %s", ref.Name, ref.Namespace))
	}
}

// CronJob asks about a CronJob by its last Job.
func CronJob(cron *batchv1.CronJob, jobs []*batchv1.Job, pods []*corev1.Pod, forbidden []string, now time.Time) *Subject {
	ref := workload.Ref{Kind: kindCronJob, Namespace: cron.Namespace, Name: cron.Name}
	s := &Subject{Ref: ref, now: now, forbidden: forbidden}
	last := LastJob(jobs)
	if last != nil {
		s.add(jobLook(last, pods))
		s.looks[0].in.Workload.Ref = ref // whose template is to be changed
	}
	s.explain = func(r *Report, d *decision) {
		explainCronJob(r, d, cron, jobs, pods, now, forbidden)
		r.Next = withoutTemplate(r.Next, ref)
	}
	return s
}

// LastJob is the newest of the Jobs; nil without one.
func LastJob(jobs []*batchv1.Job) *batchv1.Job {
	if len(jobs) == 0 {
		return nil
	}
	return slices.MaxFunc(jobs, func(a, b *batchv1.Job) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
}

func explainCronJob(r *Report, d *decision, cron *batchv1.CronJob, jobs []*batchv1.Job, pods []*corev1.Pod, now time.Time, forbidden []string) {
	last := LastJob(jobs)
	step := Step{Object: r.Object, Field: "status.lastSuccessfulTime", Says: lastSuccess(cron, jobs, now)}
	if last != nil {
		explainJob(r, d, last, pods, now, slices.Contains(forbidden, "pods"))
		r.Message = strings.Replace(r.Message, "nothing found: ", "nothing found: the last run is ", 1)
		r.next(fmt.Sprintf("kubectl app why job/%s -n %s", last.Name, cron.Namespace))
	}
	switch {
	case cron.Spec.Suspend != nil && *cron.Spec.Suspend:
		also := ""
		if r.State == Failing {
			also = string(r.Cause) + " in the last run, " + lowerRef(workload.Ref{Kind: kindJob, Name: last.Name})
		}
		*r = Report{Kind: r.Kind, Object: r.Object, Time: r.Time, there: r.there, Pods: r.Pods, Also: nonEmpty(also), Next: r.Next, Notes: r.Notes}
		r.State, r.Cause, r.Message = Progressing, diagnosis.Paused, "Paused: spec.suspend is true"
		step.Cause, step.Field, step.Says = diagnosis.Paused, "spec.suspend", "is suspended: it starts no Jobs; "+step.Says
		r.next(fmt.Sprintf(`kubectl patch cronjob %s -n %s --type=merge -p '{"spec":{"suspend":false}}'`, cron.Name, cron.Namespace))
	case slices.Contains(forbidden, "jobs"):
		r.Message = "nothing found: its Jobs may not be read; " + step.Says
		if missedSuccess(cron) {
			r.State, r.Message = Failing, "the last run did not succeed; "+step.Says
			r.Chain = append(r.Chain, step)
		}
		return
	case last == nil && missedSuccess(cron):
		r.State, r.Message = Failing, "the last run did not succeed, and its Job is gone; "+step.Says
		r.Notes = append(r.Notes, "the Job of the last run is gone: why it failed is not known")
	case last == nil:
		r.Message = "nothing found: no Job is there; " + step.Says
		r.next(fmt.Sprintf("kubectl describe cronjob %s -n %s", cron.Name, cron.Namespace))
		return
	case r.State == NothingFound:
		return
	}
	r.Chain = append(r.Chain, step)
}

func lastSuccess(cron *batchv1.CronJob, jobs []*batchv1.Job, now time.Time) string {
	last := LastJob(jobs)
	switch {
	case cron.Status.LastSuccessfulTime != nil:
		return "last succeeded " + strings.TrimPrefix(forTime(cron.Status.LastSuccessfulTime.Time, now), " for ") + " ago"
	case cron.Status.LastScheduleTime == nil && last == nil:
		return "has never run"
	case last == nil || finished(last) != nil:
		return "has never succeeded"
	case len(jobs) == 1 && keepsFailed(cron):
		return "its first run is under way"
	}
	return "has never succeeded; a run is under way"
}

// keepsFailed tells whether the Job of a failed run would still be there.
func keepsFailed(cron *batchv1.CronJob) bool {
	limit := cron.Spec.FailedJobsHistoryLimit
	return (limit == nil || *limit > 0) && cron.Spec.JobTemplate.Spec.TTLSecondsAfterFinished == nil
}

// missedSuccess tells whether the last run that was started is over and did not succeed.
func missedSuccess(cron *batchv1.CronJob) bool {
	started, ended := cron.Status.LastScheduleTime, cron.Status.LastSuccessfulTime
	return started != nil && len(cron.Status.Active) == 0 && (ended == nil || ended.Before(started))
}
