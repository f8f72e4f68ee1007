package page

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/app"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func (p *appPage) services() {
	for _, s := range p.app.Services {
		endpoints := "endpoints not known"
		if s.EndpointCount != nil {
			endpoints = fmt.Sprintf("%d of %s ready", s.Ready, workload.Plural(s.Endpoints, "endpoint", "endpoints"))
		}
		p.object("services", term.Clean(s.Object.Name), s.Problems, s.Type, strings.Join(s.Ports, ", "), endpoints, strings.Join(s.Addresses, ", "))
	}
}

func (p *appPage) routes() {
	for _, r := range p.app.Routes {
		var certificates []string
		for _, c := range r.Certificates {
			certificates = append(certificates, p.certificate(&c, r.Problems))
		}
		p.object("routes", layout.Name(r.Object), r.Problems,
			strings.Join(r.URLs, ", ")+" -> "+strings.Join(r.Services, ", "), strings.Join(r.Through, ", "), strings.Join(certificates, ", "))
	}
}

// certificate says until when it is valid, if no problem does.
func (p *appPage) certificate(c *app.Certificate, problems []app.Problem) string {
	said := slices.ContainsFunc(problems, func(p app.Problem) bool {
		return p.Code == app.CertificateEnds || p.Code == app.CertificateOver
	})
	if c.Expires == nil || said {
		return ""
	}
	return "certificate " + c.Secret + " valid for " + age(p.now, *c.Expires)
}

func (p *appPage) autoscalers() {
	for _, a := range p.app.Autoscalers {
		replicas := workload.Plural(int(a.Current), "replica", "replicas")
		if a.Desired != a.Current && a.Desired > 0 { // 0 is a number that was not computed yet
			replicas += fmt.Sprintf(", wants %d", a.Desired)
		}
		limited := a.Limited
		if slices.ContainsFunc(a.Problems, func(p app.Problem) bool { return p.Code == app.AtMaximum }) {
			limited = "" // it says why
		}
		p.object("scaling", "hpa/"+term.Clean(a.Object.Name), a.Problems, append([]string{replicas + fmt.Sprintf(" (%d to %d)", a.Min, a.Max)}, append(a.Metrics, limited)...)...)
	}
}

func (p *appPage) budgets() {
	for _, b := range p.app.Budgets {
		allowed := workload.Plural(int(b.Allowed), "pod may be evicted", "pods may be evicted")
		if b.Allowed == 0 {
			allowed = "" // its problem says so
		}
		p.object("budgets", "pdb/"+term.Clean(b.Object.Name), b.Problems, b.Rule, fmt.Sprintf("%d of %d healthy", b.Healthy, b.Expected), allowed)
	}
}

var referenceLabel = map[string]string{"Secret": "secrets", "ConfigMap": "configmaps", "PersistentVolumeClaim": "claims", "ServiceAccount": "account"}

// references has a line for each object with a problem, and one for all others of a kind.
func (p *appPage) references() {
	fine := map[string][]string{}
	var labels []string
	bad := map[string][]app.Reference{}
	for _, r := range p.app.References {
		label := referenceLabel[r.Object.Kind]
		if !slices.Contains(labels, label) {
			labels = append(labels, label)
		}
		if len(r.Problems) > 0 {
			bad[label] = append(bad[label], r)
			continue
		}
		fine[label] = append(fine[label], p.reference(&r))
	}
	for _, label := range labels {
		for _, r := range bad[label] {
			p.object(label, term.Clean(r.Object.Name), r.Problems, strings.Join(r.Uses, ", "))
		}
		all := fine[label]
		if most := 6; len(all) > most && !p.wide {
			all = append(all[:most-1], fmt.Sprintf("%d more", len(fine[label])-most+1))
		}
		p.field(label, all...)
	}
}

// reference is an object that is as it should be, or of which nothing is known.
func (p *appPage) reference(r *app.Reference) string {
	details := []string{r.Detail}
	switch r.State {
	case app.RefUnread:
		details = append(details, "not known")
	case app.RefMissing:
		details = append(details, "not there, optional")
	case app.RefKeyMissing:
		details = append(details, "an optional key is not there")
	}
	if c := r.Certificate; c != nil && c.Expires != nil {
		details = append(details, "certificate valid for "+age(p.now, *c.Expires))
	}
	if p.wide {
		details = append(details, strings.Join(r.Uses, ", "))
	}
	text := term.Clean(r.Object.Name)
	if more := layout.Join(", ", details...); more != "" {
		text += " (" + term.Clean(more) + ")"
	}
	return text
}

func (p *appPage) policies() {
	for _, n := range p.app.NetworkPolicies {
		p.object("network", layout.Name(n.Object), n.Problems, rules("ingress", n.Ingress), rules("egress", n.Egress))
	}
}

// rules says what a policy allows in a direction that it limits.
func rules(direction string, n *int) string {
	switch {
	case n == nil:
		return ""
	case *n == 0:
		return direction + ": allows none"
	}
	return direction + ": " + workload.Plural(*n, "rule", "rules")
}

func (p *appPage) warnings() {
	for _, w := range p.app.Warnings {
		times := workload.Plural(w.Count, "time", "times")
		kind := strings.ToLower(term.Clean(w.Kind))
		who := kind + "/" + term.Clean(w.Exemplar)
		if w.Objects > 1 {
			who = workload.Plural(w.Objects, kind, kind+"s")
		}
		p.field("warnings", p.Yellow(p.Glyphs.Warn)+" "+term.Clean(w.Reason), times, "last "+age(w.Last, p.now)+" ago", who)
		if text := strings.TrimSpace(term.Clean(w.Message)); text != "" {
			p.message(text)
		}
	}
}

// message is the text of an event, in a few lines.
func (p *appPage) message(text string) {
	const most = 3
	lead := strings.Repeat(" ", p.indent()+2) + p.Faint(p.Glyphs.Bar) + " "
	lines := []string{text}
	if p.Width > 0 {
		lines = wrapWords(text, max(p.Width-term.Width(lead), 8))
	}
	if len(lines) > most {
		last := strings.Join(lines[most-1:most+1], " ")
		lines = append(lines[:most-1], term.Cut(last, p.Width-term.Width(lead), p.Glyphs.Ellipsis))
	}
	for _, line := range lines {
		p.Lines = append(p.Lines, lead+line)
	}
}

// limits says what could not be read, and what limits the page.
func (p *appPage) limits() {
	var all []string
	if unseen := unread(p.app.NotSeen); unseen != "" {
		all = append(all, "no permission to read: "+unseen)
	}
	for _, text := range p.app.Notes {
		all = append(all, "note: "+text)
	}
	for i, text := range all {
		if i == 0 {
			p.Add("")
		}
		p.Add(term.Clean(text))
	}
}
