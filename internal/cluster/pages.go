package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
)

// listPage keeps the memory of a list small, however long it is.
const listPage = 500

// Pages lists in pages, of listPage if the options have no limit, and hands on each. When the server has forgotten the state that the first page
// was of (410), the list goes on with the present one, as the answer offers.
func Pages(ctx context.Context, options metav1.ListOptions, list func(context.Context, metav1.ListOptions) (runtime.Object, error), use func(runtime.Object) error) error {
	if options.Limit == 0 {
		options.Limit = listPage
	}
	for {
		page, err := Read(ctx, func(ctx context.Context) (runtime.Object, error) { return list(ctx, options) })
		if next := inconsistentContinue(err); next != "" && options.Continue != "" {
			options.Continue = next
			continue
		}
		if err != nil {
			return err
		}
		if err := use(page); err != nil {
			return err
		}
		list, err := meta.ListAccessor(page)
		if err != nil || list.GetContinue() == "" {
			return err
		}
		options.Continue = list.GetContinue()
	}
}

// inconsistentContinue is the token with which a list that has expired can go on, or "".
func inconsistentContinue(err error) string {
	var status apierrors.APIStatus
	if !apierrors.IsResourceExpired(err) || !errors.As(err, &status) {
		return ""
	}
	return status.Status().ListMeta.Continue
}

// RawPages hands on the JSON of each object of a list, page by page.
func (c *Cluster) RawPages(ctx context.Context, path string, what Call, use func([]byte)) error {
	client, err := c.typed()
	if err != nil {
		return err
	}
	token := ""
	for {
		text, err := Read(ctx, func(ctx context.Context) ([]byte, error) {
			return client.CoreV1().RESTClient().Get().AbsPath(path).SetHeader("Accept", "application/json").
				Param("limit", strconv.Itoa(listPage)).Param("continue", token).Do(ctx).Raw()
		})
		if next := inconsistentContinue(err); next != "" && token != "" {
			token = next
			continue
		}
		if err != nil {
			return APIError(what, err)
		}
		var page struct {
			Metadata metav1.ListMeta   `json:"metadata"`
			Items    []json.RawMessage `json:"items"`
		}
		if err := json.Unmarshal(text, &page); err != nil {
			return fmt.Errorf("%s %s: %w", what.Verb, what.Object, err)
		}
		for _, object := range page.Items {
			use(object)
		}
		if token = page.Metadata.Continue; token == "" {
			return nil
		}
	}
}

// Once reads the JSON at a path, with parameters as key and value; the error is the API's.
func Once(ctx context.Context, client rest.Interface, path string, parameters ...string) ([]byte, error) {
	request := client.Get().AbsPath(path).SetHeader("Accept", "application/json")
	for i := 0; i+1 < len(parameters); i += 2 {
		request = request.Param(parameters[i], parameters[i+1])
	}
	return request.Do(ctx).Raw()
}
