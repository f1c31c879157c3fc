"""The journey maps: which there are and what feeds each, one more from a file, and one whose file is gone put back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from listening.cli.opened import Config, current, opened, table, who_asks
from listening.cli.points import Who
from listening.errors import InputError

app = typer.Typer(help="The journey maps.", no_args_is_help=True)


@app.command("list")
def list_maps(config: Config = None) -> None:
    """Show the maps, the first first: their places, the sources that feed each, and maps whose file is gone."""
    from listening import journey
    from listening.store import reads

    with opened(config) as (store, settings):
        counts, gone = reads.points_by_map(store), journey.lost_maps(store, settings)
    rows = [("id", "stages", "touchpoints", "pain points", "sources", "name")]
    for one in settings.maps:
        fed = ", ".join(source.name for source in settings.on(one.id).heard) or "none"
        places = (str(len(one.stages)), str(len(one.touchpoints)), str(counts.get(one.id, 0)))
        rows.append((one.id, *places, fed, one.name))
    rows += [(one.id, "-", "-", str(one.pain_points), "no file: see `maps restore`", one.name) for one in gone]
    table(rows)


@app.command("add")
def add(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A journey.toml with an id of its own.")
    ],
    who: Who = None,
    config: Config = None,
) -> None:
    """Add a map: its file is written into the folder journeys; say in sources.toml which sources feed it."""
    from listening import journey

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read: {error}", "name a text file that you may read") from error
    with opened(config) as (store, settings):
        made = journey.add_map(store, settings, text, who=who or who_asks(), now=current())
    typer.echo(f'{made.journey.id} stands in {made.map_file}; a source feeds it by map = "{made.journey.id}"')


@app.command("restore")
def restore(
    map_id: Annotated[str, typer.Argument(metavar="ID", help="As `maps list` shows it.")],
    who: Who = None,
    config: Config = None,
) -> None:
    """Put back the file of a map that is gone, as it was last kept; its pain points are there again."""
    from listening import journey

    with opened(config) as (store, settings):
        made = journey.put_back(store, settings, map_id, who=who or who_asks(), now=current())
    typer.echo(f"{made.journey.id} stands in {made.map_file} again")
