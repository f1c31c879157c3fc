"""Reads a feed's bytes in a process of its own, because a hostile feed can keep the parser busy for hours.

Run as a script: bytes on standard input, JSON on standard output. `parse` is the same without a process.
"""

from __future__ import annotations

import calendar
import json
import sys
from typing import Any

Raw = Any  # feedparser publishes no types
MEMORY = 1 << 30  # address space of the child in bytes


def parse(body: bytes) -> dict[str, Any]:
    """Return a feed as plain JSON: `version` ("" where the bytes are no feed), `title`, and `entries`."""
    if body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        return _json_feed(body)
    import feedparser  # noqa: PLC0415 -- only the child needs it

    found = feedparser.parse(body)
    return {
        "version": found.get("version") or "",
        "title": found.feed.get("title") or "",
        "broken": _damage(found.get("bozo_exception")) if found.get("bozo") else "",
        "entries": [_entry(entry) for entry in found.entries],
    }


def _damage(error: Raw) -> str:
    """Say what is wrong with the XML; a feed that only names another encoding or content type is whole."""
    from feedparser.exceptions import ThingsNobodyCaresAboutButMe  # noqa: PLC0415 -- only the child needs it

    return "" if error is None or isinstance(error, ThingsNobodyCaresAboutButMe) else str(error)


def _entry(entry: Raw) -> dict[str, Any]:
    content = [part.get("value") or "" for part in entry.get("content") or []]
    return {
        "id": entry.get("id") or "",
        "link": entry.get("link") or "",
        "title": entry.get("title") or "",
        "author": entry.get("author") or "",
        "content": max(content, key=len, default=""),
        "summary": entry.get("summary") or "",
        "published": _seconds(entry.get("published_parsed")),
        "updated": _seconds(entry.get("updated_parsed") if "updated_parsed" in entry else None),
        "comments": entry.get("wfw_commentrss") or _replies(entry),
    }


def _replies(entry: Raw) -> str:
    """Return the address of an entry's own comment feed, as Atom links it."""
    for link in entry.get("links") or []:
        if link.get("rel") == "replies" and "html" not in (link.get("type") or ""):
            return link.get("href") or ""
    return ""


def _seconds(moment: Raw) -> int | None:
    try:
        return calendar.timegm(moment) if moment else None
    except (ValueError, OverflowError, TypeError):
        return None


def _json_feed(body: bytes) -> dict[str, Any]:
    """JSON Feed 1.0 and 1.1."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {"version": "", "title": "", "broken": "broken JSON", "entries": []}
    if "jsonfeed.org" not in str(found.get("version")) and not isinstance(found.get("items"), list):
        return {"version": "", "title": "", "broken": "JSON, but no JSON Feed", "entries": []}
    items = [item for item in found.get("items") or [] if isinstance(item, dict)]
    return {
        "version": "json",
        "title": str(found.get("title") or ""),
        "broken": "",
        "entries": [_item(i) for i in items],
    }


def _item(item: dict[str, Any]) -> dict[str, Any]:
    authors = item.get("authors") or [item.get("author")]
    first = authors[0] if isinstance(authors, list) and authors else None
    return {
        "id": str(item.get("id") or ""),
        "link": str(item.get("url") or item.get("external_url") or ""),
        "title": str(item.get("title") or ""),
        "author": str(first.get("name") or "") if isinstance(first, dict) else "",
        "content": str(item.get("content_html") or item.get("content_text") or ""),
        "summary": str(item.get("summary") or ""),
        "published": item.get("date_published"),
        "updated": item.get("date_modified"),
        "comments": "",
    }


def _limit(seconds: int) -> None:
    """Hold this process to its memory and processor time, where the system can."""
    try:
        import resource  # noqa: PLC0415 -- not on every system
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


if __name__ == "__main__":
    _limit(int(sys.argv[1]))
    json.dump(parse(sys.stdin.buffer.read()), sys.stdout)
