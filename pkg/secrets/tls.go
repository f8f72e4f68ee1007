package secrets

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// lintTLS looks at a certificate and its key, in PEM, under the keys of a Secret of type kubernetes.io/tls. In such a
// Secret they are refused as kubectl refuses them.
func lintTLS(d *Draft) []Finding {
	level := Warn
	if d.Type == corev1.SecretTypeTLS {
		level = Refuse
	}
	certificate, hasCertificate := d.find(corev1.TLSCertKey)
	key, hasKey := d.find(corev1.TLSPrivateKeyKey)
	if certificate.Origin.Kind == Kept && key.Origin.Kind == Kept {
		return nil
	}
	if d.Type != corev1.SecretTypeTLS && (!hasCertificate || !hasKey) {
		return nil
	}
	problem := func(e Entry, message string) []Finding {
		return []Finding{{level, CertificatePair, e.Key, e.Origin, message}}
	}
	if message := certificateProblem(certificate.Value); hasCertificate && message != "" {
		return problem(certificate, message)
	}
	if message := keyProblemOf(key.Value); hasKey && message != "" {
		return problem(key, message)
	}
	if _, err := tls.X509KeyPair(certificate.Value, key.Value); hasCertificate && hasKey && err != nil {
		return problem(pairFault(err, certificate, key))
	}
	if message := chainProblem(certificate.Value); message != "" {
		return []Finding{{Warn, CertificateChain, certificate.Key, certificate.Origin, message}}
	}
	return nil
}

// KeptPairFault is why what is written to a TLS Secret does not fit what the Secret keeps; "" if it fits.
func KeptPairFault(written, kept map[string][]byte) string {
	d := Draft{Type: corev1.SecretTypeTLS, Kept: kept}
	for _, key := range []string{corev1.TLSCertKey, corev1.TLSPrivateKeyKey} {
		if value, is := written[key]; is {
			d.Entries = append(d.Entries, Entry{Key: key, Value: value})
		}
	}
	for _, f := range lintTLS(&d) {
		if f.Level == Refuse {
			return f.Key + ": " + f.Message
		}
	}
	return ""
}

// pairFault tells which of the two is at fault, by what is written now, and keeps nothing of the key: the library's
// own errors hold none, but may one day.
func pairFault(err error, certificate, key Entry) (Entry, string) {
	if !strings.Contains(err.Error(), "does not match") {
		return key, "the private key can't be read: it takes PKCS #1, PKCS #8 or SEC 1 in PEM, without a passphrase"
	}
	for i, block := range certificates(certificate.Value) {
		if _, err := tls.X509KeyPair(pem.EncodeToMemory(block), key.Value); err == nil {
			return certificate, fmt.Sprintf("the certificate that belongs to the private key is number %d in the file: the server's own certificate comes first, then the one that issued it", i+1)
		}
	}
	if key.Origin.Kind == Kept {
		return certificate, "the certificate does not belong to the private key that the Secret has: set both"
	}
	place := certificate.Origin.String()
	if certificate.Origin.Kind == Kept {
		place = corev1.TLSCertKey + " of the Secret"
	}
	return key, "the private key does not belong to the certificate in " + place
}

func certificateProblem(content []byte) string {
	block := firstBlock(content, "CERTIFICATE")
	if block == nil {
		return "there is no certificate in it: it takes PEM, -----BEGIN CERTIFICATE-----" + swapped(content, "PRIVATE KEY", "a private key")
	}
	if _, err := x509.ParseCertificate(block.Bytes); err != nil {
		return fmt.Sprintf("the certificate is broken: %v", err)
	}
	return ""
}

func keyProblemOf(content []byte) string {
	block := firstBlock(content, "PRIVATE KEY")
	switch {
	case block == nil:
		return "there is no private key in it: it takes PEM, -----BEGIN PRIVATE KEY-----" + swapped(content, "CERTIFICATE", "a certificate")
	case strings.HasPrefix(block.Type, "ENCRYPTED") || block.Headers["DEK-Info"] != "":
		return "the private key has a passphrase, which no program in a cluster can type: remove it with openssl pkey -in FILE -out PLAIN"
	}
	return ""
}

func swapped(content []byte, kind, what string) string {
	if firstBlock(content, kind) == nil {
		return ""
	}
	return fmt.Sprintf("; there is %s: are --cert and --key swapped?", what)
}

// chainProblem: each certificate comes before the one that issued it (RFC 8446, 4.4.2). One whose issuer is not in the
// file ends the chain: it may be a root that clients know, or that of another chain.
func chainProblem(content []byte) string {
	var chain []*x509.Certificate
	for _, block := range certificates(content) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return fmt.Sprintf("certificate %d in the file is broken: %v", len(chain)+1, err)
		}
		chain = append(chain, c)
	}
	for i := range len(chain) - 1 {
		if issued(chain[i+1], chain[i]) {
			continue
		}
		for j, c := range chain {
			if j != i && issued(c, chain[i]) {
				return fmt.Sprintf("the chain is in the wrong order: certificate %d is followed by number %d of the file, and was issued by number %d", i+1, i+2, j+1)
			}
		}
	}
	return ""
}

func issued(issuer, c *x509.Certificate) bool {
	return bytes.Equal(issuer.RawSubject, c.RawIssuer) && !bytes.Equal(c.RawSubject, c.RawIssuer) && c.CheckSignatureFrom(issuer) == nil
}

func certificates(content []byte) []*pem.Block {
	var blocks []*pem.Block
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			blocks = append(blocks, block)
		}
	}
	return blocks
}

// firstBlock finds a PEM block whose type ends so, "RSA PRIVATE KEY" for "PRIVATE KEY".
func firstBlock(content []byte, kind string) *pem.Block {
	for {
		block, rest := pem.Decode(content)
		if block == nil || strings.HasSuffix(block.Type, kind) {
			return block
		}
		content = rest
	}
}

// ErrNoCertificate tells that there is no certificate in PEM to read an expiry from.
var ErrNoCertificate = errors.New("no certificate")

// ServerCertificate is the first certificate of a PEM text, which is the server's own.
func ServerCertificate(content []byte) (*x509.Certificate, error) {
	block := firstBlock(content, "CERTIFICATE")
	if block == nil {
		return nil, ErrNoCertificate
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoCertificate, err)
	}
	return certificate, nil
}

// Expiry is when the server's own certificate of a PEM text expires.
func Expiry(content []byte) (time.Time, error) {
	certificate, err := ServerCertificate(content)
	if err != nil {
		return time.Time{}, err
	}
	return certificate.NotAfter, nil
}
