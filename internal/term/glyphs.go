package term

// Glyphs are the signs of the views. Each is one column wide.
type Glyphs struct {
	Good, Bad, Warn, Busy, Wait, Back string
	// Full, Half and Empty are the cells of a progress bar.
	Full, Half, Empty string
	// Bar parts a name from the line that it wrote; Ellipsis stands for what was cut off.
	Bar, Ellipsis string
}

var unicodeGlyphs = Glyphs{
	Good: "✓", Bad: "✗", Warn: "!", Busy: "●", Wait: "○", Back: "↩",
	Full: "█", Half: "▒", Empty: "░",
	Bar: "│", Ellipsis: "…",
}

var asciiGlyphs = Glyphs{
	Good: "+", Bad: "x", Warn: "!", Busy: "*", Wait: "-", Back: "<",
	Full: "#", Half: "=", Empty: ".",
	Bar: "|", Ellipsis: "~",
}
