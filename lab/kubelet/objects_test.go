package kubelet

import "maps"

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

func (o *objects) Secret(name string) (map[string]bool, bool)    { return keySet(o.secrets, name) }
func (o *objects) ConfigMap(name string) (map[string]bool, bool) { return keySet(o.configMaps, name) }
func (o *objects) ImagePresent(image string) bool                { return o.images[image] }

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

func keySet(all map[string][]string, name string) (map[string]bool, bool) {
	keys, found := all[name]
	set := map[string]bool{}
	for _, key := range keys {
		set[key] = true
	}
	return set, found
}
