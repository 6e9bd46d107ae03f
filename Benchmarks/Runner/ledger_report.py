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
