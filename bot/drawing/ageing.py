"""The picture of ageing: run as a program, it reads what to draw as JSON and writes a PNG.

Lengths are in pixels, ages in calendar days. Every text is shown as it is written: none is read as
mathematics, signs without a glyph are left out, and what is too long is cut by its width.
"""

import json
import resource
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, BinaryIO

from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.patheffects import withStroke
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator

MOST_MEMORY, MOST_SECONDS = 2 * 1024**3, 20
"""In bytes and of the processor; what takes more is not drawn."""

WIDTH = 1_080
DPI = 100
LEFT, RIGHT = 44, WIDTH - 44
INSET = LEFT + 14
"""Where day 0 is."""
BIG, USUAL, SMALL, NUMBER = 46, 34, 30, 25
"""Sizes of letters: on a phone the picture is a third as wide."""

FONTS = ("DejaVu Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans", "Noto Sans Thai")
"""The first comes with matplotlib; the others are used where they are there."""

INK, QUIET, EDGE, PAPER = "#1b2733", "#53616e", "#8796a5", "#ffffff"
BANDS = ("#eaf2fa", "#cfe1f2", "#abcae6", "#fbe0c8")
"""Up to the 50th, 70th and 85th percentile, and beyond: told apart by who sees no red or green."""
YOUNG, OLD = "#1f4e79", "#b34700"
NO_LINE = BANDS[0]
HALO = (withStroke(linewidth=5, foreground=PAPER),)
"""Round what a line may cross."""

LINE_HEIGHT, BAND_HEIGHT, HEAD = 52, 44, 212
NAMED_RADIUS, LANE = 21, 48
RADII = (9, 7, 6, 5, 4, 3)
SWARM_HEIGHT = 440
"""Of the dots of all states together, where they are many."""
LEAST_SWARM = 40
ROW_HEAD, LANES_BESIDE = 64, 10


@dataclass(frozen=True, slots=True)
class Row:
    """A state: the dots of those that have no number, and the lane of each that has one."""

    label: str
    stacks: Mapping[int, Sequence[int]]
    """Days of those that share a place, by the place along the axis."""
    lanes: Sequence[tuple[int, int, int]]
    """Number, day and lane."""
    is_beside: bool

    @property
    def tallest(self) -> int:
        return max(map(len, self.stacks.values()), default=0)

    @property
    def lanes_at(self) -> float:
        """How far down the lanes begin: beside the label where none of them is under it."""
        return LANES_BESIDE if self.is_beside else ROW_HEAD

    @property
    def swarm_at(self) -> float:
        lanes = 1 + max((lane for _, _, lane in self.lanes), default=-1)
        return max(ROW_HEAD, self.lanes_at + lanes * LANE)


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a day is along the axis."""

    most: float

    def x(self, day: float) -> float:
        return INSET + (RIGHT - INSET) * day / self.most


class Sheet:
    """A white sheet on which texts and shapes are put by pixels from its upper left corner."""

    def __init__(self, height: int) -> None:
        self._figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=PAPER)
        self._canvas = FigureCanvasAgg(self._figure)
        self.axes: Axes = self._figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(0, WIDTH), ylim=(height, 0))
        self.axes.set_axis_off()

    def write(
        self, x: float, y: float, text: str, size: int = USUAL, color: str = INK, **more: Any
    ) -> None:
        points = size * 72 / DPI
        more = {"va": "baseline", "parse_math": False, **more}
        self.axes.text(x, y, readable(text), fontsize=points, color=color, **more)

    def box(self, x: float, y: float, width: float, height: float, color: str) -> None:
        self.axes.fill([x, x + width, x + width, x], [y, y, y + height, y + height], color)

    def line(self, x: float, y: float, to_y: float, **more: Any) -> None:
        self.axes.plot([x, x], [y, to_y], **more)

    def dots(
        self, xs: Sequence[float], ys: Sequence[float], radius: float, *, old: bool, edge: float
    ) -> None:
        """Dots; those of what is past the line have another colour and another shape."""
        self.axes.scatter(
            xs,
            ys,
            s=(2 * radius * 72 / DPI) ** 2 * (0.8 if old else 1),
            c=OLD if old else YOUNG,
            marker="D" if old else "o",
            linewidths=edge,
            edgecolors=PAPER,
            zorder=3,
        )

    def number(self, x: float, y: float, number: int) -> None:
        """What stands on a dot."""
        middle = {"ha": "center", "va": "center_baseline", "zorder": 4}
        self.write(x, y, str(number), NUMBER, PAPER, **middle)

    def save(self, to: BinaryIO) -> None:
        self._figure.savefig(to, format="png")


def families() -> Sequence[str]:
    """The fonts that are there, in the order in which a glyph is looked for."""
    there = {each.name for each in fontManager.ttflist}
    return [name for name in FONTS if name in there]


def readable(text: str) -> str:
    """The text without signs for which no font has a glyph, and in one line."""
    return " ".join("".join(sign if ord(sign) in _signs() else " " for sign in text).split())


def width_of(text: str, size: int = USUAL, weight: str = "normal") -> float:
    """How wide a text is."""
    font = FontProperties(family=list(families()), size=size * 72 / DPI, weight=weight)
    points, _, _ = text_to_path.get_text_width_height_descent(readable(text), font, ismath=False)
    return points * DPI / 72


def fitting(text: str, room: float, size: int = USUAL, weight: str = "normal") -> str:
    """The text, cut where it is wider than the room."""
    text = readable(text)
    if width_of(text, size, weight) <= room:
        return text
    few, many = 0, len(text)
    while many - few > 1:
        middle = (few + many) // 2
        if width_of(f"{text[:middle].rstrip()}…", size, weight) <= room:
            few = middle
        else:
            many = middle
    return f"{text[:few].rstrip()}…" if few else ""


_known: set[int] = set()


def _signs() -> set[int]:
    if not _known:
        for name in families():
            _known.update(get_font(fontManager.findfont(name)).get_charmap())
    return _known


def draw(data: Mapping[str, Any], to: BinaryIO) -> None:
    """Draw what is in flight by state and age, with the bands and the oldest by name.

    `states` have a label and `days` as pairs of day and count; `oldest` name key, title, day and
    the state's place; `bands` are pairs of words and a day, none where there is no line.
    """
    days = [day for state in data["states"] for day, _ in state["days"]]
    bands: Sequence[tuple[str, int]] = data["bands"]
    scale = Scale(1.06 * max([*days, *(day for _, day in bands), 1]))
    radius, rows = _laid_out(data, scale)
    squeeze = min(1.0, SWARM_HEIGHT / max(1, sum(row.tallest * 2 * radius for row in rows)))
    heights = [_height(row, radius, squeeze) for row in rows]
    top = HEAD + BAND_HEIGHT * len(bands)
    bottom = top + sum(heights)
    sheet = Sheet(bottom + 170 + LINE_HEIGHT * len(data["oldest"]) + 30)
    _write_head(sheet, data)
    _draw_bands(sheet, bands, scale, top, bottom)
    y = float(top)
    line = bands[-1][1] if bands else None
    for row, height in zip(rows, heights, strict=True):
        _draw_row(sheet, row, y, radius, squeeze, scale, line)
        y += height
        sheet.axes.plot([LEFT, RIGHT], [y, y], color=EDGE, linewidth=1, zorder=2)
    _draw_axis(sheet, scale, bottom)
    _write_oldest(sheet, data["oldest"], bottom + 170, line)
    sheet.save(to)


def _laid_out(data: Mapping[str, Any], scale: Scale) -> tuple[int, Sequence[Row]]:
    """The largest dots with which all states find room, and the states with them."""
    for radius in RADII:
        rows = [_row(data, place, scale, radius) for place in range(len(data["states"]))]
        if sum(row.tallest * 2 * radius for row in rows) <= SWARM_HEIGHT:
            break
    return radius, rows


def _row(data: Mapping[str, Any], place: int, scale: Scale, radius: int) -> Row:
    label = fitting(data["states"][place]["label"], RIGHT - LEFT - 24, USUAL, "bold")
    lanes = _lanes(data["oldest"], place, scale)
    ends = LEFT + 12 + width_of(label, USUAL, "bold") + NAMED_RADIUS + 12
    is_beside = all(scale.x(day) > ends for _, day, _ in lanes)
    return Row(label, _stacks(_unnamed(data, place), scale, radius), lanes, is_beside)


def _unnamed(data: Mapping[str, Any], place: int) -> Iterator[int]:
    named = [each["day"] for each in data["oldest"] if each["state"] == place]
    for day, count in data["states"][place]["days"]:
        yield from [day] * (count - named.count(day))


def _stacks(days: Iterator[int], scale: Scale, radius: int) -> Mapping[int, Sequence[int]]:
    stacks: dict[int, list[int]] = {}
    for day in days:
        stacks.setdefault(int((scale.x(day) - LEFT) // (2 * radius)), []).append(day)
    return stacks


def _lanes(
    oldest: Sequence[Mapping[str, Any]], place: int, scale: Scale
) -> Sequence[tuple[int, int, int]]:
    """Each in the first lane in which it does not touch another."""
    ends: list[float] = []
    found = []
    for number, each in reversed([*enumerate(oldest, 1)]):
        if each["state"] != place:
            continue
        x = scale.x(each["day"])
        free = [lane for lane, end in enumerate(ends) if end + LANE <= x]
        lane = free[0] if free else len(ends)
        ends[lane : lane + 1] = [x]
        found.append((number, each["day"], lane))
    return found


def _height(row: Row, radius: int, squeeze: float) -> int:
    swarm = max(LEAST_SWARM, row.tallest * 2 * radius * squeeze) if row.stacks else 0
    return round(row.swarm_at + swarm + 12)


def _write_head(sheet: Sheet, data: Mapping[str, Any]) -> None:
    title = fitting(data["title"], RIGHT - LEFT, BIG, "bold")
    sheet.write(LEFT, 66, title, BIG, weight="bold")
    sheet.write(LEFT, 120, fitting(data["about"], RIGHT - LEFT))
    sheet.write(LEFT, 168, fitting(data["basis"], RIGHT - LEFT, SMALL), SMALL, QUIET)


def _draw_bands(
    sheet: Sheet, bands: Sequence[tuple[str, int]], scale: Scale, top: int, bottom: int
) -> None:
    """A band up to each percentile, named above it, each name in a line of its own."""
    edges = [LEFT, *(scale.x(day) for _, day in bands), RIGHT]
    colors = BANDS if bands else (NO_LINE,)
    for (left, right), color in zip(pairwise(edges), colors, strict=True):
        sheet.box(left, top, right - left, bottom - top, color)
    for place, (words, day) in enumerate(bands):
        x, y = scale.x(day), HEAD + 20 + BAND_HEIGHT * place
        is_line = place == len(bands) - 1
        color = OLD if is_line else INK
        style = {"color": color, "linewidth": 3 if is_line else 1.5, "zorder": 2}
        sheet.line(x, y - 22, bottom, linestyle="-" if is_line else "--", **style)
        is_left = x - LEFT <= RIGHT - x
        words = fitting(words, max(x - LEFT, RIGHT - x) - 12, SMALL)
        at = x + 10 if is_left else x - 10
        align = "left" if is_left else "right"
        sheet.write(at, y, words, SMALL, color, ha=align, zorder=4, path_effects=HALO)


def _draw_row(
    sheet: Sheet, row: Row, y: float, radius: int, squeeze: float, scale: Scale, line: int | None
) -> None:
    sheet.write(LEFT + 12, y + 45, row.label, weight="bold", zorder=4, path_effects=HALO)
    lanes_at = y + row.lanes_at + LANE / 2
    for number, day, lane in row.lanes:
        x, at = scale.x(day), lanes_at + lane * LANE
        sheet.dots([x], [at], NAMED_RADIUS, old=line is not None and day > line, edge=1)
        sheet.number(x, at, number)
    start = y + row.swarm_at
    height = max(LEAST_SWARM, row.tallest * 2 * radius * squeeze)
    dots: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    for days in row.stacks.values():
        step = 2 * radius * squeeze
        above = start + (height - step * (len(days) - 1)) / 2
        for place, day in enumerate(days):
            is_old = line is not None and day > line
            dots[is_old].append((scale.x(day), above + step * place))
    for is_old, places in dots.items():
        if places:
            xs, ys = zip(*places, strict=True)
            sheet.dots(xs, ys, radius, old=is_old, edge=0.5 if squeeze == 1 else 0)


def _draw_axis(sheet: Sheet, scale: Scale, bottom: int) -> None:
    for day in MaxNLocator(5, integer=True).tick_values(0, scale.most):
        if 0 <= day <= scale.most:
            x = scale.x(day)
            sheet.line(x, bottom, bottom + 10, color=INK, linewidth=1.5)
            align = "left" if day == 0 else "center"
            sheet.write(min(x, RIGHT - 30), bottom + 44, f"{day:,.0f}", SMALL, ha=align)
    sheet.write(RIGHT, bottom + 88, "calendar days since commitment", SMALL, QUIET, ha="right")


def _write_oldest(
    sheet: Sheet, oldest: Sequence[Mapping[str, Any]], y: int, line: int | None
) -> None:
    sheet.write(LEFT, y, "The oldest", weight="bold")
    keys = [fitting(each["key"], 280, weight="bold") for each in oldest]
    titles_at = LEFT + 62 + max(width_of(key, weight="bold") for key in keys) + 20
    for number, (key, each) in enumerate(zip(keys, oldest, strict=True), 1):
        y += LINE_HEIGHT
        is_old = line is not None and each["day"] > line
        sheet.dots([LEFT + NAMED_RADIUS], [y - 11], NAMED_RADIUS, old=is_old, edge=0)
        sheet.number(LEFT + NAMED_RADIUS, y - 11, number)
        sheet.write(LEFT + 62, y, key, weight="bold")
        day = f"day {each['day']:,}" if each["day"] else "today"
        sheet.write(RIGHT, y, day, ha="right")
        room = RIGHT - width_of(day) - 24 - titles_at
        sheet.write(titles_at, y, fitting(each["title"], room))


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    rcParams["font.family"] = families()
    rcParams["text.usetex"] = False
    draw(json.load(sys.stdin.buffer), sys.stdout.buffer)


if __name__ == "__main__":
    main()
