"""The places we listen to: which there are, and what a visit would bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from listening.cli import adding
from listening.cli.opened import PARTLY, Config, complain, current, load_settings, opened, table
from listening.errors import ListeningError, NotConfigured, NotFound

if TYPE_CHECKING:
    from listening.settings import Settings
    from listening.types import Document, SourceConfig

app = typer.Typer(help="The places where customers talk.", no_args_is_help=True)
SHOWN = 300  # characters of a post
app.command("add")(adding.add)


@app.command("list")
def list_sources(config: Config = None) -> None:
    """Show the sources, whether they are on, and how they fare: posts against the usual, errors, robots and terms."""
    from listening.health import in_one_line
    from listening.pipeline import examine_sources, night_of

    with opened(config) as (store, settings):
        fares = {one.source: one for one in examine_sources(store, settings, night=night_of(settings, current()))}
    if not settings.sources:
        typer.echo("no sources yet: write them into sources.toml, see docs/adding-a-source.md")
    rows = []
    for source in settings.sources:
        found = fares[source.name]
        switch = "on" if source.enabled else "off"
        rows.append((source.name, source.kind, switch, source.url or "-", found.state, in_one_line(found)))
    table(rows)


@app.command("check")
def check(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="Which; all that are on without it.")
    ] = None,
    config: Config = None,
) -> None:
    """Visit sources and show five posts of each as they would be stored; nothing is kept."""
    from listening.settings import pseudonym_key

    settings = load_settings(config)
    wanted = chosen(settings, names or [])
    key = pseudonym_key(settings) if wanted else b""
    failed = sum(not visited(settings, source, key) for source in wanted)
    if not wanted:
        typer.echo("no source is on: see docs/adding-a-source.md")
    if failed:
        raise typer.Exit(1 if failed == len(wanted) else PARTLY)


def chosen(settings: Settings, names: list[str]) -> list[SourceConfig]:
    """Find the sources of these names; without names those that are on. Raises NotFound."""
    if not names:
        return [source for source in settings.sources if source.enabled]
    known = ", ".join(source.name for source in settings.sources) or "none yet"
    found = []
    for name in names:
        source = settings.source(name)
        if source is None:
            raise NotFound(f"no source {name!r} in sources.toml", f"it knows {known}")
        found.append(source)
    return found


def visited(settings: Settings, source: SourceConfig, key: bytes) -> bool:
    """Print what a visit brings; False where it failed. A source without credentials is off, not broken."""
    from listening.pipeline import look

    typer.echo(f"== {source.name} ({source.kind})")
    try:
        found = look(settings, source, key=key, now=current())
    except NotConfigured as error:
        typer.echo(f"off: {error}")
        return True
    except ListeningError as error:
        complain(f"{source.name}: {error}")
        return False
    for document in found.documents:
        show(document)
    for warning in found.warnings:
        complain(f"{source.name}: {warning}")
    if found.pages:
        typer.echo(f"\n{found.shown} posts on {found.pages} page{'s' if found.pages > 1 else ''}")
    for note in found.notes:
        typer.echo(note)
    if not found.documents:
        typer.echo("nothing there: look at its selectors, or at the dates")
    return True


def show(document: Document) -> None:
    """Print one document as it would be stored, its text cut short."""
    text = " ".join(document.text.split())
    typer.echo(f"\n{document.id}  {document.created_at:%Y-%m-%d %H:%M} (from {document.date_from})  {document.url}")
    person = document.person[:8] or "none"
    typer.echo(f"person {person}, thread {document.thread or '-'}, {document.likes} likes, {len(document.text)} chars")
    typer.echo(text if len(text) <= SHOWN else text[:SHOWN] + " ...")
