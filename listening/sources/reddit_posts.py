"""What Reddit tells of a post or comment, as a post of ours; what was deleted or removed there is never taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from listening.types import BodyFormat, Post, PostKind

Raw = Any  # PRAW publishes no types

GONE = frozenset({"[deleted]", "[removed]", "[ removed by reddit ]", "[deleted by user]", "[removed by reddit]"})
_FULLNAME = re.compile(r"t[13]_[0-9a-z]+")
_PLACE = re.compile(
    r"reddit\.com/(?:r/[^/]+/|u(?:ser)?/[^/]+/)?comments/([0-9a-z]+)(?:/[^/]*/([0-9a-z]+))?", re.IGNORECASE
)


def told(raw: Raw) -> dict[str, Any]:
    """Return what the answer said of a thing; asking PRAW for what it did not say would cost a request."""
    return dict(vars(raw))


def fullname(raw: Raw) -> str:
    """Return the id by which Reddit knows a thing everywhere, such as t3_abc. Raises KeyError without."""
    data = told(raw)
    name = data.get("name") or f"{'t3' if 'title' in data else 't1'}_{data['id']}"
    if not _FULLNAME.fullmatch(str(name)):
        raise KeyError("name")
    return str(name)


def fullname_of(native_id: str, url: str = "") -> str:
    """Return the fullname of a stored post by its id, or by its address where an archive has other ids; else ""."""
    if _FULLNAME.fullmatch(native_id):
        return native_id
    found = _PLACE.search(url)
    if found is None:
        return ""
    return f"t1_{found[2].lower()}" if found[2] else f"t3_{found[1].lower()}"


def is_gone(raw: Raw) -> bool:
    """Return True where the words were deleted or removed."""
    data = told(raw)
    body = str(data.get("body" if "body" in data else "selftext") or "")
    return body.strip().casefold() in GONE or bool(data.get("removed_by_category"))


def author(raw: Raw) -> str | None:
    """Return the author's name; None for a deleted account."""
    name = str(told(raw).get("author") or "")
    return name if name and name.casefold() not in GONE else None


def comments_below(raw: Raw) -> int:
    """Return how many comments a submission has. Raises KeyError where it does not tell."""
    return _count(told(raw), "num_comments")


def written(raw: Raw) -> datetime:
    """Return when it was written."""
    return moment(_when(told(raw), "created_utc"))


def _when(data: Mapping[str, Any], name: str) -> float:
    if not isinstance(data.get(name), int | float) or isinstance(data[name], bool):
        raise KeyError(name)
    return float(data[name])


def moment(seconds: float) -> datetime:
    """Return Reddit's seconds as a moment."""
    return datetime.fromtimestamp(float(seconds), UTC)


def as_post(raw: Raw, source: str, site: str) -> Post:
    """Return a submission or comment as a post. `site` is where its address leads.

    Raises KeyError naming the field where it lacks one that all have, or has it in another type; ValueError.
    """
    data, native = told(raw), fullname(raw)
    opener = not native.startswith("t1_")
    thread = native if opener else _thing(data, "link_id")
    edited, path = data.get("edited"), data.get("permalink")
    if isinstance(data["author"], dict | list | int | float):
        raise KeyError("author")
    if not isinstance(path, str) or not path.startswith("/"):
        path = f"/comments/{thread.removeprefix('t3_')}/_/{_text(data, 'id')}/"
    return Post(
        source=source,
        native_id=native,
        kind=PostKind.REDDIT,
        body=_text(data, "selftext" if opener else "body"),
        format=BodyFormat.MARKDOWN,
        title=_text(data, "title") if opener else "",
        author=author(raw),
        created_at=written(raw),
        edited_at=moment(edited) if edited and not isinstance(edited, bool) else None,
        date_from="api",
        url=site + path,
        thread=thread,
        reply_to=None if opener else _thing(data, "parent_id"),
        likes=max(0, _count(data, "score")),
    )


def _text(data: Mapping[str, Any], name: str) -> str:
    if not isinstance(data.get(name), str):
        raise KeyError(name)
    return str(data[name])


def _thing(data: Mapping[str, Any], name: str) -> str:
    if not _FULLNAME.fullmatch(_text(data, name)):
        raise KeyError(name)
    return str(data[name])


def _count(data: Mapping[str, Any], name: str) -> int:
    """Return a number, which may be told as text."""
    if not re.fullmatch(r"-?\d{1,12}(?:\.\d+)?", str(data.get(name))):
        raise KeyError(name)
    return int(float(data[name]))
