"""How telling each word is, by how few say it, and texts as rows of such weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]


class Lexicon:
    """Numbers stems, and remembers the numbers of each text: one night weighs the same texts again and again."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._rows: dict[frozenset[str], Ints] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def number(self, stem: str) -> int:
        """Give the number of a stem, a new one to a stem that was never seen."""
        return self._numbers.setdefault(stem, len(self._numbers))

    def row(self, stem_set: frozenset[str]) -> Ints:
        """Give the numbers of a text's stems, in the order of the alphabet."""
        if stem_set not in self._rows:
            self._rows[stem_set] = np.array([self.number(stem) for stem in sorted(stem_set)], dtype=np.int32)
        return self._rows[stem_set]


class WordWeights:
    """How telling each stem is, by how few of the voices (and pain points) say it."""

    def __init__(self, stem_sets: Sequence[frozenset[str]], lexicon: Lexicon | None = None) -> None:
        self._lexicon = Lexicon() if lexicon is None else lexicon
        said, _ = self._rows(stem_sets)
        self._known = len(self._lexicon)
        counts = np.bincount(said, minlength=self._known)
        self._weights = np.log((len(stem_sets) + 20) / (counts + 1)) / np.log(len(stem_sets) + 20)
        self._unsaid = 1.0  # the weight of a word that nobody says
        self._held = np.append(np.where(counts > 0, self._weights, 0.0), 0.0)  # the last for all that came later

    def __call__(self, stem: str) -> float:
        """Weigh one stem: 1 for one that nearly nobody says, towards 0 for one that all say."""
        number = self._lexicon.number(stem)
        return float(self._weights[number]) if number < self._known else self._unsaid

    def matrix(self, stem_sets: Sequence[frozenset[str]]) -> Any:  # noqa: ANN401 -- a scipy csr_matrix, untyped
        """Rows of weights of length one over the stems, so that a product of two rows is their shared words' share."""
        columns, ends = self._rows(stem_sets)
        columns = np.minimum(columns, self._known)
        values = self._held[columns]
        of_row = np.repeat(np.arange(len(stem_sets)), np.diff(ends))
        lengths = np.sqrt(np.bincount(of_row, weights=values * values, minlength=len(stem_sets)))
        lengths[lengths == 0] = 1.0
        return self._sparse(values / lengths[of_row], columns, ends)

    def incidence(self, stem_sets: Sequence[frozenset[str]]) -> Any:  # noqa: ANN401 -- as above
        """Rows of ones for the stems that each says, as far as anybody of ours says them."""
        columns, ends = self._rows(stem_sets)
        return self._sparse((columns < self._known).astype(np.float64), np.minimum(columns, self._known), ends)

    def spread(self, told: Sequence[Mapping[str, float]]) -> Any:  # noqa: ANN401 -- as above
        """Rows of what each stem is worth to each of `told`."""
        numbers = [self._lexicon.number(stem) for worth in told for stem in worth]
        columns = np.minimum(np.array(numbers, dtype=np.int32), self._known)
        values = np.array([value for worth in told for value in worth.values()], dtype=np.float64)
        return self._sparse(values * (columns < self._known), columns, np.cumsum([0, *(len(worth) for worth in told)]))

    def _rows(self, stem_sets: Sequence[frozenset[str]]) -> tuple[Ints, NDArray[np.int64]]:
        """All rows one after the other, and where each ends."""
        rows = [self._lexicon.row(stem_set) for stem_set in stem_sets]
        ends = np.cumsum([0, *(len(row) for row in rows)])
        return (np.concatenate(rows) if rows else np.zeros(0, dtype=np.int32)), ends

    def _sparse(self, values: NDArray[np.float64], columns: Ints, ends: NDArray[np.int64]) -> Any:  # noqa: ANN401 -- as above
        from scipy.sparse import csr_matrix  # noqa: PLC0415 -- slow to import, needed only here

        return csr_matrix((values.astype(np.float32), columns, ends), shape=(len(ends) - 1, self._known + 1))
