package termtest

// Resize changes the size as a user does with the mouse.
func (s *Screen) Resize(width, height int) {
	s.width, s.height, s.pending = width, height, false
	if s.Reflow {
		s.reflow()
	} else {
		for i := range s.rows {
			s.rows[i].cells = s.rows[i].cells[:min(width, len(s.rows[i].cells))]
		}
	}
	s.x = min(s.x, width-1)
	s.top = max(0, len(s.rows)-height)
}

// reflow breaks every line anew. The cursor stays at the text where it was.
func (s *Screen) reflow() {
	var rows []row
	y := 0
	for i := 0; i < len(s.rows); i++ {
		first := i
		var line []string
		for ; s.rows[i].wrapped && i+1 < len(s.rows); i++ {
			line = append(line, s.rows[i].cells...)
		}
		line = append(line, s.rows[i].cells...)
		if first <= s.y && s.y <= i {
			y = len(rows)
		}
		rows = append(rows, s.split(line)...)
	}
	s.rows, s.y = rows, y
}

func (s *Screen) split(line []string) []row {
	var rows []row
	for len(line) > s.width {
		n := s.width
		if line[n] == "" { // a wide rune is not cut in half
			n--
		}
		rows = append(rows, row{cells: line[:n:n], wrapped: true})
		line = line[n:]
	}
	return append(rows, row{cells: line})
}
