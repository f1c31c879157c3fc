"""Compare: what became of a map's pain points since the last review, and when the next one is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from listening.reviewing import changes, next_review, period
from listening.settings import Settings
from listening.store import Store, reads
from listening.types import STATUSES, Lens, PointCard, ReviewChanges


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a review looks at, and the day on which the next one is due (None before the first night)."""

    changes: ReviewChanges
    due: date | None


def review_changes(store: Store, settings: Settings, *, since: date | None = None, until: date) -> Reviewed:
    """Return what became of the pain points in `since..until`, against as many days before.

    Without `since` the period begins after the last stamped review, or the map's review months back.
    """
    journey, zone = settings.journey, settings.night.timezone
    kept = reads.reviews(store, journey.id)
    start = since or period(kept, until, journey.review_months)[0]
    start = min(start, until)
    now = Lens(start, until, zone)
    then = Lens(start - (until - start) - timedelta(days=1), start - timedelta(days=1), zone)
    people, before = reads.point_people(store, now), reads.point_people(store, then)
    news = reads.latest_news(store, journey.id, since=start)
    points = [one for one in reads.card_points(store, journey.id, states=STATUSES) if one.born <= until]
    cards = [
        PointCard(one, people.get(one.id, 0), kind=news[one.id].kind if one.id in news else "")
        for one in points
        if one.id in people or one.id in before or one.status not in ("open", "wont")
    ]
    cards.sort(key=lambda card: (-card.people, card.point.id))
    place = ZoneInfo(zone)
    edges = [datetime.combine(one, time(), place).astimezone(UTC) for one in (start, until + timedelta(days=1))]
    found = changes(
        cards,
        before,
        reads.merged_between(store, journey.id, edges[0], edges[1]),
        since=start,
        until=until,
        seen=(reads.seen(store, then), reads.seen(store, now)),
    )
    first = min(reads.first_nights(store).values(), default=None)
    return Reviewed(found, next_review(kept, first, journey.review_months))
