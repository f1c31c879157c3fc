"""Texts of public sets with the answers of a larger teacher, which teach the reader beside the labelled rows.

Knowledge distillation (Hinton et al. 2015). `taught.npz` names a text by a hash of its letters, so that no text of
another's set is copied, and holds the teacher's logits. `teacher.py` makes it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from corpus import Row, normal, objects
from heard import NO_CUSTOMERS, SETS, name_of
from numpy.typing import NDArray

from listening.signals.sentences import split_passages

OWN = Path(__file__).with_name("taught.npz")
SAMPLE = 7
STEPS = 10.0  # of a logit's unit: they are kept as whole numbers from -127 to 127
FEWEST = 15  # letters and digits
SHORT, DEEP, PARTS, WORDS = 100, 6000, 12, 40  # characters of a post, of its beginning; passages; characters of one
LONG, MANY = 400, 24  # characters of neighbouring passages together; passages of a post that are joined


def bank(data: Path) -> Iterator[str]:
    """Questions to a bank, without those on which likeness is measured."""
    rows = enumerate(objects(data / "banking77" / "dev_train.jsonl.gz"))
    return (str(row["text"]) for number, row in rows if number % 3)


def texts_in(place: str) -> Iterator[str]:
    """All texts of one file of JSON lines."""
    return (str(row["text"]) for row in objects(Path(place)))


def deeper(data: Path) -> Iterator[str]:
    """Cut Reddit's posts into passages, further than `heard.parts` does."""
    for row in objects(data / "reddit_posts_2013" / "dev_posts.jsonl.gz"):
        body = str(row["selftext"])
        if row["subreddit"] not in NO_CUSTOMERS and len(body) > SHORT:
            yield from (part.text for part in split_passages(body[:DEEP], "post", most=PARTS) if len(part.text) > WORDS)


def flights(data: Path) -> Iterator[str]:
    """Cut reviews of seats in aeroplanes into passages."""
    for review in SETS["skytrax"](data):
        yield from (part.text for part in split_passages(review[:DEEP], "review", most=PARTS) if len(part.text) > WORDS)


def joined(data: Path) -> Iterator[str]:
    """Join neighbouring passages of Reddit's posts, title first, and of reviews: people are judged by more than one."""
    for row in objects(data / "reddit_posts_2013" / "dev_posts.jsonl.gz"):
        body, title = str(row["selftext"]), str(row["title"]).strip()
        if row["subreddit"] not in NO_CUSTOMERS and len(body) > SHORT:
            parts = [part.text for part in split_passages(body[:DEEP], "post", most=MANY)]
            yield from join([f"{title}{'' if title[-1:] in '.?!' else '.'}", *parts])
    for review in SETS["skytrax"](data):
        yield from join([part.text for part in split_passages(review[:DEEP], "review", most=PARTS)])


def join(parts: Sequence[str]) -> Iterator[str]:
    """Give the texts of two neighbours and more that are at most LONG together; each part lies in one at most."""
    parts, first = [" ".join(part.split()) for part in parts], 0
    while first < len(parts):
        end = first + 1
        while end < len(parts) and sum(map(len, parts[first : end + 1])) <= LONG:
            end += 1
        if end > first + 1:
            yield " ".join(parts[first:end])
        first = end


def pool(data: Path) -> dict[str, Iterable[str]]:
    """Give the sets that the teacher reads and whose licence lets them into weights."""
    files = {
        "pros_cons": "pros_cons/dev_all",
        "comparative": "comparative_sentences/dev_all",
        "crowdre": "crowdre_wishes/dev_all",
        "senti4sd": "senti4sd_stackoverflow/dev_train",
        "sarcasm": "isarcasmeval_en/dev_train",
        "hotels": "nlupp/dev_hotels",
        "films": "sst5/dev_train",
    }
    others = {name: texts_in(str(data / f"{place}.jsonl.gz")) for name, place in files.items()}
    cut = {"banking": bank(data), "deeper": deeper(data), "flights": flights(data)}
    return {name: read(data) for name, read in SETS.items()} | cut | others | {"joined": joined(data)}


MOST = {
    "pros_cons": 5000,
    "comparative": 1500,
    "goemotions": 18000,
    "tweets": 15000,
    "banking": 4000,
    "sarcasm": 2000,
    "senti4sd": 1000,
    "hotels": 400,
    "films": 1500,
}


def untaught(shared: Path, held_out: set[str]) -> list[tuple[str, str]]:
    """Draw the texts for the teacher, [(set, text)], always the same and none of `held_out`."""
    chance = random.Random(SAMPLE)  # noqa: S311 - a sample, not a secret
    drawn = []
    for name, texts in each_once(shared / "data", held_out).items():
        drawn += [(name, text) for text in chance.sample(texts, min(MOST.get(name, len(texts)), len(texts)))]
    return drawn


def each_once(data: Path, held_out: set[str]) -> dict[str, list[str]]:
    """Give the texts of each set, but for short ones, those of earlier sets and those in `held_out`."""
    seen, found = set(held_out), {}
    for name, texts in pool(data).items():
        found[name] = new = []
        for text in (" ".join(text.split()) for text in texts):
            letters = normal(text)
            if len(letters) >= FEWEST and letters not in seen:
                seen.add(letters)
                new.append(text)
    return found


def keep_answers(path: Path, texts: Sequence[str], logits: NDArray[np.float32]) -> None:
    """Write the teacher's logits [n, all heads side by side] under the texts' names.

    In the order of the names, of which only the steps between them are kept, and a column after the other: a quarter
    smaller.
    """
    named = np.array([int(name_of(text), 16) for text in texts], dtype=np.uint64)
    names, places = np.unique(named, return_index=True)
    kept = np.clip(np.round(logits[places] * STEPS), -127, 127).astype(np.int8)
    steps = np.diff(names, prepend=np.uint64(0))
    np.savez_compressed(path, steps=steps, logits=np.ascontiguousarray(kept.T))


def load_taught(shared: Path, held_out: set[str], path: Path = OWN) -> list[Row]:
    """Give the rows that the teacher answered, without those in `held_out` (as `corpus.normal` writes them)."""
    with np.load(path) as kept:
        names = np.cumsum(kept["steps"], dtype=np.uint64)
        answers = dict(zip(names.tolist(), kept["logits"].T.astype(np.float32) / STEPS, strict=True))
    texts = [text for texts in each_once(shared / "data", held_out).values() for text in texts]
    said = ((text, answers.get(int(name_of(text), 16))) for text in texts)
    rows = [Row(text, taught=tuple(map(float, answer))) for text, answer in said if answer is not None]
    if 2 * len(rows) < len(answers):
        raise ValueError(f"only {len(rows)} of {len(answers)} taught texts lie in {shared} -> make {path.name} anew")
    return rows
