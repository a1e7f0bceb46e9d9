// Prints the engine profiles of Coraza's module as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	_ "github.com/corazawaf/coraza/v3/testing/engine"
	"github.com/corazawaf/coraza/v3/testing/profile"
)

func main() {
	if err := json.NewEncoder(os.Stdout).Encode(profile.Profiles); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
