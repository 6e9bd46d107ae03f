"""One measurement: a warm server, one client, and the CPU time of both over the measuring window."""

import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import threading
import time

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
START_SECONDS = 20
STOP_SECONDS = 5


class MeasurementFailed(Exception):
    """A program did not start, ended early, or reported an error."""


@dataclasses.dataclass(frozen=True)
class Sample:
    """What one client saw in one measuring window."""

    calls_per_second: float
    p50_us: float
    p99_us: float
    server_cpu_us: float  # per call
    client_cpu_us: float  # per call
    others_share: float  # of the machine's CPU time, spent by everything else
    stolen_share: float  # of it, taken by the hypervisor for other machines
    p999_us: float | None = None  # where the client tells
    slowest_us: float | None = None  # where the client tells


@dataclasses.dataclass(frozen=True)
class Reading:
    """CPU seconds used so far, and when they were read."""

    at: float
    server: float
    client: float
    machine: float
    stolen: float

    @classmethod
    def take(cls, server, client):
        return cls(time.monotonic(), process_cpu(server.pid), process_cpu(client.pid), *machine_cpu())


def process_cpu(pid):
    """User and system seconds of all threads of a process (proc(5), stat, fields 14 and 15)."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def family_cpu(pid):
    """The same of a process, its children, and the children that have ended (fields 16 and 17)."""
    seconds = 0.0
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if stat.parent.name == str(pid):
                seconds += sum(map(int, fields[11:15])) / TICKS_PER_SECOND
            elif fields[1] == str(pid):
                seconds += sum(map(int, fields[11:13])) / TICKS_PER_SECOND
    return seconds


def machine_cpu():
    """Busy and stolen seconds of all cores (proc(5), /proc/stat; idle, iowait and the guest repeats are left out)."""
    times = [int(field) for field in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    return (sum(times[:7]) - times[3] - times[4]) / TICKS_PER_SECOND, times[7] / TICKS_PER_SECOND


@contextlib.contextmanager
def program(argv, log, stop_seconds=STOP_SECONDS, **options):
    """Runs a program whose standard output is read line by line; ends it on the way out."""
    with open(log, "ab") as errors:
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=errors, text=True, **options)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(stop_seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        process.stdout.close()


def expect(process, line, seconds, log):
    """Waits for a line of the program's output."""
    if next_line(process, seconds, log) != line:
        raise MeasurementFailed(f"{process.args[0]} did not print {line!r}:\n{tail(log)}")


def next_line(process, seconds, log):
    guard = threading.Timer(seconds, process.kill)
    guard.start()
    try:
        line = process.stdout.readline()
    finally:
        guard.cancel()
    if not line:
        raise MeasurementFailed(f"{' '.join(map(str, process.args))} ended or hung:\n{tail(log)}")
    return line.strip()


def tail(log):
    return "\n".join(pathlib.Path(log).read_text(errors="replace").splitlines()[-20:])


@contextlib.contextmanager
def running_server(stack, directory):
    """The stack's server, ready, on a socket of its own."""
    socket = directory / f"{stack.key}.sock"
    log = directory / f"{stack.key}.log"
    with program([stack.server, socket, *stack.server_options], log) as server:
        expect(server, "ready", START_SECONDS, log)
        yield server, socket, log
    socket.unlink(missing_ok=True)


def measure(stack, server, socket, log, in_flight, warm_up, seconds):
    """Runs the stack's client once against its running server."""
    argv = [stack.client, socket, str(in_flight), str(warm_up), str(seconds), *stack.client_options]
    with program(argv, log) as client:
        expect(client, "measuring", START_SECONDS + warm_up, log)
        before = Reading.take(server, client)
        expect(client, "measured", START_SECONDS + seconds, log)
        after = Reading.take(server, client)
        result = json.loads(next_line(client, START_SECONDS, log))
    return sample(result, before, after)


def sample(result, before, after):
    """The client's own report, with the CPU time of all between two readings."""
    # The runner wakes a little after the client's window opens and closes, so rates are compared, not totals.
    elapsed = after.at - before.at
    server_share = (after.server - before.server) / elapsed
    others = (after.machine - before.machine) - (after.server - before.server) - (after.client - before.client)
    return Sample(
        calls_per_second=result["calls"] / result["seconds"],
        p50_us=result["p50_us"],
        p99_us=result["p99_us"],
        server_cpu_us=server_share * result["seconds"] * 1e6 / result["calls"],
        client_cpu_us=result["client_cpu_us"] / result["calls"],
        others_share=max(0.0, others / (elapsed * os.cpu_count())),
        stolen_share=(after.stolen - before.stolen) / (elapsed * os.cpu_count()),
        p999_us=result.get("p999_us"),
        slowest_us=result.get("slowest_us"),
    )
