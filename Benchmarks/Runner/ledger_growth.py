#!/usr/bin/env python3
"""Measures what a ledger's age costs: durable charges with more and more entries there, and memory.

Environment: BENCH_ROUNDS, BENCH_WARMUP_SECONDS, BENCH_SECONDS, BENCH_ENTRIES (numbers, comma separated),
BENCH_MEMORY (any value: measures memory in a short run too), and BENCH_DIRECTORY, where the ledgers are kept meanwhile:
about two gigabytes for every million entries.
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

FULL_LENGTH = {"rounds": 3, "warm_up": 2.0, "seconds": 10.0}
ENTRIES = (10_000, 1_000_000, 10_000_000)
WALLETS = 10_000
CALLERS = 64
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


def fill(folder, age):
    """Makes the ledger of an age, once; returns the rate at which it was charged, per second."""
    say(f"filling a ledger with {age.label}")
    with credits.opened(folder / age.key, WALLETS) as ledger:
        filled = ledger.fill(age.entries)
    return filled["charges"] / filled["charges_seconds"]


@contextlib.contextmanager
def copied(folder, age):
    """creditsd on a copy of the ledger of an age, and how many seconds it took to open."""
    place = folder / f"{age.key}-copy"
    shutil.copytree(folder / age.key / "data", place / "data")
    # What is still to be written of the copy must not be written while it is measured.
    os.sync()
    began = time.monotonic()
    with credits.opened(place, WALLETS) as ledger:
        yield ledger, time.monotonic() - began
    shutil.rmtree(place)


def run_rounds(folder, ages, settings):
    """Samples by age, and what else was seen of each."""
    samples = {age: [] for age in ages}
    sights = {age: ledger_report.Sight(filling_rate=fill(folder, age)) for age in ages}
    for number in range(settings["rounds"]):
        for age in rounds.rotated(ages, number):
            say(f"round {number + 1} of {settings['rounds']}: {age.label}")
            with copied(folder, age) as (ledger, opening_seconds):
                samples[age].append(ledger.measure(CALLERS, settings["warm_up"], settings["seconds"]))
                sights[age].add(opening_seconds, ledger)
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
    subtitle = f"{WALLETS:,} wallets, random keys, {CALLERS} callers, median of {settings['rounds']} rounds, {date}"
    kept = {age.label: [dataclasses.asdict(sample) for sample in samples[age]] for age in ages}
    report.write(stem, title, text, rows, kept, settings, plot.draw(title, subtitle, rows))
    print(f"\nwritten: {stem}.md, .json and .svg")


if __name__ == "__main__":
    main()
