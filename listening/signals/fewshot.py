"""Learns a journey map from the map itself: names, descriptions and a few example phrases, no training code.

Each stage or touchpoint is a few phrases on the encoder's sphere. A passage fits a place by its likeness to the mean of
the phrases and to the nearest one. Where nothing is like it, it fits nowhere, and we say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from listening.signals.encoder import Encoding, unit
from listening.signals.heads import Floats, softmax
from listening.types import JourneyMap, Stage, Touchpoint

MEAN_SHARE = 0.5  # of the likeness; the rest is that of the nearest phrase
SHARPNESS = 16.0  # how fast a small lead in likeness becomes a large one in probability
NOWHERE = 0.26  # likeness at which "fits nowhere" and a stage are even
PLACED = 0.32  # likeness from which a passage belongs to a touchpoint


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """What was learned of k places: their ids, the mean phrase float32[k, 384], and all phrases with their owners."""

    ids: tuple[str, ...]
    means: Floats
    phrases: Floats
    owner: tuple[int, ...]

    def likeness(self, embedding: Floats) -> Floats:
        """Give float32[n, k]: how much each passage is like each place, -1..1."""
        if not self.ids:
            return np.zeros((len(embedding), 0), dtype=np.float32)
        lowest = np.full((len(embedding), len(self.ids)), -1.0, dtype=np.float32)
        nearest = highest(embedding @ self.phrases.T, self.owner, lowest)
        out: Floats = (MEAN_SHARE * (embedding @ self.means.T) + (1 - MEAN_SHARE) * nearest).astype(np.float32)
        return out


def learn_places(places: Sequence[Stage] | Sequence[Touchpoint], encoder: Encoding) -> Places:
    """Learn stages or touchpoints; a place needs a name at least."""
    said = [phrases_of(place) for place in places]
    flat = [phrase for phrases in said for phrase in phrases]
    owner = tuple(i for i, phrases in enumerate(said) for _ in phrases)
    vectors = encoder.encode(flat).embedding
    sums = np.zeros((len(places), vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, list(owner), vectors)
    return Places(tuple(place.id for place in places), unit(sums), vectors, owner)


def phrases_of(place: Stage | Touchpoint) -> list[str]:
    """Give the sentences that tell what a place is: name with description, then its examples."""
    told = ". ".join(
        part.strip() for part in (place.name or place.id.replace("_", " "), place.description) if part.strip()
    )
    return [told, *dict.fromkeys(example.strip() for example in place.examples if example.strip())]


@dataclass(frozen=True, slots=True, eq=False)
class LearnedMap:
    """A map as the reader knows it: its stages, its touchpoints, and which stage each touchpoint lies in."""

    stages: Places
    touchpoints: Places
    stage_of: tuple[int, ...]

    def stage_likeness(self, embedding: Floats, touch: Floats) -> Floats:
        """Give float32[n, stages]: the likeness of the stage itself or of its best touchpoint, whichever is higher."""
        return highest(touch, self.stage_of, self.stages.likeness(embedding))


def highest(scores: Floats, owner: Sequence[int], start: Floats) -> Floats:
    """Give float32[n, k]: per owner the highest of its columns of `scores` float32[n, m], and of `start`."""
    out = start.copy()
    for column, place in enumerate(owner):
        out[:, place] = np.maximum(out[:, place], scores[:, column])
    return out


def learn_map(journey: JourneyMap, encoder: Encoding) -> LearnedMap:
    """Learn a journey map; touchpoints whose stage the map does not have are left out."""
    order = {stage.id: place for place, stage in enumerate(journey.stages)}
    touchpoints = [touchpoint for touchpoint in journey.touchpoints if touchpoint.stage in order]
    return LearnedMap(
        learn_places(journey.stages, encoder),
        learn_places(touchpoints, encoder),
        tuple(order[touchpoint.stage] for touchpoint in touchpoints),
    )


def stage_chances(likeness: Floats) -> Floats:
    """Turn float32[n, k] likeness into float32[n, k + 1] probabilities; the last is "fits nowhere"."""
    nowhere = np.full((len(likeness), 1), NOWHERE, dtype=np.float32)
    return softmax(np.concatenate([likeness, nowhere], axis=1) * np.float32(SHARPNESS))
