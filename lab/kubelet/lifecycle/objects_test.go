package lifecycle

import (
	"maps"
	"strings"
)

// objects are Lookups made of values.
type objects struct {
	secrets, configMaps map[string][]string
	claims              map[string]bool
	images              map[string]bool
}

func newObjects() *objects {
	return &objects{
		secrets:    map[string][]string{},
		configMaps: map[string][]string{"kube-root-ca.crt": {"ca.crt"}},
		claims:     map[string]bool{},
		images:     map[string]bool{},
	}
}

func (o *objects) Secret(name string) (Keys, bool)    { return keySet(o.secrets, name) }
func (o *objects) ConfigMap(name string) (Keys, bool) { return keySet(o.configMaps, name) }
func (o *objects) ImagePresent(image string) bool     { return o.images[image] }

func (o *objects) Claim(name string) (bound, found bool) {
	bound, found = o.claims[name]
	return bound, found
}

func (o *objects) pulled(images []string) {
	maps.Insert(o.images, func(yield func(string, bool) bool) {
		for _, image := range images {
			if !yield(image, true) {
				return
			}
		}
	})
}

// keySet takes keys, or KEY=VALUE.
func keySet(all map[string][]string, name string) (Keys, bool) {
	texts, found := all[name]
	data := map[string]string{}
	for _, text := range texts {
		key, value, _ := strings.Cut(text, "=")
		data[key] = value
	}
	return KeysOf(data), found
}
