package workload

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Shortage is a resource of which a quota has less left than is needed.
type Shortage struct {
	Quota    string
	Resource corev1.ResourceName
	// Need is what is asked for; Free may be negative, when the quota was lowered below its use.
	Need, Free, Used, Hard resource.Quantity
	// Undeclared are the containers that have to set this resource, for the quota to admit them at all.
	Undeclared []string
}

// Shortages compares what pods of a template need, less what is given back before they are created,
// with what the quotas of their namespace have left. A quota whose scopes don't cover the pods does
// not count.
func Shortages(quotas []corev1.ResourceQuota, spec *corev1.PodSpec, pods int32, freed Demand) []Shortage {
	demand := PodDemand(spec)
	var short []Shortage
	for i := range quotas {
		q := &quotas[i]
		if !covers(q, spec) {
			continue
		}
		for name, hard := range q.Status.Hard {
			s := Shortage{Quota: q.Name, Resource: name, Hard: hard, Used: q.Status.Used[name]}
			s.Free = hard.DeepCopy()
			s.Free.Sub(s.Used)
			if s.Undeclared = Undeclared(spec, name); len(s.Undeclared) > 0 {
				short = append(short, s)
				continue
			}
			per, counted := demand[name]
			if !counted {
				continue
			}
			s.Need = times(per, pods)
			room := s.Free.DeepCopy()
			room.Add(freed[name])
			if s.Need.Sign() > 0 && s.Need.Cmp(room) > 0 {
				short = append(short, s)
			}
		}
	}
	slices.SortFunc(short, func(a, b Shortage) int {
		return cmp.Or(cmp.Compare(a.Quota, b.Quota), cmp.Compare(a.Resource, b.Resource))
	})
	return short
}

// Reserve returns the quotas as they would be with that many pods more. Those given are left as they
// are.
func Reserve(quotas []corev1.ResourceQuota, spec *corev1.PodSpec, pods int32) []corev1.ResourceQuota {
	demand := PodDemand(spec).Times(pods)
	reserved := make([]corev1.ResourceQuota, 0, len(quotas))
	for i := range quotas {
		q := quotas[i].DeepCopy()
		for name := range q.Status.Hard {
			if need, counted := demand[name]; counted && covers(q, spec) {
				if q.Status.Used == nil {
					q.Status.Used = corev1.ResourceList{}
				}
				used := q.Status.Used[name]
				used.Add(need)
				q.Status.Used[name] = used
			}
		}
		reserved = append(reserved, *q)
	}
	return reserved
}

// Times is what that many pods ask for.
func (d Demand) Times(pods int32) Demand {
	total := make(Demand, len(d))
	for name, q := range d {
		total[name] = times(q, pods)
	}
	return total
}

// times keeps milli-units for cpu; everything else is counted whole.
func times(q resource.Quantity, n int32) resource.Quantity {
	product := q.DeepCopy()
	product.Mul(int64(n))
	return product
}

// covers tells whether a quota counts the pods of a template (its scopes and scopeSelector). A scope
// that this program does not know makes it no statement: the quota is left out.
func covers(q *corev1.ResourceQuota, spec *corev1.PodSpec) bool {
	for _, scope := range q.Spec.Scopes {
		if !inScope(spec, corev1.ScopedResourceSelectorRequirement{ScopeName: scope, Operator: corev1.ScopeSelectorOpExists}) {
			return false
		}
	}
	if q.Spec.ScopeSelector == nil {
		return true
	}
	for _, requirement := range q.Spec.ScopeSelector.MatchExpressions {
		if !inScope(spec, requirement) {
			return false
		}
	}
	return true
}

// inScope follows podMatchesScopeFunc of k8s.io/kubernetes/pkg/quota/v1/evaluator/core.
func inScope(spec *corev1.PodSpec, r corev1.ScopedResourceSelectorRequirement) bool {
	switch r.ScopeName {
	case corev1.ResourceQuotaScopeTerminating:
		return spec.ActiveDeadlineSeconds != nil
	case corev1.ResourceQuotaScopeNotTerminating:
		return spec.ActiveDeadlineSeconds == nil
	case corev1.ResourceQuotaScopeBestEffort:
		return bestEffort(spec)
	case corev1.ResourceQuotaScopeNotBestEffort:
		return !bestEffort(spec)
	case corev1.ResourceQuotaScopePriorityClass:
		return matchesPriority(spec.PriorityClassName, r)
	}
	return false
}

func matchesPriority(class string, r corev1.ScopedResourceSelectorRequirement) bool {
	switch r.Operator {
	case corev1.ScopeSelectorOpExists:
		return class != ""
	case corev1.ScopeSelectorOpDoesNotExist:
		return class == ""
	case corev1.ScopeSelectorOpIn:
		return class != "" && slices.Contains(r.Values, class)
	case corev1.ScopeSelectorOpNotIn:
		return !slices.Contains(r.Values, class)
	}
	return false
}

// bestEffort: no container asks for cpu or memory, nor does the pod.
func bestEffort(spec *corev1.PodSpec) bool {
	asks := func(r corev1.ResourceRequirements) bool {
		for _, list := range []corev1.ResourceList{r.Requests, r.Limits} {
			for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
				if q := list[name]; q.Sign() > 0 {
					return true
				}
			}
		}
		return false
	}
	if spec.Resources != nil && asks(*spec.Resources) {
		return false
	}
	for _, c := range slices.Concat(spec.InitContainers, spec.Containers) {
		if asks(c.Resources) {
			return false
		}
	}
	return true
}
