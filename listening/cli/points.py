"""What an owner does with a pain point; every change goes to its history with who and when."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from listening.cli.opened import PARTLY, Config, Map, as_day, current, opened, table, who_asks

if TYPE_CHECKING:
    from listening.types import Measures

app = typer.Typer(help="What an owner can do with pain points.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="The pain point, as `pain-points list` shows it.")]
Who = Annotated[str | None, typer.Option("--who", metavar="NAME", help="Who says so; your user name else.")]
Rating = Annotated[int | None, typer.Option(min=1, max=5, metavar="1-5")]


class Status(StrEnum):
    """The statuses a pain point can have."""

    OPEN = "open"
    PLANNED = "planned"
    DOING = "doing"
    DONE = "done"
    WATCH = "watch"
    HOLDS = "holds"
    CAME_BACK = "came_back"
    WONT = "wont"
    NO_PAIN = "no_pain"


@app.command("list")
def list_points(
    status: Annotated[Status | None, typer.Option("--status", help="Only these; all that are not closed else.")] = None,
    map_name: Map = None,
    config: Config = None,
) -> None:
    """Show the pain points, those of most people first."""
    from listening.store.reads import OPEN, points

    with opened(config, map_name) as (store, settings):
        states = (status.value,) if status else OPEN
        found = points(store, map_id=settings.journey.id, states=states)
    found.sort(key=lambda point: (-point.people, point.id))
    head = ("id", "people", "stage", "touchpoint", "status", "owner", "last seen", "name")
    rows = [
        (p.id, str(p.people), p.stage, p.touchpoint or "-", p.status, p.owner or "-", f"{p.last_seen}", p.name)
        for p in found
    ]
    table([head, *rows] if rows else [])
    if not rows:
        typer.echo("no pain points yet: run `listening night`")


@app.command("show")
def show(point_id: Id, config: Config = None) -> None:
    """Show one pain point: its numbers up to the last night, what customers said, with passages' ids, and its past."""
    from listening.outputs.wording import count
    from listening.pipeline import judge_fixes, last_lived, measure_points
    from listening.store import reads

    with opened(config, point=point_id) as (store, settings):
        point = reads.point(store, point_id)
        night = last_lived(store, settings, now=current())
        found = measure_points(store, settings, [point_id], until=night)[point_id]
        fix = judge_fixes(store, settings, [point_id], night=night).get(point_id)
        pains = reads.pains_of(store, [point_id])[point_id]
        emergences = reads.emergences(store, [point_id])
        history = reads.ledger(store, point_id)
    typer.echo(f"{point.id}  {point.name}")
    if point.merged_into:
        typer.echo(f"merged into {point.merged_into}")
    typer.echo(f"{point.status}, {point.stage}, {point.touchpoint or 'no touchpoint'}, owner {point.owner or 'nobody'}")
    told = f"{count(point.people, 'person', 'people')}, {count(point.size, 'passage')}"
    typer.echo(f"{told}, born {point.born}, last seen {point.last_seen}")
    if fix:
        typer.echo(f"fix {fix.sentence}")
    _say_measures(found, point.importance)
    typer.echo("\nheard")
    table([(p.signal_id, f"{p.created_at:%Y-%m-%d}", p.source, " ".join(p.text.split())) for p in pains])
    for emergence in emergences:
        typer.echo(f"\n{emergence.night} {emergence.kind}: {emergence.sentence}")
    typer.echo("\nhistory")
    table([(f"{e.at:%Y-%m-%d %H:%M}", e.who, e.what, f"{e.other_id} {e.detail}".strip()) for e in history])


def _say_measures(found: Measures, own: int | None) -> None:
    feeling, index = found.sentiment, found.unspoken_index
    typer.echo(f"\nmeasured, {found.since} to {found.until}")
    rows = [
        ("people", f"{found.people} outside, {found.people_inside} told the company"),
        ("posts", f"{found.posts}, of {found.exposure} that could be seen"),
        ("reach", f"{found.reach} views or likes, beside the people"),
        ("feeling", f"{feeling.value:+.2f} ({feeling.low:+.2f} to {feeling.high:+.2f})" if feeling else "unknown"),
        ("signals", ", ".join(f"{name} {people}" for name, people in found.signals) or "none"),
        ("sources", ", ".join(f"{name} {people}" for name, people in found.sources) or "none"),
        ("unspoken index", f"{index.value:.2f} ({index.low:.2f} to {index.high:.2f})" if index else "unknown"),
        ("importance", f"{own}, set by a person; measured {found.formula}" if own else found.formula),
    ]
    table(rows)


@app.command("assign")
def assign(  # noqa: PLR0917 - Typer gives them by name
    point_id: Id,
    owner: Annotated[str, typer.Option("--owner", metavar="NAME", help="An owner's id in journey.toml.")],
    importance: Rating = None,
    cost: Rating = None,
    ease: Rating = None,
    who: Who = None,
    config: Config = None,
) -> None:
    """Give a pain point to an owner, with importance, cost and ease from 1 to 5."""
    from listening import journey

    with opened(config, point=point_id) as (store, settings):
        journey.assign(
            store,
            settings,
            point_id,
            owner,
            who=who or who_asks(),
            now=current(),
            importance=importance,
            cost=cost,
            ease=ease,
        )
    typer.echo(f"{point_id} belongs to {owner}")


@app.command("rename")
def rename(
    point_id: Id,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name; the machine never changes it again.")],
    who: Who = None,
    config: Config = None,
) -> None:
    """Give a pain point a name of your own."""
    from listening import journey

    with opened(config) as (store, _):
        journey.rename(store, point_id, name, who=who or who_asks(), now=current())
    typer.echo(f"{point_id} is now called {name!r}")


@app.command("merge")
def merge(
    from_id: Annotated[str, typer.Argument(metavar="FROM", help="The one that goes.")],
    into_id: Annotated[str, typer.Argument(metavar="INTO", help="The one that stays.")],
    who: Who = None,
    config: Config = None,
) -> None:
    """Say that two pain points are one."""
    from listening import journey

    with opened(config) as (store, _):
        journey.merge(store, from_id, into_id, who=who or who_asks(), now=current())
    typer.echo(f"{from_id} is now part of {into_id}")


@app.command("split")
def split(
    point_id: Id,
    passages: Annotated[list[str], typer.Argument(metavar="PASSAGE...", help="Ids as `pain-points show` gives them.")],
    who: Who = None,
    config: Config = None,
) -> None:
    """Say that some passages are another pain: they get a pain point of their own."""
    from listening import journey
    from listening.outputs.wording import count

    with opened(config, point=point_id) as (store, settings):
        new = journey.split(store, settings, point_id, passages, who=who or who_asks(), now=current())
    typer.echo(f"{count(len(passages), 'passage')} of {point_id} now in {new}")


@app.command("move")
def move(
    passage: Annotated[str, typer.Argument(metavar="PASSAGE", help="Its id, as `pain-points show` gives it.")],
    out_of: Annotated[str, typer.Argument(metavar="FROM", help="The pain point where it does not belong.")],
    who: Who = None,
    config: Config = None,
) -> None:
    """Say that a passage does not belong to a pain point: it is placed anew, and never there again."""
    from listening import journey

    with opened(config) as (store, _):
        journey.move(store, passage, out_of, who=who or who_asks(), now=current())
    typer.echo(f"{passage} left {out_of}; the next night finds its place")


@app.command("resolve")
def resolve(
    point_id: Id,
    on: Annotated[
        date | None, typer.Option("--on", parser=as_day, metavar="DATE", help="When it was mended; today else.")
    ] = None,
    who: Who = None,
    config: Config = None,
) -> None:
    """Say that a pain was mended; it is watched, and told when it comes back."""
    from listening import journey

    now = current()
    with opened(config) as (store, _):
        journey.resolve(store, point_id, on=on or now.date(), who=who or who_asks(), now=now)
    typer.echo(f"{point_id} is watched from {on or now.date()}")


@app.command("mute")
def mute(
    point_id: Id,
    until: Annotated[date, typer.Option("--until", parser=as_day, metavar="DATE", help="Until when.")],
    who: Who = None,
    config: Config = None,
) -> None:
    """Hear nothing of a pain point until a day; it is counted on."""
    from listening import journey

    with opened(config) as (store, _):
        journey.mute(store, point_id, until=until, who=who or who_asks(), now=current())
    typer.echo(f"{point_id} is silent until {until}")


@app.command("acknowledge")
def acknowledge(point_id: Id, who: Who = None, config: Config = None) -> None:
    """Say that you know of a pain point: it speaks again only when it has grown."""
    from listening import journey

    with opened(config) as (store, _):
        journey.acknowledge(store, point_id, who=who or who_asks(), now=current())
    typer.echo(f"{point_id} is known; it speaks again when it has grown")


@app.command("ticket")
def ticket(point_id: Id, who: Who = None, config: Config = None) -> None:
    """Make the ticket of a pain point in your ticket system, once; its state comes back every night."""
    from listening.pipeline import order_ticket

    with opened(config, point=point_id) as (store, settings):
        made = order_ticket(store, settings, point_id, who=who or who_asks(), now=current())
    if made is None:
        typer.echo(f"{point_id}: the ticket system does not answer; the ticket waits, see `listening alerts list`")
        raise typer.Exit(PARTLY)
    typer.echo(f"{point_id} is {made.ticket.key}, {made.ticket.state}: {made.ticket.url}")


@app.command("reopen")
def reopen(point_id: Id, who: Who = None, config: Config = None) -> None:
    """Open a pain point again, and end its mute."""
    from listening import journey

    with opened(config) as (store, _):
        journey.reopen(store, point_id, who=who or who_asks(), now=current())
    typer.echo(f"{point_id} is open")


@app.command("no-pain")
def no_pain(
    point_id: Id,
    passage: Annotated[
        str | None, typer.Option("--passage", metavar="PASSAGE", help="Only this passage of it is no pain.")
    ] = None,
    who: Who = None,
    config: Config = None,
) -> None:
    """Say that it is no pain: it is shown and alerted no more, and those who say the same go there."""
    from listening import journey

    with opened(config) as (store, _):
        if passage is None:
            journey.no_pain(store, point_id, who=who or who_asks(), now=current())
        else:
            journey.no_pain_passage(store, passage, point_id, who=who or who_asks(), now=current())
    typer.echo(f"{passage or point_id} is no pain")
