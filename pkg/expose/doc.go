// Package expose is the place for the pure part of exposing an app: ports, Services, routes, and
// whether they lead anywhere. It is still empty.
package expose
