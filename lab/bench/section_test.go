package main

import "testing"

func TestChoosesSectionsInTheirOwnOrder(t *testing.T) {
	chosen, err := choose("requests,startup")
	if err != nil {
		t.Fatal(err)
	}
	if len(chosen) != 2 || chosen[0].name != "startup" || chosen[1].name != "requests" {
		t.Errorf("chosen: %v", chosen)
	}
	if all, err := choose(""); err != nil || len(all) != len(sections) {
		t.Errorf("%d sections without a choice (%v), want all %d", len(all), err, len(sections))
	}
	if _, err := choose("startup,speed"); err == nil {
		t.Error("an unknown section is no error")
	}
}
