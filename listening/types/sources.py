"""What comes from the places where customers talk: their settings, posts, and how a visit went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from listening.types.words import BodyFormat, PostKind


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """One block of `sources.toml`, checked. `options` holds what only that kind of source understands.

    `selectors` say where things are on a forum's pages, `columns` which columns of a file hold what, `map` is the id of
    the journey map that it feeds, "" for the first.
    """

    name: str
    kind: str
    url: str = ""
    enabled: bool = True
    allow_hosts: tuple[str, ...] = ()
    gap: float = 1.0
    options: Mapping[str, str | int | float | bool | tuple[str, ...]] = field(default_factory=dict)
    selectors: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    contact: str = ""  # whom site owners can turn to, where the options do not say
    map: str = ""


@dataclass(frozen=True, slots=True)
class Ears:
    """What a journey map hears: the posts of these sources, or with `others` of all but these.

    The first map hears what no other one does, so that a source that left sources.toml is not lost.
    """

    sources: tuple[str, ...] = ()
    others: bool = True

    def hears(self, source: str) -> bool:
        """Say whether a source is heard."""
        return (source in self.sources) != self.others


@dataclass(frozen=True, slots=True)
class Post:
    """What a site published, raw; lives only in memory, because it names people.

    `native_id` identifies it for ever inside its source. `author` is the name as shown, or None.
    `created_at` is None where the page shows no date; `date_from` tells how the date was found.
    """

    source: str
    native_id: str
    kind: PostKind
    body: str
    format: BodyFormat = BodyFormat.HTML
    title: str = ""
    author: str | None = None
    created_at: datetime | None = None
    edited_at: datetime | None = None
    date_from: str = "page"
    url: str = ""
    thread: str = ""
    reply_to: str | None = None
    likes: int = 0
    views: int = 0
    metric: str | None = None
    score: float | None = None
    accepted: bool = False  # the answer that the thread's opener or the site marked as the solution


@dataclass(frozen=True, slots=True)
class Validator:
    """What a server gave so that we can ask "changed since?": sent back byte for byte."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """That a page was opened which should hold posts, and showed so many (all it listed, not only the new ones)."""

    page: str
    posts: int
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """The native ids of all posts that stand in a thread now: what we keep of it beyond these was taken back.

    `sure` where the site itself lists the ids. Where they were read from pages, one that looks odd may hide posts: then
    they go when they are missing on a second night too, and never more than a few of a thread at once.
    """

    thread: str
    native_ids: frozenset[str]
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Batch:
    """A page's worth of posts, with the cursor and validators that hold once these posts are stored.

    The store writes all of it in one transaction, so a run that dies goes on here.
    `warnings` are sentences for the operator (a broken entry, a page that gave nothing). `gone` are the native ids of
    posts that were deleted or hidden at the source.
    """

    posts: tuple[Post, ...]
    cursor: str = ""
    validators: tuple[Validator, ...] = ()
    warnings: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    standing: tuple[Standing, ...] = ()
    shown: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """What the store remembers of a source: its cursor, its validators by URL, and the threads that it has posts of.

    `quoted` are the threads whose posts speak in pain points, `threads` the others; both are keys that the source gave.
    `addresses` tell where the first post that we keep of a quoted thread stands.
    """

    cursor: str = ""
    validators: Mapping[str, Validator] = field(default_factory=dict)
    quoted: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    addresses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Crawl:
    """One night's visit to one source: what came and what went wrong.

    `pages` that should hold posts were opened and showed `shown` posts, known or not. `error_kind` is the error's id.
    `told` counts the posts that came ("posts"), how many of them told each field ("author", "date", "likes" ...), and
    the characters of their texts ("characters", of each at most some hundred).
    """

    source: str
    night: date
    state: str  # "done" | "failed" | "off"
    seen: int = 0
    new: int = 0
    changed: int = 0
    seconds: float = 0.0
    error: str = ""
    warnings: tuple[str, ...] = ()
    again: bool = False  # a failure that may have passed in some minutes; not stored
    removed: int = 0
    pages: int = 0
    shown: int = 0
    error_kind: str = ""
    told: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Health:
    """How a source fares: tonight against its own last four weeks.

    `state` is "well", "ill" (it answers, and something is odd), "failed", "off" or "new" (never visited). `usual` is
    the median of new posts a night, `usual_yield` that of posts a page; None where too few nights say. `errors` counts
    the nights of each kind of error. `warnings` are sentences with a mend, `notes` what robots.txt and terms say.
    """

    source: str
    state: str
    last_success: date | None = None
    new: int | None = None
    usual: float | None = None
    page_yield: float | None = None
    usual_yield: float | None = None
    errors: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
