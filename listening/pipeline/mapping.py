"""Map: where each pain point stands on the journey, since when nobody tells it, and which places the map lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from types import MappingProxyType

from listening.clusters import FADES, fade, find_places, suggest
from listening.pipeline.nights import night_of
from listening.settings import Settings
from listening.store import Store, reads, writes
from listening.types import LedgerEntry, Pain, PainPoint


def on_map(
    store: Store,
    settings: Settings,
    told: Mapping[str, tuple[PainPoint, Sequence[Pain]]],
    posts: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, PainPoint]:
    """Return the pain points at their places, from their pains and the whole posts these stand in.

    `posts` are those of them that were read before, by id.
    """
    unread = {pain.document_id for _, pains in told.values() for pain in pains} - posts.keys()
    whole = {**posts, **reads.whole_posts(store, unread)}
    placed = {}
    for key, (point, pains) in told.items():
        found = find_places(pains, settings.journey, whole)
        shares = {name: getattr(found, name) for name in ("stages", "touchpoints", "personas")}
        placed[key] = replace(point, **{**asdict(found), **shares})
    return placed


def suggest_places(store: Store, settings: Settings, *, now: datetime) -> int:
    """Suggest touchpoints for what is told off the map; returns how many wait for a person."""
    map_id = settings.journey.id
    decided = {
        point
        for one in reads.suggestions(store, map_id=map_id, state=None)
        if one.state != "suggested"
        for point in one.pain_points
    }
    found = suggest(reads.points(store, map_id=map_id), night=night_of(settings, now), decided=decided)
    writes.keep_suggestions(store, map_id, found)
    return len(found)


def note_faded(store: Store, settings: Settings, *, now: datetime) -> int:
    """Note which pain points nobody has told for long; returns how many are new among these."""
    night = night_of(settings, now)
    silent = fade(reads.points_silent(store, map_id=settings.journey.id, since=night - FADES), night=night)
    if silent:
        lines = [LedgerEntry(now, "listening", "faded", p.id, detail=f"last told on {p.last_seen}") for p in silent]
        writes.keep_placement(store, (), (), silent, lines)
    return len(silent)
