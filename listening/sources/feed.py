"""Blogs and news by their feeds (RSS, Atom, JSON Feed): whole articles, and the comments below them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import urljoin

from listening.errors import SourceError
from listening.sources.cursor import Progress, dump_cursor, load_cursor
from listening.sources.dates import read_moment
from listening.sources.feed_entries import Entry, parse_feed
from listening.sources.fetch import Fetcher
from listening.sources.hosts import HostLeft
from listening.sources.options import WEB_OPTIONS, Option, Options
from listening.types import Batch, BodyFormat, Memory, Post, PostKind, SourceConfig, Validator

log = logging.getLogger(__name__)

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
PAGES_A_BATCH = 10


class Feed:
    """One feed. The cursor knows each entry's mark, so that only new and changed entries are read and yielded."""

    OPTIONS: ClassVar[Mapping[str, Option]] = {
        **WEB_OPTIONS,
        "full_text": Option("auto", "Open the linked page: auto (when the feed has only a teaser), always, never"),
        "comments": Option(default=False, sentence="Read each entry's own comment feed too"),
        "comment_days": Option(90, "Days for which an entry's comments are watched"),
        "parse_seconds": Option(20.0, "Processor seconds after which reading a feed is given up"),
    }

    def __init__(self, config: SourceConfig, *, now: datetime, memory: Memory, fetcher: Fetcher) -> None:
        self._config = config
        self._now = now
        self._memory = memory
        self._fetcher = fetcher
        self._options = Options(config, self.OPTIONS)
        kept = load_cursor(memory.cursor)
        self._marks: dict[str, str] = dict(kept.get("marks") or {})
        self._threads: dict[str, dict[str, str]] = dict(kept.get("comments") or {})
        self._troubles: list[str] = []

    def batches(self) -> Iterator[Batch]:
        """Yield the feed's new entries, then the comment feeds that changed. Raises SourceError for the feed itself."""
        with self._fetcher:
            yield from self._articles()
            if self._options.flag("comments"):
                yield from self._comments()

    # --- articles

    def _articles(self) -> Iterator[Batch]:
        url = self._config.url
        page = self._fetcher.get(url, validator=self._memory.validators.get(url), accept=ACCEPT)
        if page.unchanged:
            return
        feed = parse_feed(page.body, page.url, self._options.number("parse_seconds"))
        if feed.broken:
            count = f"{len(feed.entries)} entries" if feed.entries else "no entry"
            self._troubles.append(
                f"the feed {url} is damaged ({feed.broken[:100]}) and gave {count} -> tell whoever runs the site"
            )
        self._watch(feed.entries, page.url)
        fresh = [entry for entry in feed.entries if self._marks.get(entry.id) != entry.mark]
        present = {entry.id for entry in feed.entries}
        again = False
        for start in range(0, len(fresh), PAGES_A_BATCH):
            chunk = fresh[start : start + PAGES_A_BATCH]
            posts = []
            for entry in chunk:
                post, complete = self._article(entry, page.url)
                posts.append(post)
                again = again or not complete
                if complete:
                    self._marks[entry.id] = entry.mark
            yield self._batch(posts)
        self._marks = {native: mark for native, mark in self._marks.items() if native in present}
        # an article that we could not open yet must be met again, so the feed is asked for in full next night
        yield self._batch((), () if again or page.validator is None else (page.validator,))

    def _article(self, entry: Entry, base: str) -> tuple[Post, bool]:
        """Return the entry as a post, and whether nothing more of it can be had."""
        link = urljoin(base, entry.link) if entry.link else ""
        body, complete = entry.body, True
        how = self._options.text("full_text")
        if link and (how == "always" or (how == "auto" and not entry.full)):
            body, complete = self._whole(link, entry.body)
        return self._post(entry, body, link, thread=entry.id, reply_to=None), complete

    def _whole(self, link: str, teaser: str) -> tuple[str, bool]:
        """Return the article of the linked page where it says more than the teaser; else the teaser."""
        try:
            page = self._fetcher.get(link, accept="text/html, */*;q=0.5")
        except SourceError as error:
            self._troubles.append(f"only the teaser of {link} could be read: {error.thing}")
            return teaser, error.permanent
        found = _main_text(page.body, page.url)
        return (found if len(found) > len(teaser) else teaser), True

    # --- comments

    def _watch(self, entries: tuple[Entry, ...], base: str) -> None:
        """Remember the comment feeds of young entries; forget those of old ones."""
        for entry in entries:
            if entry.comments:
                since = (entry.published or self._now).isoformat()
                self._threads[urljoin(base, entry.comments)] = {"thread": entry.id, "since": since}
        oldest = self._now - timedelta(days=self._options.number("comment_days"))
        self._threads = {
            url: kept for url, kept in self._threads.items() if (read_moment(kept.get("since")) or self._now) >= oldest
        }

    def _comments(self) -> Iterator[Batch]:
        """Yield a batch for each comment feed that changed; one that fails is told and the others go on."""
        for url, kept in sorted(self._threads.items()):
            try:
                page = self._fetcher.get(url, validator=self._memory.validators.get(url), accept=ACCEPT)
                if page.unchanged:
                    continue
                feed = parse_feed(page.body, page.url, self._options.number("parse_seconds"))
            except HostLeft:
                raise
            except SourceError as error:
                self._troubles.append(f"comments of one entry could not be read: {error.thing}")
                yield self._batch(())
                continue
            thread = kept["thread"]
            posts = [
                self._post(
                    entry, entry.body, urljoin(page.url, entry.link), thread=thread, reply_to=thread, comment=True
                )
                for entry in feed.entries
                if entry.id != thread
            ]
            yield self._batch(posts, (page.validator,) if page.validator else ())

    # --- both

    def _post(
        self, entry: Entry, body: str, link: str, *, thread: str, reply_to: str | None, comment: bool = False
    ) -> Post:
        return Post(
            source=self._config.name,
            native_id=entry.id,
            kind=PostKind.BLOG,
            body=body,
            format=BodyFormat.HTML,
            title="" if comment else entry.title,
            author=entry.author or None,
            created_at=entry.published,
            edited_at=entry.updated,
            date_from="feed" if entry.published else "none",
            url=link,
            thread=thread,
            reply_to=reply_to,
        )

    def _batch(self, posts: list[Post] | tuple[Post, ...], validators: tuple[Validator, ...] = ()) -> Batch:
        progress: Progress = {"marks": self._marks, "comments": self._threads}
        troubles, self._troubles = tuple(self._troubles), []
        return Batch(tuple(posts), dump_cursor(progress), validators, troubles)


def _main_text(body: bytes, url: str) -> str:
    """Return the article of a page as HTML, without menus, comments and advertisements; "" where none is found."""
    import trafilatura  # noqa: PLC0415 -- takes a second to load, and most feeds need it never

    found = trafilatura.extract(body, url=url, output_format="html", include_comments=False, include_links=False)
    return found or ""
