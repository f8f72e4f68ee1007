package cluster

import (
	"context"
	"errors"
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
	// valuesStay is how long the values of a Secret count as read: it may be created or changed while a command watches.
	valuesStay = 30 * time.Second
	// keptStay is the same where the transport keeps what is read until it changes: to read again is no request.
	keptStay = time.Second / 2
)

// secretValues are the Secrets that were read for their values: the redactor masks them in what programs say.
type secretValues struct {
	kept   bool // see keptStay
	mu     sync.Mutex
	read   map[types.NamespacedName]*valuesRead
	most   int // how many are read; 0: no bound
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
// and events say. Until ctx ends, each Secret is read once by those who may read it.
func (c *Cluster) RecognizeValues(ctx context.Context) {
	c.redactor.Read = func(secrets []types.NamespacedName) {
		if !slices.ContainsFunc(secrets, c.values.due) {
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

// LimitValues bounds how many Secrets are read for their values.
func (c *Cluster) LimitValues(most int) {
	c.values.mu.Lock()
	defer c.values.mu.Unlock()
	c.values.most = most
}

// ValuesRead counts the Secrets that were read for their values.
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
	err := c.values.spend()
	if err == nil {
		_, _, err = c.secretOrConfigMap(ctx, secretRef(name))
	}
	if Is(err, NotFound) {
		err = nil
	}
	r.at, r.refused = time.Now(), Is(err, Forbidden) || errors.Is(err, errMostValues)
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
	if v.kept {
		stay = keptStay
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

func (v *secretValues) spend() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.most > 0 && v.spent >= v.most {
		return errMostValues
	}
	v.spent++
	return nil
}
