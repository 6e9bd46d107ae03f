#!/usr/bin/env python3
"""What a call costs at rates that leave the machine idle: GetWallet of creditsd, and bare echoes of ours and of grpc-go.

Environment: BENCH_ROUNDS, BENCH_WARMUP_SECONDS, BENCH_SECONDS, BENCH_STACKS (keys, comma separated).
Full-length runs are written to results/, shorter or partial ones to out/results/.
"""

import contextlib
import dataclasses
import datetime
import json
import os
import pathlib
import signal
import statistics
import sys
import tempfile

import credits
import measurement
import report
import rounds
import stacks

FULL_LENGTH = {"rounds": 5, "warm_up": 2.0, "seconds": 30.0}
RATES = (100, 1000, 3000)
WALLETS = 10_000
# Calls that begin on time for nearly all of the window; fewer, and it was not paced but saturated.
REACHED_SHARE = 0.98

READ = "credits-read"
PEER = "grpc-go"


def candidates():
    version = stacks.debian_version("golang-google-grpc-dev")
    return [
        stacks.Stack(
            READ,
            "creditsd, GetWallet",
            stacks.BINARIES / "creditsd",
            stacks.BINARIES / "charge-client",
            client_options=(str(WALLETS), "read"),
            ours=True,
        ),
        stacks.ours(stacks.REFERENCE, "ours, echo", "at-once"),
        stacks.peer(PEER, f"grpc-go {version}, echo", "grpc-go"),
    ]


@contextlib.contextmanager
def running(stack, directory):
    """The stack's server, its socket and its log."""
    if stack.key == READ:
        with credits.running(directory / "ledger", WALLETS) as ledger:
            yield ledger.process, ledger.socket, ledger.log
    else:
        with measurement.running_server(stack, directory) as server:
            yield server


def run_rounds(compared, settings):
    """Samples by (stack key, calls a second); each round starts with another stack and another rate."""
    samples = {}
    for number in range(settings["rounds"]):
        for stack in rounds.rotated(compared, number):
            # In /tmp, because a socket path may have 107 bytes at most.
            with tempfile.TemporaryDirectory(prefix="paced-", dir="/tmp") as directory:
                with running(stack, pathlib.Path(directory)) as (server, socket, log):
                    for rate in rounds.rotated(RATES, number):
                        print(f"round {number + 1} of {settings['rounds']}: {stack.label}, {rate}/s", file=sys.stderr)
                        taken = measurement.measure(
                            stack, server, socket, log, f"1@{rate}", settings["warm_up"], settings["seconds"]
                        )
                        samples.setdefault((stack.key, rate), []).append(taken)
    return samples


HEADINGS = (
    "calls/s", "server", "reached", "server CPU µs/call", "lowest to highest round", "client CPU µs/call",
    "p50 µs", "p99 µs", "server CPU ÷ grpc-go", "client CPU ÷ grpc-go",
)  # fmt: skip


def table(compared, samples):
    def median(key, rate, field):
        return statistics.median(getattr(sample, field) for sample in samples[key, rate])

    lines = [HEADINGS]
    has_peer = PEER in {stack.key for stack in compared}
    for rate in RATES:
        for stack in compared:
            server = [sample.server_cpu_us for sample in samples[stack.key, rate]]
            lines.append(
                (
                    f"{rate:,}",
                    stack.label,
                    f"{median(stack.key, rate, 'calls_per_second') / rate:.0%}",
                    f"{statistics.median(server):.0f}",
                    f"{min(server):.0f} – {max(server):.0f}",
                    f"{median(stack.key, rate, 'client_cpu_us'):.0f}",
                    f"{median(stack.key, rate, 'p50_us'):.0f}",
                    f"{median(stack.key, rate, 'p99_us'):.0f}",
                    *(
                        report.ratio(
                            median(stack.key, rate, field), median(PEER, rate, field) if has_peer else None
                        )
                        for field in ("server_cpu_us", "client_cpu_us")
                    ),
                )
            )
    return report.markdown(lines, {1})


@dataclasses.dataclass(frozen=True)
class Noise:
    others_share: float
    stolen_share: float


def noise(samples):
    return report.noise(
        [
            Noise(
                statistics.median(sample.others_share for sample in taken),
                statistics.median(sample.stolen_share for sample in taken),
            )
            for taken in samples.values()
        ]
    )


def main():
    # So that `finally` blocks end the programs that were started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    settings = rounds.settings(FULL_LENGTH)
    names = os.environ.get("BENCH_STACKS")
    compared = [stack for stack in candidates() if not names or stack.key in names.split(",")]
    try:
        samples = run_rounds(compared, settings)
    except measurement.MeasurementFailed as failure:
        sys.exit(str(failure))

    date = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    under_title = (
        f"{date}. {report.machine()}. One caller begins calls at a fixed rate, over a Unix socket, as two processes. "
        f"{report.windows(settings)} {noise(samples)}"
    )
    if any(
        statistics.median(sample.calls_per_second for sample in taken) < rate * REACHED_SHARE
        for (_, rate), taken in samples.items()
    ):
        under_title += " **A rate was not reached: that row is not paced.**"
    text = f"{under_title}\n\n{table(compared, samples)}"
    print(f"\n{text}")

    is_result = settings == FULL_LENGTH and not names
    directory = stacks.BENCHMARKS / ("results" if is_result else "out/results")
    directory.mkdir(parents=True, exist_ok=True)
    stem = directory / f"{date}-paced"
    stem.with_suffix(".md").write_text(f"# What a paced call costs\n\n{text}\n")
    by_row = {
        f"{key} at {rate}/s": [dataclasses.asdict(sample) for sample in taken] for (key, rate), taken in samples.items()
    }
    document = {"machine": report.machine(), "settings": settings, "rounds": by_row}
    stem.with_suffix(".json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    print(f"\nwritten: {stem}.md and .json")


if __name__ == "__main__":
    main()
