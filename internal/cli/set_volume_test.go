package cli

import "testing"

func TestWrongSetVolume(t *testing.T) {
	expectWrong(t, map[string]string{
		"set volume":           "no workload",
		"set volume web --add": "did you mean deployment/web?",
		"set volume deployment/web --add --remove":                                               "--add, --remove and --list can't be used together",
		"set volume deployment/web --claim-size=1Gi":                                             "--claim-size is for --add",
		"set volume deployment/web -o yaml":                                                      "--output is for --add and --remove",
		"set volume deployment/web --name=data":                                                  "--name is for --add and --remove",
		"set volume deployment/web --remove":                                                     "--remove without --name removes all volumes: name one or, if all are meant, add --confirm",
		"set volume deployment/web --remove --name=data --confirm":                               "--confirm is for --remove without --name",
		"set volume deployment/web --remove --name=data --claim-size=1Gi":                        "--claim-size is for --add",
		"set volume deployment/web --add --mount-path=data":                                      `--mount-path: "data": a path in a container begins with /: did you mean "/data"?`,
		"set volume deployment/web --add --mount-path=/a:b":                                      "can't have a colon",
		"set volume deployment/web --add --mount-path=/":                                         "would hide all files of the image",
		"set volume deployment/web --add --name=My_Data --mount-path=/data":                      `did you mean "my-data"?`,
		"set volume deployment/web --add --claim-size=10GB --mount-path=/data":                   `--claim-size: "10GB" is not a size: write a number and its unit: 10Gi`,
		"set volume deployment/web --add --claim-size=0 --mount-path=/data":                      "--claim-size: the size 0 is not above 0",
		"set volume deployment/web --add --claim-size=10 --mount-path=/data":                     "write the unit, as in 10Gi",
		"set volume deployment/web --add --claim-size=1Gi --claim-mode=rw --mount-path=/data":    `--claim-mode: "rw" is not an access mode`,
		"set volume deployment/web --add --claim-name=x --claim-class=fast --mount-path=/data":   "--claim-class is for a new claim: give --claim-size, too",
		"set volume deployment/web --add --claim-name=Disk --mount-path=/data":                   `did you mean "disk"?`,
		"set volume deployment/web --add --claim-name=a --secret-name=b --mount-path=/data":      "a volume holds one thing",
		"set volume deployment/web --add --type=pvc --mount-path=/data":                          "--type=pvc needs --claim-name or --claim-size",
		"set volume deployment/web --add --type=disk --mount-path=/data":                         "--type=disk: it is emptyDir",
		"set volume deployment/web --add --type=secret --claim-name=a --mount-path=/data":        "--type=secret does not go with --claim-name or --claim-size",
		"set volume deployment/web --add --type=secret --secret-name=a,b --mount-path=/data":     "give --type=projected for several",
		"set volume deployment/web --add --secret-name=a --default-mode=0999 --mount-path=/data": "three octal digits",
		"set volume deployment/web --add --claim-name=a --default-mode=0400 --mount-path=/data":  "--default-mode is for Secrets and ConfigMaps",
		"set volume deployment/web --add --source=nfs --mount-path=/data":                        "--source is no volume source in JSON",
		`set volume deployment/web --add --source={"nfs":{},"secret":{}} --mount-path=/data`:     "--source takes an object with one type of volume",
		`set volume deployment/web --add --source={"nsf":{}} --mount-path=/data`:                 "--source takes an object with one type of volume",
		"set volume deployment/web --add --mount-path=/a -c [":                                   "--containers=[ is not a pattern",
		"set volume -f x.yaml --local --add --claim-size=1Gi --mount-path=/a":                    "--claim-size creates a claim in the cluster",
		"create deployment web --image=a --volume data":                                          `--volume: "data" is not a volume: write NAME=SIZE:/PATH`,
		"create deployment web --image=a --volume data=1Gi:/a --volume data=emptyDir:/b":         "the name data is used twice",
		"create deployment web --image=a --volume 1Gi:/a --volume emptyDir:/a":                   "path /a is mounted twice",
		"create deployment web --image=a --volume 1Gi:/a/x --volume 2Gi:/b/x":                    "end with the same name: give both volumes names",
		"create deployment web --image=a --plain --volume data=1Gi:/a":                           "--plain makes the object that kubectl makes, and --volume changes it",
	})
}
