"""Says whether a passage hurts, aloud or unspoken, and which of nine signals it gives."""

from __future__ import annotations

from collections.abc import Mapping

from listening.signals.heads import Floats, named
from listening.types import PAINS, SIGNALS


def pain_of(row: Floats) -> dict[str, float]:
    """Name the probabilities of none, spoken, unspoken."""
    return named(PAINS, row)


def voice_of(row: Floats) -> float:
    """Say how surely a passage is a pain, spoken or not: 0 to 1."""
    pain = pain_of(row)
    return pain["spoken"] + pain["unspoken"]


def signals_of(row: Floats) -> dict[str, float]:
    """Name the probabilities of the nine signals; each stands by itself."""
    return named(SIGNALS, row)


def signals_on(pain: Mapping[str, float], signals: Mapping[str, float], cuts: Floats) -> tuple[str, ...]:
    """Give the signals above their calibrated cuts, in the fixed order; none where there is most likely no pain."""
    if max(pain, key=lambda label: pain[label]) == "none":
        return ()
    return tuple(name for name, cut in zip(SIGNALS, cuts, strict=True) if signals[name] > cut)
