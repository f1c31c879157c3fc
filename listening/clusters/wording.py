"""Lets how texts are worded speak beside what they mean: "when will" and "how many" tell subjects apart too.

An encoder trained on meaning forgets function words and rare names. What tends to stand together is found by latent
semantic analysis (Deerwester et al. 1990) over all words, stems, pairs of words and beginnings, and takes a share of
each vector.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from listening.clusters.group import USUAL_WEIGHT, Floats
from listening.clusters.weights import WordWeights
from listening.clusters.words import every_word, stems

DIRECTIONS = 200  # at most: kinds of wording that are told apart, the commonest first
OFTEN = 2  # so many texts must say something for it to tell anything
_ROUNDS = 5  # of the search for them, which starts at random from one seed

Doubles = NDArray[np.float64]


def find_meaning(vectors: Floats) -> Doubles:
    """Take off embeddings (float32[n, d]) what all have in common, as far as they are enough to know it: length one."""
    trust = len(vectors) / (len(vectors) + USUAL_WEIGHT)
    return _scale(vectors - trust * vectors.mean(axis=0, dtype=np.float64))


def find_wording(texts: Sequence[str]) -> Doubles:
    """Say how much each text has of each kind of wording: float64[n, k]; k is 0 where there is too little."""
    from sklearn.utils.extmath import randomized_svd  # noqa: PLC0415 -- slow to import, needed only here

    told = [_tell(text) for text in texts]
    counts = Counter(one for said in told for one in said)
    said = [frozenset(one for one in held if counts[one] >= OFTEN) for held in told]
    rows = WordWeights(said).matrix(said).astype(np.float64)
    most = min(DIRECTIONS, *rows.shape)
    left, strength, _ = randomized_svd(rows, most, n_iter=_ROUNDS, random_state=0)
    return np.asarray(left * strength)


def blend(meaning: Doubles, wording: Doubles, share: float) -> Floats:
    """Put both beside each other, so that `wording` decides `share` of a likeness: float32[n, d + k], length one."""
    if len(meaning) != len(wording):
        raise ValueError(f"{len(meaning)} vectors but {len(wording)} texts")
    both = [(1 - share) ** 0.5 * meaning, share**0.5 * _scale(wording)]
    return _scale(np.hstack(both)).astype(np.float32)


def _tell(text: str) -> frozenset[str]:
    """List what a text says: stems, words as written, pairs of them, and how it begins."""
    words = every_word(text)
    pairs = [f"{one} {other}" for one, other in pairwise(words)]
    begins = [f"^{words[0]}", *(f"^{pair}" for pair in pairs[:1])] if words else []
    return stems(text) | {f"{word}." for word in words} | {*pairs, *begins}  # a stem is no word as written


def _scale(rows: Doubles) -> Doubles:
    """Scale rows to length one; one of nothing stays nothing."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 1e-6, lengths, 1.0))  # noqa: PLR2004 -- else rounding errors grow
