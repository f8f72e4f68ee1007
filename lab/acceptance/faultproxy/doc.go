// Package faultproxy stands on loopback in front of a real API server. It counts what is asked of
// it, and on command it is a bad day: it closes watches, answers 410, 429 or 5xx, resets
// connections, holds requests back, or is not there at all.
package faultproxy
