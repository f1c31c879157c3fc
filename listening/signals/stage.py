"""Says where in the customer's journey a passage happens: its stage and its touchpoint on this map.

The default stages have a trained head; the map's own phrases are blended in, and a clear touchpoint is strong evidence
for its stage. Any other map is read by its phrases alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from listening.signals.fewshot import PLACED, LearnedMap, highest, is_default
from listening.signals.heads import STAGE_LABELS, Floats, named
from listening.types import NO_STAGE

PULL_FROM = 0.3  # likeness from which a touchpoint speaks for its stage
PULL = 10.0  # nats of evidence for each whole point of likeness above that: at 20 it outvoted heads that were right
MOST_PULL = 5.0  # nats: a touchpoint outvotes a hesitant head, not a sure one


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Per passage: the probabilities of the map's stages and `none`, and the touchpoint's id or None."""

    stages: tuple[str, ...]
    chances: Floats
    touchpoints: tuple[str | None, ...]

    def stage_of(self, row: int) -> dict[str, float]:
        """Name the probabilities of one passage."""
        return named(self.stages, self.chances[row])


def find_places(learned: LearnedMap, head: Floats, embedding: Floats) -> Found:
    """Place each passage: `head` float32[n, 8] are the trained head's probabilities, `embedding` float32[n, 384]."""
    stages = learned.stages.ids
    touch = learned.touchpoints.likeness(embedding)
    if is_default(stages):
        chances = blended(head_chances(head, stages), learned, touch)
    else:
        chances = learned.chances(embedding, touch)
    touchpoints = tuple(touchpoint_of(learned, touch[row], chances[row]) for row in range(len(embedding)))
    return Found((*stages, NO_STAGE), chances, touchpoints)


def head_chances(head: Floats, stages: tuple[str, ...]) -> Floats:
    """Order the head's probabilities as the map does; what falls on stages that the map lacks goes to `none`."""
    columns = [STAGE_LABELS.index(stage) for stage in stages]
    kept = head[:, columns]
    rest = np.clip(1 - kept.sum(axis=1, keepdims=True), 1e-6, 1)
    out: Floats = np.concatenate([kept, rest], axis=1).astype(np.float32)
    return out


def blended(chances: Floats, learned: LearnedMap, touch: Floats) -> Floats:
    """Let a clear touchpoint pull probability to its stage."""
    if not learned.stage_of:
        return chances
    best = highest(touch, learned.stage_of, np.zeros((len(chances), len(learned.stages.ids)), dtype=np.float32))
    pull = np.clip(PULL * (best - PULL_FROM), 0, MOST_PULL)
    raised = chances.copy()
    raised[:, :-1] *= np.exp(pull)
    out: Floats = raised / raised.sum(axis=1, keepdims=True)
    return out


def touchpoint_of(learned: LearnedMap, touch: Floats, chances: Floats) -> str | None:
    """Choose the likest touchpoint among those of a plausible stage; None where none is near."""
    if not learned.stage_of:
        return None
    plausible = chances[list(learned.stage_of)] >= chances.max() / 4
    scores = np.where(plausible & (touch >= PLACED), touch, -1.0)
    best = int(scores.argmax())
    return learned.touchpoints.ids[best] if scores[best] >= 0 else None
