package main

import "testing"

func TestTableIsAligned(t *testing.T) {
	const want = `| what  | kubectl |
| ----- | ------- |
| ≤ 14  | –       |
| lines | 5 ms    |
`
	if got := align([][]string{{"what", "kubectl"}, {"≤ 14", "–"}, {"lines", "5 ms"}}); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
