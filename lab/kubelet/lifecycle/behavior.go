package lifecycle

import (
	"strconv"
	"strings"
	"time"
)

// Behavior is what an image, its start and its program do wrong or slowly. The
// zero value is a good program. docs/lab.md lists the words.
type Behavior struct {
	// Pull is the word for a failing pull, until PullHeals after the pod was
	// seen first (never, if 0).
	Pull      string
	PullHeals time.Duration
	PullTime  time.Duration

	// Start is the word for a container that can't start.
	Start string
	// Root is an image that runs as user 0.
	Root bool
	// Sandbox is a pod whose network can't be set up.
	Sandbox bool

	// Exit is the word for how the program ends, ExitAfter since its start (if
	// AfterSet; else at the word's own time), Crashes times (always, if 0).
	Exit      string
	ExitAfter time.Duration
	AfterSet  bool
	Crashes   int

	// Ready is the word for a readiness that is not simply given.
	Ready     string
	ReadyTime time.Duration
	// Liveness and Startup are probes that fail.
	Liveness, Startup bool
	// Boot is how long the program takes until it listens.
	Boot time.Duration
	// Listen is the only port the program listens on (any, if 0).
	Listen int
	// Localhost is a program that listens on 127.0.0.1 only.
	Localhost bool
	// Status is the HTTP status that the program gives to every request.
	Status int
	// Delay is how long the program takes to answer a request.
	Delay time.Duration

	// PostStart and PreStop are hooks that fail.
	PostStart, PreStop bool
	// StopTime is how long the program takes to end after SIGTERM.
	StopTime time.Duration

	Evicted    bool
	EvictAfter time.Duration
}

// The words, as they stand in a tag.
const (
	wordMissing     = "missing"
	wordPrivate     = "private"
	wordUnreachable = "unreachable"
	wordOverloaded  = "overloaded"
	wordCorrupt     = "corrupt"
	wordStartFail   = "startfail"
	wordNoExec      = "noexec"
	wordBadArch     = "badarch"
	wordCrash       = "crash"
	wordOOM         = "oom"
	wordDone        = "done"
	wordHang        = "hang"
	wordInitFail    = "initfail"
	wordUnready     = "unready"
	wordSlow        = "slow"
	wordFlaky       = "flaky"
)

// wordsOfImage are those after the first dash of an image's tag.
func wordsOfImage(image string) string {
	ref, err := parseImage(image)
	if err != nil {
		return ""
	}
	_, words, _ := strings.Cut(ref.tag, "-")
	return words
}

// ParseBehavior reads words joined by dashes, as crash-after-8s. A word without
// a meaning means nothing.
func ParseBehavior(text string) Behavior {
	var b Behavior
	b.add(text)
	return b
}

// add reads words on top of what is there.
func (b *Behavior) add(text string) {
	words := strings.Split(strings.ToLower(text), "-")
	for i := 0; i < len(words); i++ {
		word, rest := words[i], words[i+1:]
		if len(rest) > 0 && rest[0] == "after" {
			rest = rest[1:]
		}
		var length time.Duration
		if len(rest) > 0 {
			length, _ = time.ParseDuration(rest[0])
		}
		b.apply(word, max(length, 0))
	}
}

func (b *Behavior) apply(word string, length time.Duration) {
	switch word {
	case wordMissing, wordPrivate, wordUnreachable, wordOverloaded, wordCorrupt:
		b.Pull, b.PullHeals = word, length
	case "slowpull":
		b.PullTime = orDefault(length, 20*time.Second)
	case wordStartFail, wordNoExec, wordBadArch:
		b.Start = word
	case "root":
		b.Root = true
	case "sandbox":
		b.Sandbox = true
	case wordCrash, wordOOM, wordDone, wordHang, wordInitFail:
		b.Exit, b.ExitAfter, b.AfterSet = word, length, length > 0
	case wordUnready:
		b.Ready = word
	case wordSlow:
		b.Ready, b.ReadyTime = word, orDefault(length, 20*time.Second)
	case wordFlaky:
		b.Ready, b.ReadyTime = word, length
	case "boot":
		b.Boot = orDefault(length, time.Second)
	case "localhost":
		b.Localhost = true
	case "delay":
		b.Delay = orDefault(length, 3*time.Second)
	case "liveness":
		b.Liveness = true
	case "startup":
		b.Startup = true
	case "poststart":
		b.PostStart = true
	case "prestop":
		b.PreStop = true
	case "slowstop":
		b.StopTime = orDefault(length, 20*time.Second)
	case "evicted":
		b.Evicted, b.EvictAfter = true, orDefault(length, 10*time.Second)
	default:
		b.count(word)
	}
}

// count reads 2x, how often to crash before the program runs, p8080, the port to
// listen on, and http503, the status to give.
func (b *Behavior) count(word string) {
	if times, ok := strings.CutSuffix(word, "x"); ok {
		if n, err := strconv.Atoi(times); err == nil && b.Exit != "" {
			b.Crashes = n
		}
	}
	if port, ok := strings.CutPrefix(word, "p"); ok {
		if n, err := strconv.Atoi(port); err == nil {
			b.Listen = n
		}
	}
	if status, ok := strings.CutPrefix(word, "http"); ok {
		if n, err := strconv.Atoi(status); err == nil && n >= 400 && n <= 599 {
			b.Status = n
		}
	}
}

func orDefault(length, otherwise time.Duration) time.Duration {
	if length > 0 {
		return length
	}
	return otherwise
}
