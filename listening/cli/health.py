"""Tells an operator what is switched on, off or broken and how to mend it, and what can be set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from listening.cli.opened import Config, config_folder, load_settings, table

settings = typer.Typer(help="What can be set.", no_args_is_help=True)


def doctor(config: Config = None) -> None:
    """Show what is on, off or broken, and how to mend it; exit code 1 where something is broken."""
    from listening.cli.findings import BROKEN, examine

    found = examine(load_settings(config))
    typer.echo(f"settings in {config_folder(config)}")
    table([(finding.state, finding.part, finding.sentence) for finding in found])
    broken = sum(finding.state == BROKEN for finding in found)
    if broken:
        typer.echo(f"{broken} broken")
        raise typer.Exit(1)


@settings.command("docs")
def docs(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", dir_okay=False, help="Where to; stdout without it.")
    ] = None,
) -> None:
    """Write the page of all settings, from the same table that checks them."""
    from listening.cli.lines import written
    from listening.cli.settings_page import page

    with written(out or Path("-")) as file:
        file.write(page().encode())
