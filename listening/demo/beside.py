"""Lives through the invented world beside a board that is served, in a process of its own, and opens its board.

The process is the command `listening demo --board`; what it prints says how far it is.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from listening.demo.run import FOLDER
from listening.errors import ListeningError
from listening.web.demo_world import DemoState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

COMMAND = (sys.executable, "-m", "listening", "demo", "--board")
LOG = FOLDER.with_name("demo-board.log")
ENDS_WITHIN = 10.0  # seconds
NIGHT = re.compile(r"^night (\d+) of (\d+)|: (\d+) nights, five sites", re.MULTILINE)
OPEN = re.compile(r"^The board: http://\S+:(\d+) +name (\S+) +password (\S+)", re.MULTILINE)
LAST_WORDS = 600
_OURS = ("LISTENING_WEB_", "LISTENING_OIDC_", "LISTENING_LOG")


class Beside:
    """The invented world beside a board; it ends with the block that holds it."""

    def __init__(self, command: Sequence[str] = COMMAND, log: Path = LOG) -> None:
        self.command, self.log = tuple(command), log
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Give it; nothing is started yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.end()

    def start(self) -> None:
        """Start it, where it does not run. Raises ListeningError where the program or its log cannot be had."""
        if self._runs():
            return
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self.log.open("wb") as log:
                self.process = subprocess.Popen(  # noqa: S603 - our own command
                    self.command, env=surroundings(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    start_new_session=True,  # so that a Ctrl-C at the board's terminal reaches it by us, once
                )  # fmt: skip
        except OSError as error:
            raise ListeningError(
                f"the demo world could not be started ({error.strerror})", "run `listening demo --board` yourself"
            ) from error

    def end(self) -> None:
        """End it with all that it started: its sites, its Prefect and its board leave nothing that is wanted."""
        if self.process is None:
            return
        self._tell(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(ENDS_WITHIN)
        self._tell(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def state(self) -> DemoState:
        """Say how far it is, by what it printed."""
        if self.process is None:
            return DemoState("off")
        said = self.log.read_text(encoding="utf-8", errors="replace")
        if not self._runs():
            return DemoState("failed", said=said[-LAST_WORDS:].strip())
        opened = OPEN.search(said)
        if opened:
            return DemoState("open", port=int(opened[1]), name=opened[2], password=opened[3])
        return living(said)

    def _tell(self, what: signal.Signals) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, what)

    def _runs(self) -> bool:
        return self.process is not None and self.process.poll() is None


def living(said: str) -> DemoState:
    """Return how many nights were lived through by now, of how many."""
    night = nights = 0
    for found in NIGHT.finditer(said):
        night, nights = int(found[1] or 0), int(found[2] or found[3])
    return DemoState("living", night=night, nights=nights)


def surroundings(now: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the surroundings of its process: not this board's own way to be reached, but loopback and a free port."""
    now = os.environ if now is None else now
    kept = {name: value for name, value in now.items() if not name.startswith(_OURS)}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {**kept, "LISTENING_WEB_HOST": "127.0.0.1", "LISTENING_WEB_PORT": str(port), "COLUMNS": "200"}
