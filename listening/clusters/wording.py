"""Lets how texts are worded speak beside what they mean: "when will" and "how many" tell subjects apart too.

An encoder trained on meaning forgets function words and rare names. What tends to stand together is found by latent
semantic analysis (Deerwester et al. 1990) over all words and stems, and takes a small share of each vector.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from listening.clusters.group import USUAL_WEIGHT, Floats
from listening.clusters.weights import WordWeights
from listening.clusters.words import every_word, stems

SHARE = 0.15  # of the likeness of two texts that their wording decides
DIRECTIONS = 50  # at most: kinds of wording that are told apart
_ROUNDS = 7  # of the search for them, which starts at random from one seed


def blend(vectors: Floats, texts: Sequence[str]) -> Floats:
    """Blend the embeddings (float32[n, d], length one) of `texts` with their wording: float32[n, d + k], length one.

    What all have in common is taken off first, as far as they are enough to know it.
    """
    if len(vectors) != len(texts):
        raise ValueError(f"{len(vectors)} vectors but {len(texts)} texts")
    trust = len(vectors) / (len(vectors) + USUAL_WEIGHT)
    meaning = _scale(vectors - trust * vectors.mean(axis=0, dtype=np.float64))
    wording = _scale(_find_directions(texts))
    return _scale(np.hstack([(1 - SHARE) ** 0.5 * meaning, SHARE**0.5 * wording])).astype(np.float32)


def _find_directions(texts: Sequence[str]) -> NDArray[np.float64]:
    """Say how much each text has of each kind of wording: float64[n, k]; k is 0 where there is too little."""
    from sklearn.utils.extmath import randomized_svd  # noqa: PLC0415 -- slow to import, needed only here

    said = [_word(text) for text in texts]
    rows = WordWeights(said).matrix(said).astype(np.float64)
    most = min(DIRECTIONS, *rows.shape)
    left, strength, _ = randomized_svd(rows, most, n_iter=_ROUNDS, random_state=0)
    return np.asarray(left * strength)


def _word(text: str) -> frozenset[str]:
    return stems(text) | {f"{word}." for word in every_word(text)}  # a stem is no word as written


def _scale(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale rows to length one; one of nothing stays nothing."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 1e-6, lengths, 1.0))  # noqa: PLR2004 -- else rounding errors grow
