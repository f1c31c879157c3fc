"""Ticket systems and a webhook's receiver on loopback, with the shapes that their documentation gives."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = Any
Answer = tuple[int, Json]


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Json:
        """The JSON that was sent."""
        return json.loads(self.raw) if self.raw else None


@dataclass
class Fake:
    """A system with its issues; `down` answers that many requests with this status before it works again."""

    issues: list[dict[str, Json]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    down: list[int] = field(default_factory=list)
    url: str = ""

    def answer(self, one: Asked) -> Answer:
        """Answer a request."""
        raise NotImplementedError


class FakeGitHub(Fake):
    """GET and POST /repos/{owner}/{repo}/issues, GET .../issues/{number}."""

    def answer(self, one: Asked) -> Answer:
        if one.headers.get("authorization") != "Bearer t0ken":
            return 401, {"message": "Bad credentials"}
        if not one.path.startswith("/repos/acme/shop/issues"):
            return 404, {"message": "Not Found"}
        if one.method == "POST":
            return 201, self.add(one.body)
        number = one.path.removeprefix("/repos/acme/shop/issues").strip("/")
        if number:
            found = [issue for issue in self.issues if str(issue["number"]) == number]
            return (200, found[0]) if found else (404, {"message": "Not Found"})
        wanted = set(one.query["labels"].split(","))
        assert one.query["state"] == "all"
        return 200, [issue for issue in self.issues if wanted <= {label["name"] for label in issue["labels"]}]

    def add(self, body: Json) -> Json:
        """Make an issue; labels that are not there yet are made."""
        number = 7 + len(self.issues)
        self.issues.append(
            {
                "id": 9000 + number,
                "number": number,
                "title": body["title"],
                "body": body["body"],
                "labels": [{"id": n, "name": name} for n, name in enumerate(body["labels"])],
                "state": "open",
                "state_reason": None,
                "html_url": f"https://github.test/acme/shop/issues/{number}",
            }
        )
        return self.issues[-1]

    def close(self, reason: str = "completed") -> None:
        """Close all issues."""
        for issue in self.issues:
            issue |= {"state": "closed", "state_reason": reason}


class FakeGitLab(Fake):
    """GET and POST /projects/:id/issues, GET /projects/:id/issues/:iid."""

    def answer(self, one: Asked) -> Answer:
        if one.headers.get("private-token") != "t0ken":
            return 401, {"message": "401 Unauthorized"}
        if not one.path.startswith("/projects/acme%2Fshop/issues"):
            return 404, {"message": "404 Project Not Found"}
        iid = one.path.removeprefix("/projects/acme%2Fshop/issues").strip("/")
        if one.method == "POST":
            number = 3 + len(self.issues)
            labels = one.body["labels"].split(",")
            web = f"https://gitlab.test/acme/shop/-/issues/{number}"
            issue = {"id": 500 + number, "iid": number, "state": "opened", "labels": labels, "web_url": web}
            self.issues.append({**issue, "title": one.body["title"], "description": one.body["description"]})
            return 201, self.issues[-1]
        if iid:
            found = [issue for issue in self.issues if str(issue["iid"]) == iid]
            return (200, found[0]) if found else (404, {"message": "404 Not found"})
        return 200, [issue for issue in self.issues if one.query["labels"] in issue["labels"]]

    def close(self) -> None:
        """Close all issues."""
        for issue in self.issues:
            issue["state"] = "closed"


class FakeJira(Fake):
    """POST /rest/api/3/issue, GET /rest/api/3/issue/{key}, GET /rest/api/3/search/jql."""

    def answer(self, one: Asked) -> Answer:
        if one.headers.get("authorization") != "Basic Ym90QGhvdXNlLnRlc3Q6dDBrZW4=":
            return 401, {"errorMessages": ["You are not authenticated."]}
        if (one.method, one.path) == ("POST", "/rest/api/3/issue"):
            return self._made(one.body["fields"])
        if one.path == "/rest/api/3/search/jql":
            found = [issue for issue in self.issues if f'labels = "{issue["fields"]["labels"][0]}"' in one.query["jql"]]
            return 200, {"issues": found, "isLast": True}
        key = one.path.removeprefix("/rest/api/3/issue/")
        found = [issue for issue in self.issues if issue["key"] == key]
        return (200, found[0]) if found else (404, {"errorMessages": ["Issue does not exist"]})

    def _made(self, fields: Json) -> Answer:
        if fields["project"] != {"key": "SHOP"} or fields["issuetype"] != {"name": "Task"}:
            return 400, {"errors": {"project": "valid project is required"}}
        assert fields["description"]["type"] == "doc"
        key = f"SHOP-{11 + len(self.issues)}"
        status = {"name": "To Do", "statusCategory": {"key": "new"}}
        self.issues.append({"id": "1", "key": key, "fields": {**fields, "status": status, "resolution": None}})
        return 201, {"id": "1", "key": key, "self": f"{self.url}/rest/api/3/issue/1"}

    def move(self, category: str, resolution: str = "") -> None:
        """Move all issues on the board."""
        for issue in self.issues:
            issue["fields"]["status"] = {"name": "x", "statusCategory": {"key": category}}
            issue["fields"]["resolution"] = {"name": resolution} if resolution else None


class FakeReceiver(Fake):
    """Takes webhook calls."""

    def answer(self, one: Asked) -> Answer:
        assert one.method == "POST"
        return 204, None


@contextmanager
def serving(fake: Fake) -> Iterator[Fake]:
    """Serve a fake on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake.answer, fake))
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(answer: Callable[[Asked], Answer], fake: Fake) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            one = Asked(self.command, parts.path, query, headers, raw)
            fake.asked.append(one)
            status, body = (fake.down.pop(0), {"message": "down"}) if fake.down else answer(one)
            content = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _any  # noqa: N815 - the server's own names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
