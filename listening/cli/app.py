"""Puts the commands together, and turns whatever goes wrong into one clear line and an exit code.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 done in part; 130 after Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from listening.cli import exchange, health, maps, nights, places, points, shelf, sources, texts, upkeep, users, workbook
from listening.cli.interrupt import ctrl_c_heard
from listening.errors import ListeningError
from listening.log_lines import log_lines

app = typer.Typer(
    name="listening",
    help="Hears the pains that customers tell each other, and ties them to the journey map and its owners.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo")(nights.demo)
app.command("night")(nights.night)
app.command("serve")(nights.serve)
app.command("read")(texts.read)
app.command("group")(texts.group)
app.command("import")(exchange.bring_in)
app.command("export")(exchange.export)
app.command("report")(exchange.report)
points.app.add_typer(places.app)
app.add_typer(workbook.app, name="workbook")
app.add_typer(points.app, name="pain-points")
app.add_typer(maps.app, name="maps")
app.add_typer(sources.app, name="sources")
app.add_typer(upkeep.alerts, name="alerts")
app.add_typer(users.app, name="users")
app.command("erase")(upkeep.erase)
app.add_typer(upkeep.retention, name="retention")
app.command("backup")(upkeep.backup)
app.command("restore")(upkeep.restore)
app.add_typer(shelf.app, name="models")
app.command("doctor")(health.doctor)
app.add_typer(health.settings, name="settings")


def version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        from importlib.metadata import version as installed

        typer.echo(installed("listening"))
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Hears the pains that customers tell each other, and ties them to the journey map and its owners."""


def main() -> None:
    """Run the command line; leaves by SystemExit."""
    code: str | int | None = 0
    try:
        with ctrl_c_heard(), log_lines():
            app(prog_name="listening")
    except SystemExit as end:
        code = end.code
    except ListeningError as error:
        typer.echo(f"listening: {error}", err=True)
        code = 1
    sys.exit(code if leave_quietly() else 1)


def leave_quietly() -> bool:
    """Flush what was printed; False where the reader has left (`listening ... | head`), which is no one's fault."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would flush once more while it ends, and complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True
