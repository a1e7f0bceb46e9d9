// Command coraza lays Coraza beside Gatehouse: it reads the cases that `gatehouse waf eval` reads and prints a line of the same
// form for each, timed by the CPU time of its one thread.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"
	"syscall"
	"time"
	"unsafe"

	coreruleset "github.com/corazawaf/coraza-coreruleset/v4"
	"github.com/corazawaf/coraza/v3"
	"github.com/corazawaf/coraza/v3/types"
)

type test struct {
	Name    string `json:"name"`
	Request struct {
		Method   string      `json:"method"`
		URI      string      `json:"uri"`
		Protocol string      `json:"protocol"`
		Headers  [][2]string `json:"headers"`
		Body     string      `json:"body"`
	} `json:"request"`
	Response *struct {
		Status  int         `json:"status"`
		Headers [][2]string `json:"headers"`
		Body    string      `json:"body"`
	} `json:"response"`
}

type outcome struct {
	Engine    string   `json:"engine"`
	Case      string   `json:"case"`
	Status    int      `json:"status"`
	BlockedBy int     `json:"blocked_by"`
	Rules     []int    `json:"rules"`
	Data      []string `json:"data"`
	Median    float64  `json:"us_median"`
	Allocated uint64   `json:"alloc_bytes"`
}

func main() {
	directives := flag.String("directives", "", "file of directives")
	runs := flag.Int("time", 1, "measure each case so often")
	only := flag.Bool("compile", false, "print how long it takes to compile the directives, and run nothing")
	flag.Parse()
	text, err := os.ReadFile(*directives)
	check(err)
	start := time.Now()
	waf, err := coraza.NewWAF(coraza.NewWAFConfig().WithRootFS(coreruleset.FS).WithDirectives(string(text)))
	check(err)
	if *only {
		micros := float64(time.Since(start).Microseconds())
		check(json.NewEncoder(os.Stdout).Encode(outcome{Engine: "coraza", Case: "compile", Status: 200, Rules: []int{}, Data: []string{}, Median: micros}))
		return
	}
	var tests []test
	check(json.NewDecoder(os.Stdin).Decode(&tests))
	runtime.LockOSThread()
	runtime.GOMAXPROCS(1)
	out := json.NewEncoder(os.Stdout)
	for i := range tests {
		check(out.Encode(measure(waf, &tests[i], *runs)))
	}
}

func measure(waf coraza.WAF, t *test, runs int) outcome {
	// Each character of a text is one byte.
	body := latin1(t.Request.Body)
	var answer []byte
	if t.Response != nil {
		answer = latin1(t.Response.Body)
	}
	result := run(waf, t, body, answer)
	micros := make([]float64, runs)
	var before, after runtime.MemStats
	for i := range micros {
		if i == runs-1 {
			runtime.ReadMemStats(&before)
		}
		start := cpu()
		result = run(waf, t, body, answer)
		micros[i] = cpu() - start
	}
	runtime.ReadMemStats(&after)
	sort.Float64s(micros)
	result.Median = micros[runs/2]
	result.Allocated = after.TotalAlloc - before.TotalAlloc
	return result
}

// run goes through all phases until one interrupts, then logging.
func run(waf coraza.WAF, t *test, body, answer []byte) outcome {
	tx := waf.NewTransaction()
	defer tx.Close()
	tx.ProcessConnection("127.0.0.1", 54321, "127.0.0.1", 80)
	tx.ProcessURI(bytes(t.Request.URI), t.Request.Method, t.Request.Protocol)
	for _, h := range t.Request.Headers {
		tx.AddRequestHeader(bytes(h[0]), bytes(h[1]))
		if strings.EqualFold(h[0], "host") {
			tx.SetServerName(h[1])
		}
	}
	stop := tx.ProcessRequestHeaders()
	if stop == nil && len(body) > 0 {
		stop, _, _ = tx.WriteRequestBody(body)
	}
	if stop == nil {
		stop, _ = tx.ProcessRequestBody()
	}
	if stop == nil && t.Response != nil {
		for _, h := range t.Response.Headers {
			tx.AddResponseHeader(bytes(h[0]), bytes(h[1]))
		}
		stop = tx.ProcessResponseHeaders(t.Response.Status, "HTTP/1.1")
		if stop == nil {
			stop, _, _ = tx.WriteResponseBody(answer)
		}
		if stop == nil {
			stop, _ = tx.ProcessResponseBody()
		}
	}
	tx.ProcessLogging()
	return told(t.Name, tx, stop)
}

func told(name string, tx types.Transaction, stop *types.Interruption) outcome {
	o := outcome{Engine: "coraza", Case: name, Status: 200, Rules: []int{}, Data: []string{}}
	if stop != nil {
		o.Status = stop.Status
		o.BlockedBy = stop.RuleID
	}
	for _, m := range tx.MatchedRules() {
		if m.Rule().ID() > 0 && m.Message() != "" {
			o.Rules = append(o.Rules, m.Rule().ID())
			o.Data = append(o.Data, m.Data())
		}
	}
	return o
}

// bytes is a text as Go has it whose bytes are the characters.
func bytes(text string) string { return string(latin1(text)) }

func latin1(text string) []byte {
	made := make([]byte, 0, len(text))
	for _, c := range text {
		made = append(made, byte(c))
	}
	return made
}

// cpu is the thread's time in microseconds.
func cpu() float64 {
	const threadCPU = 3
	var now syscall.Timespec
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, threadCPU, uintptr(unsafe.Pointer(&now)), 0); errno != 0 {
		check(errno)
	}
	return float64(now.Nano()) / 1000
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "coraza:", err)
		os.Exit(1)
	}
}
