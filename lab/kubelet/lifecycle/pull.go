package lifecycle

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// pull makes sure that the node has the image.
func (m *Machine) pull(u *unit, done func(*failure)) {
	ref, err := parseImage(u.Image)
	if err != nil {
		message := fmt.Sprintf("Failed to apply default image tag %q: %v", u.Image, err)
		m.warning(u, "InspectFailed", message)
		done(&failure{"InvalidImageName", message})
		return
	}
	broken := m.pullError(u, ref)
	if broken == "" && u.ImagePullPolicy != corev1.PullAlways &&
		(u.ImagePullPolicy == corev1.PullNever || m.lookups.ImagePresent(u.Image)) {
		m.normal(u, "Pulled", fmt.Sprintf("Container image %q already present on machine and can be accessed by the pod", u.Image))
		done(nil)
		return
	}
	if u.ImagePullPolicy == corev1.PullNever {
		message := fmt.Sprintf("Container image %q is not present with pull policy of Never", u.Image)
		m.warning(u, "ErrImageNeverPull", message)
		done(&failure{"ErrImageNeverPull", message})
		return
	}
	if m.pulling.holdsSinceUpdate(u.Image, m.now) {
		message := fmt.Sprintf("Back-off pulling image %q", u.Image)
		m.normal(u, "BackOff", message)
		if last := m.pullErrors[u.Image]; last != "" {
			message += ": " + last
		}
		done(&failure{"ImagePullBackOff", message})
		return
	}
	delete(m.pullErrors, u.Image)
	m.normal(u, "Pulling", fmt.Sprintf("Pulling image %q", u.Image))
	if broken != "" {
		m.pulls(failTime, func() { m.pullFails(u, broken, done) })
		return
	}
	length := orDefault(u.behavior.PullTime, pullTime)
	m.pulls(length, func() {
		m.out.Pulled = append(m.out.Pulled, u.Image)
		m.normal(u, "Pulled", fmt.Sprintf("Successfully pulled image %q in %v (%v including waiting). Image size: %d bytes.",
			u.Image, length, length, ref.size()))
		done(nil)
	})
}

// pulls waits for a pull; the pod's deletion interrupts it.
func (m *Machine) pulls(d time.Duration, f func()) {
	m.timers.set("pull", m.now.Add(d), f)
}

func (m *Machine) pullFails(u *unit, message string, done func(*failure)) {
	m.warning(u, "Failed", fmt.Sprintf("Failed to pull image %q: %s", u.Image, message))
	m.pulling.next(u.Image, m.now, m.now)
	m.pullErrors[u.Image] = "ErrImagePull: " + message
	m.missingPullSecrets()
	done(&failure{"ErrImagePull", message})
}

// missingPullSecrets is told with a failed pull only, for a pull that succeeds
// did not need them.
func (m *Machine) missingPullSecrets() {
	missing := ""
	for _, ref := range m.pod.Spec.ImagePullSecrets {
		if _, found := m.lookups.Secret(ref.Name); !found && ref.Name != "" {
			if missing != "" {
				missing += ", "
			}
			missing += ref.Name
		}
	}
	if missing != "" {
		m.podWarning("FailedToRetrieveImagePullSecret",
			fmt.Sprintf("Unable to retrieve some image pull secrets (%s); attempting to pull the image may not succeed.", missing))
	}
}

// pullError is what containerd says about a pull that fails, or nothing.
func (m *Machine) pullError(u *unit, ref reference) string {
	b := u.behavior
	if b.PullHeals > 0 && !m.now.Before(m.first.Add(b.PullHeals)) {
		return ""
	}
	failed := fmt.Sprintf("failed to pull and unpack image %q: ", ref)
	switch b.Pull {
	case wordMissing:
		return fmt.Sprintf("rpc error: code = NotFound desc = %sfailed to resolve image: %s: not found", failed, ref)
	case wordPrivate:
		if m.pullSecretFound() {
			return ""
		}
		return failed + "failed to resolve image: pull access denied, repository does not exist or may require authorization: " +
			"server message: insufficient_scope: authorization failed"
	case wordUnreachable:
		return failed + fmt.Sprintf("failed to resolve image: failed to do request: Head %q: dial tcp %s: connect: connection refused",
			ref.manifestURL(), ref.dialAddress())
	case wordOverloaded:
		return failed + fmt.Sprintf("failed to resolve image: unexpected status from HEAD request to %s: 429 Too Many Requests", ref.manifestURL())
	case wordCorrupt:
		layer := hexSum(ref.String() + "/layer")
		return failed + fmt.Sprintf("failed commit on ref \"layer-sha256:%s\": unexpected commit digest sha256:%s, expected sha256:%s: failed precondition",
			layer, hexSum(layer), layer)
	}
	return ""
}

// pullSecretFound tells whether a private image can be pulled: the pod names a
// pull secret that exists.
func (m *Machine) pullSecretFound() bool {
	for _, ref := range m.pod.Spec.ImagePullSecrets {
		if _, found := m.lookups.Secret(ref.Name); found {
			return true
		}
	}
	return false
}
