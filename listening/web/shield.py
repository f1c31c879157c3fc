"""Around every answer: headers that keep a browser safe, a limit to what is sent, and the audit of what was done."""

from __future__ import annotations

import json
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from listening.web.access import SAFE
from listening.web.visit import API, Visit, keep_line

MEGABYTE = 1024 * 1024
MOST, MOST_UPLOADED = 1 * MEGABYTE, 25 * MEGABYTE
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
KEPT = (200, 206, 304)
FOREVER = "public, max-age=31536000, immutable"


class TooLarge(Exception):
    """More was sent than we take."""


class Shield:
    """The outermost layer of the board. `https` says whether browsers reach us by TLS.

    `broken` makes the answer to a fault of ours; the fault itself is raised on, for the server's log.
    """

    def __init__(
        self, app: ASGIApp, *, https: Callable[[], bool], broken: Callable[[Request, Exception], ASGIApp]
    ) -> None:
        self.app = app
        self.https = https
        self.broken = broken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                await _audited(scope, message["status"])
                self._headers(scope, message["status"], MutableHeaders(scope=message))
            await send(message)

        limit = _limit(scope)
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > limit:
            await _refuse(scope, sent)
            return
        try:
            await self.app(scope, _limited(receive, limit), sent)
        except Exception as error:
            if not begun:
                await self.broken(Request(scope), error)(scope, receive, sent)
            raise

    def _headers(self, scope: Scope, status: int, headers: MutableHeaders) -> None:
        headers.update({name: value for name, value in HEADERS.items() if name not in headers})
        kept = scope["path"].startswith("/static/") and status in KEPT
        headers["cache-control"] = FOREVER if kept else "no-store"
        if self.https():
            headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"


async def _audited(scope: Scope, status: int) -> None:
    """Keep what was done before the answer leaves."""
    visit: Visit | None = scope.get("state", {}).get("visit")
    if visit is None or scope["method"] in SAFE or status >= 400:  # noqa: PLR2004 - HTTP's first error
        return
    via = "api" if scope["path"].startswith(API) else "board"
    await run_in_threadpool(keep_line, visit, scope.get("path_params", {}), via=via)


def _limit(scope: Scope) -> int:
    kind = dict(scope["headers"]).get(b"content-type", b"")
    return MOST_UPLOADED if kind.startswith(b"multipart/form-data") else MOST


def _limited(receive: Receive, limit: int) -> Receive:
    """Return `receive` that gives up when more comes than was announced."""
    taken = 0

    async def take() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise TooLarge
        return message

    return take


async def _refuse(scope: Scope, send: Send) -> None:
    body, kind = b"413: more was sent than this board takes\n", b"text/plain; charset=utf-8"
    if scope["path"].startswith(API):
        told = {"error": "too-large", "thing": "more was sent than this board takes", "mend": "Send less at once."}
        body, kind = json.dumps(told).encode(), b"application/json"
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
