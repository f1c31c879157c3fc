"""What other programs are told of pain points, and the tickets that teams work on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

TICKET_STATES = ("open", "doing", "done", "refused")


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something that waits to be told: `channel` is "webhook" or "ticket"; `detail` never holds customers' words.

    `id` is the same at every try, so that who hears it twice can tell.
    """

    id: str
    channel: str
    event: str
    pain_point_id: str
    detail: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None
    state: str = "queued"  # queued, claimed, sent, dead
    tries: int = 0
    next_try: datetime | None = None
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class TicketDraft:
    """A ticket to be made: `marker` is a label by which it is found again, one a pain point."""

    marker: str
    title: str
    body: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as the system tells of it: `state` is one of TICKET_STATES, whatever it is called there."""

    key: str
    url: str
    state: str


@dataclass(frozen=True, slots=True)
class PointTicket:
    """That a pain point has a ticket, and how it stood when we last asked."""

    pain_point_id: str
    system: str
    project: str
    ticket: Ticket
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TicketPlace:
    """Where tickets are made: the system, the address of its API, the project, and who we are there."""

    system: str
    url: str
    project: str
    token: str = field(default="", repr=False)
    user: str = ""
    issue_type: str = "Task"
    labels: tuple[str, ...] = ()
