package page

import (
	"github.com/kubectl-app/kubectl-app/internal/layout"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/podtemplate"
	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

// VolumeList is a workload with its volumes, and what is known of its claims, by name.
type VolumeList struct {
	Of      workload.Ref
	Volumes []podtemplate.ListedVolume
	Claims  map[string]string
}

// Volumes writes the volumes of workloads: a table or, where it is too wide, a block for each volume.
func Volumes(out *term.Output, lists []VolumeList) error {
	s := newSheet(out)
	header := []string{"WORKLOAD", "VOLUME", "HOLDS", "CONTAINER", "PATH", "CLAIM"}
	var rows [][]layout.Cell
	for _, l := range lists {
		for _, v := range l.Volumes {
			rows = append(rows, s.volumeRows(l, v)...)
		}
	}
	if s.Whole(header, rows) && len(rows) > 0 {
		s.Table(header, rows)
		return layout.WriteLines(out, s.Lines)
	}
	for _, row := range rows {
		s.Flow("", "    ", s.Bold(row[0].Text), row[1].Text, row[2].Text)
		if mount := layout.Join("  ", row[3].Text, row[4].Text); row[4].Text != "" {
			s.Wrapped(indents("    "), mount, mostNamed)
		}
		if row[5].Text != "" {
			s.Wrapped(indents("    "), row[5].Text, mostNamed)
		}
	}
	return layout.WriteLines(out, s.Lines)
}

// volumeRows are a row for each mount of a volume, or one for a volume without.
func (s *sheet) volumeRows(l VolumeList, v podtemplate.ListedVolume) (rows [][]layout.Cell) {
	mounts := v.Mounts
	if len(mounts) == 0 {
		mounts = []podtemplate.ListedMount{{Container: "(not mounted)"}}
	}
	for _, m := range mounts {
		at := m.Path
		if m.SubPath != "" {
			at += " (only " + m.SubPath + ")"
		}
		if m.ReadOnly {
			at += " (read-only)"
		}
		rows = append(rows, []layout.Cell{
			{Text: layout.Name(l.Of), Paint: s.Bold},
			{Text: v.Name},
			{Text: term.Clean(v.Holds)},
			{Text: m.Container},
			{Text: term.Clean(at)},
			{Text: term.Clean(l.Claims[v.Claim])},
		})
	}
	return rows
}
