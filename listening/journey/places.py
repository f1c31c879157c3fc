"""What a person decides about places that the map lacks: on the map with it, or none."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from listening.errors import InputError
from listening.journey.mapping import change_map
from listening.settings import Settings
from listening.store import Store, reads, writes
from listening.types import LedgerEntry, SuggestedTouchpoint, Touchpoint


def accept_touchpoint(
    store: Store, settings: Settings, suggestion: str, *, name: str, who: str, now: datetime, stage: str = ""
) -> Settings:
    """Put a suggested touchpoint on the map (see `change_map`), with its pain points, which the machine moves no more.

    Returns the settings that hold from now on; the touchpoint is the last of the map. The reader knows the place from
    its next start on.
    """
    found = reads.suggestion(store, suggestion, map_id=settings.journey.id)
    name = " ".join(name.split())
    key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:64]
    if not key:
        raise InputError("an empty name", "say what the place is called on your map")
    told = [reads.point(store, one).name for one in found.pain_points]
    place = Touchpoint(key, name, stage or found.stage, examples=tuple(dict.fromkeys(one for one in told if one))[:5])
    changed = settings
    if found.state == "suggested":
        wanted = replace(settings.journey, touchpoints=(*settings.journey.touchpoints, place))
        changed = change_map(store, settings, wanted, who=who, now=now)
    decided = replace(found, name=name, stage=place.stage, touchpoint=place.id)
    _decide(store, decided, "accepted", f"stands at {name}", who=who, now=now)
    return changed


def dismiss_touchpoint(store: Store, settings: Settings, suggestion: str, *, who: str, now: datetime) -> None:
    """Say that a suggested touchpoint is none; its pain points never suggest it again."""
    found = reads.suggestion(store, suggestion, map_id=settings.journey.id)
    _decide(store, found, "dismissed", "no touchpoint of its own", who=who, now=now)


def _decide(store: Store, found: SuggestedTouchpoint, state: str, detail: str, *, who: str, now: datetime) -> None:
    lines = [LedgerEntry(now, who, f"touchpoint {state}", one, found.id, detail) for one in found.pain_points]
    writes.decide_suggestion(store, replace(found, state=state, decided_by=who, decided_at=now), lines)
