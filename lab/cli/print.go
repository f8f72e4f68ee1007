package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-app/kubectl-app/lab/control"
)

func printJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// printStatus shows one lab: a line for each process, then how the dead ended.
func printStatus(w io.Writer, s control.Status, now time.Time) error {
	var b strings.Builder
	fmt.Fprintf(&b, "lab %q: %s   Kubernetes %s   context %s   %s\n\n", s.Name, s.State, s.Version, s.Context, s.Server)
	if s.Ingress != "" {
		fmt.Fprintf(&b, "Ingresses answer at %s, node ports on 127.0.0.1\n\n", s.Ingress)
	}
	table := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "COMPONENT\tSTATE\tPID\tUP\tMEMORY")
	for _, c := range append([]control.Component{s.Supervisor}, s.Components...) {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", c.Name, c.State, pid(c), age(c, now), megabytes(c.RSSBytes))
	}
	if s.RSSBytes > 0 {
		fmt.Fprintf(table, "\t\t\t\t%s\n", megabytes(s.RSSBytes))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, c := range s.Died() {
		fmt.Fprintf(&b, "\n%s ended: %s\n%s ends with:\n", c.Name, c.Exit, c.Log)
		for _, line := range c.LogTail {
			fmt.Fprintf(&b, "    %s\n", line)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func printLabs(w io.Writer, labs []control.Status, now time.Time) error {
	if len(labs) == 0 {
		_, err := fmt.Fprintln(w, "no labs; start one: kubectl app lab up")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "NAME\tSTATE\tCONTEXT\tNODES\tAGE\tMEMORY\tSERVER")
	for _, s := range labs {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s\t%s\n", s.Name, s.State, s.Context, s.Nodes,
			duration.HumanDuration(now.Sub(s.Created)), megabytes(s.RSSBytes), s.Server)
	}
	return table.Flush()
}

func pid(c control.Component) string {
	if c.PID == 0 {
		return "-"
	}
	return fmt.Sprint(c.PID)
}

func age(c control.Component, now time.Time) string {
	if c.Since.IsZero() || c.State == control.Dead {
		return "-"
	}
	return duration.HumanDuration(now.Sub(c.Since))
}

func megabytes(n int64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%d MB", n/1_000_000)
}
