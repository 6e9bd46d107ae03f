"""Writes a small ledger with every kind of record, of remembered refusal and of open matter.

usage: write_ledger.py PROGRAMS VERSION

PROGRAMS is the folder of creditsd, creditsctl and credits-simulator. VERSION is the ledger's schema version. The output
goes to the folder version-VERSION beside this script, for the tests of later versions:

  ledger.db     the ledger, as `creditsctl backup` copies it
  books         the books of the simulated processor
  calls.json    every mutation that is recorded for its key, with its answer when it is repeated
  queries.json  what queries answer about every wallet, with all of its changes
  facts.json    the verdict of `creditsctl verify`; the ledger's time, to which a test sets its clock; and the event that
                closes the open dispute

To renew it, build the three programs in release mode at the commit whose ledgers later versions have to open, and run
the script of that commit with the Python of .venv, which .ci/python-peers makes:

  .venv/bin/python Tests/EndToEnd/Ledgers/write_ledger.py .build-release/release 4

It takes half a minute. The times in the ledger and the ids that are random differ from run to run.

One thing of larger ledgers is missing, a run of the key index: creditsd writes one for 32,768 keys, which takes 12 MB.
"""

import json
import math
import pathlib
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2] / "proto"))

import calls  # noqa: E402
import open_matters  # noqa: E402
import programs as processes  # noqa: E402
import scenarios  # noqa: E402
from ledger import Ledger  # noqa: E402
from processor_proxy import ProcessorProxy  # noqa: E402

# Each runs in a creditsd of its own. The second start writes the balances of the first run to their rows; those of the
# second run are in the journal alone.
RUNS = [
    [
        scenarios.usage,
        scenarios.expiry,
        scenarios.administration,
        scenarios.cards,
        scenarios.recharges,
        scenarios.refunds,
        scenarios.disputes,
        scenarios.auto_recharges,
        open_matters.reviews,
    ],
    [open_matters.open_matters],
]


def main(programs: pathlib.Path, output: pathlib.Path):
    with tempfile.TemporaryDirectory(prefix="ledger") as folder:
        work = pathlib.Path(folder)
        clock = processes.Clock(work / "clock")
        with processes.simulator(programs, work):
            processes.connect(work / "simulator.sock").close()
            processor = ProcessorProxy(work / "processor.sock", work / "simulator.sock")
            ledger = Ledger(clock, processor, work)
            for run in RUNS:
                with processes.creditsd(programs, work, clock):
                    ledger.channel = processes.connect(work / "credits.sock")
                    for scenario in run:
                        print(f"==> {scenario.__doc__.splitlines()[0]}", flush=True)
                        scenario(ledger)
                    if run is RUNS[-1]:
                        write(ledger, programs, output)
                    ledger.channel.close()
            processor.stop()


def write(ledger, programs, output):
    """Writes the output, and checks that the ledger no longer changes."""
    print("==> Replays, queries and the copy.", flush=True)
    before = ledger.verify()
    replays, queries = ledger.replays(), ledger.queries()
    output.mkdir(exist_ok=True)
    socket, copy = ledger.work / "credits.sock", output / "ledger.db"
    backup = [programs / "creditsctl", "backup", "--force", "--socket", socket, copy]
    subprocess.run(backup, check=True, stdout=subprocess.DEVNULL)
    end = math.ceil(ledger.clock.now)
    if replays != ledger.replays() or queries != ledger.queries():
        raise SystemExit("the same request was answered in two ways")
    verdict = ledger.verify()
    if not verdict.sound or before != verdict:
        raise SystemExit(f"the ledger has changed, or is not sound: {before} {verdict}")
    (output / "books").write_bytes((ledger.work / "books").read_bytes())
    (output / "calls.json").write_text(calls.json_lines(replays))
    (output / "queries.json").write_text(calls.json_lines(queries))
    payload, signature = open_matters.dispute_won(ledger)
    facts = {
        "caller": processes.CALLER,
        "time": end,
        "recordCount": verdict.record_count,
        "refusalCount": verdict.refusal_count,
        "walletCount": verdict.wallet_count,
        "digest": verdict.digest,
        "disputeWon": {"payload": payload.decode(), "signature": signature},
    }
    (output / "facts.json").write_text(json.dumps(facts, indent=2) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(pathlib.Path(sys.argv[1]).resolve(), FOLDER / f"version-{sys.argv[2]}")
