"""The peer: a PostgreSQL cluster of our own, with a stored function that does what Charge does."""

import contextlib
import dataclasses
import os
import pathlib
import re
import resource
import shutil
import subprocess
import time

import measurement
import stacks

STACK_KEY = "postgresql"
SOURCES = stacks.BENCHMARKS / "Peers" / "PostgreSQL"
# The one that Debian's package makes. PostgreSQL refuses to run as root.
USER = "postgres"
DATABASE_USER = "credits"
PORT = "5432"  # names the socket; no network port is opened
START_SECONDS = 30


def programs():
    """The folder of the newest installed version's programs; Debian puts pgbench beside the server."""
    return max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))


def label():
    version = subprocess.run([programs() / "postgres", "--version"], capture_output=True, text=True, check=True)
    return f"PostgreSQL {version.stdout.split()[2]}, stored function"


def unprivileged():
    """Options for a program that must not run as root."""
    return {"user": USER, "group": USER, "extra_groups": []} if os.geteuid() == 0 else {}


@dataclasses.dataclass(frozen=True)
class PostgreSQL:
    """A running cluster with the schema and its wallets."""

    process: subprocess.Popen
    directory: pathlib.Path
    log: pathlib.Path
    wallets: int

    def run(self, program, *arguments):
        """Runs one of PostgreSQL's programs on the cluster, and returns what it printed."""
        argv = [programs() / program, "--host", self.directory, "--port", PORT, "--username", DATABASE_USER, *arguments]
        done = subprocess.run(argv, capture_output=True, text=True, cwd=self.directory, **unprivileged())
        if done.returncode != 0:
            raise measurement.MeasurementFailed(f"{program} failed:\n{done.stderr}\n{measurement.tail(self.log)}")
        return done.stdout

    def prepare(self):
        psql = ("--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--dbname", "postgres")
        self.run("psql", *psql, "--file", SOURCES / "schema.sql")
        self.run("psql", *psql, "--set", f"wallets={self.wallets}", "--file", SOURCES / "wallets.sql")
        self.run("psql", *psql, "--file", SOURCES / "check.sql")

    def measure(self, callers, warm_up, seconds):
        # pgbench knows no warm-up.
        self.pgbench(callers, warm_up)
        before, client_before = self.reading(), children_cpu()
        printed = self.pgbench(callers, seconds, "--log", "--log-prefix=transactions")
        client = children_cpu() - client_before
        after = self.reading(client)
        latencies = sorted(self.take_latencies())
        rate = float(re.search(r"^tps = ([0-9.]+)", printed, re.MULTILINE)[1])
        result = {
            "calls": len(latencies),
            "seconds": len(latencies) / rate,
            "p50_us": latencies[len(latencies) // 2],
            "p99_us": latencies[len(latencies) * 99 // 100],
            "p999_us": latencies[len(latencies) * 999 // 1000],
            "slowest_us": latencies[-1],
            "client_cpu_us": client * 1e6,
        }
        return measurement.sample(result, before, after)

    def pgbench(self, callers, seconds, *options):
        threads = min(callers, os.cpu_count())
        return self.run(
            "pgbench", "--no-vacuum", "--protocol=prepared", f"--client={callers}", f"--jobs={threads}",
            f"--time={max(1, round(seconds))}", f"--define=wallets={self.wallets}",
            f"--file={SOURCES / 'charge.pgbench'}", *options, "postgres",
        )  # fmt: skip

    def reading(self, client=0.0):
        return measurement.Reading(
            time.monotonic(), measurement.family_cpu(self.process.pid), client, *measurement.machine_cpu()
        )

    def take_latencies(self):
        """Microseconds of every transaction, from pgbench's log files, which are then removed."""
        for file in self.directory.glob("transactions.*"):
            for line in file.read_text().splitlines():
                yield int(line.split()[2])
            file.unlink()


def children_cpu():
    """CPU seconds of all programs that the runner started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextlib.contextmanager
def running(directory, wallets):
    """A new cluster in `directory`, with its socket there too."""
    directory.mkdir()
    if os.geteuid() == 0:
        shutil.chown(directory, USER, USER)
    data, log = directory / "data", directory / "log"
    subprocess.run(
        [programs() / "initdb", "--pgdata", data, "--username", DATABASE_USER, "--auth=trust", "--encoding=UTF8",
         "--locale=C", "--no-instructions"],
        check=True, stdout=subprocess.DEVNULL, cwd=directory, **unprivileged(),
    )  # fmt: skip
    shutil.copyfile(SOURCES / "postgresql.conf", data / "postgresql.conf")
    server = [
        programs() / "postgres", "-D", data, "-c", "listen_addresses=", "-c", f"unix_socket_directories={directory}",
        "-c", f"port={PORT}",
    ]  # fmt: skip
    with measurement.program(server, log, cwd=directory, **unprivileged()) as process:
        database = PostgreSQL(process, directory, log, wallets)
        wait_until_ready(database)
        database.prepare()
        yield database


def wait_until_ready(database):
    end = time.monotonic() + START_SECONDS
    host = ("--host", database.directory, "--port", PORT, "--username", DATABASE_USER)
    argv = [programs() / "pg_isready", "--quiet", *host]
    while subprocess.run(argv).returncode != 0:
        if database.process.poll() is not None or time.monotonic() > end:
            raise measurement.MeasurementFailed(f"PostgreSQL did not start:\n{measurement.tail(database.log)}")
        time.sleep(0.05)
