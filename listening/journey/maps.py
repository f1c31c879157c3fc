"""Which journey maps there are: one more from a text or from one that is there, and one whose file is gone put back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from listening.errors import InputError, NotFound, SettingsError
from listening.journey.drawing import an_id
from listening.journey.mapping import map_text
from listening.settings import Settings, is_map_id, journey_text, parse_journey, write_journey
from listening.store import Store, reads, writes
from listening.types import JourneyMap, MapVersion


@dataclass(frozen=True, slots=True)
class LostMap:
    """A map whose file is gone: how many pain points wait, and its last version where one is kept."""

    id: str
    name: str
    pain_points: int
    version: MapVersion | None


def add_map(store: Store, settings: Settings, text: str, *, who: str, now: datetime, note: str = "") -> Settings:
    """Make the map that a journey.toml's text says one more map; returns the settings with it in hand.

    Raises SettingsError where it cannot be followed, InputError where its id is none or taken, also by a lost map.
    """
    wanted = parse_journey(text)
    if not is_map_id(wanted.id):
        raise InputError(f"{wanted.id!r} is no id for a map", "take letters, digits, - and _")
    if any(one.id == wanted.id for one in settings.maps):
        raise InputError(f"there is a map {wanted.id!r} already", "give this one another id, or import it there")
    if any(one.id == wanted.id for one in lost_maps(store, settings)):
        raise InputError(f"there was a map {wanted.id!r}", "put it back, or give this one another id")
    return _write(store, settings, wanted, text, who=who, now=now, note=note or "a new map")


def copy_map(store: Store, settings: Settings, name: str, *, who: str, now: datetime) -> Settings:
    """Make a copy of the map in hand under another name; returns the settings with the copy in hand."""
    name = " ".join(name.split())
    wanted = replace(settings.journey, id=an_id(name), name=name)
    text = journey_text(wanted, map_text(settings))
    return add_map(store, settings, text, who=who, now=now, note=f"a copy of {settings.journey.id}")


def lost_maps(store: Store, settings: Settings) -> list[LostMap]:
    """Return the maps that were kept or have pain points, and of which no file tells any more."""
    known, counts = {one.id for one in settings.maps}, reads.points_by_map(store)
    return [_lost(store, one, counts) for one in reads.map_ids(store) if one not in known]


def _lost(store: Store, map_id: str, counts: Mapping[str, int]) -> LostMap:
    version = next(iter(reads.map_versions_of(store, map_id)), None)
    return LostMap(map_id, _name(version) if version else map_id, counts.get(map_id, 0), version)


def _name(version: MapVersion) -> str:
    """Return what a map was called; of one that could not be followed today its id is all we know."""
    try:
        return parse_journey(version.text).name
    except SettingsError:
        return version.map


def put_back(store: Store, settings: Settings, map_id: str, *, who: str, now: datetime) -> Settings:
    """Write the file of a lost map again, as it was last kept; returns the settings with it in hand."""
    found = next((one for one in lost_maps(store, settings) if one.id == map_id), None)
    if found is None:
        raise NotFound(f"no map {map_id!r} is lost", "see `listening maps list`")
    if found.version is None or not is_map_id(map_id):
        raise InputError(f"of the map {map_id!r} no version is kept", "write its file into configs/journeys")
    text = found.version.text
    return _write(store, settings, parse_journey(text), text, who=who, now=now, note="put back")


def _write(
    store: Store, settings: Settings, wanted: JourneyMap, text: str, *, who: str, now: datetime, note: str
) -> Settings:
    changed = replace(settings, maps=(*settings.maps, wanted)).on(wanted.id)
    if changed.map_file.exists():
        raise InputError(f"{changed.map_file.name} is there already", "look at that file first")
    write_journey(changed.map_file, text)
    writes.keep_map_version(store, wanted.id, text, who=who, note=note, now=now)
    return changed
