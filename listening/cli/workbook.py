"""Takes a review workbook back that was filled in at the meeting: what it changes, and what it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from listening.cli.opened import PARTLY, Config, complain, current, opened, who_asks
from listening.errors import InputError

if TYPE_CHECKING:
    from listening.types import RoundTrip, Value

app = typer.Typer(help="The filled-in review workbook.", no_args_is_help=True)


@app.command("import")
def bring_back(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A workbook that `report` wrote.")
    ],
    who: Annotated[str | None, typer.Option("--who", metavar="NAME", help="Who says so; your user name else.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would change.")] = False,
    config: Config = None,
) -> None:
    """Apply what was filled in: names, owners, statuses, ratings, goals, days, notes; exit 3 if some could not be."""
    from listening.journey import fill_in

    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}", "name a workbook that you may read") from error
    with opened(config) as (store, settings):
        try:
            trip = fill_in(store, settings, content, who=who or who_asks(), now=current(), dry_run=dry_run)
        except InputError as error:
            raise InputError(f"{file.name}: {error.thing}", error.mend) from error
    tell(trip, dry_run=dry_run)
    if trip.conflicts or trip.refusals:
        raise typer.Exit(PARTLY)


def tell(trip: RoundTrip, *, dry_run: bool) -> None:
    """Print each edit, conflict and refused cell in one line, and how many there were."""
    for edit in trip.edits:
        typer.echo(f"{edit.place}  {edit.pain_point_id} {edit.field}: {shown(edit.old)} -> {shown(edit.new)}")
    for one in trip.conflicts:
        edit = one.edit
        was = f"was {shown(edit.old)} at the export, is {shown(one.now)} now and {shown(edit.new)} in the workbook"
        mend = "not applied; set it on the board, or export anew"
        complain(f"conflict at {edit.place}: {edit.pain_point_id} {edit.field} {was} -> {mend}")
    for refusal in trip.refusals:
        complain(f"{refusal.place}: {refusal.thing} -> {refusal.mend}")
    did = "would be applied" if dry_run else "applied"
    typer.echo(f"{len(trip.edits)} {did}, {len(trip.conflicts)} in conflict, {len(trip.refusals)} refused")


def shown(value: Value) -> str:
    """Show a value in one line."""
    text = " ".join("".join(one if one.isprintable() else " " for one in str(value)).split())
    return "nothing" if value in (None, "") else repr(text if len(text) <= 80 else text[:79] + "…")  # noqa: PLR2004 - a line
