package faultproxy

import (
	"context"
	"fmt"
	"net/http"
	"slices"
)

// rule does one fault to the requests that fit, a number of times.
type rule struct {
	pattern Pattern
	fault   Fault
	left    int // negative: always
}

// Do does the fault to the next n requests that fit; to all of them when n is 0. The newest rule
// that fits comes first.
func (p *Proxy) Do(pattern Pattern, n int, fault Fault) {
	if n == 0 {
		n = -1
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = slices.Insert(p.rules, 0, &rule{pattern, fault, n})
	p.tell()
}

// Heal takes every rule away; requests that are held go on.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = nil
	p.tell()
}

// Hold keeps the next request that fits until Heal, or until its client gives up.
func (p *Proxy) Hold(pattern Pattern) {
	p.Do(pattern, 1, func(p *Proxy, _ http.ResponseWriter, r *http.Request) bool {
		return p.wait(r.Context(), func() bool { return len(p.rules) == 0 }) == nil
	})
}

// Await returns when n requests that fit have come, counted since Forget.
func (p *Proxy) Await(ctx context.Context, pattern Pattern, n int) error {
	count := func() int {
		found := 0
		for _, r := range p.seen {
			if pattern.fits(r) {
				found++
			}
		}
		return found
	}
	if err := p.wait(ctx, func() bool { return count() >= n }); err != nil {
		return fmt.Errorf("no request %s %s came: %w", pattern.Verb, pattern.Resource, err)
	}
	return nil
}

// wait blocks until the condition holds; it is called with the lock held.
func (p *Proxy) wait(ctx context.Context, condition func() bool) error {
	for {
		p.mu.Lock()
		held, news := condition(), p.news
		p.mu.Unlock()
		if held {
			return nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return ctx.Err()
		case <-p.closing.Done():
			return p.closing.Err()
		}
	}
}

// tell wakes all that wait.
func (p *Proxy) tell() {
	close(p.news)
	p.news = make(chan struct{})
}

// take counts a request and returns what is to be done to it, if anything.
func (p *Proxy) take(r Request) Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = append(p.seen, r)
	defer p.tell()
	for _, rule := range p.rules {
		if rule.left == 0 || !rule.pattern.fits(r) {
			continue
		}
		if rule.left > 0 {
			rule.left--
		}
		return rule.fault
	}
	return nil
}
