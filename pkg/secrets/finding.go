package secrets

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Problem is what is likely wrong with a value. The set is closed.
type Problem string

// The problems of values, of the lines and files that they are read from, and one of what goes into a repository.
const (
	TrailingNewline  Problem = "TrailingNewline"
	AlreadyBase64    Problem = "AlreadyBase64"
	EmptyValue       Problem = "EmptyValue"
	CRLF             Problem = "CRLF"
	NotUTF8          Problem = "NotUTF8"
	NoEnvName        Problem = "NoEnvName"
	NearLimit        Problem = "NearLimit"
	UnsetExpansion   Problem = "UnsetExpansion"
	PlainText        Problem = "PlainText"
	Encoding         Problem = "Encoding"       // UTF-16, or a byte order mark
	Overridden       Problem = "Overridden"     // the same key comes again
	NameCut          Problem = "NameCut"        // at a colon
	CommentCut       Problem = "CommentCut"     // off a value
	CommentAsValue   Problem = "CommentAsValue" // the value begins with "#"
	QuotedValue      Problem = "QuotedValue"    // the quotes at its ends are a part of it
	BrokenLine       Problem = "BrokenLine"     // it may be the end of the value before
	CertificatePair  Problem = "CertificatePair"
	CertificateChain Problem = "CertificateChain" // in the wrong order
	RegistryLogin    Problem = "RegistryLogin"    // one that no kubelet can pull with
	DirectoryEntry   Problem = "DirectoryEntry"   // one that gives no value
	ValueAsKey       Problem = "ValueAsKey"       // NAME=VALUE where NAME=KEY is read
	EmptyFile        Problem = "EmptyFile"        // of --from-env-file or --from-dotenv
)

// Level is how much a finding weighs. The set is closed.
type Level int

// The levels.
const (
	Warn   Level = iota // --strict refuses it
	Note                // what the format of a source is for
	Refuse              // nobody could use the object
)

// Finding is one thing that the user should know before it is written.
type Finding struct {
	Level   Level
	Problem Problem
	// Key is "" if the finding is about all of them, or a line that gives none.
	Key    string
	Origin Origin
	// Message says what is likely wrong, and what to do.
	Message string
}

func (f Finding) String() string {
	switch place := f.Origin.String(); {
	case f.Key != "":
		return fmt.Sprintf("%s (%s): %s", f.Key, place, f.Message)
	case place != "":
		return place + ": " + f.Message
	}
	return f.Message
}

// Merge joins what is found of one value into one finding, and notes that say the same of several lines of a file.
// The order is that of the first of each.
func Merge(found []Finding) []Finding {
	var merged []Finding
	for _, f := range found {
		i := slices.IndexFunc(merged, func(m Finding) bool { return m.Key == f.Key && m.Origin == f.Origin && f.Origin != Origin{} })
		if i < 0 {
			merged = append(merged, f)
			continue
		}
		merged[i].Message += "; " + f.Message
		if merged[i].Level == Note || f.Level == Refuse {
			merged[i].Level, merged[i].Problem = f.Level, f.Problem
		}
	}
	return mergeNotes(merged)
}

func mergeNotes(found []Finding) []Finding {
	var merged []Finding
	type place struct{ file, message string }
	first := map[place]int{}
	lines := map[place][]string{}
	for _, f := range found {
		at := place{f.Origin.Name, f.Message}
		if f.Level != Note || f.Origin.Line == 0 {
			merged = append(merged, f)
			continue
		}
		lines[at] = append(lines[at], strconv.Itoa(f.Origin.Line))
		if i, known := first[at]; known {
			merged[i].Key += ", " + f.Key
			merged[i].Origin.more = "," + strings.Join(lines[at][1:], ",")
			continue
		}
		first[at] = len(merged)
		merged = append(merged, f)
	}
	return merged
}
