package lifecycle

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// How the volume manager goes about its work: a first try at once, the next
// after 0.5 s, each gap twice as long up to 2m2s; a sync asks each 0.3 s whether
// all is mounted, and gives up after 2m3s.
const (
	mountFirst   = 110 * time.Millisecond
	mountRetry   = 500 * time.Millisecond
	mountMax     = 2*time.Minute + 2*time.Second
	mountSlack   = 10 * time.Millisecond
	mountPoll    = 300 * time.Millisecond
	mountGiveUp  = 2*time.Minute + 3*time.Second
	mountOverall = 400 * time.Millisecond
)

// volume is the state of one volume of the pod.
type volume struct {
	mounted bool
	gap     time.Duration
}

// mount calls done when all volumes are there.
func (m *Machine) mount(done func()) {
	if m.claimErrors() {
		return
	}
	begun := m.now
	missing := m.tryMounts()
	if missing == 0 && m.seen.sandbox != sandboxNone {
		done()
		return
	}
	wait := mountOverall
	if missing == 0 && len(m.volumes) > 0 {
		wait = mountPoll
	}
	var poll func()
	poll = func() {
		switch {
		case m.unmounted() == 0:
			done()
		case m.now.Sub(begun) >= mountGiveUp:
			m.finish(outcome{failed: true})
		default:
			m.timers.set("mounted", m.now.Add(mountPoll), poll)
		}
	}
	m.timers.set("mounted", m.now.Add(wait), poll)
}

// tryMounts plans the first try of each volume and counts those not mounted.
func (m *Machine) tryMounts() int {
	for i := range m.pod.Spec.Volumes {
		source := &m.pod.Spec.Volumes[i]
		if m.volumes[source.Name] != nil {
			continue
		}
		v := &volume{gap: mountRetry}
		m.volumes[source.Name] = v
		var try func()
		try = func() {
			err := m.volumeError(source)
			if err == "" {
				v.mounted = true
				return
			}
			m.podWarning("FailedMount", fmt.Sprintf("MountVolume.SetUp failed for volume %q : %s", source.Name, err))
			m.timers.set("mount/"+source.Name, m.now.Add(v.gap+mountSlack), try)
			v.gap = min(2*v.gap, mountMax)
		}
		m.timers.set("mount/"+source.Name, m.now.Add(mountFirst), try)
	}
	return m.unmounted()
}

func (m *Machine) unmounted() int {
	n := 0
	for _, v := range m.volumes {
		if !v.mounted {
			n++
		}
	}
	return n
}

// claimErrors ends the sync if a claim can't be used; it is tried again with the
// next sync.
func (m *Machine) claimErrors() bool {
	for i := range m.pod.Spec.Volumes {
		v := &m.pod.Spec.Volumes[i]
		if v.PersistentVolumeClaim == nil {
			continue
		}
		name := v.PersistentVolumeClaim.ClaimName
		var why string
		if bound, found := m.lookups.Claim(name); !found {
			why = "failed to fetch PVC from API server: " + notFound("persistentvolumeclaims", name)
		} else if !bound {
			why = "PVC is not bound"
		} else {
			continue
		}
		m.podWarning("FailedMount", fmt.Sprintf("Unable to attach or mount volumes: unmounted volumes=[%s], unattached volumes=[], "+
			"failed to process volumes=[%s]: error processing PVC %s/%s: %s", v.Name, v.Name, m.pod.Namespace, name, why))
		m.finish(outcome{failed: true})
		return true
	}
	return false
}

// volumeError is why a volume can't be set up, or nothing.
func (m *Machine) volumeError(v *corev1.Volume) string {
	switch {
	case v.Secret != nil:
		return m.secretVolume(v.Secret.SecretName, v.Secret.Items, isTrue(v.Secret.Optional))
	case v.ConfigMap != nil:
		return m.configMapVolume(v.ConfigMap.Name, v.ConfigMap.Items, isTrue(v.ConfigMap.Optional))
	case v.Projected != nil:
		var all []string
		for _, source := range v.Projected.Sources {
			err := ""
			if s := source.Secret; s != nil {
				err = m.secretVolume(s.Name, s.Items, isTrue(s.Optional))
			} else if c := source.ConfigMap; c != nil {
				err = m.configMapVolume(c.Name, c.Items, isTrue(c.Optional))
			}
			if err != "" {
				all = append(all, err)
			}
		}
		if len(all) > 1 {
			return "[" + strings.Join(all, ", ") + "]"
		}
		return strings.Join(all, "")
	}
	return ""
}

func (m *Machine) secretVolume(name string, items []corev1.KeyToPath, optional bool) string {
	keys, found := m.lookups.Secret(name)
	if !found && !optional {
		return notFound("secret", name)
	}
	if key := absent(keys, items, optional); key != "" {
		return "references non-existent secret key: " + key
	}
	return ""
}

func (m *Machine) configMapVolume(name string, items []corev1.KeyToPath, optional bool) string {
	keys, found := m.lookups.ConfigMap(name)
	if !found && !optional {
		return notFound("configmap", name)
	}
	if key := absent(keys, items, optional); key != "" {
		return "configmap references non-existent config key: " + key
	}
	return ""
}

func absent(keys Keys, items []corev1.KeyToPath, optional bool) string {
	for _, item := range items {
		if !optional && !keys.has(item.Key) {
			return item.Key
		}
	}
	return ""
}
