"""Opens the board over the invented world that was lived through: with a guest who may do everything there."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from listening.demo.run import FOLDER, own_environment
from listening.journey import accounts
from listening.settings import load
from listening.store import Store, open_store, reads
from listening.types import JourneyMap
from listening.web.serving import serve

GUEST = "visitor"


def lived_through(folder: Path = FOLDER) -> bool:
    """Say whether a demo ran to its end there."""
    return (folder / "scorecard.json").is_file()


def show_board(folder: Path = FOLDER, console: Console | None = None) -> None:
    """Serve the board over the demo's folder until it is stopped."""
    console = console or Console()
    with own_environment():
        settings = load(folder / "configs")
        with closing(open_store(settings.database_url)) as store:
            clock = world_clock(store, started=datetime.now(UTC))
            password = let_in(store, settings.journey, now=clock())
        console.print(f"The board: http://{settings.web.host}:{settings.web.port}   name {GUEST}   password {password}")
        console.print("It is the morning after the last night there. Ctrl-C ends it.")
        serve(settings, clock=clock)


def world_clock(store: Store, *, started: datetime) -> Callable[[], datetime]:
    """Return the clock of the invented world: it goes on from the end of its last night, by the real one."""
    ends = [one.finished or one.started for one in reads.nights(store)]
    behind = started - max(ends, default=started)
    return lambda: datetime.now(UTC) - behind


def let_in(store: Store, journey: JourneyMap, *, now: datetime) -> str:
    """Return a fresh password of the guest, who is an admin of the invented world only."""
    password = secrets.token_urlsafe(12)
    known = {one.name for one in reads.people(store)}
    if GUEST in known:
        accounts.set_password(store, GUEST, password, who=GUEST, now=now, via="command line")
    else:
        accounts.add_user(store, journey, GUEST, password, role="admin", who=GUEST, now=now, via="command line")
    return password
