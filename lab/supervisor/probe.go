package supervisor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/kubectl-app/kubectl-app/lab/pki"
)

// probeTimeout is what a healthy component never needs on one machine.
const probeTimeout = 2 * time.Second

// prober asks components whether they are ready.
type prober struct {
	http *http.Client
	etcd *tls.Config
}

func newProber(dir string) (*prober, error) {
	api, err := pool(filepath.Join(dir, pki.CA))
	if err != nil {
		return nil, err
	}
	etcd, err := pool(filepath.Join(dir, pki.EtcdCA))
	if err != nil {
		return nil, err
	}
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, pki.EtcdCert), filepath.Join(dir, pki.EtcdKey))
	if err != nil {
		return nil, fmt.Errorf("etcd's certificate: %w", err)
	}
	return &prober{
		http: &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: api},
		}},
		etcd: &tls.Config{RootCAs: etcd, Certificates: []tls.Certificate{pair}},
	}, nil
}

func pool(file string) (*x509.CertPool, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("authority: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("authority %s: no certificate in it", file)
	}
	return pool, nil
}

// ready returns nil when the component behind target is: an https URL that
// answers 200, or a tcp one that completes a TLS handshake.
func (p *prober) ready(ctx context.Context, target string) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	at, err := url.Parse(target)
	if err != nil {
		return err
	}
	if at.Scheme == "tcp" {
		conn, err := (&tls.Dialer{Config: p.etcd}).DialContext(ctx, "tcp", at.Host)
		if err != nil {
			return err
		}
		return conn.Close()
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	response, err := p.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	return nil
}
