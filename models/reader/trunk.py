"""The encoder as it learns: transformers' own network, from the same files that the reader reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from listening.signals.encoder import MAX_TOKENS, has_bf16_units, load_weights

STEP = 8  # lengths are padded up to a multiple of this


def load_model(folder: Path, changes: Path | None) -> nn.Module:
    """Build the network from `folder` and lay the layers of `changes` over it."""
    config = BertConfig(**json.loads((folder / "config.json").read_text()))
    config._attn_implementation = "sdpa"  # noqa: SLF001 - transformers' own way to choose the fused attention
    model = BertModel(config, add_pooling_layer=False)
    missing, _ = model.load_state_dict(load_weights(folder, changes), strict=False)
    if missing:
        raise ValueError(f"the encoder lacks {len(missing)} layers")
    return model


def pool(hidden: Tensor, mask: Tensor) -> Tensor:
    """Give [mean over the real tokens, first token], shape [n, 768], of hidden states [n, width, 384]."""
    weight = mask.unsqueeze(-1).to(hidden.dtype)
    mean = (hidden * weight).sum(1) / weight.sum(1).clamp(min=1)
    return torch.cat([mean, hidden[:, 0]], dim=1)


def read(model: nn.Module, ids: Sequence[Sequence[int]]) -> Tensor:
    """Give the features float[n, 768] of tokens; half precision where the processor has units for it."""
    width = min(MAX_TOKENS, -(-max(len(i) for i in ids) // STEP) * STEP)
    tokens = torch.tensor([[*i, *[0] * (width - len(i))] for i in ids])
    mask = torch.tensor([[1] * len(i) + [0] * (width - len(i)) for i in ids])
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bf16_units()):
        hidden = model(input_ids=tokens, attention_mask=mask).last_hidden_state
    return pool(hidden.float(), mask)
