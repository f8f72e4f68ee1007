package app

import (
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const (
	kindPolicy = "NetworkPolicy"
	kindQuota  = "ResourceQuota"
)

// policies are the NetworkPolicies that select the pods. Their rules add up: what none allows is denied.
func (l *look) policies() []Policy {
	var all []Policy
	limited, allowed := false, 0
	for i := range l.around.Policies {
		p := &l.around.Policies[i]
		if !l.selects(&p.Spec.PodSelector) {
			continue
		}
		found := Policy{Object: l.ref(kindPolicy, p.Name)}
		for _, t := range policyTypes(p) {
			rules := len(p.Spec.Egress)
			if t == networkingv1.PolicyTypeIngress {
				rules = len(p.Spec.Ingress)
				limited, allowed = true, allowed+rules
				found.Ingress = &rules
				continue
			}
			found.Egress = &rules
		}
		all = append(all, found)
	}
	if limited && allowed == 0 && len(l.app.Services) > 0 && !l.w.Template.Spec.HostNetwork {
		for i := range all {
			if all[i].Ingress != nil {
				all[i].Problems = []Problem{soon(IngressDenied, "no NetworkPolicy allows traffic in: unless the network plugin has other rules, the Services reach no pod")}
				break
			}
		}
	}
	return all
}

// policyTypes are the directions that a policy limits; the API's default where it names none.
func policyTypes(p *networkingv1.NetworkPolicy) []networkingv1.PolicyType {
	if len(p.Spec.PolicyTypes) > 0 {
		return p.Spec.PolicyTypes
	}
	if len(p.Spec.Egress) > 0 {
		return []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}
	}
	return []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
}

// quotas are those with too little left for one more pod.
func (l *look) quotas() []Quota {
	var all []Quota
	if l.w.Desired == 0 {
		return nil
	}
	for _, s := range workload.Shortages(l.around.Quotas, &l.w.Template.Spec, 1, nil) {
		if len(s.Undeclared) > 0 { // a LimitRange may fill it in
			continue
		}
		all = append(all, Quota{
			Object: l.ref(kindQuota, s.Quota), Resource: string(s.Resource), Used: s.Used.String(), Hard: s.Hard.String(), Need: s.Need.String(),
			Problems: []Problem{soon(QuotaShort, "one more pod needs "+s.Need.String()+" of "+string(s.Resource)+", and "+left(s.Free)+" is left")},
		})
	}
	return all
}

func left(q resource.Quantity) string {
	if q.Sign() <= 0 {
		return "nothing"
	}
	return q.String()
}
