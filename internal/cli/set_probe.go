package cli

import (
	"context"
	"path"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/resolve"
	"github.com/kubectl-app/kubectl-app/pkg/podtemplate"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

const setProbeExample = `  # Send requests to a pod only when GET /healthz succeeds on port 8080
  kubectl app set probe deployment/web --readiness --get-url=http://:8080/healthz

  # Restart the container if nothing listens on its port; ask every 20 seconds, from 30 seconds after the start on
  kubectl app set probe deployment/web --liveness --open-tcp=8080 --period-seconds=20 --initial-delay-seconds=30

  # Give it up to 5 minutes to start
  kubectl app set probe deployment/web --startup --get-url=/healthz --period-seconds=10 --failure-threshold=30

  # Run a command in one of the containers
  kubectl app set probe deployment/web -c web --readiness -- cat /tmp/ready

  # Change only the time-out
  kubectl app set probe deployment/web --readiness --timeout-seconds=3

  # Remove two probes
  kubectl app set probe deployment/web --liveness --startup --remove`

type setProbeFlags struct {
	changeFlags
	readiness, liveness, startup bool
	remove                       bool
	getURL, openTCP, grpc        string
	containers                   string

	initialDelay, period, timeout, success, failure int32
}

func newSetProbe(env *Env) *cobra.Command {
	var flags setProbeFlags
	cmd := &cobra.Command{
		Use:   "probe (-f FILENAME | TYPE/NAME | TYPE NAME | TYPE -l SELECTOR) (--readiness | --liveness | --startup) (--get-url=URL | --open-tcp=PORT | --grpc=PORT | --remove | -- COMMAND)",
		Short: "Set or remove probes of containers, watch the rollout, and roll back if it fails",
		Long: `Set or remove the readiness, liveness and startup probes of containers, with the flags of oc set probe. Then watch the
rollout. If it fails, name the cause, roll back, and check that the rollback works.

Without -c, the only container is meant, or the only one that declares the port. Without a port in the URL, the port is the
one that the container declares. What is not named stays as it is, so that the times of a probe can be set alone.`,
		Example: setProbeExample,
	}
	flags.addOwn(cmd.Flags())
	return newSetVerb(env, cmd, "probes updated", &flags.changeFlags, func(args []string) (setting, error) {
		return flags.parse(cmd, args)
	})
}

func (f *setProbeFlags) addOwn(flags *pflag.FlagSet) {
	flags.BoolVar(&f.readiness, "readiness", false, "The readiness probe: a pod gets requests only while it succeeds")
	flags.BoolVar(&f.liveness, "liveness", false, "The liveness probe: the container is restarted when it fails")
	flags.BoolVar(&f.startup, "startup", false, "The startup probe: the other probes begin when it has succeeded")
	flags.BoolVar(&f.remove, "remove", false, "Remove the probes")
	flags.StringVar(&f.getURL, "get-url", "", "An HTTP probe: http://:PORT/PATH, https://:PORT/PATH, or /PATH for the port that the container declares. PORT is a number or a name")
	flags.StringVar(&f.openTCP, "open-tcp", "", "A TCP probe: the number or the name of the port")
	flags.StringVar(&f.grpc, "grpc", "", "A gRPC probe: PORT or PORT/SERVICE")
	flags.StringVarP(&f.containers, "containers", "c", "", "The names of containers in the selected pod templates to change - may use wildcards. Default is the only one, or the only one that declares the port")
	flags.Int32Var(&f.initialDelay, "initial-delay-seconds", 0, "The time from the start of the container to the first probe")
	flags.Int32Var(&f.period, "period-seconds", 0, "The time between two probes")
	flags.Int32Var(&f.timeout, "timeout-seconds", 0, "How long an answer may take")
	flags.Int32Var(&f.success, "success-threshold", 0, "How many probes in a row have to succeed after one has failed")
	flags.Int32Var(&f.failure, "failure-threshold", 0, "How many probes in a row have to fail")
}

func (f *setProbeFlags) parse(cmd *cobra.Command, args []string) (setting, error) {
	var command []string
	if at := cmd.ArgsLenAtDash(); at >= 0 {
		args, command = args[:at], args[at:]
	}
	p, err := f.probes(cmd.Flags(), command)
	s := setting{resources: args, own: f.typedOwn(cmd.Flags(), command)}
	s.run = func(ctx context.Context, r *transaction, selection resolve.Selection) error {
		return r.run(ctx, selection, r.planned(func(o cluster.Object) (corev1.PodTemplateSpec, error) {
			template, notes, err := p.Plan(o.Ref(), o.Template())
			r.Note(notes...)
			return template, err
		}))
	}
	return s, err
}

func (f *setProbeFlags) probes(flags *pflag.FlagSet, command []string) (*podtemplate.Probes, error) {
	p := &podtemplate.Probes{Remove: f.remove, Containers: f.containers}
	for _, kind := range []struct {
		chosen bool
		kind   podtemplate.ProbeKind
	}{{f.readiness, podtemplate.Readiness}, {f.liveness, podtemplate.Liveness}, {f.startup, podtemplate.Startup}} {
		if kind.chosen {
			p.Kinds = append(p.Kinds, kind.kind)
		}
	}
	p.Timings = podtemplate.Timings{
		InitialDelay: given(flags, "initial-delay-seconds", &f.initialDelay), Period: given(flags, "period-seconds", &f.period),
		Timeout: given(flags, "timeout-seconds", &f.timeout), Success: given(flags, "success-threshold", &f.success),
		Failure: given(flags, "failure-threshold", &f.failure),
	}
	var err error
	if p.Handler, err = f.handler(flags, command); err != nil {
		return nil, err
	}
	_, badPattern := path.Match(f.containers, "")
	switch {
	case len(p.Kinds) == 0:
		return nil, usagef("no probe is named: give --readiness, --liveness or --startup, or several of them")
	case !p.Says():
		return nil, usagef("nothing to set: give --get-url, --open-tcp, --grpc, -- COMMAND, a time such as --period-seconds, or --remove")
	case f.remove && (p.Handler != nil || p.Timings != podtemplate.Timings{}):
		return nil, usagef("--remove removes the whole probe: remove the other flags")
	case badPattern != nil || flags.Changed("containers") && f.containers == "":
		return nil, usagef("--containers=%s is not a pattern: it takes a name, with * for any letters", redact.Argument(f.containers))
	}
	return p, p.Timings.Check(p.Kinds)
}

// given is the value of a flag that was typed, or nil.
func given[T any](flags *pflag.FlagSet, name string, value *T) *T {
	if flags.Changed(name) {
		return value
	}
	return nil
}

// handler is what the probe asks; nil if nothing is said of it.
func (f *setProbeFlags) handler(flags *pflag.FlagSet, command []string) (h *podtemplate.Handler, err error) {
	said := 0
	for _, way := range []struct {
		flag, text string
		parse      func(string) (*podtemplate.Handler, error)
	}{
		{"get-url", f.getURL, podtemplate.ParseURL},
		{"open-tcp", f.openTCP, podtemplate.ParseTCP},
		{"grpc", f.grpc, podtemplate.ParseGRPC},
	} {
		if !flags.Changed(way.flag) {
			continue
		}
		said++
		if way.text == "" {
			return nil, usagef("--%s is empty", way.flag)
		}
		if h, err = way.parse(way.text); err != nil {
			return nil, usagef("--%s: %w", way.flag, err)
		}
	}
	if len(command) > 0 {
		said++
		h = podtemplate.Exec(command)
	}
	if said > 1 {
		return nil, usagef("a probe asks one thing: give one of --get-url, --open-tcp, --grpc and -- COMMAND")
	}
	return h, nil
}

// typedOwn are this verb's own flags as they could be typed again. The command and the query of a URL may hold a secret.
func (f *setProbeFlags) typedOwn(flags *pflag.FlagSet, command []string) (words []string) {
	for _, name := range []string{"readiness", "liveness", "startup", "remove"} {
		if flags.Changed(name) {
			words = append(words, "--"+name)
		}
	}
	for _, name := range []string{
		"get-url", "open-tcp", "grpc", "containers",
		"initial-delay-seconds", "period-seconds", "timeout-seconds", "success-threshold", "failure-threshold",
	} {
		if flag := flags.Lookup(name); flag.Changed {
			words = append(words, "--"+name+"="+shellWord(redact.Query(flag.Value.String())))
		}
	}
	if len(command) > 0 {
		words = append(words, "--", "COMMAND")
	}
	return words
}
