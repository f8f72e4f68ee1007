package secrets

import "time"

// Validity is how a certificate stands to its end. The set is closed.
type Validity string

// The validities.
const (
	Valid       Validity = "Valid"
	ExpiresSoon Validity = "ExpiresSoon"
	Expired     Validity = "Expired"
)

// soon is when certificates of 90 days are renewed: what is still there then was forgotten.
const soon = 30 * 24 * time.Hour

// ValidityAt judges a certificate that expires then.
func ValidityAt(expires, now time.Time) Validity {
	switch {
	case !now.Before(expires):
		return Expired
	case expires.Sub(now) <= soon:
		return ExpiresSoon
	}
	return Valid
}
