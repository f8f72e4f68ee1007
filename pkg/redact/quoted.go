package redact

import (
	"regexp"
	"strings"
)

var (
	// percentEquals is "=" in a URL, escaped once or twice.
	percentEquals = regexp.MustCompile(`^%(25)?3[dD]`)
	// indexed is what parts a name in brackets from its value.
	indexed = regexp.MustCompile(`^\\*["']?\](:\s*|\s*=>?\s*)`)
	// worded is what parts a name from its value in a sentence; the last form needs a verb before the name.
	worded    = regexp.MustCompile(`^["'` + "`" + `]?\s+((is|was|has been|gets|got)\s+(set|changed|updated)\s+to|(has|had|with|having)\s+(the\s+)?value|equals|to)(:|\s+of)?\s+`)
	setsName  = regexp.MustCompile(`(?i)\b(set|sets|setting|change|changed|changing|assign|assigned|update|updated|updating|override|overriding)\s+((the|env|environment|variable|var|value of)\s+)*["'` + "`" + `]?$`)
	justTo    = regexp.MustCompile(`^["'` + "`" + `]?\s+to\b`)
	noLiteral = regexp.MustCompile(`^(a|an|the|any|its|your|one|some|something|that|which|this|be|use|start|enable|disable|allow|avoid|connect|continue|not|from|of|longer|shorter|larger|with|in)\b`)
)

// wordsAfter is the length of the words that part a name from its value, such as `has value `; 0 if there is none.
func wordsAfter(text string, from int, near string) int {
	n := len(worded.FindString(near))
	if n == 0 || noLiteral.MatchString(near[n:]) || justTo.MatchString(near) && !setsName.MatchString(text[max(0, from-60):from]) {
		return 0
	}
	return n
}

// fieldValue is how the API server quotes the value of a field that holds values, or is named like a secret. It does
// not name the variable.
var fieldValue = regexp.MustCompile(`(?:\benv\[\d+\]\.value|\b[dD]ata\[([^\]]*)\]|\b(?:string|binary)?[dD]ata\.[\w.-]+|[hH]eaders\[\d+\]\.value|` +
	`\b\w*(?i:password|passwd|passphrase|token|apikey|credentials?)|\bstringData\[[^\]]*\]|\bbinaryData\[[^\]]*\]): (?:Invalid|Unsupported|Duplicate) value: `)

// fieldValues adds the values that API errors quote: spec.containers[0].env[1].value: Invalid value: "x".
func fieldValues(text string, spans []span) []span {
	if !strings.Contains(text, " value: ") {
		return spans
	}
	for _, at := range fieldValue.FindAllStringSubmatchIndex(text, -1) {
		value, quoted := quotedValue(text, at[1])
		isName := quoted && at[2] >= 0 && text[value.from:value.to] == text[at[2]:at[3]]
		if quoted && !isName && value.to > value.from {
			spans = append(spans, value)
		}
	}
	return spans
}
