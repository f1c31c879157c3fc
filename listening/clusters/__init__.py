"""Turns painful passages into pain points that last: who says the same, since when, and in which words."""

from listening.clusters.attachment import attach
from listening.clusters.group import centre
from listening.clusters.identity import grow, place, point_id, reconsider
from listening.clusters.naming import name
from listening.clusters.texts import group_texts

__all__ = ["attach", "centre", "group_texts", "grow", "name", "place", "point_id", "reconsider"]
