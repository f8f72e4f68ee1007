package rollout

import (
	"fmt"
	"math"
	"strconv"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// Replicas is the number that `scale --replicas` asks for: one of its own, or one that depends on the present number.
type Replicas struct {
	// how is '=', '+', '-', 'x' or '%'.
	how byte
	n   int64
}

// ParseReplicas reads "3", "+2", "-1", "x2" or "50%".
func ParseReplicas(text string) (Replicas, error) {
	r, digits := Replicas{how: '='}, text
	if text != "" {
		switch first, last := text[0], text[len(text)-1]; {
		case first == '+' || first == '-' || first == 'x':
			r.how, digits = first, text[1:]
		case last == '%':
			r.how, digits = last, text[:len(text)-1]
		}
	}
	n, err := strconv.ParseUint(digits, 10, 63)
	switch {
	case err != nil && allDigits(digits), err == nil && n > math.MaxInt32:
		return Replicas{}, fmt.Errorf("--replicas=%s is too large: the API takes at most %d", redact.Argument(text), math.MaxInt32)
	case err != nil:
		return Replicas{}, fmt.Errorf("--replicas=%s is not a number of replicas: give 3, or a change of the present number: +2, -1, x2 or 50%%", redact.Argument(text))
	}
	r.n = int64(n)
	if n == 0 && r.Multiplies() {
		return Replicas{}, fmt.Errorf("--replicas=%s is 0 for every workload: give --replicas=0, or --to-zero, which remembers the number", text)
	}
	return r, nil
}

func allDigits(text string) bool {
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return text != ""
}

// Multiplies tells whether the number is a multiple of the present one.
func (r Replicas) Multiplies() bool { return r.how == 'x' || r.how == '%' }

// Of is the wanted number where there are now so many. It is never below 0; a percentage is rounded up.
func (r Replicas) Of(ref workload.Ref, now int32) (int32, error) {
	n := r.n
	switch r.how {
	case '+':
		n = int64(now) + r.n
	case '-':
		n = max(0, int64(now)-r.n)
	case 'x':
		n = int64(now) * r.n
	case '%':
		n = (int64(now)*r.n + 99) / 100
	}
	if n > math.MaxInt32 {
		return 0, &ReplicasError{Workload: ref, Message: fmt.Sprintf("%s would have %d replicas: the API takes at most %d", ref, n, math.MaxInt32)}
	}
	return int32(n), nil
}

// ReplicasError: the replicas of a workload can't be set as asked.
type ReplicasError struct {
	Workload workload.Ref
	Message  string
	Next     []string
}

func (e *ReplicasError) Error() string { return e.Message }
