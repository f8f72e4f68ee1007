package preflight

import (
	"slices"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

var (
	web   = workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}
	other = workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "api"}
)

func fromEnv(by workload.Ref, field, key string) use {
	return use{workload.Reference{Kind: "Secret", Name: "db", Key: key, Use: workload.UseEnv, Container: "web", Field: field}, by}
}

func TestMissingKeys(t *testing.T) {
	db := referent{"shop", "Secret", "db"}
	checks := missingKeys(db, []string{"password", "user"}, []use{
		fromEnv(web, "DB_USER", "user"),
		fromEnv(web, "DB_PASS", "pasword"),
		fromEnv(other, "DB_PASS", "pasword"), // the same key is missing once
		fromEnv(web, "DB_HOST", "host"),
		{workload.Reference{Kind: "Secret", Name: "db", Use: workload.UseVolume, Field: "db"}, web}, // no key of its own
	})
	want := []string{
		`secret/db has no key "pasword", which the variable DB_PASS of container web of deployment/web needs; it has "password"`,
		`secret/db has no key "host", which the variable DB_HOST of container web of deployment/web needs`,
	}
	var got []string
	for _, c := range checks {
		got = append(got, c.Message)
		if c.Level != Refuse || c.Check != CheckReference || c.Workload != web || c.Object != "secret/db" || !slices.Equal(c.Next, []string{"kubectl describe secret/db -n shop"}) {
			t.Errorf("%+v", c)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Without a pull secret a pod may well start. Without what a container reads it does not.
func TestMissingObject(t *testing.T) {
	key := referent{"shop", "Secret", "key"}
	pull := use{workload.Reference{Kind: "Secret", Name: "key", Use: workload.UsePullSecret}, web}
	volume := use{workload.Reference{Kind: "Secret", Name: "key", Use: workload.UseVolume, Field: "tls"}, web}
	for name, test := range map[string]struct {
		uses  []use
		level Level
		want  string
	}{
		"a volume":                {[]use{volume}, Refuse, `secret/key does not exist in namespace "shop", and the volume tls of deployment/web needs it`},
		"a pull secret":           {[]use{pull}, Warn, `secret/key does not exist in namespace "shop", and deployment/web needs it to pull images: only public images will work`},
		"a pull secret, and read": {[]use{volume, pull}, Refuse, `secret/key does not exist in namespace "shop", and the volume tls of deployment/web needs it`},
	} {
		check := missingObject(key, test.uses)
		if check.Level != test.level || check.Message != test.want || !slices.Equal(check.Next, []string{"kubectl get secrets -n shop"}) {
			t.Errorf("%s: %+v", name, check)
		}
	}
}

func TestPlace(t *testing.T) {
	for want, r := range map[string]workload.Reference{
		"the variable DB_PASS of container web of deployment/web": {Use: workload.UseEnv, Container: "web", Field: "DB_PASS"},
		"envFrom of container web of deployment/web":              {Use: workload.UseEnvFrom, Container: "web"},
		"the volume tls of deployment/web":                        {Use: workload.UseVolume, Field: "tls"},
		string(workload.UseIdentity) + " of deployment/web":       {Use: workload.UseIdentity},
	} {
		if got := place(use{r, web}); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
