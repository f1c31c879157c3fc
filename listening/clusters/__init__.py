"""Turns painful passages into pain points that last: who says the same, since when, and in which words."""

from listening.clusters.attachment import attach, find_places, may_move
from listening.clusters.group import Voice, centre, find_voices
from listening.clusters.identity import grow, place, place_voices, point_id
from listening.clusters.labels import Said
from listening.clusters.lasting import FADES, fade, reconsider
from listening.clusters.naming import Hear, name, name_all
from listening.clusters.suggesting import suggest
from listening.clusters.texts import group_texts
from listening.clusters.weights import Lexicon

__all__ = [
    "FADES",
    "Hear",
    "Lexicon",
    "Said",
    "Voice",
    "attach",
    "centre",
    "fade",
    "find_places",
    "find_voices",
    "group_texts",
    "grow",
    "may_move",
    "name",
    "name_all",
    "place",
    "place_voices",
    "point_id",
    "reconsider",
    "suggest",
]
