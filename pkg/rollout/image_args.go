package rollout

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-app/kubectl-app/pkg/redact"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// ArgumentError: the command line can't be understood.
type ArgumentError struct{ Message string }

func (e *ArgumentError) Error() string { return e.Message }

// ParseImageArgs divides the arguments of `set image` into resources and settings, by kubectl's
// rule (GetResourcesAndPairs, ParsePairs): what holds a '=' is a setting, the rest comes before.
// kubectl takes the last of two images for one container: here that is an error. Errors are *ArgumentError, and *workload.ImageError of a reference that no registry could have.
func ParseImageArgs(args []string) (resources []string, settings []ImageSetting, err error) {
	for i, arg := range args {
		container, image, isSetting := strings.Cut(arg, "=")
		switch {
		case isSetting && container != "":
			if slices.ContainsFunc(settings, func(s ImageSetting) bool { return s.Container == container && s.Image != image }) {
				return nil, nil, &ArgumentError{container + " is set to two images"}
			}
			settings = slices.DeleteFunc(settings, func(s ImageSetting) bool { return s.Container == container })
			settings = append(settings, ImageSetting{Container: container, Image: image})
		case arg == "" || isSetting || strings.HasSuffix(arg, "-") && arg != "-":
			return nil, nil, &ArgumentError{redact.ArgumentOr(arg, position(i)) + " is neither a resource nor CONTAINER=IMAGE"}
		case len(settings) > 0:
			return nil, nil, &ArgumentError{fmt.Sprintf("resources come before CONTAINER=IMAGE, and %s comes after", redact.ArgumentOr(arg, position(i)))}
		default:
			resources = append(resources, arg)
		}
	}
	if slices.ContainsFunc(resources, isTypeName) {
		if i := slices.IndexFunc(resources, func(arg string) bool { return !isTypeName(arg) }); i >= 0 {
			return nil, nil, &ArgumentError{position(i) + " has no =; write CONTAINER=IMAGE"}
		}
	}
	all := slices.ContainsFunc(settings, func(s ImageSetting) bool { return s.Container == AllContainers })
	switch {
	case len(settings) == 0:
		return nil, nil, &ArgumentError{"no image to set: give CONTAINER=IMAGE, or '*=IMAGE' for all containers"}
	case all && len(settings) > 1:
		return nil, nil, &ArgumentError{"'*=IMAGE' sets all containers: it can't be combined with another CONTAINER=IMAGE"}
	}
	return resources, settings, checkImages(settings)
}

// checkImages refuses references that no registry could have. What may be a value, meant for set env, is not quoted: that it
// names no container is found later.
func checkImages(settings []ImageSetting) error {
	var faults faults
	for _, s := range settings {
		if (s.Container == AllContainers || isContainerName(s.Container)) && redact.Argument(s.Image) == s.Image {
			faults.add(workload.CheckImage(s.Image))
		}
	}
	return faults.join()
}

func position(i int) string { return fmt.Sprintf("argument %d", i+1) }

func isTypeName(arg string) bool { return strings.Contains(arg, "/") }

// faults collects errors, each once.
type faults []error

func (f *faults) add(err error) {
	if err == nil || slices.ContainsFunc(*f, func(e error) bool { return e.Error() == err.Error() }) {
		return
	}
	*f = append(*f, err)
}

func (f faults) join() error {
	if len(f) == 1 {
		return f[0]
	}
	return errors.Join(f...)
}
