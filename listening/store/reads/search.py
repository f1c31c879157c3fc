"""Finds pain points and posts by their words, the same on both databases; the database keeps the index in step."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from listening.store.engine import Store
from listening.store.tables import documents, memberships, pain_points, signals
from listening.types import Hit

_WORD = re.compile(r"[^\W_]+")
MOST_WORDS = 12  # more say nothing more, and cost
AROUND = 90  # characters before and after the first match
_LONGEST_WORD = 60

_SQLITE = (
    "SELECT substr(k.key, 3) AS id FROM search_words AS w JOIN search_keys AS k ON k.number = w.rowid "
    "WHERE search_words MATCH :words AND k.key >= :low AND k.key < :high"
)
_POSTGRES = (
    "SELECT substr(key, 3) AS id FROM search_words WHERE words @@ to_tsquery('simple', :words) "
    "AND key >= :low AND key < :high"
)


def words_of(query: str) -> list[str]:
    """Return the words of a query: letters and digits, in small letters, each once, the first twelve."""
    found = (word[:_LONGEST_WORD] for word in _WORD.findall(query.casefold()))
    return list(dict.fromkeys(found))[:MOST_WORDS]


def search(store: Store, query: str, *, map_id: str, limit: int = 20, offset: int = 0) -> tuple[list[Hit], list[Hit]]:
    """Return pain points of the map (most people first) and posts (newest first) that hold all the words.

    A word also finds what begins with it: "cancel" finds "cancelled". Merged pain points are left out. A query without
    a word finds nothing.
    """
    words = words_of(query)
    if not words:
        return [], []
    with store.reading() as connection:
        points = _points(connection, _ids(store, words, "p"), words, map_id=map_id, limit=limit, offset=offset)
        held, mine = _ids(store, words, "d").subquery(), store.hears(documents.c.source)
        mine = sa.and_(mine, documents.c.near_of.is_(None))
        return points, found_posts(connection, held, mine, words, limit=limit, offset=offset)


def _ids(store: Store, words: Sequence[str], letter: str) -> sa.TextualSelect:
    if store.on_sqlite:
        text, asked = _SQLITE, " AND ".join(f'"{word}" *' for word in words)
    else:
        text, asked = _POSTGRES, " & ".join(f"{word}:*" for word in words)
    bound = sa.text(text).bindparams(words=asked, low=f"{letter}:", high=f"{letter};")
    return bound.columns(sa.column("id", sa.Text))


def _points(
    connection: Connection, ids: sa.TextualSelect, words: Sequence[str], *, map_id: str, limit: int, offset: int
) -> list[Hit]:
    point, found = pain_points.c, ids.subquery()
    mine = sa.select(point.id, point.name, point.words).join(found, found.c.id == point.id)
    mine = mine.where(point.map == map_id, point.merged_into.is_(None)).order_by(point.people.desc(), point.id)
    rows = connection.execute(mine.limit(limit).offset(offset))
    return [Hit("pain point", row.id, row.name, snippet(" ".join(row.words), words)) for row in rows]


def found_posts(
    connection: Connection,
    found: sa.Subquery,
    mine: sa.ColumnElement[bool],
    words: Sequence[str],
    *,
    limit: int,
    offset: int,
) -> list[Hit]:
    """Return the posts whose ids were found and that meet a condition, the newest first, around the first word."""
    post = documents.c
    columns = (post.id, post.title, post.text, post.source, post.url, post.created_at)
    posts = sa.select(*columns).join(found, found.c.id == post.id).where(mine).order_by(post.created_at.desc(), post.id)
    rows = connection.execute(posts.limit(limit).offset(offset)).all()
    told = _told_in(connection, [row.id for row in rows])
    return [
        Hit("post", row.id, row.title, snippet(row.text, words), row.source, row.url, row.created_at, told[row.id])
        for row in rows
    ]


def _told_in(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    joined = memberships.join(signals, signals.c.id == memberships.c.signal_id)
    mine = sa.select(signals.c.document_id, memberships.c.pain_point_id).select_from(joined).distinct()
    found: dict[str, list[str]] = defaultdict(list)
    for document, point in connection.execute(mine.where(signals.c.document_id.in_(ids))):
        found[document].append(point)
    return defaultdict(tuple, {one: tuple(sorted(points)) for one, points in found.items()})


def held_in(text: str, query: str) -> list[tuple[int, int]]:
    """Return where a text holds what a query asks for, as (start, end) of whole words."""
    return list(_held(text, words_of(query)))


def _held(text: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    asked = "|".join(re.escape(word) for word in words)
    found = re.finditer(rf"(?<![^\W_])(?:{asked})[^\W_]*", text, re.IGNORECASE) if asked else ()
    return (one.span() for one in found)


def snippet(text: str, words: Sequence[str]) -> str:
    """Return the stretch of a text around its first match, in whole words, with an ellipsis where it was cut."""
    first = next((start for start, _ in _held(text, words)), 0)
    low, high = max(0, first - AROUND), first + 2 * AROUND
    low = text.find(" ", low, first) + 1 or low if low else 0
    last = text.rfind(" ", first, high) if high < len(text) else len(text)
    high = last if last > first else high
    shown = " ".join(text[low:high].split())
    return f"{'…' if low else ''}{shown}{'…' if high < len(text) else ''}"
