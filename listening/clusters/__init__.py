"""Turns painful passages into pain points that last: who says the same, since when, and in which words."""

from listening.clusters.attachment import attach
from listening.clusters.group import Voice, centre, find_voices
from listening.clusters.identity import grow, place, place_voices, point_id, reconsider
from listening.clusters.naming import name
from listening.clusters.texts import group_texts

__all__ = [
    "Voice",
    "attach",
    "centre",
    "find_voices",
    "group_texts",
    "grow",
    "name",
    "place",
    "place_voices",
    "point_id",
    "reconsider",
]
