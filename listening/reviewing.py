"""When a map is to be reviewed, and what became of its pain points since the last time. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from listening.types import PainPoint, PointCard, Review, ReviewChanges

LEAST = 3  # people by which a change is more than a whim
FACTOR = 1.25


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
    cards: Sequence[PointCard],
    before: Mapping[str, int],
    merged: Sequence[PainPoint],
    *,
    since: date,
    until: date,
    seen: tuple[int, int],
) -> ReviewChanges:
    """Return what became of pain points: `cards` hold the people of the period, `before` those of the one before it.

    Grown and shrunk are judged per post that could be seen (`seen`: before and in the period), by a quarter and three
    people at least; so an outage or a new source is neither.
    """
    scale = seen[1] / seen[0] if seen[0] else 1.0
    new = [one for one in cards if since <= one.point.born <= until]
    old = [one for one in cards if one.point.born < since]
    done = [one for one in cards if _resolved(one.point, since, until)]
    return ReviewChanges(
        since=since,
        until=until,
        new=tuple(new),
        grown=tuple(one for one in old if _more(one.people, before.get(one.point.id, 0) * scale)),
        shrunk=tuple(one for one in old if _more(before.get(one.point.id, 0) * scale, one.people)),
        resolved=tuple(done),
        back=tuple(one for one in cards if one.kind == "back" or one.point.status == "came_back"),
        merged=tuple(merged),
        before=dict(before),
    )


def _more(one: float, other: float) -> bool:
    return one >= other + LEAST and one >= other * FACTOR


def _resolved(point: PainPoint, since: date, until: date) -> bool:
    on = point.resolved_on
    return point.status in ("watch", "holds", "done") and (on is None or since <= on <= until)
