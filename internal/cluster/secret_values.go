package cluster

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const (
	// valuesTime bounds the reads that a text waits for.
	valuesTime = 5 * time.Second
	// valuesStay is how long the values of a Secret count as read: it may be created or changed while a command watches, and
	// the next text may hold the new values.
	valuesStay = time.Second
	// lookStay is the same for a command that looks once, and counts what it reads.
	lookStay = 30 * time.Second
	// keptStay is the same where the transport keeps what is read until it changes: to read again is no request.
	keptStay = time.Second / 2
)

// secretValues are the Secrets that were read for their values: the redactor masks them in what programs say.
type secretValues struct {
	kept   bool // see keptStay
	mu     sync.Mutex
	read   map[types.NamespacedName]*valuesRead
	looks  bool                          // see lookStay
	most   int                           // how many are read; 0: no bound
	chosen map[types.NamespacedName]bool // since they are counted: true if it is one of these
	spent  int
	unread map[types.NamespacedName]error
}

type valuesRead struct {
	mu sync.Mutex
	at time.Time
	// refused: it may not be read.
	refused bool
}

// RecognizeValues has the redactor of this cluster read the Secrets of pods before it masks what their programs, the kubelet
// and events say. Until ctx ends, each Secret is read once for each of the moments at which texts come.
func (c *Cluster) RecognizeValues(ctx context.Context) {
	c.redactor.Read = func(secrets []types.NamespacedName) {
		secrets = slices.DeleteFunc(slices.Clone(secrets), func(name types.NamespacedName) bool {
			return !c.values.due(name) || !c.values.spend(name)
		})
		if len(secrets) == 0 {
			return
		}
		ctx, cancel := context.WithTimeout(ctx, valuesTime)
		defer cancel()
		// Each read has noted what could not be read.
		_, _ = Each(ctx, secrets, func(ctx context.Context, name types.NamespacedName) (struct{}, error) {
			c.readValues(ctx, name)
			return struct{}{}, nil
		})
	}
}

// CountValues begins to count the Secrets that are read for their values, and bounds their number; 0: no bound.
func (c *Cluster) CountValues(most int) {
	c.values.mu.Lock()
	defer c.values.mu.Unlock()
	c.values.looks = true
	c.values.most, c.values.spent, c.values.chosen = most, 0, map[types.NamespacedName]bool{}
	maps.DeleteFunc(c.values.unread, func(_ types.NamespacedName, err error) bool { return errors.Is(err, errMostValues) })
}

// LimitValues changes their bound.
func (c *Cluster) LimitValues(most int) {
	c.values.mu.Lock()
	defer c.values.mu.Unlock()
	c.values.most = most
}

// ValuesRead is their number.
func (c *Cluster) ValuesRead() int {
	c.values.mu.Lock()
	defer c.values.mu.Unlock()
	return c.values.spent
}

// Unrecognized are the Secrets whose values could not be read, by namespace and name, and why.
func (c *Cluster) Unrecognized() (secrets []workload.Ref, why []error) {
	c.values.mu.Lock()
	defer c.values.mu.Unlock()
	for name := range c.values.unread {
		secrets = append(secrets, secretRef(name))
	}
	slices.SortFunc(secrets, func(a, b workload.Ref) int {
		return strings.Compare(a.Namespace+"/"+a.Name, b.Namespace+"/"+b.Name)
	})
	for _, s := range secrets {
		why = append(why, c.values.unread[types.NamespacedName{Namespace: s.Namespace, Name: s.Name}])
	}
	return secrets, why
}

func secretRef(name types.NamespacedName) workload.Ref {
	return workload.Ref{Kind: string(workload.SecretReference), Namespace: name.Namespace, Name: name.Name}
}

// readValues reads a Secret, unless it has just been read. Others who ask for it meanwhile wait for the answer.
func (c *Cluster) readValues(ctx context.Context, name types.NamespacedName) {
	r := c.values.of(name)
	r.mu.Lock()
	defer r.mu.Unlock()
	if !c.values.isDue(r) {
		return
	}
	_, _, err := c.secretOrConfigMap(ctx, secretRef(name))
	if Is(err, NotFound) {
		c.redactor.SecretGone(name, time.Now().Add(c.Skew()))
		err = nil
	}
	r.at, r.refused = time.Now(), Is(err, Forbidden)
	c.values.note(name, err)
}

// valuesKnown notes that a Secret was read for another reason.
func (c *Cluster) valuesKnown(name types.NamespacedName) {
	r := c.values.of(name)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at = time.Now()
}

func (v *secretValues) isDue(r *valuesRead) bool {
	stay := valuesStay
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.kept:
		stay = keptStay
	case v.looks:
		stay = lookStay
	}
	return !r.refused && time.Since(r.at) > stay
}

func (v *secretValues) of(name types.NamespacedName) *valuesRead {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.read == nil {
		v.read, v.unread = map[types.NamespacedName]*valuesRead{}, map[types.NamespacedName]error{}
	}
	if v.read[name] == nil {
		v.read[name] = &valuesRead{}
	}
	return v.read[name]
}

func (v *secretValues) due(name types.NamespacedName) bool {
	r := v.of(name)
	r.mu.Lock()
	defer r.mu.Unlock()
	return v.isDue(r)
}

func (v *secretValues) note(name types.NamespacedName, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if delete(v.unread, name); err != nil {
		v.unread[name] = err
	}
}

var errMostValues = errors.New("too many Secrets are used")

// spend takes a Secret from the bound, the first ones first. One that was not read stays so until they are counted anew: a
// text was shown without its values.
func (v *secretValues) spend(name types.NamespacedName) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	chosen, known := v.chosen[name]
	if known {
		return chosen
	}
	if chosen = v.most == 0 || v.spent < v.most; chosen {
		v.spent++
	} else {
		v.unread[name] = errMostValues
	}
	if v.chosen == nil {
		v.chosen = map[types.NamespacedName]bool{}
	}
	v.chosen[name] = chosen
	return chosen
}
