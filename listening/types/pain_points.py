"""Pains, tonight's clusters of them, and the pain points that last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from listening.types.words import PostKind, Vector


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
    cues: tuple[tuple[int, int], ...] = ()  # where `text` says what gives a signal away; empty where all of it does
    elsewhere: bool = False  # its post is short and sends the reader to a link, a number or an address


@dataclass(frozen=True, slots=True, eq=False)
class Cluster:
    """Tonight's group of pains: `members` are signal ids, `centroid` their mean direction."""

    members: tuple[str, ...]
    centroid: Vector
    stage: str
    touchpoint: str | None


@dataclass(frozen=True, slots=True)
class Share:
    """How many people speak for a stage, a touchpoint or a persona by `name`; "unknown" where they do not say."""

    name: str
    people: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """Where on the journey a pain is felt, and where it begins if its texts say that this lies earlier.

    `begins_stage` is "" and `begins_touchpoint` None where nothing points to an earlier place. The shares count people,
    most first; each person once a list.
    """

    stage: str
    touchpoint: str | None
    begins_stage: str = ""
    begins_touchpoint: str | None = None
    stages: tuple[Share, ...] = ()
    touchpoints: tuple[Share, ...] = ()
    personas: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class PainPoint:
    """A pain that lasts: one id, one name, one history, through re-clustering, merges and splits.

    `named_by` is "" while the name is the machine's; a person's name is never overwritten.
    `status` is one of STATUSES. `size` counts member passages, `owner` is an owner's id or "". It is felt at `stage`
    and `touchpoint`; for `begins_stage` to `personas` see `Attachment`. `faded` is the day since which nobody tells it.
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
    due: date | None = None
    placed_by: str = ""  # who put it where it stands on the map; the machine never moves it again
    acknowledged_by: str = ""  # who said that they know of it, and when: it speaks again only when it grows
    acknowledged_at: datetime | None = None
    begins_stage: str = ""
    begins_touchpoint: str | None = None
    stages: tuple[Share, ...] = ()
    touchpoints: tuple[Share, ...] = ()
    personas: tuple[Share, ...] = ()
    faded: date | None = None


STATUSES = ("open", "planned", "doing", "done", "watch", "holds", "came_back", "wont", "no_pain")


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


@dataclass(frozen=True, slots=True)
class SuggestedTouchpoint:
    """A place that the map lacks: what pain points without a touchpoint speak of, until a person decides.

    `state` is "suggested", "accepted" (then `touchpoint` is its id on the map) or "dismissed". `words` are what people
    say there, the most telling first.
    """

    id: str
    map: str
    name: str
    stage: str
    words: tuple[str, ...]
    pain_points: tuple[str, ...]
    people: int
    night: date
    state: str = "suggested"
    touchpoint: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
