package cluster

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// LimitRanges reads those of a namespace.
func (c *Cluster) LimitRanges(ctx context.Context, namespace string) ([]corev1.LimitRange, error) {
	client, err := c.typed()
	if err != nil {
		return nil, err
	}
	list, err := Read(ctx, func(ctx context.Context) (*corev1.LimitRangeList, error) {
		return client.CoreV1().LimitRanges(namespace).List(ctx, metav1.ListOptions{})
	})
	if err != nil {
		return nil, APIError(Call{"list", "limitranges", namespace, "limitranges"}, err)
	}
	return list.Items, nil
}
