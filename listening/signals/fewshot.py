"""Learns a journey map from the map itself: names, descriptions and a few example phrases, no training code.

Each stage or touchpoint is a few phrases on the encoder's sphere. A passage fits a place by its likeness to the mean of
the phrases and to the nearest one. Where nothing is like it, it fits nowhere, and we say so. Among the stages of a map
of the owner's own, a logistic regression on all phrases chooses: on five phrases a stage it is right more often.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from listening.signals.encoder import Encoding, unit
from listening.signals.heads import Floats, softmax
from listening.types import DEFAULT_STAGES, JourneyMap, Stage, Touchpoint

MEAN_SHARE = 0.5  # of the likeness; the rest is that of the nearest phrase
SHARPNESS = 16.0  # how fast a small lead in likeness becomes a large one in probability
NOWHERE = 0.26  # likeness at which "fits nowhere" and a stage are even
PLACED = 0.32  # likeness from which a passage belongs to a touchpoint
TRUST = 10.0  # how closely the regression follows the phrases (C): .82 right on HWU64's scenarios, with 1 .80


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


class Regression(Protocol):
    """A fitted classifier of scikit-learn; its classes are the numbers of the stages, all of them."""

    def predict_log_proba(self, rows: Floats) -> Floats:
        """Give float[n, stages]."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class LearnedMap:
    """A map as the reader knows it: its stages, its touchpoints, and which stage each touchpoint lies in."""

    stages: Places
    touchpoints: Places
    stage_of: tuple[int, ...]
    regression: Regression | None = None

    def stage_likeness(self, embedding: Floats, touch: Floats) -> Floats:
        """Give float32[n, stages]: the likeness of the stage itself or of its best touchpoint, whichever is higher."""
        return highest(touch, self.stage_of, self.stages.likeness(embedding))

    def chances(self, embedding: Floats, touch: Floats) -> Floats:
        """Give float32[n, stages + 1] probabilities; the last is "fits nowhere"."""
        likeness = self.stage_likeness(embedding, touch)
        if self.regression is None or not len(embedding):
            return stage_chances(likeness)
        told = self.regression.predict_log_proba(embedding)
        chosen = likeness.max(axis=1, keepdims=True) + (told - told.max(axis=1, keepdims=True)) / SHARPNESS
        return stage_chances(chosen.astype(np.float32))


def highest(scores: Floats, owner: Sequence[int], start: Floats) -> Floats:
    """Give float32[n, k]: per owner the highest of its columns of `scores` float32[n, m], and of `start`."""
    out = start.copy()
    for column, place in enumerate(owner):
        out[:, place] = np.maximum(out[:, place], scores[:, column])
    return out


def with_corrections(journey: JourneyMap, told: Iterable[tuple[str, str]]) -> JourneyMap:
    """Add what people corrected, (touchpoint, passage), to the example phrases of the map's touchpoints."""
    phrases: dict[str, list[str]] = {}
    for touchpoint, passage in told:
        phrases.setdefault(touchpoint, []).append(passage)
    taught = tuple(replace(one, examples=(*one.examples, *phrases.get(one.id, ()))) for one in journey.touchpoints)
    return replace(journey, touchpoints=taught) if phrases else journey


def learn_map(journey: JourneyMap, encoder: Encoding) -> LearnedMap:
    """Learn a journey map; touchpoints whose stage the map does not have are left out."""
    order = {stage.id: place for place, stage in enumerate(journey.stages)}
    touchpoints = [touchpoint for touchpoint in journey.touchpoints if touchpoint.stage in order]
    stages, touches = learn_places(journey.stages, encoder), learn_places(touchpoints, encoder)
    stage_of = tuple(order[touchpoint.stage] for touchpoint in touchpoints)
    own = len(order) > 1 and not is_default(stages.ids)
    regression = fit([stages, touches], [tuple(range(len(order))), stage_of]) if own else None
    return LearnedMap(stages, touches, stage_of, regression)


def is_default(stages: tuple[str, ...]) -> bool:
    """Say whether the trained head knows these stages: all of them are among the default ones."""
    return bool(stages) and set(stages) <= set(DEFAULT_STAGES)


def fit(told: Sequence[Places], stage_of: Sequence[Sequence[int]]) -> Regression:
    """Fit a logistic regression on the phrases of all places; `stage_of` names the stage of each place."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - only where a map has stages of its own

    rows = np.concatenate([places.phrases for places in told if places.ids])
    goal = [stages[place] for places, stages in zip(told, stage_of, strict=True) for place in places.owner]
    fitted: Regression = LogisticRegression(C=TRUST, max_iter=1000, class_weight="balanced").fit(rows, goal)
    return fitted


def stage_chances(likeness: Floats) -> Floats:
    """Turn float32[n, k] likeness into float32[n, k + 1] probabilities; the last is "fits nowhere"."""
    nowhere = np.full((len(likeness), 1), NOWHERE, dtype=np.float32)
    return softmax(np.concatenate([likeness, nowhere], axis=1) * np.float32(SHARPNESS))
