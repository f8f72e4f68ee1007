package expose

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// certified is a Secret with a certificate for a host that expires then; with foreign, its key is another one.
func certified(t *testing.T, host string, expires time.Time, foreign bool) *corev1.Secret {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host}, NotBefore: expires.AddDate(-1, 0, 0), NotAfter: expires}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if foreign {
		if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return &corev1.Secret{Type: corev1.SecretTypeTLS, Data: map[string][]byte{
		corev1.TLSCertKey:       pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		corev1.TLSPrivateKeyKey: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
	}}
}

func TestCheckCertificate(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	year := now.AddDate(1, 0, 0)
	for name, test := range map[string]struct {
		secret         *corev1.Secret
		host           string
		fault, warning string
	}{
		"right":          {secret: certified(t, "shop.example.org", year, false), host: "shop.example.org"},
		"by a wildcard":  {secret: certified(t, "*.example.org", year, false), host: "shop.example.org"},
		"for a wildcard": {secret: certified(t, "*.example.org", year, false), host: "*.example.org"},
		"another host":   {secret: certified(t, "api.example.org", year, false), host: "shop.example.org", fault: "the certificate in secret/tls is not for shop.example.org; it is for api.example.org"},
		"expired":        {secret: certified(t, "shop.example.org", now.AddDate(0, 0, -1), false), host: "shop.example.org", fault: "the certificate in secret/tls expired on 2026-10-31"},
		"expires soon":   {secret: certified(t, "shop.example.org", now.AddDate(0, 0, 9), false), host: "shop.example.org", warning: "the certificate in secret/tls expires on 2026-11-10"},
		"another key":    {secret: certified(t, "shop.example.org", year, true), host: "shop.example.org", fault: "secret/tls: tls.key: the private key does not belong to the certificate"},
		"no certificate": {secret: &corev1.Secret{Type: corev1.SecretTypeOpaque}, host: "shop.example.org", fault: "secret/tls is of the type Opaque and has no certificate in tls.crt"},
		"not there":      {host: "shop.example.org", fault: "secret/tls with the certificate does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			r := Route{Host: test.host, TLS: "tls", Namespace: "shop"}
			warnings, err := CheckCertificate(&r, test.secret, now)
			if (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
				t.Errorf("error %v, want %q", err, test.fault)
			}
			if text := strings.Join(warnings, "; "); (text == "") != (test.warning == "") || !strings.Contains(text, test.warning) {
				t.Errorf("warnings %q, want %q", text, test.warning)
			}
			r.Force = true
			if warnings, err := CheckCertificate(&r, test.secret, now); err != nil || !strings.Contains(strings.Join(warnings, "; "), test.fault) {
				t.Errorf("with --force: %v %v", warnings, err)
			}
		})
	}
}
