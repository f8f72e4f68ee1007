package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/kubectl-app/kubectl-app/lab/state"
)

// ErrGone says that no supervisor answers at the address.
var ErrGone = errors.New("the lab's supervisor does not answer")

// Client speaks to the supervisor of one lab.
type Client struct {
	address, token string
	http           *http.Client
}

// NewClient returns a client of the lab with the record.
func NewClient(record state.Record) *Client {
	// No proxy from the environment may come between: this is loopback.
	return &Client{address: record.Control, token: record.Token, http: &http.Client{Transport: &http.Transport{}}}
}

// WaitReady waits until the lab has started.
func (c *Client) WaitReady(ctx context.Context) error {
	return c.call(ctx, http.MethodGet, "/ready", nil)
}

// Status asks for the state of all components.
func (c *Client) Status(ctx context.Context) (Status, error) {
	var status Status
	err := c.call(ctx, http.MethodGet, "/status", &status)
	return status, err
}

// Restart restarts a component and waits until it is ready.
func (c *Client) Restart(ctx context.Context, component string) error {
	return c.call(ctx, http.MethodPost, "/restart/"+url.PathEscape(component), nil)
}

// Revive starts the components that died.
func (c *Client) Revive(ctx context.Context) ([]string, error) {
	var names []string
	err := c.call(ctx, http.MethodPost, "/revive", &names)
	return names, err
}

// Down ends the lab and returns when its supervisor has ended.
func (c *Client) Down(ctx context.Context) error {
	response, err := c.send(ctx, http.MethodPost, "/down")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusAccepted {
		return fmt.Errorf("supervisor: %s", response.Status)
	}
	// However the connection ends, it ends with the supervisor.
	_, _ = io.Copy(io.Discard, response.Body)
	return ctx.Err()
}

func (c *Client) send(ctx context.Context, method, path string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, "http://"+c.address+path, nil)
	if err != nil {
		return nil, fmt.Errorf("supervisor: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	response, err := c.http.Do(request)
	if err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%w: %w", ErrGone, err)
	}
	return response, err
}

func (c *Client) call(ctx context.Context, method, path string, value any) error {
	response, err := c.send(ctx, method, path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("supervisor: %s", response.Status)
	}
	body := reply{Value: value}
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	if body.Error != "" {
		return errors.New(body.Error)
	}
	return nil
}
