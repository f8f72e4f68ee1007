package lifecycle

import (
	"testing"
	"time"
)

func TestBehaviorOfAnImage(t *testing.T) {
	for image, want := range map[string]Behavior{
		"web:2.0":                               {},
		"web":                                   {},
		"web:2.0-rc1":                           {},
		"web:crash":                             {},
		"web:2.0-crash":                         {Exit: wordCrash},
		"web:2.0-crash-after-8s":                {Exit: wordCrash, ExitAfter: 8 * time.Second, AfterSet: true},
		"web:2.0-crash-8s":                      {Exit: wordCrash, ExitAfter: 8 * time.Second, AfterSet: true},
		"web:2.0-crash-2x":                      {Exit: wordCrash, Crashes: 2},
		"web:2.0-rc1-missing":                   {Pull: wordMissing},
		"web:2.0-unreachable-30s":               {Pull: wordUnreachable, PullHeals: 30 * time.Second},
		"web:2.0-slow":                          {Ready: wordSlow, ReadyTime: 20 * time.Second},
		"web:2.0-slow-5s-slowstop-1m":           {Ready: wordSlow, ReadyTime: 5 * time.Second, StopTime: time.Minute},
		"localhost:5000/shop/web:2.0-OOM":       {Exit: wordOOM},
		"registry.example/web-crash:2.0":        {},
		"web:2.0-p8080":                         {Listen: 8080},
		"web:2.0-evicted":                       {Evicted: true, EvictAfter: 10 * time.Second},
		"web@sha256:" + hexSum("web"):           {},
		"web:2.0-crash@sha256:" + hexSum("web"): {Exit: wordCrash},
	} {
		if got := ParseBehavior(wordsOfImage(image)); got != want {
			t.Errorf("%s: got %+v, want %+v", image, got, want)
		}
	}
}

func TestParseImage(t *testing.T) {
	for image, want := range map[string]string{
		"web":                           "docker.io/library/web:latest",
		"web:2.0":                       "docker.io/library/web:2.0",
		"shop/web:2.0":                  "docker.io/shop/web:2.0",
		"127.0.0.1:5000/shop/web:1.0":   "127.0.0.1:5000/shop/web:1.0",
		"localhost/web":                 "localhost/web:latest",
		"web@sha256:" + hexSum("x"):     "docker.io/library/web@sha256:" + hexSum("x"),
		"ghcr.io/a/b_c/d-e:v1.2.3-rc.1": "ghcr.io/a/b_c/d-e:v1.2.3-rc.1",
	} {
		if got, err := parseImage(image); err != nil || got.String() != want {
			t.Errorf("%s: got %s, %v, want %s", image, got, err, want)
		}
	}
	for image, want := range map[string]string{
		"127.0.0.1:5000/Shop/Web:1.1": `couldn't parse image name "127.0.0.1:5000/Shop/Web:1.1": invalid reference format: repository name (Shop/Web) must be lowercase`,
		"web:":                        `couldn't parse image name "web:": invalid reference format`,
		"web:a b":                     `couldn't parse image name "web:a b": invalid reference format`,
		"-web":                        `couldn't parse image name "-web": invalid reference format`,
		"web@sha256:1":                `couldn't parse image name "web@sha256:1": invalid reference format`,
	} {
		if _, err := parseImage(image); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", image, err, want)
		}
	}
}
