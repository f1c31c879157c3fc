"""Finds out what a web address is: a subreddit, a feed, a page with feeds, a Discourse or another forum."""

from __future__ import annotations

import json
import re
import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.errors import SourceBroken, SourceError, SourceUnavailable
from listening.sources.addresses import suggest_name, whole_address
from listening.sources.discovery import find_feeds
from listening.sources.feed_entries import FeedText, parse_feed, what_came
from listening.sources.fetch import Fetcher, Page
from listening.sources.forum.engines import ENGINES, engine_of
from listening.sources.forum.lists import boards_by
from listening.sources.forum.pages import FoundPage, Reading, decode, read_page
from listening.sources.hosts import tonight
from listening.sources.options import WEB_OPTIONS, Options, manners
from listening.sources.pages import obstacle_on
from listening.types import SourceConfig

MOST_FEEDS = 5  # that are opened of those that a page offers
MOST_BOARDS = 5  # of an index that are looked at before it is added
MOST_CRUMBS = 3
PARSE_SECONDS = 20.0
USUAL = ("feed/", "rss", "rss.xml", "atom.xml", "feed.xml", "index.xml")  # where feeds of silent sites are
_HTML = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_REDDIT = re.compile(r"(?:^|\.)(?:reddit\.com|redd\.it)$")
_SUBREDDITS = re.compile(r"/r/([A-Za-z0-9_]{2,21}(?:\+[A-Za-z0-9_]{2,21})*)(?:/|\.rss|$)")
_DISCOURSE_PAGE = re.compile(
    r"/(?:c|t|tag|tags|u|g|search|latest|top|new|hot|unread|categories|posts|login|signup|about|faq)(?:/|\.|$)"
)
_CATEGORY = re.compile(r"^/c/(.+?)(?:/(?:l/\w+|none|all))?(?:/l/\w+)?(?:\.\w+)?/?$")
_TOPIC_LINK = re.compile(rb"href=[\"']?[^\"'> ]*/t/[^/\"'> ]+/\d+")
_CRUMBS = (
    "[class*=crumb] a[href], [class*=Crumb] a[href], [id*=crumb] a[href], [itemtype*=BreadcrumbList] a[href],"
    " #navstrip a[href], .navstrip a[href], .linktree a[href], .navigate_section a[href], .navbit a[href],"
    " .pathbar a[href]"
)
_OFFSET = re.compile(
    r"(?:times are|zeiten sind|heures sont|horarios son|orari sono)\D{0,20}?(?:utc|gmt)\s*([+-]\s?\d{1,2})(?!:?[1-5])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What an address turned out to be, in words and as a block; `boards` are those that a first look needs to open.

    `guessed` where only the shape of a page tells: its posts must show who wrote them, and when.
    """

    what: str
    config: SourceConfig
    boards: tuple[str, ...] = ()
    guessed: bool = False


def open_address(like: SourceConfig, now: datetime) -> Fetcher:
    """Return the door to the web for looking at an address, as careful as the source will be."""
    return Fetcher(manners(like, Options(like, WEB_OPTIONS)), tonight(now))


def find_sources(url: str, *, now: datetime, fetcher: Fetcher, like: SourceConfig) -> Iterator[Found]:
    """Yield what can be read at an address, the best way first; the next is looked for only when it is asked for.

    The blocks are named after their place; the rest they have from `like`. Raises SourceError where the address cannot
    be opened, or is nothing that can be read.
    """
    address = whole_address(url)
    parts = urlsplit(address)
    if _REDDIT.search((parts.hostname or "").casefold()):
        yield _subreddits(address, like)
        return
    looking = _Looking(fetcher, now, like)
    try:
        page = fetcher.get(address)
    except SourceUnavailable as error:
        mend = "check the address" if "leads nowhere" in error.thing else "try again when it answers"
        raise SourceUnavailable(error.thing, f"nothing was added; {mend}") from error
    places = looking.at(page)
    first = next(places, None)
    if first is None:
        raise _nothing(page)
    yield first
    yield from places


def _nothing(page: Page) -> SourceError:
    """Return why nothing can be read at an address."""
    came = what_came(page.body)
    if "HTML" in came:
        obstacle = obstacle_on(page.body)
        if obstacle.name not in ("changed layout", "empty page"):
            return obstacle.error(page.url, came.partition("'")[2].strip("'"))
    return SourceBroken(
        f"{page.url} gave {came}: no feed, and no forum that we can read",
        "give the address of its forum or feed, or declare selectors (docs/adding-a-source.md)",
    )


def _subreddits(address: str, like: SourceConfig) -> Found:
    found = _SUBREDDITS.search(urlsplit(address).path)
    if not found:
        raise SourceBroken(f"{address} is no subreddit", "give https://www.reddit.com/r/NAME")
    names = tuple(found[1].split("+"))
    name = f"reddit-{suggest_name('', '-'.join(names))}"
    told = " and ".join(f"r/{name}" for name in names)
    return Found(f"the subreddit {told}", replace(like, name=name, kind="reddit", options={"subreddits": names}))


@dataclass(frozen=True, slots=True)
class _Looking:
    """Looks at pages; knows what all blocks that it makes have in common."""

    fetcher: Fetcher
    now: datetime
    like: SourceConfig

    def at(self, page: Page) -> Iterator[Found]:
        """Yield what a page is, the best way to read it first."""
        if feed := self._feed_of(page):
            yield self._feed(page.url, feed, "a feed")
            return
        if "HTML" not in what_came(page.body) and "html" not in page.content_type:
            return
        root = LexborHTMLParser(decode(page.body, page.content_type)).root
        engine = engine_of(root)
        alike = not engine and bool(_TOPIC_LINK.search(page.body))
        if engine == "discourse" or (alike and self._answers_as_discourse(page.url, root)):
            yield from self._discourse(page.url, root)
        seen = self._read(page, engine)
        if engine in ENGINES and engine != "discourse":
            yield from self._forum(page, root, seen, engine)
        unknown = self._guessed(page, root, seen) if engine not in ENGINES else ()
        guesses = (replace(found, guessed=True) for found in unknown)
        offered = self._offered(page)
        if advertised := next(offered, None):
            yield advertised
            yield from offered
        if len({post.author for post in seen.posts if post.author and post.created_at}) > 1:
            yield from guesses  # a talk of several people: it was meant, and not what else its site may have
        if advertised is None:
            yield from self._usual(page)
        yield from guesses
        if not engine and not alike and self._answers_as_discourse(page.url, root):
            yield from self._discourse(page.url, root)

    # --- feeds

    def _feed_of(self, page: Page) -> FeedText | None:
        """Return the feed that a page is; None where it is none."""
        if _HTML.match(page.body[:4096]) or not page.body.strip():
            return None
        try:
            return parse_feed(page.body, page.url, PARSE_SECONDS, now=self.now, content_type=page.content_type)
        except SourceBroken:
            return None

    def _feed(self, url: str, feed: FeedText, what: str) -> Found:
        discussed = any(entry.comments for entry in feed.entries)
        options: dict[str, bool] = {"comments": True} if discussed else {}
        told = f"{what} of {len(feed.entries)} entries" + (" with comment feeds of their own" if discussed else "")
        return self._found(told, "feed", url, options=options)

    def _offered(self, page: Page) -> Iterator[Found]:
        """Yield the feeds that a page offers."""
        offered = [feed for feed in find_feeds(page.body, page.url, page.content_type) if not feed.comments]
        for each in offered[:MOST_FEEDS]:
            opened = self._opened(each.url)
            if opened and (feed := self._feed_of(opened)):
                title = f" {each.title!r}" if each.title else ""
                yield self._feed(opened.url, feed, f"a page with the feed{title}")

    def _usual(self, page: Page) -> Iterator[Found]:
        """Yield the feed that a site has in one of the usual places without saying so."""
        for place in (urljoin(page.url, f"/{usual}") for usual in USUAL):
            opened = self._opened(place)
            if opened and (feed := self._feed_of(opened)):
                yield self._feed(opened.url, feed, "a page whose site has a feed")
                return

    def _opened(self, url: str) -> Page | None:
        """Return a page; None where it cannot be had."""
        try:
            return self.fetcher.get(url)
        except SourceError:
            return None

    # --- forums

    def _discourse(self, url: str, root: LexborNode | None) -> Iterator[Found]:
        """Yield the forum, or the category of it, that a page of Discourse belongs to."""
        base, rest = _folder(url, root)
        if category := _CATEGORY.match(rest):
            path = unquote(category[1])
            what = f"a Discourse forum, its category {path}"
            yield self._found(what, "discourse", base, more=path, options={"category": path})
        else:
            yield self._found("a Discourse forum", "discourse", base)

    def _answers_as_discourse(self, url: str, root: LexborNode | None) -> bool:
        """Ask a site whose pages do not say what made them as one asks a Discourse."""
        opened = self._opened(f"{_folder(url, root)[0]}/latest.json")
        try:
            told = json.loads(opened.body) if opened else None
        except (ValueError, RecursionError):
            return False
        return isinstance(told, dict) and isinstance(told.get("topic_list"), dict)

    def _read(self, page: Page, engine: str) -> FoundPage:
        """Read a page as its engine's adapter would."""
        return read_page(page.body, page.url, page.content_type, Reading(ENGINES.get(engine, ()), (), self.now, UTC))

    def _forum(self, page: Page, root: LexborNode | None, seen: FoundPage, engine: str) -> Iterator[Found]:
        """Yield the forum or board at a page; of a thread the board that it stands in, then the thread alone."""
        kind = f"a forum made with {engine}" if engine else "a forum of a make that we do not know"
        options = ({"engine": engine} if engine else {}) | _zone_of(root)
        if not seen.posts:
            index = bool(seen.boards) and not seen.threads
            what = f"{kind}, {'an index of boards' if index else 'a board'}"
            yield self._found(what, "forum", page.url, options=options, boards=seen.boards if index else ())
            return
        for crumb in _crumbs(root, page.url):
            opened = self._opened(crumb)
            if opened and (board := self._read(opened, engine)).threads:
                title = f" {board.title!r}" if board.title else ""
                yield self._found(f"{kind}: a thread in the board{title}", "forum", opened.url, options=options)
                break
        yield self._found(f"{kind}, one thread of it", "forum", page.url, options=options)

    def _guessed(self, page: Page, root: LexborNode | None, seen: FoundPage) -> Iterator[Found]:
        """Yield the forum that a page of unknown make looks like: by what repeats on it, or by links as to boards."""
        if seen.threads or len(seen.posts) > 1:
            yield from self._forum(page, root, seen, "")
            return
        looks = [(engine, look) for engine, looks in ENGINES.items() for look in looks]
        told = [(engine, tuple(boards_by(root, look, page.url))) for engine, look in looks]
        engine, boards = max(told, key=lambda one: len(one[1]))
        opened = self._opened(boards[0]) if boards else None
        if opened:
            inside = engine_of(LexborHTMLParser(decode(opened.body, opened.content_type)).root)
            engine = inside if inside in ENGINES else engine
            what = f"a forum made with {engine}, as its links look, an index of boards"
            yield self._found(what, "forum", page.url, options={"engine": engine} | _zone_of(root), boards=boards)

    def _found(
        self,
        what: str,
        kind: str,
        url: str,
        *,
        more: str = "",
        options: Mapping[str, str | bool] | None = None,
        boards: tuple[str, ...] = (),
    ) -> Found:
        name = suggest_name(url, more)
        config = replace(self.like, name=name, kind=kind, url=url, options=dict(options or {}))
        return Found(what, config, boards[:MOST_BOARDS])


def _folder(url: str, root: LexborNode | None) -> tuple[str, str]:
    """Return the address of the Discourse that a page belongs to, and the page's path inside it."""
    parts = urlsplit(url)
    setup = root.css_first("#data-discourse-setup") if root is not None else None
    told = (setup.attributes.get("data-base-uri") or "") if setup is not None else ""
    page = _DISCOURSE_PAGE.search(parts.path)
    folder = (told or (parts.path[: page.start()] if page else parts.path)).rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{folder}", parts.path[len(folder) :]


def _crumbs(root: LexborNode | None, url: str) -> list[str]:
    """Return where the path above a page's thread leads to, the nearest first."""
    if root is None:
        return []
    links = (urljoin(url, node.attributes.get("href") or "").partition("#")[0] for node in root.css(_CRUMBS))
    own = urlsplit(url)
    near = [link for link in dict.fromkeys(links) if urlsplit(link).netloc == own.netloc and link != url]
    return near[::-1][:MOST_CRUMBS]


def _zone_of(root: LexborNode | None) -> dict[str, str]:
    """Return the zone that a forum says it shows its times in, as an option; none for UTC and where it says nothing."""
    if root is None:
        return {}
    for node in root.css("span[title]"):
        title = (node.attributes.get("title") or "").strip()
        if "/" in title and title in zoneinfo.available_timezones():
            return {"timezone": title}
    found = _OFFSET.search(root.text(separator=" ") or "")
    hours = int(found[1].replace(" ", "")) if found else 0
    return {"timezone": f"Etc/GMT{-hours:+d}"} if hours and -12 <= hours <= 14 else {}  # noqa: PLR2004 -- the zones there are
