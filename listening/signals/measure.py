"""Counts how often the reader is right: the figures of the model cards and of the gate, each with its interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from listening.signals.gold import Case
from listening.signals.heads import STAGE_LABELS
from listening.types import PAINS, SENTIMENTS, SIGNALS

Labels = NDArray[np.int64]
Marks = NDArray[np.bool_]
BINS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What the reader heard in one text: a label a question, the signals above their cuts, and two probabilities."""

    pain: str
    stage: str
    sentiment: str
    signals_on: frozenset[str]
    pain_sure: float = 0.0
    sentiment_sure: float = 0.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in 0..1 with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def measure(
    cases: Sequence[Case], verdicts: Sequence[Verdict], *, draws: int = 300, seed: int = 7
) -> dict[str, Figure]:
    """Compare verdicts with the gold, one each, in order; intervals from `draws` resamples of the cases."""
    rows = tabulate(cases, verdicts)
    chance = np.random.default_rng(seed)
    picks = [chance.integers(0, len(cases), len(cases)) for _ in range(draws)]
    out = {}
    for name, figure in FIGURES.items():
        spread = [figure(rows, pick) for pick in picks] or [0.0]
        low, high = np.percentile(spread, [2.5, 97.5])
        out[name] = Figure(round(figure(rows, np.arange(len(cases))), 4), round(float(low), 4), round(float(high), 4))
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Gold beside verdict as numbers: pairs of int64[n] a question, bool[n, 9] for the signals."""

    pain: tuple[Labels, Labels]
    stage: tuple[Labels, Labels]
    sentiment: tuple[Labels, Labels]
    signals: tuple[Marks, Marks]
    pain_sure: NDArray[np.float64]
    sentiment_sure: NDArray[np.float64]


def tabulate(cases: Sequence[Case], verdicts: Sequence[Verdict]) -> Table:
    """Turn labels into numbers; ValueError where cases and verdicts differ in count."""
    pairs = list(zip(cases, verdicts, strict=True))

    def numbered(
        labels: Sequence[str], gold: Callable[[Case], str], got: Callable[[Verdict], str]
    ) -> tuple[Labels, Labels]:
        places = {label: place for place, label in enumerate(labels)}
        return np.array([places[gold(c)] for c, _ in pairs]), np.array([places.get(got(v), -1) for _, v in pairs])

    return Table(
        numbered(PAINS, lambda c: c.pain, lambda v: v.pain),
        numbered(STAGE_LABELS, lambda c: c.stage, lambda v: v.stage),
        numbered(SENTIMENTS, lambda c: c.sentiment, lambda v: v.sentiment),
        (
            np.array([[name in c.signals for name in SIGNALS] for c, _ in pairs]),
            np.array([[name in v.signals_on for name in SIGNALS] for _, v in pairs]),
        ),
        np.array([v.pain_sure for _, v in pairs]),
        np.array([v.sentiment_sure for _, v in pairs]),
    )


def f1(gold: Marks, got: Marks) -> float:
    """Harmonic mean of precision and recall of one label; 0 where it is neither there nor given."""
    found = int((gold & got).sum())
    return 2 * found / max(1, int(gold.sum()) + int(got.sum()))


def macro_f1(pair: tuple[Labels, Labels], pick: Labels, size: int) -> float:
    """Mean of the F1 of each label."""
    gold, got = pair[0][pick], pair[1][pick]
    return float(np.mean([f1(gold == label, got == label) for label in range(size)]))


def calibration_error(pair: tuple[Labels, Labels], sure: NDArray[np.float64], pick: Labels) -> float:
    """Tell over ten bins how far "80 % sure" is from right 80 times in 100: the expected calibration error."""
    right, chance = (pair[0] == pair[1])[pick], sure[pick]
    places = np.minimum((chance * BINS).astype(int), BINS - 1)
    gaps = [
        abs(float(right[places == b].mean()) - float(chance[places == b].mean())) * float((places == b).mean())
        for b in range(BINS)
        if (places == b).any()
    ]
    return float(sum(gaps))


def one(name: str) -> Callable[[Table, Labels], float]:
    """Make the figure "F1 of this signal"."""
    place = SIGNALS.index(name)
    return lambda t, pick: f1(t.signals[0][pick, place], t.signals[1][pick, place])


FIGURES: Mapping[str, Callable[[Table, Labels], float]] = {
    "pain_macro_f1": lambda t, pick: macro_f1(t.pain, pick, len(PAINS)),
    "unspoken_f1": lambda t, pick: f1(
        t.pain[0][pick] == PAINS.index("unspoken"), t.pain[1][pick] == PAINS.index("unspoken")
    ),
    "any_pain_f1": lambda t, pick: f1(t.pain[0][pick] != 0, t.pain[1][pick] != 0),
    "stage_macro_f1": lambda t, pick: macro_f1(t.stage, pick, len(STAGE_LABELS)),
    "sentiment_macro_f1": lambda t, pick: macro_f1(t.sentiment, pick, len(SENTIMENTS)),
    "signals_macro_f1": lambda t, pick: float(np.mean([one(name)(t, pick) for name in SIGNALS])),
    "pain_calibration_error": lambda t, pick: calibration_error(t.pain, t.pain_sure, pick),
    "sentiment_calibration_error": lambda t, pick: calibration_error(t.sentiment, t.sentiment_sure, pick),
    **{f"signal_{name}_f1": one(name) for name in SIGNALS},
}
LOWER_IS_BETTER = frozenset({"pain_calibration_error", "sentiment_calibration_error"})
