"""Teaches the encoder's layers our questions, all at once, without letting its sense of likeness drift.

Token embeddings stay. A cosine term holds the mean-pooled vector, on which clustering lives, near the original's; the
first token is free to learn. Checkpoints every 100 steps: start it again and it goes on.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import torch
from alike import Kin, contrast, draw
from corpus import STAGES, UNKNOWN, Corpus, Row
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional
from trunk import load_model, read

from listening.signals.encoder import Encoder, package_folder
from listening.types import PAINS, SENTIMENTS, SIGNALS

SIZES = {
    "pain": len(PAINS),
    "stage": len(STAGES),
    "sentiment": len(SENTIMENTS),
    "signals": len(SIGNALS),
    "emotions": 28,
}
HIDDEN = 192
DRAW = 32  # rows a step


@dataclass(frozen=True, slots=True)
class Plan:
    """How to learn; all of it is in the checkpoint's name, so another plan never goes on from this one's."""

    epochs: int = 5
    extra_epochs: int = 1
    rate: float = 1e-4
    head_rate: float = 1e-3
    near: float = 3.0
    alike: float = 0.0  # what the contrast between troubles counts; 0 for none
    smoothing: float = 0.05
    start: int = 20  # the heads begin alike in every run, so that runs can be averaged
    seed: int = 20  # order of rows, dropout

    @property
    def name(self) -> str:
        """A file name that tells the plan."""
        return "-".join(
            str(v)
            for v in (self.epochs, self.extra_epochs, self.rate, self.head_rate, self.near, self.alike, self.seed)
        )


class Heads(nn.Module):
    """One small two-layer head a question, on [mean, first token]."""

    def __init__(self) -> None:
        super().__init__()
        self.heads = nn.ModuleDict(
            {
                name: nn.ModuleDict({"hidden": nn.Linear(768, HIDDEN), "out": nn.Linear(HIDDEN, size)})
                for name, size in SIZES.items()
            }
        )
        self.drop = nn.Dropout(0.1)

    def forward(self, features: Tensor) -> dict[str, Tensor]:
        """Give the logits of each question."""
        return {
            n: h["out"](self.drop(functional.gelu(h["hidden"](self.drop(features))))) for n, h in self.heads.items()
        }


@dataclass(slots=True)
class Learner:
    """What changes while learning."""

    model: nn.Module
    heads: Heads
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LambdaLR
    step: int = 0


@dataclass(frozen=True, slots=True)
class Alike:
    """The texts of the contrast, as tokens, and the chance that draws from them."""

    kin: Kin
    ids: list[list[int]]
    seed: int

    def batch(self, step: int) -> tuple[list[list[int]], list[int]]:
        """Draw the tokens and groups of one step; the same for the same step, however often we were interrupted."""
        rows = draw(self.kin, random.Random(self.seed * 100_003 + step))  # noqa: S311 - an order, not a secret
        return [self.ids[row] for row in rows], [self.kin.groups[row] for row in rows]


def finetune(corpus: Corpus, plan: Plan, work: Path, *, base: Path | None = None, kin: Kin | None = None) -> Path:
    """Learn, and give the folder that holds `encoder.safetensors` (fp16 layers) and `raw_heads.safetensors`.

    `base` is the folder of finished runs to go on from; `kin` the texts of the contrast.
    """
    torch.manual_seed(plan.start)
    rows = [row for row in [*corpus.train, *corpus.extra] if row.text.strip()]
    original = Encoder(package_folder(), threads=1)
    tokenize = original._tokenizer.encode_batch  # noqa: SLF001 - the same tokenizer
    ids = [e.ids for e in tokenize([row.text for row in rows])]
    alike = Alike(kin, [e.ids for e in tokenize(kin.texts)], plan.seed) if kin else None
    anchors = torch.from_numpy(original.encode([row.text for row in rows]).embedding)
    steps = order_of_steps([len(i) for i in ids], len(corpus.train), plan)
    learner = new_learner(plan, len(steps), base)
    checkpoint = work / f"checkpoint-{plan.name}-{fingerprint(rows)}.pt"
    resume(learner, checkpoint)
    weights = class_weights(corpus.train)
    began, losses = time.time(), []
    while learner.step < len(steps):
        chosen = steps[learner.step]
        loss = learn(
            learner, [rows[i] for i in chosen], [ids[i] for i in chosen], anchors[chosen], plan, weights, alike
        )
        losses.append(loss)
        learner.step += 1
        if learner.step % 100 == 0 or learner.step == len(steps):
            mean = sum(losses[-100:]) / len(losses[-100:])
            print(f"step {learner.step}/{len(steps)} loss {mean:.3f} {time.time() - began:.0f} s", flush=True)
            keep(learner, checkpoint)
    return write_weights(learner, work)


def fingerprint(rows: Sequence[Row]) -> str:
    """Name the rows shortly: other rows never go on from these rows' checkpoint."""
    return hashlib.blake2b(repr([astuple(row) for row in rows]).encode(), digest_size=4).hexdigest()


def order_of_steps(lengths: Sequence[int], own: int, plan: Plan) -> list[list[int]]:
    """Draw the rows of each step, of like length: ours `epochs` times, the others `extra_epochs` times."""
    chance = random.Random(plan.seed)  # noqa: S311 - an order, not a secret
    rows = list(range(own)) * plan.epochs + list(range(own, len(lengths))) * plan.extra_epochs
    chance.shuffle(rows)
    steps = []
    for start in range(0, len(rows), DRAW * 40):
        shelf = sorted(rows[start : start + DRAW * 40], key=lambda i: lengths[i])
        drawn = [shelf[i : i + DRAW] for i in range(0, len(shelf), DRAW)]
        chance.shuffle(drawn)
        steps += drawn
    return steps


def new_learner(plan: Plan, steps: int, base: Path | None) -> Learner:
    """Build network, heads and optimizer: lower layers learn more slowly."""
    model = load_model(package_folder(), base / "encoder.safetensors" if base else None)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.startswith("encoder.layer."))
    heads = Heads()
    if base:
        raw = load_file(base / "raw_heads.safetensors")
        heads.heads.load_state_dict(raw, strict=False)  # the emotions begin anew
    groups = [
        {"params": list(layer.parameters()), "lr": plan.rate * 0.85 ** (5 - depth)}
        for depth, layer in enumerate(model.encoder.layer)
    ]
    groups.append({"params": list(heads.parameters()), "lr": plan.head_rate})
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    warm = max(1, steps // 12)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / warm, max(0.0, (steps - s) / (steps - warm)))
    )
    return Learner(model, heads, optimizer, schedule)


def learn(  # noqa: PLR0917 - one step's rows in three shapes
    learner: Learner,
    rows: Sequence[Row],
    ids: Sequence[Sequence[int]],
    anchors: Tensor,
    plan: Plan,
    weights: dict[str, Tensor],
    alike: Alike | None = None,
) -> float:
    """Take one step and give its loss."""
    learner.model.train()
    learner.heads.train()
    torch.manual_seed(plan.seed * 100_003 + learner.step)  # the same dropout whether or not we were interrupted
    features = read(learner.model, ids)
    near = 1 - functional.cosine_similarity(features[:, :384], anchors).mean()
    loss = task_loss(learner.heads(features), rows, plan, weights) + plan.near * near
    if alike:
        more, groups = alike.batch(learner.step)
        loss = loss + plan.alike * contrast(read(learner.model, more)[:, :384], groups)
    learner.optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_([*learner.model.parameters(), *learner.heads.parameters()], 1.0)
    learner.optimizer.step()
    learner.schedule.step()
    return float(loss.detach())


def task_loss(logits: dict[str, Tensor], rows: Sequence[Row], plan: Plan, weights: dict[str, Tensor]) -> Tensor:
    """Add up the questions that the rows answer."""
    total = torch.zeros(())
    trust = torch.tensor([row.pain_weight for row in rows])
    for name, share in (("pain", 1.0), ("stage", 1.0), ("sentiment", 0.7)):
        target = torch.tensor([getattr(row, name) for row in rows])
        known = target != UNKNOWN
        if known.any():
            each = functional.cross_entropy(
                logits[name][known],
                target[known],
                weight=weights.get(name),
                reduction="none",
                label_smoothing=plan.smoothing,
            )
            total = total + share * (each * (trust[known] if name == "pain" else 1.0)).sum() / len(rows)
    if marked := [i for i, row in enumerate(rows) if row.signals]:
        target = torch.tensor([rows[i].signals for i in marked])
        each = functional.binary_cross_entropy_with_logits(
            logits["signals"][marked], target, pos_weight=weights["signals"]
        )
        total = total + 3.0 * each * len(marked) / len(rows)
    felt = [i for i, row in enumerate(rows) if row.emotions]
    if felt:
        target = torch.zeros((len(felt), SIZES["emotions"]))
        for place, i in enumerate(felt):
            target[place, list(rows[i].emotions)] = 1.0
        each = functional.binary_cross_entropy_with_logits(logits["emotions"][felt], target)
        total = total + 4.0 * each * len(felt) / len(rows)
    return total


def class_weights(rows: Sequence[Row]) -> dict[str, Tensor]:
    """Rare stages and signals count more, by the square root of their rarity: macro F1 asks for all alike."""
    stages = torch.bincount(torch.tensor([row.stage for row in rows]), minlength=len(STAGES)).float()
    by_stage = (stages.mean() / stages).sqrt()
    share = torch.tensor([row.signals for row in rows]).mean(0)
    return {"stage": by_stage / by_stage.mean(), "signals": ((1 - share) / share).sqrt()}


def keep(learner: Learner, checkpoint: Path) -> None:
    """Write the checkpoint beside the old one and swap: a kill never leaves half of one."""
    state = {
        "model": learner.model.state_dict(),
        "heads": learner.heads.state_dict(),
        "optimizer": learner.optimizer.state_dict(),
        "schedule": learner.schedule.state_dict(),
        "step": learner.step,
    }
    fresh = checkpoint.with_suffix(".new")
    torch.save(state, fresh)
    fresh.replace(checkpoint)


def resume(learner: Learner, checkpoint: Path) -> None:
    """Go on from the checkpoint, where there is one."""
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        learner.model.load_state_dict(state["model"])
        learner.heads.load_state_dict(state["heads"])
        learner.optimizer.load_state_dict(state["optimizer"])
        learner.schedule.load_state_dict(state["schedule"])
        learner.step = state["step"]
        print(f"going on from step {learner.step}", flush=True)


def write_weights(learner: Learner, work: Path) -> Path:
    """Write the changed layers in half precision, and the raw heads, both as safetensors."""
    layers = {
        n: p.detach().half().contiguous()
        for n, p in learner.model.state_dict().items()
        if n.startswith("encoder.layer.")
    }
    save_file(layers, work / "encoder.safetensors")
    raw = {n.removeprefix("heads."): p.detach().contiguous() for n, p in learner.heads.state_dict().items()}
    save_file({n: p for n, p in raw.items() if not n.startswith("emotions.")}, work / "raw_heads.safetensors")
    return work


def average(folders: Sequence[Path], work: Path) -> Path:
    """Write the mean of the runs in `folders`: runs that begin alike end in one valley, and we take its middle."""
    for name in ("encoder.safetensors", "raw_heads.safetensors"):
        runs = [load_file(folder / name) for folder in folders]
        mean = {key: torch.stack([run[key].float() for run in runs]).mean(0).to(runs[0][key].dtype) for key in runs[0]}
        save_file(mean, work / name)
    return work
