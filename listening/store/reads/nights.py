"""What the nights were: crawls, their ends, and the outbox."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from listening.errors import NotFound
from listening.store.answers import AlertRow, Night, NightStep
from listening.store.engine import Store
from listening.store.payload import alert_of
from listening.store.rows import crawl_of
from listening.store.statements import in_slices
from listening.store.tables import alerts as alerts_table
from listening.store.tables import crawls as crawls_table
from listening.store.tables import nights as nights_table
from listening.store.tables import pain_points
from listening.store.tables_alerts import alert_points
from listening.store.tables_alerts import sights as sights_table
from listening.store.tables_visits import night_steps
from listening.types import Alert, Crawl, Sight


def crawls(store: Store, night: date | None = None, *, source: str | None = None) -> list[Crawl]:
    """Return the visits of one night or all, of one source or all, by night and source."""
    visits = sa.select(crawls_table).order_by(crawls_table.c.night, crawls_table.c.source)
    visits = visits if night is None else visits.where(crawls_table.c.night == night)
    visits = visits if source is None else visits.where(crawls_table.c.source == source)
    with store.reading() as connection:
        return [crawl_of(row) for row in connection.execute(visits).mappings()]


def crawls_between(store: Store, first: date, last: date) -> list[Crawl]:
    """Return the visits of these nights, both included, by night and source."""
    visits = sa.select(crawls_table).where(crawls_table.c.night.between(first, last))
    with store.reading() as connection:
        ordered = visits.order_by(crawls_table.c.night, crawls_table.c.source)
        return [crawl_of(row) for row in connection.execute(ordered).mappings()]


def nights(store: Store) -> list[Night]:
    """Return all nights, oldest first."""
    with store.reading() as connection:
        rows = connection.execute(sa.select(nights_table).order_by(nights_table.c.date)).mappings()
        return [Night(**row) for row in rows]


def steps(store: Store, night: date) -> list[NightStep]:
    """Return how the steps of a night went, by name."""
    columns = (night_steps.c.step, night_steps.c.seconds, night_steps.c.error)
    mine = sa.select(*columns).where(night_steps.c.night == night).order_by(night_steps.c.step)
    with store.reading() as connection:
        return [NightStep(*row) for row in connection.execute(mine)]


def alerts(store: Store, *, states: Collection[str] | None = None) -> list[AlertRow]:
    """Return the outbox, by night and owner: all, or those in these states."""
    rows = sa.select(alerts_table).order_by(alerts_table.c.night, alerts_table.c.owner, alerts_table.c.id)
    return _alert_rows(store, rows if states is None else rows.where(alerts_table.c.state.in_(sorted(states))))


def alert_page(
    store: Store, *, state: str = "", map_id: str = "", limit: int, offset: int
) -> tuple[list[AlertRow], int]:
    """Return a page of the outbox, the newest night first, and how many there are.

    With `state` only those; with `map_id` only those to owners of that map, and those that tell of its pain points.
    """
    mine = sa.true() if not state else alerts_table.c.state == state
    mine = sa.and_(mine, _of_map(map_id)) if map_id else mine
    order = (alerts_table.c.night.desc(), alerts_table.c.owner, alerts_table.c.id)
    with store.reading() as connection:
        total = connection.scalar(sa.select(sa.func.count()).select_from(alerts_table).where(mine)) or 0
    rows = sa.select(alerts_table).where(mine).order_by(*order).limit(limit).offset(offset)
    return _alert_rows(store, rows), total


def _of_map(map_id: str) -> sa.ColumnElement[bool]:
    whose = alerts_table.c.map
    joined = alert_points.join(pain_points, pain_points.c.id == alert_points.c.pain_point_id)
    told = sa.select(alert_points.c.alert_id).select_from(joined).where(pain_points.c.map == map_id)
    return sa.or_(whose == map_id, whose.startswith(f"{map_id}#", autoescape=True), alerts_table.c.id.in_(told))


def alerts_of_night(store: Store, night: date) -> list[AlertRow]:
    """Return a night's mails, by owner."""
    mine = sa.select(alerts_table).where(alerts_table.c.night == night)
    return _alert_rows(store, mine.order_by(alerts_table.c.owner, alerts_table.c.id))


def alert_row(store: Store, alert_id: str) -> AlertRow:
    """Return what became of one mail. Raises `NotFound`."""
    found = _alert_rows(store, sa.select(alerts_table).where(alerts_table.c.id == alert_id))
    if not found:
        raise NotFound(f"no alert {alert_id}", "see `listening alerts list`")
    return found[0]


def _alert_rows(store: Store, rows: sa.Select[tuple[object, ...]]) -> list[AlertRow]:
    wanted = ("id", "owner", "map", "night", "state", "tries", "next_try", "last_error", "sent_at", "channel")
    with store.reading() as connection:
        return [
            AlertRow(
                **{name: row[name] for name in wanted},
                email=told.owner.email,
                pain_points=tuple(one.pain_point_id for one in told.items),
                subject=told.title,
                ill=len(told.not_seen),
                tells_of=_tells_of(told),
            )
            for row in connection.execute(rows).mappings()
            for told in (alert_of(row["payload"]),)
        ]


def _tells_of(told: Alert) -> tuple[str, ...]:
    due, seen = (one.name for one in told.reminders), (one.name for one in told.sights)
    return (*(one.name for one in told.items), *due, *seen)


def alerts_sent(store: Store) -> list[AlertRow]:
    """Return the alerts whose mail went out, by night and owner."""
    return alerts(store, states=("sent",))


def alert(store: Store, alert_id: str) -> Alert:
    """Return one alert as it was queued. Raises `NotFound`."""
    with store.reading() as connection:
        payload = connection.scalar(sa.select(alerts_table.c.payload).where(alerts_table.c.id == alert_id))
    if payload is None:
        raise NotFound(f"no alert {alert_id}", "see `listening alerts list`")
    return alert_of(payload)


def last_night(store: Store) -> date | None:
    """Return the date of the last night that was closed, None before the first."""
    closed = sa.select(sa.func.max(nights_table.c.date)).where(nights_table.c.finished.is_not(None))
    with store.reading() as connection:
        found: date | None = connection.scalar(closed)
        return found


def told_before(
    store: Store, owners: Collection[str], channel: str, point_ids: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Return in which alerts one of these owners heard of each of these pain points on this channel: ids, oldest first.

    A mail that was given up is none: nobody read it.
    """
    found: dict[str, list[str]] = {one: [] for one in point_ids}
    columns = (alert_points.c.pain_point_id, alerts_table.c.id)
    joined = sa.select(*columns).join(alerts_table, alerts_table.c.id == alert_points.c.alert_id)
    mine = joined.where(
        alerts_table.c.owner.in_(sorted(owners)), alerts_table.c.channel == channel, alerts_table.c.state != "dead"
    )
    with store.reading() as connection:
        for part in in_slices(sorted(set(point_ids))):
            here = mine.where(alert_points.c.pain_point_id.in_(part))
            for point, alert_id in connection.execute(here.order_by(alerts_table.c.night, alerts_table.c.id)):
                found[point].append(alert_id)
    return {one: tuple(ids) for one, ids in found.items()}


def sights(store: Store, map_id: str) -> list[Sight]:
    """Return what became of the sight of a map's touchpoints, by night."""
    mine = sa.select(sights_table).where(sights_table.c.map == map_id)
    with store.reading() as connection:
        rows = connection.execute(mine.order_by(sights_table.c.night, sights_table.c.touchpoint)).mappings()
        wanted = ("touchpoint", "night", "kind", "since", "sentence")
        return [Sight(**{name: row[name] for name in wanted}, sources=tuple(row["sources"])) for row in rows]


def told_of(store: Store, things: Collection[str]) -> set[tuple[str, str, date]]:
    """Return the (thing, kind, day) that any alert told of these: pain points, or what else it is remembered by."""
    columns = (alert_points.c.pain_point_id, alert_points.c.kind, alert_points.c.emerged)
    with store.reading() as connection:
        return {
            (thing, kind, day)
            for part in in_slices(sorted(things))
            for thing, kind, day in connection.execute(
                sa.select(*columns).where(alert_points.c.pain_point_id.in_(part))
            )
        }


def told_since(store: Store, since: date) -> set[tuple[str, str, date]]:
    """Return the (pain point, kind, night of the emergence) that the nights' alerts told on or after a night.

    A touchpoint that went blind or is seen again stands there as "touchpoint ID". Digests (MAP#week) are left out.
    """
    columns = (alert_points.c.pain_point_id, alert_points.c.kind, alert_points.c.emerged)
    told = sa.select(*columns).join(alerts_table, alerts_table.c.id == alert_points.c.alert_id)
    with store.reading() as connection:
        rows = connection.execute(told.where(~alerts_table.c.map.endswith("#week"), alerts_table.c.night >= since))
        return {(point, kind, night) for point, kind, night in rows}
