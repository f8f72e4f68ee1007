package term

import "strings"

// environment is what the variables say about every stream alike.
type environment struct {
	noColor    bool
	forceColor bool
	dumb       bool
	ascii      bool
	reflows    bool
	annotates  bool
}

func readEnvironment(getenv func(string) string) environment {
	terminal := getenv("TERM")
	return environment{
		// https://no-color.org, and https://bixense.com/clicolors for the other two.
		noColor:    getenv("NO_COLOR") != "" || getenv("CLICOLOR") == "0",
		forceColor: getenv("CLICOLOR_FORCE") != "" && getenv("CLICOLOR_FORCE") != "0",
		dumb:       terminal == "dumb",
		ascii:      asciiOnly(getenv),
		annotates:  getenv("GITHUB_ACTIONS") == "true",
		// The few that do not: xterm itself, the Linux console, and GNU screen.
		reflows: getenv("XTERM_VERSION") == "" && terminal != "linux" && getenv("STY") == "",
	}
}

// colored follows the user's words; NO_COLOR is the strongest of them.
func (e environment) colored(terminal bool) bool {
	switch {
	case e.noColor:
		return false
	case e.forceColor:
		return true
	default:
		return terminal && !e.dumb
	}
}

func (e environment) glyphs() Glyphs {
	if e.ascii {
		return asciiGlyphs
	}
	return unicodeGlyphs
}

// asciiOnly: a locale is set, and it is not UTF-8. None at all is what containers have, and the
// terminals that look into them do read UTF-8.
func asciiOnly(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := strings.ToLower(getenv(name)); value != "" {
			return !strings.Contains(value, "utf-8") && !strings.Contains(value, "utf8")
		}
	}
	return false
}
