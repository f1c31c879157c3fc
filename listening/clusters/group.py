"""Puts together what several customers said about the same trouble, in whatever words they said it.

The unit is a *voice*: all painful passages of one document, because one sentence of a post ("tried all, no luck") often
does not name its subject and its neighbours do. How alike two voices are is their cosine, freed from what all
posts of this world have in common, plus a little for the same touchpoint, the same stage and shared content words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from listening.clusters.weights import WordWeights
from listening.clusters.words import stems
from listening.types import NO_STAGE, Pain, Vector

# In the ratios that a logistic regression found for "the same trouble" over all pairs of two invented worlds; the cuts
# by living through both of them.
SAME_TOUCHPOINT = 0.1
SAME_STAGE = 0.03
SAME_THREAD = 0.2
SHARED_WORDS = 1.0
CUT = 0.5  # mean likeness at which a group of many still holds together
USUAL_COMMON, USUAL_WEIGHT = 0.12, 60  # likeness of unrelated posts before we have seen many, and how much we trust it
NO_PAIN_COUNTS = 0.1  # weight of words that are no pain beside those that surely are
_ROWS = 2_000  # rows of the likeness matrix held at once

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Voice:
    """One document's pains; `id` is its first signal."""

    id: str
    person: str
    created_at: datetime
    pains: tuple[Pain, ...]
    stage: str
    touchpoint: str | None
    thread: str
    pain: float

    @cached_property
    def vector(self) -> Vector:
        """Where its pains point, the surest most (length one)."""
        total = sum(pain.embedding * np.float32(pain.pain + NO_PAIN_COUNTS) for pain in self.pains)
        return unit(np.asarray(total, dtype=np.float32))

    @property
    def elsewhere(self) -> bool:
        """Whether its post sends the reader elsewhere."""
        return self.pains[0].elsewhere

    @cached_property
    def stems(self) -> frozenset[str]:
        """What its pains say."""
        return frozenset().union(*(stems(pain.text) for pain in self.pains))


def find_voices(pains: Iterable[Pain]) -> list[Voice]:
    """Gather `pains` by document into voices, sorted by date and id whatever the order they come in."""
    by_document: dict[str, list[Pain]] = defaultdict(list)
    for pain in sorted(pains, key=lambda p: (p.created_at, p.signal_id)):
        by_document[pain.document_id].append(pain)
    voices = [_make_voice(tuple(held)) for held in by_document.values()]
    return sorted(voices, key=lambda v: (v.created_at, v.id))


def _make_voice(pains: tuple[Pain, ...]) -> Voice:
    first = pains[0]
    if len(pains) == 1:  # nearly always
        stage, touchpoint, sure = first.stage or NO_STAGE, first.touchpoint, first.pain
    else:
        stage = most_said([p.stage for p in pains], besides=NO_STAGE) or NO_STAGE
        touchpoint, sure = most_said([p.touchpoint for p in pains]), max([p.pain for p in pains])
    return Voice(
        id=first.signal_id,
        person=first.person,
        created_at=first.created_at,
        pains=pains,
        stage=stage,
        touchpoint=touchpoint,
        thread=first.thread,
        pain=sure,
    )


def most_said(labels: Iterable[str | None], besides: str | None = None) -> str | None:
    """Find the commonest label that is neither None nor `besides` (ties by alphabet), or None."""
    said = [label for label in labels if label is not None and label != besides]
    if len(said) <= 1 or len(set(said)) == 1:  # nearly always
        return said[0] if said else None
    counts = Counter(said)
    return min(counts, key=lambda label: (-counts[label], label))


def unit(vector: Vector) -> Vector:
    """Scale `vector` to length one; a zero vector stays zero."""
    length = float(np.sqrt(vector.dot(vector)))  # as np.linalg.norm does, which a night asks half a million times
    return (vector / length).astype(np.float32) if length > 0 else vector.astype(np.float32)


def centre(pains: Sequence[Pain]) -> Vector:
    """Take the mean of the voices in `pains` (float32, as long as an embedding, *not* scaled to length one).

    Its product with a voice is that voice's mean cosine to all of them, so a loose group has a short centre and draws
    little. Each person counts once, however many posts they write, and the more the surer it is that they suffer.
    """
    if not pains:
        raise ValueError("a centre needs at least one pain")
    by_person = by_head(find_voices(pains))
    middles = [np.mean([voice.vector for voice in held], axis=0, dtype=np.float64) for held in by_person.values()]
    weights = [weigh_person(held) for held in by_person.values()]
    return np.asarray(np.average(middles, axis=0, weights=weights), dtype=np.float32)


def by_head(voices: Iterable[Voice]) -> dict[str, list[Voice]]:
    """Gather voices by person, in the order of the first of each."""
    found: dict[str, list[Voice]] = defaultdict(list)
    for voice in voices:
        found[voice.person].append(voice)
    return found


def weigh_person(voices: Sequence[Voice]) -> float:
    """How much one person's voices count: how sure their surest pain is, but never nothing."""
    return max(NO_PAIN_COUNTS, *(voice.pain for voice in voices))


def find_common(total: NDArray[np.float64], weight: float) -> float:
    """How alike unrelated voices are here: the mean cosine of all pairs, given the sum of `weight` unit vectors."""
    if weight <= 1:
        return USUAL_COMMON
    seen = (float(total @ total) - weight) / (weight * (weight - 1))
    trust = weight / (weight + USUAL_WEIGHT)
    return max(0.0, trust * seen + (1 - trust) * USUAL_COMMON)


def free(cosines: Floats, common: float) -> Floats:
    """Cosines with what all have in common taken off: 0 where two are no more alike than any two, 1 where the same."""
    return ((cosines - common) / (1 - common)).astype(np.float32)


def agree(left: Sequence[str | None], right: Sequence[str | None]) -> Floats:
    """Put 1 where the labels of left and right are the same and say something, else 0: a matrix."""
    codes: dict[str | None, int] = {None: -1, "": -1, NO_STAGE: -1}
    for label in (*left, *right):
        codes.setdefault(label, len(codes))
    a, b = (np.array([codes[label] for label in side], dtype=np.int64) for side in (left, right))
    same: Floats = ((a[:, None] == b[None, :]) & (a[:, None] >= 0)).astype(np.float32)
    return same


def compare(
    left: Sequence[Voice], right: Sequence[Voice], common: float, weights: WordWeights, *, thread: float = SAME_THREAD
) -> Floats:
    """How alike each voice on the left is to each on the right: a matrix, about 0 for strangers, 1 for the same.

    To have been told in one thread is worth `thread`.
    """
    cosines = np.stack([v.vector for v in left]) @ np.stack([v.vector for v in right]).T
    shared = (weights.matrix([v.stems for v in left]) @ weights.matrix([v.stems for v in right]).T).toarray()
    return np.asarray(
        free(cosines, common)
        + SHARED_WORDS * shared
        + SAME_TOUCHPOINT * agree([v.touchpoint for v in left], [v.touchpoint for v in right])
        + SAME_STAGE * agree([v.stage for v in left], [v.stage for v in right])
        + thread * agree([v.thread for v in left], [v.thread for v in right]),
        dtype=np.float32,
    )


def compare_to_groups(
    left: Sequence[Voice], groups: Sequence[Sequence[Voice]], common: float, weights: WordWeights
) -> Floats:
    """How alike each voice on the left is to each group's voices on average: the mean of `compare`, at once for all.

    Every part of the likeness is linear in the right side, so the mean of a group stands for its members.
    """
    if not left or not groups:
        return np.zeros((len(left), len(groups)), dtype=np.float32)
    members = [voice for held in groups for voice in held]
    shares = _share_out([len(held) for held in groups])
    middles = shares @ np.stack([v.vector for v in members])
    words = shares @ weights.matrix([v.stems for v in members])
    shared = (weights.matrix([v.stems for v in left]) @ words.T).toarray()
    return np.asarray(
        free(np.stack([v.vector for v in left]) @ middles.T, common)
        + SHARED_WORDS * shared
        + SAME_TOUCHPOINT * _agree_on_average([v.touchpoint for v in left], [v.touchpoint for v in members], shares)
        + SAME_STAGE * _agree_on_average([v.stage for v in left], [v.stage for v in members], shares)
        + SAME_THREAD * _agree_on_average([v.thread for v in left], [v.thread for v in members], shares),
        dtype=np.float32,
    )


def _share_out(sizes: Sequence[int]) -> Any:  # noqa: ANN401 -- a scipy csr_matrix, untyped
    """One row a group, which takes the mean of its members."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 -- slow to import, needed only here

    values = np.concatenate([np.full(size, 1 / size, dtype=np.float32) for size in sizes])
    return csr_matrix((values, np.arange(len(values)), np.cumsum([0, *sizes])), shape=(len(sizes), len(values)))


def _agree_on_average(left: Sequence[str | None], members: Sequence[str | None], shares: Any) -> Floats:  # noqa: ANN401 -- as above
    """The share of each group's labels that are those of the left and say something: a matrix."""
    known = sorted({label for label in members if label and label != NO_STAGE})
    said = shares @ agree(members, known)
    row = {label: i for i, label in enumerate(known)}
    table: Floats = np.vstack([said.T, np.zeros((1, said.shape[0]), dtype=np.float32)])
    return table[[row.get(label or "", len(known)) for label in left]]


def group(
    voices: Sequence[Voice], common: float, weights: WordWeights, *, thread: float = SAME_THREAD
) -> list[list[Voice]]:
    """Average-linkage groups of `voices`, in the order of their first voices; one that fits nowhere stays alone.

    Two groups can only join where at least one pair is above the cut, so each linked component is grouped by itself:
    the same answer as all against all, at a fraction of the cost.
    """
    groups = []
    for component in _find_components(voices, common, weights, thread):
        held = [voices[i] for i in component]
        parts = _link(compare(held, held, common, weights, thread=thread)) if len(held) > 1 else [[0]]
        groups += [[held[i] for i in part] for part in parts]
    return sorted(groups, key=lambda held: (held[0].created_at, held[0].id))


def _find_components(voices: Sequence[Voice], common: float, weights: WordWeights, thread: float) -> list[list[int]]:
    from scipy.sparse import csr_matrix, vstack  # noqa: PLC0415 -- slow to import, needed only here
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 -- the same

    if not voices:
        return []
    blocks = [
        csr_matrix(compare(voices[at : at + _ROWS], voices, common, weights, thread=thread) >= CUT)
        for at in range(0, len(voices), _ROWS)
    ]
    _, labels = connected_components(vstack(blocks), directed=False)
    components: dict[int, list[int]] = defaultdict(list)
    for index, label in enumerate(labels):
        components[int(label)].append(index)
    return list(components.values())


def _link(likeness: Floats) -> list[list[int]]:
    """Cut the average-linkage tree of one component at CUT; parts and their members in ascending order."""
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415 -- slow to import, needed only here
    from scipy.spatial.distance import squareform  # noqa: PLC0415 -- the same

    farthest = 3.0  # above any likeness, so that distances stay positive
    distances = farthest - np.round((likeness + likeness.T) / 2, 5).astype(np.float64)
    np.fill_diagonal(distances, 0)
    labels = fcluster(linkage(squareform(distances), "average"), farthest - CUT, "distance")
    parts: dict[int, list[int]] = defaultdict(list)
    for index, label in enumerate(labels):
        parts[int(label)].append(index)
    return list(parts.values())
