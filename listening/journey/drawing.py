"""Drawing on the map: a stage, touchpoint, owner or persona put there, changed or taken off; each is a version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from listening.errors import InputError, NotFound
from listening.journey.mapping import (
    change_map,
    checked,
    with_owner,
    with_persona,
    with_stage,
    with_touchpoint,
    without_persona,
    without_touchpoint,
)
from listening.settings import MOST_PERSONAS, Settings
from listening.store import Store
from listening.types import JourneyMap, Owner, Persona, Stage, Touchpoint

MANY_PERSONAS = "three at most: a map that is drawn for everybody helps nobody. Remove one first, or change one of them"
Part = Stage | Touchpoint | Owner | Persona
_DRAWN: dict[type, tuple[str, Callable[[JourneyMap, Any], JourneyMap]]] = {
    Stage: ("stages", with_stage),
    Touchpoint: ("touchpoints", with_touchpoint),
    Owner: ("owners", with_owner),
    Persona: ("personas", with_persona),
}


def draw(store: Store, settings: Settings, part: Part, *, who: str, now: datetime, fresh: bool = False) -> Settings:
    """Put a part on the map, or change the one of its id; returns the settings that hold from now on.

    Raises InputError where it has no name, or a `fresh` one is there already, SettingsError where the map could not be
    followed.
    """
    if not part.name.strip():
        raise InputError(f"{part.id} has no name", "say what it is called")
    kind, drawn = _DRAWN[type(part)]
    known = {one.id for one in settings.journey.personas}
    if isinstance(part, Persona) and len(known) >= MOST_PERSONAS and part.id not in known:
        raise InputError(f"{part.name} would be one persona too many", MANY_PERSONAS)
    if fresh and any(one.id == part.id for one in getattr(settings.journey, kind)):
        raise InputError(f"{part.id} stands in {kind} already", "give another name, or change that one")
    return change_map(store, settings, checked(drawn(settings.journey, part)), who=who, now=now)


def wipe_touchpoint(
    store: Store, settings: Settings, touchpoint: str, *, home: str = "", who: str, now: datetime
) -> Settings:
    """Take a touchpoint off the map; its pain points go to `home`, or wait until somebody says where. `NotFound`."""
    wanted = checked(without_touchpoint(settings.journey, touchpoint))
    return change_map(store, settings, wanted, who=who, now=now, homes={touchpoint: home})


def wipe_persona(store: Store, settings: Settings, persona: str, *, who: str, now: datetime) -> Settings:
    """Take a persona off the map. Raises `NotFound`."""
    if all(one.id != persona for one in settings.journey.personas):
        raise NotFound(f"no persona {persona!r} on the map", "see the map")
    return change_map(store, settings, without_persona(settings.journey, persona), who=who, now=now)


def subscribe(  # what an owner wants, each by its name
    store: Store,
    settings: Settings,
    owner: str,
    *,
    digest: str,
    sensitivity: str,
    follows: tuple[str, ...],
    who: str,
    now: datetime,
) -> Settings:
    """Say how an owner hears: daily or weekly, how readily, and of which stages beside their own. `NotFound`."""
    found = next((one for one in settings.journey.owners if one.id == owner), None)
    if found is None:
        raise NotFound(f"no owner {owner!r} on the map", "see the map")
    wanted = replace(found, digest=digest, sensitivity=sensitivity, follows=follows)
    return draw(store, settings, wanted, who=who, now=now)


def an_id(text: str) -> str:
    """Make an id of a name: letters, digits and low lines. Raises `InputError` where none is left."""
    found = "_".join("".join(char if char.isalnum() else " " for char in text.casefold()).split())[:60]
    if not found:
        raise InputError("a place without a name", "say what customers would call it")
    return found
