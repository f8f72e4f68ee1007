package pki_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/kubectl-app/kubectl-app/lab/pki"
)

var now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	if _, err := pki.Write(dir, now); err != nil {
		t.Fatal(err)
	}
	server, client := x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth
	for _, test := range []struct {
		cert, key, ca, host string
		usage               x509.ExtKeyUsage
		fails               bool
	}{
		{cert: pki.ServerCert, key: pki.ServerKey, ca: pki.CA, host: "127.0.0.1", usage: server},
		{cert: pki.ServerCert, key: pki.ServerKey, ca: pki.CA, host: "kubernetes.default.svc", usage: server},
		{cert: pki.ServerCert, key: pki.ServerKey, ca: pki.CA, host: "metrics-server.kube-system.svc", usage: server},
		{cert: pki.KubeletClient, key: pki.KubeletKey, ca: pki.CA, usage: client},
		{cert: pki.FrontProxyCert, key: pki.FrontProxyKey, ca: pki.FrontProxyCA, usage: client},
		{cert: pki.EtcdCert, key: pki.EtcdKey, ca: pki.EtcdCA, host: "127.0.0.1", usage: server},
		{cert: pki.EtcdCert, key: pki.EtcdKey, ca: pki.EtcdCA, usage: client},
		// A client of the API server is none of etcd, and no front proxy.
		{cert: pki.KubeletClient, key: pki.KubeletKey, ca: pki.EtcdCA, usage: client, fails: true},
		{cert: pki.KubeletClient, key: pki.KubeletKey, ca: pki.FrontProxyCA, usage: client, fails: true},
		{cert: pki.KubeletClient, key: pki.KubeletKey, ca: pki.CA, usage: server, fails: true},
	} {
		t.Run(test.cert+" by "+test.ca+" "+test.host, func(t *testing.T) {
			pair, err := tls.LoadX509KeyPair(filepath.Join(dir, test.cert), filepath.Join(dir, test.key))
			if err != nil {
				t.Fatal(err)
			}
			err = verify(t, pair.Certificate[0], filepath.Join(dir, test.ca), test.host, test.usage)
			if (err != nil) != test.fails {
				t.Errorf("verify: %v", err)
			}
		})
	}
	for _, name := range []string{pki.ServiceAcctKey, pki.ServiceAcctPub} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

func verify(t *testing.T, der []byte, ca, host string, usage x509.ExtKeyUsage) error {
	t.Helper()
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(data)
	_, err = cert.Verify(x509.VerifyOptions{Roots: roots, DNSName: host, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{usage}})
	return err
}

func TestIssueClient(t *testing.T) {
	authority, err := pki.NewAuthority("test", now)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := authority.Issue(pki.Subject{Name: "jane", Groups: []string{"dev", "ops"}})
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(pair.Cert)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if cert.Subject.CommonName != "jane" || !slices.Equal(cert.Subject.Organization, []string{"dev", "ops"}) {
		t.Errorf("subject %v", cert.Subject)
	}
	if slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageServerAuth) {
		t.Error("a client's certificate can serve")
	}
}
