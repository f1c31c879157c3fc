"""A site on loopback that can misbehave, and what a store would keep of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from listening.sources import Source, hosts, open_source
from listening.types import Batch, Memory, Post, SourceConfig, Validator

NOW = datetime(2026, 3, 20, 3, 0, tzinfo=UTC)


@dataclass
class Reply:
    """What the site answers. `cut` ends the body early, `hold` waits for an event that never comes."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int = 0
    hold: float = 0


@dataclass
class Call:
    """What the site was asked."""

    path: str
    query: dict[str, list[str]]
    headers: Mapping[str, str]
    body: str = ""


Answer = Callable[[Call], Reply]


class Site:
    """A loopback server; `answer` gives each reply, `calls` holds what was asked, without robots.txt."""

    def __init__(self, answer: Answer, robots: Reply | None = None) -> None:
        self.calls: list[Call] = []
        self.robots_asked = 0
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65_536  # head and body in one piece, or each reply waits for an ACK

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode()
                call = Call(parts.path, parse_qs(parts.query), dict(self.headers), body)
                if parts.path == "/robots.txt":
                    site.robots_asked += 1
                    self.give(robots or Reply(status=404))
                    return
                site.calls.append(call)
                self.give(answer(call))

            do_POST = do_GET  # noqa: N815 -- the server's own naming

            def give(self, reply: Reply) -> None:
                body = reply.body.encode() if isinstance(reply.body, str) else reply.body
                if reply.hold:
                    site.stopped.wait(reply.hold)
                self.send_response(reply.status)
                self.send_header("Content-Length", str(len(body)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body[: len(body) - reply.cut])
                self.close_connection = bool(reply.cut)

            def log_message(self, *_: object) -> None:
                pass

        self.stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def paths(self) -> list[str]:
        return [call.path for call in self.calls]


@contextmanager
def site(answer: Answer | Mapping[str, Reply], robots: Reply | None = None) -> Iterator[Site]:
    """A running site; a table of path -> reply will do, all else is 404."""
    if isinstance(answer, Mapping):
        table = answer
        running = Site(lambda call: table.get(call.path, Reply(status=404)), robots)
    else:
        running = Site(answer, robots)
    try:
        yield running
    finally:
        running.close()


def config(kind: str, url: str, **options: Any) -> SourceConfig:  # noqa: ANN401 -- any option of any kind
    """A source on loopback without pauses."""
    selectors = options.pop("selectors", {})
    if kind not in ("file", "reddit"):
        options.setdefault("retry_wait", 0.0)
    return SourceConfig("it", kind, url, allow_hosts=("127.0.0.1",), gap=0.0, options=options, selectors=selectors)


SECRETS = {"REDDIT_CLIENT_ID": "id", "REDDIT_CLIENT_SECRET": "secret"}


def opened(conf: SourceConfig, memory: Memory | None = None, now: datetime = NOW) -> Source:
    hosts._NIGHTS.clear()  # a port may be given twice in one run of the tests
    return open_source(conf, now=now, memory=memory or Memory(), secrets=SECRETS)


@dataclass
class Kept:
    """What a store would keep: posts by native id, and the memory for the next night."""

    posts: dict[str, Post] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    warnings: list[str] = field(default_factory=list)
    yielded: int = 0

    def night(self, conf: SourceConfig, now: datetime = NOW, stop_after: int | None = None) -> Kept:
        """Read the source as the pipeline does; `stop_after` so many batches is a kill."""
        self.yielded = 0
        running = opened(conf, self.memory, now).batches()
        for number, batch in enumerate(running, start=1):
            self.keep(batch)
            if number == stop_after:
                break
        running.close()  # type: ignore[attr-defined] -- a generator
        return self

    def keep(self, batch: Batch) -> None:
        validators: dict[str, Validator] = dict(self.memory.validators) | {v.url: v for v in batch.validators}
        self.memory = Memory(batch.cursor, validators)
        self.posts |= {post.native_id: post for post in batch.posts}
        self.warnings += batch.warnings
        self.yielded += len(batch.posts)
