"""`listening sources add`: an address in, a look at what is there, and a block in sources.toml."""

from __future__ import annotations

from typing import Annotated

import typer

from listening.cli.opened import Config, complain, current, load_settings


def add(  # noqa: PLR0917 - Typer gives them by name
    url: Annotated[str, typer.Argument(metavar="URL", help="A forum, blog, feed or subreddit; r/NAME will do.")],
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Under which name it is kept, for ever; its host's else.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write it without asking.")] = False,
    allow_host: Annotated[
        list[str] | None, typer.Option("--allow-host", metavar="HOST", help="A host inside your own network to allow.")
    ] = None,
    gap: Annotated[float, typer.Option("--gap", min=0, metavar="SECONDS", help="Between two requests.")] = 1.0,
    map_id: Annotated[
        str, typer.Option("--map", metavar="ID", help="The journey map that it feeds; the first map else.")
    ] = "",
    config: Config = None,
) -> None:
    """Find out what an address is, show five posts as they would be stored, and write it into sources.toml."""
    from listening.cli.sources import show
    from listening.pipeline import add_source, look_at
    from listening.settings import pseudonym_key

    settings = load_settings(config)
    settings = settings.on(map_id or settings.journey.id)
    key, hosts = pseudonym_key(settings), tuple(allow_host or ())
    found = look_at(settings, url, key=key, now=current(), name=name, allow_hosts=hosts, gap=gap)
    for reason in found.failed:
        complain(reason)
    typer.echo(f"{url} is {found.what}")
    for document in found.looked.documents:
        show(document)
    for warning in found.looked.warnings:
        complain(warning)
    typer.echo(f"\nThis goes into sources.toml:\n\n{found.block}")
    if not yes and not _agreed():
        typer.echo("nothing was written")
        raise typer.Exit(1)
    typer.echo(f"added {found.source.name} to {add_source(settings, found)}; it is read from the next night on")


def _agreed() -> bool:
    """Ask the person at the keyboard; nobody there is a no."""
    try:
        return typer.confirm("Write it?")
    except typer.Abort:
        return False
