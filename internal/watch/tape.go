package watch

import (
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-app/kubectl-app/pkg/diagnosis"
)

// The types of a Record, as in a recording.
const (
	Initial  = "INITIAL"
	Added    = "ADDED"
	Modified = "MODIFIED"
	Deleted  = "DELETED"
	Logged   = "LOG"
)

// Record is one thing that the watcher saw: what a recording is made of. First come the Initial ones. Time is
// the moment of the snapshot that a record became a part of: what the engine saw together has the same.
type Record struct {
	Time time.Time
	Type string
	// Object is trimmed, shared with the snapshots, and must not be changed; nil for Logged.
	Object runtime.Object
	// Key and Log are the answer to a request for log lines.
	Namespace string
	Key       diagnosis.LogKey
	Log       diagnosis.Log
}

// tape holds records until the loop plays them, without the lock: who listens may write to a disk.
// The watcher's lock guards it.
type tape struct {
	on      bool
	rolling bool // the initial objects have been played
	records []Record
}

func (t *tape) add(kind string, obj runtime.Object) {
	if t.on && t.rolling {
		t.records = append(t.records, Record{Type: kind, Object: obj})
	}
}

func (t *tape) addLog(namespace string, key diagnosis.LogKey, log diagnosis.Log) {
	if t.on {
		t.records = append(t.records, Record{Type: Logged, Namespace: namespace, Key: key, Log: log})
	}
}

// cut returns what is to be played before the next snapshot.
func (t *tape) cut(targets []*target) []Record {
	if !t.on {
		return nil
	}
	records := t.records
	t.records = nil
	if !t.rolling {
		t.rolling = true
		first := initial(targets)
		all := make([]Record, 0, len(first)+len(records))
		for _, obj := range first {
			all = append(all, Record{Type: Initial, Object: obj})
		}
		records = append(all, records...)
	}
	now := time.Now()
	for i := range records {
		records[i].Time = now
	}
	return records
}

// initial returns what is there, owners before what they own.
func initial(targets []*target) []runtime.Object {
	var objects []runtime.Object
	for _, t := range targets {
		if t.object != nil {
			objects = append(objects, t.object)
		}
	}
	for _, t := range targets {
		objects = append(objects, objectsByName(t.history)...)
	}
	for _, t := range targets {
		for _, p := range t.pods.Whole() {
			objects = append(objects, p)
		}
	}
	return objects
}

func objectsByName[T object](all map[types.UID]T) []runtime.Object {
	objects := make([]runtime.Object, 0, len(all))
	for _, o := range sorted(all) {
		objects = append(objects, o)
	}
	return objects
}
