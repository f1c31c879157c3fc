"""Reads one saved page of a forum: its threads or its posts, by its engine's selectors. Pure: bytes in, values out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.sources.dates import find_moment
from listening.sources.forum_engines import Selectors
from listening.sources.threads import Thread

SESSION_KEYS = frozenset({"sid", "s", "phpsessid", "jsessionid", "highlight", "sessionid"})
_THREAD_KEY = (
    re.compile(r"[?&]t=(\d+)"),
    re.compile(r"/threads?/(?:[^/?#]*[.-])?(\d+)(?:[/?#]|$)"),
    re.compile(r"showthread\.php[?/](\d+)"),
    re.compile(r"-t(\d+)(?:-\d+)?\.html"),
    re.compile(r"/(\d+)-[^/]*\.html"),
)
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_CHARSET_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a forum's pages are to be read: looks to try in order, the shown dates' formats and zone, and tonight."""

    looks: Sequence[Selectors]
    formats: Sequence[str]
    now: datetime
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class FoundPost:
    """One post as a page shows it; `id` is the site's number, or a hash of the words where it shows none."""

    id: str
    author: str | None
    created_at: datetime | None
    date_from: str
    html: str
    likes: int
    reply_to: str | None


@dataclass(frozen=True, slots=True)
class FoundPage:
    """What one page holds. `wants_login` is True where it shows a password field."""

    title: str
    threads: tuple[Thread, ...]
    boards: tuple[str, ...]
    posts: tuple[FoundPost, ...]
    next_page: str
    wants_login: bool
    heading: str


def read_page(body: bytes, url: str, content_type: str, how: Reading, board: str = "") -> FoundPage:
    """All that the selectors find on a page; the first look that finds posts or threads wins. Never raises."""
    tree = LexborHTMLParser(decode(body, content_type))
    root = tree.root
    base = urljoin(url, _value(root, "base[href] @href") or "")
    for look in how.looks:
        posts = tuple(_posts(root, look, how))
        threads = tuple(_threads(root, look, how, base, board))
        boards = tuple(
            dict.fromkeys(canonical(urljoin(base, link)) for link in _values(root, look.get("board_link", "")))
        )
        if posts or threads or boards:
            break
    following = _value(root, look.get("next_page", ""))
    return FoundPage(
        title=_value(root, "title") or "",
        threads=threads,
        boards=boards,
        posts=posts,
        next_page=canonical(urljoin(base, following)) if following and not following.startswith(("#", "java")) else "",
        wants_login=bool(root and root.css_first("input[type=password]")),
        heading=_value(root, look.get("title", "")) or "",
    )


def canonical(url: str) -> str:
    """Return the address without session numbers and without what follows #, so that one page has one address."""
    parts = urlsplit(url)
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k.casefold() not in SESSION_KEYS]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query) if parts.query else "", ""))


def thread_key(url: str) -> str:
    """Return the thread's number in its address, or the address where there is none."""
    for pattern in _THREAD_KEY:
        if match := pattern.search(url):
            return f"t{match[1]}"
    return url


def decode(body: bytes, content_type: str = "") -> str:
    """Return the page as text, by the header, the page's own word, UTF-8, or the old western charset, in this order."""
    header = _CHARSET_HEADER.search(content_type)
    meta = _CHARSET.search(body[:4096])
    names = [header[1] if header else "", meta[1].decode("ascii") if meta else "", "utf-8"]
    for name in filter(None, names):
        try:
            return body.decode("cp1252" if name.casefold() in ("iso-8859-1", "latin1", "latin-1") else name)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("utf-8" if b"\xc3" in body else "cp1252", errors="replace")


def _threads(root: LexborNode | None, look: Selectors, how: Reading, base: str, board: str) -> list[Thread]:
    found = []
    for row in _all(root, look.get("thread_row", "")):
        link = _value(row, look.get("thread_link", ""))
        if not link:
            continue
        url = canonical(urljoin(base, link))
        moment, _ = _date(row, look.get("thread_date", ""), how)
        title = _value(row, look["thread_link"].replace("@href", "")) or ""
        views = _number(_value(row, look.get("thread_views", "")))
        found.append(Thread(thread_key(url), url, moment, board, title, views))
    return found


def _posts(root: LexborNode | None, look: Selectors, how: Reading) -> list[FoundPost]:
    found = []
    for node in _all(root, look.get("post", "")):
        body = _first(node, look.get("body", ""))
        if body is None:
            continue
        reply_to = _last_number(_value(node, look.get("reply_to", "")))
        for unwanted in _all(body, look.get("skip", "")):
            unwanted.decompose()
        moment, date_from = _date(node, look.get("date", ""), how)
        author = _value(node, look.get("author", "")) or None
        html = body.html or ""
        native = _last_number(_value(node, look.get("post_id", "")))
        likes = _number(_value(node, look.get("likes", "")))
        found.append(FoundPost(native or _hash(author or "", html), author, moment, date_from, html, likes, reply_to))
    return found


def _date(node: LexborNode, selector: str, how: Reading) -> tuple[datetime | None, str]:
    """Return the first alternative that can be read as a date, and how it was found."""
    for css, attribute in _alternatives(selector):
        for element in _all(node, css) if css else [node]:
            shown = (element.attributes.get(attribute) if attribute else element.text(separator=" ")) or ""
            if moment := find_moment(shown, how.formats, now=how.now, zone=how.zone):
                return moment, "attribute" if attribute else "text"
    return None, "none"


# --- selectors


def _alternatives(selector: str) -> list[tuple[str, str]]:
    """Read "a.x @href | b" -> [("a.x", "href"), ("b", "")]."""
    pairs = []
    for part in filter(None, (piece.strip() for piece in selector.split(" | "))):
        match = re.fullmatch(r"(.*?)\s*@([\w-]+)", part, re.DOTALL)
        pairs.append((match[1], match[2]) if match else (part, ""))
    return pairs


def _all(node: LexborNode | None, css: str) -> list[LexborNode]:
    if node is None or not css:
        return []
    # a list of selectors gives an element once for each that fits it
    return list({found.mem_id: found for found in node.css(css)}.values())


def _first(node: LexborNode, selector: str) -> LexborNode | None:
    return next((found for css, _ in _alternatives(selector) for found in _all(node, css)), None)


def _value(node: LexborNode | None, selector: str) -> str | None:
    """Return the first value that any alternative gives, with spaces tidied."""
    return next(iter(_values(node, selector)), None)


def _values(node: LexborNode | None, selector: str) -> list[str]:
    for css, attribute in _alternatives(selector):
        elements = _all(node, css) if css else ([node] if node is not None else [])
        raw = [(e.attributes.get(attribute) if attribute else e.text(separator=" ")) or "" for e in elements]
        if found := [tidy for value in raw if (tidy := " ".join(value.split()))]:
            return found
    return []


def _number(text: str | None) -> int:
    """Return the first number in a text such as "2,695 views"."""
    match = re.search(r"\d[\d.,\u202f\u00a0]*", text or "")
    return int(re.sub(r"\D", "", match[0])) if match else 0


def _last_number(text: str | None) -> str:
    numbers = re.findall(r"\d+", text or "")
    return numbers[-1] if numbers else ""


def _hash(*parts: str) -> str:
    return "x" + hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


def complete_looks(engine_looks: Sequence[Selectors], own: Mapping[str, str]) -> tuple[Selectors, ...]:
    """Return the owner's selectors over each look of the engine, or alone where there is no engine."""
    return tuple({**look, **own} for look in engine_looks) or (dict(own),)
