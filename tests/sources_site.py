"""A site on loopback that can be told to misbehave, a clock for tests, and what a store would keep of it."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import brotli
from backports import zstd

from listening.sources import Source, hosts, open_source
from listening.sources.fetch import Fetcher
from listening.sources.guard import GuardedBackend
from listening.sources.hosts import Hosts
from listening.sources.manners import Manners
from listening.types import Batch, Memory, Post, SourceConfig, Validator

NOW = datetime(2026, 3, 20, 3, 0, tzinfo=UTC)


@dataclass
class Reply:
    """What the site answers, and how it misbehaves.

    `cut` ends the body so many bytes early, `hold` waits for an event that never comes, `drip` sends the body byte by
    byte with so many seconds between two, `stream` sends pieces without a length, `raw` sends these bytes and nothing
    else, `reset` drops the connection.
    """

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int = 0
    hold: float = 0
    drip: float = 0
    stream: Callable[[], Iterable[bytes]] | None = None
    raw: bytes | None = None
    reset: bool = False


@dataclass
class Call:
    """What the site was asked."""

    path: str
    query: dict[str, list[str]]
    headers: Mapping[str, str]
    body: str = ""


Answer = Callable[[Call], Reply]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536  # head and body in one piece, or each reply waits for an ACK
    site: Site

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        call = Call(parts.path, parse_qs(parts.query), dict(self.headers), body)
        with suppress(OSError):  # whoever asked has hung up
            self._give(self.site.reply(call))

    do_POST = do_GET  # noqa: N815 -- the server's own naming

    def _give(self, reply: Reply) -> None:
        if reply.hold:
            self.site.stopped.wait(reply.hold)
        if reply.reset:
            # closing with a linger of 0 seconds sends RST
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        if reply.raw is not None:
            self.wfile.write(reply.raw)
            self.close_connection = True
            return
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        self.send_response(reply.status)
        if reply.stream is None:
            self.send_header("Content-Length", str(len(body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        for piece in self._pieces(reply, body):
            if self.site.stopped.is_set():
                break
            self.wfile.write(piece)
        self.close_connection = self.close_connection or bool(reply.cut or reply.stream)

    def _pieces(self, reply: Reply, body: bytes) -> Iterable[bytes]:
        if reply.stream is not None:
            return reply.stream()
        if reply.drip:
            return self._drops(body, reply.drip)
        return (body[: len(body) - reply.cut],)

    def _drops(self, body: bytes, seconds: float) -> Iterator[bytes]:
        for number in range(len(body)):
            self.wfile.flush()
            self.site.stopped.wait(seconds)
            yield body[number : number + 1]

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """Say nothing when a client breaks off."""


class Site:
    """A loopback server; `answer` gives each reply, `calls` holds what was asked, without robots.txt."""

    def __init__(self, answer: Answer, robots: Reply | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.calls: list[Call] = []
        self.robots_asked = 0
        self.stopped = threading.Event()
        self._answer, self._robots = answer, robots
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": self}))
        self.port = self._server.server_port
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def reply(self, call: Call) -> Reply:
        if call.path == "/robots.txt":
            self.robots_asked += 1
            return self._robots or Reply(status=404)
        self.calls.append(call)
        return self._answer(call)

    def close(self) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def paths(self) -> list[str]:
        return [call.path for call in self.calls]


@contextmanager
def site(
    answer: Answer | Mapping[str, Reply], robots: Reply | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[Site]:
    """A running site; a table of path -> reply will do, all else is 404."""
    if isinstance(answer, Mapping):
        table = answer
        running = Site(lambda call: table.get(call.path, Reply(status=404)), robots, tls)
    else:
        running = Site(answer, robots, tls)
    try:
        yield running
    finally:
        running.close()


def gigabyte(packing: str) -> Iterator[bytes]:
    """A gigabyte of zeros as a server would stream it: identity, gzip, deflate, br or zstd."""
    zeros = b"\0" * (1 << 20)
    if packing == "identity":
        yield from (zeros for _ in range(1024))
        return
    packer = {
        "gzip": lambda: zlib.compressobj(1, wbits=31),
        "deflate": lambda: zlib.compressobj(1),
        "br": lambda: brotli.Compressor(quality=1),
        "zstd": zstd.ZstdCompressor,
    }[packing]()
    pack = packer.process if packing == "br" else packer.compress
    yield from (pack(zeros) for _ in range(1024))
    yield packer.finish() if packing == "br" else packer.flush()


class Time:
    """A clock that only sleeping moves; its start is a whole second since 1970."""

    def __init__(self, now: float = 1_774_000_000.0) -> None:
        self.now = now
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds

    def __call__(self) -> float:
        return self.now


def fetcher(
    time: Time | None = None,
    hosts: Hosts | None = None,
    backend: GuardedBackend | None = None,
    tls: ssl.SSLContext | None = None,
    **manners: object,
) -> Fetcher:
    """A door to the web that may ask loopback, without pauses, and never really waits."""
    time = time or Time()
    settings: dict[str, Any] = {"gap": 0.0, "allow_hosts": ("127.0.0.1",), "contact": "ops@example.org"} | manners
    return Fetcher(Manners(**settings), hosts or Hosts(time, time.sleep), wall=time, backend=backend, tls=tls)


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
