"""Editing the map: every edit is a version, the file and the store say the same, and no pain point loses its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from listening.errors import InputError, NotFound, SettingsError
from listening.settings import Settings, journey_text, parse_journey, write_journey
from listening.store import Store, reads, writes
from listening.types import JourneyMap, MapVersion, Owner, PainPoint, Persona, Stage, Touchpoint


@dataclass(frozen=True, slots=True)
class MapChanges:
    """How one map differs from another, a sentence each; `lost` are touchpoints and stages that are gone."""

    sentences: tuple[str, ...]
    lost_touchpoints: tuple[str, ...] = ()
    lost_stages: tuple[str, ...] = ()


def map_text(settings: Settings) -> str:
    """Return the map's file as it stands, or as it would be written where the file is gone."""
    path = settings.map_file
    return path.read_text(encoding="utf-8") if path.is_file() else journey_text(settings.journey)


def keep_map(store: Store, settings: Settings, *, who: str, now: datetime) -> MapVersion:
    """Keep the map's file as a version where it changed; the night and the board do so by themselves."""
    note = f"as it was found in {settings.map_file.name}"
    return writes.keep_map_version(store, settings.journey.id, map_text(settings), who=who, note=note, now=now)


def change_map(
    store: Store,
    settings: Settings,
    wanted: JourneyMap,
    *,
    who: str,
    now: datetime,
    note: str = "",
    homes: Mapping[str, str] | None = None,
) -> Settings:
    """Make `wanted` the map: its file and a version in the store; returns the settings that hold from now on.

    `homes` says for a touchpoint or stage that goes which touchpoint or stage gets its pain points. What it does not
    name stays "no longer on the map" until somebody says where it goes. Raises SettingsError with every mistake.
    """
    keep_map(store, settings, who="listening", now=now)
    if wanted.id != settings.journey.id:
        raise InputError(f"the map {settings.journey.id} cannot become {wanted.id}", "a map keeps its id")
    changed = differences(settings.journey, wanted)
    text = journey_text(wanted, map_text(settings))
    write_journey(settings.map_file, text)
    told = note or "; ".join(changed.sentences) or "nothing changed"
    writes.keep_map_version(store, wanted.id, text, who=who, note=told, now=now)
    for old, new in (homes or {}).items():
        if new:
            rehome(store, wanted, old, new, who=who, now=now)
    return replace(settings, journey=wanted)


def import_map(store: Store, settings: Settings, text: str, *, who: str, now: datetime, note: str = "") -> Settings:
    """Make the map that a journey.toml's text says the map; see `change_map`."""
    return change_map(store, settings, parse_journey(text), who=who, now=now, note=note or "imported")


def restore_map(store: Store, settings: Settings, number: int, *, who: str, now: datetime) -> Settings:
    """Make an earlier version the map again."""
    version = reads.map_version(store, settings.journey.id, number)
    return import_map(store, settings, version.text, who=who, now=now, note=f"version {number} again")


def rehome(store: Store, journey: JourneyMap, old: str, new: str, *, who: str, now: datetime) -> int:
    """Give the pain points of a place that is gone a new one, each with its line; returns how many."""
    touchpoint = next((one for one in journey.touchpoints if one.id == new), None)
    stages = {one.id for one in journey.stages}
    if touchpoint is None and new not in stages:
        raise NotFound(f"no touchpoint or stage {new!r} on the map", "choose one that is there")
    if old in {one.id for one in journey.touchpoints} | stages:
        raise InputError(f"{old} is still on the map", "move its pain points one by one")
    to = (touchpoint.stage, touchpoint.id) if touchpoint else (new, None)
    count = writes.relocate(store, journey.id, touchpoint=old, to=to, who=who, now=now)
    return count or writes.relocate(store, journey.id, stage=old, to=to, who=who, now=now)


def lost(store: Store, journey: JourneyMap) -> dict[str, list[PainPoint]]:
    """Return the pain points that are no longer on the map, by the place that is gone."""
    stages, touchpoints = {one.id for one in journey.stages}, {one.id for one in journey.touchpoints}
    found: dict[str, list[PainPoint]] = {}
    for point in reads.off_map(store, journey.id, sorted(stages), sorted(touchpoints)):
        gone = point.touchpoint if point.touchpoint and point.touchpoint not in touchpoints else point.stage
        found.setdefault(gone or "", []).append(point)
    return found


def differences(old: JourneyMap, new: JourneyMap) -> MapChanges:
    """Say how a map differs from another, and which places are gone. Pure."""
    told: list[str] = [f"map renamed to {new.name}"] if old.name != new.name else []
    if old.review_months != new.review_months:
        told.append(f"reviewed every {new.review_months} months")
    gone: dict[str, tuple[str, ...]] = {}
    for word, before, after in (
        ("stage", old.stages, new.stages),
        ("touchpoint", old.touchpoints, new.touchpoints),
        ("persona", old.personas, new.personas),
        ("owner", old.owners, new.owners),
    ):
        was, is_ = {one.id: one for one in before}, {one.id: one for one in after}
        told += [f"{word} {one} added" for one in is_ if one not in was]
        told += [f"{word} {one} removed" for one in was if one not in is_]
        told += [f"{word} {one} changed" for one in is_ if one in was and is_[one] != was[one]]
        gone[word] = tuple(one for one in was if one not in is_)
    return MapChanges(tuple(told), gone["touchpoint"], gone["stage"])


def with_touchpoint(journey: JourneyMap, touchpoint: Touchpoint) -> JourneyMap:
    """Return the map with a touchpoint changed, or added below the others of its stage where its id is new."""
    rows = [touchpoint if one.id == touchpoint.id else one for one in journey.touchpoints]
    if touchpoint not in rows:
        last = max((n for n, one in enumerate(rows) if one.stage == touchpoint.stage), default=len(rows) - 1)
        rows.insert(last + 1, touchpoint)
    return replace(journey, touchpoints=tuple(rows))


def without_touchpoint(journey: JourneyMap, touchpoint: str) -> JourneyMap:
    """Return the map without a touchpoint. Raises `NotFound`."""
    if all(one.id != touchpoint for one in journey.touchpoints):
        raise NotFound(f"no touchpoint {touchpoint!r} on the map", "see the map")
    return replace(journey, touchpoints=tuple(one for one in journey.touchpoints if one.id != touchpoint))


def with_stage(journey: JourneyMap, stage: Stage) -> JourneyMap:
    """Return the map with a stage changed, or added at its end where its id is new."""
    known = any(one.id == stage.id for one in journey.stages)
    rows = tuple(stage if one.id == stage.id else one for one in journey.stages)
    return replace(journey, stages=rows if known else (*rows, stage))


def with_owner(journey: JourneyMap, owner: Owner) -> JourneyMap:
    """Return the map with an owner changed, or added where the id is new."""
    known = any(one.id == owner.id for one in journey.owners)
    rows = tuple(owner if one.id == owner.id else one for one in journey.owners)
    return replace(journey, owners=rows if known else (*rows, owner))


def checked(journey: JourneyMap) -> JourneyMap:
    """Return the map where it can be followed. Raises SettingsError with every mistake, such as a fourth persona."""
    text = journey_text(journey)
    found = parse_journey(text)
    if found != journey:
        raise SettingsError("the map would be read as another one", "use plain words")
    return found


def with_persona(journey: JourneyMap, persona: Persona) -> JourneyMap:
    """Return the map with a persona changed, or added where its id is new."""
    known = any(one.id == persona.id for one in journey.personas)
    rows = tuple(persona if one.id == persona.id else one for one in journey.personas)
    return replace(journey, personas=rows if known else (*rows, persona))


def without_persona(journey: JourneyMap, persona: str) -> JourneyMap:
    """Return the map without a persona."""
    return replace(journey, personas=tuple(one for one in journey.personas if one.id != persona))
