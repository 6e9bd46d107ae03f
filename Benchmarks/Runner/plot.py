"""Draws the results as one SVG: a column per number of calls in flight, a band per measure."""

import math
from xml.sax.saxutils import escape

PANEL_WIDTH = 300
PANEL_GAP = 34
LABEL_WIDTH = 280
ROW_HEIGHT = 24
BAND_HEAD = 58
BAND_FOOT = 46
TITLE_HEIGHT = 64

INK = "#1b1f24"
QUIET = "#5b6570"
GRID = "#dfe3e8"
OURS = "#0b6bcb"
PEER = "#8a94a0"
SECOND = "#d9822b"


class Canvas:
    """SVG elements, collected."""

    def __init__(self):
        self.elements = []

    def text(self, x, y, words, size=12, fill=INK, anchor="start", weight="normal"):
        self.elements.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}" '
            f'font-weight="{weight}">{escape(words)}</text>'
        )

    def line(self, x1, y1, x2, y2, stroke=GRID, width=1):
        self.elements.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}" '
            f'stroke-width="{width}"/>'
        )

    def bar(self, x, y, width, height, fill):
        self.elements.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{height:.1f}" fill="{fill}"/>'
        )

    def dot(self, x, y, fill, hollow=False):
        paint = f'fill="#ffffff" stroke="{fill}" stroke-width="2"' if hollow else f'fill="{fill}"'
        self.elements.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" {paint}/>')

    def document(self, width, height, title):
        body = "\n".join(self.elements)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-family="Helvetica, Arial, sans-serif" role="img">\n'
            f"<title>{escape(title)}</title>\n"
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n{body}\n</svg>\n'
        )


def short(value):
    if value >= 1e6:
        return f"{value / 1e6:g}M"
    if value >= 1e3:
        return f"{value / 1e3:g}k"
    return f"{value:g}"


def round_step(rough):
    """The next step of 1, 2 or 5 times a power of ten."""
    power = 10 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)


class LinearAxis:
    def __init__(self, top, room=1.22):
        self.top = top * room  # leaves room for the value behind the longest bar
        step = round_step(self.top / 4)
        self.ticks = [step * index for index in range(int(self.top / step) + 1)]

    def place(self, value):
        return value / self.top * PANEL_WIDTH


class LogAxis:
    """Whole decades, at least one."""

    def __init__(self, low, high):
        self.low = math.floor(math.log10(low))
        self.high = max(self.low + 1, math.ceil(math.log10(high)))
        self.ticks = [10**power for power in range(self.low, self.high + 1)]

    def place(self, value):
        return (math.log10(value) - self.low) / (self.high - self.low) * PANEL_WIDTH


def draw_rate(canvas, axis, x, y, row):
    length = axis.place(row.calls_per_second)
    canvas.bar(x, y - 7, length, 14, OURS if row.ours else PEER)
    canvas.text(x + length + 5, y + 4, f"{row.calls_per_second:,.0f}", 11)


def draw_latency(canvas, axis, x, y, row):
    p50, p99 = axis.place(row.p50_us), axis.place(row.p99_us)
    canvas.line(x + p50, y, x + p99, y, QUIET, 2)
    canvas.dot(x + p50, y, OURS if row.ours else PEER)
    canvas.dot(x + p99, y, SECOND, hollow=True)


def draw_cpu(canvas, axis, x, y, row):
    server, total = axis.place(row.server_cpu_us), axis.place(row.cpu_us)
    canvas.bar(x, y - 7, server, 14, OURS if row.ours else PEER)
    canvas.bar(x + server, y - 7, total - server, 14, SECOND)
    canvas.text(x + total + 5, y + 4, f"{row.server_cpu_us:,.1f} + {row.client_cpu_us:,.1f}", 11)


BANDS = (
    (
        "Calls per second (more is better)",
        "calls/s",
        lambda panel, rows: LinearAxis(max(row.calls_per_second for row in panel)),
        draw_rate,
    ),
    (
        "Latency: filled p50, hollow p99 (less is better; logarithmic)",
        "µs",
        lambda panel, rows: LogAxis(min(row.p50_us for row in rows), max(row.p99_us for row in rows)),
        draw_latency,
    ),
    (
        "CPU time per call: server, then client in orange (less is better)",
        "CPU µs per call",
        lambda panel, rows: LinearAxis(max(row.cpu_us for row in panel), room=1.4),
        draw_cpu,
    ),
)


def draw_panel(canvas, axis, unit, drawer, x, y, stacks, rows):
    bottom = y + len(stacks) * ROW_HEIGHT
    for tick in axis.ticks:
        at = x + axis.place(tick)
        canvas.line(at, y, at, bottom)
        canvas.text(at, bottom + 15, short(tick), 11, QUIET, "middle")
    canvas.line(x, bottom, x + PANEL_WIDTH, bottom, QUIET)
    canvas.text(x + PANEL_WIDTH / 2, bottom + 32, unit, 11, QUIET, "middle")
    for index, (key, _) in enumerate(stacks):
        middle = y + (index + 0.5) * ROW_HEIGHT
        if key in rows:
            drawer(canvas, axis, x, middle, rows[key])
        else:
            canvas.text(x + 6, middle + 4, "not measured", 11, QUIET)


def draw(title, subtitle, rows):
    """The drawing of all rows, as SVG text."""
    stacks = list(dict.fromkeys((row.key, row.label) for row in rows))
    levels = sorted({row.in_flight for row in rows})
    is_ours = {row.key: row.ours for row in rows}
    canvas = Canvas()
    canvas.text(24, 32, title, 20, weight="bold")
    canvas.text(24, 53, subtitle, 12, QUIET)
    y = TITLE_HEIGHT
    for heading, unit, axis_of, drawer in BANDS:
        canvas.text(24, y + 26, heading, 14, weight="bold")
        top = y + BAND_HEAD
        for index, (key, label) in enumerate(stacks):
            weight = "bold" if is_ours[key] else "normal"
            middle = top + (index + 0.5) * ROW_HEIGHT + 4
            canvas.text(LABEL_WIDTH - 10, middle, label, 12, anchor="end", weight=weight)
        for column, level in enumerate(levels):
            x = LABEL_WIDTH + column * (PANEL_WIDTH + PANEL_GAP)
            measured = [row for row in rows if row.in_flight == level]
            calls = "call" if level == 1 else "calls"
            canvas.text(x, top - 8, f"{level} {calls} in flight", 12, QUIET)
            draw_panel(
                canvas, axis_of(measured, rows), unit, drawer, x, top, stacks, {row.key: row for row in measured}
            )
        y = top + len(stacks) * ROW_HEIGHT + BAND_FOOT
    width = LABEL_WIDTH + len(levels) * (PANEL_WIDTH + PANEL_GAP)
    return canvas.document(width, y, title)
