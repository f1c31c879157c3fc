"""Reads what the service found and mailed, has it judged against the truth, and shows the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from rich.console import Console
from rich.table import Table

from listening.demo.judge import DecoyResult, Heard, Held, PainResult, Point, Scorecard, judge
from listening.demo.mailbox import Mail
from listening.demo.truth import Key, read_truth
from listening.demo.world import World
from listening.settings import Settings
from listening.store import Store
from listening.store.reads import export_rows

__all__ = ["Held", "Scorecard", "look", "score", "show"]

MOST_UNPLANNED = 12
PAIN_COLUMNS = ("pain", "shape", "found in stage", "texts", "possible", "first alert", "people by then", "one id")


def look(store: Store, map_id: str, until: date | None = None) -> Held:
    """Return what the store holds of a map now, or of that what was already placed on the night `until`."""
    keys = {row["id"]: (str(row["source"]), str(row["native_id"])) for row in export_rows(store, "posts")}
    points = {str(row["id"]): _point(row) for row in export_rows(store, "pain-points") if row["map"] == map_id}
    found: dict[str, set[Key]] = {one: set() for one in points}
    for row in export_rows(store, "members"):
        if row["pain_point_id"] in found and (until is None or str(row["night"]) <= until.isoformat()):
            found[str(row["pain_point_id"])].add(keys[row["document_id"]])
    return Held({one: frozenset(texts) for one, texts in found.items()}, points)


def score(
    world: World,
    store: Store,
    settings: Settings,
    mails: Sequence[Mail],
    *,
    until: int,
    snapshots: Mapping[date, Held] | None = None,
) -> Scorecard:
    """Return how the nights up to number `until` went, from the store's rows and the caught mails.

    `snapshots` is what `look` gave after each night that sent mails, by its local date. A night without one is read
    from the members that were placed by then, which cannot show what moved afterwards.
    """
    map_id = settings.journey.id
    nights = sorted({mail.night for mail in mails if mail.night})
    kept = dict(snapshots or {})
    kept |= {night: look(store, map_id, night) for night in nights if night not in kept}
    truth = read_truth(world.folder / "truth.toml")
    return judge(world, truth, mails=mails, snapshots=kept, end=look(store, map_id), until=until)


def _point(row: Mapping[str, str | int | float | None]) -> Point:
    touchpoint, merged = row["touchpoint"], row["merged_into"]
    return Point(
        str(row["name"]), str(row["stage"]), str(touchpoint) if touchpoint else None, str(merged) if merged else None
    )


def show(card: Scorecard, console: Console | None = None) -> None:
    """Print the scorecard."""
    console = console or Console()
    console.print(_pains(card.pains))
    console.print(_decoys(card.decoys))
    if card.unplanned_alerts:
        console.print(_unplanned(card.unplanned_alerts))
    for line in _sums(card):
        console.print(line)


def _sums(card: Scorecard) -> list[str]:
    slow = "none told" if card.slow_burn_by_person is None else f"by person {card.slow_burn_by_person} at the latest"
    return [
        f"Pains found: {card.found} of {card.planted}, in the right stage {card.right_stage}, told {card.alerted}",
        f"False alerts: {card.false_alerts}   ids changed: {card.ids_changed}   slow burns: {slow}",
        f"Mails: {card.mails} in {card.nights} nights   other alerts: {len(card.unplanned_alerts)}",
    ]


def _pains(pains: tuple[PainResult, ...]) -> Table:
    table = Table(title="What was planted, and what was found")
    for name in PAIN_COLUMNS:
        table.add_column(name, overflow="fold")
    for one in pains:
        table.add_row(
            one.key + (" (unspoken)" if one.unspoken else ""),
            one.shape,
            _stage(one),
            f"{one.posts_found}/{one.posts_planted}",
            _night(one.first_possible_night),
            _night(one.first_alert_night) + _back(one),
            "-" if one.people_at_alert is None else f"{one.people_at_alert} of {one.people}",
            "no" if one.id_changed else "yes" if one.first_alert_night is not None else "-",
        )
    return table


def _decoys(decoys: tuple[DecoyResult, ...]) -> Table:
    table = Table(title="What must stay silent")
    for name in ("decoy", "what it is", "false alerts"):
        table.add_column(name, overflow="fold")
    for one in decoys:
        nights = f" (nights {', '.join(map(str, one.nights))})" if one.nights else ""
        table.add_row(one.key, one.title, f"{one.false_alerts}{nights}")
    return table


def _unplanned(heard: tuple[Heard, ...]) -> Table:
    table = Table(title="Other alerts, about what nobody planted")
    for name in ("night", "pain point", "name", "texts"):
        table.add_column(name, overflow="fold")
    for one in heard[:MOST_UNPLANNED]:
        table.add_row(str(one.night), one.pain_point_id, one.name, str(one.texts))
    if len(heard) > MOST_UNPLANNED:
        table.add_row("...", f"and {len(heard) - MOST_UNPLANNED} more", "", "")
    return table


def _stage(one: PainResult) -> str:
    if not one.found:
        return "not found"
    return one.found_stage if one.right_stage else f"{one.found_stage} (planted: {one.stage})"


def _night(night: int | None) -> str:
    return "-" if night is None else f"night {night}"


def _back(one: PainResult) -> str:
    if one.back_possible_night is None:
        return ""
    return f", again {_night(one.back_alert_night)} (possible {one.back_possible_night})"
