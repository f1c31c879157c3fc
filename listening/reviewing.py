"""When a map is to be reviewed, and what became of its pain points since the last time. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from listening.outputs.wording import count, short_day
from listening.types import Emergence, LedgerEntry, MapChange, Review, Stand

UNLIKELY = 0.05  # below this the difference is told; at or above it, it may be chance
FIXED = ("done", "watch", "holds")


@dataclass(frozen=True, slots=True)
class Told:
    """How many people told each pain point outside, in a period and in the one before; and the posts seen in both."""

    now: Mapping[str, int]
    before: Mapping[str, int]
    seen_now: int
    seen_before: int


def months_later(day: date, months: int) -> date:
    """Return the same day so many months later, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def next_review(reviews: Sequence[Review], first_night: date | None, months: int) -> date | None:
    """Return the day on which the next review is due: so many months after the last stamped one, or the first night."""
    stamped = [one.until for one in reviews if one.reviewed_at is not None]
    start = max(stamped, default=first_night)
    return None if start is None else months_later(start, max(1, months))


def period(reviews: Sequence[Review], today: date, months: int) -> tuple[date, date]:
    """Return the first and last day that a review made today looks at: from the last stamped one on, else months."""
    stamped = [one.until for one in reviews if one.reviewed_at is not None and one.until < today]
    since = max(stamped) + timedelta(days=1) if stamped else months_later(today, -max(1, months)) + timedelta(days=1)
    return since, today


def changes(
    points: Sequence[Stand],
    told: Told,
    since: date,
    *,
    lines: Sequence[LedgerEntry],
    emergences: Sequence[Emergence],
    names: Mapping[str, str],
) -> tuple[MapChange, ...]:
    """Return what changed, each pain point once, or twice where it was also resolved or merged; most people first.

    Growth is told per post that we could see, and only where chance would do it in less than one of twenty cases.
    `lines` and `emergences` are the period's; `names` are those of all pain points, merged ones too.
    """
    back = {one.pain_point_id: one for one in emergences if one.kind == "back"}
    fixed = {one.pain_point_id: one for one in lines if _fixes(one)}
    moved = [_moved(one, told, since, back.get(one.id)) for one in points]
    resolved = [_resolved(one, told, fixed[one.id]) for one in points if one.id in fixed and one.status in FIXED]
    found = [one for one in (*moved, *resolved) if one is not None]
    found.sort(key=lambda one: (-max(one.before, one.after), one.pain_point_id))
    return (*found, *_merged(lines, names))


def _moved(point: Stand, told: Told, since: date, back: Emergence | None) -> MapChange | None:
    before, now = told.before.get(point.id, 0), told.now.get(point.id, 0)
    if back is not None:
        return MapChange("back", point.id, point.name, before, now, back.sentence)
    if point.born >= since and not before:
        return MapChange("new", point.id, point.name, before, now, f"a pain point since {short_day(point.born)}")
    kind = _direction(before, now, told)
    return MapChange(kind, point.id, point.name, before, now, _why(before, now, told)) if kind else None


def _direction(before: int, now: int, told: Told) -> str:
    """Return grown, shrunk, or "" where chance may have done it: the binomial test of two counts by exposure."""
    many, seen = before + now, told.seen_before + told.seen_now
    if not many or not told.seen_before or not told.seen_now:
        return ""
    share = told.seen_now / seen
    if _at_least(now, many, share) < UNLIKELY:
        return "grown"
    return "shrunk" if _at_least(before, many, 1 - share) < UNLIKELY else ""


@lru_cache(maxsize=65_536)  # most pain points have few people, so that the same counts come again and again
def _at_least(hits: int, many: int, share: float) -> float:
    """Return the chance of at least so many hits."""
    from scipy.special import bdtrc  # noqa: PLC0415 -- slow to import, needed only when maps are reviewed

    return float(bdtrc(hits - 1, many, share))


def _why(before: int, now: int, told: Told) -> str:
    posts = f"in {count(told.seen_now, 'post')} seen, {told.seen_before:,} in the period before"
    return f"{count(now, 'person', 'people')} after {before:,}, {posts}"


def _resolved(point: Stand, told: Told, line: LedgerEntry) -> MapChange:
    sentence = f"{point.status} since {short_day(line.at)}, said {line.who}"
    return MapChange(
        "resolved", point.id, point.name, told.before.get(point.id, 0), told.now.get(point.id, 0), sentence
    )


def _fixes(line: LedgerEntry) -> bool:
    return line.what == "resolved" or (line.what == "status" and line.detail.rpartition(" > ")[2] in FIXED)


def _merged(lines: Sequence[LedgerEntry], names: Mapping[str, str]) -> list[MapChange]:
    return [
        MapChange(
            *("merged", one.pain_point_id, names.get(one.pain_point_id, "") or one.pain_point_id, 0, 0),
            f"into {names.get(one.other_id, '') or one.other_id} ({one.other_id}) on {short_day(one.at)}, by {one.who}",
        )
        for one in lines
        if one.what == "merge"
    ]
