package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/exposure"
	"github.com/kubectl-app/kubectl-app/internal/page"
	"github.com/kubectl-app/kubectl-app/pkg/expose"
)

// listWays prints every way into the namespace.
func listWays(cmd *cobra.Command, env *Env, args []string) error {
	if len(args) > 0 {
		return usagef("--list lists the whole namespace: name no object")
	}
	for _, name := range []string{"filename", "kustomize", "name", "port", "type", "host", "path", "dry-run", "output"} {
		if cmd.Flags().Changed(name) {
			return usagef("--list and --%s can't be used together", name)
		}
	}
	c := env.cluster()
	namespace, _, err := c.Namespace()
	if err != nil {
		return err
	}
	entries, unread, err := readWays(cmd.Context(), exposure.Client{Cluster: c}, namespace)
	if err != nil {
		return err
	}
	if len(unread) > 0 {
		if err := page.Warning(env.Term, "no permission to list "+strings.Join(unread, ", ")+": what they would tell is left out"); err != nil {
			return err
		}
	}
	if len(entries) == 0 {
		_, err = fmt.Fprintln(env.Term.Err, nothingListed(namespace))
		return err
	}
	return page.WayList(env.Term.Out, entries)
}

// readWays reads side by side what leads into a namespace. Only Services have to be readable.
func readWays(ctx context.Context, client exposure.Client, namespace string) (entries []expose.Entry, unread []string, err error) {
	var services []corev1.Service
	var all []discoveryv1.EndpointSlice
	var ingresses []networkingv1.Ingress
	var nodes []corev1.Node
	reads := []struct {
		resource string
		read     func(context.Context) error
	}{
		{"endpointslices", func(ctx context.Context) (err error) { all, err = client.SlicesOf(ctx, namespace); return err }},
		{"ingresses", func(ctx context.Context) (err error) { ingresses, err = client.IngressesOf(ctx, namespace); return err }},
		{"nodes", func(ctx context.Context) (err error) { nodes, err = client.Nodes(ctx); return err }},
		{"", func(ctx context.Context) (err error) { services, err = client.ServicesOf(ctx, namespace); return err }},
	}
	forbidden := make([]bool, len(reads))
	_, err = cluster.Each(ctx, []int{0, 1, 2, 3}, func(ctx context.Context, i int) (struct{}, error) {
		err := reads[i].read(ctx)
		if cluster.Is(err, cluster.Forbidden) && reads[i].resource != "" {
			forbidden[i], err = true, nil
		}
		return struct{}{}, err
	})
	for i := range forbidden {
		if forbidden[i] {
			unread = append(unread, reads[i].resource)
		}
	}
	if all == nil && !forbidden[0] { // read, and there are none
		all = []discoveryv1.EndpointSlice{}
	}
	addresses := []string{expose.AnyNode}
	if !forbidden[2] {
		addresses = expose.NodeAddresses(nodes, nil)
	}
	return expose.List(services, all, ingresses, addresses), unread, err
}
