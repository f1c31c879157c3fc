"""Reads one record of an export (a line of JSONL or CSV) as a post, whatever its columns are called."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from listening.errors import InputError
from listening.sources.dates import read_moment
from listening.types import BodyFormat, Post, PostKind

Record = Mapping[str, object]

TEXT = ("text", "selftext", "body", "comment", "content", "message", "description", "verbatim", "feedback", "review")
TITLE = ("title", "subject", "summary", "headline")
DATE = (
    "created_at",
    "created_utc",
    "created",
    "date",
    "timestamp",
    "time",
    "submitted_at",
    "published_at",
    "published",
)
AUTHOR = ("author", "user", "username", "customer", "customer_id", "name", "respondent", "requester", "email")
ID = ("id", "native_id", "post_id", "comment_id", "ticket_id", "response_id", "uuid", "key")
URL = ("url", "permalink", "link", "source_url")
LIKES = ("likes", "ups", "like_count", "upvotes", "helpful")
THREAD = ("thread", "thread_id", "topic_id", "conversation_id", "link_id", "submission_id")
REPLY = ("reply_to", "in_reply_to", "parent_id")
METRICS = ("nps", "csat", "ces")
GONE = frozenset({"[deleted]", "[removed]", "[deleted by user]"})
REDDIT = "https://www.reddit.com"


def read_record(record: Record, *, source: str, kind: PostKind) -> Post | None:
    """Return the post in a record; None where its words were deleted. Raises InputError without file and line."""
    fields = {str(name).strip().casefold(): value for name, value in record.items() if name is not None}
    key, body = _first(fields, TEXT)
    _, title = _first(fields, TITLE)
    if body in GONE:
        return None
    metric, score = _score(fields, kind)
    if not body and not title and score is None:
        raise InputError("there are no words in it", f"name the column with the words one of {', '.join(TEXT)}")
    return Post(
        source=source,
        native_id=_first(fields, ID)[1] or _hash(body, title, _first(fields, DATE)[1], _first(fields, AUTHOR)[1]),
        kind=kind,
        body=body,
        format=_format(fields, key),
        title=title,
        author=_author(fields),
        created_at=_moment(fields, DATE),
        edited_at=_moment(fields, ("edited_at", "updated_at")),
        date_from="file",
        url=_url(fields),
        thread=_first(fields, THREAD)[1],
        reply_to=_first(fields, REPLY)[1] or None,
        likes=_likes(fields, kind),
        views=int(_number(fields, ("views", "view_count")) or 0),
        metric=metric,
        score=score,
    )


def knows_a_column(names: Sequence[str]) -> bool:
    """Return True where a header names at least one column that can hold words or a score."""
    return bool({name.strip().casefold() for name in names} & {*TEXT, *TITLE, *METRICS, "score"})


def _first(fields: Record, names: Sequence[str]) -> tuple[str, str]:
    """Return the first of these columns that holds something, and what it holds as text."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return name, str(value).strip()
    return "", ""


def _author(fields: Record) -> str | None:
    author = _first(fields, AUTHOR)[1]
    return author if author and author not in GONE else None


def _moment(fields: Record, names: Sequence[str]) -> datetime | None:
    name, shown = _first(fields, names)
    if not shown:
        return None
    found = read_moment(shown)
    if found is None and name != "edited_at":
        raise InputError(
            f"{name} {shown[:40]!r} is no date", "write it as 2026-03-02T14:05:00Z or in seconds since 1970"
        )
    return found


def _number(fields: Record, names: Sequence[str]) -> float | None:
    name, shown = _first(fields, names)
    if not shown:
        return None
    try:
        found = float(shown.replace(",", ".") if shown.count(",") == 1 and "." not in shown else shown)
    except ValueError as error:
        raise InputError(f"{name} {shown[:40]!r} is no number", "write it in digits, or leave it empty") from error
    if found != found or found in (float("inf"), float("-inf")):  # noqa: PLR0124 -- NaN is the number unlike itself
        raise InputError(f"{name} {shown[:40]!r} is no number", "write it in digits, or leave it empty")
    return found


def _score(fields: Record, kind: PostKind) -> tuple[str | None, float | None]:
    """Return a survey's measure and score: columns `metric` and `score`, or one column called nps, csat or ces."""
    for name in METRICS:
        if (value := _number(fields, (name,))) is not None:
            return name, value
    metric = _first(fields, ("metric", "measure"))[1].casefold() or None
    if kind is PostKind.SURVEY or metric:
        value = _number(fields, ("score", "rating"))
        return (metric or "nps", value) if value is not None else (metric, None)
    return None, None


def _likes(fields: Record, kind: PostKind) -> int:
    """Likes; on Reddit and forums `score` is what readers gave."""
    names = LIKES if kind in (PostKind.SURVEY, PostKind.TICKET) else (*LIKES, "score")
    return max(0, int(_number(fields, names) or 0))


def _url(fields: Record) -> str:
    url = _first(fields, URL)[1]
    return REDDIT + url if url.startswith("/r/") else url


def _format(fields: Record, key: str) -> BodyFormat:
    said = _first(fields, ("format",))[1].casefold()
    if said in set(BodyFormat):
        return BodyFormat(said)
    return BodyFormat.MARKDOWN if key == "selftext" else BodyFormat.TEXT


def _hash(*parts: str) -> str:
    return "x" + hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
