#!/usr/bin/env python3
"""Measures what a ledger's age costs: durable charges with more and more entries there, and memory.

Environment: BENCH_ROUNDS, BENCH_WARMUP_SECONDS, BENCH_SECONDS, BENCH_ENTRIES (numbers, comma separated), and
BENCH_DIRECTORY, where the ledgers are kept meanwhile: about a gigabyte for every million entries.
Full-length runs are written to results/, shorter or partial ones to out/results/.
"""

import contextlib
import dataclasses
import datetime
import os
import shutil
import signal
import sys
import time

import credits
import disk
import ledger_report
import measurement
import plot
import report
import rounds
import stacks

FULL_LENGTH = {"rounds": 3, "warm_up": 5.0, "seconds": 20.0}
ENTRIES = (10_000, 1_000_000, 10_000_000)
WALLETS = 10_000
CALLERS = 64
# A ledger that is filled within a second is made anew for each round, or a round would multiply its entries.
MADE_ANEW = 10_000
# What memory is measured after.
MEMORY_WALLETS = 100_000
MEMORY_CHARGES = 1_000_000


@dataclasses.dataclass(frozen=True)
class Age:
    """Stands where a stack stands in the other benchmarks."""

    entries: int
    ours: bool = True

    @property
    def key(self):
        return str(self.entries)

    @property
    def label(self):
        return f"{self.entries:,} entries"


def entries_from_environment():
    named = os.environ.get("BENCH_ENTRIES")
    return tuple(int(number) for number in named.split(",")) if named else ENTRIES


def say(text):
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def aged(folder, age):
    """The ledger of an age, running; with what filling it took, or how long it took to open."""
    place = folder / age.key
    if age.entries <= MADE_ANEW:
        shutil.rmtree(place, ignore_errors=True)
    is_new = not place.exists()
    began = time.monotonic()
    with credits.opened(place, WALLETS) as ledger:
        if is_new:
            say(f"filling a ledger with {age.label}")
            yield ledger, ledger.fill(age.entries), None
        else:
            yield ledger, None, time.monotonic() - began


def run_rounds(folder, ages, settings):
    """Samples by age, and what else was seen of each."""
    samples, sights = {age: [] for age in ages}, {age: ledger_report.Sight() for age in ages}
    for number in range(settings["rounds"]):
        for age in rounds.rotated(ages, number):
            say(f"round {number + 1} of {settings['rounds']}: {age.label}")
            with aged(folder, age) as (ledger, filled, opened):
                samples[age].append(ledger.measure(CALLERS, settings["warm_up"], settings["seconds"]))
                sights[age].add(filled, opened, ledger)
    return samples, sights


def memory(folder):
    """Resident memory of creditsd, now and at its highest, after many charges over many wallets."""
    say(f"memory after {MEMORY_CHARGES:,} charges over {MEMORY_WALLETS:,} wallets")
    with credits.opened(folder / "memory", MEMORY_WALLETS) as ledger:
        ledger.fill(MEMORY_CHARGES)
        return ledger.memory()


def main():
    # So that `finally` blocks end the programs that were started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    settings = rounds.settings(FULL_LENGTH)
    entries = entries_from_environment()
    is_result = settings == FULL_LENGTH and entries == ENTRIES
    ages = [Age(number) for number in entries]
    try:
        with disk.directory() as folder:
            samples, sights = run_rounds(folder, ages, settings)
            used = memory(folder) if is_result or "BENCH_MEMORY" in os.environ else None
    except measurement.MeasurementFailed as failure:
        sys.exit(str(failure))

    rows = [report.row(age, CALLERS, samples[age]) for age in ages]
    date = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    slowest = {age.key: max(sample.slowest_us for sample in samples[age]) for age in ages}
    text = ledger_report.growth(
        date, settings, disk.file_system(), WALLETS, rows, slowest, {age.key: sights[age] for age in ages}
    )
    if used:
        text += f"\n\n{ledger_report.memory(MEMORY_CHARGES, MEMORY_WALLETS, *used)}"
    print(f"\n{text}")

    stem = stacks.BENCHMARKS / ("results" if is_result else "out/results") / f"{date}-ledger-growth"
    title = "Durable charges as the ledger grows"
    subtitle = f"{WALLETS:,} wallets, random keys, median of {settings['rounds']} rounds, {report.machine()}, {date}"
    kept = {age.label: [dataclasses.asdict(sample) for sample in samples[age]] for age in ages}
    report.write(stem, title, text, rows, kept, settings, plot.draw(title, subtitle, rows))
    print(f"\nwritten: {stem}.md, .json and .svg")


if __name__ == "__main__":
    main()
