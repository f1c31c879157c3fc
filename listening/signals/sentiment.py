"""Says how a passage sounds: the tone of the wording itself, not what it implies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from listening.signals.heads import Floats, named
from listening.types import SENTIMENTS


def sentiment_of(row: Floats) -> dict[str, float]:
    """Name the probabilities of negative, neutral, positive."""
    return named(SENTIMENTS, row)


def weighted_mean(parts: Iterable[tuple[Mapping[str, float], float]], labels: Iterable[str]) -> dict[str, float]:
    """Average probabilities by weight (a passage's length in characters); the weights need not add up to one."""
    kept = list(parts)
    total = sum(weight for _, weight in kept)
    return {label: sum(chances[label] * weight for chances, weight in kept) / total for label in labels}
