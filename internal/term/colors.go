package term

import "github.com/fatih/color"

// Colors paint text, or leave it as it is where colour is not wanted. They are values: two streams
// of one program may differ, and the library's global switch is never looked at.
type Colors struct {
	bold, faint, red, green, yellow, cyan paint
}

// paint is one look; nil is plain text.
type paint *color.Color

func newColors(enabled bool) Colors {
	look := func(attributes ...color.Attribute) paint {
		c := color.New(attributes...)
		if enabled {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
		return c
	}
	return Colors{
		bold: look(color.Bold), faint: look(color.Faint),
		red: look(color.FgRed), green: look(color.FgGreen), yellow: look(color.FgYellow), cyan: look(color.FgCyan),
	}
}

// Bold is for names.
func (c Colors) Bold(s string) string { return apply(c.bold, s) }

// Faint is for what is there when it is looked for.
func (c Colors) Faint(s string) string { return apply(c.faint, s) }

// Red is for what is wrong.
func (c Colors) Red(s string) string { return apply(c.red, s) }

// Green is for what is done.
func (c Colors) Green(s string) string { return apply(c.green, s) }

// Yellow is for what may become wrong.
func (c Colors) Yellow(s string) string { return apply(c.yellow, s) }

// Cyan is for what is under way.
func (c Colors) Cyan(s string) string { return apply(c.cyan, s) }

func apply(p paint, s string) string {
	if p == nil || s == "" {
		return s
	}
	return (*color.Color)(p).Sprint(s)
}
