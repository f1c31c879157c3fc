"""The public sets for bench/clusters.py: texts, their human groups, and the reader's vectors, kept under data/var/."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from listening.signals.encoder import Encoder, package_folder
from listening.signals.sentences import split_passages

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "data" / "var" / "clusters"
SHARED = Path(os.environ.get("LISTENING_SHARED", ROOT.parent / "shared")) / "data"
FILES = {
    "banking77": ("banking77/dev_train.jsonl.gz", "label"),
    "hwu64": ("hwu64/dev_train.jsonl.gz hwu64/dev_val.jsonl.gz", "label"),
    "newsgroups": ("newsgroups20_sample/dev_120_per_group.jsonl.gz", "group"),
    "trec": ("trec_qc/dev_train.jsonl.gz", "fine"),
    "newsT": ("mstream_topic_streams/dev_newsT.jsonl.gz", "cluster"),
    "airline": ("airline_tweets/dev_united_southwest_delta_virgin.jsonl.gz", "negativereason"),
}


@dataclass(frozen=True, slots=True, eq=False)
class LabelledSet:
    """Texts in their own order, the group that people gave each, and vectors float32[n, 384] of length one."""

    name: str
    texts: list[str]
    labels: list[str]
    vectors: NDArray[np.float32]

    def sample(self, most: int) -> LabelledSet:
        """Take at most so many, the same ones each time, in their order."""
        if len(self.texts) <= most:
            return self
        rows = sorted(np.random.default_rng(0).permutation(len(self.texts))[:most].tolist())
        chosen = [self.texts[row] for row in rows], [self.labels[row] for row in rows]
        return LabelledSet(self.name, *chosen, self.vectors[rows])


def open_set(name: str, most: int) -> LabelledSet:
    """Read at most `most` rows of a set (a fixed sample); vectors are made once and kept."""
    files, key = FILES[name]
    rows = []
    for file in files.split():
        with gzip.open(SHARED / file, "rt", encoding="utf-8") as lines:
            rows += [row for row in map(json.loads, lines) if row[key] is not None]
    texts = [f"{row.get('subject', '')}\n\n{row['text']}".strip() for row in rows]
    whole = LabelledSet(name, texts, [str(row[key]) for row in rows], np.zeros((len(rows), 0), dtype=np.float32))
    chosen = whole.sample(most)
    return LabelledSet(name, chosen.texts, chosen.labels, _vectors(f"{name}-{len(chosen.texts)}", chosen.texts))


def _vectors(name: str, texts: Sequence[str]) -> NDArray[np.float32]:
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"{name}.npy"
    if not path.exists():
        np.save(path, embed(texts, changed=True))
    found: NDArray[np.float32] = np.load(path)
    return found


def embed(texts: Sequence[str], *, changed: bool) -> NDArray[np.float32]:
    """Give each text the mean of its passages by length, as `listening group` does; else by the untouched encoder."""
    changes = ROOT / "models" / "reader" / "encoder.safetensors" if changed else None
    encoder = Encoder(package_folder(), changes=changes)
    cut = [(row, passage) for row, text in enumerate(texts) for passage in split_passages(text, str(row))]
    numbers = encoder.encode([passage.text for _, passage in cut]).embedding
    total = np.zeros((len(texts), numbers.shape[1]))
    for (row, passage), vector in zip(cut, numbers, strict=True):
        total[row] += vector * (passage.end - passage.start)
    lengths = np.maximum(1e-9, np.linalg.norm(total, axis=1, keepdims=True))
    return np.asarray(total / lengths, dtype=np.float32)
