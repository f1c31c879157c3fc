"""Reads one saved page of a forum: its threads or its posts, by its engine's selectors. Pure: bytes in, values out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.page_bounds import bounded
from listening.sources.dates import find_date, writes_day_first
from listening.sources.forum.blocks import posts_by_blocks, posts_undated
from listening.sources.forum.engines import ENGINES, engine_of
from listening.sources.forum.links import next_link
from listening.sources.forum.lists import boards_by, threads_by, threads_by_rows
from listening.sources.forum.lone import lone_post
from listening.sources.forum.posts import FoundPost, Reading, permalink, post_nodes, posts_by
from listening.sources.forum.schema import posts_by_json_ld, posts_by_microdata
from listening.sources.forum.selectors import Selectors, all_of, places, shown_at, value
from listening.sources.forum.survey import Survey
from listening.sources.forum.urls import joined
from listening.sources.pages import Obstacle, asks_for_login, has_words, obstacle_on
from listening.sources.threads import Thread

__all__ = ["FoundPage", "FoundPost", "OpenPage", "Reading", "complete_looks", "decode", "open_page", "read_page"]

_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_CHARSET_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_NUMERIC = re.compile(r"(?<![\d./-])\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})(?![\d/-]).{0,16}")
_MAY_BE_NUMERIC = re.compile(  # the above, by the sign in its midst: there are far fewer of those than of digits
    r"[-/.](?:(?<=[^\d./-]\d[-/.])|(?<=[^\d./-]\d\d[-/.]))\d{1,2}[-/.]\d\d"
)
_SPELT = ("&#", "&sol", "&period")  # how a page's source may write a digit, a slash or a point
_MOST_DATES = 500  # of a page that are asked in which order it writes them
_ENOUGH = 0.8  # of the posts that an engine's selectors find must have an author and a date


@dataclass(frozen=True, slots=True)
class FoundPage:
    """What one page holds.

    `read_by` is the engine whose selectors found the posts or threads, or "microdata", "json-ld" or "blocks" where none
    did; `obstacle` what a page is that holds nothing; `cut` where it is so long that its end was not read.
    """

    title: str
    threads: tuple[Thread, ...]
    boards: tuple[str, ...]
    posts: tuple[FoundPost, ...]
    next_page: str
    heading: str
    read_by: str = ""
    obstacle: Obstacle | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A page taken apart once: `read` may be asked in several ways, and what no way changes is found once.

    `numbered` is False where no date on it can be all numbers, so that nobody has to ask in which order it writes them.
    """

    root: LexborNode | None
    base: str
    cut: bool
    numbered: bool
    engines: list[str] = field(default_factory=list, repr=False)
    surveys: dict[tuple[object, ...], Survey] = field(default_factory=dict, repr=False)
    kept: dict[tuple[object, ...], _Found] = field(default_factory=dict, repr=False)

    @property
    def engine(self) -> str:
        """The program that made the page, as it says itself; looked for when asked first, for that is dear."""
        if not self.engines:
            self.engines.append(engine_of(self.root))
        return self.engines[0]

    def read(self, how: Reading, board: str = "") -> FoundPage:
        """All that is found on the page: by the looks, else by schema.org, else by what repeats. Never raises.

        The looks are those of `how`, else those of the engine that the page tells; of them the one that finds most is
        used. Structured data count only where they tell as many posts as are visible. A page that holds nothing says
        what stands in the way.
        """
        found = self._by_looks(how, board) if how.looks else _Found()
        if not found.anything:
            told = replace(how, looks=ENGINES.get(self.engine, ()), engine=self.engine)
            if not how.looks or how.looks is not told.looks:
                found = self._by_looks(told, board, again=True)
            if not found.anything or (not told.looks and found.posts):  # by chance, what repeats may find more
                other = self._without_looks(told, board)
                found = other if not found.anything or len(other.posts) > len(found.posts) else found
        root, following = self.root, found.look.get("next_page", "")
        return FoundPage(
            title=value(root, "title"),
            threads=found.threads,
            boards=found.boards,
            posts=found.posts,
            next_page=joined(self.base, value(root, following)) or next_link(root, self.base),
            heading=value(root, found.look.get("title", "")) or value(root, "h1"),
            read_by=found.read_by if found.posts or found.threads else "",
            obstacle=None if found.anything else obstacle_on(root),
            cut=self.cut,
        )

    def _by_looks(self, how: Reading, board: str, *, again: bool = False) -> _Found:
        key = (tuple(how.formats), how.now, how.zone, how.day_first, board)
        if again and key in self.kept:
            return self.kept[key]
        exact = self._exact(how)
        found = _by_looks(self.root, exact, self.base, board, self._survey(exact))
        if again:
            self.kept[key] = found
        return found

    def _without_looks(self, how: Reading, board: str) -> _Found:
        key = (tuple(how.formats), how.now, how.zone, how.day_first, board, "")
        if key not in self.kept:
            exact = self._exact(how)
            self.kept[key] = _without_looks(self.root, self._survey(exact), self.base, board)
        found = self.kept[key]
        if found.posts or not how.in_thread:
            return found
        obstacle = obstacle_on(self.root)
        survey = self._survey(how)
        posts = [] if obstacle.bars and obstacle.name != "login wall" else posts_undated(survey) or lone_post(survey)
        if (obstacle.bars or found.threads) and not all(_is_whole(post) for post in posts):
            return found
        return _Found(posts=_placed(posts, self.base), read_by="blocks") if posts else found

    def _exact(self, how: Reading) -> Reading:
        """Return the same with the order in which this page writes dates in numbers, where that is not declared."""
        asked = how.day_first is None and self.numbered
        return replace(how, day_first=_day_first(self.root, how)) if asked else how

    def _survey(self, how: Reading) -> Survey:
        key = (tuple(how.formats), how.now, how.zone, how.day_first)
        if key not in self.surveys:
            find = partial(find_date, formats=how.formats, now=how.now, zone=how.zone, day_first=how.day_first)
            self.surveys[key] = Survey(self.root, find)
        return self.surveys[key]


def read_page(body: bytes, url: str, content_type: str, how: Reading, board: str = "") -> FoundPage:
    """All that is found on a page, see OpenPage.read. Never raises."""
    return open_page(body, url, content_type).read(how, board)


def open_page(body: bytes, url: str, content_type: str) -> OpenPage:
    """Take a page apart. Never raises."""
    source, cut = bounded(decode(body, content_type))
    root = LexborHTMLParser(source).root
    base = urljoin(url, value(root, "base[href] @href"))
    return OpenPage(root, base, cut, _is_numbered(source))


def _is_numbered(source: str) -> bool:
    """Return False where `_NUMERIC` would find nothing, by a page's source: of 2026-03-20 all know the day."""
    return bool(_MAY_BE_NUMERIC.search(" " + source)) or any(sign in source for sign in _SPELT)


@dataclass(frozen=True, slots=True)
class _Found:
    """What one way of reading finds on a page, and by which look."""

    look: Selectors = field(default_factory=dict)
    posts: tuple[FoundPost, ...] = ()
    threads: tuple[Thread, ...] = ()
    boards: tuple[str, ...] = ()
    read_by: str = ""

    @property
    def anything(self) -> bool:
        return bool(self.posts or self.threads or self.boards)


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


def complete_looks(engine_looks: Sequence[Selectors], own: Mapping[str, str]) -> tuple[Selectors, ...]:
    """Return the owner's selectors over each look of the engine, or alone where there is no engine."""
    if not own:
        return tuple(engine_looks)
    return tuple({**look, **own} for look in engine_looks) or (dict(own),)


def _by_looks(root: LexborNode | None, how: Reading, base: str, board: str, survey: Survey) -> _Found:
    """Read a page by the look that finds most posts, else most threads; without any look by any engine's that fits."""
    looks = how.looks or [look for some in ENGINES.values() for look in some]
    best, posts = _most_posts(root, looks, how, base, survey)
    read_by = how.engine or "selectors"
    linked = [boards_by(root, each, base) for each in how.looks]
    boards = max((tuple(links) for links in linked), key=len, default=())
    if posts:
        return _Found(best, tuple(posts), (), boards, read_by)
    lists = [(look, threads_by(root, look, how, base, board)) for look in how.looks]
    look, threads = max(lists, key=lambda one: len(one[1]), default=({}, []))
    return _Found(look, (), tuple(threads), boards, read_by)


def _most_posts(
    root: LexborNode | None, looks: Sequence[Selectors], how: Reading, base: str, survey: Survey
) -> tuple[Selectors, list[FoundPost]]:
    """Return the first look that finds most posts, with them; without looks of its own the forum's must be sound."""
    best: tuple[Selectors, list[FoundPost]] = ({}, [])
    for look in looks:
        nodes = post_nodes(root, look)
        if len(nodes) > len(best[1]):  # fewer elements cannot hold more posts, and reading them is dear
            posts = posts_by(nodes, look, how, base, survey)
            if not how.looks:  # a look that fits by chance may take the page's head for a post
                posts = [post for post in posts if post.author or post.created_at]
            if len(posts) > len(best[1]) and _say_something(posts) and (how.looks or _sound(posts)):
                best = (look, posts)
    return best


def _say_something(posts: Sequence[FoundPost]) -> bool:
    """Return False where most posts are empty: a look whose place for the words is wrong by now."""
    return 2 * sum(has_words(post.html) or "<img" in post.html for post in posts) >= len(posts)


def _sound(posts: Sequence[FoundPost]) -> bool:
    return sum(bool(post.author and post.created_at) for post in posts) >= _ENOUGH * len(posts)


def _is_whole(post: FoundPost) -> bool:
    """Return True for a whole post: one that stands beside a form to log in by, or over a list of other threads."""
    return bool(post.author and post.created_at) and not asks_for_login(post.html)


def _without_looks(root: LexborNode | None, survey: Survey, base: str, board: str) -> _Found:
    """Read a page by schema.org where it tells as many posts as are visible, else by what repeats on it."""
    visible = posts_by_blocks(survey)
    told = {"microdata": posts_by_microdata(root, survey.find), "json-ld": posts_by_json_ld(root, survey.find)}
    for name, posts in told.items():
        signed = any(post.author or post.created_at for post in posts)  # a question alone may be a page's description
        if signed and len(posts) >= len(visible) and (len(posts) > 1 or not visible):
            return _Found(posts=_placed(_completed(posts, visible), base), read_by=name)
    if visible:
        return _Found(posts=_placed(visible, base), read_by="blocks")
    return _Found(threads=tuple(threads_by_rows(survey, base, board)), read_by="blocks")


def _completed(told: Sequence[FoundPost], visible: Sequence[FoundPost]) -> Sequence[FoundPost]:
    """Fill what a page tells machines not of each post, and shows people: names and dates."""
    if len(told) != len(visible):
        return told
    return [
        replace(
            one,
            author=one.author or shown.author,
            created_at=one.created_at or shown.created_at,
            date_from=one.date_from if one.created_at else shown.date_from,
        )
        for one, shown in zip(told, visible, strict=True)
    ]


def _placed(posts: Sequence[FoundPost], base: str) -> tuple[FoundPost, ...]:
    return tuple(replace(post, url=permalink(base, post.url)) for post in posts)


def _day_first(root: LexborNode | None, how: Reading) -> bool | None:
    """Tell from the page's dates in numbers whether the day stands first."""
    text = root.text(separator=" ") if root is not None else ""
    everywhere = [match.group() for match in islice(_NUMERIC.finditer(text), _MOST_DATES)]
    if not everywhere:
        return None
    lang = value(root, "html @lang")
    posts = [
        shown_at(*place)
        for look in how.looks
        for node in all_of(root, look.get("post", ""))
        for place in places(node, look.get("date", ""))[:1]
    ]
    return writes_day_first(everywhere, posts or everywhere, lang, how.now)
