"""A small real mail server on loopback that fails at a chosen step of the conversation in a chosen way.

It keeps a mail when the final dot has come, before it answers: so a lost answer is a mail that it has.
"""

from __future__ import annotations

import base64
import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ssl import SSLContext

STEPS = ("connect", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "end")
WAYS = ("4xx", "5xx", "drop", "stall")
REPLIES = {"4xx": "451 4.3.0 try later", "5xx": "554 5.3.0 never"}
LOGIN = base64.b64encode(b"\0ann\0right").decode()


@dataclass
class Mind:
    """What the server does: `fault` is a (step, way) or None; `got` the Message-IDs of what it keeps, in order."""

    context: SSLContext
    fault: tuple[str, str] | None = None
    got: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)  # of these the 250 was written
    callers: int = 0
    pause: float = 0.0  # seconds before each answer
    healed: threading.Event = field(default_factory=threading.Event)  # ends every stall


class Hangup(Exception):
    """The server hangs up."""


class Conversation(socketserver.StreamRequestHandler):
    """One caller."""

    server: Server

    def handle(self) -> None:
        self.server.mind.callers += 1
        try:
            self.say("connect", "220 house.test")
            while line := self.rfile.readline().decode("latin-1").strip():
                self.answer(line.partition(" ")[0].upper(), line)
        except (Failed, Hangup, OSError):
            return

    def finish(self) -> None:
        for one in (self.wfile, self.rfile, self.connection):
            with suppress(OSError):
                one.close()

    def say(self, step: str, reply: str) -> None:
        """Answer, or fail as the mind wants it here."""
        mind = self.server.mind
        mind.healed.wait(mind.pause) if mind.pause else None
        way = mind.fault[1] if mind.fault is not None and mind.fault[0] == step else ""
        if way == "stall":
            mind.healed.wait(20)
        if way in ("drop", "stall"):
            raise Hangup
        self.wfile.write((REPLIES.get(way, reply) + "\r\n").encode())
        self.wfile.flush()
        if way:
            raise Failed

    def answer(self, verb: str, line: str) -> None:
        try:
            if verb in ("EHLO", "HELO"):
                offers = "AUTH PLAIN" if self.server.secure(self.connection) else "STARTTLS"
                self.say("EHLO", f"250-house.test\r\n250 {offers}")
            elif verb == "STARTTLS":
                self.say(verb, "220 go on")
                self.connection = self.server.mind.context.wrap_socket(self.connection, server_side=True)
                self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
            elif verb == "AUTH":
                self.say(verb, "235 welcome" if line.endswith(LOGIN) else "535 who are you")
            elif verb in ("MAIL", "RCPT"):
                self.say(verb, "250 OK")
            elif verb == "DATA":
                self.say(verb, "354 go on")
                self.keep()
            else:
                self.say(verb, "221 bye" if verb == "QUIT" else "250 OK")
        except Failed:
            return

    def keep(self) -> None:
        """Take the mail, and only then answer; refused, it is not kept."""
        lines = iter(self.rfile.readline, b".\r\n")
        content = b"".join(line for line in lines if line or _gone())
        name = str(email.message_from_bytes(content, policy=email.policy.default)["Message-ID"])
        mind = self.server.mind
        if mind.fault not in {("end", "4xx"), ("end", "5xx")}:
            mind.got.append(name)
        self.say("end", "250 OK")
        mind.answered.append(name)


class Failed(Exception):
    """This step was refused; the conversation may go on."""


def _gone() -> bool:
    raise Hangup


class Server(socketserver.ThreadingTCPServer):
    """The server; `port` is the one that the system gave."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, mind: Mind, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Conversation)
        self.mind = mind
        self.port: int = self.server_address[1]

    def secure(self, connection: object) -> bool:
        """Whether the caller has changed to TLS."""
        return hasattr(connection, "cipher")


@contextmanager
def serving(mind: Mind, port: int = 0) -> Iterator[int]:
    """Serve as long as the block lasts; gives the port."""
    with Server(mind, port) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server.port
        mind.healed.set()
        server.shutdown()
