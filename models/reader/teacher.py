"""Makes `taught.npz`: `python models/reader/teacher.py --weights FOLDER`, then `train.py` teaches the reader from it.

FOLDER holds all-mpnet-base-v2 as its makers publish it (Apache-2.0): 110 million parameters, five times the reader's
and too slow for a night. It learns our questions from the labelled rows (half an hour of two cores with units for
bf16), then answers them for the texts of `taught.untaught`. Start it again and it goes on where it was.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import MPNetModel

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from corpus import Row, load_corpus, normal, some_tweets, told_later  # noqa: E402 - the path above comes first
from heard import load_heard  # noqa: E402 - the same
from losses import ASKED, SIZES, class_weights, task_loss  # noqa: E402 - the same
from plan import Plan  # noqa: E402 - the same
from runs import judged  # noqa: E402 - the same
from taught import OWN, keep_answers, untaught  # noqa: E402 - the same

from listening.signals.gold import read_cases  # noqa: E402 - the same

SEED, TIMES, OF_TOLD, TWEETS, TWEETS_SEED = 1, 3, 3600, 1200, 41
DRAW, RATE, HEAD_RATE, FIXED, LONGEST, HIDDEN = 24, 4e-5, 6e-4, 2, 128, 256
PAD = 1  # the number of the padding token in this network's vocabulary


class Teacher(nn.Module):
    """The larger encoder with a head a question, on [mean of the tokens, first token]."""

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.tokenizer = Tokenizer.from_file(str(weights / "tokenizer.json"))
        self.tokenizer.enable_truncation(LONGEST)
        self.tokenizer.no_padding()
        self.encoder = MPNetModel.from_pretrained(weights, add_pooling_layer=False)
        for name, parameter in self.encoder.named_parameters():
            layer = name.startswith("encoder.layer.") and int(name.split(".")[2]) >= FIXED
            parameter.requires_grad_(layer)
        wide = 2 * self.encoder.config.hidden_size
        self.heads = nn.ModuleDict({name: head(wide, size) for name, size in SIZES.items()})
        self.drop = nn.Dropout(0.1)

    def forward(self, ids: list[list[int]]) -> dict[str, Tensor]:
        """Give the logits of each question for some texts' tokens."""
        width = -(-max(map(len, ids)) // 8) * 8
        tokens = torch.tensor([[*i, *[PAD] * (width - len(i))] for i in ids])
        mask = torch.tensor([[1] * len(i) + [0] * (width - len(i)) for i in ids])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = self.encoder(input_ids=tokens, attention_mask=mask).last_hidden_state.float()
        real = mask.unsqueeze(-1).float()
        features = self.drop(torch.cat([(hidden * real).sum(1) / real.sum(1), hidden[:, 0]], 1))
        return {n: h["out"](self.drop(functional.gelu(h["hidden"](features)))) for n, h in self.heads.items()}


def head(wide: int, size: int) -> nn.ModuleDict:
    """Build a small two-layer head on `wide` numbers."""
    return nn.ModuleDict({"hidden": nn.Linear(wide, HIDDEN), "out": nn.Linear(HIDDEN, size)})


@dataclass(slots=True)
class Lesson:
    """What the teacher learns: rows in an order, cut into steps of like length, and how rare each answer is."""

    rows: list[Row]
    ids: list[list[int]]
    steps: list[list[int]]
    weights: dict[str, Tensor]


def lesson(shared: Path, tokenizer: Tokenizer) -> Lesson:
    """Gather the labelled rows, some of our own passages and some tweets; no row on which is measured."""
    corpus = load_corpus(shared, extra=False, seed=40)
    held, chance = judged(corpus), random.Random(SEED)  # noqa: S311 - an order, not a secret
    told = [row for row in [*corpus.train, *told_later()] if row.told and normal(row.text) not in held]
    labelled = [row for row in corpus.train if not row.told]
    labelled += load_heard(shared, held) + load_heard(shared, held, later=True)
    tweets = [row for row in some_tweets(shared / "data", TWEETS_SEED, TWEETS) if normal(row.text) not in held]
    rows = labelled * TIMES + chance.sample(told, OF_TOLD) + tweets
    ids = [one.ids for one in tokenizer.encode_batch([row.text for row in rows])]
    order, steps = list(range(len(rows))), []
    chance.shuffle(order)
    for start in range(0, len(order), DRAW * 40):
        shelf = sorted(order[start : start + DRAW * 40], key=lambda i: len(ids[i]))
        drawn = [shelf[i : i + DRAW] for i in range(0, len(shelf), DRAW)]
        chance.shuffle(drawn)
        steps += drawn
    return Lesson(rows, ids, steps, class_weights(corpus.train))


def learn(teacher: Teacher, told: Lesson, checkpoint: Path) -> None:
    """Take all steps, or go on with them; a checkpoint every 300."""
    layers = teacher.encoder.encoder.layer
    groups = [
        {"params": list(layer.parameters()), "lr": RATE * 0.9 ** (len(layers) - 1 - depth)}
        for depth, layer in enumerate(layers)
        if depth >= FIXED
    ]
    groups.append({"params": list(teacher.heads.parameters()), "lr": HEAD_RATE})
    optimizer, count = torch.optim.AdamW(groups, weight_decay=0.01), len(told.steps)
    warm = count // 12
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / warm, max(0.0, (count - s) / (count - warm)))
    )
    parts, began, start = {"teacher": teacher, "optimizer": optimizer, "schedule": schedule}, time.time(), 0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        start = kept.pop("step")
        for name, state in kept.items():
            parts[name].load_state_dict(state)
    teacher.train()
    for step in range(start, count):
        chosen = told.steps[step]
        loss = task_loss(teacher([told.ids[i] for i in chosen]), [told.rows[i] for i in chosen], Plan(), told.weights)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(teacher.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if (step + 1) % 300 == 0 or step + 1 == count:
            print(f"step {step + 1}/{count} {time.time() - began:.0f} s", flush=True)
            torch.save({name: part.state_dict() for name, part in parts.items()} | {"step": step + 1}, checkpoint)


@torch.inference_mode()
def answer(teacher: Teacher, texts: list[str]) -> np.ndarray:
    """Give the logits float32[n, all of `losses.ASKED` side by side] of texts, the like-long ones together."""
    teacher.eval()
    ids = [one.ids for one in teacher.tokenizer.encode_batch(texts)]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    logits = np.zeros((len(ids), sum(SIZES[name] for name in ASKED)), dtype=np.float32)
    for start in range(0, len(order), 64):
        drawn = order[start : start + 64]
        said = teacher([ids[i] for i in drawn])
        logits[drawn] = torch.cat([said[name] for name in ASKED], 1).numpy()
    return logits


def main() -> None:
    """Learn, answer, and write the answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="the folder of all-mpnet-base-v2")
    parser.add_argument("--work", type=Path, default=ROOT / "data" / "var" / "reader", help="checkpoints")
    parser.add_argument("--out", type=Path, default=OWN)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    shared = Path(os.environ.get("LISTENING_SHARED", ROOT.parent / "shared"))
    torch.set_num_threads(options.threads)
    torch.manual_seed(SEED)
    options.work.mkdir(parents=True, exist_ok=True)
    teacher = Teacher(options.weights)
    learn(teacher, lesson(shared, teacher.tokenizer), options.work / "teacher.pt")
    held = {normal(case.text) for case in read_cases(shared / "data" / "journey_pain" / "dev.jsonl")}
    texts = [text for _, text in untaught(shared, held)]
    keep_answers(options.out, texts, answer(teacher, texts))
    print(f"{len(texts)} texts answered: {options.out}")


if __name__ == "__main__":
    main()
