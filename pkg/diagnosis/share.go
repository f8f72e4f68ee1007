package diagnosis

import (
	"k8s.io/apimachinery/pkg/types"
)

// share gives what the looked-at pods explain to their likes: events and logs are read for a few
// exemplars only.
func (c *clues) share(d *survey) {
	explained := map[string]*symptom{}
	byShape := map[shape]*symptom{}
	own := map[types.UID]bool{}
	for i := range d.symptoms {
		s := &d.symptoms[i]
		switch {
		case s.vague || s.pod == nil:
		case s.exitCode != nil:
			if known := explained[s.container]; known == nil || specificity(s.cause) > specificity(known.cause) {
				explained[s.container] = s
			}
		case s.container == "" || s.cause == ImagePulling:
			byShape[shapeOf(s.pod)], own[s.pod.UID] = s, true
		}
	}
	for i := range d.symptoms {
		if s := &d.symptoms[i]; s.vague && s.exitCode != nil && specificity(s.cause) == 0 {
			s.adopt(explained[s.container])
		}
	}
	for sh, pods := range d.mute {
		for _, pod := range pods {
			if like := byShape[sh]; like != nil && sh != shapeUnready && !own[pod.UID] && !c.sawEvents(pod.UID) {
				s := *like
				s.pod = pod
				d.symptoms = append(d.symptoms, s)
			}
		}
	}
}

// adopt takes over the explanation of a like that ended in the same way.
func (s *symptom) adopt(like *symptom) {
	if like == nil || *like.exitCode != *s.exitCode {
		return
	}
	s.cause, s.grade, s.patience, s.message, s.subject = like.cause, like.grade, like.patience, like.message, like.subject
	s.vague = false
}

// specificity orders the names for one and the same end of a container.
func specificity(c Cause) int {
	if c == CrashLoop || c == InitFailed {
		return 0
	}
	return 1
}
