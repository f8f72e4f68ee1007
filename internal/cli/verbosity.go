package cli

import (
	"flag"

	"github.com/spf13/pflag"
	"k8s.io/klog/v2"
)

// addVerbosity gives kubectl's -v, the level of client-go's own log.
func addVerbosity(flags *pflag.FlagSet) {
	all := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(all)
	v := pflag.PFlagFromGoFlag(all.Lookup("v"))
	v.Usage = "number for the log level verbosity"
	flags.AddFlag(v)
}
