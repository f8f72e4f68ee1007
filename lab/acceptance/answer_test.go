package acceptance

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// answer asks a URL, until it gives a status or, for none, until nobody answers. The body is stdout then.
func answer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: answer STATUS|none URL [HOST]")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	// Keep no connection: the next question may be about another pod.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, args[1], nil)
		ts.Check(err)
		if len(args) == 3 {
			request.Host = args[2]
		}
		got, body := ask(client, request)
		if got == args[0] {
			fmt.Fprint(ts.Stdout(), body)
			return
		}
		if ctx.Err() != nil {
			ts.Fatalf("%s: %s, want %s: %s", args[1], got, args[0], body)
		}
	}
}

func ask(client *http.Client, request *http.Request) (status, body string) {
	response, err := client.Do(request)
	if err != nil {
		return "none", err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return "none", err.Error()
	}
	return strconv.Itoa(response.StatusCode), string(text)
}

// captureText sets a variable to what the first group of a pattern matches in the output of a job, which it awaits, or in
// stdout.
func captureText(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: capture VARIABLE stdout|JOB PATTERN")
	}
	pattern, err := regexp.Compile("(?m)" + args[2])
	ts.Check(err)
	var text string
	if args[1] == "stdout" {
		text = ts.ReadFile("stdout")
	} else {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		j := named(ts, args[1])
		ts.Check(j.await(ctx, pattern))
		text, _ = j.said()
	}
	match := pattern.FindStringSubmatch(text)
	if len(match) < 2 {
		ts.Fatalf("%q finds nothing in %q", args[2], text)
	}
	ts.Setenv(args[0], match[1])
}
