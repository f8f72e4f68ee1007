// Package autoscale is the place for the pure part of autoscaling: building an HPA, its algorithm,
// and why it does or does not scale. It is still empty.
package autoscale
