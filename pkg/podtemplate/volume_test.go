package podtemplate

import (
	"errors"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/rollout"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

const withVolumes = `
spec:
  initContainers: [{name: migrate, image: a, resources: {}}]
  containers:
  - {name: web, image: a, resources: {}, volumeMounts: [{name: conf, mountPath: /etc/app}, {name: data, mountPath: /data/}]}
  - {name: proxy, image: a, resources: {}}
  volumes: [{name: conf, configMap: {name: settings, defaultMode: 420}}, {name: data, emptyDir: {sizeLimit: 1Gi}}]`

// deployment is a workload whose volumes are those of its template alone.
func deployment() workload.Object { return workload.NewDeployment("shop", "web", 1, nil) }

// statefulSet is one whose pods have each a claim "data".
func statefulSet() workload.Object {
	s := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "db"}}
	s.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data"}}}
	o, _ := workload.ObjectOf(s)
	return o
}

func gibibytes(n int64) *Claim {
	return &Claim{Size: *resource.NewQuantity(n<<30, resource.BinarySI)}
}

func TestAddVolume(t *testing.T) {
	const all = rollout.AllContainers
	const confMount, dataMount, volumes = "{name: conf, mountPath: /etc/app}", "{name: data, mountPath: /data/}", "{name: data, emptyDir: {sizeLimit: 1Gi}}]"
	for name, test := range map[string]struct {
		volume  Volume
		changed []string // of the text: old, new, …
		note    string
	}{
		"an emptyDir has the name of its folder, and each container mounts it": {
			Volume{MountPath: "/var/cache", Containers: all},
			[]string{dataMount, dataMount + ", {name: cache, mountPath: /var/cache}", "proxy, image: a,", "proxy, image: a, volumeMounts: [{name: cache, mountPath: /var/cache}],", volumes, "{name: data, emptyDir: {sizeLimit: 1Gi}}, {name: cache, emptyDir: {}}]"},
			"",
		},
		"a Secret has its own name, in one container": {
			Volume{Source: SecretVolume("db.tls", nil), MountPath: "/tls", ReadOnly: true, Containers: "prox*"},
			[]string{"proxy, image: a,", "proxy, image: a, volumeMounts: [{name: db-tls, mountPath: /tls, readOnly: true}],", volumes, "{name: data, emptyDir: {sizeLimit: 1Gi}}, {name: db-tls, secret: {secretName: db.tls}}]"},
			"",
		},
		"an init container is meant by its name": {
			Volume{Name: "data", MountPath: "/in", SubPath: "a", Containers: "migrate"},
			[]string{"migrate, image: a,", "migrate, image: a, volumeMounts: [{name: data, mountPath: /in, subPath: a}],"},
			"",
		},
		"what it holds already is found, whatever its name": {
			Volume{Source: ConfigMapVolume("settings", nil), MountPath: "/etc/app", Containers: "web"}, nil, "",
		},
		"the same again": {Volume{Name: "data", MountPath: "/data", Containers: "web"}, nil, ""},
		"it moves": {
			Volume{Name: "data", MountPath: "/data/redis", Containers: "web", Overwrite: true},
			[]string{"mountPath: /data/}", "mountPath: /data/redis}"},
			"",
		},
		"it holds something else, and takes a path": {
			Volume{Name: "data", Source: ClaimVolume("disk"), MountPath: "/etc/app", Containers: "web", Overwrite: true},
			[]string{confMount + ", " + dataMount, "{name: data, mountPath: /etc/app}", "emptyDir: {sizeLimit: 1Gi}", "persistentVolumeClaim: {claimName: disk}"},
			"no container of deployment/web mounts volume conf any more",
		},
		"a claim that is created has the name of the workload and of the volume": {
			Volume{Name: "disk", Claim: gibibytes(1), MountPath: "/disk", Containers: "proxy"},
			[]string{"proxy, image: a,", "proxy, image: a, volumeMounts: [{name: disk, mountPath: /disk}],", volumes, "{name: data, emptyDir: {sizeLimit: 1Gi}}, {name: disk, persistentVolumeClaim: {claimName: web-disk}}]"},
			"",
		},
		"a name that is taken gets a number": {
			Volume{Claim: gibibytes(1), MountPath: "/other/data", Containers: "proxy"},
			[]string{"proxy, image: a,", "proxy, image: a, volumeMounts: [{name: data-2, mountPath: /other/data}],", volumes, "{name: data, emptyDir: {sizeLimit: 1Gi}}, {name: data-2, persistentVolumeClaim: {claimName: web-data-2}}]"},
			"",
		},
		"no path": {
			Volume{Name: "x", Source: ClaimVolume("disk"), Containers: all},
			[]string{volumes, "{name: data, emptyDir: {sizeLimit: 1Gi}}, {name: x, persistentVolumeClaim: {claimName: disk}}]"},
			"no container of deployment/web mounts volume x: --mount-path does",
		},
		"a path in another one": {
			Volume{Name: "data", MountPath: "/etc/app/data", Containers: "web"},
			[]string{dataMount, dataMount + ", {name: data, mountPath: /etc/app/data}"},
			"in container web, /etc/app/data (volume data) is inside /etc/app (volume conf): volume conf is read-only, and the container can't start if it does not have this folder",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, notes, err := test.volume.Plan(deployment(), templateOf(t, withVolumes))
			if err != nil || strings.Join(notes, "; ") != test.note {
				t.Fatalf("%v, %q, want %q", err, notes, test.note)
			}
			expectTemplate(t, &got, strings.NewReplacer(test.changed...).Replace(withVolumes))
			again, _, err := test.volume.Plan(deployment(), &got)
			if err != nil {
				t.Fatal(err)
			}
			if !workload.SameTemplate(&again, &got) {
				t.Error("the same command changes it again")
			}
		})
	}
}

func TestVolumeRefused(t *testing.T) {
	const all = rollout.AllContainers
	for says, test := range map[string]struct {
		of     workload.Object
		volume Volume
	}{
		"volume data of deployment/web exists, and is emptyDir: --overwrite replaces it, another --name adds one":                                                                                                                     {deployment(), Volume{Name: "data", Claim: gibibytes(1), Containers: all}},
		"deployment/web has no volume dta; did you mean data? A new one needs --type":                                                                                                                                                 {deployment(), Volume{Name: "dta", MountPath: "/x", Containers: all}},
		"path /data of container web of deployment/web is taken: volume data is mounted there. Choose another --mount-path, or replace the mount by --overwrite":                                                                      {deployment(), Volume{Name: "conf", MountPath: "/data", Containers: "web"}},
		"volume data is mounted at /data of container web of deployment/web in another way: --overwrite replaces the mount":                                                                                                           {deployment(), Volume{Name: "data", MountPath: "/data", ReadOnly: true, Containers: "web"}},
		"volume data of statefulset/db is made of its volumeClaimTemplates, which can't be changed: save it as a file, delete it without its pods, and create it again from the file with the change. The claims and their data stay": {statefulSet(), Volume{Name: "data", Claim: gibibytes(1), Overwrite: true, Containers: all}},
	} {
		_, _, err := test.volume.Plan(test.of, templateOf(t, withVolumes))
		if plan := (*PlanError)(nil); !errors.As(err, &plan) || plan.Message != says {
			t.Errorf("%v, want %s", err, says)
		}
	}
	v := Volume{MountPath: "/x", Containers: "wob"}
	if _, _, err := v.Plan(deployment(), templateOf(t, withVolumes)); errorText(err) != `no container "wob" in deployment/web; did you mean "web"?` {
		t.Error(err)
	}
}

func TestClaimOfEachPod(t *testing.T) {
	const one = `{spec: {containers: [{name: db, image: a, resources: {}%s}]}}`
	v := Volume{Name: "data", MountPath: "/data", Containers: rollout.AllContainers}
	got, _, err := v.Plan(statefulSet(), templateOf(t, strings.Replace(one, "%s", "", 1)))
	if err != nil {
		t.Fatal(err)
	}
	expectTemplate(t, &got, strings.Replace(one, "%s", ", volumeMounts: [{name: data, mountPath: /data}]", 1))
	listed := Volumes(statefulSet())
	if len(listed) != 1 || listed[0].Name != "data" || listed[0].Holds != "a claim of each pod, 0" {
		t.Errorf("%+v", listed)
	}
}

func TestRemoveVolume(t *testing.T) {
	const all = rollout.AllContainers
	claimed := strings.Replace(withVolumes, "emptyDir: {sizeLimit: 1Gi}", "persistentVolumeClaim: {claimName: disk}", 1)
	for name, test := range map[string]struct {
		removal VolumeRemoval
		changed []string
		note    string
	}{
		"by its name": {
			VolumeRemoval{Name: "data", Containers: all},
			[]string{", {name: data, mountPath: /data/}", "", ", {name: data, persistentVolumeClaim: {claimName: disk}}", ""},
			"persistentvolumeclaim/disk stays, with its data",
		},
		"all": {
			VolumeRemoval{Containers: all},
			[]string{", volumeMounts: [{name: conf, mountPath: /etc/app}, {name: data, mountPath: /data/}]", "", "  volumes: [{name: conf, configMap: {name: settings, defaultMode: 420}}, {name: data, persistentVolumeClaim: {claimName: disk}}]", ""},
			"persistentvolumeclaim/disk stays, with its data",
		},
		"of a container that does not mount it": {VolumeRemoval{Name: "data", Containers: "proxy"}, nil, ""},
		"at another path":                       {VolumeRemoval{Name: "data", MountPath: "/x", Containers: all}, nil, ""},
		"the last mount takes the volume with it": {
			VolumeRemoval{Name: "conf", MountPath: "/etc/app", Containers: all},
			[]string{"{name: conf, mountPath: /etc/app}, ", "", "{name: conf, configMap: {name: settings, defaultMode: 420}}, ", ""},
			"",
		},
		"one that is not there": {VolumeRemoval{Name: "scratch", Containers: all}, nil, "deployment/web has no volume scratch"},
	} {
		t.Run(name, func(t *testing.T) {
			got, notes, err := test.removal.Plan(deployment(), templateOf(t, claimed))
			if err != nil || strings.Join(notes, "; ") != test.note {
				t.Fatalf("%v, %q, want %q", err, notes, test.note)
			}
			want := templateOf(t, strings.NewReplacer(test.changed...).Replace(claimed))
			if !workload.SameTemplate(&got, want) {
				expectTemplate(t, &got, strings.NewReplacer(test.changed...).Replace(claimed))
			}
		})
	}
	wrong := VolumeRemoval{Name: "dta", Containers: all}
	if _, _, err := wrong.Plan(deployment(), templateOf(t, claimed)); errorText(err) != "deployment/web has no volume dta; did you mean data?" {
		t.Error(err)
	}
	fixed := VolumeRemoval{Name: "data", Containers: all}
	if _, _, err := fixed.Plan(statefulSet(), templateOf(t, claimed)); !strings.Contains(errorText(err), "volumeClaimTemplates, which can't be changed") {
		t.Error(err)
	}
}

func TestCheckMount(t *testing.T) {
	for says, at := range map[string][2]string{
		"": {"/data/redis", "a/b"},
		`"data": a path in a container begins with /: did you mean "/data"?`:                                {"data", ""},
		`"/a:b": a path in a container can't have a colon`:                                                  {"/a:b", ""},
		`"/" would hide all files of the image: choose a folder`:                                            {"/", ""},
		"a sub path needs a mount path":                                                                     {"", "a"},
		`"../a": a sub path is a path inside the volume: it does not begin with / and has no part .. in it`: {"/data", "../a"},
	} {
		if got := errorText(CheckMount(at[0], at[1])); got != says {
			t.Errorf("%s, want %s", got, says)
		}
	}
	if got := errorText(CheckVolumeName("My_Data")); got != `"My_Data" is not a name of a volume: use at most 63 lower-case letters, digits and '-'; did you mean "my-data"?` {
		t.Error(got)
	}
}

// A new claim, or an emptyDir, is another one at another path. What has a name of its own is the same.
func TestNamesOfVolumes(t *testing.T) {
	template := templateOf(t, `
spec:
  containers:
  - {name: web, volumeMounts: [{name: data, mountPath: /data}, {name: cache, mountPath: /cache}, {name: certs, mountPath: /tls}]}
  volumes: [{name: data, persistentVolumeClaim: {claimName: web-data}}, {name: cache, emptyDir: {}}, {name: certs, secret: {secretName: tls, defaultMode: 420}}]`)
	named := gibibytes(1)
	named.Name = "web-data"
	for _, test := range []struct {
		volume Volume
		want   string
	}{
		{Volume{Claim: gibibytes(1), MountPath: "/data"}, "data"},
		{Volume{Claim: gibibytes(1), MountPath: "/backup/data"}, "data-2"},
		{Volume{Claim: named, MountPath: "/backup/data"}, "data"},
		{Volume{MountPath: "/other/cache"}, "cache-2"},
		{Volume{MountPath: "/cache"}, "cache"},
		{Volume{Source: SecretVolume("tls", nil), MountPath: "/other"}, "certs"},
	} {
		if got := test.volume.freeName(web, &template.Spec); got != test.want {
			t.Errorf("%s: %s, want %s", test.volume.MountPath, got, test.want)
		}
	}
	again := Volume{Claim: gibibytes(1), MountPath: "/backup/data"}
	if claim := again.NewClaim(web, template); claim.Name != "web-data-2" {
		t.Errorf("claim %s", claim.Name)
	}
}
