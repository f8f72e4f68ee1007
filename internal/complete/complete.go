// Package complete finds the words that the shell offers for <TAB>: names in the cluster and in the kubeconfig. What can't
// be read is left out: nobody reads an error in the middle of a command line.
package complete

import (
	"strings"

	"github.com/kubectl-app/kubectl-app/internal/cluster"
	"github.com/kubectl-app/kubectl-app/internal/term"
	"github.com/kubectl-app/kubectl-app/pkg/redact"
)

// A Candidate is a word that the shell offers, and what it shows beside it.
type Candidate struct {
	Word, About string
}

// Words are candidates that need no explanation.
func Words(words ...string) []Candidate {
	all := make([]Candidate, 0, len(words))
	for _, w := range words {
		all = append(all, Candidate{Word: w})
	}
	return all
}

// Matching are the candidates that begin with what is typed. What a shell could take for more than one word is left out.
func Matching(all []Candidate, typed string) []Candidate {
	var matching []Candidate
	for _, c := range all {
		if strings.HasPrefix(c.Word, typed) && !strings.ContainsAny(c.Word, " \t\n") && term.Clean(c.Word) == c.Word {
			matching = append(matching, Candidate{c.Word, strings.Join(strings.Fields(term.Clean(c.About)), " ")})
		}
	}
	return matching
}

// Around puts something before and after each word.
func Around(before string, all []Candidate, after string) []Candidate {
	joined := make([]Candidate, 0, len(all))
	for _, c := range all {
		joined = append(joined, Candidate{before + c.Word + after, c.About})
	}
	return joined
}

// In finds words in one cluster.
type In struct {
	*cluster.Cluster
	Redactor *redact.Redactor
}
