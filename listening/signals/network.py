"""The encoder's arithmetic, without padding: the tokens of many passages lie in one row after another.

The dense layers, which take most of the time, then work on one large table in which every row is a real token; only
attention looks at each passage by itself, together with the others of its length. Same weights and formulas as
transformers' BertModel: a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from listening.errors import ModelError
from listening.signals.products import Dense, lay, linear, look

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray
    from torch import Tensor

LAYERS, HEADS = 6, 12  # of all-MiniLM-L6-v2
MEGAFLOP = 3.58  # of a token in one layer, at the usual lengths
KEYS_SHARE = 1 / 6  # of a layer's work, where only keys and values of all its tokens are wanted
STEP = 64  # tables have so many rows, or twice, thrice ...: for each number of rows oneDNN makes a kernel of its own
TRUNK = "encoder.layer."  # how the names of the layers begin
BRANCH = "reading.layer."  # and of those that read only, beside those that likeness comes from
EPSILON = 1e-12  # of BERT's layer norms


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One of the six layers, query, key and value in one table."""

    attention: Dense
    joined: Dense
    joined_norm: Dense
    wide: Dense
    narrow: Dense
    narrow_norm: Dense


class Network:
    """The network for inference, from the weights of a BertModel, on `device`.

    Where the weights hold `reading.layer.N`, the passages go through these beside the layers of the same numbers: the
    heads then read on, while what likeness comes from stays as it was.
    With `half` the dense layers and attention compute in bfloat16; what goes from layer to layer stays in float32, so
    that a passage is read alike by processors with units for bfloat16 and by those without.
    """

    def __init__(self, weights: Mapping[str, Tensor], *, half: bool = False, device: str = "cpu") -> None:
        import torch  # noqa: PLC0415 - seconds to import: only when a reader is opened

        told = {
            name: tensor.detach().to(device, torch.bfloat16 if half and is_dense(name) else torch.float32)
            for name, tensor in weights.items()
            if tensor.is_floating_point()
        }
        try:
            self._words = told["embeddings.word_embeddings.weight"]
            types = told["embeddings.token_type_embeddings.weight"]
            self._places = told["embeddings.position_embeddings.weight"] + types[0]
            self._norm = dense(told, "embeddings.LayerNorm")
            self._blocks = [block(told, f"{TRUNK}{number}") for number in range(LAYERS)]
            read = [number for number in range(LAYERS) if f"{BRANCH}{number}.output.dense.weight" in told]
            self._reading = [block(told, f"{BRANCH}{number}") for number in read]
        except KeyError as error:
            raise ModelError(f"the encoder lacks the layer {error}", "run make install again") from error

    @property
    def width(self) -> int:
        """How many numbers a passage gets."""
        return self._words.shape[1] * (3 if self._reading else 2)

    @property
    def megaflop_a_token(self) -> float:
        """What a token costs, at the usual lengths."""
        extra = len(self._reading) - 1 + KEYS_SHARE if self._reading else 0.0
        return MEGAFLOP * (len(self._blocks) + extra)

    def __call__(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Give [mean over the tokens, first token] float32[n, 2 * width] of each passage; none may be empty.

        With a branch that reads, its first token stands behind them: float32[n, 3 * width].
        """
        import torch  # noqa: PLC0415 - loaded by now

        with torch.inference_mode():
            numbers: NDArray[np.float32] = self._read(ids).cpu().numpy()
        return numbers

    def _read(self, ids: Sequence[Sequence[int]]) -> Tensor:
        import torch  # noqa: PLC0415 - loaded by now

        order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
        runs = runs_of([len(ids[row]) for row in order])
        tokens = torch.from_numpy(np.concatenate([np.asarray(ids[row], dtype=np.int64) for row in order]))
        places = torch.cat([torch.arange(length).repeat(count) for count, length in runs])
        device = self._words.device
        rows = self._words[tokens.to(device)] + self._places[places.to(device)]
        rows = normed(filled(rows), self._norm)
        fork = LAYERS - len(self._reading)
        for one in self._blocks[:fork]:
            rows = think(rows, one, runs)
        read = [self._read_on(rows.clone(), runs)] if self._reading else []
        for one in self._blocks[fork:]:
            rows = think(rows, one, runs)
        told = torch.cat([pooled(part, *run) for part, run in zip(parts(rows, runs), runs, strict=True)])
        told = torch.cat([told, *read], dim=1)
        out = torch.empty((len(ids), told.shape[1]), device=device)
        out[order] = told
        return out

    def _read_on(self, rows: Tensor, runs: Runs) -> Tensor:
        """Pass tokens through the branch, of whose last layer only each passage's first token is wanted."""
        *between, last = self._reading
        for one in between:
            rows = think(rows, one, runs)
        return conclude(rows, last, runs)


Runs = list[tuple[int, int]]  # (count, length): so many passages of one length, one after another


def runs_of(lengths: Sequence[int]) -> Runs:
    """Count how many passages of each length follow each other; `lengths` are sorted."""
    return [(len(list(same)), length) for length, same in groupby(lengths)]


def filled(rows: Tensor) -> Tensor:
    """Put rows of zeros below, up to a multiple of STEP; nothing looks at them."""
    from torch.nn import functional  # noqa: PLC0415 - loaded by now

    return functional.pad(rows, (0, 0, 0, -len(rows) % STEP))


def parts(rows: Tensor, runs: Runs) -> Sequence[Tensor]:
    """Cut the table of tokens into the part of each length, without what fills it up."""
    import torch  # noqa: PLC0415 - loaded by now

    sizes = [count * length for count, length in runs]
    return torch.split(rows[: sum(sizes)], sizes)


def think(rows: Tensor, layer: Block, runs: Runs) -> Tensor:
    """Pass tokens float32[t, width] through one layer; `rows` is used up."""
    return digest(rows, attend(linear(rows, layer.attention), runs), layer)


def conclude(rows: Tensor, layer: Block, runs: Runs) -> Tensor:
    """Pass through one layer what is wanted of it: float32[n, width], the first token of each passage."""
    import torch  # noqa: PLC0415 - loaded by now

    width, counts = rows.shape[1], [count for count, _ in runs]
    first = filled(torch.cat([part.view(*run, width)[:, 0] for part, run in zip(parts(rows, runs), runs, strict=True)]))
    weight, bias = layer.attention.weight, layer.attention.bias
    query = linear(first, Dense(weight[:width], bias[:width])).view(-1, 1, HEADS, width // HEADS).transpose(1, 2)
    told = parts(linear(rows, Dense(weight[width:], bias[width:])), runs)
    seen = []
    for asked, part, (count, length) in zip(torch.split(query[: sum(counts)], counts), told, runs, strict=True):
        key, value = part.view(count, length, 2, HEADS, width // HEADS).permute(2, 0, 3, 1, 4)
        seen.append(look(asked, key, value).reshape(count, width))
    return digest(first, filled(torch.cat(seen)), layer)[: sum(counts)]


def digest(rows: Tensor, seen: Tensor, layer: Block) -> Tensor:
    """Add to tokens what they saw, and think it over each for itself; `rows` is used up."""
    rows = normed(rows.add_(linear(seen, layer.joined)), layer.joined_norm)
    return normed(rows.add_(linear(linear(rows, layer.wide, bent=True), layer.narrow)), layer.narrow_norm)


def attend(asked: Tensor, runs: Runs) -> Tensor:
    """Let the tokens of each passage look at each other: [t, 3 * width] to [t, width]."""
    import torch  # noqa: PLC0415 - loaded by now

    width = asked.shape[1] // 3
    out = torch.zeros((len(asked), width), dtype=asked.dtype, device=asked.device)
    for part, goal, (count, length) in zip(parts(asked, runs), parts(out, runs), runs, strict=True):
        query, key, value = part.view(count, length, 3, HEADS, width // HEADS).permute(2, 0, 3, 1, 4)
        goal.view(count, length, HEADS, width // HEADS).copy_(look(query, key, value).transpose(1, 2))
    return out


def pooled(rows: Tensor, count: int, length: int) -> Tensor:
    """Give [mean, first] of passages of one length."""
    import torch  # noqa: PLC0415 - loaded by now

    told = rows.view(count, length, -1).float()
    return torch.cat([told.mean(1), told[:, 0]], dim=1)


def normed(rows: Tensor, layer: Dense) -> Tensor:
    """Apply one layer norm."""
    from torch.nn import functional  # noqa: PLC0415 - loaded by now

    return functional.layer_norm(rows, (rows.shape[1],), layer.weight, layer.bias, EPSILON)


def is_dense(name: str) -> bool:
    """Say whether a weight is one of a dense layer: of a layer of the network, but of no norm."""
    return name.startswith((TRUNK, BRANCH)) and "LayerNorm" not in name


def dense(told: Mapping[str, torch.Tensor], name: str) -> Dense:
    """Take one layer out of the weights."""
    return lay(told[f"{name}.weight"].contiguous(), told[f"{name}.bias"].contiguous())


def block(told: Mapping[str, torch.Tensor], name: str) -> Block:
    """Take one of the layers out of the weights."""
    import torch  # noqa: PLC0415 - loaded by now

    asked = [dense(told, f"{name}.attention.self.{part}") for part in ("query", "key", "value")]
    return Block(
        lay(torch.cat([one.weight for one in asked]), torch.cat([one.bias for one in asked])),
        dense(told, f"{name}.attention.output.dense"),
        dense(told, f"{name}.attention.output.LayerNorm"),
        dense(told, f"{name}.intermediate.dense"),
        dense(told, f"{name}.output.dense"),
        dense(told, f"{name}.output.LayerNorm"),
    )
