"""What the board knows of the invented world: that somebody can start it, end it, and say how far it is.

The board may not know the demo, which stands above it: whoever serves the board hands one in
(`listening/demo/beside.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from listening.errors import NotFound


@dataclass(frozen=True, slots=True)
class DemoState:
    """How far the invented world is: off; lived through night by night; open, with its board's port; or failed.

    `said` are the last words of one that failed.
    """

    phase: Literal["off", "living", "open", "failed"]
    night: int = 0
    nights: int = 0
    port: int = 0
    name: str = ""
    password: str = ""
    said: str = ""


Wish = Literal["start", "end"]


class DemoWorld(Protocol):
    """The invented world of one board."""

    def start(self) -> None:
        """Start it; nothing happens where it runs. Raises ListeningError where no program can be started."""

    def end(self) -> None:
        """End it and its board; nothing happens where none runs."""

    def state(self) -> DemoState:
        """Say how far it is."""


def wish(world: DemoWorld | None, wanted: Wish) -> None:
    """Start or end it. Raises NotFound where the board was given none, ListeningError where it cannot start."""
    if world is None:
        raise NotFound("this board has no demo world", "run `listening demo --board` on its machine")
    (world.end if wanted == "end" else world.start)()
