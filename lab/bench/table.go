package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// print writes the table, as Markdown that is aligned for a terminal.
func (b *bench) print(out io.Writer, rows []row) error {
	cells := [][]string{{"median (least to most)", "kubectl", "kubectl app", "goal", ""}}
	for _, r := range rows {
		cells = append(cells, []string{r.what, r.kubectl.text(r.unit), r.app.text(r.unit), r.goal.text(r.unit), r.met()})
	}
	_, err := fmt.Fprintf(out, "%s\n\n%s", b.machine(), align(cells))
	return err
}

// align makes a Markdown table whose first row is its head.
func align(cells [][]string) string {
	widths := make([]int, len(cells[0]))
	for _, line := range cells {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	rule := make([]string, len(widths))
	for i, width := range widths {
		rule[i] = strings.Repeat("-", width)
	}
	var text strings.Builder
	for i, line := range cells {
		writeLine(&text, line, widths)
		if i == 0 {
			writeLine(&text, rule, widths)
		}
	}
	return text.String()
}

func writeLine(text *strings.Builder, line []string, widths []int) {
	for i, cell := range line {
		text.WriteString("| " + cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+1))
	}
	text.WriteString("|\n")
}
