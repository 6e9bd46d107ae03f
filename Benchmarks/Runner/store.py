#!/usr/bin/env python3
"""Measures the store without sockets and messages: ways to keep keys and balances, and ledgers that grow.

    store.py candidates    ways to keep keys and balances in SQLite, with nothing else around them
    store.py growth        durable charges in process, in ledgers of 10 thousand, 1 million and 10 million entries
    store.py report        writes the tables anew from what was measured

Environment: BENCH_SECONDS, BENCH_ENTRIES (numbers, comma separated), BENCH_DIRECTORY. What the programs print is kept in
results/, dated, beside the tables; of shorter or partial runs in out/results/.
"""

import datetime
import json
import os
import subprocess
import sys

import disk
import stacks

PROGRAMS = stacks.BENCHMARKS / "out/bin"
SECONDS = 4
ENTRIES = (10_000, 1_000_000, 10_000_000)
CANDIDATES = ("append", "btree", "folded", "runs")
BATCHES = (1, 64)
CALLERS = "1,8,64,256"
ROUNDS = 3
# What memory is measured after.
MEMORY_WALLETS = 100_000
MEMORY_CHARGES = 1_000_000


def seconds():
    return float(os.environ.get("BENCH_SECONDS", SECONDS))


def entries():
    named = os.environ.get("BENCH_ENTRIES")
    return tuple(int(number) for number in named.split(",")) if named else ENTRIES


def stem():
    is_result = seconds() == SECONDS and entries() == ENTRIES
    date = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    return stacks.BENCHMARKS / ("results" if is_result else "out/results") / f"{date}-store"


def lines(*argv):
    """What a program prints, a JSON object a line."""
    print(*argv, file=sys.stderr, flush=True)
    printed = subprocess.run(list(map(str, argv)), check=True, stdout=subprocess.PIPE, text=True).stdout
    return [json.loads(line) for line in printed.splitlines()]


def measure_candidates():
    measured = []
    for keys in entries():
        for batch in BATCHES:
            for candidate in CANDIDATES:
                with disk.directory() as folder:
                    file = folder / "candidate.db"
                    measured += lines(PROGRAMS / "store-candidates", file, keys, batch, seconds(), candidate)
    return measured


def measure_growth():
    program = PROGRAMS / "store-benchmark"
    with disk.directory() as folder:
        measured = lines(program, folder / "m", f"wallets={MEMORY_WALLETS}", f"charges={MEMORY_CHARGES}", "callers=64")
    window = f"seconds={int(seconds())}"
    with disk.directory() as folder:
        for size in entries():
            measured += lines(program, folder / str(size), f"entries={size}", f"callers={CALLERS}", window)
        # In turn, because the disk is not the same all the time.
        for _ in range(ROUNDS):
            for size in entries():
                measured += lines(program, folder / str(size), "funded=", "callers=64", window)
    return measured


def table(columns, rows):
    yield "| " + " | ".join(columns) + " |"
    yield "|" + "---|" * len(columns)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def candidates_table(measured):
    columns = ("keys", "charges a batch", "candidate", "charges/s", "batch p50 µs", "batch p99.9 µs", "longest µs",
               "log bytes a charge")
    fields = ("per_second", "batch_p50_us", "batch_p999_us", "batch_max_us", "log_bytes_per_charge")
    rows = [
        (f"{m['keys']:,}", str(m["batch"]), m["candidate"], *(f"{m[field]:,.0f}" for field in fields))
        for m in measured
    ]
    return table(columns, rows)


def growth_table(measured):
    columns = ("records", "wallets", "callers", "charges/s", "p50 µs", "p99 µs", "p99.9 µs", "longest µs", "RSS MB",
               "bytes written a charge", "CPU µs a charge")
    fields = ("callers", "per_second", "p50_us", "p99_us", "p999_us", "max_us", "rss_mb", "written_per_charge",
              "cpu_us_per_charge")
    rows = [
        (f"{m['records']:,}", f"{m['wallets']:,}", *(f"{m[field]:,.0f}" for field in fields))
        for m in measured
        if "records" in m
    ]
    return table(columns, rows)


def write(part, measured):
    path = stem()
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = path.with_name(f"{path.name}-{part}.jsonl")
    if measured is not None:
        kept.write_text("".join(json.dumps(line) + "\n" for line in measured))
    if not kept.exists():
        return
    measured = [json.loads(line) for line in kept.read_text().splitlines()]
    notes = "".join(f"{line['note']}\n\n" for line in measured if "note" in line)
    text = notes + "\n".join((candidates_table if part == "candidates" else growth_table)(measured))
    kept.with_suffix(".md").write_text(f"# The store: {part}\n\n{text}\n")
    print(text)


def main():
    match sys.argv[1:]:
        case ["candidates"]:
            write("candidates", measure_candidates())
        case ["growth"]:
            write("growth", measure_growth())
        case ["report"]:
            write("candidates", None)
            write("growth", None)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
