"""Blogs and news by their feeds (RSS, Atom, JSON Feed): whole articles, and the comments below them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

from listening.errors import SourceBroken, SourceError
from listening.sources.cursor import dump_cursor, load_cursor
from listening.sources.expected import Expected, LayoutChanged
from listening.sources.feed_entries import Entry, FeedText, parse_feed, words
from listening.sources.feed_parser import article_of, feeds_of
from listening.sources.feed_recheck import taken_back
from listening.sources.feed_talks import FEED_ACCEPT, PAGE_ACCEPT, Talks
from listening.sources.fetch import Fetcher, Page, PageGone
from listening.sources.options import WEB_OPTIONS, Option, Options
from listening.sources.pages import has_words, wall_before
from listening.types import Batch, BodyFormat, Memory, Post, PostKind, Shown, SourceConfig, Validator

log = logging.getLogger(__name__)

ENTRIES_A_BATCH = 10
MOST_PAGES = 50  # of an archive that a feed goes on with
_FEEDS_TRIED = 3  # of those that a page offers
_SAME_STORY = 0.3  # of the longer words of a teaser stand in its article
_LONG_WORD = 4
_WORDS_COMPARED = 100


class Feed:
    """One feed. The cursor knows each entry's mark, so that only new and changed entries are read and yielded."""

    OPTIONS: ClassVar[Mapping[str, Option]] = {
        **WEB_OPTIONS,
        "full_text": Option("auto", "Open the linked page: auto (when the feed has only a teaser), always, never"),
        "comments": Option(default=False, sentence="Read the comments below each entry: in its comment feed or page"),
        "comment_days": Option(90, "Days for which an entry's comments are watched"),
        "recheck": Option(5, "Quoted articles that the feed lists no more to look at again each night, for deletions"),
        "parse_seconds": Option(10.0, "Processor seconds after which reading a feed is given up"),
    }

    def __init__(self, config: SourceConfig, *, now: datetime, memory: Memory, fetcher: Fetcher) -> None:
        self._config = config
        self._now = now
        self._memory = memory
        self._fetcher = fetcher
        self._options = Options(config, self.OPTIONS)
        self._seconds = self._options.number("parse_seconds")
        kept = load_cursor(memory.cursor)
        self._marks: dict[str, str] = dict(kept.get("marks") or {})
        self._found = str(kept.get("feed") or "")  # the feed's address, where the source's is a page's
        self._expected = Expected(kept.get("told"), now=now)
        self._rest = str(kept.get("rest") or "")  # where an archive goes on that was not read to its end
        self._talks = Talks(
            config.name,
            fetcher,
            memory,
            now=now,
            days=self._options.number("comment_days"),
            seconds=self._seconds,
            kept=kept.get("talks") or {},
        )
        self._troubles: list[str] = []
        self._pages: list[Shown] = []
        self._again = False

    def batches(self) -> Iterator[Batch]:
        """Yield the feed's new entries, then the talks that changed. Raises SourceError for the feed itself."""
        with self._fetcher:
            yield from self._articles()
            if self._options.flag("comments"):
                yield from self._comments()
            yield from self._gone()

    def _gone(self) -> Iterator[Batch]:
        """Yield which of the quoted articles were taken back."""
        most = self._options.count("recheck")
        known = self._memory.addresses
        for claim in taken_back(known, self._marks, fetcher=self._fetcher, now=self._now, most=most):
            yield replace(self._batch(()), standing=(claim,))

    # --- articles

    def _articles(self) -> Iterator[Batch]:
        page, feed = self._open()
        present = dict(self._marks)
        if feed is not None:
            present = {entry.id: "" for entry in feed.entries}
            self._pages.append(Shown(page.url, len(feed.entries)))
            yield from self._entries(feed)
        yield from self._archive()
        self._marks = {native: mark for native, mark in self._marks.items() if native in present}
        # an article that we could not open yet must be met again, so the feed is asked for in full next night
        if feed is not None:
            yield self._batch((), () if self._again or page.validator is None else (page.validator,))

    def _open(self) -> tuple[Page, FeedText | None]:
        """Return the feed's page and what it says; None where it did not change. Finds the feed of a blog's page.

        A feed that was read before and now is a page is broken: what that page offers may be anything.
        """
        is_page = bool(self._found) or not self._marks
        if self._found:
            try:
                return self._read(self._found)
            except LayoutChanged:
                raise
            except SourceBroken as error:
                log.info("the feed of source %s is looked for again: %s", self._config.name, error.id)
                self._found = ""
        url = self._config.url
        page = self._ask(url)
        if page.unchanged:
            return page, None
        try:
            return page, self._parsed(page)
        except LayoutChanged:
            raise
        except SourceBroken as error:
            if not is_page:
                raise wall_before(page.body, page.url) or error from error
            return self._discovered(page, error)

    def _discovered(self, page: Page, error: SourceBroken) -> tuple[Page, FeedText | None]:
        """Return the first feed that a page offers; raises why the page is none, without one."""
        offers = feeds_of(page.body, page.url, page.content_type, self._seconds)
        for offer in [offer for offer in offers if not offer.comments][:_FEEDS_TRIED]:
            try:
                found = self._read(offer.url)
            except (SourceBroken, PageGone) as fault:
                log.info("a feed that source %s offers is none: %s", self._config.name, fault.id)
                continue
            self._found = offer.url
            self._troubles.append(f"{self._config.url} is a page; its feed {offer.url} is read -> set url to it")
            return found
        raise wall_before(page.body, page.url) or error

    def _read(self, url: str) -> tuple[Page, FeedText | None]:
        page = self._ask(url)
        return page, None if page.unchanged else self._parsed(page)

    def _ask(self, url: str) -> Page:
        return self._fetcher.get(url, validator=self._memory.validators.get(url), accept=FEED_ACCEPT)

    def _parsed(self, page: Page) -> FeedText:
        feed = parse_feed(page.body, page.url, self._seconds, now=self._now, content_type=page.content_type)
        count = f"{len(feed.entries)} entries" if feed.entries else "no entry"
        if feed.broken:
            told = f"the feed {page.url} is damaged ({feed.broken[:100]}) and gave {count}"
            self._troubles.append(f"{told} -> tell whoever runs the site")
        elif not feed.entries:
            self._troubles.append(f"the feed {page.url} is in order and holds no entry -> look whether the blog moved")
        self._expected.check([self._told(entry) for entry in feed.entries], page.url)
        return feed

    def _told(self, entry: Entry) -> dict[str, object]:
        """Return what a feed that always told it must tell tonight, or it has changed."""
        told = {"title": entry.title, "author": entry.author, "date": entry.published, "link": entry.link}
        alone = {"full text": entry.full} if self._options.text("full_text") == "never" else {}
        return {**told, **alone, "text": has_words(entry.body)}

    def _entries(self, feed: FeedText, rest: str = "") -> Iterator[Batch]:
        """Yield what is new or changed in a feed. What only has another id than last night is neither.

        `rest` is where a run that ends here goes on; then it is the feed's next page, if we saw nothing of that yet.
        """
        self._talks.watch(feed.entries)
        known = set(self._marks.values())
        fresh = [entry for entry in feed.entries if entry.mark not in known]
        self._marks |= {entry.id: entry.mark for entry in feed.entries if entry.mark in known}
        older = bool(fresh) and feed.entries[-1] is fresh[-1] and self._in_backlog(fresh)
        after = feed.following if older else ""
        self._rest = rest or after or self._rest
        for start in range(0, len(fresh), ENTRIES_A_BATCH):
            chunk = fresh[start : start + ENTRIES_A_BATCH]
            posts = []
            for entry in chunk:
                post, complete = self._article(entry)
                posts.append(post)
                self._again = self._again or not complete
                if complete:
                    self._marks[entry.id] = entry.mark
            if rest and chunk[-1] is fresh[-1]:
                self._rest = after
            yield self._batch(posts)

    def _in_backlog(self, entries: Sequence[Entry]) -> bool:
        oldest = self._now - timedelta(days=self._options.number("backlog_days"))
        return any(entry.published is None or entry.published >= oldest for entry in entries)

    def _archive(self) -> Iterator[Batch]:
        """Yield what older pages of the feed hold that we never saw (RFC 5005), going on where a run ended."""
        for _ in range(MOST_PAGES):
            url, self._rest = self._rest, ""
            if not url:
                return
            try:
                feed = self._parsed(self._fetcher.get(url, accept=FEED_ACCEPT))
            except SourceError as error:
                self._troubles.append(f"older entries of the feed could not be read: {error.thing}")
                self._rest = "" if error.permanent and not isinstance(error, LayoutChanged) else url
                return
            yield from self._entries(feed, rest=url)
            self._rest = "" if self._rest == url else self._rest

    def _article(self, entry: Entry) -> tuple[Post, bool]:
        """Return the entry as a post, and whether nothing more of it can be had."""
        body, plain, complete = entry.body, entry.plain, True
        how = self._options.text("full_text")
        if entry.link and (how == "always" or (how == "auto" and not entry.full)):
            whole, complete = self._whole(entry)
            body, plain = (whole, False) if whole else (body, plain)
        post = Post(
            source=self._config.name,
            native_id=entry.id,
            kind=PostKind.BLOG,
            body=body,
            format=BodyFormat.TEXT if plain else BodyFormat.HTML,
            title=entry.title,
            author=entry.author or None,
            created_at=entry.published,
            edited_at=entry.updated,
            date_from="feed" if entry.published else "none",
            url=entry.link,
            thread=entry.id,
        )
        return post, complete

    def _whole(self, entry: Entry) -> tuple[str, bool]:
        """Return the article of the linked page, "" where it says no more than the teaser; and False to try again."""
        try:
            page = self._fetcher.get(entry.link, accept=PAGE_ACCEPT)
            if self._options.flag("comments"):
                self._talks.seen(entry.link, page)
            found = article_of(page.body, page.url, page.content_type, self._seconds)
        except SourceError as error:
            self._troubles.append(f"only the teaser of {entry.link} could be read: {error.thing}")
            return "", error.permanent
        return (found if _says_more(found, entry) else ""), True

    # --- comments

    def _comments(self) -> Iterator[Batch]:
        """Yield a batch for each talk that changed; one that fails is told and the others go on."""
        for talk in self._talks.due():
            said = self._talks.visit(talk)
            self._troubles += said.troubles
            if said.posts or said.validators or said.troubles:
                yield self._batch(said.posts, said.validators)

    # --- both

    def _batch(self, posts: Sequence[Post], validators: tuple[Validator, ...] = ()) -> Batch:
        progress = {"marks": self._marks, "talks": self._talks.kept(), "feed": self._found, "rest": self._rest}
        progress["told"] = self._expected.kept()
        troubles, self._troubles = tuple(self._troubles), []
        pages, self._pages = tuple(self._pages), []
        return Batch(tuple(posts), dump_cursor(progress), validators, troubles, shown=pages)


def _says_more(article: str, entry: Entry) -> bool:
    """Tell whether a page's text is the story of the teaser, and longer: neither a wall nor a notice about cookies."""
    told, teaser = words(article).casefold(), words(entry.body).casefold()
    if len(told) <= len(teaser):
        return False
    story = [word for word in f"{entry.title.casefold()} {teaser}".split() if len(word) >= _LONG_WORD][:_WORDS_COMPARED]
    return not story or sum(word in told for word in story) >= _SAME_STORY * len(story)
