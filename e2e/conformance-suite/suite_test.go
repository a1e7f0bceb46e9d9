// Package suite runs the Gateway API's conformance suite as it is published.
package suite

import (
	"fmt"
	"slices"
	"testing"

	"sigs.k8s.io/gateway-api/conformance"
	"sigs.k8s.io/gateway-api/conformance/tests"
)

func TestConformance(t *testing.T) {
	conformance.RunConformance(t)
}

// TestList prints each test with the features that it asks for; nothing is run.
func TestList(*testing.T) {
	for _, test := range tests.ConformanceTests {
		features := make([]string, 0, len(test.Features))
		for _, feature := range test.Features {
			features = append(features, string(feature))
		}
		slices.Sort(features)
		fmt.Println("test", test.ShortName, test.Provisional, features)
	}
}
