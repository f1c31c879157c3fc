"""Measures out the board's pictures: a pain point's weeks with its events, and impact against effort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from listening.types import Event, PainPoint, Week

WIDTH, HEIGHT, LEFT, RIGHT, TOP, FLOOR = 760.0, 210.0, 34.0, 40.0, 26.0, 168.0
MARKS = {"emerged": "▲", "fixed": "✓", "outage": "✕", "source": "+", "status": "•"}
FEW_GRID = 4


@dataclass(frozen=True, slots=True)
class Column:
    """A week's bar, and where the line of what could be seen passes over it."""

    x: float
    y: float
    width: float
    height: float
    week: Week
    seen_y: float
    label: str


@dataclass(frozen=True, slots=True)
class Flag:
    """An event above its week; `sign` is a shape that needs no colour, `number` leads to its words below."""

    x: float
    sign: str
    number: int
    event: Event


@dataclass(frozen=True, slots=True)
class Trend:
    """A pain point's weeks: bars for people, a line for the posts that could be seen, flags for events."""

    columns: tuple[Column, ...]
    seen: str
    grid: tuple[tuple[float, int], ...]
    flags: tuple[Flag, ...]
    most_seen: int
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    floor: float = FLOOR


def trend(weeks: Sequence[Week], events: Sequence[Event]) -> Trend:
    """Return the picture of these weeks, oldest first; every fourth is named."""
    most, most_seen = max((one.people for one in weeks), default=0) or 1, max((one.seen for one in weeks), default=0)
    step, room = (WIDTH - LEFT - RIGHT) / max(len(weeks), 1), FLOOR - TOP
    columns = tuple(
        Column(
            x=round(LEFT + step * n + step * 0.14, 1),
            y=round(FLOOR - room * one.people / most, 1),
            width=round(step * 0.72, 1),
            height=round(room * one.people / most, 1),
            week=one,
            seen_y=round(FLOOR - room * one.seen / (most_seen or 1), 1),
            label=f"{one.start.day} {one.start:%b}" if n % 4 == 0 else "",
        )
        for n, one in enumerate(weeks)
    )
    line = " ".join(f"{one.x + one.width / 2:.1f},{one.seen_y}" for one in columns)
    return Trend(columns, line, _grid(most), _flags(weeks, events, step), most_seen)


def _grid(most: int) -> tuple[tuple[float, int], ...]:
    marks = sorted({0, most, *([round(most / 2)] if most > FEW_GRID else [])})
    return tuple((round(FLOOR - (FLOOR - TOP) * one / most, 1), one) for one in marks)


def _flags(weeks: Sequence[Week], events: Sequence[Event], step: float) -> tuple[Flag, ...]:
    if not weeks:
        return ()
    inside = [one for one in events if weeks[0].start <= one.day <= weeks[-1].start + timedelta(days=6)]
    return tuple(
        Flag(round(_place(weeks[0].start, one.day, step), 1), MARKS.get(one.kind, "•"), n + 1, one)
        for n, one in enumerate(inside)
    )


def _place(start: date, day: date, step: float) -> float:
    return LEFT + step * ((day - start).days + 0.5) / 7


@dataclass(frozen=True, slots=True)
class Dot:
    """Pain points that stand on one spot of the square: `effort` 1 (much) to 5 (little), `impact` 1 to 5."""

    x: float
    y: float
    impact: int
    effort: float
    points: tuple[PainPoint, ...]


SIDE, EDGE = 260.0, 30.0


def square(points: Sequence[PainPoint]) -> tuple[Dot, ...]:
    """Return where rated pain points stand: impact upward, less effort (cheap and easy) to the right."""
    spots: dict[tuple[int, float], list[PainPoint]] = {}
    for one in points:
        if one.importance and one.cost and one.ease:
            spots.setdefault((one.importance, (one.cost + one.ease) / 2), []).append(one)
    room = SIDE - 2 * EDGE
    return tuple(
        Dot(
            round(EDGE + room * (effort - 1) / 4, 1),
            round(SIDE - EDGE - room * (impact - 1) / 4, 1),
            impact,
            effort,
            tuple(these),
        )
        for (impact, effort), these in sorted(spots.items())
    )


def marked(text: str, marks: Sequence[tuple[int, int, str]]) -> list[tuple[str, str]]:
    """Return a text in pieces, each with the signal that it carries or ""; overlapping marks are joined."""
    pieces: list[tuple[str, str]] = []
    at = 0
    for start, end, signal in sorted(marks):
        if end <= at:
            continue
        begin = max(start, at)
        pieces += [(text[at:begin], "")] if begin > at else []
        pieces.append((text[begin:end], signal))
        at = end
    return [*pieces, (text[at:], "")] if at < len(text) else pieces
