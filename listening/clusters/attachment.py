"""Says at which stage and touchpoint of the journey a pain point happens, from what its voices say of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from listening.clusters.group import NO_PAIN_COUNTS, find_voices
from listening.types import NO_STAGE, Pain


def attach(pains: Sequence[Pain], stages: Mapping[str, str] | None = None) -> tuple[str, str | None]:
    """Say to which stage and touchpoint `pains` belong ("none", None where nobody says).

    Each person's voice counts by how sure their pain is. `stages` are the map's touchpoints and where each lies: then a
    voice speaks for its own stage and for that of its touchpoint, and the touchpoint is one of the stage that wins.
    Worth asking again whenever pains have joined, because two people's words place a pain less surely than ten's.
    """
    voices = find_voices(pains)
    told: list[tuple[str | None, float]] = [(voice.stage, voice.pain) for voice in voices]
    if stages:
        told += [(stages.get(v.touchpoint or ""), v.pain) for v in voices]
    stage = _heaviest(told) or NO_STAGE
    touchpoints = [(v.touchpoint, v.pain) for v in voices]
    fitting = [pair for pair in touchpoints if stages and stages.get(pair[0] or "") == stage]
    return stage, _heaviest(fitting or touchpoints)


def _heaviest(told: Iterable[tuple[str | None, float]]) -> str | None:
    """Find the label that says something and weighs most (ties by alphabet), or None."""
    sums: dict[str, float] = defaultdict(float)
    for label, weight in told:
        if label is not None and label != NO_STAGE:
            sums[label] += max(NO_PAIN_COUNTS, weight)
    return min(sums, key=lambda label: (-round(sums[label], 6), label), default=None)
