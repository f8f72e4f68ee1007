// Package trim keeps the lab's many processes of one large program small.
package trim
