"""What is kept of a post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from listening.types.words import PostKind


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
