"""Finds the settings folder and opens the store, once a command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from listening.errors import ListeningError

if TYPE_CHECKING:
    from listening.settings import Settings
    from listening.store import Store

PACKAGE = Path(__file__).resolve().parent.parent
PARTLY = 3

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        envvar="LISTENING_CONFIG",
        metavar="DIR",
        help="Folder of listening.toml, sources.toml and journey.toml. Without it: configs/ here, else the program's.",
    ),
]

Map = Annotated[
    str | None, typer.Option("--map", metavar="NAME", help="The journey map's id or name; the first map else.")
]


def config_folder(given: Path | None) -> Path:
    """Choose the settings folder: the one given, `configs` here, the checkout's, or the installed program's own."""
    if given is not None:
        return given
    places = (Path.cwd() / "configs", PACKAGE.parent / "configs", PACKAGE / "configs")
    return next((place for place in places if (place / "listening.toml").is_file()), places[0])


def load_settings(given: Path | None) -> Settings:
    """Read the settings; raises SettingsError."""
    from listening.settings import load

    return load(config_folder(given))


@contextmanager
def opened(given: Path | None, named: str | None = None, *, point: str = "") -> Iterator[tuple[Store, Settings]]:
    """Open the store of the settings, and close it; in hand is the map that is `named`, else that of a pain point."""
    from listening.store import open_store, reads

    settings = load_settings(given)
    store = open_store(settings.database_url)
    try:
        wanted = next((one.id for one in settings.maps if named in (one.id, one.name)), named)
        if point and len(settings.maps) > 1:
            wanted = reads.point(store, point).map
        hand = settings.on(wanted or settings.journey.id)
        yield store.hearing(hand.ears), hand
    finally:
        store.close()


def current() -> datetime:
    """Tell the time: the one place where the command line looks at the clock."""
    return datetime.now(UTC)


def as_moment(text: str) -> datetime:
    """Read an ISO date or time as UTC; raises typer.BadParameter."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no time; write it as 2026-03-02T02:00:00Z") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def as_day(text: str) -> date:
    """Read an ISO date; raises typer.BadParameter."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no date; write it as 2026-03-02") from error


def who_asks() -> str:
    """Name the person at the keyboard for the ledger."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        return "command line"


def complain(error: ListeningError | str) -> None:
    """Print one line to the operator."""
    typer.echo(f"listening: {error}", err=True)


def table(rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows in columns as wide as their widest cell; the last runs free."""
    if not rows:
        return
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        typer.echo("  ".join([*cells, row[-1]]).rstrip())
