"""Catches the demo's mails on loopback and keeps each as a file that any mail program opens."""

from __future__ import annotations

import email
import email.policy
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HOST = "127.0.0.1"
_POINT = re.compile(r"\bpp-\w+")
_DAY = re.compile(r"\b20\d\d-\d\d-\d\d\b")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that was caught: to whom, about which night, and which pain points it tells.

    Night and pain points are read from our own headers, or from the words where a mail has none.
    """

    path: Path
    to: str
    subject: str
    night: date | None
    pain_points: tuple[str, ...]


class Mailbox:
    """A mail server on a free port of loopback that accepts everything. Use as a context manager, or call `close`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._controller = _controller(_Writer(folder))
        self.host = HOST
        self.port: int = self._controller.port

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop taking mails."""
        self._controller.stop()

    def mails(self) -> list[Mail]:
        """Return the mails caught so far, in their order."""
        return read_mails(self.folder)


def read_mails(folder: Path) -> list[Mail]:
    """Return the mails of a folder by their files' names."""
    return [_read(path) for path in sorted(folder.glob("*.eml"))]


def _read(path: Path) -> Mail:
    found = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    text = found.get_body(("plain", "html"))
    words = str(text.get_content()) if text is not None else ""
    night = str(found.get("X-Listening-Night", "")) or words
    points = str(found.get("X-Listening-Pain-Points", "")) or words
    day = _DAY.search(night)
    return Mail(
        path,
        str(found.get("To", "")),
        str(found.get("Subject", "")),
        date.fromisoformat(day[0]) if day else None,
        tuple(dict.fromkeys(_POINT.findall(points))),
    )


class _Writer:
    """Writes each mail to NNN-owner.eml, after those that lie there already."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = len(list(folder.glob("*.eml")))

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802, ANN401 -- as aiosmtpd calls it
        self._number += 1
        (self._folder / f"{self._number:03d}-{_owner(envelope.rcpt_tos)}.eml").write_bytes(envelope.content)
        return "250 OK"


def _owner(recipients: Sequence[str]) -> str:
    name = recipients[0].partition("@")[0] if recipients else ""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name) or "nobody"


def _controller(writer: _Writer) -> Any:  # noqa: ANN401 -- aiosmtpd publishes no types
    """Return a started server on a free port: the port is bound first, so nobody can take it in between."""
    from aiosmtpd.controller import Controller  # noqa: PLC0415 -- needed by the demo only

    class _Bound(Controller):
        def _create_server(self) -> Any:  # noqa: ANN401 -- asyncio's coroutine
            return self.loop.create_server(self._factory_invoker, sock=bound)

    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.bind((HOST, 0))
    made = _Bound(writer, hostname=HOST, port=bound.getsockname()[1])
    made.start()
    return made
