package kubelet

import (
	"net/netip"
	"sync/atomic"
)

// PodCIDR holds the addresses of all pods.
var PodCIDR = netip.MustParsePrefix("10.88.0.0/16")

// addresses hands out 10.88.0.1 to 10.88.255.254, and again from the start. The value is how many it has handed out.
type addresses struct{ atomic.Uint32 }

func (a *addresses) next() string {
	k := a.Add(1) - 1
	return netip.AddrFrom4([4]byte{10, 88, byte(k / 254 % 256), byte(k%254 + 1)}).String()
}

// skip goes on after the address of a pod that an earlier run of this kubelet started.
func (a *addresses) skip(ip string) {
	taken, err := netip.ParseAddr(ip)
	if err != nil || !PodCIDR.Contains(taken) {
		return
	}
	b := taken.As4()
	next := uint32(b[2])*254 + uint32(b[3])
	for {
		now := a.Load()
		if now >= next || a.CompareAndSwap(now, next) {
			return
		}
	}
}
