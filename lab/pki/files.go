package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"
)

// The files in a lab's folder of certificates.
const (
	CA              = "ca.crt"
	ServerCert      = "server.crt"
	ServerKey       = "server.key"
	KubeletClient   = "kubelet-client.crt"
	KubeletKey      = "kubelet-client.key"
	FrontProxyCA    = "front-proxy-ca.crt"
	FrontProxyCert  = "front-proxy-client.crt"
	FrontProxyKey   = "front-proxy-client.key"
	EtcdCA          = "etcd-ca.crt"
	EtcdCert        = "etcd.crt"
	EtcdKey         = "etcd.key"
	ServiceAcctKey  = "service-account.key"
	ServiceAcctPub  = "service-account.pub"
	FrontProxyName  = "front-proxy-client"
	metricsServerAs = "metrics-server.kube-system.svc"
)

// Masters is the group that may do everything, whatever RBAC says.
const Masters = "system:masters"

// Write makes all certificates of a lab in dir and returns the authority that
// signs its clients. etcd has an authority of its own: a client of the API
// server must not be able to go around it.
func Write(dir string, now time.Time) (*Authority, error) {
	authorities := map[string]*Authority{}
	for _, name := range []string{"app-lab", "app-lab-front-proxy", "app-lab-etcd"} {
		authority, err := NewAuthority(name, now)
		if err != nil {
			return nil, err
		}
		authorities[name] = authority
	}
	main, proxy, etcd := authorities["app-lab"], authorities["app-lab-front-proxy"], authorities["app-lab-etcd"]

	loopback := []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	files := map[string][]byte{CA: main.Cert, FrontProxyCA: proxy.Cert, EtcdCA: etcd.Cert}
	for _, leaf := range []struct {
		signer    *Authority
		cert, key string
		subject   Subject
	}{
		{main, ServerCert, ServerKey, Subject{Name: "app-lab", IPs: loopback, DNS: []string{
			"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", metricsServerAs,
		}}},
		{main, KubeletClient, KubeletKey, Subject{Name: "kube-apiserver-kubelet-client", Groups: []string{Masters}}},
		{proxy, FrontProxyCert, FrontProxyKey, Subject{Name: FrontProxyName}},
		{etcd, EtcdCert, EtcdKey, Subject{Name: "app-lab-etcd", IPs: loopback, DNS: []string{"localhost"}}},
	} {
		pair, err := leaf.signer.Issue(leaf.subject)
		if err != nil {
			return nil, err
		}
		files[leaf.cert], files[leaf.key] = pair.Cert, pair.Key
	}
	var err error
	if files[ServiceAcctKey], files[ServiceAcctPub], err = serviceAccountKey(); err != nil {
		return nil, err
	}
	return main, writeAll(dir, files)
}

// serviceAccountKey makes the key pair that signs service-account tokens.
func serviceAccountKey() (private, public []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("service-account key: %w", err)
	}
	if private, err = encodeKey(key); err != nil {
		return nil, nil, fmt.Errorf("service-account key: %w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, nil, fmt.Errorf("service-account key: %w", err)
	}
	return private, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

func writeAll(dir string, files map[string][]byte) error {
	var failed error
	for name, data := range files {
		failed = errors.Join(failed, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	if failed != nil {
		return fmt.Errorf("writing the certificates: %w", failed)
	}
	return nil
}
