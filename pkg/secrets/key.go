package secrets

import (
	"errors"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// MaxSize is the sum of all values, in bytes, that the API server takes, of a ConfigMap as of a Secret
// (ValidateSecret and ValidateConfigMap in k8s.io/kubernetes/pkg/apis/core/validation).
const MaxSize = corev1.MaxSecretSize

// Check finds what no object can be made of: illegal keys, keys that are given twice, too much of it.
// All faults are in the error, joined: *KeyError, *DuplicateError, *TooLargeError.
func Check(entries []Entry) error {
	var faults []error
	first := make(map[string]Origin, len(entries))
	values := make(map[string][]byte, len(entries))
	for _, e := range entries {
		if err := checkKey(e.Key, e.Origin); err != nil {
			faults = append(faults, err)
		}
		if origin, known := first[e.Key]; known {
			faults = append(faults, &DuplicateError{e.Key, origin, e.Origin})
		} else {
			first[e.Key] = e.Origin
		}
		values[e.Key] = e.Value
	}
	return errors.Join(append(faults, checkSize(values))...)
}

func checkKey(key string, origin Origin) error {
	problems := validation.IsConfigMapKey(key)
	if len(problems) == 0 {
		return nil
	}
	if origin.Line > 0 {
		// Whether this was meant as a name is not known; the place is enough.
		return &MalformedError{origin, "the name can't be a key: letters, digits, '-', '_' and '.' can"}
	}
	return &KeyError{Key: key, Origin: origin, Problem: keyProblem(key), Nearest: nearestKey(key)}
}

func keyProblem(key string) string {
	switch {
	case key == "":
		return "it is empty"
	case len(key) > validation.DNS1123SubdomainMaxLength:
		return "it has more than 253 characters"
	case strings.HasPrefix(key, "."):
		return "it names a folder"
	}
	return "it may have letters, digits, '-', '_' and '.'"
}

// nearestKey replaces what is illegal; "" if nothing sensible is left.
func nearestKey(key string) string {
	legal := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("-_.", r):
			return r
		}
		return '_'
	}, strings.TrimSpace(key)), ".")
	legal = legal[:min(len(legal), validation.DNS1123SubdomainMaxLength)]
	if strings.Trim(legal, "_") == "" || legal == key || len(validation.IsConfigMapKey(legal)) > 0 {
		return ""
	}
	return legal
}
