"""Classic forums by their pages (phpBB, vBulletin, XenForo and many more, or any at all): boards, threads, posts."""

from __future__ import annotations

import logging
import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from listening.errors import SettingsError, SourceBroken
from listening.sources.cursor import read_from, whose_turn
from listening.sources.expected import LayoutChanged
from listening.sources.fetch import Fetcher
from listening.sources.forum.engines import ENGINES, KEYS
from listening.sources.forum.pages import FoundPage, FoundPost, Reading, complete_looks, read_page
from listening.sources.forum.selectors import is_css
from listening.sources.forum.urls import canonical, thread_key
from listening.sources.options import WEB_OPTIONS, Option, Options
from listening.sources.pages import Obstacle
from listening.sources.threads import Part, Thread, ThreadReader
from listening.types import Batch, BodyFormat, Memory, Post, PostKind, SourceConfig

log = logging.getLogger(__name__)

LAST_ROWS = 3  # of a page of a board's list

_DAY_FIRST = {"": None, "day": True, "month": False}


class Forum:
    """One forum, some of its boards, or one thread. Threads without news since the last visit are not opened again."""

    OPTIONS: ClassVar[Mapping[str, Option]] = {
        **WEB_OPTIONS,
        "engine": Option("", f"The forum's program: {', '.join(ENGINES)}; without it, each page is looked at"),
        "boards": Option(
            (), "Addresses of the boards to read; without them, url is a board, an index of boards or a thread"
        ),
        "date_formats": Option((), "How dates are shown, as strptime formats, where we misread them"),
        "date_order": Option("", "What stands first in 3/4/2026: day or month; without it, the pages tell"),
        "timezone": Option("UTC", "The zone in which the forum shows its dates"),
        "max_pages": Option(200, "The most pages of one board's list to read in one night"),
        "recheck": Option(5, "Quoted threads without news to look at again each night, for edits and deletions"),
    }

    def __init__(self, config: SourceConfig, *, now: datetime, memory: Memory, fetcher: Fetcher) -> None:
        self._config = config
        self._now = now
        self._fetcher = fetcher
        self._options = Options(config, self.OPTIONS)
        self._memory = memory
        self._reader = ThreadReader(memory.cursor, now=now)
        self._how = self._reading()
        self._seen = ""  # the engine that made the last page, where none is declared: looking for it takes long

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
        order = self._options.text("date_order")
        if order not in _DAY_FIRST:
            raise SettingsError(f"{name} date_order: {order!r} is neither day nor month", "take one, or leave it out")
        try:
            zone_info = zoneinfo.ZoneInfo(zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
            raise SettingsError(f"{name} timezone: {zone!r} is no time zone", "write it as Europe/Berlin") from error
        for key, selector in self._config.selectors.items():
            if not is_css(selector):
                raise SettingsError(f"{name} selectors: {key}: {selector!r} is no CSS", "see docs/adding-a-source.md")
        looks = complete_looks(ENGINES.get(engine, ()), self._config.selectors)
        formats = self._options.words("date_formats")
        return Reading(looks, formats, self._now, zone_info, _DAY_FIRST[order], engine)

    def batches(self) -> Iterator[Batch]:
        """Yield a batch for each page of each thread with news. Raises SourceError."""
        with self._fetcher:
            warnings: list[str] = []
            listed = [thread for board in self._boards() for thread in self._listed(board, warnings)]
            yield from self._reader.read([*listed, *self._quiet()], self._parts, warnings)

    # --- boards

    def _boards(self) -> list[str]:
        """Return the boards to read: as declared, or those that an index page links, or the page itself."""
        if declared := self._options.words("boards"):
            return list(declared)
        found = self._open(self._config.url)
        if found.posts or found.threads or not found.boards:
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
            if found.posts and len(seen) == 1:
                yield Thread(thread_key(url), url, None, board, found.heading)
                return
            if not found.threads:
                self._explain(found, url, first=len(seen) == 1, warnings=warnings)
                return
            self._tell_guess(found, url, warnings)
            yield from (thread for thread in found.threads if thread.activity is None or thread.activity >= since)
            # lists stand by last activity, pinned threads above: the last rows tell how far the page reaches back,
            # and more than one of them, for one may bear a wrong date
            last = [thread.activity for thread in found.threads[-LAST_ROWS:] if thread.activity]
            if last and max(last) < since:
                return
            url = found.next_page
        if url and url not in seen:
            warnings.append(f"the board {board} has more than {len(seen)} pages of threads -> raise max_pages")

    def _quiet(self) -> Iterator[Thread]:
        """Some quoted threads, whether or not they moved: an edit or a deletion does not bring a thread up."""
        known = self._memory.addresses
        for key in whose_turn(tuple(known), self._now, self._options.count("recheck")):
            yield Thread(key, canonical(known[key]), None, again="quoted")

    def _explain(self, found: FoundPage, url: str, *, first: bool, warnings: list[str]) -> None:
        """Name what a board without threads is: a login wall, another layout, or only an odd page at the end."""
        bars = found.obstacle is not None and found.obstacle.bars
        if (not first or found.boards) and not bars:
            warnings.append(f"page {url} of the board lists no threads")
        elif found.obstacle and found.obstacle.name != "changed layout":
            raise found.obstacle.error(url, found.title)
        else:
            raise SourceBroken(
                f"{url} lists no threads (page titled {found.title!r}): changed layout",
                "check engine and selectors of this source",
            )

    def _tell_guess(self, found: FoundPage, url: str, warnings: list[str]) -> None:
        """Warn once where the declared engine's selectors no longer find anything: the layout has changed."""
        other = found.read_by not in ("", self._how.engine or "selectors")
        if self._how.looks and other and not any("changed layout" in warning for warning in warnings):
            warnings.append(
                f"changed layout: {url} was read by {found.read_by}, not by its selectors; check engine and selectors"
            )

    # --- one thread

    def _parts(self, thread: Thread, mark: str) -> Iterator[Part]:
        """Yield the thread's pages, from the one at `mark` on."""
        url, seen = mark or thread.url, set[str]()
        while url:
            seen.add(canonical(url))
            found = self._open(url, in_thread=True)
            if not found.posts and found.obstacle and found.obstacle.bars:
                raise found.obstacle.error(url, found.title)
            follows = found.next_page if found.next_page not in seen else ""
            opens = url == thread.url
            posts = tuple(
                self._post(post, thread, url, heading=(found.heading or found.title) if opens and index == 0 else "")
                for index, post in enumerate(found.posts)
            )
            warnings: list[str] = []
            self._tell_guess(found, url, warnings)
            if found.cut:
                warnings.append(f"{url} is so long that its end was not read -> read the forum by its feed as well")
            yield Part(posts, follows, tuple(warnings), look=found.read_by)
            if not posts:
                what = found.obstacle or Obstacle.of("changed layout")
                raise LayoutChanged(f"{url} shows no posts (page titled {found.title!r}): {what.name}", what.mend)
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
            url=found.url or (f"{url}#{found.anchor}" if found.anchor else url),
            thread=thread.key,
            reply_to=self._reply(found.reply_to, thread),
            likes=found.likes,
            views=thread.views if opening else 0,
            accepted=found.accepted,
        )

    @staticmethod
    def _reply(native: str | None, thread: Thread) -> str | None:
        """Return the native id of the post that one answers, as `_post` names it."""
        return native if native is None or native.isdigit() else f"{thread.key}/{native}"

    def _open(self, url: str, board: str = "", *, in_thread: bool = False) -> FoundPage:
        page = self._fetcher.get(url, accept="text/html, application/xhtml+xml;q=0.9, */*;q=0.5")
        how = replace(self._how, in_thread=in_thread)
        if self._seen and not how.looks:
            how = replace(how, looks=ENGINES[self._seen], engine=self._seen)
        found = read_page(page.body, page.url, page.content_type, how, board)
        self._seen = found.read_by if found.read_by in ENGINES else ""
        return found
