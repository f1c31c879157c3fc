"""Watches what readers say below a blog's entries: in each one's comment feed, and on its page where that is short."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urldefrag

from listening.errors import SourceBroken, SourceError
from listening.sources.cursor import Progress
from listening.sources.dates import read_moment
from listening.sources.feed_comments import Comment
from listening.sources.feed_entries import Entry, parse_feed, words
from listening.sources.feed_parser import comments_of
from listening.sources.fetch import Fetcher, Page
from listening.sources.hosts import HostLeft
from listening.types import BodyFormat, Memory, Post, PostKind, Validator

FEED_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
PAGE_ACCEPT = "text/html, */*;q=0.5"
_KEPT = ("feed", "page", "since", "read", "ids")
_FRAGMENT = re.compile(r"#(?:li-|div-)?(?:comments?|cmt|c|kommentar)[-_]?(\d{1,20})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Talk:
    """What is said below one entry: where its comments are, since when it is watched, how many were read last.

    `ids` is how the feed begins a comment's id before its number; `count` is how many comments the blog's feed tells
    tonight, None where it does not.
    """

    thread: str
    feed: str
    page: str
    since: str
    read: int = -1
    ids: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What one visit gave: comments, the validators that hold once they are stored, and a sentence where it failed."""

    posts: tuple[Post, ...] = ()
    validators: tuple[Validator, ...] = ()
    troubles: tuple[str, ...] = ()


class Talks:
    """The talks of one feed: of its entries of so many `days`. `kept` is what the cursor remembers of them."""

    def __init__(
        self,
        source: str,
        fetcher: Fetcher,
        memory: Memory,
        *,
        now: datetime,
        days: float,
        seconds: float,
        kept: Progress,
    ) -> None:
        self._source = source
        self._fetcher = fetcher
        self._memory = memory
        self._now = now
        self._oldest = now - timedelta(days=days)
        self._seconds = seconds
        self._shown: dict[str, Page] = {}
        found = kept if isinstance(kept, dict) else {}
        self._talks = {
            thread: _from_kept(thread, values) for thread, values in found.items() if isinstance(values, dict)
        }

    def watch(self, entries: Iterable[Entry]) -> None:
        """Remember where the comments of these entries are."""
        for entry in entries:
            page = urldefrag(entry.comment_page or entry.link)[0]
            if entry.comments or page:
                since = (entry.published or self._now).isoformat()
                known = self._talks.get(entry.id) or Talk(entry.id, "", "", "")
                places = {"feed": entry.comments, "page": page, "since": since, "count": entry.comment_count}
                self._talks[entry.id] = replace(known, **places)  # type: ignore[arg-type]  # the fields above
        self._forget()

    def _forget(self) -> None:
        """Leave the talks alone that are too old."""
        young = {
            thread for thread, talk in self._talks.items() if (read_moment(talk.since) or self._now) >= self._oldest
        }
        self._talks = {thread: talk for thread, talk in self._talks.items() if thread in young}

    def seen(self, url: str, page: Page) -> None:
        """Keep a page that was opened for its article, so that it is not asked for twice."""
        if any(talk.page == urldefrag(url)[0] and not talk.feed for talk in self._talks.values()):
            self._shown[urldefrag(url)[0]] = page

    def due(self) -> list[Talk]:
        """Return the talks to visit tonight: all, but those of which the feed says that nothing was added."""
        self._forget()
        talks = sorted(self._talks.values(), key=lambda talk: (talk.feed or talk.page, talk.thread))
        return [talk for talk in talks if talk.count is None or talk.count != max(talk.read, 0)]

    def kept(self) -> Mapping[str, Mapping[str, str | int]]:
        """Return what the cursor remembers."""
        return {talk.thread: {name: getattr(talk, name) for name in _KEPT} for talk in self._talks.values()}

    def visit(self, talk: Talk) -> Said:
        """Read one talk: its feed, and its page where there is no feed, or the feed fails or shows too few.

        Raises HostLeft; any other trouble is told in the answer.
        """
        posts: dict[str, Post] = {}
        validators: tuple[Validator, ...] = ()
        troubles: tuple[str, ...] = ()
        if talk.feed:
            try:
                page = self._ask(talk.feed)
                if page.unchanged:
                    return Said()
                talk, found = self._by_feed(talk, page)
                posts = {post.native_id: post for post in found}
                validators = (page.validator,) if page.validator else ()
            except HostLeft:
                raise
            except SourceError as error:
                troubles = (f"comments of one entry could not be read: {error.thing}",)
                if not isinstance(error, SourceBroken):
                    return Said(troubles=troubles)
        if talk.page and (not talk.feed or troubles or (talk.count or 0) > len(posts)):
            more = self._by_page(talk)
            posts = {post.native_id: post for post in more.posts} | posts
            validators += more.validators
            troubles = () if more.posts else (*troubles, *more.troubles)
        self._talks[talk.thread] = replace(talk, read=len(posts))
        return Said(tuple(posts.values()), validators, troubles)

    # --- the two places

    def _by_feed(self, talk: Talk, page: Page) -> tuple[Talk, list[Post]]:
        feed = parse_feed(page.body, page.url, self._seconds, now=self._now, content_type=page.content_type)
        comments = [entry for entry in feed.entries if entry.id != talk.thread]
        ids = next(filter(None, map(_beginning, comments)), talk.ids)
        return replace(talk, ids=ids), [self._from_entry(entry, talk) for entry in comments]

    def _by_page(self, talk: Talk) -> Said:
        try:
            page = self._shown.pop(talk.page, None) or self._ask(talk.page, accept=PAGE_ACCEPT)
            if page.unchanged:
                return Said()
            comments = comments_of(page.body, page.url, page.content_type, self._seconds, now=self._now)
        except HostLeft:
            raise
        except SourceError as error:
            return Said(troubles=(f"comments of one entry could not be read: {error.thing}",))
        if not comments and talk.count:
            return Said(troubles=(f"{talk.page} should show {talk.count} comments, and none could be told apart",))
        posts = tuple(self._from_comment(comment, talk, page.url) for comment in comments)
        return Said(posts, (page.validator,) if page.validator else ())

    def _ask(self, url: str, *, accept: str = FEED_ACCEPT) -> Page:
        return self._fetcher.get(url, validator=self._memory.validators.get(url), accept=accept)

    # --- as posts

    def _from_entry(self, entry: Entry, talk: Talk) -> Post:
        return self._post(
            talk,
            native_id=entry.id,
            body=entry.body,
            format=BodyFormat.TEXT if entry.plain else BodyFormat.HTML,
            author=entry.author or None,
            created_at=entry.published,
            edited_at=entry.updated,
            date_from="feed" if entry.published else "none",
            url=entry.link,
            reply_to=entry.reply_to if entry.reply_to not in ("", talk.page) else talk.thread,
        )

    def _from_comment(self, comment: Comment, talk: Talk, url: str) -> Post:
        return self._post(
            talk,
            native_id=_numbered(talk, comment.id or _hash(comment.author, words(comment.body))),
            body=comment.body,
            author=comment.author or None,
            created_at=comment.created_at,
            date_from="page" if comment.created_at else "none",
            url=f"{url}#comment-{comment.id}" if comment.id else url,
            reply_to=_numbered(talk, comment.parent) if comment.parent else talk.thread,
        )

    def _post(self, talk: Talk, **fields: object) -> Post:
        return Post(source=self._source, kind=PostKind.BLOG, thread=talk.thread, **fields)  # type: ignore[arg-type]  # the two callers name fields of Post


def _from_kept(thread: str, values: Mapping[str, str | int]) -> Talk:
    read = values.get("read", -1)
    feed, page, since, ids = (str(values.get(name, "")) for name in ("feed", "page", "since", "ids"))
    return Talk(thread, feed, page, since, read if isinstance(read, int) else -1, ids)


def _beginning(entry: Entry) -> str:
    """Return how the ids of comments begin before their number on the page, "" where that cannot be seen."""
    number = _FRAGMENT.search(entry.link) or _FRAGMENT.search(entry.id)
    fits = number is not None and re.fullmatch(rf"(.*\D){number[1]}", entry.id)
    return fits[1] if fits else ""


def _numbered(talk: Talk, number: str) -> str:
    """Return a comment's id by its number on the page: the one that its feed gives, where there is one."""
    return (talk.ids or f"{talk.thread}#comment-") + number


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
