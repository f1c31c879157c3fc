"""What every ticket system can do for us, and how we call one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import httpx

from listening.errors import DeliveryError, DeliveryUnavailable
from listening.types import Ticket, TicketDraft

AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
LATER = "it is tried again"
NOT_THERE = 404
LARGEST = 5_000_000  # bytes of an answer
Json = Any  # what a foreign system answers; each field is checked where it is read


class System(Protocol):
    """A ticket system: finds a ticket by its marker, makes one, tells how one stands."""

    def find(self, marker: str) -> Ticket | None:
        """Return the ticket that bears this label, None where none does."""

    def create(self, draft: TicketDraft) -> Ticket:
        """Make a ticket."""

    def look(self, key: str) -> Ticket | None:
        """Return how a ticket stands now; None where it is gone."""


def call(client: httpx.Client, method: str, url: str, *, headers: Mapping[str, str], **more: Any) -> Json:  # noqa: ANN401 - httpx's own arguments
    """Call and return the JSON of the answer; None where it is 404 on reading.

    Raises DeliveryUnavailable where trying again can help, else DeliveryError.
    """
    try:
        answer = client.request(method, url, headers=dict(headers), **more)
    except httpx.HTTPError as error:
        raise DeliveryUnavailable(f"{_host(url)} did not answer ({type(error).__name__})", LATER) from error
    if answer.status_code == NOT_THERE and method == "GET":
        return None
    limited = answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers
    if answer.status_code in AGAIN or (answer.is_client_error and limited):
        raise DeliveryUnavailable(f"{_host(url)} answered {answer.status_code}", LATER)
    if not answer.is_success:
        raise DeliveryError(f"{_host(url)} answered {answer.status_code}", _MENDS.get(answer.status_code, _LOOK))
    try:
        return answer.json() if len(answer.content) <= LARGEST else None
    except ValueError as error:
        raise DeliveryError(f"{_host(url)} answered something that is no JSON", "check the url of [tickets]") from error


_LOOK = "check url and project of [tickets]"
_MENDS = {
    401: "check the token: LISTENING_TICKETS_TOKEN",
    403: "the token may not do that: give it the right to write issues",
    404: _LOOK,
    422: "check project and issue_type of [tickets]",
}


def field(found: Json, *names: str) -> str:
    """Return a text deep in an answer, "" where it is not there."""
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return str(found) if isinstance(found, str | int) else ""


def _host(url: str) -> str:
    return httpx.URL(url).host
