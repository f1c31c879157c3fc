"""Classic forums by their pages (phpBB, vBulletin, XenForo, or any by declared selectors): boards, threads, posts."""

from __future__ import annotations

import logging
import zoneinfo
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar

from listening.errors import SettingsError, SourceBroken, SourceRefused
from listening.sources.cursor import read_from
from listening.sources.fetch import Fetcher
from listening.sources.forum_engines import ANY_FORMAT, DATE_FORMATS, ENGINES, KEYS
from listening.sources.forum_pages import FoundPage, FoundPost, Reading, canonical, complete_looks, read_page
from listening.sources.options import WEB_OPTIONS, Option, Options
from listening.sources.threads import Part, Thread, ThreadReader
from listening.types import Batch, BodyFormat, Memory, Post, PostKind, SourceConfig

log = logging.getLogger(__name__)

NEEDED = ("thread_row", "thread_link", "post", "body")


class Forum:
    """One forum, or some of its boards. Threads without news since the last visit are not opened again."""

    OPTIONS: ClassVar[Mapping[str, Option]] = {
        **WEB_OPTIONS,
        "engine": Option("", f"The forum's program: {', '.join(ENGINES)}; none where all selectors are declared"),
        "boards": Option((), "Addresses of the boards to read; without them, url is a board or an index of boards"),
        "date_formats": Option(
            (), "How dates are shown where the page has no machine-readable ones, as strptime formats"
        ),
        "timezone": Option("UTC", "The zone in which the forum shows its dates"),
        "max_pages": Option(200, "The most pages of one board's list to read in one night"),
    }

    def __init__(self, config: SourceConfig, *, now: datetime, memory: Memory, fetcher: Fetcher) -> None:
        self._config = config
        self._now = now
        self._fetcher = fetcher
        self._options = Options(config, self.OPTIONS)
        self._reader = ThreadReader(memory.cursor, now=now)
        self._how = self._reading()

    def _reading(self) -> Reading:
        """How this forum's pages are read. Raises SettingsError for what cannot be followed."""
        engine, zone = self._options.text("engine"), self._options.text("timezone")
        name = f"[sources.{self._config.name}]"
        if engine and engine not in ENGINES:
            raise SettingsError(
                f"{name} engine: {engine!r} is none of {', '.join(ENGINES)}", "take one, or declare selectors"
            )
        if wrong := sorted(set(self._config.selectors) - set(KEYS)):
            raise SettingsError(f"{name} selectors: {', '.join(wrong)} unknown", f"they may be {', '.join(KEYS)}")
        looks = complete_looks(ENGINES.get(engine, ()), self._config.selectors)
        if missing := [key for key in NEEDED if not looks[0].get(key)]:
            raise SettingsError(f"{name} selectors: {', '.join(missing)} missing", "declare them, or set engine")
        try:
            zone_info = zoneinfo.ZoneInfo(zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
            raise SettingsError(f"{name} timezone: {zone!r} is no time zone", "write it as Europe/Berlin") from error
        formats = (*self._options.words("date_formats"), *DATE_FORMATS.get(engine, ()), *ANY_FORMAT)
        return Reading(looks, formats, self._now, zone_info)

    def batches(self) -> Iterator[Batch]:
        """Yield a batch for each page of each thread with news. Raises SourceError."""
        with self._fetcher:
            warnings: list[str] = []
            listed = [thread for board in self._boards() for thread in self._listed(board, warnings)]
            yield from self._reader.read(listed, self._parts, warnings)

    # --- boards

    def _boards(self) -> list[str]:
        """Return the boards to read: as declared, or those that an index page links, or the page itself."""
        if declared := self._options.words("boards"):
            return list(declared)
        found = self._open(self._config.url)
        if found.threads or not found.boards:
            return [self._config.url]
        return list(found.boards)

    def _listed(self, board: str, warnings: list[str]) -> Iterator[Thread]:
        """Threads of a board with activity since the last visit (and those that show no date)."""
        since = read_from(
            self._reader.until(board),
            now=self._now,
            overlap_days=self._options.number("overlap_days"),
            backlog_days=self._options.number("backlog_days"),
        )
        url, seen = board, set[str]()
        while url and url not in seen and len(seen) < self._options.count("max_pages"):
            seen.add(url)
            found = self._open(url, board)
            if not found.threads:
                self._explain(found, url, first=len(seen) == 1, warnings=warnings)
                return
            yield from (thread for thread in found.threads if thread.activity is None or thread.activity >= since)
            # lists stand by last activity, pinned threads above: the last row tells how far the page reaches back
            last = found.threads[-1].activity
            if last is not None and last < since:
                return
            url = found.next_page

    def _explain(self, found: FoundPage, url: str, *, first: bool, warnings: list[str]) -> None:
        """Return a board without threads: a login wall, another layout, or only an odd page at the end."""
        if not first:
            warnings.append(f"page {url} of the board lists no threads")
        elif found.wants_login:
            raise SourceRefused(
                f"{url} wants a login (page titled {found.title!r})", "use a board that guests can read"
            )
        else:
            raise SourceBroken(
                f"{url} lists no threads (page titled {found.title!r})", "check engine and selectors of this source"
            )

    # --- one thread

    def _parts(self, thread: Thread, mark: str) -> Iterator[Part]:
        """Yield the thread's pages, from the one at `mark` on."""
        url, seen = mark or thread.url, set[str]()
        while url:
            seen.add(canonical(url))
            found = self._open(url)
            if not found.posts and found.wants_login:
                raise SourceRefused(f"{url} wants a login (page titled {found.title!r})", "this thread is left out")
            follows = found.next_page if found.next_page not in seen else ""
            opens = url == thread.url
            posts = tuple(
                self._post(post, thread, url, heading=found.heading if opens and index == 0 else "")
                for index, post in enumerate(found.posts)
            )
            reason = () if posts else (f"{url} shows no posts (page titled {found.title!r}): check the selectors",)
            yield Part(posts, follows, reason)
            url = follows

    def _post(self, found: FoundPost, thread: Thread, url: str, heading: str) -> Post:
        opening = bool(heading)
        return Post(
            source=self._config.name,
            native_id=found.id if found.id.isdigit() else f"{thread.key}/{found.id}",
            kind=PostKind.FORUM,
            body=found.html,
            format=BodyFormat.HTML,
            title=(thread.title or heading) if opening else "",
            author=found.author,
            created_at=found.created_at,
            date_from=found.date_from,
            url=f"{url}#p{found.id}" if found.id.isdigit() else url,
            thread=thread.key,
            reply_to=found.reply_to or None,
            likes=found.likes,
            views=thread.views if opening else 0,
        )

    def _open(self, url: str, board: str = "") -> FoundPage:
        page = self._fetcher.get(url, accept="text/html, application/xhtml+xml;q=0.9, */*;q=0.5")
        return read_page(page.body, page.url, page.content_type, self._how, board)
