"""Teaches the embedding that two posts are alike when they tell the same trouble, in whatever words.

Supervised contrastive learning (Khosla et al. 2020) on troubles that we had told by six people each, beside other
troubles with the same product, and on public sets of intents, so that general likeness is not lost.
"""

from __future__ import annotations

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from corpus import normal, objects
from torch import Tensor

OWN = Path(__file__).with_name("alike.jsonl.gz")
INTENTS = ("banking77/dev_train.jsonl.gz", "hwu64/dev_train.jsonl.gz")  # CC BY 4.0
KEPT_BACK = 3  # every third row of those is never trained on, so that likeness can be measured
OWN_SHARE = 0.5  # of the draws; the rest are intents
GROUPS, EACH = 8, 4  # a draw: so many groups of so many texts
TEMPERATURE = 0.07
ALONE = "-none"  # groups of harmless talk: like nothing, each text by itself


@dataclass(frozen=True, slots=True)
class Kin:
    """Texts with the group that each is told in, and the blocks of rows that may stand in one draw."""

    texts: list[str]
    groups: list[int]
    own: list[list[int]]
    intents: list[list[int]]


def load_kin(shared: Path, held_out: set[str]) -> Kin:
    """Read our own groups and the intent sets, without the texts in `held_out` (as `corpus.normal` writes them)."""
    told: list[tuple[str, str, str]] = []
    with gzip.open(OWN, "rt", encoding="utf-8") as lines:
        for number, row in enumerate(map(json.loads, lines)):
            alone = f"#{number}" if row["group"].endswith(ALONE) else ""
            told.append((row["block"], row["group"] + alone, row["text"]))
    for place in INTENTS:
        rows = [row for number, row in enumerate(objects(shared / "data" / place)) if number % KEPT_BACK]
        told += [(place, f"{place}:{row['label']}", str(row["text"])) for row in rows]
    told = [row for row in told if normal(row[2]) not in held_out]
    number_of = {group: i for i, group in enumerate(dict.fromkeys(group for _, group, _ in told))}
    blocks: dict[str, list[int]] = defaultdict(list)
    for i, (block, _, _) in enumerate(told):
        blocks[block].append(i)
    return Kin(
        [text for _, _, text in told],
        [number_of[group] for _, group, _ in told],
        [rows for block, rows in blocks.items() if block not in INTENTS],
        [blocks[place] for place in INTENTS],
    )


def draw(kin: Kin, chance: random.Random) -> list[int]:
    """Draw the rows of one step: some groups of one block, some texts of each."""
    block = chance.choice(kin.own if chance.random() < OWN_SHARE else kin.intents)
    by_group: dict[int, list[int]] = defaultdict(list)
    for row in block:
        by_group[kin.groups[row]].append(row)
    several = sorted(group for group, rows in by_group.items() if len(rows) > 1)
    chosen = chance.sample(several, min(GROUPS, len(several)))
    rows = [row for group in chosen for row in chance.sample(by_group[group], min(EACH, len(by_group[group])))]
    alone = [rows[0] for group, rows in by_group.items() if len(rows) == 1]
    return rows + chance.sample(alone, min(EACH, len(alone)))


def contrast(vectors: Tensor, groups: Sequence[int]) -> Tensor:
    """Give the loss of float[n, k] vectors: each should be nearer to its own group than to all others of the draw."""
    unit = torch.nn.functional.normalize(vectors, dim=1)
    likeness = unit @ unit.T / TEMPERATURE
    itself = torch.eye(len(groups), dtype=torch.bool)
    mine = torch.tensor(groups)
    same = (mine[:, None] == mine[None, :]) & ~itself
    told = likeness.masked_fill(itself, float("-inf")).log_softmax(dim=1).masked_fill(itself, 0.0)
    kin = same.sum(1)
    return -((told * same).sum(1)[kin > 0] / kin[kin > 0]).mean()
