"""Measures out the pictures: where each point, bar and word stands. The templates only draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from listening.outputs.text import finite
from listening.outputs.wording import signed
from listening.types import StageMood

WIDTH, HEIGHT = 960.0, 336.0
LEFT, RIGHT, TOP, FLOOR = 78.0, 12.0, 22.0, 262.0  # the field in which feelings are drawn
LETTER = 7.2  # about the width of a letter at 13 px
BLOCKS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Measured:
    """A measured stage: its dot, the ends of its interval, and the words for both."""

    y: float
    low: float
    high: float
    words: str


@dataclass(frozen=True, slots=True)
class Stop:
    """One stage on the curve: its middle and edges, its name in lines, what was assumed and what was measured."""

    x: float
    left: float
    width: float
    name: str
    lines: tuple[str, ...]
    people: int
    assumed: float | None
    measured: Measured | None


@dataclass(frozen=True, slots=True)
class Curve:
    """The emotion curve: its stops, and the two lines as SVG points, broken where nothing is known."""

    width: float
    height: float
    left: float
    right: float
    top: float
    floor: float
    grid: tuple[tuple[float, str], ...]
    stops: tuple[Stop, ...]
    assumed: tuple[str, ...]
    measured: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One week of a trend."""

    x: float
    y: float
    width: float
    height: float
    people: int


def emotion_curve(
    moods: Sequence[StageMood], *, width: float = WIDTH, left: float = LEFT, right: float = RIGHT
) -> Curve:
    """Return the curve over the stages, both lines on one scale of -1..1 (the map's own -2..2 is halved).

    It is `width` wide; `left` and `right` of the field in which feelings are drawn so much is free.
    """
    step = (width - left - right) / max(len(moods), 1)
    stops = tuple(_stop(mood, left + step * number, step) for number, mood in enumerate(moods))
    return Curve(
        *(width, HEIGHT, left, width - right, TOP, FLOOR),
        grid=((_height(1.0), "glad"), (_height(0.0), "neutral"), (_height(-1.0), "upset")),
        stops=stops,
        assumed=_lines([(stop.x, stop.assumed) for stop in stops]),
        measured=_lines([(stop.x, stop.measured.y if stop.measured else None) for stop in stops]),
    )


def trend_bars(trend: Sequence[int], *, width: float = 144.0, height: float = 36.0) -> tuple[Bar, ...]:
    """Return a bar for each week; a week with nobody is a stub, so that the weeks can be counted."""
    step, top = width / max(len(trend), 1), max(trend, default=0) or 1
    tall = [max(1.5, height * people / top) for people in trend]
    return tuple(
        Bar(round(step * number, 1), round(height - h, 1), round(step * 0.72, 1), round(h, 1), people)
        for number, (people, h) in enumerate(zip(trend, tall, strict=True))
    )


def text_bars(trend: Sequence[int]) -> str:
    """Return a trend as characters: the lowest block for nobody, the highest for the fullest week."""
    top = max(trend, default=0)
    return "".join(BLOCKS[0] if people <= 0 else BLOCKS[max(1, round(7 * people / top))] for people in trend)


def _stop(mood: StageMood, left: float, width: float) -> Stop:
    assumed = finite(mood.assumed)
    return Stop(
        x=round(left + width / 2, 1),
        left=round(left, 1),
        width=round(width, 1),
        name=mood.name,
        lines=_wrap(mood.name, max(4, int(width / LETTER))),
        people=mood.people,
        assumed=None if assumed is None else _height(assumed / 2),
        measured=_measure(mood),
    )


def _measure(mood: StageMood) -> Measured | None:
    mean, low, high = finite(mood.mean), finite(mood.low), finite(mood.high)
    if mean is None:
        return None
    low, high = mean if low is None else low, mean if high is None else high
    return Measured(_height(mean), _height(low), _height(high), signed(mean))


def _height(feeling: float) -> float:
    """Return where a feeling of -1..1 stands; what lies outside stands on the edge."""
    share = (max(-1.0, min(1.0, feeling)) + 1) / 2
    return round(FLOOR - share * (FLOOR - TOP), 1)


def _lines(points: Sequence[tuple[float, float | None]]) -> tuple[str, ...]:
    """Return SVG point lists, a new one after each gap; a point alone needs no line."""
    runs: list[list[str]] = [[]]
    for x, y in points:
        if y is None:
            runs.append([])
        else:
            runs[-1].append(f"{x},{y}")
    return tuple(" ".join(run) for run in runs if len(run) > 1)


def _wrap(name: str, letters: int) -> tuple[str, ...]:
    """Break a name into at most two lines of so many letters, the rest an ellipsis; the full name is its title."""
    lines: list[str] = []
    for word in name.split():
        if lines and len(lines[-1]) + 1 + len(word) <= letters:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > 2:  # noqa: PLR2004 -- there is room for two
        lines = [lines[0], f"{lines[1]}…"]
    return tuple(line if len(line) <= letters else line[: letters - 1] + "…" for line in lines)
