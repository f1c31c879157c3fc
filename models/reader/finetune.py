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

import numpy as np
import torch
from alike import Kin, contrast, draw
from corpus import Corpus, Row
from losses import SIZES, class_weights, task_loss
from plan import Plan
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from trunk import load_model, read

from listening.signals.encoder import Encoder, package_folder

HIDDEN = 192
DRAW = 32  # rows a step


class Heads(nn.Module):
    """One small two-layer head a question, on [mean, first token] or more."""

    def __init__(self, width: int = 768) -> None:
        super().__init__()
        self.heads = nn.ModuleDict(
            {
                name: nn.ModuleDict({"hidden": nn.Linear(width, HIDDEN), "out": nn.Linear(HIDDEN, size)})
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
    mean: AveragedModel | None = None  # of network and heads, over the last steps
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
    changes = base / "encoder.safetensors" if base and plan.near_base else None
    near = Encoder(package_folder(), changes=changes, threads=1)
    tokenize = near._tokenizer.encode_batch  # noqa: SLF001 - the same tokenizer
    ids = [e.ids for e in tokenize([row.text for row in rows])]
    alike = Alike(kin, [e.ids for e in tokenize(kin.texts)], plan.seed) if kin else None
    anchors = anchors_of(near, rows, work)
    steps = order_of_steps(rows, [len(i) for i in ids], len(corpus.train), plan)
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


def anchors_of(encoder: Encoder, rows: Sequence[Row], work: Path) -> Tensor:
    """Give the embeddings near which those of the rows are held; kept in `work`, since they take minutes."""
    place = work / f"anchors-{fingerprint(rows)}.npy"
    if not place.exists():
        np.save(place, encoder.encode([row.text for row in rows]).embedding)
    return torch.from_numpy(np.load(place))


def fingerprint(rows: Sequence[Row]) -> str:
    """Name the rows shortly: other rows never go on from these rows' checkpoint."""
    return hashlib.blake2b(repr([astuple(row) for row in rows]).encode(), digest_size=4).hexdigest()


def order_of_steps(
    rows: Sequence[Row], lengths: Sequence[int], own: int, plan: Plan, *, draw: int = DRAW
) -> list[list[int]]:
    """Draw the rows of each step, `draw` of like length: ours `epochs` times, the others `extra_epochs` times."""
    chance = random.Random(plan.seed)  # noqa: S311 - an order, not a secret
    times = [plan.told_epochs or plan.epochs if row.told else plan.epochs for row in rows[:own]]
    order = [row for turn in range(max(times)) for row in range(own) if turn < times[row]]
    order += list(range(own, len(rows))) * plan.extra_epochs
    chance.shuffle(order)
    steps = []
    for start in range(0, len(order), draw * 40):
        shelf = sorted(order[start : start + draw * 40], key=lambda i: lengths[i])
        drawn = [shelf[i : i + draw] for i in range(0, len(shelf), draw)]
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
        alike = {name.replace("sentiment.", "tweets."): p for name, p in raw.items() if name.startswith("sentiment.")}
        heads.heads.load_state_dict(alike | raw, strict=False)  # the emotions begin anew
    for layer in model.encoder.layer[: plan.fixed_layers]:
        layer.requires_grad_(requires_grad=False)
    groups = [
        {"params": list(layer.parameters()), "lr": plan.rate * 0.85 ** (5 - depth)}
        for depth, layer in enumerate(model.encoder.layer)
        if depth >= plan.fixed_layers
    ]
    groups.append({"params": list(heads.parameters()), "lr": plan.head_rate})
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    forget = get_ema_multi_avg_fn(plan.tail)
    mean = AveragedModel(nn.ModuleList([model, heads]), multi_avg_fn=forget) if plan.tail else None
    return Learner(model, heads, optimizer, warmed_up(optimizer, steps), mean)


def warmed_up(optimizer: torch.optim.Optimizer, steps: int) -> torch.optim.lr_scheduler.LambdaLR:
    """Let the rate rise over the first twelfth of the steps, then fall to nothing."""
    warm = max(1, steps // 12)
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / warm, max(0.0, (steps - s) / max(1, steps - warm)))
    )


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
    if alike and learner.step % plan.alike_every == 0:
        more, groups = alike.batch(learner.step)
        loss = loss + plan.alike * contrast(read(learner.model, more)[:, :384], groups)
    return take_step(learner, loss)


def take_step(learner: Learner, loss: Tensor) -> float:
    """Go one step down the loss, and give it."""
    learner.optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_([*learner.model.parameters(), *learner.heads.parameters()], 1.0)
    learner.optimizer.step()
    learner.schedule.step()
    if learner.mean:
        learner.mean.update_parameters(nn.ModuleList([learner.model, learner.heads]))
    return float(loss.detach())


def keep(learner: Learner, checkpoint: Path) -> None:
    """Write the checkpoint beside the old one and swap: a kill never leaves half of one."""
    state = {
        "model": learner.model.state_dict(),
        "heads": learner.heads.state_dict(),
        "optimizer": learner.optimizer.state_dict(),
        "schedule": learner.schedule.state_dict(),
        "mean": learner.mean.state_dict() if learner.mean else None,
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
        if learner.mean:
            learner.mean.load_state_dict(state["mean"])
        learner.step = state["step"]
        print(f"going on from step {learner.step}", flush=True)


def write_weights(learner: Learner, work: Path) -> Path:
    """Write the changed layers in half precision, and the raw heads, both as safetensors."""
    model, heads = learner.mean.module if learner.mean else (learner.model, learner.heads)
    layers = {
        n: p.detach().half().contiguous() for n, p in model.state_dict().items() if n.startswith("encoder.layer.")
    }
    save_file(layers, work / "encoder.safetensors")
    raw = {n.removeprefix("heads."): p.detach().contiguous() for n, p in heads.state_dict().items()}
    kept = {n: p for n, p in raw.items() if not n.startswith(("emotions.", "tweets."))}  # those only teach the layers
    save_file(kept, work / "raw_heads.safetensors")
    return work


def average(folders: Sequence[Path], work: Path) -> Path:
    """Write the mean of the runs in `folders`: runs that begin alike end in one valley, and we take its middle."""
    for name in ("encoder.safetensors", "raw_heads.safetensors"):
        runs = [load_file(folder / name) for folder in folders]
        mean = {key: torch.stack([run[key].float() for run in runs]).mean(0).to(runs[0][key].dtype) for key in runs[0]}
        save_file(mean, work / name)
    return work
