"""Finds places that the map lacks: what several people tell that fits none of its touchpoints."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from hashlib import blake2b

import numpy as np

from listening.clusters.attachment import UNKNOWN
from listening.clusters.group import unit
from listening.types import PainPoint, SuggestedTouchpoint

PEOPLE = 3  # so many people must tell of a place before it is suggested
OFF_MAP = 0.5  # more than this share of them at no touchpoint
NEAR = 0.6  # cosine of two centres that are one place


def suggest(
    points: Sequence[PainPoint], *, night: date, decided: Collection[str] = ()
) -> tuple[SuggestedTouchpoint, ...]:
    """Suggest touchpoints for pain points of one map that lie off it, those alike and in one stage together.

    `decided` are pain points whose place a person accepted or dismissed. Those of most people come first; the same in
    any order, and a suggestion keeps its id as long as its eldest pain point lies off the map.
    """
    off = [point for point in points if point.id not in decided and lies_off(point)]
    off.sort(key=lambda point: (-point.people, point.born, point.id))
    beside: dict[tuple[str, str], list[PainPoint]] = defaultdict(list)  # only those of one stage and space can be one
    for point in off:
        beside[point.stage, point.space].append(point)
    found = [_make(held, night) for alike in beside.values() for held in _put_together(alike)]
    return tuple(sorted(found, key=lambda one: (-one.people, one.id)))


def lies_off(point: PainPoint) -> bool:
    """Whether enough people tell of it, most of them at no touchpoint of the map."""
    total = sum(share.people for share in point.touchpoints)
    unknown = sum(share.people for share in point.touchpoints if share.name == UNKNOWN)
    return point.merged_into is None and total >= PEOPLE and unknown > OFF_MAP * total


def _put_together(points: Sequence[PainPoint]) -> list[list[PainPoint]]:
    """Put each to the first place whose first one is near, else it opens a place of its own."""
    middles = np.stack([unit(point.centroid) for point in points])
    places: list[list[PainPoint]] = []
    firsts: list[int] = []
    for row, point in enumerate(points):
        near = np.flatnonzero(middles[firsts] @ middles[row] >= NEAR).tolist() if firsts else []
        if near:
            places[near[0]].append(point)
        else:
            firsts.append(row)
            places.append([point])
    return places


def _make(held: Sequence[PainPoint], night: date) -> SuggestedTouchpoint:
    first, eldest = held[0], min(held, key=lambda point: (point.born, point.id))
    return SuggestedTouchpoint(
        id=f"st-{blake2b(eldest.id.encode(), digest_size=5).hexdigest()}",
        map=first.map,
        name=first.name,
        stage=first.stage,
        words=first.words,
        pain_points=tuple(sorted(point.id for point in held)),
        people=sum(point.people for point in held),
        night=night,
    )
