"""Who may sign in to the board, what they may do, and what they did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

ROLES = ("viewer", "owner", "editor", "admin")


@dataclass(frozen=True, slots=True)
class User:
    """A person who may sign in. `role` is one of ROLES; `owner` is the id of who they are on the map, or "".

    A viewer reads; an owner also changes what is theirs on the map; an editor changes all of it; an admin also has
    people, sources and privacy.
    """

    name: str
    role: str
    owner: str = ""
    email: str = ""
    created_at: datetime | None = None
    disabled_at: datetime | None = None
    last_seen: datetime | None = None
    subject: str = ""  # who they are at the company's own sign-in: its issuer, a blank, and the subject there
    second_factor: datetime | None = None  # since when a password alone does not let them in

    @property
    def active(self) -> bool:
        """True unless an admin took the access away."""
        return self.disabled_at is None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the company's own sign-in (OpenID Connect) says that somebody is; `subject` is its issuer and its subject."""

    subject: str
    email: str = ""
    email_verified: bool = False
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seat:
    """From where somebody signs in: an address of the network, and what the browser calls itself."""

    address: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in: `began`, last `seen`, over at `until` at the latest. `id` is a hash of its secret."""

    user: User
    began: datetime
    seen: datetime
    until: datetime
    id: str = ""
    seat: Seat = Seat()
    way: str = ""  # "password" or "company sign-in"


@dataclass(frozen=True, slots=True)
class Entry:
    """How far somebody got at signing in: the `secret` of a session, or of a `half` one that waits for the code."""

    secret: str
    half: bool = False


@dataclass(frozen=True, slots=True)
class HalfSession:
    """Somebody who gave the right password and not yet the code; it opens nothing, and is over at `until`."""

    user: User
    until: datetime


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """What is kept of somebody's authenticator app: its secret as it was `sealed`, and the last step that was used.

    `on` says whether it counts: a right code was given after it was `made`.
    """

    sealed: str
    made: datetime
    last_step: int
    on: bool


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A key for programs: it may do what its user may, until it expires. The secret itself is not kept."""

    id: str
    user: str
    name: str
    created_at: datetime
    expires_at: datetime
    last_used: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Who did what to which thing, and when. `via` is "board", "api" or "command line"."""

    at: datetime
    who: str
    what: str
    thing: str = ""
    detail: str = ""
    via: str = "board"
