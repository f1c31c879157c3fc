"""Reads RSS, RDF, Atom and CDF with feedparser, as plain values: strings, numbers, lists.

Runs in the child process (`feed_child`), because a hostile feed can keep the parser busy for hours.
"""

from __future__ import annotations

import calendar
import html
import io
import re
from typing import Any

from listening.sources.feed_charset import decode, to_utf8
from listening.sources.feed_json import read_json_feed

Raw = Any  # feedparser publishes no types
Parsed = dict[str, Any]  # what `parse` returns; `feed_entries` turns it into nouns

_NO_TEXT = ("image/", "audio/", "video/", "font/", "application/pdf", "application/zip", "application/x-")
_TAG = re.compile(r"</?[a-z][^<>]{0,2000}>", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY\s+([^\s%\"'>]{1,100})\s+[\"']([^\"'>]*)[\"']\s*>", re.IGNORECASE)
_MOST_ENTITIES = 300  # HTML itself has 253
_FREE = 100_000  # bytes that entities may add to any feed
_EMPTY_BRACKETS = re.compile(r"<>|\(\)|&lt;&gt;")
_ANY_TAG = re.compile(r"<[^<>]*>")
_XML = {"content-type": "application/xml; charset=utf-8"}  # what `to_utf8` made of it
_HOURS = {  # the names of zones that feeds use beside those of RFC 822
    "wet": 0, "west": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "bst": 1, "ist": 5.5, "eet": 2, "eest": 3, "msk": 3,
    "pkt": 5, "wib": 7, "ict": 7, "hkt": 8, "sgt": 8, "awst": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11,
    "nzst": 12, "nzdt": 13, "brt": -3, "art": -3, "akst": -9, "akdt": -8, "hst": -10, "utc": 0,
}  # fmt: skip


def parse(body: bytes, content_type: str = "") -> Parsed:
    """Return a feed as plain values: `version` ("" where the bytes are no feed), what is `broken`, and `entries`."""
    if body.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \r\n\t").startswith(b"{"):
        return read_json_feed(decode(body, content_type if "charset" in content_type else ""))
    import feedparser  # noqa: PLC0415 -- only the child needs it

    _know_zones()
    # never the bytes themselves: feedparser opens a file of that name, if there is one
    found = feedparser.parse(io.BytesIO(_defused(to_utf8(body, content_type))), response_headers=_XML)
    atom = str(found.get("version") or "").startswith("atom")
    return {
        "version": found.get("version") or "",
        "author": _author(found.feed) if atom else "",
        "following": _link(found.feed, "next"),
        "broken": _damage(found.get("bozo_exception")) if found.get("bozo") else "",
        "entries": [_entry(entry) for entry in found.entries],
    }


def _defused(text: bytes) -> bytes:
    """Return a feed without its own entities, where they would make it many times as large."""
    entities = _ENTITY.findall(text)
    grown = sum(len(value) * text.count(b"&" + name + b";") for name, value in entities[:_MOST_ENTITIES])
    harmless = grown <= len(text) + _FREE and len(entities) <= _MOST_ENTITIES
    return text if harmless else _ENTITY.sub(b"", text)


def _know_zones() -> None:
    from feedparser.datetimes import rfc822  # noqa: PLC0415 -- only the child needs it

    rfc822.timezone_names.update({name: hours for name, hours in _HOURS.items() if name not in rfc822.timezone_names})


def _damage(error: Raw) -> str:
    """Say what is wrong with the XML; a feed that only names another encoding or content type is whole."""
    from feedparser.exceptions import ThingsNobodyCaresAboutButMe  # noqa: PLC0415 -- only the child needs it

    return "" if error is None or isinstance(error, ThingsNobodyCaresAboutButMe) else str(error) or type(error).__name__


def _entry(entry: Raw) -> dict[str, Any]:
    contents = [(part.get("value") or "", part.get("type") or "") for part in entry.get("content") or []]
    readable = [each for each in contents if not each[1].startswith(_NO_TEXT)]
    content = max(readable, key=lambda each: len(each[0]), default=("", ""))
    summary = (entry.get("summary") or "", (entry.get("summary_detail") or {}).get("type") or "")
    published = entry.get("published_parsed") or entry.get("created_parsed")
    updated = "updated_parsed" in entry
    return {
        "id": entry.get("id") or "",
        "link": entry.get("feedburner_origlink") or _page_link(entry),
        "title": _line(entry.get("title") or "", (entry.get("title_detail") or {}).get("type") or ""),
        "author": _author(entry) or _author(entry.get("source") or {}),
        "content": content[0],
        "content_plain": _is_plain(*content),
        "summary": summary[0],
        "summary_plain": _is_plain(*summary),
        "published": _seconds(published),
        "published_text": entry.get("published") or entry.get("created") or "",
        "updated": _seconds(entry.get("updated_parsed")) if updated else None,
        "updated_text": (entry.get("updated") if "updated" in entry else "") or "",
        "comments": entry.get("wfw_commentrss") or _link(entry, "replies", page=False),
        "comment_page": entry.get("comments") or _link(entry, "replies", page=True),
        "comment_count": _count(entry),
        "reply_to": (entry.get("thr_in-reply-to") or {}).get("ref") or "",
    }


def _address_cut(whole: str, email: str) -> str:
    """Return the whole of an address of which feedparser took a part: of ann@b.example it leaves "ple" as the name."""
    found = re.search(re.escape(email) + "[a-zA-Z]+", whole) if email else None
    return found.group() if found else ""


def _author(thing: Raw) -> str:
    """Return the first author's name; the whole of what is said where no name is."""
    named = [one for one in thing.get("authors") or [] if one and one.get("name")]
    first, whole = named[0]["name"] if named else "", thing.get("author") or ""
    if cut := _address_cut(whole, named[0].get("email") or "") if named else "":
        return _EMPTY_BRACKETS.sub("", whole.replace(cut, "")).strip(" ()") or whole
    return first or (thing.get("author_detail") or {}).get("name") or thing.get("author") or ""


def _line(title: str, kind: str) -> str:
    """Return a title's words: without mark-up, where it has any."""
    return title if kind in ("", "text/plain") else html.unescape(_ANY_TAG.sub("", title)).strip()


def _is_plain(text: str, kind: str) -> bool:
    """Tell whether a text is meant without mark-up. Many who say so still write it."""
    return kind == "text/plain" and not _TAG.search(text)


def _page_link(entry: Raw) -> str:
    """Return the address of an entry's page: never an enclosure's, where an alternate is named."""
    link = entry.get("link") or ""
    pages = [one.get("href") or "" for one in entry.get("links") or [] if one.get("rel") == "alternate"]
    return link if link in pages or not any(pages) else next(filter(None, pages))


def _link(thing: Raw, rel: str, *, page: bool | None = None) -> str:
    """Return the address that is linked for a purpose: of a page, of a feed, or (None) of either."""
    for link in thing.get("links") or []:
        if link.get("rel") == rel and (page is None or page == ("html" in (link.get("type") or ""))):
            return link.get("href") or ""
    return ""


def _count(entry: Raw) -> int | None:
    """Return how many comments an entry has, where the feed tells."""
    links = [link for link in entry.get("links") or [] if link.get("rel") == "replies"]
    said = [entry.get("slash_comments"), entry.get("thr_total"), *(link.get("thr:count") for link in links)]
    numbers = [int(value) for value in said if value and re.fullmatch(r"\s*\d{1,7}\s*", str(value))]
    return max(numbers, default=None)


def _seconds(moment: Raw) -> int | None:
    try:
        return calendar.timegm(moment) if moment else None
    except (ValueError, OverflowError, TypeError):
        return None
