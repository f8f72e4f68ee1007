package secrets

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"maps"
	"math/big"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// authority issues certificates; that of nil signs itself.
type authority struct {
	certificate *x509.Certificate
	private     *ecdsa.PrivateKey
	text, key   []byte // PEM
}

func (a *authority) issue(t *testing.T, name string) *authority {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	parent, signer := template, private
	if a != nil {
		parent, signer = a.certificate, a.private
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &private.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{
		certificate, private,
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}),
	}
}

func TestTLS(t *testing.T) {
	root := (*authority)(nil).issue(t, "root")
	middle := root.issue(t, "middle")
	leaf := middle.issue(t, "web")
	other := (*authority)(nil).issue(t, "other")
	join := slices.Concat[[]byte]
	windows := func(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")) }
	locked := pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("hunter2")})
	broken := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("hunter2")})
	garbled := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("hunter2")})
	const generic = corev1.SecretTypeOpaque
	for name, test := range map[string]struct {
		kind             corev1.SecretType // TLS where it is ""
		certificate, key []byte            // nil: the object keeps its own
		want             []string
	}{
		"a certificate and its key":     {certificate: leaf.text, key: leaf.key},
		"a chain":                       {certificate: join(leaf.text, middle.text, root.text), key: leaf.key},
		"a chain without the root":      {certificate: join(leaf.text, middle.text), key: leaf.key},
		"one of another behind it":      {certificate: join(leaf.text, middle.text, other.text), key: leaf.key},
		"the issuer is not there":       {certificate: join(leaf.text, root.text), key: leaf.key},
		"not its key":                   {certificate: leaf.text, key: other.key, want: []string{"refused tls.key (key.pem): the private key does not belong to the certificate in tls.pem"}},
		"the server's own last":         {certificate: join(root.text, middle.text, leaf.text), key: leaf.key, want: []string{"refused tls.crt (tls.pem): the certificate that belongs to the private key is number 3 in the file: the server's own certificate comes first"}},
		"the issuers in wrong order":    {certificate: join(leaf.text, root.text, middle.text), key: leaf.key, want: []string{"warning tls.crt (tls.pem): the chain is in the wrong order: certificate 1 is followed by number 2 of the file, and was issued by number 3"}},
		"the certificate twice":         {certificate: join(leaf.text, leaf.text, middle.text), key: leaf.key, want: []string{"warning tls.crt (tls.pem): the chain is in the wrong order"}},
		"one of the chain is broken":    {certificate: join(leaf.text, broken), key: leaf.key, want: []string{"warning tls.crt (tls.pem): certificate 2 in the file is broken"}},
		"swapped":                       {certificate: leaf.key, key: leaf.text, want: []string{"refused tls.crt (tls.pem): there is no certificate in it: it takes PEM, -----BEGIN CERTIFICATE-----; there is a private key: are --cert and --key swapped?"}},
		"no PEM":                        {certificate: []byte("hunter2 x"), key: leaf.key, want: []string{"refused tls.crt (tls.pem): there is no certificate in it"}},
		"the certificate twice, no key": {certificate: leaf.text, key: leaf.text, want: []string{"refused tls.key (key.pem): there is no private key in it: it takes PEM, -----BEGIN PRIVATE KEY-----; there is a certificate: are --cert and --key swapped?"}},
		"a passphrase":                  {certificate: leaf.text, key: locked, want: []string{"refused tls.key (key.pem): the private key has a passphrase"}},
		"a broken certificate":          {certificate: broken, key: leaf.key, want: []string{"refused tls.crt (tls.pem): the certificate is broken"}},
		"a broken key":                  {certificate: leaf.text, key: garbled, want: []string{"refused tls.key (key.pem): the private key can't be read"}},
		"CRLF":                          {certificate: windows(leaf.text), key: windows(leaf.key), want: []string{"warning tls.crt (tls.pem): the PEM has Windows line ends (CRLF)", "warning tls.key (key.pem): the PEM"}},
		"UTF-16":                        {certificate: []byte(inUTF16(string(leaf.text), binary.LittleEndian)), key: leaf.key, want: []string{"refused tls.crt (tls.pem): the value ("}},
		"a new key alone":               {key: other.key, want: []string{"refused tls.key (key.pem): the private key does not belong to the certificate in tls.crt of the Secret"}},
		"a new certificate alone":       {certificate: other.text, want: []string{"refused tls.crt (tls.pem): the certificate does not belong to the private key that the Secret has: set both"}},
		"the same key, a new chain":     {certificate: join(leaf.text, middle.text)},
		"of another type, not its key":  {kind: generic, certificate: leaf.text, key: other.key, want: []string{"warning tls.key (key.pem): the private key does not belong"}},
		"of another type, own last":     {kind: generic, certificate: join(root.text, leaf.text), key: leaf.key, want: []string{"warning tls.crt (tls.pem): the certificate that belongs"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := Draft{Kind: workload.SecretReference, Type: test.kind, Kept: map[string][]byte{corev1.TLSCertKey: leaf.text, corev1.TLSPrivateKeyKey: leaf.key}}
			if d.Type == "" {
				d.Type = corev1.SecretTypeTLS
			}
			if test.certificate != nil {
				d.Entries = append(d.Entries, Entry{corev1.TLSCertKey, test.certificate, Origin{Kind: File, Name: "tls.pem"}})
			}
			if test.key != nil {
				d.Entries = append(d.Entries, Entry{corev1.TLSPrivateKeyKey, test.key, Origin{Kind: File, Name: "key.pem"}})
			}
			wantFindings(t, Merge(Lint(d)), test.want)
		})
	}
	bundle := Draft{Kind: workload.SecretReference, Entries: []Entry{{"ca.crt", join(root.text, other.text, middle.text), Origin{Kind: File, Name: "ca.crt"}}}}
	wantFindings(t, Lint(bundle), nil)
	stale := Draft{
		Kind: workload.SecretReference, Type: corev1.SecretTypeTLS, Kept: map[string][]byte{corev1.TLSCertKey: leaf.text, corev1.TLSPrivateKeyKey: other.key},
		Entries: []Entry{{"ca.crt", root.text, Origin{Kind: File, Name: "ca.crt"}}},
	}
	wantFindings(t, Lint(stale), nil) // this change is not about the pair

	type data = map[string][]byte
	kept := data{corev1.TLSCertKey: leaf.text, corev1.TLSPrivateKeyKey: leaf.key}
	for _, test := range []struct {
		written data
		want    string
	}{
		{data{corev1.TLSCertKey: other.text}, "tls.crt: the certificate does not belong to the private key that the Secret has: set both"},
		{data{corev1.TLSPrivateKeyKey: other.key}, "tls.key: the private key does not belong to the certificate in tls.crt of the Secret"},
		{data{corev1.TLSCertKey: other.text, corev1.TLSPrivateKeyKey: other.key}, ""},
		{data{corev1.TLSCertKey: join(leaf.text, middle.text)}, ""},
		{data{"ca.crt": other.text}, ""},
	} {
		if got := KeptPairFault(test.written, kept); got != test.want {
			t.Errorf("%q: %q", slices.Sorted(maps.Keys(test.written)), got)
		}
	}
}

func TestExpiry(t *testing.T) {
	a := (*authority)(nil).issue(t, "web")
	expires, err := Expiry(a.text)
	if err != nil || !expires.Equal(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("expires %v, %v", expires, err)
	}
	if _, err := Expiry(a.key); !errors.Is(err, ErrNoCertificate) {
		t.Errorf("the expiry of a key: %v", err)
	}
}
