package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"k8s.io/klog/v2"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// addVerbosity gives kubectl's -v, the level of client-go's own log.
func addVerbosity(flags *pflag.FlagSet) {
	all := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(all)
	v := pflag.PFlagFromGoFlag(all.Lookup("v"))
	v.Usage = "number for the log level verbosity; bodies of requests and responses are never logged"
	flags.AddFlag(v)
}

// withoutSecrets is a context whose requests are logged without their bodies, which hold environment values
// and Secrets, and without known values elsewhere. It is the only place that keeps them out, so every
// request has to be made with a context that comes from here.
func withoutSecrets(ctx context.Context, redactor *redact.Redactor) context.Context {
	return klog.NewContext(ctx, klog.New(bodiless{klog.Background().GetSink(), redactor}))
}

type bodiless struct {
	klog.LogSink
	redactor *redact.Redactor
}

func (b bodiless) Info(level int, message string, keysAndValues ...any) {
	// logBody in k8s.io/client-go/rest/request.go: "Request Body" and "Response Body", with the key "body".
	if !strings.HasSuffix(message, " Body") && !slices.Contains(keysAndValues, any("body")) {
		b.LogSink.Info(level, b.redactor.Text(message), b.masked(keysAndValues)...)
	}
}

func (b bodiless) Error(err error, message string, keysAndValues ...any) {
	if err != nil {
		err = errors.New(b.redactor.Text(err.Error()))
	}
	b.LogSink.Error(err, b.redactor.Text(message), b.masked(keysAndValues)...)
}

func (b bodiless) masked(values []any) []any {
	masked := slices.Clone(values)
	for i, value := range masked {
		switch value.(type) {
		case string, error, fmt.Stringer:
			masked[i] = b.redactor.Text(fmt.Sprint(value))
		}
	}
	return masked
}

func (b bodiless) WithValues(keysAndValues ...any) klog.LogSink {
	return bodiless{b.LogSink.WithValues(b.masked(keysAndValues)...), b.redactor}
}

func (b bodiless) WithName(name string) klog.LogSink {
	return bodiless{b.LogSink.WithName(name), b.redactor}
}
