"""One ticket a pain point, in the system where a team works: one file and one row a system."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import httpx

from listening.errors import InputError
from listening.outputs.tickets.github import GitHub
from listening.outputs.tickets.gitlab import GitLab
from listening.outputs.tickets.jira import Jira
from listening.outputs.tickets.system import System
from listening.types import Ticket, TicketDraft, TicketPlace

SYSTEMS: Mapping[str, Callable[[httpx.Client, TicketPlace], System]] = {
    "github": GitHub,
    "gitlab": GitLab,
    "jira": Jira,
}
__all__ = ["SYSTEMS", "System", "make_ticket", "open_system"]


def open_system(client: httpx.Client, place: TicketPlace) -> System:
    """Return the way to a ticket system. Raises InputError for one that we do not know."""
    if place.system not in SYSTEMS:
        raise InputError(f"no ticket system {place.system!r}", f"use one of {', '.join(SYSTEMS)}")
    return SYSTEMS[place.system](client, place)


def make_ticket(system: System, draft: TicketDraft) -> Ticket:
    """Return the ticket that bears the draft's marker, made now where there is none: done twice, it is one.

    Raises DeliveryError where the system refuses for good, DeliveryUnavailable where trying again can help.
    """
    return system.find(draft.marker) or system.create(draft)
