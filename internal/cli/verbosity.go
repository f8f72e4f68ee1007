package cli

import (
	"context"
	"flag"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"k8s.io/klog/v2"
)

// addVerbosity gives kubectl's -v, the level of client-go's own log.
func addVerbosity(flags *pflag.FlagSet) {
	all := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(all)
	v := pflag.PFlagFromGoFlag(all.Lookup("v"))
	v.Usage = "number for the log level verbosity; bodies of requests and responses are never logged"
	flags.AddFlag(v)
}

// withoutBodies is a context whose requests are logged without their bodies: those hold environment
// values, and Secrets. It is the only place that keeps them out, so every request has to be made with a
// context that comes from here.
func withoutBodies(ctx context.Context) context.Context {
	return klog.NewContext(ctx, klog.New(bodiless{klog.Background().GetSink()}))
}

type bodiless struct{ klog.LogSink }

func (b bodiless) Info(level int, message string, keysAndValues ...any) {
	// logBody in k8s.io/client-go/rest/request.go: "Request Body" and "Response Body", with the key "body".
	if !strings.HasSuffix(message, " Body") && !slices.Contains(keysAndValues, any("body")) {
		b.LogSink.Info(level, message, keysAndValues...)
	}
}

func (b bodiless) WithValues(keysAndValues ...any) klog.LogSink {
	return bodiless{b.LogSink.WithValues(keysAndValues...)}
}

func (b bodiless) WithName(name string) klog.LogSink { return bodiless{b.LogSink.WithName(name)} }
