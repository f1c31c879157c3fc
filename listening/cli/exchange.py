"""Files in and out: survey, ticket and archive imports, exports for other programs, and the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from listening.cli.opened import PARTLY, Config, Map, as_day, complain, current, opened

if TYPE_CHECKING:
    from listening.types import SourceConfig


class Kind(StrEnum):
    """What an imported file holds."""

    FORUM = "forum"
    SURVEY = "survey"
    TICKET = "ticket"
    REVIEW = "review"


class What(StrEnum):
    """What can be exported."""

    POSTS = "posts"
    SIGNALS = "signals"
    PAIN_POINTS = "pain-points"
    MEMBERS = "members"
    ASSIGNMENTS = "assignments"
    ALERTS = "alerts"
    HISTORY = "history"
    MEASURES = "measures"


Columns = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="FIELD=COLUMN", help="Which column holds what: text='Why?', score='Q1'."),
]
Only = Annotated[
    list[str] | None, typer.Option("--only", metavar="COLUMN=VALUE", help="Take only records with this value.")
]
DateFormats = Annotated[
    list[str] | None, typer.Option("--date-format", metavar="FORMAT", help="How dates are written: %d/%m/%Y.")
]


def bring_in(  # noqa: PLR0917 - Typer gives them by name
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help=".jsonl or .csv, or either .gz; .xlsx")
    ],
    source: Annotated[
        str, typer.Option("--source", metavar="NAME", help="Under which name the posts are kept; its block counts.")
    ],
    kind: Annotated[Kind | None, typer.Option("--kind", help="Where they were written; forum else.")] = None,
    column: Columns = None,
    metric: Annotated[str, typer.Option("--metric", help="What the score measures: nps, csat, ces, rating ...")] = "",
    only: Only = None,
    sheet: Annotated[str, typer.Option("--sheet", metavar="NAME", help="Which sheet of a workbook.")] = "",
    header_row: Annotated[int, typer.Option("--header-row", min=0, help="The line of the names; 0 finds it.")] = 0,
    timezone: Annotated[str, typer.Option("--timezone", metavar="ZONE", help="The zone of its dates; UTC else.")] = "",
    date_format: DateFormats = None,
    config: Config = None,
) -> None:
    """Bring a file into the store: back-fills, survey answers, tickets, reviews. The next night reads them."""
    from listening.pipeline import bring_in as keep
    from listening.settings import pseudonym_key
    from listening.types import PostKind

    options: dict[str, str | int | tuple[str, ...]] = {
        "metric": metric,
        "only": tuple(only or ()),
        "sheet": sheet,
        "header_row": header_row,
        "timezone": timezone,
        "date_formats": tuple(date_format or ()),
    }
    with opened(config) as (store, settings):
        said = described(settings.source(source), source, column or [], options)
        told = PostKind(kind or str(said.options.get("post_kind", Kind.FORUM)))
        key = pseudonym_key(settings)
        got = keep(store, settings, file, source=source, kind=told, key=key, now=current(), config=said)
    for error in got.errors:
        complain(error)
    typer.echo(f"{got.seen} seen, {got.new} new, {got.changed} changed, {len(got.errors)} not understood")
    if got.errors:
        raise typer.Exit(PARTLY if got.seen else 1)


def described(
    known: SourceConfig | None, name: str, columns: list[str], options: Mapping[str, str | int | tuple[str, ...]]
) -> SourceConfig:
    """Return how a file is laid out: as its block in sources.toml says, and over that the command line."""
    from listening.types import SourceConfig

    base = known if known and known.kind == "file" else SourceConfig(name, "file")
    given: dict[str, tuple[str, ...]] = {}
    for rule in columns:
        field, mark, column = rule.partition("=")
        if not mark:
            raise typer.BadParameter(f"{rule!r} should be FIELD=COLUMN, such as text='Why?'", param_hint="--column")
        given[field.strip()] = (*given.get(field.strip(), ()), *filter(None, [column.strip()]))
    said = {option: value for option, value in options.items() if value}
    return replace(base, columns={**base.columns, **given}, options={**base.options, **said})


def export(
    what: Annotated[What, typer.Argument(metavar="WHAT", help=" | ".join(What))],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=".jsonl or .csv, or either with .gz")],
    map_name: Annotated[
        str | None, typer.Option("--map", metavar="NAME", help="Of which map the measures are; the first map's else.")
    ] = None,
    config: Config = None,
) -> None:
    """Write posts, signals, pain-points, members, assignments, alerts, history or measures for other programs."""
    from listening.outputs import write_rows
    from listening.pipeline import last_lived, measure_nights
    from listening.store.reads import export_rows

    with opened(config, map_name) as (store, settings):
        if what is What.MEASURES:
            rows = measure_nights(store, settings, until=last_lived(store, settings, now=current()))
        else:
            rows = export_rows(store, what.value)
        count = write_rows(rows, out)
    typer.echo(f"{count} {what.value} in {out}")


def report(  # noqa: PLR0917 - Typer gives them by name
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=".html, .xlsx, .pdf, .csv or .json")],
    map_name: Map = None,
    since: Annotated[
        date | None, typer.Option("--since", parser=as_day, metavar="DATE", help="First day; a quarter back else.")
    ] = None,
    until: Annotated[
        date | None, typer.Option("--until", parser=as_day, metavar="DATE", help="Last day; today else.")
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Make the pack of days that are over from what is known today.")
    ] = False,
    config: Config = None,
) -> None:
    """Write the review: the emotion curve over the stages, pain points with evidence, owners, trends, blind spots."""
    from listening.outputs import write_report
    from listening.outputs.wording import count
    from listening.pipeline import make_report

    if since and until and since > until:
        raise typer.BadParameter("--since lies after --until")
    with opened(config, map_name) as (store, settings):
        made = make_report(store, settings, since=since, until=until, now=current(), anew=anew)
    write_report(made, out)
    typer.echo(f"{count(len(made.pain_points), 'pain point')}, {made.since} to {made.until}, in {out}")
