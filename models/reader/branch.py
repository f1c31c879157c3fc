"""Teaches layers that only read, beside the encoder's last ones: what likeness comes from stays to the last digit.

The encoder passes each text once; what its tokens are at the fork is kept, and from there on a copy of its last layers
learns what is labelled and what a larger teacher said of other texts (knowledge distillation, Hinton et al. 2015). The
heads see what the encoder says of a text and, behind it, the first token of the branch.
"""

from __future__ import annotations

import copy
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from corpus import Corpus, Row
from finetune import Heads, Learner, fingerprint, keep, order_of_steps, resume, take_step, warmed_up
from losses import class_weights, task_loss
from plan import Plan
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from trunk import load_model, pool

from listening.signals.encoder import Encoder, has_bf16_units, load_weights, package_folder
from listening.signals.network import BRANCH, HEADS, TRUNK

FORK = 3  # the branch begins behind so many layers
DRAW = 64  # rows a step
DROP = 0.1
# How far each answer goes from that of the heads before the branch to that of its own: the tone keeps an ear for
# tweets, and the stage stays, since pain points are grouped by it (CARD.md tells what the branch's own would reach).
NEW = {"pain": 1.0, "stage": 0.0, "sentiment": 0.5, "signals": 1.0}
TOGETHER, MOST = 128, 7  # numbers of a table's change that share a scale, and the largest of them in four bits


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What the encoder makes of texts: `tokens` bfloat16[t, 384] of each at the fork, `told` float32[n, 768]."""

    tokens: Sequence[Tensor]
    told: Tensor


class Branch(nn.Module):
    """A copy of the encoder's layers behind the fork, of whose last only the first token is wanted."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.layers = nn.ModuleList(copy.deepcopy(layer) for layer in encoder.encoder.layer[FORK:])

    def forward(self, tokens: Sequence[Tensor]) -> Tensor:
        """Give float32[n, 384]: the first token of each text, after the branch."""
        rows = nn.utils.rnn.pad_sequence([one.float() for one in tokens], batch_first=True)
        lengths = torch.tensor([len(one) for one in tokens])
        real = (torch.arange(rows.shape[1]) < lengths[:, None])[:, None, None, :]
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bf16_units()):
            for layer in self.layers[:-1]:
                out = layer(rows, attention_mask=real)
                rows = out[0] if isinstance(out, tuple) else out
            first = self._conclude(rows, real)
        return first.float()

    def _conclude(self, rows: Tensor, real: Tensor) -> Tensor:
        """Let the first tokens alone pass the last layer, as `network.conclude` does."""
        layer, (count, _, width) = self.layers[-1], rows.shape
        asked, first = layer.attention.self, rows[:, :1]
        query, key, value = (
            one.view(count, -1, HEADS, width // HEADS).transpose(1, 2)
            for one in (asked.query(first), asked.key(rows), asked.value(rows))
        )
        drop = DROP if self.training else 0.0
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=real, dropout_p=drop)
        thought = layer.attention.output(seen.transpose(1, 2).reshape(count, 1, width), first)
        return layer.output(layer.intermediate(thought), thought)[:, 0]


def look_at(rows: Sequence[Row], changes: Path) -> Seen:
    """Pass each different text of the rows once; one place a row."""
    texts = {text: place for place, text in enumerate(dict.fromkeys(row.text for row in rows))}
    seen, places = look([*texts], changes), [texts[row.text] for row in rows]
    return Seen([seen.tokens[place] for place in places], seen.told[places])


@torch.inference_mode()
def look(texts: Sequence[str], changes: Path) -> Seen:
    """Pass `texts` through the encoder with `changes`, those of like length together."""
    ids = Encoder(package_folder(), changes=changes, threads=1).cut(texts)
    model = load_model(package_folder(), changes).eval()
    order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
    tokens, told = [torch.empty(0)] * len(ids), torch.zeros(len(ids), 768)
    for start in range(0, len(order), DRAW):
        drawn = order[start : start + DRAW]
        padded = nn.utils.rnn.pad_sequence([torch.tensor(ids[row]) for row in drawn], batch_first=True)
        mask = (torch.arange(padded.shape[1]) < torch.tensor([len(ids[row]) for row in drawn])[:, None]).long()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bf16_units()):
            seen = model(input_ids=padded, attention_mask=mask, output_hidden_states=True)
        told[drawn] = pool(seen.last_hidden_state.float(), mask)
        for place, row in enumerate(drawn):
            tokens[row] = seen.hidden_states[FORK][place, : len(ids[row])].to(torch.bfloat16)
    return Seen(tokens, told)


def grow_branch(corpus: Corpus, plan: Plan, work: Path, *, base: Path) -> Path:
    """Learn, and give the folder that holds `encoder.safetensors` of `base`, `branch.safetensors` and `raw_heads`."""
    torch.manual_seed(plan.start)
    rows = [row for row in [*corpus.train, *corpus.extra] if row.text.strip()]
    seen = look_at(rows, base / "encoder.safetensors")
    steps = order_of_steps(rows, [len(one) for one in seen.tokens], len(corpus.train), plan, draw=DRAW)
    learner = new_learner(plan, len(steps), base)
    checkpoint = work / f"branch-{plan.name}-{fingerprint(rows)}.pt"
    resume(learner, checkpoint)
    weights, scale = class_weights(corpus.train), Scale(seen.told.mean(0), seen.told.std(0) + 1e-5)
    began, losses = time.time(), []
    while learner.step < len(steps):
        losses.append(learn(learner, steps[learner.step], rows, seen, scale, plan, weights))
        learner.step += 1
        if learner.step % 200 == 0 or learner.step == len(steps):
            mean = sum(losses[-200:]) / len(losses[-200:])
            print(f"step {learner.step}/{len(steps)} loss {mean:.3f} {time.time() - began:.0f} s", flush=True)
            keep(learner, checkpoint)
    return write(learner, scale, work, base)


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Where the encoder's own numbers lie, float32[768] each: the heads learn from them at one size."""

    mean: Tensor
    spread: Tensor

    def __call__(self, told: Tensor) -> Tensor:
        """Bring numbers to mean 0 and spread 1."""
        return (told - self.mean) / self.spread

    def fold(self, raw: dict[str, Tensor]) -> dict[str, Tensor]:
        """Give heads that take the numbers as they come and answer the same."""
        out = dict(raw)
        for name in [name for name in raw if name.endswith("hidden.weight")]:
            weight = raw[name].clone()
            weight[:, : len(self.mean)] /= self.spread
            out[name] = weight
            bias = name.replace("weight", "bias")
            out[bias] = raw[bias] - weight[:, : len(self.mean)] @ self.mean
        return out


def new_learner(plan: Plan, steps: int, base: Path) -> Learner:
    """Build branch, heads and optimizer."""
    model, heads = Branch(load_model(package_folder(), base / "encoder.safetensors")), Heads(768 + 384)
    groups = [
        {"params": list(model.parameters()), "lr": plan.rate},
        {"params": list(heads.parameters()), "lr": plan.head_rate},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    mean = AveragedModel(nn.ModuleList([model, heads]), multi_avg_fn=get_ema_multi_avg_fn(plan.tail))
    return Learner(model, heads, optimizer, warmed_up(optimizer, steps), mean)


def learn(  # noqa: PLR0917 - one step's rows and what they are learned with
    learner: Learner,
    chosen: Sequence[int],
    rows: Sequence[Row],
    seen: Seen,
    scale: Scale,
    plan: Plan,
    weights: dict[str, Tensor],
) -> float:
    """Take one step and give its loss."""
    learner.model.train()
    learner.heads.train()
    torch.manual_seed(plan.seed * 100_003 + learner.step)  # the same dropout whether or not we were interrupted
    read = learner.model([seen.tokens[row] for row in chosen])
    answers = learner.heads(torch.cat([scale(seen.told[chosen]), read], dim=1))
    return take_step(learner, task_loss(answers, [rows[row] for row in chosen], plan, weights))


def write(learner: Learner, scale: Scale, work: Path, base: Path) -> Path:
    """Write the branch and the raw heads, beside the encoder that they stand on."""
    assert learner.mean is not None  # noqa: S101 - new_learner made one
    model, heads = learner.mean.module
    save_file(adapter_of(model, base / "encoder.safetensors"), work / "branch.safetensors")
    raw = {n.removeprefix("heads."): p.detach() for n, p in heads.state_dict().items()}
    kept = {n: p for n, p in raw.items() if not n.startswith(("emotions.", "tweets."))}  # those only teach the layers
    save_file({n: p.contiguous() for n, p in scale.fold(kept).items()}, work / "raw_heads.safetensors")
    shutil.copyfile(base / "encoder.safetensors", work / "encoder.safetensors")
    return work


def adapter_of(branch: Branch, changes: Path) -> dict[str, Tensor]:
    """Write each table of the branch as a change to the encoder's own, in four bits a number; the rest in fp16."""
    weights, out = load_weights(package_folder(), changes), {}
    for told, tensor in branch.state_dict().items():
        number, rest = told.removeprefix("layers.").split(".", 1)
        name = f"{BRANCH}{FORK + int(number)}.{rest}"
        if tensor.ndim == 1:
            out[name] = tensor.detach().half().contiguous()
        else:
            out |= folded(name, tensor.detach() - weights[name.replace(BRANCH, TRUNK)])
    return out


def folded(name: str, change: Tensor) -> dict[str, Tensor]:
    """Round a table to four bits a number, as `encoder.unfolded` reads it: two in a byte, each 128 by their scale."""
    rows = change.reshape(-1, TOGETHER)
    scale = (rows.abs().amax(1) / MOST).clamp(min=1e-7).half()
    steps = (rows / scale.float()[:, None]).round().clamp(-MOST, MOST) + 8
    pairs = steps.to(torch.uint8).view(len(rows), -1, 2)
    return {f"{name}.change": pairs[..., 0] | pairs[..., 1] << 4, f"{name}.scale": scale}


def blend(old: Mapping[str, Tensor], new: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Give heads whose answers lie between those of `old`, which know no branch, and of `new`: `NEW` of the way.

    Two small networks side by side are one wider network, so that what reads them need not know. The old ears for pain
    become the voice, by which pain points are grouped: it stays with the embeddings.
    """
    ears = {name: tensor for name, tensor in old.items() if name.startswith("pain.")}
    out = {name.replace("pain.", "voice."): tensor for name, tensor in ears.items()}
    for name, share in NEW.items():
        told = [(heads, part) for heads, part in ((new, share), (old, 1 - share)) if part]
        tables = [heads[f"{name}.hidden.weight"] for heads, _ in told]
        width = max(one.shape[1] for one in tables)
        out[f"{name}.hidden.weight"] = torch.cat([functional.pad(one, (0, width - one.shape[1])) for one in tables])
        out[f"{name}.hidden.bias"] = torch.cat([heads[f"{name}.hidden.bias"] for heads, _ in told])
        out[f"{name}.out.weight"] = torch.cat([part * heads[f"{name}.out.weight"] for heads, part in told], dim=1)
        out[f"{name}.out.bias"] = torch.stack([part * heads[f"{name}.out.bias"] for heads, part in told]).sum(0)
    return out
