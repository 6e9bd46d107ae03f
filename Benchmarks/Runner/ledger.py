#!/usr/bin/env python3
"""Compares durable charges: creditsd over its socket, and a stored function in PostgreSQL.

Environment: BENCH_ROUNDS, BENCH_WARMUP_SECONDS, BENCH_SECONDS, and BENCH_DIRECTORY, where the data is kept meanwhile.
Full-length runs are written to results/, shorter ones to out/results/.
"""

import dataclasses
import datetime
import signal
import statistics
import sys

import credits
import disk
import ledger_report
import measurement
import plot
import postgresql
import report
import rounds
import stacks

FULL_LENGTH = {"rounds": 5, "warm_up": 2.0, "seconds": 6.0}
WALLETS = 10_000
LEVELS = (1, 8, 64)
ECHO_SECONDS = 2.0
SYNC_SECONDS = 2.0


@dataclasses.dataclass(frozen=True)
class Contender:
    key: str
    label: str
    running: object  # a context manager: a new ledger in a folder, with some wallets
    ours: bool = False


def contenders():
    return [
        Contender(credits.STACK_KEY, credits.LABEL, credits.running, ours=True),
        Contender(postgresql.STACK_KEY, postgresql.label(), postgresql.running),
    ]


def echo_p50_us(folder):
    """One call at a time through our own RPC layer, without a ledger behind it."""
    stack = stacks.ours(stacks.REFERENCE, "echo", "at-once")
    with measurement.running_server(stack, folder) as (server, socket, log):
        return measurement.measure(stack, server, socket, log, 1, ECHO_SECONDS / 2, ECHO_SECONDS).p50_us


def run_rounds(compared, settings):
    """Samples by (contender's key, callers), and a round's p50 of one sync and of one echo, in microseconds."""
    samples, floors = {}, []
    with disk.directory() as folder:
        for number in range(settings["rounds"]):
            floors.append({"sync_us": disk.sync_p50_us(folder, SYNC_SECONDS), "echo_us": echo_p50_us(folder)})
            for contender in rounds.rotated(compared, number):
                print(f"round {number + 1} of {settings['rounds']}: {contender.label}", file=sys.stderr, flush=True)
                with contender.running(folder / f"{contender.key}-{number}", WALLETS) as ledger:
                    for callers in LEVELS:
                        taken = ledger.measure(callers, settings["warm_up"], settings["seconds"])
                        samples.setdefault((contender.key, callers), []).append(taken)
    return samples, floors


def main():
    # So that `finally` blocks end the programs that were started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    settings = rounds.settings(FULL_LENGTH)
    compared = contenders()
    try:
        samples, floors = run_rounds(compared, settings)
    except measurement.MeasurementFailed as failure:
        sys.exit(str(failure))

    rows = [
        report.row(contender, callers, samples[contender.key, callers])
        for contender in compared
        for callers in LEVELS
    ]
    one_caller = ledger_report.OneCaller(
        sync_us=statistics.median(floor["sync_us"] for floor in floors),
        echo_us=statistics.median(floor["echo_us"] for floor in floors),
        charge_us=next(row.p50_us for row in rows if row.ours and row.in_flight == 1),
    )
    date = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    text = ledger_report.comparison(date, settings, disk.file_system(), WALLETS, rows, postgresql.STACK_KEY, one_caller)
    print(f"\n{text}")

    stem = stacks.BENCHMARKS / ("results" if settings == FULL_LENGTH else "out/results") / f"{date}-ledger"
    title = "Durable charges"
    subtitle = f"{WALLETS:,} wallets, random keys, median of {settings['rounds']} rounds, {report.machine()}, {date}"
    kept = {
        f"{key} at {callers}": [dataclasses.asdict(sample) for sample in taken]
        for (key, callers), taken in samples.items()
    } | {"floors": floors}
    report.write(stem, title, text, rows, kept, settings, plot.draw(title, subtitle, rows))
    print(f"\nwritten: {stem}.md, .json and .svg")


if __name__ == "__main__":
    main()
