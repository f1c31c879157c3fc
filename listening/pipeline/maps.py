"""Takes each journey map in turn: the night does its work on one after the other, and none hears what is another's."""

from __future__ import annotations

from listening.settings import Settings
from listening.store import Store


def with_map(store: Store, settings: Settings, map_id: str) -> tuple[Store, Settings]:
    """Return store and settings with a map in hand: counted is what its sources brought. Raises `NotFound`."""
    hand = settings.on(map_id)
    return store.hearing(hand.ears), hand


def each_map(store: Store, settings: Settings) -> list[tuple[Store, Settings]]:
    """Return store and settings with each map in hand, the first map first."""
    return [with_map(store, settings, one.id) for one in settings.maps]
