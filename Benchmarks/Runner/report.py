"""Medians over the rounds, the table, and the dated files."""

import dataclasses
import json
import os
import pathlib
import platform
import statistics

# Above this share of the machine, other programs' work makes the figures doubtful.
NOISY_SHARE = 0.05


@dataclasses.dataclass(frozen=True)
class Row:
    """Medians over the rounds of one stack at one number of calls in flight."""

    key: str
    label: str
    ours: bool
    in_flight: int
    calls_per_second: float
    slowest_round: float
    fastest_round: float
    p50_us: float
    p99_us: float
    server_cpu_us: float
    client_cpu_us: float
    others_share: float
    stolen_share: float
    p999_us: float | None = None

    @property
    def cpu_us(self):
        return self.server_cpu_us + self.client_cpu_us


def row(stack, in_flight, samples):
    def median(field):
        values = [getattr(sample, field) for sample in samples]
        return None if None in values else statistics.median(values)

    rates = [sample.calls_per_second for sample in samples]
    return Row(
        key=stack.key,
        label=stack.label,
        ours=stack.ours,
        in_flight=in_flight,
        calls_per_second=statistics.median(rates),
        slowest_round=min(rates),
        fastest_round=max(rates),
        p50_us=median("p50_us"),
        p99_us=median("p99_us"),
        server_cpu_us=median("server_cpu_us"),
        client_cpu_us=median("client_cpu_us"),
        others_share=median("others_share"),
        stolen_share=median("stolen_share"),
        p999_us=median("p999_us"),
    )


HEADINGS = (
    "in flight", "stack", "calls/s", "slowest to fastest round", "p50 µs", "p99 µs",
    "server CPU µs/call", "client CPU µs/call", "calls/s ÷ ours", "p50 ÷ ours", "CPU ÷ ours",
)  # fmt: skip
LEFT_ALIGNED = {1}


def ratio(value, base):
    return f"{value / base:.2f}" if base else "–"


def cells(row, reference):
    """One line of the table; `reference` is our row at the same number of calls in flight, or None."""
    return (
        str(row.in_flight),
        row.label,
        f"{row.calls_per_second:,.0f}",
        f"{row.slowest_round:,.0f} – {row.fastest_round:,.0f}",
        f"{row.p50_us:,.1f}",
        f"{row.p99_us:,.1f}",
        f"{row.server_cpu_us:.1f}",
        f"{row.client_cpu_us:.1f}",
        ratio(row.calls_per_second, reference and reference.calls_per_second),
        ratio(row.p50_us, reference and reference.p50_us),
        ratio(row.cpu_us, reference and reference.cpu_us),
    )


def table(rows, reference_key):
    """All rows, by calls in flight, beside our own."""
    references = {row.in_flight: row for row in rows if row.key == reference_key}
    ordered = sorted(rows, key=lambda row: row.in_flight)
    return markdown([HEADINGS] + [cells(row, references.get(row.in_flight)) for row in ordered], LEFT_ALIGNED)


def markdown(lines, left_aligned):
    """A Markdown table, headings first, that also reads well in a terminal."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]

    def formatted(line):
        aligned = (
            text.ljust(width) if column in left_aligned else text.rjust(width)
            for column, (text, width) in enumerate(zip(line, widths))
        )
        return "| " + " | ".join(aligned) + " |"

    rule = "|" + "|".join(
        "-" * (width + 2) if column in left_aligned else "-" * (width + 1) + ":"
        for column, width in enumerate(widths)
    ) + "|"  # fmt: skip
    return "\n".join([formatted(lines[0]), rule] + [formatted(line) for line in lines[1:]])


def machine():
    """The processor, core count and kernel that the figures belong to."""
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{model}, {os.cpu_count()} cores, Linux {platform.release()}"


def conditions(date, settings, rows):
    """The sentences under the title: what was run, where, and whether to trust it."""
    return (
        f"{date}. {machine()}. Unary echo of a 64-byte message over a Unix socket, client and server as two "
        f"processes, one connection. {windows(settings)} {noise(rows)}"
    )


def windows(settings):
    return (
        f"Median of {settings['rounds']} interleaved rounds; each window {settings['seconds']:g} s after "
        f"{settings['warm_up']:g} s of warm-up."
    )


def noise(rows):
    """What others took meanwhile, and a warning if that was much."""
    used, stolen = max(row.others_share for row in rows), max(row.stolen_share for row in rows)
    text = f"In a row's median window, other programs used up to {used:.0%} of the machine's time"
    text += f", and its host kept up to {stolen:.0%} for other machines." if stolen > 0.005 else "."
    if max(used, stolen) > NOISY_SHARE:
        text += " **The machine was not quiet: read these figures as a check that all runs, not as a result.**"
    return text


def write(stem, title, text, rows, rounds, settings, drawing):
    """Writes stem.md, stem.json and stem.svg."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    stem.with_suffix(".svg").write_text(drawing)
    stem.with_suffix(".md").write_text(f"# {title}\n\n{text}\n\n![{title}]({stem.name}.svg)\n")
    stem.with_suffix(".json").write_text(
        json.dumps(
            {
                "machine": machine(),
                "settings": settings,
                "rows": [dataclasses.asdict(row) for row in rows],
                "rounds": rounds,
            },
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )
