"""Our ledger: creditsd on a socket and a data directory of its own, and the programs that charge through it."""

import contextlib
import dataclasses
import json
import pathlib
import socket
import subprocess
import time

import measurement
import stacks

STACK_KEY = "credits"
LABEL = "creditsd, over its socket"
# Callers that fill a ledger: as many calls as one connection may carry.
FILLING_CALLERS = 1000
# A long log is read when the ledger opens, and folded when it closes.
START_SECONDS = 120
STOP_SECONDS = 120


@dataclasses.dataclass(frozen=True)
class Credits:
    """A running creditsd."""

    process: subprocess.Popen
    socket: pathlib.Path
    data: pathlib.Path
    log: pathlib.Path
    wallets: int

    def fill(self, charges):
        """Opens and credits the wallets that are not there, and makes charges; returns what it took."""
        argv = [
            stacks.BINARIES / "ledger-fill", self.socket, str(FILLING_CALLERS), str(self.wallets), str(charges),
        ]  # fmt: skip
        with open(self.log, "ab") as errors:
            filled = subprocess.run(argv, stdout=subprocess.PIPE, stderr=errors, text=True)
        if filled.returncode != 0:
            raise measurement.MeasurementFailed(f"ledger-fill failed:\n{measurement.tail(self.log)}")
        return json.loads(filled.stdout)

    def measure(self, callers, warm_up, seconds):
        stack = stacks.Stack(
            STACK_KEY,
            LABEL,
            stacks.BINARIES / "creditsd",
            stacks.BINARIES / "charge-client",
            client_options=(str(self.wallets),),
            ours=True,
        )
        return measurement.measure(stack, self.process, self.socket, self.log, callers, warm_up, seconds)

    def memory(self):
        """Resident memory now and at its highest, in MB (proc(5), status; MB of 10^6 bytes)."""
        fields = dict(
            line.split(":", 1) for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        )
        return tuple(int(fields[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "VmHWM"))

    def file_bytes(self):
        return sum(file.stat().st_size for file in self.data.iterdir())


@contextlib.contextmanager
def opened(directory, wallets):
    """creditsd with the ledger in `directory`, which may be new."""
    directory.mkdir(exist_ok=True)
    path, data, log = directory / "credits.sock", directory / "data", directory / "log"
    # Recharges are not measured: no money moves.
    argv = [stacks.BINARIES / "creditsd", "--socket", path, "--data", data, "--processor", "simulated"]
    argv += ["--log-level", "error"]
    with measurement.program(argv, log, STOP_SECONDS) as process:
        ledger = Credits(process, path, data, log, wallets)
        wait_until_listening(ledger)
        yield ledger


@contextlib.contextmanager
def running(directory, wallets):
    """creditsd with a new ledger in `directory`, and with these wallets."""
    with opened(directory, wallets) as ledger:
        ledger.fill(0)
        yield ledger


def wait_until_listening(ledger):
    """creditsd binds its socket once its ledger is open."""
    end = time.monotonic() + START_SECONDS
    with socket.socket(socket.AF_UNIX) as caller:
        while caller.connect_ex(str(ledger.socket)) != 0:
            if ledger.process.poll() is not None or time.monotonic() > end:
                raise measurement.MeasurementFailed(f"creditsd did not start:\n{measurement.tail(ledger.log)}")
            time.sleep(0.02)
