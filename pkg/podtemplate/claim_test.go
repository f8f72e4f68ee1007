package podtemplate

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestParseSize(t *testing.T) {
	for text, says := range map[string]string{
		"1Gi": "", "500M": "", "1.5Gi": "", "2048": "",
		"":       `"" is not a size: write a number and its unit: 1Gi`,
		"much":   `"much" is not a size: write a number and its unit: 1Gi`,
		"10GB":   `"10GB" is not a size: write a number and its unit: 10Gi`,
		"10 gib": `"10 gib" is not a size: write a number and its unit: 10Gi`,
		"1gi":    `"1gi" is not a size: write a number and its unit: 1Gi`,
		"0":      "the size 0 is not above 0",
		"-1Gi":   "the size -1Gi is not above 0",
		"10":     "10 is less than 1024 bytes: write the unit, as in 10Gi",
		"100m":   "100m is less than 1024 bytes: write the unit, as in 100Gi",
	} {
		if _, err := ParseSize(text); errorText(err) != says {
			t.Errorf("%q: %v, want %s", text, err, says)
		}
	}
}

func TestParseVolume(t *testing.T) {
	for text, want := range map[string]string{
		"data=1Gi:/data":                         "data claim 1Gi ReadWriteOnce of default at /data",
		"1Gi,class=fast,mode=rwx:/var/lib/data/": " claim 1Gi ReadWriteMany of fast at /var/lib/data",
		"data=1Gi,class=:/data":                  "data claim 1Gi ReadWriteOnce of  at /data",
		"cache=emptyDir:/cache":                  "cache emptyDir at /cache",
		"secret/db:/etc/db:ro":                   " secret/db at /etc/db read-only",
		"conf=cm/settings:/etc/app":              "conf configmap/settings at /etc/app",
		"pvc/disk:/data:rw":                      " persistentvolumeclaim/disk at /data",
		"data":                                   `error: "data" is not a volume: write NAME=SIZE:/PATH, NAME=emptyDir:/PATH, secret/NAME:/PATH, configmap/NAME:/PATH or pvc/NAME:/PATH`,
		"data:/data":                             `error: "data" is neither a size nor emptyDir nor an object: write NAME=SIZE:/PATH, NAME=emptyDir:/PATH, secret/NAME:/PATH, configmap/NAME:/PATH or pvc/NAME:/PATH`,
		"/srv:/data":                             `error: "/srv" is a folder of the node: pods have none of them by this flag. For data that stays give a size, as 1Gi; for data that ends with the pod, emptyDir`,
		"secret/:/x":                             `error: "secret/" names no object: write secret/NAME`,
		"data=1Gi:data":                          `error: "data": a path in a container begins with /: did you mean "/data"?`,
		"data=1Gi:/a:b":                          `error: "/a:b": a path in a container can't have a colon`,
		"data=1Gi,size=2:/a":                     `error: "size=2" is not a setting of a claim: it is class=NAME or mode=MODE`,
		"data=1Gi,mode=rw:/a":                    `error: "rw" is not an access mode: it is ReadWriteOnce (rwo), ReadWriteOncePod (rwop), ReadWriteMany (rwx) or ReadOnlyMany (rox)`,
		"data=0:/a":                              "error: the size 0 is not above 0",
		"Data_1=1Gi:/a":                          `error: "Data_1" is not a name of a volume: use at most 63 lower-case letters, digits and '-'; did you mean "data-1"?`,
	} {
		v, err := ParseVolume(text)
		got := "error: " + errorText(err)
		if err == nil {
			got = v.Name + " "
			if v.Claim != nil {
				claim := v.NewClaim(web, &corev1.PodTemplateSpec{})
				class := "default"
				if claim.Spec.StorageClassName != nil {
					class = *claim.Spec.StorageClassName
				}
				got += "claim " + v.Claim.Size.String() + " " + Modes(claim) + " of " + class
			} else {
				got += workload.VolumeText(v.Source)
			}
			if got += " at " + v.MountPath; v.ReadOnly {
				got += " read-only"
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestClaimDiffers(t *testing.T) {
	made := func(text string) *corev1.PersistentVolumeClaim {
		v, err := ParseVolume(text)
		if err != nil {
			t.Fatal(err)
		}
		return v.NewClaim(web, &corev1.PodTemplateSpec{})
	}
	have := made("data=1Gi,class=standard:/data")
	for text, says := range map[string]string{
		"data=1Gi:/data":            "",
		"data=1024Mi:/x":            "",
		"data=2Gi:/data":            "its size is 1Gi, not 2Gi",
		"data=1Gi,class=fast:/data": `its StorageClass is "standard", not "fast"`,
		"data=1Gi,mode=rwx:/data":   "its access mode is ReadWriteOnce, not ReadWriteMany",
	} {
		if got := ClaimDiffers(have, made(text)); got != says {
			t.Errorf("%s: %q, want %q", text, got, says)
		}
	}
}
