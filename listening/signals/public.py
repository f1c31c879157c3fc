"""Holds the reader to public sets too: tones of tweets, pain told by bare facts, a map of five phrases, likeness.

Each figure needs rows that trained nothing: TweetEval's and ACOS's validation parts, HWU64's validation part with
examples drawn from its training part, and every third row of Banking77, which `models/reader/alike.py` keeps back.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from listening.signals.encoder import Encoded, unit
from listening.signals.fewshot import learn_map
from listening.signals.heads import Floats
from listening.signals.measure import Figure
from listening.signals.reader import Reader
from listening.signals.record import summarise
from listening.types import SENTIMENTS, JourneyMap, Reading, Stage, Text

FILES = {
    "tweets": ("tweeteval_sentiment/dev_val.jsonl.gz",),
    "reviews": ("acos_absa/dev_val_laptop.jsonl.gz", "acos_absa/dev_val_restaurant.jsonl.gz"),
    "asked": ("hwu64/dev_val.jsonl.gz",),
    "examples": ("hwu64/dev_train.jsonl.gz",),
    "bank": ("banking77/dev_train.jsonl.gz",),
}
KEPT_BACK = 3  # every third row of Banking77 trained nothing
FALSE_ALARMS = 0.1
SHOTS, DRAWS = 5, 5  # example phrases a stage; so many draws of them
TIMES = 300  # resamples for an interval

Index = NDArray[np.int64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """A text and its label; `mark` says that a review holds a negative judgement told by facts alone."""

    text: str
    label: str
    mark: bool = False


Sets = Mapping[str, Sequence[Row]]


def read_sets(data: Path) -> dict[str, list[Row]]:
    """Read the sets from `shared/data`; {} where one is not there."""
    if not all((data / name).is_file() for names in FILES.values() for name in names):
        return {}
    sets = {kind: [as_row(row) for name in names for row in rows_of(data / name)] for kind, names in FILES.items()}
    return sets | {"bank": sets["bank"][::KEPT_BACK]}


def rows_of(path: Path) -> Iterable[dict[str, object]]:
    """Read a gzipped file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def as_row(row: Mapping[str, object]) -> Row:
    """Read one line; of a review's judgements only the negative ones are told: with words, or by facts alone."""
    judged = row.get("labels")
    if not isinstance(judged, list):
        return Row(str(row["text"]), str(row["label"]))
    negative = [one for one in judged if one["polarity"] == "negative"]
    return Row(str(row["text"]), "negative" if negative else "other", any(one["opinion"] == "NULL" for one in negative))


def fingerprint(sets: Sets) -> str:
    """Hash the sets, so that floors hold for these rows and no others."""
    told = [[kind, row.text, row.label, row.mark] for kind, rows in sorted(sets.items()) for row in rows]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def measure_public(reader: Reader, sets: Sets) -> dict[str, Figure]:
    """Measure all figures."""
    heard = {kind: read_all(reader, rows) for kind, rows in sets.items() if kind != "examples"}
    drawn = drawn_examples(sets["examples"])
    examples = [row for rows in drawn for row in rows]
    vectors = dict(zip([row.text for row in examples], embedded(read_all(reader, examples)), strict=True))
    return {
        "tweets_macro_recall": tones(sets["tweets"], heard["tweets"]),
        "implicit_recall_gain": implicit_gain(sets["reviews"], heard["reviews"]),
        "few_shot_gain": few_shot_gain(sets["asked"], embedded(heard["asked"]), drawn, vectors),
        "likeness_ami": likeness(sets["bank"], embedded(heard["bank"])),
    }


def read_all(reader: Reader, rows: Sequence[Row]) -> list[Reading]:
    """Read the rows as documents."""
    return reader.read([Text(str(number), row.text) for number, row in enumerate(rows)])


def embedded(readings: Sequence[Reading]) -> Floats:
    """Give each document's direction, the mean of its passages; zeros where it could not be read."""
    width = max((len(signal.embedding) for one in readings for signal in one.signals), default=0)
    blank = np.zeros(width, dtype=np.float32)
    means = [np.mean([s.embedding for s in one.signals], axis=0) if one.signals else blank for one in readings]
    return unit(np.array(means, dtype=np.float32).reshape(len(readings), width))


def tones(rows: Sequence[Row], readings: Sequence[Reading]) -> Figure:
    """Mean recall over negative, neutral, positive."""
    gold = np.array([SENTIMENTS.index(row.label) for row in rows])
    said = [summarise(one).sentiment for one in readings]
    got = np.array([SENTIMENTS.index(max(one, key=lambda label: one[label])) for one in said])

    def recall(pick: Index) -> float:
        return float(np.mean([(got[pick][gold[pick] == one] == one).mean() for one in np.unique(gold[pick])]))

    return with_interval(recall, len(rows))


def implicit_gain(rows: Sequence[Row], readings: Sequence[Reading]) -> Figure:
    """Tell how many more negative reviews without a word of judgement are found as pain than by a negative tone alone.

    Both with as many false alarms, one in ten of the reviews without any negative judgement.
    """
    kept = [place for place, row in enumerate(rows) if row.mark or row.label == "other"]
    marks = np.array([rows[place].mark for place in kept])
    told = [summarise(readings[place]) for place in kept]
    pain = np.array([1 - one.pain["none"] for one in told])
    tone = np.array([one.sentiment["negative"] for one in told])

    def gain(pick: Index) -> float:
        return found(pain[pick], marks[pick]) - found(tone[pick], marks[pick])

    return with_interval(gain, len(kept))


def found(scores: Numbers, marks: NDArray[np.bool_]) -> float:
    """Recall of the marked above the score that one in ten of the others passes."""
    if marks.all() or not marks.any():
        return 0.0
    return float((scores[marks] > np.quantile(scores[~marks], 1 - FALSE_ALARMS)).mean())


def few_shot_gain(
    rows: Sequence[Row], asked: Floats, drawn: Sequence[Sequence[Row]], vectors: Mapping[str, Floats]
) -> Figure:
    """Tell how much more often a map of five phrases a stage is right than a logistic regression on these."""
    names = sorted({scenario(row) for row in rows})
    gold = np.array([names.index(scenario(row)) for row in rows])
    right = np.zeros((2, len(rows)))
    for examples in drawn:
        right[0] += places(names, examples, vectors, asked) == gold
        right[1] += regression(names, examples, vectors, asked) == gold
    gains = (right[0] - right[1]) / len(drawn)
    return with_interval(lambda pick: float(gains[pick].mean()), len(rows))


def scenario(row: Row) -> str:
    """Take the scenario from an intent: `alarm_query` is about `alarm`."""
    return row.label.partition("_")[0]


def drawn_examples(rows: Sequence[Row]) -> list[list[Row]]:
    """Draw five examples of each scenario, several times; the same each time."""
    chance = np.random.default_rng(5)
    kinds: dict[str, list[Row]] = {}
    for row in rows:
        kinds.setdefault(scenario(row), []).append(row)
    return [
        [some[place] for some in kinds.values() for place in chance.choice(len(some), SHOTS, replace=False)]
        for _ in range(DRAWS)
    ]


class Known:
    """An encoder of phrases that were encoded before."""

    def __init__(self, vectors: Mapping[str, Floats]) -> None:
        self._vectors = vectors

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Look each text up; a KeyError names one that is not known."""
        width = len(next(iter(self._vectors.values())))
        rows = np.array([self._vectors[text] for text in texts], dtype=np.float32).reshape(len(texts), width)
        return Encoded(rows, rows)


def places(names: Sequence[str], examples: Sequence[Row], vectors: Mapping[str, Floats], asked: Floats) -> Index:
    """Place each text by the map: the likest stage, -1 where it fits nowhere. A stage's name tells nothing here."""
    told = {name: tuple(row.text for row in examples if scenario(row) == name) for name in names}
    stages = tuple(Stage(name, phrases[0], "", phrases[1:]) for name, phrases in told.items())
    learned = learn_map(JourneyMap("few", "Few examples", stages), Known(vectors))
    nothing = np.zeros((len(asked), 0), dtype=np.float32)
    best = learned.chances(asked, nothing).argmax(axis=1)
    return np.where(best == len(names), -1, best)


def regression(names: Sequence[str], examples: Sequence[Row], vectors: Mapping[str, Floats], asked: Floats) -> Index:
    """Place each text by scikit-learn's logistic regression as it comes, on the same phrases."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - only for this figure

    model = LogisticRegression(max_iter=1000)
    model.fit(np.array([vectors[row.text] for row in examples]), [names.index(scenario(row)) for row in examples])
    out: Index = model.predict(asked)
    return out


def likeness(rows: Sequence[Row], vectors: Floats) -> Figure:
    """Agreement (adjusted mutual information) of k-means, with the true number of groups, with the true groups."""
    from sklearn.cluster import KMeans  # noqa: PLC0415 - only for this figure
    from sklearn.metrics import adjusted_mutual_info_score  # noqa: PLC0415 - the same

    gold = [row.label for row in rows]
    seen = [KMeans(len(set(gold)), n_init=1, random_state=seed).fit_predict(vectors) for seed in range(4)]
    values = [float(adjusted_mutual_info_score(gold, one)) for one in seen]
    return Figure(round(float(np.mean(values)), 4), round(min(values), 4), round(max(values), 4))


def with_interval(figure: Callable[[Index], float], size: int) -> Figure:
    """Give a figure with its 95 % bootstrap interval."""
    chance = np.random.default_rng(7)
    spread = [figure(chance.integers(0, size, size)) for _ in range(TIMES)]
    low, high = np.percentile(spread, [2.5, 97.5])
    return Figure(round(figure(np.arange(size)), 4), round(float(low), 4), round(float(high), 4))
