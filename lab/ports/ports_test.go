package ports

import (
	"net"
	"testing"
)

func TestPickSkipsTaken(t *testing.T) {
	next := 0
	candidates := []int{1, 1, 2, 3, 4}
	got, err := pick(3, func() int { next++; return candidates[next-1] }, func(port int) bool { return port != 2 })
	if err != nil || len(got) != 3 || got[0] != 1 || got[1] != 3 || got[2] != 4 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestPickGivesUp(t *testing.T) {
	if got, err := pick(1, func() int { return 1 }, func(int) bool { return false }); err == nil {
		t.Errorf("got %v", got)
	}
}

func TestPickedCanBeBound(t *testing.T) {
	picked, err := Pick(t.Context(), 6)
	if err != nil {
		t.Fatal(err)
	}
	for _, port := range picked {
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp4", Address(port))
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		if free(t.Context(), port) {
			t.Errorf("%d is free although it is bound", port)
		}
	}
}
