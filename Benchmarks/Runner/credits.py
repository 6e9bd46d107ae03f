"""Our ledger: creditsd on a socket and a data directory of its own, and the programs that charge through it."""

import contextlib
import dataclasses
import json
import pathlib
import subprocess

import measurement
import stacks

STACK_KEY = "credits"
LABEL = "creditsd, over its socket"
# Callers that fill a ledger: as many calls as one connection may carry.
FILLING_CALLERS = 1000
# A long log is read when the ledger opens, and folded when it closes.
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
def running(directory, wallets):
    """creditsd with the ledger in `directory`, which may be new, with at least these wallets."""
    directory.mkdir(exist_ok=True)
    socket, data, log = directory / "credits.sock", directory / "data", directory / "log"
    argv = [stacks.BINARIES / "creditsd", "--socket", socket, "--data", data, "--log-level", "error"]
    with measurement.program(argv, log, STOP_SECONDS) as process:
        ledger = Credits(process, socket, data, log, wallets)
        ledger.fill(0)
        yield ledger
