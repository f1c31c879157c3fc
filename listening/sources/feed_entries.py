"""Turns what a feed says into entries, and says what came when it is no feed."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from listening.errors import SourceBroken
from listening.sources.dates import find_moment, read_moment
from listening.sources.feed_charset import decode
from listening.sources.feed_parser import read_feed

_LONGEST_ID = 300
_LONGEST_LINE = 1_000  # characters of a title or an author's name
_LONGEST_LINK = 2_000
_FOOTER = re.compile(  # what WordPress puts under each entry
    r"<p>\s*(?:The post|Der Beitrag|L.article|La entrada|El artículo|Il post|L.articolo|O post|Het bericht|Artykuł)"
    r"\s*<a\b[^<>]*>[^<>]*</a>[^<>]{0,40}<a\b[^<>]*>[^<>]*</a>[^<>]{0,20}</p>",
    re.IGNORECASE,
)
_TEASER_END = re.compile(
    r"(?:\[?\(?(?:…|\.\.\.)\)?\]?|\b(?:read|see|view|learn) (?:the )?(?:more|full|rest|on)(?: [^.!?]{0,80})?"
    r"|\b(?:continue|keep) reading(?: [^.!?]{0,120})?|\bmore"
    r"|\b(?:weiterlesen|mehr lesen|lire la suite|leer más|leia mais|lees verder|czytaj dalej|leggi tutto|läs mer)"
    r"|続きを読む)[\W_]*$",
    re.IGNORECASE,
)
_TEASER_LENGTH = 400  # a summary under this many letters is asked for in full
_TAG = re.compile(r"<[^<>]*>")
_FILES = {  # by their first bytes
    b"\x1f\x8b": "a packed file (gzip)",
    b"PK\x03\x04": "a packed file (zip)",
    b"%PDF": "a PDF file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
}
_EAST = re.compile("[年년]")
_UNFIT = re.compile("[\0-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed, its addresses whole.

    `mark` changes when the entry changes; `comments` is its comment feed, `comment_page` where people read them,
    `comment_count` how many there are (None: untold); `plain` tells that the body has no mark-up.
    """

    id: str
    link: str
    title: str
    author: str
    body: str
    full: bool
    published: datetime | None
    updated: datetime | None
    comments: str
    mark: str
    plain: bool = False
    comment_page: str = ""
    comment_count: int | None = None
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class FeedText:
    """What a feed said: its entries, what was wrong with it though it could be read, and where it goes on."""

    entries: tuple[Entry, ...]
    broken: str = ""
    following: str = ""


def parse_feed(body: bytes, url: str, seconds: float, *, now: datetime, content_type: str = "") -> FeedText:
    """Entries of a feed, in its order. Raises SourceBroken naming what came instead, or that reading took too long."""
    return read_entries(read_feed(body, url, content_type, seconds), body, url, now=now)


def read_entries(found: dict[str, Any], body: bytes, url: str, *, now: datetime) -> FeedText:
    """Entries from what the parser said. Raises SourceBroken where the bytes are no feed."""
    if not found["version"] and not found["entries"]:
        raise SourceBroken(
            f"{url} gave {what_came(body)} instead of a feed", "look for the feed's own address on that page"
        )
    entries = [_entry(raw, url, found["author"], now) for raw in found["entries"]]
    return FeedText(tuple(_told_apart(entries)), found["broken"], _address(url, found["following"]))


def what_came(body: bytes) -> str:
    """Return a few words for the operator: "an HTML page titled 'Log in'", "an empty answer"."""
    start = decode(body[:20_000])
    if not start.strip():
        return "an empty answer"
    if known := next((name for sign, name in _FILES.items() if body.startswith(sign)), ""):
        return known
    title = re.search(r"<title[^>]*>(.*?)</title", start, re.IGNORECASE | re.DOTALL)
    if re.search(r"<(!doctype\s+html|html|body|head)\b", start, re.IGNORECASE):
        name = " ".join(title[1].split())[:80] if title else ""
        return f"an HTML page titled {name!r}" if name else "an HTML page"
    if start.lstrip().startswith(("{", "[")):
        return "JSON"
    if not start.lstrip("\ufeff \r\n\t").startswith("<"):
        return "text that is neither HTML nor XML"
    root = re.search(r"<([a-z_][\w:.-]{0,40})", start, re.IGNORECASE)
    return f"XML of another kind ({root[1]})" if root else "XML of another kind"


def _entry(raw: dict[str, Any], base: str, owner: str, now: datetime) -> Entry:
    """Return one entry; `owner` is the feed's author, who wrote what names nobody else."""
    body, plain = _body(raw)
    title, link = _line(raw["title"]), _address(base, raw["link"])
    published, updated = _moment(raw, "published", now), _moment(raw, "updated", now)
    given = _line(raw["id"])
    native = (_address(base, given) if given.startswith("/") else given) or link or _hash(title, body)
    return Entry(
        id=native if len(native) <= _LONGEST_ID else _hash(native),
        link=link,
        title=title,
        author=_line(raw["author"] or owner),
        body=body,
        full=_is_full(raw, body),
        published=published or updated,
        updated=updated if published and updated and updated > published else None,
        comments=_address(base, raw["comments"]),
        mark=_hash(title, body, link, str(updated or published or "")),
        plain=plain,
        comment_page=_address(base, raw["comment_page"]),
        comment_count=raw["comment_count"],
        reply_to=_line(raw["reply_to"]),
    )


def _body(raw: dict[str, Any]) -> tuple[str, bool]:
    """Return the longer of what an entry holds and its summary, without the site's footer, and whether it is plain."""
    long = "content" if len(words(raw["content"])) >= len(words(raw["summary"])) and raw["content"] else "summary"
    return _FOOTER.sub("", raw[long]).strip(), bool(raw[f"{long}_plain"])


def _is_full(raw: dict[str, Any], body: str) -> bool:
    """Tell whether an entry holds all of its post, as far as can be seen."""
    text = words(body)
    if _TEASER_END.search(text[-200:]):
        return False
    return len(text) >= _TEASER_LENGTH or bool(text and (raw["content"] or not raw["title"]))


def _moment(raw: dict[str, Any], name: str, now: datetime) -> datetime | None:
    """Return a date of an entry, also one written in an own way, of which the parser makes another day."""
    said = str(raw[f"{name}_text"])[:100]
    own = read_moment(said) or (find_moment(said, now=now) if raw[name] is None or _EAST.search(said) else None)
    return own or read_moment(raw[name])


def _told_apart(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries without repetitions; those that share an id but nothing else get ids of their own."""
    places: dict[str, set[tuple[str, str]]] = {}
    for entry in entries:
        places.setdefault(entry.id, set()).add((entry.link, entry.title))
    kept: dict[str, Entry] = {}
    for entry in entries:
        native = _hash(entry.id, entry.link, entry.title) if _is_shared(entry, places[entry.id]) else entry.id
        if native not in kept or _last_change(entry) > _last_change(kept[native]):
            kept[native] = replace(entry, id=native)
    return list(kept.values())


def _is_shared(entry: Entry, places: set[tuple[str, str]]) -> bool:
    """Tell whether several posts bear this entry's id: addresses and titles differ, or titles where the id is one."""
    links, titles = ({place[0] for place in places}, {place[1] for place in places})
    return len(titles) > 1 and (len(links) > 1 or entry.id == entry.link)


def _last_change(entry: Entry) -> datetime:
    return entry.updated or entry.published or datetime.min.replace(tzinfo=UTC)


def _address(base: str, link: str) -> str:
    """Return a link as a whole web address; "" where it leads elsewhere or is none."""
    if not link:
        return ""
    try:
        whole = urljoin(base, _line(link))
        fits = urlsplit(whole).scheme in ("http", "https") and len(whole) <= _LONGEST_LINK
    except ValueError:
        return ""
    return whole if fits else ""


def words(text: str) -> str:
    """Return the words of HTML or text in one line."""
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())


def _line(text: str) -> str:
    return " ".join(_UNFIT.sub("", text).split())[:_LONGEST_LINE]


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
