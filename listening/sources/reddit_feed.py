"""Reddit without a key: the newest posts and comments, as the feeds of the operator's own token show them.

Reddit hands out these feeds at reddit.com/prefs/feeds, to one person for their feed reader: they are no pages to
crawl, so robots.txt is not asked (it closes the whole site). The token is part of each address, so no address of ours
is ever kept, logged or told.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import quote, urlencode, urlsplit

import httpx

from listening.errors import SourceBroken, SourceError, SourceRefused
from listening.sources.calls import Ask, Caller
from listening.sources.cursor import dump_cursor, load_cursor, read_from
from listening.sources.feed_entries import Entry, parse_feed
from listening.sources.guard import GuardedBackend, allows
from listening.sources.hosts import tonight
from listening.sources.manners import Manners
from listening.sources.options import Options
from listening.sources.reddit_posts import GONE
from listening.sources.reddit_ways import SEARCH, SITE, TOKEN, USER, Lost, reddit_agent
from listening.types import Batch, BodyFormat, Memory, Post, PostKind, SourceConfig

GAP = 6.0  # seconds between two feeds: Reddit gives feeds a tenth of what it gives a key
A_PAGE, PAGES = 100, 10
PARSE_SECONDS = 20.0
LONGEST_WAIT = 600.0
_TAIL = re.compile(r"(?:&#32;|&nbsp;|\s)*submitted by(?:(?!submitted by).)*\Z", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")
_THREAD = re.compile(r"/comments/([0-9a-z]+)", re.IGNORECASE)
_NATIVE = re.compile(r"t[13]_[0-9a-z]+")
_LOST = frozenset({301, 302, 303, 307, 308, 400, 403, 404, 410, 451})


class FeedVisit:
    """One visit by feeds. It shares the cursor's `until` with the visits by key, so either may follow the other."""

    def __init__(
        self, config: SourceConfig, options: Options, *, now: datetime, memory: Memory, secrets: Mapping[str, str]
    ) -> None:
        self._config = config
        self._options = options
        self._now = now
        self._secrets = secrets
        self._contact = options.text("contact") or config.contact
        self._site = (options.text("base_url") or SITE).rstrip("/")
        self._progress = load_cursor(memory.cursor)
        self._until: dict[str, str] = dict(self._progress.get("until") or {})
        self._troubles: list[str] = []

    def batches(self) -> Iterator[Batch]:
        """Yield a batch a page of each feed. A lost place loses only itself."""
        places = [*self._options.words("subreddits"), *(SEARCH + one for one in self._options.words("search"))]
        lost: list[Lost] = []
        manners = self._manners()
        caller = Caller(manners, tonight(self._now), wall=time.time, backend=GuardedBackend(manners.allow_hosts))
        try:
            for place in places:
                try:
                    yield from self._place(caller, place)
                except Lost as error:
                    lost.append(error)
                    self._troubles.append(str(error))
                    yield self._batch(())
        finally:
            caller.close()
        if lost and len(lost) == len(places):
            raise lost[0]

    def _manners(self) -> Manners:
        address = urlsplit(self._site)
        port = address.port or (443 if address.scheme == "https" else 80)
        own = allows(address.hostname or "", port, self._config.allow_hosts)
        return Manners(
            gap=self._config.gap if own else max(self._config.gap, GAP),
            allow_hosts=self._config.allow_hosts,
            contact=self._contact,
            tries=max(1, self._options.count("tries")),
            read_timeout=self._options.number("timeout"),
            longest_wait=LONGEST_WAIT,
        )

    def _place(self, caller: Caller, place: str) -> Iterator[Batch]:
        since = read_from(
            self._until.get(place),
            now=self._now,
            overlap_days=self._options.number("overlap_days"),
            backlog_days=self._options.number("backlog_days"),
        )
        for path, query in _feeds(place, late=self._options.flag("late_comments")):
            yield from self._pages(caller, place, path, query, since)
        self._until[place] = self._now.isoformat()
        yield self._batch(())

    def _pages(
        self, caller: Caller, place: str, path: str, query: Mapping[str, str], since: datetime
    ) -> Iterator[Batch]:
        """Yield the pages of one newest-first feed until entries are older than `since`."""
        after, end = "", self._now
        for _ in range(PAGES):
            entries = self._read(caller, place, path, {**query, **({"after": after} if after else {})})
            fresh = [one for one in entries if one.published is None or one.published >= since]
            gone = tuple(one.id for one in fresh if not _has_words(one))
            yield self._batch([self._post(one) for one in fresh if _has_words(one)], gone)
            if len(fresh) < len(entries) or not entries or entries[-1].id == after:
                return
            after, end = entries[-1].id, min(one.published or end for one in entries)
        between = f"what was written between {since:%Y-%m-%d %H:%M} and {end:%Y-%m-%d %H:%M} UTC"
        self._troubles.append(f"{path}: the feed does not reach back to our last visit; {between} was not seen")

    def _read(self, caller: Caller, place: str, path: str, query: Mapping[str, str]) -> list[Entry]:
        """Return one page's entries. No error of ours holds its address."""
        own = {"limit": str(A_PAGE), "feed": self._secrets[TOKEN], "user": self._secrets[USER].removeprefix("u/")}
        target = httpx.URL(f"{self._site}{path}?{urlencode({**query, **own})}")
        headers = {"User-Agent": reddit_agent(self._secrets, self._contact), "Accept": "*/*"}
        try:
            answer = caller.ask(Ask(target, headers))
            if answer.status in _LOST:
                raise Lost(f"{_say(place)} cannot be read (status {answer.status})", "check its name, or take it out")
            if answer.status == httpx.codes.UNAUTHORIZED:
                raise SourceRefused(
                    "Reddit refuses the feed's token", f"check {USER} and {TOKEN} at reddit.com/prefs/feeds"
                )
            if answer.status != httpx.codes.OK:
                raise SourceBroken(f"Reddit answered {path} with status {answer.status}", "try again tomorrow")
            shown = f"{self._site}{path}"
            return list(parse_feed(answer.body, shown, PARSE_SECONDS, now=self._now).entries)
        except SourceError as error:
            thing = error.thing
            for secret in (self._secrets[TOKEN], quote(self._secrets[TOKEN], safe="")):
                thing = thing.replace(secret, "(token)")
            raise type(error)(thing, error.mend) from None

    def _post(self, entry: Entry) -> Post:
        thread = _THREAD.search(entry.link)
        comment = entry.id.startswith("t1_")
        native = entry.id if _NATIVE.fullmatch(entry.id) else entry.link
        return Post(
            source=self._config.name,
            native_id=native,
            kind=PostKind.REDDIT,
            body=_own_words(entry),
            format=BodyFormat.HTML,
            title="" if comment else entry.title,
            author=entry.author.removeprefix("/").removeprefix("u/") or None,
            created_at=entry.published,
            edited_at=entry.updated,
            date_from="feed" if entry.published else "none",
            url=entry.link,
            thread=f"t3_{thread[1].lower()}" if thread else native,
        )

    def _batch(self, posts: list[Post] | tuple[Post, ...], gone: tuple[str, ...] = ()) -> Batch:
        troubles, self._troubles = tuple(self._troubles), []
        return Batch(tuple(posts), dump_cursor({**self._progress, "until": self._until}), (), troubles, gone)


def _feeds(place: str, *, late: bool) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the path and query of each feed of a place."""
    if place.startswith(SEARCH):
        yield "/search.rss", {"q": place.removeprefix(SEARCH), "sort": "new"}
        return
    yield f"/r/{quote(place, safe='')}/new/.rss", {}
    if late:
        yield f"/r/{quote(place, safe='')}/comments/.rss", {}


def _own_words(entry: Entry) -> str:
    """Return an entry's body without "submitted by ...", which Reddit puts under each post."""
    return entry.body if entry.id.startswith("t1_") else _TAIL.sub("", entry.body)


def _has_words(entry: Entry) -> bool:
    """Return False for what was deleted or removed: it is never taken."""
    return _TAGS.sub("", _own_words(entry)).strip().casefold() not in GONE


def _say(place: str) -> str:
    return f"the search {place.removeprefix(SEARCH)!r}" if place.startswith(SEARCH) else f"r/{place}"
