"""Tickets as GitLab issues, by its REST API v4."""

from __future__ import annotations

from urllib.parse import quote

import httpx

from listening.outputs.tickets.system import Json, call, field
from listening.types import Ticket, TicketDraft, TicketPlace


class GitLab:
    """The issues of one project; `project` is its number or its path."""

    def __init__(self, client: httpx.Client, place: TicketPlace) -> None:
        self._client = client
        self._labels = place.labels
        base = (place.url or "https://gitlab.com/api/v4").rstrip("/")
        self._issues = f"{base}/projects/{quote(place.project, safe='')}/issues"
        self._headers = {"private-token": place.token}

    def find(self, marker: str) -> Ticket | None:
        """Return the oldest issue with this label."""
        asked = {"labels": marker, "scope": "all", "order_by": "created_at", "sort": "asc"}
        found = call(self._client, "GET", self._issues, headers=self._headers, params=asked)
        return _ticket(found[0]) if found else None

    def create(self, draft: TicketDraft) -> Ticket:
        """Make an issue."""
        labels = ",".join((draft.marker, *self._labels, *draft.labels))
        body = {"title": draft.title, "description": draft.body, "labels": labels}
        return _ticket(call(self._client, "POST", self._issues, headers=self._headers, json=body))

    def look(self, key: str) -> Ticket | None:
        """Return how an issue stands."""
        found = call(self._client, "GET", f"{self._issues}/{quote(key)}", headers=self._headers)
        return None if found is None else _ticket(found)


def _ticket(issue: Json) -> Ticket:
    state = "done" if field(issue, "state") == "closed" else "open"
    return Ticket(field(issue, "iid"), field(issue, "web_url"), state)
