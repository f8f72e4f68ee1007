package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/cobra"
	"k8s.io/klog/v2"

	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// setEnvOf reads a command line as far as that needs no cluster.
func setEnvOf(t *testing.T, args ...string) (o setEnvOptions, command string, err error) {
	t.Helper()
	var flags setEnvFlags
	cmd := &cobra.Command{}
	flags.add(cmd, "set env")
	flags.addOwn(cmd.Flags())
	cmd.Flags().StringP("output", "o", "", "")
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	o, err = flags.options(cmd.Flags(), cmd.Flags().Args())
	return o, strings.Join(flags.command("env", o.setting), " "), err
}

// The command goes into the change-cause and into recordings: it has every word but the values.
func TestSetEnvCommand(t *testing.T) {
	for line, want := range map[string]string{
		"deployment/web KEY=hunter2 OLD-":               "set env deployment/web KEY=… OLD-",
		"deployment/web -e KEY=hunter2 A=":              "set env deployment/web KEY=… A=…",
		"deployment -l app=shop A=hunter2 -c log*":      "set env deployment A=… -l app=shop --containers='log*'",
		"-f web.yaml A=hunter2 --prefix=P_":             "set env A=… -f web.yaml --prefix=P_",
		"deployment/web --from=secret/db --keys a,b -":  "set env deployment/web -e - --from=secret/db --keys=a,b",
		"deployment/web --from cm/app --overwrite=true": "set env deployment/web --from=cm/app",
	} {
		if _, got, err := setEnvOf(t, strings.Fields(line)...); err != nil || got != want {
			t.Errorf("%s: got %q, %v", line, got, err)
		}
	}
}

func TestSetEnvSettings(t *testing.T) {
	for line, want := range map[string]string{
		"deployment/web B=1 A=2 OLD-":            "set B=1 A=2, remove OLD, containers *, keep false",
		"deployment/web -c web A=1":              "set A=1, remove , containers web, keep false",
		"deployment/web A=1 --prefix P_ OLD-":    "set P_A=1, remove OLD, containers *, keep false",
		"deployment/web A=1 --overwrite=false":   "set A=1, remove , containers *, keep true",
		"deployment/web --list":                  "set , remove , containers *, keep false",
		"deployment/web --from=configmap/app A-": "set , remove A, containers *, keep false",
	} {
		o, _, err := setEnvOf(t, strings.Fields(line)...)
		s := o.settings
		got := "set " + pairs(s.Set) + ", remove " + strings.Join(s.Remove, " ") + ", containers " + s.Containers + ", keep false"
		if s.Keep {
			got = strings.Replace(got, "keep false", "keep true", 1)
		}
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v", line, got, err)
		}
	}
}

func TestSetEnvFromStdin(t *testing.T) {
	for name, test := range map[string]struct{ line, stdin, want, err string }{
		"after those of the command line": {line: "deployment/web -e - Z=0", stdin: "B=1\nA=two words\n", want: "Z=0 B=1 A=two words"},
		"with the prefix":                 {line: "deployment/web -e - --prefix=P_", stdin: "A=1\n", want: "P_A=1"},
		"not asked for":                   {line: "deployment/web A=1", stdin: "B=hunter2\n", want: "A=1"},
		"nothing comes":                   {line: "deployment/web -e - A=1", err: "standard input has no line KEY=VALUE"},
		"a line that is none":             {line: "deployment/web -e -", stdin: "A=1\nhunter2\n", err: "standard input:2: the line has no \"=\""},
		"the rest of a token":             {line: "deployment/web -e -", stdin: "A=\nhunter2Hunter2AA==\n", err: "standard input:2: the line is not KEY=VALUE"},
		"twice":                           {line: "deployment/web -e -", stdin: "A=1\nA=hunter2\n", err: `the key "A" is given twice: by standard input:1, and by standard input:2`},
		"separated by NULs (env -0)":      {line: "deployment/web -e -", stdin: "A=hunter2\x00B=2\x00", err: "standard input:1: A contains a NUL byte"},
		"a # in a value":                  {line: "deployment/web -e -", stdin: "# A=0\nURL=http://h/#top # no comment\n", want: "URL=http://h/#top # no comment"},
		"another value in the arguments":  {line: "deployment/web -e - A=1", stdin: "A=hunter2\n", err: "A is set to two values"},
		"removed in the arguments":        {line: "deployment/web -e - A-", stdin: "A=hunter2\n", err: "A is set and removed by the same command"},
		"far too much":                    {line: "deployment/web -e -", stdin: "A=" + strings.Repeat("x", mostStdin), err: "standard input has more than 2 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			o, _, err := setEnvOf(t, strings.Fields(test.line)...)
			if err != nil {
				t.Fatal(err)
			}
			_, err = o.readStdin(t.Context(), &term.Terminal{In: strings.NewReader(test.stdin)})
			if test.err != "" {
				want := exitRefused // what is wrong in the input
				if strings.Contains(name, "in the arguments") || strings.Contains(test.line, "--prefix") {
					want = exitUsage
				}
				if exitCode(t.Context(), err) != want || !strings.Contains(err.Error(), test.err) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("got %v", err)
				}
				return
			}
			if got := pairs(o.settings.Set); err != nil || got != test.want {
				t.Errorf("got %.100q, %v", got, err)
			}
		})
	}
}

func TestSetEnvEndsAtASignal(t *testing.T) {
	o, _, err := setEnvOf(t, "deployment/web", "-e", "-")
	if err != nil {
		t.Fatal(err)
	}
	in, writer := io.Pipe() // nobody writes, and nobody closes it
	defer writer.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(signalError{syscall.SIGTERM})
	if _, err := o.readStdin(ctx, &term.Terminal{In: in}); exitCode(ctx, err) != exitTerminated {
		t.Errorf("got %v", err)
	}
}

// At -v=9 client-go logs what it sends and gets; here only that it does.
func TestBodiesAreNotLogged(t *testing.T) {
	var log bytes.Buffer
	flags := flag.NewFlagSet("klog", flag.PanicOnError)
	klog.InitFlags(flags)
	for name, value := range map[string]string{"v": "9", "logtostderr": "false"} {
		if err := flags.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	klog.SetOutput(&log)
	t.Cleanup(func() {
		klog.SetOutput(nil)
		_ = flags.Set("v", "0")
		_ = flags.Set("logtostderr", "true")
	})
	redactor := &redact.Redactor{}
	redactor.Secret(map[string][]byte{"k": []byte("hunter2")})
	logger := klog.FromContext(withoutSecrets(context.Background(), redactor))
	for _, l := range []klog.Logger{logger, logger.WithName("client"), logger.WithValues("a", 1)} {
		l.V(8).Info("Request Body", "body", "hunter2")
		l.V(8).Info("Response Body", "text", "hunter2")
		l.V(8).Info("Answer", "status", "200 OK", "body", "hunter2")
		l.V(6).Info("Response", "url", "https://kubernetes", "err", errors.New("hunter2"), "at", &url.URL{Path: "/hunter2"})
		l.Error(errors.New("got hunter2"), "hunter2", "err", errors.New("hunter2"))
		l.Error(nil, "no cause")
	}
	klog.Flush()
	if text := log.String(); strings.Contains(text, "hunter2") || strings.Count(text, "https://kubernetes") != 3 {
		t.Errorf("got %s", text)
	}
}
