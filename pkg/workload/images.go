package workload

// ChangedImages are the images, by container, that two templates do not share: before has those of
// containers whose image changed or that went, after those of containers whose image changed or that
// came. Where one of the two is not known (empty), nothing is known to have changed, but all of a first
// template is new.
func ChangedImages(from, to map[string]string) (before, after map[string]string) {
	if len(to) == 0 {
		return nil, nil
	}
	return without(from, to), without(to, from)
}

// without are the images of a that b does not have for the same container.
func without(a, b map[string]string) map[string]string {
	var left map[string]string
	for container, image := range a {
		if other, found := b[container]; found && other == image {
			continue
		}
		if left == nil {
			left = map[string]string{}
		}
		left[container] = image
	}
	return left
}
