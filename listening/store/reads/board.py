"""What a pain point's page shows: its weeks, events and evidence, what is like it, and what can be undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import RowMapping

from listening.store.answers import Tally
from listening.store.engine import Store
from listening.store.reads.cards import CARD, light
from listening.store.reads.lens import seen_by_week, seen_through, week_starts
from listening.store.reads.points import in_points
from listening.store.rows import ledger_of, ledger_values, who
from listening.store.tables import crawls, documents, emergences, memberships, pain_points, signals, sources
from listening.store.tables import ledger as ledger_table
from listening.store.tables_board import reversals
from listening.types import Ears, Event, Evidence, HistoryLine, Lens, PainPoint, Week


def point_weeks(
    store: Store, point_id: str, lens: Lens, weeks: int = 26, *, seen: Sequence[int] | None = None
) -> list[Week]:
    """Return a pain point's weeks up to the lens' end, oldest first: its people, and the posts that we could see.

    `seen` are the posts, where `seen_by_week` counted them already.
    """
    starts = week_starts(lens.until, weeks)
    wide = Lens(starts[0], lens.until, lens.zone, lens.source, lens.inside)
    told = sa.select(documents.c.created_at, who).select_from(in_points)
    told = told.where(memberships.c.pain_point_id == point_id, seen_through(store, wide))
    place, people = ZoneInfo(lens.zone), [set[str]() for _ in starts]
    with store.reading() as connection:
        for moment, person in connection.execute(told):
            people[(moment.astimezone(place).date() - starts[0]).days // 7].add(person)
    counts = seen_by_week(store, lens, weeks) if seen is None else seen
    return [Week(start, len(here), count) for start, here, count in zip(starts, people, counts, strict=True)]


def tally(store: Store, point_id: str, lens: Lens) -> Tally:
    """Count a pain point in the lens: distinct people, its passages, the unspoken ones, and all posts in the lens."""
    quiet = sa.func.sum(sa.case((signals.c.unspoken, 1), else_=0))
    mine = sa.select(sa.func.count(sa.distinct(who)), sa.func.count(), quiet).select_from(in_points)
    mine = mine.where(memberships.c.pain_point_id == point_id, seen_through(store, lens))
    all_seen = sa.select(sa.func.count()).select_from(documents).where(seen_through(store, lens))
    with store.reading() as connection:
        people, passages, unspoken = connection.execute(mine).one()
        return Tally(people, connection.scalar(all_seen) or 0, passages, unspoken or 0)


def events(
    store: Store, point_id: str, since: date, until: date, *, zone: str = "UTC", names: Mapping[str, str] | None = None
) -> list[Event]:
    """Return what belongs on a pain point's trend: outages, new sources, its emergences, and what people did.

    What people did stands on its day in `zone`; `names` calls owners, by id, as people do.
    """
    own = _own_events(store, point_id, since, until, zone=zone, names=names or {})
    found = [*_source_events(store, since, until), *own]
    return sorted(found, key=lambda one: (one.day, one.kind, one.words))


def _source_events(store: Store, since: date, until: date) -> list[Event]:
    failed = sa.select(crawls.c.source, crawls.c.night).where(crawls.c.state == "failed", store.hears(crawls.c.source))
    failed = failed.where(crawls.c.night >= since, crawls.c.night <= until).order_by(crawls.c.source, crawls.c.night)
    fresh = sa.select(sources.c.name, sources.c.first_night).where(
        sources.c.first_night >= since, sources.c.first_night <= until, store.hears(sources.c.name)
    )
    out: dict[str, list[date]] = defaultdict(list)
    with store.reading() as connection:
        for source, night in connection.execute(failed):
            out[source].append(night)
        new = [Event(row[1], "source", f"{row[0]} was first read") for row in connection.execute(fresh)]
    return [*new, *(Event(nights[0], "outage", _outage(source, nights)) for source, nights in out.items())]


def _outage(source: str, nights: Sequence[date]) -> str:
    return f"{source} could not be read" + (f" on {len(nights)} nights from here on" if len(nights) > 1 else "")


_DONE = {
    "resolved": "said to be mended",
    "reopened": "opened again",
    "assigned": "given to",
    "merge": "another one merged in",
}


def _own_events(
    store: Store, point_id: str, since: date, until: date, *, zone: str, names: Mapping[str, str]
) -> list[Event]:
    news = sa.select(emergences).where(
        emergences.c.pain_point_id == point_id, emergences.c.night >= since, emergences.c.night <= until
    )
    lines = sa.select(ledger_table).where(ledger_table.c.pain_point_id == point_id, ledger_table.c.what.in_(_DONE))
    with store.reading() as connection:
        found = [Event(row["night"], "emerged", row["sentence"]) for row in connection.execute(news).mappings()]
        found += [_done(row, zone, names) for row in connection.execute(lines).mappings()]
    return [one for one in found if since <= one.day <= until]


def _done(line: RowMapping, zone: str, names: Mapping[str, str]) -> Event:
    """Return what somebody did on its day; a fix stands on the day of the fix, whenever that was said."""
    said = line["at"].astimezone(ZoneInfo(zone)).date()
    if line["what"] == "resolved":
        fixed = date.fromisoformat(line["detail"]) if line["detail"] else said
        return Event(fixed, "fixed", f"{_DONE['resolved']} by {line['who']}")
    owner = line["detail"].rpartition("> ")[2] if line["what"] == "assigned" else ""
    words = f"{_DONE[line['what']]} {names.get(owner, owner)}".strip()
    return Event(said, "status", f"{words} by {line['who']}")


_EVIDENCE = (
    signals.c.id.label("signal_id"),
    signals.c.document_id,
    signals.c.text,
    signals.c.start,
    signals.c.spans,
    signals.c.signals_on,
    (signals.c.pain_label == "unspoken").label("unspoken"),
    signals.c.mood,
    signals.c.stage,
    signals.c.touchpoint,
    documents.c.source,
    documents.c.kind,
    documents.c.url,
    documents.c.created_at,
    documents.c.likes,
    documents.c.views,
)


EVERYWHERE = Ears()


@dataclass(frozen=True, slots=True)
class Asked:
    """Which evidence is wanted: of a pain point, a stage, a touchpoint; only what hurts, or all that was heard."""

    point: str = ""
    also: str = ""  # a second pain point: what was told of either of them
    stage: str = ""
    touchpoint: str = ""
    painful: bool = False
    unspoken: bool = False
    signal: str = ""
    joined: date | None = None  # passages that came to their pain point on that night
    said: tuple[str, ...] = ()  # posts that hold one of these phrases, and none of `unsaid`
    unsaid: tuple[str, ...] = ()


def evidence(store: Store, asked: Asked, lens: Lens, *, limit: int = 20, offset: int = 0) -> tuple[int, list[Evidence]]:
    """Return how many passages there are, and `limit` of them from `offset` on, newest first.

    What a pain point was made of stays its evidence, even where its source feeds another map by now.
    """
    joined = signals.join(documents, documents.c.id == signals.c.document_id)
    joined = joined.outerjoin(memberships, memberships.c.signal_id == signals.c.id)
    wanted = [seen_through(replace(store, ears=EVERYWHERE) if asked.point else store, lens)]
    point = memberships.c.pain_point_id
    if asked.point:  # one alone is found by its index, which a list of one is not
        wanted.append(point.in_((asked.point, asked.also)) if asked.also else point == asked.point)
    for column, value in ((signals.c.stage, asked.stage), (signals.c.touchpoint, asked.touchpoint)):
        wanted += [column == value] if value else []
    wanted += [signals.c.pain_label != "none"] if asked.painful else []
    wanted += [signals.c.pain_label == "unspoken"] if asked.unspoken else []
    wanted += [memberships.c.night == asked.joined] if asked.joined is not None else []
    if asked.said:
        wanted.append(sa.or_(*(documents.c.text.icontains(one, autoescape=True) for one in asked.said)))
    wanted += [~documents.c.text.icontains(one, autoescape=True) for one in asked.unsaid]
    if asked.signal:
        wanted.append(signals.c.signals_on.cast(sa.Text).contains(f'"{asked.signal}"', autoescape=True))
    mine = sa.select(*_EVIDENCE, memberships.c.pain_point_id).select_from(joined).where(*wanted)
    order = (documents.c.created_at.desc(), signals.c.id)
    with store.reading() as connection:
        count = connection.scalar(sa.select(sa.func.count()).select_from(joined).where(*wanted)) or 0
        rows = connection.execute(mine.order_by(*order).limit(limit).offset(offset)).mappings()
        return count, [_evidence(row) for row in rows]


def _evidence(row: RowMapping) -> Evidence:
    length = len(row["text"])
    marks = [(max(0, start - row["start"]), min(length, end - row["start"]), name) for name, start, end in row["spans"]]
    left_out = ("start", "spans", "pain_point_id", "touchpoint", "signals_on")
    return Evidence(
        **{name: value for name, value in row.items() if name not in left_out},
        marks=tuple(sorted(mark for mark in marks if mark[0] < mark[1])),
        signals_on=tuple(row["signals_on"]),
        touchpoint=row["touchpoint"] or "",
        pain_point_id=row["pain_point_id"] or "",
    )


def mixes(store: Store, point_id: str) -> dict[str, dict[str, int]]:
    """Return how many distinct people each source, each signal and each stage has in a pain point."""
    told = sa.select(who, documents.c.source, signals.c.signals_on, signals.c.stage).select_from(in_points)
    told = told.where(memberships.c.pain_point_id == point_id, documents.c.near_of.is_(None))
    people: dict[str, dict[str, set[str]]] = {"source": {}, "signal": {}, "stage": {}}
    with store.reading() as connection:
        for person, source, on, stage in connection.execute(told):
            people["source"].setdefault(source, set()).add(person)
            people["stage"].setdefault(stage, set()).add(person)
            for name in on:
                people["signal"].setdefault(name, set()).add(person)
    return {kind: _by_count(found) for kind, found in people.items()}


def _by_count(found: Mapping[str, set[str]]) -> dict[str, int]:
    return {name: len(these) for name, these in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))}


@dataclass(frozen=True, slots=True, eq=False)
class Centres:
    """The centres of a map's living pain points in one space, scaled to length one: a row each, in order of `ids`."""

    ids: tuple[str, ...]
    matrix: NDArray[np.float32]


def centres(store: Store, map_id: str, space: str) -> Centres:
    """Return the centres of a map's living pain points that lie in one space."""
    columns = (pain_points.c.id, sa.type_coerce(pain_points.c.centroid, sa.LargeBinary))  # thousands: decoded at once
    mine = sa.select(*columns).where(
        pain_points.c.map == map_id, pain_points.c.space == space, pain_points.c.merged_into.is_(None)
    )
    with store.reading() as connection:
        rows = connection.execute(mine.order_by(pain_points.c.id)).all()
    wide = len(rows[0][1]) if rows else 0
    rows = [row for row in rows if len(row[1]) == wide]
    matrix = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4").reshape(len(rows), -1)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True) if rows else np.ones((0, 1))
    return Centres(tuple(row[0] for row in rows), (matrix / np.where(lengths == 0, 1, lengths)).astype(np.float32))


def similar(
    store: Store, point: PainPoint, *, among: Centres | None = None, least: float = 0.3, most: int = 5
) -> list[tuple[PainPoint, float]]:
    """Return the living pain points of the map whose centres are nearest, with the cosine, the nearest first.

    `among` are the map's centres, where they are at hand already.
    """
    here = centres(store, point.map, point.space) if among is None else among
    if not here.ids or here.matrix.shape[1] != len(point.centroid):
        return []
    close = here.matrix @ (point.centroid / (np.linalg.norm(point.centroid) or 1))
    ranked = [n for n in np.argsort(-close, kind="stable")[: most + 1] if here.ids[n] != point.id]
    best = {here.ids[n]: float(close[n]) for n in ranked[:most] if close[n] >= least}
    full = sa.select(*CARD).where(pain_points.c.id.in_(best), pain_points.c.merged_into.is_(None))
    with store.reading() as connection:
        points = {row["id"]: light(row) for row in connection.execute(full).mappings()}
    return [(points[one], cosine) for one, cosine in best.items() if one in points]


def history(store: Store, point_id: str) -> list[HistoryLine]:
    """Return a pain point's ledger, newest first, with what can be undone."""
    mine = sa.or_(ledger_table.c.pain_point_id == point_id, ledger_table.c.other_id == point_id)
    lines = sa.select(ledger_table).where(mine).order_by(ledger_table.c.id.desc())
    there = sa.or_(reversals.c.pain_point_id == point_id, reversals.c.other_id == point_id)
    with store.reading() as connection:
        open_keys = set(connection.scalars(sa.select(reversals.c.key).where(there, reversals.c.undone_at.is_(None))))
        entries = [ledger_of(row) for row in connection.execute(lines).mappings()]
    keys = [str(ledger_values(entry)["key"]) for entry in entries]
    return [HistoryLine(key, entry, key in open_keys) for key, entry in zip(keys, entries, strict=True)]


def off_map(store: Store, map_id: str, stages: Collection[str], touchpoints: Collection[str]) -> list[PainPoint]:
    """Return a map's living pain points whose stage or touchpoint the map does not have any more."""
    point = pain_points.c
    lost = sa.or_(
        point.stage.not_in([*stages, "none"]),
        sa.and_(point.touchpoint.is_not(None), point.touchpoint.not_in([*touchpoints])),
    )
    mine = sa.select(*CARD).where(point.map == map_id, point.merged_into.is_(None), lost)
    with store.reading() as connection:
        return [light(row) for row in connection.execute(mine.order_by(point.people.desc(), point.id)).mappings()]
