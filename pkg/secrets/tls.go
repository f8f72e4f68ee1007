package secrets

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// PairError is a certificate and a key that are none, or don't belong together.
type PairError struct {
	// Origin is the file with the fault: of a pair that does not match, the key's.
	Origin  Origin
	Problem string
}

func (e *PairError) Error() string { return fmt.Sprintf("%s: %s", e.Origin, e.Problem) }

// TLSEntries are the two keys of a Secret of type kubernetes.io/tls, in PEM. A *PairError tells what
// is wrong with them.
func TLSEntries(certificate, key []byte, certificateOrigin, keyOrigin Origin) ([]Entry, error) {
	if err := checkCertificate(certificate, certificateOrigin); err != nil {
		return nil, err
	}
	if err := checkPrivateKey(key, keyOrigin); err != nil {
		return nil, err
	}
	if _, err := tls.X509KeyPair(certificate, key); err != nil {
		return nil, &PairError{keyOrigin, pairProblem(err, certificateOrigin)}
	}
	return []Entry{
		{corev1.TLSCertKey, certificate, certificateOrigin},
		{corev1.TLSPrivateKeyKey, key, keyOrigin},
	}, nil
}

// pairProblem keeps nothing of the key: the library's own errors hold none, but may one day.
func pairProblem(err error, certificate Origin) string {
	if strings.Contains(err.Error(), "does not match") {
		return fmt.Sprintf("the private key is not that of the certificate in %s (the first one in the file counts)", certificate)
	}
	return "the private key can't be read: it takes PKCS #1, PKCS #8 or SEC 1 in PEM, without a passphrase"
}

func checkCertificate(content []byte, origin Origin) error {
	block := firstBlock(content, "CERTIFICATE")
	if block == nil {
		return &PairError{origin, "there is no certificate in it: it takes PEM, -----BEGIN CERTIFICATE-----" + swapped(content, "PRIVATE KEY", "a private key")}
	}
	if _, err := x509.ParseCertificate(block.Bytes); err != nil {
		return &PairError{origin, fmt.Sprintf("the certificate is broken: %v", err)}
	}
	return nil
}

func checkPrivateKey(content []byte, origin Origin) error {
	block := firstBlock(content, "PRIVATE KEY")
	switch {
	case block == nil:
		return &PairError{origin, "there is no private key in it: it takes PEM, -----BEGIN PRIVATE KEY-----" + swapped(content, "CERTIFICATE", "a certificate")}
	case strings.HasPrefix(block.Type, "ENCRYPTED") || block.Headers["DEK-Info"] != "":
		return &PairError{origin, "the private key has a passphrase, which nobody could type in a cluster: openssl pkey -in FILE -out PLAIN takes it off"}
	}
	return nil
}

func swapped(content []byte, kind, what string) string {
	if firstBlock(content, kind) == nil {
		return ""
	}
	return fmt.Sprintf("; there is %s: are --cert and --key swapped?", what)
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

// Expiry is when the first certificate of a PEM text expires, which is the server's own.
func Expiry(content []byte) (time.Time, error) {
	block := firstBlock(content, "CERTIFICATE")
	if block == nil {
		return time.Time{}, ErrNoCertificate
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: %w", ErrNoCertificate, err)
	}
	return certificate.NotAfter, nil
}
