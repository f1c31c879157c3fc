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
from heard import SETS, name_of
from numpy.typing import NDArray

OWN = Path(__file__).with_name("taught.npz")
SAMPLE = 7
STEPS = 10.0  # of a logit's unit: they are kept as whole numbers from -127 to 127
FEWEST = 15  # letters and digits


def bank(data: Path) -> Iterator[str]:
    """Questions to a bank, without those on which likeness is measured."""
    rows = enumerate(objects(data / "banking77" / "dev_train.jsonl.gz"))
    return (str(row["text"]) for number, row in rows if number % 3)


def texts_in(place: str) -> Iterator[str]:
    """All texts of one file of JSON lines."""
    return (str(row["text"]) for row in objects(Path(place)))


def pool(data: Path) -> dict[str, Iterable[str]]:
    """Give the sets that the teacher reads and whose licence lets them into weights."""
    files = {
        "pros_cons": "pros_cons/dev_all",
        "comparative": "comparative_sentences/dev_all",
        "crowdre": "crowdre_wishes/dev_all",
        "senti4sd": "senti4sd_stackoverflow/dev_train",
        "sarcasm": "isarcasmeval_en/dev_train",
        "hotels": "nlupp/dev_hotels",
    }
    others = {name: texts_in(str(data / f"{place}.jsonl.gz")) for name, place in files.items()}
    return {name: read(data) for name, read in SETS.items()} | {"banking": bank(data)} | others


MOST = {
    "reddit": 4000,
    "reddit_part": 10000,
    "pros_cons": 2500,
    "comparative": 1500,
    "goemotions": 4000,
    "tweets": 4000,
    "banking": 2500,
    "crowdre": 1200,
    "sarcasm": 1000,
    "senti4sd": 1000,
    "hotels": 400,
}


def untaught(shared: Path, held_out: set[str]) -> list[tuple[str, str]]:
    """Draw the texts for the teacher, [(set, text)], always the same and none of `held_out`."""
    chance = random.Random(SAMPLE)  # noqa: S311 - a sample, not a secret
    seen, drawn = set(held_out), []
    for name, texts in pool(shared / "data").items():
        new = []
        for text in (" ".join(text.split()) for text in texts):
            letters = normal(text)
            if len(letters) >= FEWEST and letters not in seen:
                seen.add(letters)
                new.append((name, text))
        drawn += chance.sample(new, min(MOST.get(name, len(new)), len(new)))
    return drawn


def keep_answers(path: Path, texts: Sequence[str], logits: NDArray[np.float32]) -> None:
    """Write the teacher's logits [n, all heads side by side] under the texts' names."""
    names = np.array([int(name_of(text), 16) for text in texts], dtype=np.uint64)
    kept = np.clip(np.round(logits * STEPS), -127, 127).astype(np.int8)
    np.savez_compressed(path, names=names, logits=kept)


def load_taught(shared: Path, held_out: set[str], path: Path = OWN) -> list[Row]:
    """Give the rows that the teacher answered, without those in `held_out` (as `corpus.normal` writes them)."""
    with np.load(path) as kept:
        answers = dict(zip(kept["names"].tolist(), kept["logits"].astype(np.float32) / STEPS, strict=True))
    drawn = ((text, answers.get(int(name_of(text), 16))) for _, text in untaught(shared, held_out))
    rows = [Row(text, taught=tuple(map(float, answer))) for text, answer in drawn if answer is not None]
    if 2 * len(rows) < len(answers):
        raise ValueError(f"only {len(rows)} of {len(answers)} taught texts lie in {shared} -> make {path.name} anew")
    return rows
