#!/usr/bin/env python3
"""Compares unary echo over a Unix socket across RPC stacks that `make` has built.

Usage: rpc.py [--all]

Environment: BENCH_ROUNDS, BENCH_WARMUP_SECONDS, BENCH_SECONDS, BENCH_STACKS (keys, comma separated).
Full-length runs are written to results/, shorter or partial ones to out/results/.
"""

import argparse
import dataclasses
import datetime
import os
import pathlib
import signal
import sys
import tempfile

import measurement
import plot
import report
import rounds
import stacks

FULL_LENGTH = {"rounds": 5, "warm_up": 2.0, "seconds": 3.0}


def chosen(candidates):
    """The candidates that BENCH_STACKS names, or all of them."""
    names = os.environ.get("BENCH_STACKS")
    if not names:
        return candidates
    wanted = names.split(",")
    unknown = set(wanted) - {stack.key for stack in candidates}
    if unknown:
        sys.exit(f"no such stack: {', '.join(sorted(unknown))}")
    return [stack for stack in candidates if stack.key in wanted]


def run_rounds(compared, settings):
    """Samples by (stack key, calls in flight); each round starts with another stack."""
    samples = {}
    # In /tmp, because a socket path may have 107 bytes at most.
    with tempfile.TemporaryDirectory(prefix="echo-", dir="/tmp") as directory:
        for number in range(settings["rounds"]):
            for stack in rounds.rotated(compared, number):
                print(f"round {number + 1} of {settings['rounds']}: {stack.label}", file=sys.stderr, flush=True)
                with measurement.running_server(stack, pathlib.Path(directory)) as (server, socket, log):
                    for in_flight in stack.levels:
                        taken = measurement.measure(
                            stack, server, socket, log, in_flight, settings["warm_up"], settings["seconds"]
                        )
                        samples.setdefault((stack.key, in_flight), []).append(taken)
    return samples


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true", help="also the peers that take minutes to build")
    everything = parser.parse_args().all
    # So that `finally` blocks end the programs that were started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

    settings = rounds.settings(FULL_LENGTH)
    candidates = stacks.everything() if everything else stacks.quick()
    compared = chosen(candidates)
    try:
        samples = run_rounds(compared, settings)
    except measurement.MeasurementFailed as failure:
        sys.exit(str(failure))

    rows = [
        report.row(stack, in_flight, samples[stack.key, in_flight])
        for stack in compared
        for in_flight in stack.levels
    ]
    samples_by_row = {
        f"{key} at {in_flight}": [dataclasses.asdict(sample) for sample in taken]
        for (key, in_flight), taken in samples.items()
    }
    date = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    under_title = report.conditions(date, settings, rows)
    table = report.table(rows, stacks.REFERENCE)
    print(f"\n{under_title}\n\n{table}")

    is_result = settings == FULL_LENGTH and compared == candidates
    directory = stacks.BENCHMARKS / ("results" if is_result else "out/results")
    stem = directory / (f"{date}-rpc-all" if everything else f"{date}-rpc")
    title = "Unary echo over a Unix socket"
    subtitle = f"64-byte message, two processes, median of {settings['rounds']} rounds, {report.machine()}, {date}"
    drawing = plot.draw(title, subtitle, rows)
    report.write(stem, title, f"{under_title}\n\n{table}", rows, samples_by_row, settings, drawing)
    print(f"\nwritten: {stem}.md, .json and .svg")


if __name__ == "__main__":
    main()
