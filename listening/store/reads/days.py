"""People by day and by week, and their words: what a trend, an emergence and an alert are made of.

Inside texts (surveys, tickets) and near copies are left out: they tell nothing of what we could see outside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from listening.store.engine import Store
from listening.store.reads.documents import first_nights
from listening.store.reads.points import heard, in_points
from listening.store.rows import who
from listening.store.statements import in_slices
from listening.store.tables import documents, memberships, signals, sources
from listening.types import DayCount, Quote

MANY = 50  # pain points
outside = sa.and_(documents.c.inside.is_(False), documents.c.near_of.is_(None))


def edges(since: date, until: date, zone: str) -> tuple[datetime, datetime]:
    """Return when the days from `since` to `until` begin in that zone, and when the day after them does, in UTC."""
    start, end = (datetime.combine(one, time(), ZoneInfo(zone)) for one in (since, until + timedelta(days=1)))
    return start.astimezone(UTC), end.astimezone(UTC)


def within(since: date, until: date, zone: str) -> sa.ColumnElement[bool]:
    """Return the condition that a document was written from `since` to `until`, both included, in that zone."""
    start, end = edges(since, until, zone)
    return sa.and_(documents.c.created_at >= start, documents.c.created_at < end)


def heard_by(store: Store) -> sa.ColumnElement[bool]:
    """Return the condition that a document is of a source that the map in hand hears."""
    return store.hears(documents.c.source)


def known_by(until: date, zone: str) -> sa.ColumnElement[bool]:
    """Return the condition that we knew a document when `until` ended, or came to know its whole source later.

    So what a source brings late does not change what was told of a day, and an imported archive tells of its own days.
    """
    end = edges(until, until, zone)[1]
    archives = sa.select(sources.c.name).where(sources.c.first_night > until)
    return sa.or_(documents.c.first_seen < end, documents.c.source.in_(archives))


def heard_in(store: Store, since: date, until: date, zone: str, *, outside_only: bool = False) -> tuple[int, int]:
    """Return how many documents were written in a period, and by how many people; near copies count as documents."""
    columns = sa.func.count(), sa.func.count(sa.distinct(who))
    counted = sa.select(*columns).where(within(since, until, zone), known_by(until, zone), heard_by(store))
    counted = counted.where(outside) if outside_only else counted
    with store.reading() as connection:
        row = connection.execute(counted).one()
        return row[0], row[1]


def day_counts(
    store: Store, point_ids: Collection[str], *, since: date, until: date, zone: str
) -> dict[str, list[DayCount]]:
    """Return for each pain point a count a source and local day on which anything was seen, by day and source."""
    first = first_nights(store)
    people: dict[str, dict[tuple[date, str], set[str]]] = {one: defaultdict(set) for one in point_ids}
    with store.reading() as connection:
        seen = _count_days(connection, since, until, zone, heard_by(store))
        for day, told in _tellers(connection, point_ids, since, until, zone, heard_by(store)):
            for point, source, person in told:
                if (mine := people.get(point)) is not None:
                    mine[day, source].add(person)
    late = {(day, source): source in first and day < first[source] for day, source in seen}
    blank = [DayCount(*key, seen=count, backlog=late[key]) for key, count in seen.items()]
    places = {key: place for place, key in enumerate(seen)}
    return {point: _fill(blank, places, told) for point, told in people.items()}


def posts_and_people(
    store: Store, point_ids: Collection[str], *, since: date, until: date, zone: str
) -> dict[str, tuple[int, int]]:
    """Return how many posts told each of these pain points in these local days, and how many people wrote them."""
    counts = sa.func.count(documents.c.id.distinct()), sa.func.count(who.distinct())
    told = sa.select(memberships.c.pain_point_id, *counts).select_from(in_points).group_by(memberships.c.pain_point_id)
    told = told.where(within(since, until, zone), outside, heard_by(store))
    found: dict[str, tuple[int, int]] = {}
    with store.reading() as connection:
        for part in in_slices(sorted(set(point_ids))):
            mine = told.where(memberships.c.pain_point_id.in_(part))
            found |= {point: (posts, people) for point, posts, people in connection.execute(mine)}
    return found


def _fill(
    blank: Sequence[DayCount], places: Mapping[tuple[date, str], int], told: Mapping[tuple[date, str], set[str]]
) -> list[DayCount]:
    """Put the people who told it into days that are the same for all pain points."""
    days = list(blank)
    for key, people in told.items():
        if (place := places.get(key)) is not None:
            day = blank[place]
            days[place] = DayCount(day.day, day.source, day.seen, frozenset(people), backlog=day.backlog)
    return days


def _tellers(  # noqa: PLR0917 - all of them are needed
    connection: Connection,
    point_ids: Collection[str],
    since: date,
    until: date,
    zone: str,
    mine: sa.ColumnElement[bool],
) -> Iterator[tuple[date, Sequence[tuple[str, str, str]]]]:
    """Go through who told these pain points and others: local day, then (pain point, source, person).

    Of many pain points day by day: nobody has to work out the day of a hundred thousand moments.
    """
    if len(set(point_ids)) <= MANY:
        place = ZoneInfo(zone)
        for row in _members(connection, point_ids, sa.and_(within(since, until, zone), outside, mine)):
            yield row.created_at.astimezone(place).date(), [(row.pain_point_id, row.source, row.who)]
        return
    told = sa.select(memberships.c.pain_point_id, documents.c.source, who.label("who")).select_from(in_points)
    for day in _every_day(since, until):
        yield day, connection.execute(told.where(within(day, day, zone), outside, mine)).tuples().all()


def _count_days(
    connection: Connection, since: date, until: date, zone: str, mine: sa.ColumnElement[bool]
) -> dict[tuple[date, str], int]:
    """Count the documents of each local day and source, by day and source, from an index alone."""
    counted = sa.select(documents.c.source, sa.func.count()).group_by(documents.c.source).order_by(documents.c.source)
    seen = {}
    for day in _every_day(since, until):
        for source, count in connection.execute(counted.where(within(day, day, zone), outside, mine)):
            seen[day, source] = count
    return seen


def _every_day(since: date, until: date) -> Iterator[date]:
    return (since + timedelta(days=number) for number in range((until - since).days + 1))


def seen_days(store: Store, since: date, until: date, zone: str) -> list[DayCount]:
    """Return how many documents each source showed on each local day; nobody is counted."""
    with store.reading() as connection:
        seen = _count_days(connection, since, until, zone, heard_by(store))
    return [DayCount(day, source, count) for (day, source), count in seen.items()]


def speakers(store: Store, since: date, until: date, zone: str) -> dict[str, dict[str, int]]:
    """Return how many different people spoke of each touchpoint in each source, whether it hurt or not."""
    columns = signals.c.touchpoint, documents.c.source, sa.func.count(sa.distinct(who))
    spoken = sa.select(*columns).select_from(heard).where(within(since, until, zone), outside, heard_by(store))
    spoken = spoken.where(signals.c.touchpoint.is_not(None)).group_by(signals.c.touchpoint, documents.c.source)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    with store.reading() as connection:
        for touchpoint, source, people in connection.execute(spoken):
            found[touchpoint][source] = people
    return found


def _members(
    connection: Connection, point_ids: Collection[str], condition: sa.ColumnElement[bool]
) -> Iterator[Row[tuple[str, str, datetime, str]]]:
    """Go through the members of these pain points whose documents meet the condition (a period).

    Of many pain points all that was said in the period is looked through, by its index: cheaper than to look up every
    member that they ever had.
    """
    columns = (memberships.c.pain_point_id, documents.c.source, documents.c.created_at, who.label("who"))
    told, wanted = sa.select(*columns).select_from(in_points).where(condition), set(point_ids)
    if len(wanted) > MANY:
        yield from (row for row in connection.execute(told) if row.pain_point_id in wanted)
        return
    for part in in_slices(sorted(wanted)):
        yield from connection.execute(told.where(memberships.c.pain_point_id.in_(part)))


def weekly_people(
    store: Store,
    point_ids: Collection[str],
    until: date,
    weeks: int = 12,
    zone: str = "UTC",
    *,
    placed_by: date | None = None,
) -> dict[str, tuple[int, ...]]:
    """Return the distinct people a week of each pain point, oldest week first; the last week ends with `until`.

    With `placed_by` only what was placed up to that night counts.
    """
    place = ZoneInfo(zone)
    first = until - timedelta(days=7 * weeks - 1)
    told: dict[str, list[set[str]]] = {one: [set() for _ in range(weeks)] for one in point_ids}
    with store.reading() as connection:
        for row in _members(connection, point_ids, sa.and_(within(first, until, zone), outside, placed(placed_by))):
            week = (row.created_at.astimezone(place).date() - first).days // 7
            told[row.pain_point_id][week].add(row.who)
    return {one: tuple(len(people) for people in by_week) for one, by_week in told.items()}


def placed(by: date | None) -> sa.ColumnElement[bool]:
    """Return the condition that a passage was placed up to a night; None lets all pass."""
    return sa.true() if by is None else memberships.c.night <= by


def quotes(
    store: Store,
    point_ids: Collection[str],
    each: int = 3,
    *,
    placed_by: date | None = None,
    lately: datetime | None = None,
) -> dict[str, tuple[Quote, ...]]:
    """Return up to `each` quotes of each pain point, of different people: the truest first, then the most liked.

    Near copies are left out; inside texts may speak. With `placed_by` only what was placed up to that night; what was
    said from `lately` on comes before the rest.
    """
    found: dict[str, list[Quote]] = {one: [] for one in point_ids}
    with store.reading() as connection:
        for part in in_slices(sorted(set(point_ids))):
            for row in connection.execute(_best(part, each, placed(placed_by), lately)):
                quote = Quote(row.document_id, row.text, row.source, row.url, row.created_at, row.likes, row.person)
                found[row.pain_point_id].append(quote)
    return {one: tuple(chosen) for one, chosen in found.items()}


def _best(
    point_ids: Collection[str], each: int, placing: sa.ColumnElement[bool], lately: datetime | None
) -> sa.Select[tuple[object, ...]]:
    """Rank each person's quotes, then the people by their best one."""
    point = memberships.c.pain_point_id
    old = sa.literal(0) if lately is None else sa.case((documents.c.created_at >= lately, 0), else_=1)
    order = (old, memberships.c.score.desc(), documents.c.likes.desc(), documents.c.created_at, signals.c.id)
    own = sa.func.row_number().over(partition_by=(point, who), order_by=order).label("own")
    columns = (
        point,
        signals.c.id,
        memberships.c.score,
        documents.c.likes,
        documents.c.created_at,
        old.label("old"),
        own,
    )
    mine = sa.select(*columns).select_from(in_points)
    mine = mine.where(point.in_(point_ids), documents.c.near_of.is_(None), placing)
    one = mine.subquery()
    best = (one.c.old, one.c.score.desc(), one.c.likes.desc(), one.c.created_at, one.c.id)
    rank = sa.func.row_number().over(partition_by=one.c.pain_point_id, order_by=best).label("rank")
    ranked = sa.select(one.c.pain_point_id, one.c.id, rank).where(one.c.own == 1).subquery()
    places = (documents.c.source, documents.c.url, documents.c.created_at, documents.c.likes, documents.c.person)
    whole = sa.select(ranked.c.pain_point_id, signals.c.document_id, signals.c.text, *places)
    whole = whole.join(signals, signals.c.id == ranked.c.id).join(documents, documents.c.id == signals.c.document_id)
    return whole.where(ranked.c.rank <= each).order_by(ranked.c.pain_point_id, ranked.c.rank)
