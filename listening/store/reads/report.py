"""What a review shows of a map's pain points in a period: who told them, how far they reached, and how they go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from listening.store.engine import Store
from listening.store.reads.became import emergences
from listening.store.reads.days import heard_by, outside, placed, quotes, weekly_people, within
from listening.store.reads.points import in_points, points
from listening.store.rows import who
from listening.store.statements import in_slices
from listening.store.tables import documents, memberships, signals
from listening.types import STATUSES, PainPoint, PainPointRow

_UNTOUCHED = ("open", "wont")
_SHOWN = tuple(status for status in STATUSES if status != "no_pain")


def point_rows(store: Store, map_id: str, since: date, until: date, zone: str = "UTC") -> list[PainPointRow]:
    """Return the map's pain points heard in the period or worked on by somebody, those with the most people first.

    Of as many people, those that most others read. It tells of what had been placed by `until`: later nights do not
    change it. `people` told it outside, `people_inside` in surveys and tickets; `reach` adds up each post's views, or
    its likes where those are more. First and last seen, quotes and trend (12 weeks to `until`) look at all the past.
    """
    born = [one for one in points(store, map_id=map_id, states=_SHOWN) if one.born <= until]
    facts = _facts(store, [one.id for one in born], since, until, zone)
    shown = [one for one in born if facts[one.id].posts or one.status not in _UNTOUCHED or one.owner]
    ids = [one.id for one in shown]
    words = quotes(store, ids, placed_by=until)
    trends = weekly_people(store, ids, until, zone=zone, placed_by=until)
    news: dict[str, list[str]] = defaultdict(list)
    for one in emergences(store, ids):
        if since <= one.night <= until:
            news[one.pain_point_id].append(f"{one.sentence} ({one.night.day} {one.night:%B %Y})")
    rows = [
        replace(_row(one, facts[one.id]), trend=trends[one.id], quotes=words[one.id], emergences=tuple(news[one.id]))
        for one in shown
    ]
    return sorted(rows, key=lambda row: row.order)


def people_of(store: Store, since: date, until: date, zone: str = "UTC") -> dict[str, int]:
    """Return how many people told each pain point outside in a period, of what had been placed by its end."""
    point = memberships.c.pain_point_id
    told = sa.select(point, sa.func.count(sa.distinct(who))).select_from(in_points)
    told = told.where(within(since, until, zone), outside, placed(until), heard_by(store))
    with store.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(told.group_by(point))}


class _Facts:
    """What the members of one pain point add up to; `period` are those inside the period."""

    def __init__(self, point_members: Sequence[RowMapping], since: date, until: date, zone: str) -> None:
        place = ZoneInfo(zone)
        self.days = [row["created_at"].astimezone(place).date() for row in point_members]
        both = zip(self.days, point_members, strict=True)
        self.period = [row for day, row in both if since <= day <= until]
        self.past = [day for day in self.days if day <= until]

    @property
    def posts(self) -> int:
        return len({row["document_id"] for row in self.period})

    def people(self, *, inside: bool) -> int:
        return len({row["who"] for row in self.period if row["inside"] is inside})

    @property
    def reach(self) -> int:
        return sum({row["document_id"]: max(row["views"], row["likes"]) for row in self.period}.values())

    @property
    def unspoken_share(self) -> float:
        return sum(row["unspoken"] for row in self.period) / len(self.period) if self.period else 0.0


def _facts(store: Store, point_ids: Sequence[str], since: date, until: date, zone: str) -> dict[str, _Facts]:
    members: dict[str, list[RowMapping]] = {one: [] for one in point_ids}
    columns = (
        memberships.c.pain_point_id,
        signals.c.document_id,
        signals.c.unspoken,
        documents.c.created_at,
        documents.c.inside,
        documents.c.source,
        documents.c.views,
        documents.c.likes,
        who.label("who"),
    )
    with store.reading() as connection:
        for part in in_slices(point_ids):
            mine = sa.select(*columns).select_from(in_points).where(memberships.c.pain_point_id.in_(part))
            mine = mine.where(documents.c.near_of.is_(None), placed(until))
            for row in connection.execute(mine).mappings():
                members[row["pain_point_id"]].append(row)
    return {one: _Facts(rows, since, until, zone) for one, rows in members.items()}


def _row(point: PainPoint, facts: _Facts) -> PainPointRow:
    return PainPointRow(
        id=point.id,
        name=point.name,
        stage=point.stage,
        touchpoint=point.touchpoint or "",
        status=point.status,
        owner=point.owner,
        department=point.department,
        people=facts.people(inside=False),
        people_inside=facts.people(inside=True),
        posts=facts.posts,
        reach=facts.reach,
        unspoken_share=facts.unspoken_share,
        first_seen=min(facts.past, default=point.born),
        last_seen=max(facts.past, default=point.last_seen),
        trend=(),
        sources=tuple(sorted({row["source"] for row in facts.period})),
        quotes=(),
        importance=point.importance,
        cost=point.cost,
        ease=point.ease,
        due=point.due,
    )
