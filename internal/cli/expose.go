package cli

import (
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-app/kubectl-app/internal/release"
	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/expose"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

const exposeLong = `Create a Service for a workload, a pod or another Service, as kubectl expose does. Then wait until a pod of it
is ready, and print the addresses that lead there. If no pod is ready, name the cause.

Without --port, the ports are those that the containers declare. Sidecars are left out: init containers that keep
running, and well-known proxies (istio-proxy, linkerd-proxy, consul-dataplane, daprd, cloud-sql-proxy, vault-agent).

A Service of that name that exists is changed: what no flag names stays as it is. One that selects other pods is refused;
--force takes it over.

With --host, an Ingress leads a path of the host to the Service, and its address is waited for, too. The API server tries
both writes before the first one is made.`

const exposeExample = `  # A Service for the ports that the containers declare
  kubectl app expose deployment/web

  # Port 80 of the Service leads to port 8080 of the containers
  kubectl app expose deployment/web --name=front --port=80:8080

  # The same Service, on a port of each node
  kubectl app expose deployment/web --name=front --type=NodePort

  # Two ports with names
  kubectl app expose deployment/web --name=both --port=http=80:8080,metrics=9090

  # A path of a host also leads to the Service, by an Ingress; its other paths stay as they are
  kubectl app expose deployment/web --name=front --host=shop.localhost --path=/orders

  # Every way into the namespace
  kubectl app expose --list

  # What would be created
  kubectl app expose deployment/web --name=admin --port=8080 --dry-run=client -o yaml`

type exposeFlags struct {
	releaseFlags
	selectionFlags
	routeFlags

	name, selector, labels    string
	ports                     []string
	targetPort, protocol      string
	kind                      corev1.ServiceType
	nodePorts                 []int32
	affinity                  corev1.ServiceAffinity
	loadBalancerIP, clusterIP string
	externalIPs               []string
	external                  corev1.ServiceExternalTrafficPolicy
	internal                  corev1.ServiceInternalTrafficPolicy
	familyPolicy              corev1.IPFamilyPolicy
	families                  []string
	override                  expose.Override
	saveConfig, force         bool
	list, remove              bool
}

func newExpose(env *Env) *cobra.Command {
	var flags exposeFlags
	out := newOutput("exposed")
	cmd := &cobra.Command{
		Use:   "expose (-f FILENAME | TYPE NAME | TYPE/NAME) [--port=[NAME=]PORT[:TARGET]] [--type=TYPE] [--name=NAME] [--host=HOST [--path=/PATH]]",
		Short: "Create or change the Service of a workload, and wait until a pod is ready",
		Long:  exposeLong, Example: exposeExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.list {
				return listWays(cmd, env, args)
			}
			x, err := flags.exposing(cmd, env, out, args)
			if err != nil {
				return err
			}
			if flags.remove {
				return x.remove(cmd.Context())
			}
			return x.run(cmd.Context())
		},
	}
	flags.add(cmd.Flags())
	out.add(cmd)
	return cmd
}

func (f *exposeFlags) add(flags *pflag.FlagSet) {
	f.selectionFlags.addFiles(flags)
	flags.StringVar(&f.name, "name", "", "The name for the newly created object.")
	flags.StringSliceVar(&f.ports, "port", nil, "The port that the service should serve on: PORT, PORT:TARGET, NAME=PORT:TARGET; /UDP at the end is the protocol. Several are separated by commas. Copied from the resource being exposed, if unspecified")
	flags.StringVar(&f.targetPort, "target-port", "", "Name or number for the port on the container that the service should direct traffic to. Optional.")
	flags.StringVar(&f.protocol, "protocol", "", "The network protocol for the service to be created. Default is 'TCP'.")
	addChoice(flags, &f.kind, "type", "", "Type for this service: ClusterIP, NodePort or LoadBalancer. Default is 'ClusterIP'.",
		corev1.ServiceTypeClusterIP, corev1.ServiceTypeNodePort, corev1.ServiceTypeLoadBalancer)
	flags.Int32SliceVar(&f.nodePorts, "node-port", nil, "The port on each node, for each port of the service in its order. Implies --type=NodePort.")
	flags.StringVar(&f.selector, "selector", "", "A label selector to use for this service. Only equality-based selector requirements are supported. If empty (the default) infer the selector from the resource being exposed.")
	flags.StringVarP(&f.labels, "labels", "l", "", "Labels to apply to the service created by this call.")
	addChoice(flags, &f.affinity, "session-affinity", "", "If non-empty, set the session affinity for the service to this; legal values: 'None', 'ClientIP'",
		corev1.ServiceAffinityNone, corev1.ServiceAffinityClientIP)
	flags.StringVar(&f.loadBalancerIP, "load-balancer-ip", "", "IP to assign to the LoadBalancer. If empty, an ephemeral IP will be created and used (cloud-provider specific).")
	flags.StringVar(&f.clusterIP, "cluster-ip", "", "ClusterIP to be assigned to the service. Leave empty to auto-allocate, or set to 'None' to create a headless service.")
	flags.StringSliceVar(&f.externalIPs, "external-ip", nil, "Additional external IP address (not managed by Kubernetes) to accept for the service. If this IP is routed to a node, the service can be accessed by this IP in addition to its generated service IP.")
	addChoice(flags, &f.external, "external-traffic-policy", "", "Which nodes serve requests from outside: 'Cluster' (all) or 'Local' (only those with a pod, which then see the client's address)",
		corev1.ServiceExternalTrafficPolicyCluster, corev1.ServiceExternalTrafficPolicyLocal)
	addChoice(flags, &f.internal, "internal-traffic-policy", "", "Which pods serve requests from inside: 'Cluster' (all) or 'Local' (only those on the same node)",
		corev1.ServiceInternalTrafficPolicyCluster, corev1.ServiceInternalTrafficPolicyLocal)
	addChoice(flags, &f.familyPolicy, "ip-family-policy", "", "Whether the service has addresses of both families: 'SingleStack', 'PreferDualStack' or 'RequireDualStack'",
		corev1.IPFamilyPolicySingleStack, corev1.IPFamilyPolicyPreferDualStack, corev1.IPFamilyPolicyRequireDualStack)
	flags.StringSliceVar(&f.families, "ip-families", nil, "The families in their order: 'IPv4', 'IPv6' or both")
	flags.StringVar(&f.override.Text, "overrides", "", "An inline JSON override for the generated object. If this is non-empty, it is used to override the generated object. Requires that the object supply a valid apiVersion field.")
	addChoice(flags, &f.override.Type, "override-type", "merge", "The method used to override the generated object: json, merge, or strategic.", "json", "merge", "strategic")
	flags.BoolVar(&f.saveConfig, "save-config", false, "If true, the configuration of current object will be saved in its annotation. Otherwise, the annotation will be unchanged. This flag is useful when you want to perform kubectl apply on this object in the future.")
	flags.BoolVar(&f.force, "force", false, "Take over a service that selects other pods, and accept a selector that selects pods of others, too")
	flags.BoolVar(&f.list, "list", false, "List every way into the namespace: the addresses of services and the paths of ingresses, and whether a pod answers")
	flags.BoolVar(&f.remove, "remove", false, "Remove the service or, with --host, the path of the ingress, and nothing else")
	f.routeFlags.add(flags)
	f.addExpose(flags)
}

// addExpose gives the flags of a wait for endpoints and addresses.
func (f *releaseFlags) addExpose(flags *pflag.FlagSet) {
	f.given = flags.Changed
	f.onFailure, f.onInterrupt = release.Keep, release.Keep
	flags.BoolVar(&f.wait, "wait", true, "Wait until a pod of the service is ready; with false only write it, as kubectl does")
	flags.DurationVar(&f.timeout, "timeout", 2*time.Minute, "How long to wait before giving up")
	addChoice(flags, &f.progress, "progress", view.ModeAuto, `How progress is shown on stderr: "auto", "plain" or "none"`, view.ModeAuto, view.ModePlain, view.ModeNone)
	f.writeFlags(flags)
	_ = flags.MarkHidden("diff") // what changes is always shown
}

// options reads what the flags say of the Service.
func (f *exposeFlags) options() (o expose.Options, err error) {
	o = expose.Options{
		Name: f.name, Type: f.kind, Target: f.targetPort, NodePorts: f.nodePorts, SessionAffinity: f.affinity,
		LoadBalancerIP: f.loadBalancerIP, ClusterIP: f.clusterIP, ExternalIPs: f.externalIPs, External: f.external, Internal: f.internal,
		FamilyPolicy: f.familyPolicy, Force: f.force,
	}
	if o.Ports, err = expose.ParsePorts(f.ports); err != nil {
		return o, err
	}
	if f.name != "" {
		if err := expose.CheckName(f.name, true); err != nil {
			return o, err
		}
	}
	if f.protocol != "" {
		if o.Protocol, err = expose.ParseProtocol(f.protocol); err != nil {
			return o, err
		}
	}
	if f.targetPort != "" {
		if _, err = expose.ParseTarget("--target-port="+redact.Argument(f.targetPort), f.targetPort); err != nil {
			return o, err
		}
	}
	if o.Selector, err = labelPairs("selector", f.selector); err != nil {
		return o, err
	}
	if o.Labels, err = labelPairs("labels", f.labels); err != nil {
		return o, err
	}
	for _, family := range f.families {
		if err := oneOf("ip-families", corev1.IPFamily(family), corev1.IPv4Protocol, corev1.IPv6Protocol); err != nil {
			return o, err
		}
		o.Families = append(o.Families, corev1.IPFamily(family))
	}
	return o, f.checkAddresses()
}

// checkAddresses finds numbers and addresses that no Service can have.
func (f *exposeFlags) checkAddresses() error {
	seen := map[int32]bool{}
	for _, n := range f.nodePorts {
		switch {
		case n < 1 || n > 65535:
			return usagef("--node-port=%d: ports go from 1 to 65535, and most clusters take 30000 to 32767", n)
		case seen[n]:
			return usagef("--node-port: %d is given twice", n)
		}
		seen[n] = true
	}
	addresses := append([]string{f.loadBalancerIP}, f.externalIPs...)
	if f.clusterIP != corev1.ClusterIPNone {
		addresses = append(addresses, f.clusterIP)
	}
	for _, ip := range addresses {
		if _, err := netip.ParseAddr(ip); ip != "" && err != nil {
			return usagef("%s is not an IP address", redact.Argument(ip))
		}
	}
	return nil
}

// labelPairs reads KEY=VALUE,KEY=VALUE.
func labelPairs(flag, text string) (map[string]string, error) {
	if text == "" {
		return nil, nil
	}
	return pairsOf(flag, strings.Split(text, ","), func(value string) bool { return len(validation.IsValidLabelValue(value)) == 0 })
}

// exposing makes of a command line what it asks for. Nothing is read yet.
func (f *exposeFlags) exposing(cmd *cobra.Command, env *Env, out *output, args []string) (*exposing, error) {
	selection := f.selectionFlags.selection(args, "expose")
	selection.Templates, selection.Single = true, true
	if err := selection.Validate(); err != nil {
		return nil, usageError{err}
	}
	o, err := f.options()
	if err != nil {
		return nil, usageError{err}
	}
	route, err := f.route(cmd.Flags(), f.force)
	if err != nil {
		return nil, usageError{err}
	}
	if f.timeout <= 0 {
		return nil, usagef("--timeout takes a duration above 0")
	}
	if !f.wait {
		if err := unwatched(cmd.Flags(), "--wait=false", "timeout", "progress"); err != nil {
			return nil, err
		}
	}
	if err := out.complete(f.dryRun); err != nil {
		return nil, err
	}
	t := newTransaction(env, out, &f.releaseFlags, rollout.Policy{Timeout: f.timeout})
	t.unexplained = true // no revision is made that could have a change-cause
	t.command = append([]string{"expose"}, f.typed(args)...)
	return &exposing{transaction: t, flags: f, options: o, route: route, selection: selection, typed: strings.Join(f.typed(args), " "), started: env.Now()}, nil
}
