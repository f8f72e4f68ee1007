package component

import (
	"context"
	"fmt"
	"net/url"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/client/pkg/v3/transport"
	"go.etcd.io/etcd/server/v3/embed"
)

type etcdFlags struct {
	dataDir, listen, ca, cert, key string
}

func newEtcd() *cobra.Command {
	var f etcdFlags
	cmd := &cobra.Command{
		Use:           "etcd",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return runEtcd(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.dataDir, "data-dir", "", "folder of the data")
	cmd.Flags().StringVar(&f.listen, "listen-client-url", "", "URL to serve on")
	cmd.Flags().StringVar(&f.ca, "ca-file", "", "authority that signs the clients")
	cmd.Flags().StringVar(&f.cert, "cert-file", "", "certificate")
	cmd.Flags().StringVar(&f.key, "key-file", "", "key of the certificate")
	return cmd
}

func runEtcd(ctx context.Context, f etcdFlags) error {
	config, err := etcdConfig(f)
	if err != nil {
		return err
	}
	server, err := embed.StartEtcd(config)
	if err != nil {
		return err
	}
	defer server.Close()
	select {
	case <-ctx.Done():
		return nil
	case err := <-server.Err():
		return err
	case <-server.Server.StopNotify():
		return fmt.Errorf("the server stopped")
	}
}

func etcdConfig(f etcdFlags) (*embed.Config, error) {
	client, err := url.Parse(f.listen)
	if err != nil {
		return nil, fmt.Errorf("--listen-client-url: %w", err)
	}
	// A single member talks to no peer, yet etcd insists on a port for them.
	peer := url.URL{Scheme: "https", Host: "127.0.0.1:0"}
	tls := transport.TLSInfo{CertFile: f.cert, KeyFile: f.key, TrustedCAFile: f.ca, ClientCertAuth: true}

	config := embed.NewConfig()
	config.Dir = f.dataDir
	config.ClientTLSInfo, config.PeerTLSInfo = tls, tls
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{*client}, []url.URL{*client}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	config.LogLevel = "warn"
	// A lab may lose its data with the machine, so it needn't wait for the disk.
	config.UnsafeNoFsync = true
	// Alone, it need not wait for the votes of others.
	config.TickMs, config.ElectionMs = 10, 50
	return config, nil
}
