"""Files in and out: survey, ticket and archive imports, exports for other programs, and the report."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from listening.cli.opened import PARTLY, Config, as_day, complain, current, opened
from listening.errors import NotFound


class Kind(StrEnum):
    """What an imported file holds."""

    FORUM = "forum"
    SURVEY = "survey"
    TICKET = "ticket"


class What(StrEnum):
    """What can be exported."""

    POSTS = "posts"
    SIGNALS = "signals"
    PAIN_POINTS = "pain-points"
    MEMBERS = "members"
    ASSIGNMENTS = "assignments"
    ALERTS = "alerts"
    HISTORY = "history"


def bring_in(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help=".jsonl or .csv, or .gz")],
    source: Annotated[str, typer.Option("--source", metavar="NAME", help="Under which name the posts are kept.")],
    kind: Annotated[Kind, typer.Option("--kind", help="Where they were written.")] = Kind.FORUM,
    config: Config = None,
) -> None:
    """Bring a file into the store: back-fills, survey answers, support tickets. The next night reads them."""
    from listening.pipeline import bring_in as keep
    from listening.settings import pseudonym_key
    from listening.types import PostKind

    with opened(config) as (store, settings):
        key = pseudonym_key(settings)
        got = keep(store, settings, file, source=source, kind=PostKind(kind), key=key, now=current())
    for error in got.errors:
        complain(error)
    typer.echo(f"{got.seen} seen, {got.new} new, {got.changed} changed, {len(got.errors)} not understood")
    if got.errors:
        raise typer.Exit(PARTLY if got.seen else 1)


def export(
    what: Annotated[What, typer.Argument(metavar="WHAT", help=" | ".join(What))],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=".jsonl or .csv, or either with .gz")],
    config: Config = None,
) -> None:
    """Write posts, signals, pain-points, members, assignments, alerts or history for other programs."""
    from listening.outputs import write_rows
    from listening.store.reads import export_rows

    with opened(config) as (store, _):
        count = write_rows(export_rows(store, what.value), out)
    typer.echo(f"{count} {what.value} in {out}")


def report(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=".html, .xlsx, .csv or .json")],
    map_name: Annotated[str | None, typer.Option("--map", metavar="NAME", help="The journey map's id or name.")] = None,
    since: Annotated[
        date | None, typer.Option("--since", parser=as_day, metavar="DATE", help="First day; a quarter back else.")
    ] = None,
    until: Annotated[
        date | None, typer.Option("--until", parser=as_day, metavar="DATE", help="Last day; yesterday else.")
    ] = None,
    config: Config = None,
) -> None:
    """Write the review: the emotion curve over the stages, pain points with evidence, owners, trends, blind spots."""
    from listening.outputs import write_report
    from listening.pipeline import make_report

    if since and until and since > until:
        raise typer.BadParameter("--since lies after --until")
    with opened(config) as (store, settings):
        journey = settings.journey
        if map_name not in (None, journey.id, journey.name):
            raise NotFound(f"no map {map_name!r} in journey.toml", f"its map is {journey.id!r}")
        made = make_report(store, settings, since=since, until=until, now=current())
    write_report(made, out)
    typer.echo(f"{len(made.pain_points)} pain points, {made.since} to {made.until}, in {out}")
