package main

import "fmt"

// row is one line of the table.
type row struct {
	what         string
	kubectl, app sample
	unit         unit
	goal         goal
}

// goal is what the plugin's median has to keep to; the zero value is none.
type goal struct {
	limit    float64
	included bool
}

func below(limit float64) goal  { return goal{limit: limit} }
func atMost(limit float64) goal { return goal{limit: limit, included: true} }

func (g goal) text(u unit) string {
	switch {
	case g == goal{}:
		return ""
	case g.included:
		return "≤ " + u(g.limit)
	}
	return "< " + u(g.limit)
}

// met says how the goal was kept to; nothing where there is none.
func (r row) met() string {
	switch {
	case r.goal == goal{} || len(r.app) == 0:
		return ""
	case r.app.median() < r.goal.limit, r.goal.included && r.app.median() == r.goal.limit:
		return "ok"
	}
	return "miss"
}

// costs are the samples of two programs that did the same.
type costs struct{ kubectl, app []cost }

func (c costs) row(what string, u unit, of func(cost) float64, g goal) row {
	r := row{what: what, unit: u, goal: g}
	for _, one := range c.kubectl {
		r.kubectl.add(of(one))
	}
	for _, one := range c.app {
		r.app.add(of(one))
	}
	return r
}

func wall(c cost) float64   { return c.wall.Seconds() }
func cpu(c cost) float64    { return c.cpu.Seconds() }
func memory(c cost) float64 { return float64(c.peak) }

// phrase fills in a row's name.
func phrase(format string, args ...any) string { return fmt.Sprintf(format, args...) }
