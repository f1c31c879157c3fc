"""Pain points and the pains in them: what waits for a place, and what belongs where."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from listening.errors import NotFound
from listening.store.engine import Store
from listening.store.rows import PAIN_COLUMNS, pain_of, point_of
from listening.store.statements import in_slices
from listening.store.tables import documents, memberships, pain_points, signals
from listening.store.tables import emergences as emergences_table
from listening.store.tables_board import goals
from listening.store.tables_decisions import no_pains
from listening.types import STATUSES, Pain, PainPoint, PostKind, Vector

# A resolved pain point stays open to its pains: it is watched, and may come back. Only one that is refused, or
# no pain at all, is closed.
OPEN = tuple(status for status in STATUSES if status not in ("wont", "no_pain"))
SHORT = 500  # characters; who tells a story in more may show a picture of it
_ELSEWHERE = re.compile(r"https?://|\bwww\.|\[(?:phone|email)\]|\b[\w-]+\.[a-z]{2,}/\S", re.IGNORECASE)

# What `_said_by` needs: all but the embedding and the cues, in its order.
_SAID = tuple(one for one in PAIN_COLUMNS if one.name not in ("embedding", "start", "spans"))
# What `_felt_by` needs, in its order, and the whole post.
_FELT = (
    *(one for one in PAIN_COLUMNS if one.name in ("signal_id", "document_id", "who", "created_at")),
    signals.c.stage,
    signals.c.touchpoint,
    signals.c.pain,
    documents.c.title,
    documents.c.text.label("whole"),
)
_UNHEARD = np.zeros(0, dtype=np.float32)

heard = signals.join(documents, documents.c.id == signals.c.document_id)
in_points = memberships.join(signals, signals.c.id == memberships.c.signal_id).join(
    documents, documents.c.id == signals.c.document_id
)


def unplaced_pains(
    store: Store, *, since: datetime, until: datetime, floor: float, space: str | None = None
) -> list[Pain]:
    """Return pains written from `since` to `until` that belong nowhere yet, oldest first.

    A pain is a passage that grouping counts as one with `floor` or more (`Signal.voice`). Near copies are left out,
    what a person called no pain, and with `space` what was heard in another one.
    """
    waiting = (
        sa.select(*PAIN_COLUMNS, documents.c.text.label("whole"))
        .select_from(heard.outerjoin(memberships, memberships.c.signal_id == signals.c.id))
        .where(memberships.c.signal_id.is_(None), signals.c.pain >= floor)
        .where(~sa.exists().where(no_pains.c.signal_id == signals.c.id))
        .where(documents.c.created_at >= since, documents.c.created_at <= until, documents.c.near_of.is_(None))
        .order_by(documents.c.created_at, signals.c.id)
    )
    waiting = waiting.where(store.hears(documents.c.source))
    waiting = waiting if space is None else waiting.where(signals.c.space == space)
    with store.reading() as connection:
        rows = connection.execute(waiting).mappings()
        return [pain_of(row, elsewhere=sends_elsewhere(row["whole"])) for row in rows]


def sends_elsewhere(text: str) -> bool:
    """Whether a post is short and sends its reader to a link, or to a number or an address (as redaction left them)."""
    return len(text) <= SHORT and _ELSEWHERE.search(text) is not None


def pains_of(
    store: Store, point_ids: Collection[str], *, limit_each: int | None = None, space: str | None = None
) -> dict[str, list[Pain]]:
    """Return the pains of these pain points, oldest first; with `limit_each` only the newest so many.

    With `space` only those heard in it. Without it, one heard in another space than its pain point's centre stands at
    that centre until it is read again: the two cannot be compared.
    """
    found: dict[str, list[Pain]] = {one: [] for one in point_ids}
    newest_first = documents.c.created_at.desc(), signals.c.id.desc()
    told = sa.select(memberships.c.signal_id, _rank(*newest_first)).select_from(in_points)
    told = told if space is None else told.where(signals.c.space == space)
    with store.reading() as connection:
        for part in in_slices(sorted(set(point_ids))):
            centres = _centres(connection, part)
            for row in connection.execute(_chosen(PAIN_COLUMNS, told, part, limit_each)).mappings():
                home, middle = centres[row["pain_point_id"]]
                apart_from_it = space is None and row["space"] != home
                found[row["pain_point_id"]].append(
                    pain_of({**row, "embedding": middle, "space": home} if apart_from_it else row)
                )
    return found


def words_of(store: Store, point_ids: Collection[str], *, limit_each: int | None = None) -> dict[str, list[Pain]]:
    """Return as `pains_of` does what was said and where it belongs, but faster: without embedding and cues.

    With `limit_each` it is the so many that were placed last.
    """
    found: dict[str, list[Pain]] = {one: [] for one in point_ids}
    with store.reading() as connection:
        for part in in_slices(sorted(set(point_ids))):
            for row in connection.execute(_chosen(_SAID, _PLACED_LAST, part, limit_each)).all():
                found[row[-1]].append(_said_by(row))
    return found


def posts_of(
    store: Store, point_ids: Collection[str], *, limit_each: int | None = None
) -> tuple[dict[str, list[Pain]], dict[str, str]]:
    """Return what says where pain points stand: their pains, and as `whole_posts` does the posts that they stand in.

    With `limit_each` it is the so many that were placed last. They come in any order, with person, date, place and how
    sure they are, and without their own words, source and embedding: a night reads a hundred thousand.
    """
    found: dict[str, list[Pain]] = {one: [] for one in point_ids}
    posts: dict[str, str] = {}
    with store.reading() as connection:
        for part in in_slices(sorted(set(point_ids))):
            chosen = _chosen(_FELT, _PLACED_LAST, part, limit_each).order_by(None)
            for *felt, title, whole, point_id in connection.execute(chosen).all():
                said = _felt_by(*felt)
                found[point_id].append(said)
                posts[said.document_id] = f"{title}\n{whole}"
    return found, posts


def _rank(*order: sa.ColumnElement[Any]) -> sa.Label[int]:
    """Number the members of each pain point in this order."""
    return sa.func.row_number().over(partition_by=memberships.c.pain_point_id, order_by=order).label("rank")


def _said_by(row: Sequence[Any]) -> Pain:
    """Return the pain of a row that begins with `_SAID`, without its embedding and cues."""
    one, document, person, source, kind, thread, text, at, stage, touchpoint, unspoken, pain, space = row[:13]
    return Pain(
        signal_id=one,
        document_id=document,
        person=person,
        source=source,
        kind=PostKind(kind),
        thread=f"{source}:{thread}" if thread else "",
        text=text,
        created_at=at,
        stage=stage,
        touchpoint=touchpoint,
        unspoken=unspoken,
        pain=pain,
        embedding=_UNHEARD,
        space=space,
    )


def _felt_by(  # noqa: PLR0917 - a row's columns
    one: str, document: str, person: str, at: datetime, stage: str, touchpoint: str | None, pain: float
) -> Pain:
    """Return a pain that says who feels it, when and where, and nothing else."""
    return Pain(
        signal_id=one,
        document_id=document,
        person=person,
        source="",
        kind=PostKind.FORUM,
        text="",
        created_at=at,
        stage=stage,
        touchpoint=touchpoint,
        unspoken=False,
        pain=pain,
        embedding=_UNHEARD,
    )


_PLACED_LAST = sa.select(memberships.c.signal_id, _rank(memberships.c.night.desc(), memberships.c.signal_id.desc()))


def _chosen(
    columns: Collection[sa.ColumnElement[Any]],
    told: sa.Select[Any],
    point_ids: Collection[str],
    limit_each: int | None,
) -> sa.Select[Any]:
    """Take so many of each, oldest first; which ones is found by their ids alone, for most of a row is its text."""
    ranked = told.add_columns(memberships.c.pain_point_id).where(memberships.c.pain_point_id.in_(point_ids)).subquery()
    whole = ranked.join(signals, signals.c.id == ranked.c.signal_id)
    whole = whole.join(documents, documents.c.id == signals.c.document_id)
    chosen = sa.select(*columns, ranked.c.pain_point_id).select_from(whole)
    chosen = chosen.order_by(ranked.c.pain_point_id, documents.c.created_at, signals.c.id)
    return chosen if limit_each is None else chosen.where(ranked.c.rank <= limit_each)


def _centres(connection: Connection, point_ids: Collection[str]) -> dict[str, tuple[str, Vector]]:
    """Return the space of each of these pain points, and its centre scaled to length one."""
    columns = (pain_points.c.id, pain_points.c.space, pain_points.c.centroid)
    rows = connection.execute(sa.select(*columns).where(pain_points.c.id.in_(point_ids)))
    return {one: (space, middle / (np.linalg.norm(middle) or 1)) for one, space, middle in rows}


def threads_told(store: Store, threads: Collection[str]) -> dict[str, frozenset[str]]:
    """Return which pain points were already told in each of these threads (`Pain.thread`); silent ones are left out."""
    wanted = set(threads)
    found: dict[str, set[str]] = {}
    columns = (documents.c.source, documents.c.thread, memberships.c.pain_point_id)
    with store.reading() as connection:
        for part in in_slices(sorted({one.partition(":")[2] for one in wanted if one})):
            mine = sa.select(*columns).distinct().select_from(in_points).where(documents.c.thread.in_(part))
            for source, thread, point_id in connection.execute(mine):
                found.setdefault(f"{source}:{thread}", set()).add(point_id)
    return {thread: frozenset(told) for thread, told in found.items() if thread in wanted}


def points(
    store: Store,
    *,
    map_id: str,
    states: Collection[str] = OPEN,
    include_merged: bool = False,
    told_since: date | None = None,
) -> list[PainPoint]:
    """Return a map's pain points in these states (all but "wont"), by birth; merged ones only when asked for.

    With `told_since` only those that somebody told on that day or after.
    """
    merged = sa.true() if include_merged else pain_points.c.merged_into.is_(None)
    told = sa.true() if told_since is None else pain_points.c.last_seen >= told_since
    return _points(store, map_id, sa.and_(pain_points.c.status.in_(sorted(states)), merged, told))


def points_silent(store: Store, *, map_id: str, since: date) -> list[PainPoint]:
    """Return the open pain points last told on a day or before that are not known to have faded, by birth."""
    return _points(store, map_id, sa.and_(_stands, pain_points.c.last_seen <= since, pain_points.c.faded.is_(None)))


def points_emerged(store: Store, *, map_id: str, since: date, until: date) -> list[PainPoint]:
    """Return the open pain points that emerged from one night to another, both included, by birth."""
    found = sa.select(emergences_table.c.pain_point_id).where(emergences_table.c.night.between(since, until))
    return _points(store, map_id, sa.and_(_stands, pain_points.c.id.in_(found)))


def points_due(store: Store, *, map_id: str, by: date) -> list[PainPoint]:
    """Return the open pain points that have a day up to `by`, or whose goal has, by birth."""
    aims = sa.select(goals.c.pain_point_id).where(goals.c.due <= by)
    return _points(store, map_id, sa.and_(_stands, sa.or_(pain_points.c.due <= by, pain_points.c.id.in_(aims))))


_stands = sa.and_(pain_points.c.status.in_(sorted(OPEN)), pain_points.c.merged_into.is_(None))


def _points(store: Store, map_id: str, condition: sa.ColumnElement[bool]) -> list[PainPoint]:
    mine = sa.select(pain_points).where(pain_points.c.map == map_id, condition)
    with store.reading() as connection:
        return [point_of(row) for row in connection.execute(mine.order_by(pain_points.c.born, pain_points.c.id)).all()]


def point(store: Store, point_id: str) -> PainPoint:
    """Return one pain point; a merged one says where it went. Raises `NotFound`."""
    with store.reading() as connection:
        row = connection.execute(sa.select(pain_points).where(pain_points.c.id == point_id)).first()
    if row is None:
        raise NotFound(f"no pain point {point_id}", "see `listening pain-points list`")
    return point_of(row)


def points_by_id(store: Store, point_ids: Collection[str]) -> list[PainPoint]:
    """Return these pain points, merged ones too; unknown ids are left out."""
    found: list[PainPoint] = []
    with store.reading() as connection:
        for part in in_slices(sorted(set(point_ids))):
            rows = connection.execute(sa.select(pain_points).where(pain_points.c.id.in_(part))).all()
            found += [point_of(row) for row in rows]
    return found
