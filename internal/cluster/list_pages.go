package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// EachObject hands on each object of a list, page by page; the error is the API's. The next page is read while one is decoded.
func (c *Cluster) EachObject(ctx context.Context, r *workload.Resource, namespace string, options metav1.ListOptions, use func(workload.API)) error {
	if options.Limit == 0 {
		options.Limit = listPage
	}
	ctx, cancel := context.WithCancel(ctx)
	var reading sync.WaitGroup
	defer reading.Wait()
	defer cancel()
	var page, next []byte
	answer := make(chan error, 1)
	read := func() {
		o := options
		reading.Go(func() {
			var err error
			next, err = c.readPage(ctx, r, namespace, o, next[:0])
			answer <- err
		})
	}
	read()
	for {
		err := <-answer
		if token := inconsistentContinue(err); token != "" && options.Continue != "" {
			options.Continue = token
			read()
			continue
		}
		if err != nil {
			return err
		}
		page, next = next, page
		if options.Continue = continueOf(page); options.Continue != "" {
			read()
		}
		if err := eachItem(page, r.MakeList(), use); err != nil || options.Continue == "" {
			return err
		}
	}
}

// readPage reads one page into a buffer, as the API server sent it.
func (c *Cluster) readPage(ctx context.Context, r *workload.Resource, namespace string, o metav1.ListOptions, buffer []byte) ([]byte, error) {
	return Read(ctx, func(ctx context.Context) ([]byte, error) {
		request, err := c.request(r, func(client rest.Interface) *rest.Request {
			return client.Get().Namespace(namespace).VersionedParams(&o, scheme.ParameterCodec)
		})
		if err != nil {
			return buffer, err
		}
		body, err := request.Stream(ctx)
		if err != nil {
			return buffer, err
		}
		buffer, err = readAll(body, buffer[:0])
		return buffer, errors.Join(err, body.Close())
	})
}

// readAll is io.ReadAll into a buffer that was used before.
func readAll(r io.Reader, buffer []byte) ([]byte, error) {
	for {
		if len(buffer) == cap(buffer) { // what append grows by is much garbage for a megabyte
			buffer = slices.Grow(buffer, max(4096, min(len(buffer), 1<<20)))
		}
		n, err := r.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		switch {
		case errors.Is(err, io.EOF):
			return buffer, nil
		case err != nil:
			return buffer, fmt.Errorf("reading a list: %w", err)
		}
	}
}

// decoding is held while a page is decoded and used: of the pages of lists that are read side by side, only one is in
// memory as objects.
var decoding sync.Mutex

// eachItem decodes a page and hands on its objects.
func eachItem(page []byte, list runtime.Object, use func(workload.API)) error {
	decoding.Lock()
	defer decoding.Unlock()
	message, isProtobuf := unwrap(page)
	of, generated := list.(interface{ Unmarshal(message []byte) error })
	var err error
	if isProtobuf && generated {
		err = of.Unmarshal(message) // client-go would copy it first
	} else {
		err = json.Unmarshal(page, list)
	}
	if err != nil {
		return fmt.Errorf("decoding a list: %w", err)
	}
	return meta.EachListItem(list, func(o runtime.Object) error {
		api, ok := o.(workload.API)
		if !ok {
			return errors.New("an item of a list is no object")
		}
		use(api)
		return nil
	})
}

// continueOf is the token with which a list goes on, "" at its end. A page that can't be read has none: decoding it fails.
func continueOf(page []byte) string {
	var list struct {
		Metadata metav1.ListMeta `json:"metadata"`
	}
	message, isProtobuf := unwrap(page)
	if !isProtobuf {
		_ = json.Unmarshal(page, &list)
	} else if first, found := field(message, 1); found { // of every list
		_ = list.Metadata.Unmarshal(first)
	}
	return list.Metadata.Continue
}
