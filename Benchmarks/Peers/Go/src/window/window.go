// Package window drives calls from concurrent goroutines through a warm-up and a measuring window.
package window

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	warming int32 = iota
	measuring
	stopping
)

// Command line that every echo client takes: SOCKET IN_FLIGHT[@RATE] WARMUP_SECONDS MEASURE_SECONDS.
type Arguments struct {
	Socket   string
	InFlight int
	// Calls that are begun in a second, all callers together; 0 to begin each when the one before has ended.
	CallsPerSecond float64
	WarmUp         time.Duration
	Measure        time.Duration
}

func ParseArguments() Arguments {
	if len(os.Args) != 5 {
		log.Fatalf("usage: %s SOCKET IN_FLIGHT WARMUP_SECONDS MEASURE_SECONDS", os.Args[0])
	}
	load := strings.SplitN(os.Args[2], "@", 2)
	inFlight, err := strconv.Atoi(load[0])
	if err != nil {
		log.Fatal(err)
	}
	rate := 0.0
	if len(load) == 2 {
		if rate, err = strconv.ParseFloat(load[1], 64); err != nil {
			log.Fatal(err)
		}
	}
	return Arguments{os.Args[1], inFlight, rate, seconds(os.Args[3]), seconds(os.Args[4])}
}

// When the calls of one caller are to begin, however long they take: a caller that is late catches up.
type pace struct {
	interval time.Duration
	next     time.Time
}

func newPace(arguments Arguments, caller int) *pace {
	if arguments.CallsPerSecond == 0 {
		return nil
	}
	apart := time.Duration(float64(time.Second) / arguments.CallsPerSecond)
	return &pace{
		interval: apart * time.Duration(arguments.InFlight),
		next:     time.Now().Add(apart * time.Duration(caller)),
	}
}

func (p *pace) waitForTurn() {
	if p == nil {
		return
	}
	time.Sleep(time.Until(p.next))
	p.next = p.next.Add(p.interval)
}

func seconds(text string) time.Duration {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		log.Fatal(err)
	}
	return time.Duration(value * float64(time.Second))
}

type result struct {
	Calls     int     `json:"calls"`
	Seconds   float64 `json:"seconds"`
	P50       float64 `json:"p50_us"`
	P99       float64 `json:"p99_us"`
	ClientCPU float64 `json:"client_cpu_us"`
}

// Run keeps arguments.InFlight calls in flight and prints the result of the measuring window.
func Run(arguments Arguments, call func() error) {
	var phase int32
	var workers sync.WaitGroup
	latencies := make([][]uint32, arguments.InFlight)
	for worker := range latencies {
		workers.Add(1)
		go func(worker int) {
			defer workers.Done()
			measured := make([]uint32, 0, 1<<16)
			pace := newPace(arguments, worker)
			for {
				pace.waitForTurn()
				began := time.Now()
				if err := call(); err != nil {
					log.Fatal(err)
				}
				took := time.Since(began)
				switch atomic.LoadInt32(&phase) {
				case measuring:
					measured = append(measured, uint32(took))
				case stopping:
					latencies[worker] = measured
					return
				}
			}
		}(worker)
	}

	time.Sleep(arguments.WarmUp)
	fmt.Println("measuring")
	cpuBefore := processCPU()
	began := time.Now()
	atomic.StoreInt32(&phase, measuring)
	time.Sleep(arguments.Measure)
	atomic.StoreInt32(&phase, stopping)
	elapsed := time.Since(began)
	cpu := processCPU() - cpuBefore
	fmt.Println("measured")
	workers.Wait()

	var all []uint32
	for _, measured := range latencies {
		all = append(all, measured...)
	}
	if len(all) == 0 {
		log.Fatal("no call ended inside the measuring window")
	}
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	line, err := json.Marshal(result{
		Calls:     len(all),
		Seconds:   elapsed.Seconds(),
		P50:       float64(all[len(all)/2]) / 1e3,
		P99:       float64(all[len(all)*99/100]) / 1e3,
		ClientCPU: float64(cpu.Microseconds()),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(line))
}

func processCPU() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
