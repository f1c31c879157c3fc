"""The texts the reader learns from: our labelled journeys, and public sets whose licence lets them into weights."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from listening.signals.gold import Case, held_out, read_cases
from listening.types import DEFAULT_STAGES, NO_STAGE, PAINS, SENTIMENTS, SIGNALS

STAGES = (*DEFAULT_STAGES, NO_STAGE)
CALIBRATION_PER_HUNDRED = 8
SHIFTED_WEIGHT = 0.35  # rows f were drawn for rare labels: their shares of pain are not those of the wild
UNKNOWN = -1
TOLD = Path(__file__).with_name("told.jsonl.gz")  # passages that we wrote and labelled ourselves
TOLD_WEIGHT = 0.6  # their shares of pain are those that we chose
TOLD_LATER = "w5039"  # from this one on they were written after reader.v4, and teach the runs after it only
HEARD_WEIGHT = 0.5  # most were chosen where reader.v3 was unsure


@dataclass(frozen=True, slots=True)
class Row:
    """One text with the answers it has: UNKNOWN or an empty tuple where a set does not say."""

    text: str
    pain: int = UNKNOWN
    stage: int = UNKNOWN
    sentiment: int = UNKNOWN
    signals: tuple[float, ...] = ()
    emotions: tuple[int, ...] = ()
    tweets: int = UNKNOWN  # the sentiment again, where the row is a tweet
    pain_weight: float = 1.0
    wild: bool = True
    told: bool = False
    taught: tuple[float, ...] = ()  # a teacher's logits, all of `losses.ASKED` side by side


@dataclass(frozen=True, slots=True)
class Corpus:
    """Rows to train on, rows to calibrate on, gold cases to measure on; no text is in two of them."""

    train: list[Row]
    calibration: list[Row]
    gold: list[Case]
    extra: list[Row] = field(default_factory=list)


def load_corpus(shared: Path, *, extra: bool, seed: int, tweets: int = 6000) -> Corpus:
    """Read everything from `shared`; with `extra`, a sample of the public sentiment and emotion sets too.

    `tweets` is how many of each sentiment are drawn.
    """
    cases = read_cases(shared / "data" / "journey_pain" / "dev.jsonl")
    gold = held_out(cases)
    held = {case.id for case in gold} | {case.id for case in cases if not case.may_train}
    usable = [case for case in cases if case.id not in held]
    calibration = [case for case in usable if bucket(case.id) < CALIBRATION_PER_HUNDRED]
    train = [case for case in usable if bucket(case.id) >= CALIBRATION_PER_HUNDRED]
    train += [case for case in read_cases(TOLD) if case.id < TOLD_LATER]
    known = {normal(case.text) for case in [*gold, *calibration]}
    others = (
        [row for row in public_rows(shared / "data", seed, tweets) if normal(row.text) not in known] if extra else []
    )
    return Corpus([as_row(case) for case in train], [as_row(case) for case in calibration], gold, others)


def told_later() -> list[Row]:
    """Give our own passages that only the latest run learns from."""
    return [as_row(case) for case in read_cases(TOLD) if case.id >= TOLD_LATER]


def bucket(name: str) -> int:
    """Put an id into one of a hundred buckets."""
    return int.from_bytes(hashlib.blake2b(b"calibration:" + name.encode(), digest_size=4).digest(), "big") % 100


def normal(text: str) -> str:
    """Letters and digits only: two texts with the same ones are the same text."""
    return "".join(c for c in text.casefold() if c.isalnum())


def as_row(case: Case) -> Row:
    """Turn the labels of a case into numbers."""
    drawn = case.id[0]  # f: drawn for rare labels; w: written by us; h: labelled by us
    return Row(
        case.text,
        PAINS.index(case.pain),
        STAGES.index(case.stage),
        SENTIMENTS.index(case.sentiment),
        tuple(float(name in case.signals) for name in SIGNALS) if case.signals or case.pain == "none" else (),
        pain_weight={"f": SHIFTED_WEIGHT, "w": TOLD_WEIGHT, "h": HEARD_WEIGHT}.get(drawn, 1.0),
        wild=drawn not in "fwh",
        told=drawn == "w",
    )


def public_rows(data: Path, seed: int, each: int) -> list[Row]:
    """Sample the public sets; the sample depends on `seed` only."""
    chance = random.Random(seed)  # noqa: S311 - a sample, not a secret
    tweets = list(sentiments(data / "tweeteval_sentiment" / "dev_train_semeval2013-16.jsonl.gz"))
    balanced = [row for label in range(3) for row in pick(chance, [t for t in tweets if t.sentiment == label], each)]
    films = pick(chance, list(stars(data / "sst5" / "dev_train.jsonl.gz")), 2500)
    developers = list(sentiments(data / "senti4sd_stackoverflow" / "dev_train.jsonl.gz"))
    emotions = pick(chance, list(feelings(data / "goemotions")), 9000)
    return [*balanced, *films, *developers, *emotions]


def some_tweets(data: Path, seed: int, each: int) -> list[Row]:
    """Draw at most `each` tweets of each sentiment; they teach the tone of tweets too."""
    chance = random.Random(seed)  # noqa: S311 - a sample, not a secret
    tweets = list(sentiments(data / "tweeteval_sentiment" / "dev_train_semeval2013-16.jsonl.gz"))
    drawn = [row for label in range(3) for row in pick(chance, [t for t in tweets if t.sentiment == label], each)]
    return [replace(row, tweets=row.sentiment) for row in drawn]


def pick(chance: random.Random, rows: list[Row], count: int) -> list[Row]:
    """Draw at most `count` rows."""
    return chance.sample(rows, min(count, len(rows)))


def objects(path: Path) -> Iterator[dict[str, object]]:
    """Read a gzipped file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def sentiments(path: Path) -> Iterator[Row]:
    """Rows of a set whose label is one of our three sentiments."""
    for row in objects(path):
        yield Row(str(row["text"]), sentiment=SENTIMENTS.index(str(row["label"])))


def stars(path: Path) -> Iterator[Row]:
    """Film sentences of one to five stars: 1, 2 negative; 3 neutral; 4, 5 positive."""
    for row in objects(path):
        grade = int(str(row["label5"]))
        yield Row(str(row["text"]), sentiment=0 if grade < 3 else 1 if grade == 3 else 2)  # noqa: PLR2004 - the middle star


def feelings(folder: Path) -> Iterator[Row]:
    """Reddit comments with their emotions, numbered as in labels.json."""
    names = emotion_names(folder)
    for row in objects(folder / "dev_train.jsonl.gz"):
        labels = row["labels"]
        if isinstance(labels, list):
            yield Row(str(row["text"]), emotions=tuple(sorted(names.index(str(label)) for label in labels)))


def emotion_names(folder: Path) -> list[str]:
    """Give the 28 emotions in the set's own order."""
    loaded = json.loads((folder / "labels.json").read_text())
    return list(loaded) if isinstance(loaded, list) else list(loaded.values())
