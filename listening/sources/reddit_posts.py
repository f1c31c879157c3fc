"""What Reddit tells of a post or comment, as a post of ours; what was deleted or removed there is never taken."""

from __future__ import annotations

import re
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
    """Return the id by which Reddit knows a thing everywhere, such as t3_abc."""
    data = told(raw)
    return str(data.get("name") or f"{'t3' if 'title' in data else 't1'}_{data['id']}")


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


def written(raw: Raw) -> datetime:
    """Return when it was written."""
    return moment(told(raw)["created_utc"])


def moment(seconds: float) -> datetime:
    """Return Reddit's seconds as a moment."""
    return datetime.fromtimestamp(float(seconds), UTC)


def as_post(raw: Raw, source: str, site: str) -> Post:
    """Return a submission or comment as a post. `site` is where its address leads. Raises KeyError, ValueError."""
    data, native = told(raw), fullname(raw)
    opener = "body" not in data
    thread = native if opener else str(data["link_id"])
    edited = data.get("edited")
    path = str(data.get("permalink") or f"/comments/{thread.removeprefix('t3_')}/_/{data['id']}/")
    return Post(
        source=source,
        native_id=native,
        kind=PostKind.REDDIT,
        body=str(data.get("selftext") or "") if opener else str(data["body"]),
        format=BodyFormat.MARKDOWN,
        title=str(data.get("title") or "") if opener else "",
        author=author(raw),
        created_at=written(raw),
        edited_at=moment(edited) if edited and not isinstance(edited, bool) else None,
        date_from="api",
        url=site + path,
        thread=thread,
        reply_to=None if opener else str(data["parent_id"]),
        likes=max(0, int(data.get("score") or 0)),
    )
