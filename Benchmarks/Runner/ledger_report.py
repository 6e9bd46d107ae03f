"""The tables and sentences of the ledger's reports."""

import dataclasses

import report


@dataclasses.dataclass(frozen=True)
class OneCaller:
    """What one durable charge takes, beside the least that it could; medians over the rounds of p50."""

    sync_us: float
    echo_us: float
    charge_us: float

    def table(self):
        floor = self.sync_us + self.echo_us
        lines = [
            ("4 KiB write and fdatasync, p50 µs", "echo call, p50 µs", "both", "charge, p50 µs", "charge ÷ both"),
            (
                f"{self.sync_us:,.1f}",
                f"{self.echo_us:,.1f}",
                f"{floor:,.1f}",
                f"{self.charge_us:,.1f}",
                f"{self.charge_us / floor:.2f}",
            ),
        ]
        return report.markdown(lines, set())


COMPARISON_HEADINGS = (
    "callers", "ledger", "charges/s", "slowest to fastest round", "p50 µs", "p99 µs", "p99.9 µs",
    "server CPU µs/charge", "client CPU µs/charge", "charges/s ÷ PostgreSQL's",
)  # fmt: skip


def comparison_cells(row, reference):
    return (
        str(row.in_flight),
        row.label,
        f"{row.calls_per_second:,.0f}",
        f"{row.slowest_round:,.0f} – {row.fastest_round:,.0f}",
        f"{row.p50_us:,.0f}",
        f"{row.p99_us:,.0f}",
        f"{row.p999_us:,.0f}",
        f"{row.server_cpu_us:.0f}",
        f"{row.client_cpu_us:.0f}",
        f"{row.calls_per_second / reference.calls_per_second:.2f}",
    )


def comparison(date, settings, file_system, wallets, rows, reference_key, one_caller):
    """All that the comparison's report says under its title."""
    references = {row.in_flight: row for row in rows if row.key == reference_key}
    ordered = sorted(rows, key=lambda row: row.in_flight)
    table = report.markdown(
        [COMPARISON_HEADINGS] + [comparison_cells(row, references[row.in_flight]) for row in ordered], {1}
    )
    return (
        f"{date}. {report.machine()}, files on {file_system}. A charge of one of {wallets:,} wallets drawn at random, "
        f"under a key never used before, each reply durable. Server and client are two programs on the same cores, "
        f"joined by Unix sockets. Every round begins with new ledgers. {report.windows(settings)} "
        f"{report.noise(rows)}\n\n{table}\n\n"
        f"One caller, beside one sync and one call without a ledger, in the same run:\n\n{one_caller.table()}"
    )


@dataclasses.dataclass
class Sight:
    """What was seen of a ledger beside its charges: the most of each."""

    filling_rate: float  # charges per second
    opening_seconds: float = 0.0  # from the start of the program until it serves
    resident_mb: float = 0.0
    file_mb: float = 0.0

    def add(self, opening_seconds, ledger):
        self.opening_seconds = max(self.opening_seconds, opening_seconds)
        self.resident_mb = max(self.resident_mb, ledger.memory()[1])
        self.file_mb = max(self.file_mb, ledger.file_bytes() / 1e6)


GROWTH_HEADINGS = (
    "entries before", "charges/s", "slowest to fastest round", "÷ the smallest's", "p50 µs", "p99 µs", "p99.9 ms",
    "slowest of all, ms", "server CPU µs/charge", "peak RSS MB", "files MB", "filled at, charges/s", "opens in s",
)  # fmt: skip


def growth_cells(row, smallest, slowest_us, sight):
    return (
        f"{int(row.key):,}",
        f"{row.calls_per_second:,.0f}",
        f"{row.slowest_round:,.0f} – {row.fastest_round:,.0f}",
        f"{row.calls_per_second / smallest.calls_per_second:.2f}",
        f"{row.p50_us:,.0f}",
        f"{row.p99_us:,.0f}",
        f"{row.p999_us / 1e3:,.1f}",
        f"{slowest_us / 1e3:,.1f}",
        f"{row.server_cpu_us:.0f}",
        f"{sight.resident_mb:,.0f}",
        f"{sight.file_mb:,.0f}",
        f"{sight.filling_rate:,.0f}",
        f"{sight.opening_seconds:.1f}",
    )


def growth(date, settings, file_system, wallets, rows, slowest, sights):
    """All that the growth's report says under its title, but for memory."""
    table = report.markdown(
        [GROWTH_HEADINGS] + [growth_cells(row, rows[0], slowest[row.key], sights[row.key]) for row in rows], set()
    )
    return (
        f"{date}. {report.machine()}, files on {file_system}. {rows[0].in_flight} callers charge {wallets:,} wallets "
        f"drawn at random, under keys never used before, each reply durable, over creditsd's socket. The entries that "
        f"are there before were charged in the same way, and every round begins with a copy of them. "
        f"{report.windows(settings)} {report.noise(rows)}\n\n{table}"
    )


def memory(charges, wallets, resident_mb, peak_mb):
    return (
        f"Resident memory of creditsd after {charges:,} charges over {wallets:,} wallets: {resident_mb:.1f} MB, "
        f"{peak_mb:.1f} MB at its highest."
    )
