"""Tickets as Jira issues, by the REST API v3 of Jira Cloud."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

import httpx

from listening.outputs.tickets.system import Json, call, field
from listening.types import Ticket, TicketDraft, TicketPlace

REFUSED = ("won't do", "won't fix", "declined", "duplicate", "cannot reproduce")
STATES = {"done": "done", "indeterminate": "doing"}
FIELDS = "status,resolution"


class Jira:
    """The issues of one project; `project` is its key. `user` is the account's mail address, the token is its own."""

    def __init__(self, client: httpx.Client, place: TicketPlace) -> None:
        self._client = client
        self._place = place
        self._site = place.url.rstrip("/")
        self._headers = {"accept": "application/json", "authorization": _basic(place.user, place.token)}

    def find(self, marker: str) -> Ticket | None:
        """Return the oldest issue with this label."""
        said = f'project = "{_plain(self._place.project)}" AND labels = "{_plain(marker)}" ORDER BY created ASC'
        asked = {"jql": said, "fields": FIELDS, "maxResults": "1"}
        url = f"{self._site}/rest/api/3/search/jql"
        found = call(self._client, "GET", url, headers=self._headers, params=asked)
        issues = (found or {}).get("issues") or ()
        return self._ticket(issues[0]) if issues else None

    def create(self, draft: TicketDraft) -> Ticket:
        """Make an issue; its description is a document of paragraphs."""
        lines = [line for line in draft.body.split("\n") if line.strip()]
        paragraphs = [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in lines]
        fields = {
            "project": {"key": self._place.project},
            "issuetype": {"name": self._place.issue_type},
            "summary": draft.title,
            "description": {"type": "doc", "version": 1, "content": paragraphs},
            "labels": [draft.marker, *self._place.labels, *draft.labels],
        }
        url = f"{self._site}/rest/api/3/issue"
        return self._ticket(call(self._client, "POST", url, headers=self._headers, json={"fields": fields}))

    def look(self, key: str) -> Ticket | None:
        """Return how an issue stands."""
        url = f"{self._site}/rest/api/3/issue/{quote(key)}"
        found = call(self._client, "GET", url, headers=self._headers, params={"fields": FIELDS})
        return None if found is None else self._ticket(found)

    def _ticket(self, issue: Json) -> Ticket:
        key = field(issue, "key")
        state = STATES.get(field(issue, "fields", "status", "statusCategory", "key"), "open")
        if state == "done" and field(issue, "fields", "resolution", "name").casefold() in REFUSED:
            state = "refused"
        return Ticket(key, f"{self._site}/browse/{key}", state)


def _basic(user: str, token: str) -> str:
    return f"Basic {b64encode(f'{user}:{token}'.encode()).decode()}"


def _plain(text: str) -> str:
    """Return a text that cannot leave its quotation marks in JQL."""
    return text.replace("\\", "").replace('"', "")
