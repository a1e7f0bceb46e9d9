// Package suite runs the Gateway API's conformance suite as it is published: all that is here is its entry.
package suite

import (
	"testing"

	"sigs.k8s.io/gateway-api/conformance"
)

func TestConformance(t *testing.T) {
	conformance.RunConformance(t)
}
