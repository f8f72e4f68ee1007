package consumers

import (
	"encoding/json"
	"iter"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ownedContent is the content that one entry of managedFields owns (kubernetes.io, "Server-Side Apply"),
// as the fields stand there: "f:password".
type ownedContent struct {
	Data map[string]json.RawMessage `json:"f:data"`
	// StringData is owned by who applied it so, and the server does not know that it is the same as data.
	StringData map[string]json.RawMessage `json:"f:stringData"`
	BinaryData map[string]json.RawMessage `json:"f:binaryData"`

	Metadata struct {
		Annotations map[string]json.RawMessage `json:"f:annotations"`
	} `json:"f:metadata"`
}

// contentFields reads one entry; fields that can't be read count as none.
func contentFields(fields *metav1.FieldsV1) ownedContent {
	var content ownedContent
	if fields == nil || json.Unmarshal(fields.GetRawBytes(), &content) != nil {
		return ownedContent{}
	}
	return content
}

func (o ownedContent) owns() bool { return o.Data != nil || o.StringData != nil || o.BinaryData != nil }

func (o ownedContent) annotates(name string) bool {
	_, owned := o.Metadata.Annotations["f:"+name]
	return owned
}

func (o ownedContent) keys() iter.Seq[string] { return fieldKeys(o.Data, o.StringData, o.BinaryData) }

// stored are those that are owned as the object stores them.
func (o ownedContent) stored() iter.Seq[string] { return fieldKeys(o.Data, o.BinaryData) }

func fieldKeys(owned ...map[string]json.RawMessage) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, fields := range owned {
			for field := range fields {
				if key, isKey := strings.CutPrefix(field, "f:"); isKey && !yield(key) {
					return
				}
			}
		}
	}
}

// ManagedKeys lists the keys of a Secret or ConfigMap that its managedFields show, sorted. Others may be there, too.
func ManagedKeys(meta *metav1.ObjectMeta) []string {
	var keys []string
	for _, f := range meta.ManagedFields {
		for key := range contentFields(f.FieldsV1).stored() {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// LeftOut lists the keys that the server takes away when a field manager applies these values: those
// that it has applied before, and that nobody else owns. They are sorted.
func LeftOut(meta *metav1.ObjectMeta, manager string, values map[string][]byte) []string {
	var left, others []string
	for _, entry := range meta.ManagedFields {
		stored := contentFields(entry.FieldsV1).stored()
		if entry.Manager != manager || entry.Operation != metav1.ManagedFieldsOperationApply || entry.Subresource != "" {
			others = slices.AppendSeq(others, stored)
			continue
		}
		for key := range stored {
			if _, wanted := values[key]; !wanted {
				left = append(left, key)
			}
		}
	}
	left = slices.DeleteFunc(left, func(key string) bool { return slices.Contains(others, key) })
	slices.Sort(left)
	return slices.Compact(left)
}

// AppliedAsText tells which keys other managers hold by stringData, each with one of those. The server
// keeps such a key apart from the same one in data, and sees no conflict when that is changed.
func AppliedAsText(meta *metav1.ObjectMeta, manager string) map[string]string {
	held := map[string]string{}
	for _, entry := range meta.ManagedFields {
		if entry.Manager == manager || entry.Subresource != "" {
			continue
		}
		for key := range fieldKeys(contentFields(entry.FieldsV1).StringData) {
			held[key] = entry.Manager
		}
	}
	return held
}
