package clustertest

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/kubectl/pkg/cmd/set"
	cmdutil "k8s.io/kubectl/pkg/cmd/util"
	"k8s.io/kubectl/pkg/polymorphichelpers"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/preflight"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const twoContainers = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, annotations: {team: red}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers: [{name: migrate, image: "db:1"}]
      containers: [{name: web, image: "web:1"}, {name: log, image: "log:1"}]
`

// TestImagesAsKubectl sets images in a file with kubectl's own command and with ours.
func TestImagesAsKubectl(t *testing.T) {
	file := filepath.Join(t.TempDir(), "web.yaml")
	if err := os.WriteFile(file, []byte(twoContainers), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"web=web:2"}, {"migrate=db:2"}, {"*=all:2"}, {"web=web:2", "log=log:2"}, {"web=reg:5000/web@sha256:x=y"},
	} {
		theirs := kubectlSetImage(t, file, args)
		b := bench{t: t, ctx: t.Context(), requests: &requests{}}
		objects, err := resolve.Workloads(b.ctx, b.cluster(), resolve.Selection{Filenames: []string{file}, Local: true})
		if err != nil {
			t.Fatal(err)
		}
		if sent := b.requests.take(); len(sent) > 0 {
			t.Errorf("--local asked the server: %v", sent)
		}
		_, settings, err := rollout.ParseImageArgs(args)
		if err != nil {
			t.Fatal(err)
		}
		// Only our check of the reference may complain: kubectl has none.
		plan, _ := rollout.PlanImages(objects[0].Ref(), objects[0].Template(), settings)
		if !equality.Semantic.DeepEqual(plan.Template, theirs.Spec.Template) {
			t.Errorf("%q: ours %v, kubectl's %v", args, workload.Images(&plan.Template), workload.Images(&theirs.Spec.Template))
		}
	}
}

func kubectlSetImage(t *testing.T, file string, args []string) appsv1.Deployment {
	t.Helper()
	var out, errOut bytes.Buffer
	factory := cmdutil.NewFactory(genericclioptions.NewConfigFlags(true))
	cmd := set.NewCmdImage(factory, genericiooptions.IOStreams{In: &bytes.Buffer{}, Out: &out, ErrOut: &errOut})
	cmd.SetArgs(append([]string{"--local", "-f", file, "-o", "json"}, args...))
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	var d appsv1.Deployment
	if err := json.Unmarshal(out.Bytes(), &d); err != nil {
		t.Fatalf("%v: %s%s", err, out.Bytes(), errOut.Bytes())
	}
	return d
}

// TestUndoAsKubectl takes two Deployments through the same changes; kubectl's own code undoes the one
// and we the other, to each revision that there is and to the one before.
func TestUndoAsKubectl(t *testing.T) {
	for _, to := range []int64{0, 1, 2} {
		b := newBench(t)
		for _, name := range []string{"theirs", "ours"} {
			b.deploy(name, 0)
			// What the controller has not seen becomes no revision.
			b.until(name, func(d *appsv1.Deployment) bool { return d.Status.ObservedGeneration >= 1 })
			for _, change := range []string{
				`{"metadata":{"annotations":{"kubernetes.io/change-cause":"second","added":"with 2"}},"spec":{"template":{"metadata":{"annotations":{"x":"y"}}}}}`,
				`{"metadata":{"annotations":{"kubernetes.io/change-cause":"third"}},"spec":{"template":{"metadata":{"annotations":{"x":null}},"spec":{"priorityClassName":"system-cluster-critical"}}}}`,
			} {
				changed := b.update(name, change)
				b.until(name, func(d *appsv1.Deployment) bool { return d.Status.ObservedGeneration >= changed.Generation })
			}
		}
		rollbacker, err := polymorphichelpers.RollbackerFor(appsv1.SchemeGroupVersion.WithKind("Deployment").GroupKind(), b.client)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rollbacker.Rollback(b.get("theirs"), nil, to, cmdutil.DryRunNone); err != nil {
			t.Fatal(err)
		}
		b.undo("ours", to)
		theirs, ours := b.get("theirs"), b.get("ours")
		theirs.Spec.Template.Labels = ours.Spec.Template.Labels // app=theirs, app=ours
		if !workload.SameTemplate(&theirs.Spec.Template, &ours.Spec.Template) {
			t.Errorf("to %d: our template %+v, kubectl's %+v", to, ours.Spec.Template, theirs.Spec.Template)
		}
		delete(theirs.Annotations, workload.AnnotationRevision) // the controller's, at its own pace
		delete(ours.Annotations, workload.AnnotationRevision)
		if !equality.Semantic.DeepEqual(theirs.Annotations, ours.Annotations) {
			t.Errorf("to %d: our annotations %v, kubectl's %v", to, ours.Annotations, theirs.Annotations)
		}
	}
}

func (b *bench) undo(name string, to int64) {
	b.t.Helper()
	c := b.cluster()
	objects, err := resolve.Workloads(b.ctx, c, resolve.Selection{Args: []string{"deploy/" + name}})
	if err != nil {
		b.t.Fatal(err)
	}
	captured, err := c.Capture(b.ctx, objects)
	if err != nil {
		b.t.Fatal(err)
	}
	changes, err := cluster.PlanAll(captured, func(c cluster.Captured) (cluster.Edit, error) {
		plan, err := rollout.PlanUndo(c.Workload(), c.Revisions, to)
		return cluster.Edit{Template: plan.Template, Annotations: plan.Annotations}, err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	report, err := preflight.Run(b.ctx, c, changes, preflight.Options{Watch: true})
	if err != nil || len(slices.DeleteFunc(report.Checks, func(c preflight.Check) bool { return c.Level != preflight.Refuse })) > 0 {
		b.t.Fatalf("%v %s", err, lines(report.Checks))
	}
	if _, err := c.Apply(b.ctx, changes, cluster.WriteOptions{}); err != nil {
		b.t.Fatal(err)
	}
}
