"""The nouns: every value that passes from one room to another, frozen, in one place.

Times are aware datetimes in UTC. Probabilities are floats in 0..1. Embeddings are float32 vectors of length one.
A *post* is what a site published, a *document* is what we keep of it, a *passage* is the piece we judge, a *cluster*
is tonight's, a *pain point* lasts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

SENTIMENTS = ("negative", "neutral", "positive")
PAINS = ("none", "spoken", "unspoken")
SIGNALS = (
    "complaint",
    "breakage",
    "confusion",
    "effort",
    "workaround",
    "unmet_need",
    "switching",
    "resignation",
    "dead_end",
)
DEFAULT_STAGES = ("discover", "choose", "buy", "start", "use", "help", "stay")
NO_STAGE = "none"


class PostKind(StrEnum):
    """Where a text was written. Surveys, tickets and reviews that the company itself receives are *inside*.

    The rest is *outside*.
    """

    FORUM = "forum"
    BLOG = "blog"
    REDDIT = "reddit"
    SURVEY = "survey"
    TICKET = "ticket"
    REVIEW = "review"

    @property
    def inside(self) -> bool:
        """True where the company itself received the text."""
        return self in (PostKind.SURVEY, PostKind.TICKET, PostKind.REVIEW)


class BodyFormat(StrEnum):
    """How the body of a post is written."""

    HTML = "html"
    TEXT = "text"
    MARKDOWN = "markdown"


# --- sources -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """One block of `sources.toml`, checked. `options` holds what only that kind of source understands.

    `selectors` say where things are on a forum's pages, `columns` which columns of a file hold what.
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


# --- documents ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """What we keep of a post: clean text without people. `id` is made from source and native id only.

    `person` is the keyed pseudonym of the author, or "" where none was given. `near_of` names the earliest
    document that this one copies. `fingerprint` is the hash of the normalised text, `bands` the keys by which
    near copies are found, `minhash` the signature by which they are confirmed.
    `created_at` is the post's own date, or the night it was first seen where it had none or lay in the future.
    """

    id: str
    source: str
    native_id: str
    kind: PostKind
    title: str
    text: str
    person: str
    created_at: datetime
    first_seen: datetime
    date_from: str = "page"
    url: str = ""
    thread: str = ""
    reply_to: str | None = None
    likes: int = 0
    views: int = 0
    metric: str | None = None
    score: float | None = None
    language: str = ""
    fingerprint: str = ""
    minhash: bytes = b""
    bands: tuple[str, ...] = ()
    near_of: str | None = None
    truncated: bool = False
    version: int = 1


# --- signals -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Swaps:
    """Models that the operator put in the place of the reader's own: a folder, or a name in the hub's local cache.

    `sentiment` is a sequence classifier, `sentiment_labels` says what its labels mean ("LABEL_0=negative, ...");
    `encoder` gives the embeddings for likeness. Empty leaves the reader's own. Folders are relative to `root`.
    """

    root: Path = Path()
    sentiment: str = ""
    sentiment_labels: str = ""
    encoder: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text to read: a document's id and its clean words."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document's text, `text[start:end]`: a sentence or a few short ones."""

    document_id: str
    index: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start:end` of the document's text that carry a signal."""

    signal: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """What one passage says: label -> probability for each question, the touchpoint, and the embedding.

    `signals_on` are the signals above their calibrated cuts; `touchpoint` is an id of the map or None ("fits nowhere").
    `space` names the encoder whose numbers the embedding is: only embeddings of one space can be compared.
    """

    id: str
    document_id: str
    passage: Passage
    sentiment: Mapping[str, float]
    pain: Mapping[str, float]
    signals: Mapping[str, float]
    signals_on: tuple[str, ...]
    stage: Mapping[str, float]
    touchpoint: str | None
    spans: tuple[Span, ...]
    embedding: Vector
    model: str
    space: str = ""

    @property
    def pain_label(self) -> str:
        """The most probable of none, spoken, unspoken."""
        return max(self.pain, key=lambda k: self.pain[k])

    @property
    def stage_label(self) -> str:
        """The most probable stage."""
        return max(self.stage, key=lambda k: self.stage[k])

    @property
    def sentiment_label(self) -> str:
        """The most probable sentiment."""
        return max(self.sentiment, key=lambda k: self.sentiment[k])


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """All that was heard in one document, in order of its passages.

    `readable` is False where the language is none that the encoder knows: then there are no signals.
    """

    document_id: str
    language: str
    readable: bool
    signals: tuple[Signal, ...]
    model: str
    space: str = ""


# --- pain points -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Pain:
    """A painful passage as clustering sees it. `person` is the pseudonym, or the document's id where there is none."""

    signal_id: str
    document_id: str
    person: str
    source: str
    kind: PostKind
    text: str
    created_at: datetime
    stage: str
    touchpoint: str | None
    unspoken: bool
    embedding: Vector
    thread: str = ""
    pain: float = 1.0  # P(spoken) + P(unspoken)
    space: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Cluster:
    """Tonight's group of pains: `members` are signal ids, `centroid` their mean direction."""

    members: tuple[str, ...]
    centroid: Vector
    stage: str
    touchpoint: str | None


@dataclass(frozen=True, slots=True, eq=False)
class PainPoint:
    """A pain that lasts: one id, one name, one history, through re-clustering, merges and splits.

    `named_by` is "" while the name is the machine's; a person's name is never overwritten.
    `status` is one of STATUSES. `size` counts member passages, `owner` is an owner's id or "".
    """

    id: str
    map: str
    name: str
    named_by: str
    stage: str
    touchpoint: str | None
    status: str
    born: date
    last_seen: date
    centroid: Vector
    size: int
    people: int = 0
    owner: str = ""
    department: str = ""
    importance: int | None = None
    cost: int | None = None
    ease: int | None = None
    muted_until: date | None = None
    resolved_on: date | None = None
    merged_into: str | None = None
    words: tuple[str, ...] = ()
    space: str = ""  # of the centroid


STATUSES = ("open", "planned", "doing", "done", "watch", "holds", "came_back", "wont")


@dataclass(frozen=True, slots=True)
class Membership:
    """That a signal belongs to a pain point; `score` is the cosine to the centroid when it was placed."""

    signal_id: str
    pain_point_id: str
    night: date
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """What tonight's pains became: `carried` by lasting pain points, `born` as clusters, or signals still `waiting`."""

    carried: tuple[Membership, ...]
    born: tuple[Cluster, ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Two pain points are one (`merge`: `from_id` goes into `into_id`) or one is two (`split`: `members` leave)."""

    kind: str  # "merge" | "split"
    into_id: str
    from_id: str = ""
    members: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Naming:
    """A pain point's name in the customers' own words, its telling words, and up to three quotes by signal id."""

    name: str
    words: tuple[str, ...]
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the append-only history of a pain point: `who` is a person or "listening"."""

    at: datetime
    who: str
    what: str
    pain_point_id: str
    other_id: str = ""
    detail: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A customer's words as evidence, redacted, with its place and date."""

    document_id: str
    text: str
    source: str
    url: str
    created_at: datetime
    likes: int = 0
    person: str = ""


# --- emergence ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DayCount:
    """What one source let us see on one day: `seen` documents, and the `people` among them who told this pain."""

    day: date
    source: str
    seen: int
    people: frozenset[str] = frozenset()
    backlog: bool = False  # written before we first looked at this source: history, never news


@dataclass(frozen=True, slots=True)
class Emergence:
    """That a pain point is new, rising, burning slowly or back, with the numbers that say so in one sentence."""

    pain_point_id: str
    night: date
    kind: str  # "new" | "rising" | "slow_burn" | "back"
    people: int
    expected: float
    low: float
    high: float
    surprise: float
    sentence: str


# --- the journey map ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """One place where customer and company meet; `examples` are a few phrases that belong there."""

    id: str
    name: str
    stage: str
    description: str = ""
    examples: tuple[str, ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stretch of the journey; `assumed_emotion` (-2..2) is what the owners drew before they listened."""

    id: str
    name: str
    description: str = ""
    examples: tuple[str, ...] = ()
    assumed_emotion: float | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Persona:
    """One of at most three kinds of customer that the map is drawn for."""

    id: str
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """A person or department that answers for a part of the map."""

    id: str
    name: str
    email: str
    department: str = ""


@dataclass(frozen=True, slots=True)
class JourneyMap:
    """The map: stages in order, touchpoints, personas and owners; `fallback_owner` gets what nobody owns."""

    id: str
    name: str
    stages: tuple[Stage, ...]
    touchpoints: tuple[Touchpoint, ...] = ()
    personas: tuple[Persona, ...] = ()
    owners: tuple[Owner, ...] = ()
    fallback_owner: str = ""


# --- alerts and reports ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AlertItem:
    """One pain point inside an alert: why it speaks, its numbers and what customers said."""

    pain_point_id: str
    name: str
    stage: str
    touchpoint: str
    emergence: Emergence
    quotes: tuple[Quote, ...]
    trend: tuple[int, ...]  # distinct people a week, oldest first


@dataclass(frozen=True, slots=True)
class Alert:
    """One mail to one owner for one night; `id` fixes its Message-ID for ever."""

    id: str
    owner: Owner
    night: date
    items: tuple[AlertItem, ...]
    not_seen: tuple[str, ...] = ()  # sentences: what we could not see tonight


@dataclass(frozen=True, slots=True)
class Smtp:
    """How to reach a mail server; `security` is "none", "starttls" or "tls"."""

    host: str
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = "listening@localhost"
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class StageMood:
    """Measured against assumed emotion of a stage: `mean` in -1..1 from `people` distinct authors, None where blind."""

    stage: str
    name: str
    assumed: float | None
    mean: float | None
    low: float | None
    high: float | None
    people: int


@dataclass(frozen=True, slots=True)
class PainPointRow:
    """A pain point as a report shows it."""

    id: str
    name: str
    stage: str
    touchpoint: str
    status: str
    owner: str
    department: str
    people: int
    people_inside: int
    posts: int
    reach: int
    unspoken_share: float
    first_seen: date
    last_seen: date
    trend: tuple[int, ...]
    sources: tuple[str, ...]
    quotes: tuple[Quote, ...]
    importance: int | None = None
    cost: int | None = None
    ease: int | None = None
    emergences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TouchpointRow:
    """A touchpoint as a report shows it: *heard*, *quiet*, or *blind* where no source could have told us."""

    id: str
    name: str
    stage: str
    state: str
    people: int
    pain_points: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a review needs of one map for one period, made from the store alone."""

    map: str
    map_name: str
    since: date
    until: date
    made_at: datetime
    moods: tuple[StageMood, ...]
    touchpoints: tuple[TouchpointRow, ...]
    pain_points: tuple[PainPointRow, ...]
    sources: tuple[Crawl, ...]
    documents: int
    people: int
    health: tuple[Health, ...] = ()
