"""Tickets as GitHub issues, by its REST API of 2022-11-28."""

from __future__ import annotations

from urllib.parse import quote

import httpx

from listening.outputs.tickets.system import Json, call, field
from listening.types import Ticket, TicketDraft, TicketPlace


class GitHub:
    """The issues of one repository; `project` is owner/name."""

    def __init__(self, client: httpx.Client, place: TicketPlace) -> None:
        self._client = client
        self._labels = place.labels
        base = (place.url or "https://api.github.com").rstrip("/")
        self._issues = f"{base}/repos/{quote(place.project, safe='/')}/issues"
        self._headers = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}
        self._headers["authorization"] = f"Bearer {place.token}"

    def find(self, marker: str) -> Ticket | None:
        """Return the oldest issue with this label; pull requests, which GitHub lists too, are none."""
        asked = {"labels": marker, "state": "all", "sort": "created", "direction": "asc"}
        found = call(self._client, "GET", self._issues, headers=self._headers, params=asked)
        issues = [one for one in found or () if "pull_request" not in one]
        return _ticket(issues[0]) if issues else None

    def create(self, draft: TicketDraft) -> Ticket:
        """Make an issue."""
        body = {"title": draft.title, "body": draft.body, "labels": [draft.marker, *self._labels, *draft.labels]}
        return _ticket(call(self._client, "POST", self._issues, headers=self._headers, json=body))

    def look(self, key: str) -> Ticket | None:
        """Return how an issue stands."""
        found = call(self._client, "GET", f"{self._issues}/{quote(key)}", headers=self._headers)
        return None if found is None else _ticket(found)


def _ticket(issue: Json) -> Ticket:
    closed = field(issue, "state") == "closed"
    state = (
        ("refused" if field(issue, "state_reason") in ("not_planned", "duplicate") else "done") if closed else "open"
    )
    return Ticket(field(issue, "number"), field(issue, "html_url"), state)
