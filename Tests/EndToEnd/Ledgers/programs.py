"""Runs creditsd and credits-simulator, and sets the clock of creditsd."""

import contextlib
import json
import os
import pathlib
import subprocess
import time

import grpc

# The caller's name is the scope of its idempotency keys. A test gives this name to its own user.
CALLER = "fixture"
# Seconds since 1970. Years ahead, because a test clock is never behind the system's: tests can set it back to this.
START = 2_052_043_200  # 2035-01-10T12:00:00Z


class Clock:
    """The file that sets the seconds by which creditsd's clock is ahead of the system's."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self.ahead = START - int(time.time())
        self.advance()

    def advance(self, *, hours=0, minutes=0):
        self.ahead += hours * 3600 + minutes * 60
        partial = self.path.with_suffix(".partial")
        partial.write_text(f"{self.ahead}\n")
        partial.replace(self.path)

    @property
    def now(self) -> float:
        return time.time() + self.ahead


@contextlib.contextmanager
def running(arguments, log, environment=None):
    """Runs a program until the block ends, with its output in `log`."""
    with open(log, "ab") as output:
        process = subprocess.Popen(arguments, stdout=output, stderr=output, env=os.environ | (environment or {}))
        try:
            yield process
        finally:
            process.terminate()
            status = process.wait(timeout=60)
    if status:
        raise SystemExit(f"{arguments[0]} exited with {status}: {log.read_text()}")


def simulator(programs, work):
    """credits-simulator on work/simulator.sock, with its books and its events in `work`."""
    arguments = [programs / "credits-simulator", "--socket", work / "simulator.sock", "--file", work / "books"]
    return running([*arguments, "--events", work / "events"], work / "simulator.log")


def creditsd(programs, work, clock):
    """creditsd on work/credits.sock, with its ledger in work/ledger and its processor on work/processor.sock."""
    roles = ["read", "spend", "billing", "admin"]
    caller = {"name": CALLER, "uid": os.getuid(), "roles": roles}
    (work / "config.json").write_text(json.dumps({"callers": [caller]}))
    arguments = [programs / "creditsd", "--socket", work / "credits.sock", "--data", work / "ledger"]
    arguments += ["--config", work / "config.json", "--test-clock", clock.path]
    arguments += ["--processor", f"unix:{work / 'processor.sock'}"]
    return running(arguments, work / "creditsd.log", {"CREDITS_TESTING": "1"})


def connect(socket):
    """A channel to a server that may still be starting."""
    channel = grpc.insecure_channel(f"unix:{socket}")
    grpc.channel_ready_future(channel).result(timeout=30)
    return channel
