"""Names groups of plain texts by the passages in them, painful ones first, each beside the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from listening.clusters.group import unit
from listening.clusters.naming import Hear, name_all
from listening.types import Pain, Vector

_BESIDE, _OF_EACH = 20, 50  # neighbours that a name has to stand apart from, and pains of each


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """A passage of a text: how surely it tells a pain (0 to 1), its direction, and where `text` gives a signal away."""

    text: str
    pain: float
    embedding: Vector
    cues: tuple[tuple[int, int], ...] = ()


def find_labels(
    pains: Sequence[Pain], homes: Mapping[str, str], said: Mapping[str, Sequence[Said]], hear: Hear | None = None
) -> dict[str, str]:
    """Return group id -> name, no two alike, the same in any order of `pains`.

    `homes` is signal id -> group id; `said` the passages by signal id, without which a text is one painful passage.
    """
    members: dict[str, list[Pain]] = defaultdict(list)
    for pain in sorted(pains, key=lambda one: one.signal_id):
        if pain.signal_id in homes:
            members[homes[pain.signal_id]] += _passages(pain, said.get(pain.signal_id, ()))
    members = dict(sorted(members.items()))
    found = name_all(members, {group: beside(members, group) for group in members}, hear=hear)
    return {group: naming.name for group, naming in found.items()}


def beside(members: Mapping[str, Sequence[Pain]], group: str) -> list[Sequence[Pain]]:
    """List the pains of some groups beside `group`."""
    return [held[:_OF_EACH] for other, held in islice(members.items(), _BESIDE + 1) if other != group]


def _passages(pain: Pain, said: Sequence[Said]) -> list[Pain]:
    parts = [
        replace(
            pain, signal_id=f"{pain.signal_id}.{at:05}", text=one.text, embedding=unit(one.embedding), pain=one.pain
        )
        for at, one in enumerate(said)
    ]
    return [replace(part, cues=one.cues) for part, one in zip(parts, said, strict=True)] or [pain]
