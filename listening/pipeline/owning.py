"""Who hears of a pain point, and how readily: its own owner, else the touchpoint's, the stage's, or the fallback."""

from __future__ import annotations

from listening.settings import Settings
from listening.types import JourneyMap, Owner, PainPoint


def owner_of(journey: JourneyMap, point: PainPoint) -> Owner | None:
    """Return who hears of a pain point; those that are switched off or left the map are passed over."""
    return heard_by(journey, point.owner, point.stage, point.touchpoint or "")


def readers_of(journey: JourneyMap, point: PainPoint) -> tuple[Owner, ...]:
    """Return who hears of a pain point: its owner first, then who follows its stage."""
    first = owner_of(journey, point)
    more = [one for one in journey.owners if one.enabled and point.stage in one.follows and one != first]
    return (*([first] if first is not None else []), *more)


def ids_of(settings: Settings, owner: str) -> frozenset[str]:
    """Return by which ids somebody owns on the map in hand who is `owner` on the first map that knows them.

    On another map they are who has their mail address there: an id alone may be another person's.
    """
    home = next((one for one in settings.maps if any(o.id == owner for o in one.owners)), settings.journey)
    if not owner or home.id == settings.journey.id:
        return frozenset({owner} - {""})
    mail = next(one.email for one in home.owners if one.id == owner).casefold()
    return frozenset(one.id for one in settings.journey.owners if one.email.casefold() == mail)


def heard_by(journey: JourneyMap, owner: str, stage: str, touchpoint: str) -> Owner | None:
    """Return the first of these that hears of anything: the owner, the touchpoint's, the stage's, the fallback."""
    of_touchpoint = next((one.owner for one in journey.touchpoints if one.id == touchpoint), "")
    of_stage = next((one.owner for one in journey.stages if one.id == stage), "")
    known = {one.id: one for one in journey.owners if one.enabled}
    return next((known[one] for one in (owner, of_touchpoint, of_stage, journey.fallback_owner) if one in known), None)


def sensitivity_of(settings: Settings, point: PainPoint) -> str:
    """Return how readily a pain point speaks: as its owner wants it, else as the map does."""
    owner = owner_of(settings.journey, point)
    return (owner.sensitivity if owner else "") or settings.alerts.sensitivity
