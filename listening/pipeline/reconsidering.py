"""Reconsider: whether pain points that can be compared are one, or one of them two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from listening.clusters import centre, reconsider
from listening.pipeline.mapping import on_map
from listening.pipeline.naming import name_points
from listening.pipeline.reading import SPACE, SPACE_SINCE
from listening.settings import Settings
from listening.store import Store, reads, writes
from listening.types import STATUSES, Change, LedgerEntry, Pain, PainPoint

ROUNDS = 12  # all settles in two or three; more would be a circle
NAME_FROM = 200  # passages that a pain point is judged and named by at most, the newest
NO_NOTE = "*"


def space_of(store: Store) -> str | None:
    """Return the space of the latest embeddings; None in a store in which nothing was read since spaces are noted."""
    found = reads.note(store, SPACE, NO_NOTE)
    return None if found == NO_NOTE else found


def comparable_points(store: Store, settings: Settings) -> list[PainPoint]:
    """Return the pain points that tonight's pains can be compared with, also those refused or called no pain.

    Else who tells them again would found another one.
    """
    space = space_of(store)
    points = reads.points(store, map_id=settings.journey.id, states=STATUSES)
    return [one for one in points if space is None or one.space == space]


def reconsider_points(store: Store, settings: Settings, *, now: datetime) -> tuple[int, int]:
    """Merge pain points that are one, split those that are two; returns how many of each.

    What a person named or owns is left alone. It goes on until nothing changes: a merge can show the next one. What
    this look put together it does not part, and what any look parted stays apart: else two that are nearly one could
    come together and part for ever.
    """
    merged = split = 0
    whole = set(reads.joined_by_hand(store))
    since, told = reads.note(store, SPACE_SINCE), dict[str, list[Pain]]()
    for _ in range(ROUNDS):
        points = {point.id: point for point in comparable_points(store, settings)}
        told |= reads.pains_of(store, points.keys() - told.keys(), limit_each=NAME_FROM, space=space_of(store))
        changes = reconsider(
            list(points.values()),
            told,
            fixed={point.id for point in points.values() if point.named_by or point.owner or point.status != "open"},
            whole=whole,
            apart=reads.parted(store),
            since=datetime.fromisoformat(since) if since else None,
            night=now.date(),
        )
        writes.apply_changes(store, _plan(store, settings, points, changes, now))
        merges = sum(change.kind == "merge" for change in changes)
        merged, split = merged + merges, split + len(changes) - merges
        if not changes:
            break
        whole |= {change.into_id for change in changes if change.kind == "merge"}
        for change in changes:  # these are read again
            told.pop(change.from_id, None)
            told.pop(change.into_id, None)
    return merged, split


def _plan(
    store: Store, settings: Settings, points: Mapping[str, PainPoint], changes: Sequence[Change], now: datetime
) -> list[tuple[Change, list[PainPoint], list[LedgerEntry]]]:
    """The changes, each with its pain points made anew and its line."""
    parts = [_parts(store, points, change) for change in changes]
    told = {point.id: (point, pains) for part in parts for point, pains in part}
    gone = {change.from_id for change in changes if change.kind == "merge"}
    taken = [point.name for one, point in points.items() if one not in told.keys() | gone]
    fresh = _again(store, settings, told, taken)
    return [
        (
            change,
            [fresh[point.id] for point, _ in part],
            [LedgerEntry(now, "listening", change.kind, change.from_id, change.into_id, change.why)],
        )
        for change, part in zip(changes, parts, strict=True)
    ]


def _parts(store: Store, points: Mapping[str, PainPoint], change: Change) -> list[tuple[PainPoint, list[Pain]]]:
    """The pain points that a change leaves, each with the pains that are its own from then on."""
    told = reads.pains_of(store, [change.into_id, change.from_id], limit_each=NAME_FROM)
    if change.kind == "merge":
        both = [*told[change.into_id], *told[change.from_id]]
        latest = max(points[change.into_id].last_seen, points[change.from_id].last_seen)
        return [(replace(points[change.into_id], last_seen=latest), both)]
    leaving = [pain for pain in told[change.from_id] if pain.signal_id in set(change.members)]
    staying = [pain for pain in told[change.from_id] if pain.signal_id not in set(change.members)]
    old = points[change.from_id]
    return [(old, staying), (replace(old, id=change.into_id, named_by="", merged_into=None), leaving)]


def _again(
    store: Store,
    settings: Settings,
    told: Mapping[str, tuple[PainPoint, Sequence[Pain]]],
    taken: Sequence[str],
) -> dict[str, PainPoint]:
    """The pain points made anew from these pains, none by a name that is `taken`."""
    was = {one: point.name for one, (point, _) in told.items()}
    names = name_points(store, settings, {one: pains for one, (_, pains) in told.items()}, taken=taken, was=was)
    fresh = {
        one: (replace(p, centroid=centre(pains), size=len(pains), name=names[one].name, words=names[one].words), pains)
        for one, (p, pains) in told.items()
    }
    return on_map(store, settings, fresh)
