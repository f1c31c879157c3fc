"""What an owner does with places that the map lacks: see them, put one on the map, or say that it is none."""

from __future__ import annotations

from typing import Annotated

import typer

from listening.cli.opened import Config, Map, current, opened, table, who_asks
from listening.cli.points import Who

app = typer.Typer(help="What an owner can do with places that the map lacks.")

Suggestion = Annotated[str, typer.Argument(metavar="ID", help="As `pain-points suggested` shows it.")]


@app.command("suggested")
def suggested(map_name: Map = None, config: Config = None) -> None:
    """Show the touchpoints that the map seems to lack: what people tell that fits none of it."""
    from listening.store import reads

    with opened(config, map_name) as (store, settings):
        found = reads.suggestions(store, map_id=settings.journey.id)
    rows = [(one.id, str(one.people), one.stage, ", ".join(one.words[:5]), one.name) for one in found]
    table([("id", "people", "stage", "words", "what they say"), *rows] if rows else [])
    if not rows:
        typer.echo("nothing is told that fits no touchpoint of the map")


@app.command("accept")
def accept(  # noqa: PLR0917 - Typer gives them by name
    suggestion: Suggestion,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the place is called on the map.")],
    stage: Annotated[str, typer.Option("--stage", metavar="STAGE", help="Its stage; the told one else.")] = "",
    who: Who = None,
    map_name: Map = None,
    config: Config = None,
) -> None:
    """Put a suggested touchpoint on the map: it is written into journey.toml."""
    from listening import journey

    with opened(config, map_name) as (store, settings):
        changed = journey.accept_touchpoint(
            store, settings, suggestion, name=name, stage=stage, who=who or who_asks(), now=current()
        )
    place = changed.journey.touchpoints[-1]
    typer.echo(f"{place.name} ({place.id}) is on the map in stage {place.stage}")


@app.command("dismiss")
def dismiss(suggestion: Suggestion, who: Who = None, map_name: Map = None, config: Config = None) -> None:
    """Say that a suggested touchpoint is none; it is not suggested again."""
    from listening import journey

    with opened(config, map_name) as (store, settings):
        journey.dismiss_touchpoint(store, settings, suggestion, who=who or who_asks(), now=current())
    typer.echo(f"{suggestion} is no touchpoint")
