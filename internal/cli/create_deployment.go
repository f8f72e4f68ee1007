package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-app/kubectl-app/internal/config"
	"github.com/kubectl-app/kubectl-app/pkg/podtemplate"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const createDeploymentLong = `Create a Deployment, as kubectl create deployment does. Then watch its first rollout. If it fails, name the cause, and
keep it for you to look at, or delete it with --on-failure=delete.

Beside kubectl's label app, the Deployment and its pods get the recommended labels app.kubernetes.io/name and
app.kubernetes.io/instance. With --port, the container gets a readiness probe: by TCP on this port, or what --probe or
--probe-http says.

The security context is what the namespace enforces (label pod-security.kubernetes.io/enforce). Where it enforces nothing,
it is "baseline": no process gets more privileges than the container begins with, and the runtime's default profile limits
the system calls. Every image runs under it. --security=restricted also forbids root and takes all capabilities: choose it
if the image has a numeric user that is not root. With --plain, the object is exactly that of kubectl.

A Deployment of that name that exists is changed: what no flag names stays as it is. The difference is shown, and if the
rollout fails, it is rolled back.`

const createDeploymentExample = `  # Create a Deployment and watch it until its pods are ready and stay ready
  kubectl app create deployment web --image=web:1.0 --replicas=3 --port=8080

  # With a readiness probe by HTTP, resources, and all keys of a ConfigMap as variables
  kubectl app create deployment shop --image=web:1.0 --port=8080 --probe-http=/healthz --limits=memory=128Mi --env-from=configmap/settings

  # With a command, and a sidecar that starts before it and ends after it
  kubectl app create deployment worker --image=busybox --sidecar=logs=fluent-bit:3.1 -- sleep 3600

  # With a claim of 1 GiB that is created for it, and the files of a ConfigMap
  kubectl app create deployment redis --image=redis:7 --port=6379 --volume data=1Gi:/data --volume configmap/settings:/etc/redis:ro

  # If the first rollout fails, leave nothing behind
  kubectl app create deployment trial --image=web:2.0 --on-failure=delete

  # The same name again: show the difference, and release it
  kubectl app create deployment web --image=web:2.0

  # kubectl's own object, as YAML
  kubectl app create deployment other --image=web:1.0 --dry-run=client -o yaml`

type createDeploymentFlags struct {
	releaseFlags

	images   []string
	port     int32
	replicas int32
	validate string
	save     bool

	env, envFrom     []string
	requests, limits string
	probe, probeHTTP string
	sidecars         []string
	serviceAccount   string
	pullSecrets      []string
	volumes          []string
	security         podtemplate.Security
	plain            bool
	ifExists         config.IfExists
}

// ownFlags are those that change the object, and that kubectl does not have.
var ownFlags = []string{"env", "env-from", "requests", "limits", "probe", "probe-http", "sidecar", "service-account", "image-pull-secret", "security", "volume"}

func newCreateDeployment(env *Env) *cobra.Command {
	var flags createDeploymentFlags
	out := newOutput("created")
	cmd := &cobra.Command{
		Use:     "deployment NAME --image=IMAGE [--port=PORT] [--replicas=COUNT] [-- COMMAND [ARG...]]",
		Aliases: []string{"deploy"},
		Short:   "Create a Deployment and watch its first rollout; release the difference if it exists",
		Long:    createDeploymentLong, Example: createDeploymentExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := flags.creating(cmd, env, out, args)
			if err != nil {
				return err
			}
			return d.run(cmd.Context())
		},
	}
	flags.add(cmd.Flags())
	out.add(cmd)
	return cmd
}

func (f *createDeploymentFlags) add(flags *pflag.FlagSet) {
	flags.StringSliceVar(&f.images, "image", nil, "Image names to run. A deployment can have multiple images set for multi-container pod.")
	flags.Int32Var(&f.port, "port", -1, "The containerPort that this deployment exposes.")
	flags.Int32VarP(&f.replicas, "replicas", "r", 1, "Number of replicas to create. Default is 1.")
	addValidate(flags, &f.validate)
	flags.BoolVar(&f.save, "save-config", false, "If true, the configuration of current object will be saved in its annotation. Otherwise, the annotation will be unchanged. This flag is useful when you want to perform kubectl apply on this object in the future.")

	flags.StringArrayVar(&f.env, "env", nil, "An environment variable of each container with an image: KEY=VALUE. It may be given several times")
	flags.StringSliceVar(&f.envFrom, "env-from", nil, "A variable for each key of this Secret or ConfigMap: secret/NAME or configmap/NAME")
	flags.StringVar(&f.requests, "requests", "", "The resources that each container with an image requests: cpu=100m,memory=128Mi")
	flags.StringVar(&f.limits, "limits", "", "The resources that each container with an image may use: cpu=500m,memory=256Mi")
	flags.StringVar(&f.probe, "probe", "tcp", "The readiness probe of the first container: tcp, tcp:PORT, http/PATH, http:PORT/PATH, grpc:PORT or none. Default is tcp on --port, if it is given")
	flags.StringVar(&f.probeHTTP, "probe-http", "", "A readiness probe by HTTP on --port, with this path: the same as --probe=http/PATH")
	flags.StringSliceVar(&f.sidecars, "sidecar", nil, "A container that runs beside the others, starts before them and ends after them: NAME=IMAGE. It is an init container with restartPolicy Always")
	flags.StringVar(&f.serviceAccount, "service-account", "", "The service account of the pods")
	flags.StringSliceVar(&f.pullSecrets, "image-pull-secret", nil, "A Secret with the credentials of a registry")
	flags.StringArrayVar(&f.volumes, "volume", nil, "A volume of each container with an image: NAME=SIZE:/PATH for a claim that is created (data=1Gi:/data), NAME=emptyDir:/PATH, secret/NAME:/PATH, configmap/NAME:/PATH or pvc/NAME:/PATH. :ro at the end mounts it read-only")
	addChoice(flags, &f.security, "security", "", `The security context: "restricted", "baseline" or "none". Default is what the namespace enforces, or else baseline`,
		podtemplate.Restricted, podtemplate.Baseline, podtemplate.Unconfined)
	flags.BoolVar(&f.plain, "plain", false, "Create exactly the object that kubectl creates: no other labels, no security context, no probe, no change-cause")
	addChoice(flags, &f.ifExists, "if-exists", config.UpdateExisting, `What to do if the deployment exists: "update", "fail" or "skip"`,
		config.UpdateExisting, config.FailOnExisting, config.SkipExisting)
	f.addCreate(flags)
}

// creating makes of a command line what it asks for. Nothing is read yet.
func (f *createDeploymentFlags) creating(cmd *cobra.Command, env *Env, out *output, args []string) (*creating, error) {
	var command []string
	if at := cmd.ArgsLenAtDash(); at >= 0 {
		args, command = args[:at], args[at:]
	}
	name, err := objectName(args)
	switch {
	case err != nil:
		return nil, err
	case len(args) > 1:
		return nil, usagef("one name is expected, and %d are given; a command goes after --", len(args))
	}
	app, err := f.app(cmd.Flags(), name, command)
	if err != nil {
		return nil, usageError{err}
	}
	policy, err := f.policy()
	if err == nil {
		err = f.releaseFlags.validate(cmd.Flags())
	}
	if err == nil {
		err = out.complete(f.dryRun)
	}
	if err != nil {
		return nil, err
	}
	t := newTransaction(env, out, &f.releaseFlags, policy)
	t.command = slices.Concat([]string{"create", "deployment", name}, f.typed(cmd.Flags(), app))
	return &creating{transaction: t, flags: f, name: name, app: app, given: cmd.Flags().Changed}, nil
}

// app reads what the flags say of the template.
func (f *createDeploymentFlags) app(flags *pflag.FlagSet, name string, command []string) (*podtemplate.App, error) {
	if err := f.check(flags, command); err != nil {
		return nil, err
	}
	app := &podtemplate.App{
		Images: f.images, Command: command, Port: max(f.port, 0), ServiceAccount: f.serviceAccount, PullSecrets: f.pullSecrets,
		Security: f.security, DefaultProbe: true, NoProbe: f.probe == "none",
	}
	if f.requests != "" || f.limits != "" {
		resources, err := rollout.ParseResources(f.limits, f.requests)
		if err != nil {
			return nil, err
		}
		app.Requests, app.Limits = resources.Requests, resources.Limits
	}
	given, err := parseEnvArgs(nil, f.env)
	if err != nil {
		return nil, err
	}
	if len(given.remove) > 0 || given.stdin {
		return nil, usagef("--env takes KEY=VALUE")
	}
	app.Env = given.set
	for _, text := range f.envFrom {
		from, err := podtemplate.ParseEnvFrom(text)
		if err != nil {
			return nil, usagef("--env-from: %w", err)
		}
		app.EnvFrom = append(app.EnvFrom, from)
	}
	for _, text := range f.sidecars {
		sidecar, err := podtemplate.ParseSidecar(text)
		if err != nil {
			return nil, usagef("--sidecar: %w", err)
		}
		app.Sidecars = append(app.Sidecars, sidecar)
	}
	if f.probeHTTP != "" {
		if !strings.HasPrefix(f.probeHTTP, "/") {
			return nil, usagef("--probe-http=%s: a path begins with /: did you mean /%[1]s?", redact.Argument(f.probeHTTP))
		}
		if app.Probe, err = podtemplate.ParseURL(f.probeHTTP); err != nil {
			return nil, usagef("--probe-http: %w", err)
		}
	} else if flags.Changed("probe") {
		if app.Probe, err = podtemplate.ParseHandler(f.probe); err != nil {
			return nil, usagef("--probe: %w", err)
		}
	}
	app.Labels = workload.AppLabels(name, true)
	app.Volumes, err = parseVolumes(f.volumes)
	return app, err
}

// parseVolumes reads volumes that go together.
func parseVolumes(texts []string) (all []*podtemplate.Volume, err error) {
	for _, text := range texts {
		v, err := podtemplate.ParseVolume(text)
		if err != nil {
			return nil, usagef("--volume: %w", err)
		}
		for _, other := range all {
			switch {
			case other.MountPath == v.MountPath:
				return nil, usagef("--volume: path %s is mounted twice", v.MountPath)
			case v.Clashes(other):
				return nil, usagef("--volume: %s and %s would both get the name %s: give one of them another, as in NAME=1Gi:/PATH", other.MountPath, v.MountPath, v.Label())
			}
		}
		all = append(all, v)
	}
	return all, nil
}

// check finds what can't be meant.
func (f *createDeploymentFlags) check(flags *pflag.FlagSet, command []string) error {
	switch {
	case len(f.images) == 0 || slices.Contains(f.images, ""):
		return usagef("no image: give --image=IMAGE")
	case len(f.images) > 1 && len(command) > 0:
		return usagef("a command is for one container: give one --image, and add other containers without a command")
	case flags.Changed("port") && (f.port < 1 || f.port > 65535):
		return usagef("--port=%d: ports go from 1 to 65535", f.port)
	case f.replicas < 0:
		return usagef("--replicas=%d must be 0 or more", f.replicas)
	case f.save && len(f.env) > 0:
		return usagef("--save-config would write the values of --env into an annotation: remove one of them, or take the values from a Secret with --env-from")
	case flags.Changed("probe") && f.probeHTTP != "":
		return usagef("--probe and --probe-http can't be used together")
	case f.probeHTTP != "" && f.port < 1:
		return usagef("--probe-http needs the port: give --port, too")
	}
	for _, name := range ownFlags {
		if f.plain && flags.Changed(name) {
			return usagef("--plain makes the object that kubectl makes, and --%s changes it: remove one of them", name)
		}
	}
	return checkValidate(f.validate)
}
