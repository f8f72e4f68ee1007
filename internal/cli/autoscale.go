package cli

import (
	"cmp"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-app/kubectl-app/internal/view"
	"github.com/kubectl-app/kubectl-app/pkg/autoscale"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
)

const autoscaleLong = `Create or change the HorizontalPodAutoscaler of deployments, statefulsets, replicasets and replicationcontrollers, like
kubectl autoscale. Then wait until it has computed its first number. If it can't, name the cause and the next command.

What is not named stays as it is; of a new autoscaler it is the default of the server. The same command again changes
nothing. Before the write it is checked that the containers have the requests that a percentage needs, that the cluster
has metrics of the pods, and that nothing else scales the workload.

--cpu and --memory take a percentage of the request (70%) or a quantity for each pod (500m, 200Mi); none removes the
metric. --metric takes pods/METRIC=100, external/METRIC=30/pod, object/TYPE/NAME/METRIC=2k, container/NAME/cpu=70%; a
METRIC may have a selector: queue{name=mail}.

--scale-up and --scale-down take words between commas: 4/15s (at most 4 pods in 15 seconds), 50%/1m (at most half of the
pods in a minute), min or max (which of several policies counts), window=5m (the stabilization window); or disabled; or
default.`

const autoscaleExample = `  # Between 2 and 10 replicas, so that the pods use 70% of the cpu that they request
  kubectl app autoscale deployment/web --min=2 --max=10 --cpu=70%

  # Only change the maximum; the rest stays
  kubectl app autoscale deployment/web --max=12

  # Scale down slowly: one pod a minute, and only after 10 quiet minutes
  kubectl app autoscale deployment/web --scale-down=1/1m,window=10m

  # See what would change, and change nothing
  kubectl app autoscale deployment/web --cpu=500m --dry-run=server

  # No autoscaler any more; the number of replicas stays
  kubectl app autoscale deployment/web --remove`

// defaultComputed is how long a first number is waited for: metrics-server needs up to a minute for new pods.
const defaultComputed = 2 * time.Minute

type autoscaleFlags struct {
	selectionFlags
	releaseFlags
	name               string
	min, max           int32
	cpu, memory        string
	cpuPercent         int32
	metrics            []string
	scaleUp, scaleDown string
	tolerance          string
	remove             bool
	saveConfig         bool
}

func newAutoscale(env *Env) *cobra.Command {
	var flags autoscaleFlags
	out := newOutput("autoscaled")
	cmd := &cobra.Command{
		Use:   "autoscale (-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] [--max=MAXPODS] [--cpu=CPU] [--memory=MEMORY]",
		Short: "Create, change or remove an autoscaler, and wait for its first number",
		Long:  autoscaleLong, Example: autoscaleExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			return flags.run(cmd, args, env, out)
		},
	}
	flags.add(cmd.Flags())
	out.add(cmd)
	cmd.AddCommand(newAutoscaleStatus(env))
	return cmd
}

func (f *autoscaleFlags) add(flags *pflag.FlagSet) {
	flags.StringSliceVarP(&f.filenames, "filename", "f", nil, "Filename, directory, or URL to files identifying the resource to autoscale.")
	flags.StringVarP(&f.kustomize, "kustomize", "k", "", "Process the kustomization directory. This flag can't be used together with -f or -R.")
	flags.BoolVarP(&f.recursive, "recursive", "R", false, "Process the directory used in -f, --filename recursively. Useful when you want to manage related manifests organized within the same directory.")
	flags.Var(newBound(&f.min, "min"), "min", "The lower limit for the number of pods that can be set by the autoscaler. 0 needs an external or object metric. If it is not specified or negative, it stays as it is; of a new autoscaler it is 1.")
	flags.Var(newBound(&f.max, "max"), "max", "The upper limit for the number of pods that can be set by the autoscaler. Required for a new autoscaler.")
	flags.StringVar(&f.cpu, "cpu", "", `Target CPU utilization over all the pods. A percentage (e.g."70%" for 70% of requested CPU) is a target average utilization. A quantity (e.g."500m" for 500 milliCPU) is a target average value. Value without units is treated as a quantity with milliCPU being the unit (e.g."500" is "500m").`)
	flags.StringVar(&f.memory, "memory", "", `Target memory utilization over all the pods. A percentage (e.g."60%" for 60% of requested memory) is a target average utilization. A quantity (e.g."200Mi" for 200 MiB, "1Gi" for 1 GiB) is a target average value. Value without units is treated as a quantity with mebibytes being the unit (e.g."200" is "200Mi").`)
	flags.Int32Var(&f.cpuPercent, "cpu-percent", -1, "The target average CPU utilization (represented as a percent of requested CPU) over all the pods. Deprecated: use --cpu=70%.")
	flags.StringVar(&f.name, "name", "", "The name for the autoscaler. If not specified, the name of the input resource will be used.")
	flags.StringArrayVar(&f.metrics, "metric", nil, "A metric and its target: pods/METRIC=100, external/METRIC=30/pod, object/TYPE/NAME/METRIC=2k or container/NAME/cpu=70%; none as the target removes it")
	flags.StringVar(&f.scaleUp, "scale-up", "", "How fast pods are added: policies such as 4/15s or 50%/1m, min or max, window=1m; or disabled; or default")
	flags.StringVar(&f.scaleDown, "scale-down", "", "How fast pods are removed: policies such as 1/1m or 10%/1m, min or max, window=5m; or disabled; or default")
	flags.StringVar(&f.tolerance, "tolerance", "", "How far a metric may be from its target without a change of the replicas: 5%, or up=5%,down=20%, or default")
	flags.BoolVar(&f.remove, "remove", false, "Remove the autoscaler. The number of replicas stays as it is.")
	flags.BoolVar(&f.wait, "wait", true, "Wait until the autoscaler has computed its first number; with false only write it, as kubectl does")
	flags.DurationVar(&f.timeout, "timeout", defaultComputed, "How long to wait for the first number")
	addChoice(flags, &f.progress, "progress", view.ModeAuto, `How progress is shown on stderr: "auto", "plain", "ndjson" or "none"`, view.ModeAuto, view.ModePlain, view.ModeNDJSON, view.ModeNone)
	flags.BoolVar(&f.saveConfig, "save-config", false, "If true, the configuration of a new autoscaler will be saved in its annotation. This flag is useful when you want to perform kubectl apply on this object in the future.")
	f.writeFlags(flags)
	flags.Lookup("diff").Usage = "Show on stderr each setting, also of a new autoscaler"
}

// settings reads the flags that say what the autoscaler shall be.
func (f *autoscaleFlags) settings(flags *pflag.FlagSet) (s autoscale.Settings, err error) {
	if flags.Changed("min") && f.min >= 0 {
		s.Min = &f.min
	}
	if flags.Changed("max") {
		s.Max = &f.max
	}
	switch {
	case s.Max != nil && f.max < 1:
		return s, usagef("--max=%d: it must be at least 1", f.max)
	case s.Max != nil && s.Min != nil && f.max < f.min:
		return s, usagef("--max=%d must be at least --min=%d", f.max, f.min)
	case f.cpuPercent > 0 && f.cpu != "":
		return s, usagef("--cpu-percent and --cpu can't be used together")
	case f.timeout <= 0:
		return s, usagef("--timeout takes a duration above 0")
	case f.name != "" && len(validation.IsDNS1123Subdomain(f.name)) > 0:
		return s, usagef("--name=%s is not a valid name: use lower-case letters, digits, '-' and '.'", redact.Argument(f.name))
	}
	if err := f.readMetrics(&s, flags); err != nil {
		return s, err
	}
	if s.ScaleUp, err = rulesOf(flags, "scale-up", f.scaleUp); err != nil {
		return s, err
	}
	if s.ScaleDown, err = rulesOf(flags, "scale-down", f.scaleDown); err != nil {
		return s, err
	}
	if flags.Changed("tolerance") {
		if s.Tolerance, err = autoscale.ParseTolerance(f.tolerance); err != nil {
			return s, usagef("--tolerance: %w", err)
		}
	}
	return s, nil
}

func (f *autoscaleFlags) readMetrics(s *autoscale.Settings, flags *pflag.FlagSet) error {
	cpu := f.cpu
	if f.cpuPercent > 0 {
		cpu = flags.Lookup("cpu-percent").Value.String() + "%"
	}
	for _, r := range []struct {
		name corev1.ResourceName
		text string
	}{{corev1.ResourceCPU, cpu}, {corev1.ResourceMemory, f.memory}} {
		if r.text == "" && !flags.Changed(string(r.name)) {
			continue
		}
		m, err := autoscale.ResourceMetric(r.name, r.text)
		if err != nil {
			return usagef("--%s: %w", r.name, err)
		}
		s.Metrics = append(s.Metrics, m)
	}
	seen := map[string]bool{}
	for _, text := range f.metrics {
		m, err := autoscale.ParseMetric(text)
		if err != nil {
			return usagef("--metric: %w", err)
		}
		name := autoscale.MetricName(m.MetricSpec)
		if seen[name] {
			return usagef("--metric: %s is given twice", name)
		}
		seen[name] = true
		s.Metrics = append(s.Metrics, m)
	}
	return nil
}

func (f *autoscaleFlags) run(cmd *cobra.Command, args []string, env *Env, out *output) error {
	settings, err := f.settings(cmd.Flags())
	if err == nil {
		err = f.conflicts(cmd.Flags())
	}
	if err != nil {
		return err
	}
	selection := f.selection(args, "autoscale")
	selection.Scales = true
	if err := selection.Validate(); err != nil {
		return usageError{err}
	}
	if err := out.complete(f.dryRun); err != nil {
		return err
	}
	if f.progress == view.ModeAuto { // there is no picture of an autoscaler
		f.progress = view.ModePlain
	}
	a := &autoscaling{transaction: newTransaction(env, out, &f.releaseFlags, rollout.Policy{}), flags: f, settings: settings, typed: f.typed(args)}
	a.unexplained = true
	a.command = append([]string{"autoscale"}, a.typed...)
	if f.remove {
		return a.remove(cmd.Context(), selection)
	}
	return a.apply(cmd.Context(), selection)
}

// conflicts finds flags that do not go together.
func (f *autoscaleFlags) conflicts(flags *pflag.FlagSet) error {
	if !f.wait {
		if err := unwatched(flags, "--wait=false", "timeout"); err != nil {
			return err
		}
	}
	if !f.remove {
		return nil
	}
	for _, name := range []string{"min", "max", "cpu", "memory", "cpu-percent", "metric", "scale-up", "scale-down", "tolerance", "save-config", "timeout", "filename", "kustomize"} {
		if flags.Changed(name) {
			return usagef("--remove removes the whole autoscaler: remove --%s", cmp.Or(flags.Lookup(name).Name, name))
		}
	}
	return nil
}
