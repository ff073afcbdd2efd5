"""How the figures grow, as one SVG: four panels, lines labelled where they end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Any

from benchmarks.contestants import CONTESTANTS

WIDTH, HEIGHT = 440, 300  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 52, 128, 46, 36
LABEL_GAP = 13
ACCENT, OTHERS, INK, FAINT, LEAD = "#c2410c", "#78716c", "#292524", "#e7e5e4", "#a8a29e"
_SHORT = {
    "site": "this project",
    "site-2": "two workers",
    "socketio": "Socket.IO",
    "socketio-pg": "Socket.IO + insert",
    "ws": "Node ws",
    "flask": "Flask-SocketIO",
    "channels-pubsub": "Channels tutorial",
}


@dataclass(frozen=True)
class Line:
    label: str
    points: Sequence[tuple[float, float]]
    accent: bool = False


@dataclass(frozen=True)
class Panel:
    title: str
    x_title: str
    lines: Sequence[Line]


def growth(results: dict[str, Any]) -> str:
    """The SVG of what was measured of growth; panels of what was not are left out."""
    members, rooms = results["growth"].get("members", {}), results["growth"].get("rooms", {})
    panels = [
        Panel(
            "µs CPU a delivery, 10,000 deliveries/s",
            "members of one room",
            _lines(members, "members", 0, "cpu_us_per_delivery"),
        ),
        Panel(
            "deliveries/s, saturated",
            "members of one room",
            _lines(members, "members", 1, "delivered_per_s"),
        ),
        Panel(
            "messages/s, saturated",
            "rooms of 5 members",
            _lines(rooms, "rooms", -1, "sent_per_s"),
        ),
        Panel("page, ms", "messages stored", list(_page_lines(results["pages"]))),
    ]
    return svg([panel for panel in panels if any(len(line.points) > 1 for line in panel.lines)])


def _lines(measured: dict[str, Any], x: str, phase: int, y: str) -> list[Line]:
    return [
        Line(
            _SHORT.get(contestant.key, contestant.title),
            [
                (load[x], load["phases"][phase][y])
                for load in measured[contestant.key]
                if "phases" in load and (phase or _kept_up(load))
            ],
            accent=contestant.key == "site",
        )
        for contestant in CONTESTANTS
        if contestant.key in measured
    ]


def _kept_up(load: dict[str, Any]) -> bool:
    phase = load["phases"][0]
    reached: float = phase["delivered_per_s"] / (phase["rate"] * load["members"])
    return reached > 0.9


def _page_lines(pages: Sequence[dict[str, Any]]) -> Iterator[Line]:
    names = [page["page"] for page in pages[-1]["pages"]] if pages else []
    for name in names:
        points = [
            (total["stored"], page["median_ms"])
            for total in pages
            for page in total["pages"]
            if page["page"] == name
        ]
        yield Line(name, points, accent=True)


def svg(panels: Sequence[Panel]) -> str:
    columns = min(2, max(1, len(panels)))
    width, height = columns * WIDTH, ceil(len(panels) / columns) * HEIGHT
    body = "".join(
        f'<g transform="translate({number % columns * WIDTH} {number // columns * HEIGHT})">'
        f"{_panel(panel)}</g>\n"
        for number, panel in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="system-ui, sans-serif" font-size="11">\n'
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n{body}</svg>\n'
    )


class _Scale:
    """From values to pixels, logarithmic; ``rounded`` ends at steps of 1, 2, 5, 10."""

    def __init__(self, values: Sequence[float], start: float, end: float, *, rounded: bool) -> None:
        low, high = min(values), max(values)
        if rounded:
            low = max(step for step in _steps(low) if step <= low)
            high = min(step for step in _steps(high) if step >= high and step > low)
        self.low, self.high = log10(low), log10(high)
        self.start, self.end = start, end

    def __call__(self, value: float) -> float:
        share = (log10(value) - self.low) / ((self.high - self.low) or 1)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> Iterator[float]:
        """Each decade, and 2 and 5 between them where there are few."""
        for exponent in range(floor(self.low), ceil(self.high) + 1):
            for digit in (1, 2, 5) if self.high - self.low < 2 else (1,):
                if self.low - 1e-9 <= log10(digit) + exponent <= self.high + 1e-9:
                    yield digit * 10.0**exponent


def _steps(value: float) -> list[float]:
    decade = 10.0 ** floor(log10(value))
    return [decade * factor for factor in (1, 2, 5, 10, 20)]


def _panel(panel: Panel) -> str:
    points = [point for line in panel.lines for point in line.points]
    x = _Scale([p[0] for p in points], LEFT, WIDTH - RIGHT, rounded=False)
    y = _Scale([p[1] for p in points], HEIGHT - BOTTOM, TOP, rounded=True)
    parts = [_text(LEFT, 20, panel.title, INK, weight=600)]
    parts += [
        f'<path d="M{LEFT} {y(value)}H{WIDTH - RIGHT}" stroke="{FAINT}"/>'
        + _text(LEFT - 6, y(value) + 4, _short(value), OTHERS, anchor="end")
        for value in y.ticks()
    ]
    parts += [
        _text(x(value), HEIGHT - BOTTOM + 16, _short(value), OTHERS, anchor="middle")
        for value in sorted({point[0] for point in points})
    ]
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(_text(middle, HEIGHT - 4, panel.x_title, OTHERS, anchor="middle"))
    ends = [(y(line.points[-1][1]), line) for line in panel.lines if line.points]
    for label_y, (_, line) in zip(_apart([end for end, _ in ends]), ends, strict=True):
        parts.append(_drawn(line, x, y, label_y))
    return "".join(parts)


def _drawn(line: Line, x: _Scale, y: _Scale, label_y: float) -> str:
    colour, thickness = (ACCENT, 2.2) if line.accent else (OTHERS, 1.3)
    at = [(x(px), y(py)) for px, py in line.points]
    path = "L".join(f"{px} {py}" for px, py in at)
    end_x, end_y = at[-1]
    dots = "".join(f'<circle cx="{px}" cy="{py}" r="2.4" fill="{colour}"/>' for px, py in at)
    lead = f'<path d="M{end_x + 4} {end_y}L{WIDTH - RIGHT + 10} {label_y}" stroke="{LEAD}" stroke-width="0.6"/>'
    return (
        f'{lead}<path d="M{path}" fill="none" stroke="{colour}" stroke-width="{thickness}"/>{dots}'
        + _text(
            WIDTH - RIGHT + 13, label_y + 4, line.label, colour, weight=600 if line.accent else 400
        )
    )


def _apart(wanted: Sequence[float]) -> list[float]:
    """Heights for labels: near the wanted ones, in their order, none on another."""
    placed = [0.0] * len(wanted)
    lowest: float = TOP - LABEL_GAP
    for index in sorted(range(len(wanted)), key=lambda index: wanted[index]):
        placed[index] = lowest = max(wanted[index], lowest + LABEL_GAP)
    overflow = max(0.0, lowest - (HEIGHT - BOTTOM))
    return [height - overflow for height in placed]


def _text(
    x: float, y: float, text: str, colour: str, *, anchor: str = "start", weight: int = 400
) -> str:
    return (
        f'<text x="{x}" y="{y}" fill="{colour}" text-anchor="{anchor}" font-weight="{weight}">'
        f"{escape(text)}</text>"
    )


def _short(value: float) -> str:
    if value >= 1e6:
        return f"{value / 1e6:g} M"
    if value >= 1e3:
        return f"{value / 1e3:g} k"
    return f"{value:g}"
