"""The disk that ledgers are measured on, and what one sync of it costs."""

import contextlib
import os
import pathlib
import statistics
import tempfile
import time

BLOCK = b"\xa5" * 4096
# Files that live in memory alone: a sync there proves nothing.
IN_MEMORY = {"tmpfs", "ramfs"}


def place():
    """Where the measured ledgers are kept meanwhile: in BENCH_DIRECTORY, or in /var/tmp."""
    return os.environ.get("BENCH_DIRECTORY", "/var/tmp")


@contextlib.contextmanager
def directory():
    """A folder on a real disk, removed afterwards.

    Its path is short, because a socket's may have 107 bytes at most, and other users may pass through it.
    """
    if file_system() in IN_MEMORY:
        raise SystemExit(f"{place()} is kept in memory: name a folder on a disk in BENCH_DIRECTORY")
    with tempfile.TemporaryDirectory(prefix="ledger-", dir=place()) as made:
        os.chmod(made, 0o711)
        yield pathlib.Path(made)


def file_system():
    """The type of the file system there (proc(5), mountinfo)."""
    device = os.stat(place()).st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        mount, _, kind = line.partition(" - ")
        if mount.split()[2] == wanted:
            return kind.split()[0]
    return "unknown"


def sync_p50_us(folder, seconds):
    """Median of: 4 KiB written over a file's own blocks, then fdatasync(2). The least that durable can cost."""
    path = folder / "sync-probe"
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        blocks = 1024
        os.pwrite(file, BLOCK * blocks, 0)
        os.fsync(file)
        taken = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            began = time.perf_counter_ns()
            os.pwrite(file, BLOCK, len(taken) % blocks * len(BLOCK))
            os.fdatasync(file)
            taken.append((time.perf_counter_ns() - began) / 1e3)
        return statistics.median(taken)
    finally:
        os.close(file)
        path.unlink()
