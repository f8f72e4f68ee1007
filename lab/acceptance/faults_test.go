package acceptance

import (
	"context"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-app/kubectl-app/lab/acceptance/faultproxy"
)

// faultCommands take their own arguments, then VERB and RESOURCE, each "*" or left out for all.
//
//	faults start              from here on $KUBECONFIG goes through the proxy; $DIRECT still does not
//	faults shorten D          every watch ends after D, properly
//	faults gone N             the next N watches hear that their resource version is too old
//	faults answer N CODE [D]  the next N requests are answered so, with Retry-After: D
//	faults reset N            the next N connections are reset before anything is passed on
//	faults lose N             the server does what is asked, and its answer is lost
//	faults delay D            every request waits for D
//	faults date D             answers tell a time that is ahead by D
//	faults hold               the next request waits until heal
//	faults await              wait until such a request has come
//	faults down, faults up    nobody listens; somebody does again
//	faults heal               all of the above is over
//	faults forget             count requests from here
var faultCommands = map[string]func(ts *testscript.TestScript, p *faultproxy.Proxy, args []string){
	"shorten": func(ts *testscript.TestScript, p *faultproxy.Proxy, args []string) {
		d, rest := lengthOf(ts, args)
		pattern := patternOf(rest)
		pattern.Verb = "watch"
		p.Do(pattern, 0, faultproxy.Shorten(d))
	},
	"gone": func(ts *testscript.TestScript, p *faultproxy.Proxy, args []string) {
		n, rest := countOf(ts, args)
		pattern := patternOf(rest)
		pattern.Verb = "watch"
		p.Do(pattern, n, faultproxy.Gone())
	},
	"answer": func(ts *testscript.TestScript, p *faultproxy.Proxy, args []string) {
		n, rest := countOf(ts, args)
		code, rest := countOf(ts, rest)
		var wait time.Duration
		if len(rest) > 0 {
			if d, err := time.ParseDuration(rest[0]); err == nil {
				wait, rest = d, rest[1:]
			}
		}
		p.Do(patternOf(rest), n, faultproxy.Answer(code, reasons[code], http.StatusText(code), wait))
	},
	"reset": func(ts *testscript.TestScript, p *faultproxy.Proxy, args []string) {
		n, rest := countOf(ts, args)
		p.Do(patternOf(rest), n, faultproxy.Reset())
	},
	"lose": func(ts *testscript.TestScript, p *faultproxy.Proxy, args []string) {
		n, rest := countOf(ts, args)
		p.Do(patternOf(rest), n, faultproxy.Lose())
	},
	"delay": func(ts *testscript.TestScript, p *faultproxy.Proxy, args []string) {
		d, rest := lengthOf(ts, args)
		p.Do(patternOf(rest), 0, faultproxy.Delay(d))
	},
	"date": func(ts *testscript.TestScript, p *faultproxy.Proxy, args []string) {
		d, rest := lengthOf(ts, args)
		p.Do(patternOf(rest), 0, faultproxy.Date(d))
	},
	"hold": func(_ *testscript.TestScript, p *faultproxy.Proxy, args []string) { p.Hold(patternOf(args)) },
	"await": func(ts *testscript.TestScript, p *faultproxy.Proxy, args []string) {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		ts.Check(p.Await(ctx, patternOf(args), 1))
	},
	"down":   func(ts *testscript.TestScript, p *faultproxy.Proxy, _ []string) { ts.Check(p.Down()) },
	"up":     func(ts *testscript.TestScript, p *faultproxy.Proxy, _ []string) { ts.Check(p.Up()) },
	"heal":   func(_ *testscript.TestScript, p *faultproxy.Proxy, _ []string) { p.Heal() },
	"forget": func(_ *testscript.TestScript, p *faultproxy.Proxy, _ []string) { p.Forget() },
}

var reasons = map[int]metav1.StatusReason{
	http.StatusTooManyRequests:     metav1.StatusReasonTooManyRequests,
	http.StatusGone:                metav1.StatusReasonExpired,
	http.StatusInternalServerError: metav1.StatusReasonInternalError,
	http.StatusServiceUnavailable:  metav1.StatusReasonServiceUnavailable,
	http.StatusGatewayTimeout:      metav1.StatusReasonTimeout,
	http.StatusForbidden:           metav1.StatusReasonForbidden,
	http.StatusConflict:            metav1.StatusReasonConflict,
}

func faults(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: faults COMMAND [ARGUMENTS…] [VERB [RESOURCE]]")
	}
	s := of(ts)
	if args[0] == "start" {
		startProxy(ts, s)
		return
	}
	command, known := faultCommands[args[0]]
	if !known || s.proxy == nil {
		ts.Fatalf("faults %s: no such command, or not started", args[0])
	}
	command(ts, s.proxy, args[1:])
}

func startProxy(ts *testscript.TestScript, s *story) {
	proxy, err := faultproxy.Start(s.config)
	ts.Check(err)
	s.proxy = proxy
	ts.Defer(func() { _ = proxy.Close() })
	config := api.NewConfig()
	config.Clusters["faults"] = &api.Cluster{Server: proxy.URL()}
	config.AuthInfos["faults"] = &api.AuthInfo{}
	config.Contexts["faults"] = &api.Context{Cluster: "faults", AuthInfo: "faults", Namespace: s.namespace}
	config.CurrentContext = "faults"
	file := filepath.Join(ts.Getenv("WORK"), "through-faults")
	ts.Check(clientcmd.WriteToFile(*config, file))
	ts.Setenv("KUBECONFIG", file)
}

func patternOf(args []string) faultproxy.Pattern {
	args = append(args, "", "")
	return faultproxy.Pattern{Verb: args[0], Resource: args[1]}
}

func countOf(ts *testscript.TestScript, args []string) (int, []string) {
	if len(args) == 0 {
		ts.Fatalf("a number is missing")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	return n, args[1:]
}

func lengthOf(ts *testscript.TestScript, args []string) (time.Duration, []string) {
	if len(args) == 0 {
		ts.Fatalf("a duration is missing")
	}
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	return d, args[1:]
}
