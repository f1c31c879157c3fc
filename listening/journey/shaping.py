"""The shape of the map: its name and cadence, the order of its stages, and what of it goes; each is a version."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from listening.errors import InputError, NotFound
from listening.journey.mapping import change_map, checked
from listening.settings import Settings
from listening.store import Store
from listening.types import JourneyMap, Owner


def describe_map(
    store: Store, settings: Settings, *, name: str, review_months: int, fallback_owner: str, who: str, now: datetime
) -> Settings:
    """Say what the map is called, how often it is reviewed, and who hears of what nobody owns.

    Raises SettingsError where the map could not be followed, such as by an owner who is not on it.
    """
    wanted = replace(
        settings.journey,
        name=name.strip() or settings.journey.name,
        review_months=review_months,
        fallback_owner=fallback_owner,
    )
    return change_map(store, settings, checked(wanted), who=who, now=now)


def shift_stage(store: Store, settings: Settings, stage: str, *, by: int, who: str, now: datetime) -> Settings:
    """Move a stage so many places later on the map (earlier where `by` is negative), at most to its end."""
    stages = list(settings.journey.stages)
    old = _place_of(settings.journey, stage)
    new = max(0, min(len(stages) - 1, old + by))
    stages.insert(new, stages.pop(old))
    wanted = checked(replace(settings.journey, stages=tuple(stages)))
    note = f"stage {stage} moved to place {new + 1}"
    return change_map(store, settings, wanted, who=who, now=now, note=note if new != old else "")


def wipe_stage(store: Store, settings: Settings, stage: str, *, home: str = "", who: str, now: datetime) -> Settings:
    """Take a stage without touchpoints off the map; its pain points go to `home`, or wait until somebody says where.

    Raises InputError where touchpoints stand in it, or it is the last one.
    """
    _place_of(settings.journey, stage)
    if inside := [one.name for one in settings.journey.touchpoints if one.stage == stage]:
        raise InputError(f"there stand touchpoints in it: {', '.join(inside)}", "move or remove them first")
    left = tuple(one for one in settings.journey.stages if one.id != stage)
    if not left:
        raise InputError("it is the only stage", "add another one first")
    followed = tuple(
        replace(one, follows=tuple(f for f in one.follows if f != stage)) for one in settings.journey.owners
    )
    wanted = checked(replace(settings.journey, stages=left, owners=followed))
    return change_map(store, settings, wanted, who=who, now=now, homes={stage: home})


def wipe_owner(store: Store, settings: Settings, owner: str, *, who: str, now: datetime) -> Settings:
    """Take an owner off the map; what mails would tell them goes to the fallback owner from then on.

    Raises InputError where stages or touchpoints are theirs, or all that nobody owns comes to them.
    """
    journey = settings.journey
    if all(one.id != owner for one in journey.owners):
        raise NotFound(f"no owner {owner!r} on the map", "see the map")
    theirs = [one.name for one in journey.stages if one.owner == owner]
    theirs += [one.name for one in journey.touchpoints if one.owner == owner]
    if theirs:
        raise InputError(f"{', '.join(theirs)} would have no owner", "give them to somebody else first")
    if journey.fallback_owner == owner:
        raise InputError("what nobody owns comes to them", "let it come to somebody else first")
    left = tuple(one for one in journey.owners if one.id != owner)
    return change_map(store, settings, checked(replace(journey, owners=left)), who=who, now=now)


def _without(owner: Owner, stage: str) -> Owner:
    """Return an owner who follows a stage no more."""
    return replace(owner, follows=tuple(one for one in owner.follows if one != stage))


def _place_of(journey: JourneyMap, stage: str) -> int:
    """Return where a stage stands. Raises `NotFound`."""
    ids = [one.id for one in journey.stages]
    if stage not in ids:
        raise NotFound(f"no stage {stage!r} on the map", "see the map")
    return ids.index(stage)
