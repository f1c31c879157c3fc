"""The products that take nearly all of the encoder's time, as this machine does them fastest.

In bfloat16 on a processor: the table of a dense layer is laid out once for the kernel, the bend (GELU) is taken while
the kernel still holds the row (oneDNN's post-ops, as torch's compiler uses them), and, but on AMX units, short passages
look at themselves by two batched products, without the bookkeeping of the kernel for long ones. Elsewhere torch's
ordinary functions.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

log = logging.getLogger(__name__)

USUAL_ROWS = 4096  # for which a table is laid out: what the encoder's batches hold
TRIED = 64  # rows and columns of the trial
SHORT = 48  # tokens of a passage up to which two products are faster


@dataclass(frozen=True, slots=True, eq=False)
class Dense:
    """One linear layer: `weight` [out, in], `bias` [out], and the weight as `laid` out for the fast kernel, if any."""

    weight: Tensor
    bias: Tensor
    laid: Tensor | None = None


def lay(weight: Tensor, bias: Tensor) -> Dense:
    """Make a linear layer, laid out for the fast kernel where there is one for such a weight."""
    import torch  # noqa: PLC0415 - seconds to import: only when a reader is opened

    if weight.dtype != torch.bfloat16 or weight.device.type != "cpu" or not can_fuse():
        return Dense(weight, bias)
    return Dense(weight, bias, _lay_out(weight, USUAL_ROWS))


@cache
def can_fuse() -> bool:
    """Say whether torch has the fast kernel here and it gives what the ordinary functions give.

    Without it the ordinary functions are taken, and the log says why: nothing is read otherwise, only more slowly.
    """
    import torch  # noqa: PLC0415 - loaded by now

    rows = torch.linspace(-2, 2, TRIED * TRIED).view(TRIED, TRIED).to(torch.bfloat16)
    weight, bias = rows.flip(0) / TRIED, rows[0]
    try:
        fast = _fused(rows, Dense(weight, bias, _lay_out(weight, TRIED)), bent=True)
    except (AttributeError, RuntimeError) as error:  # a torch without these operators; a processor without them
        log.info("dense layers by torch's ordinary functions: %s", str(error).partition("\n")[0])
        return False
    return torch.allclose(fast.float(), _plain(rows, Dense(weight, bias), bent=True).float(), atol=0.05, rtol=0.05)


def _lay_out(weight: Tensor, rows: int) -> Tensor:
    import torch  # noqa: PLC0415 - loaded by now

    laid: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight, rows)  # noqa: SLF001 - no public name leads to it
    return laid


def linear(rows: Tensor, layer: Dense, *, bent: bool = False) -> Tensor:
    """Apply one dense layer, in the precision of its weights; `bent` by a GELU."""
    rows = rows.to(layer.weight.dtype)
    return _plain(rows, layer, bent=bent) if layer.laid is None else _fused(rows, layer, bent=bent)


def _plain(rows: Tensor, layer: Dense, *, bent: bool) -> Tensor:
    from torch.nn import functional  # noqa: PLC0415 - loaded by now

    out = functional.linear(rows, layer.weight, layer.bias)
    return functional.gelu(out) if bent else out


def _fused(rows: Tensor, layer: Dense, *, bent: bool) -> Tensor:
    import torch  # noqa: PLC0415 - loaded by now

    kind, way = ("gelu", "none") if bent else ("none", "")
    out: Tensor = torch.ops.mkldnn._linear_pointwise(rows, layer.laid, layer.bias, kind, [], way)  # noqa: SLF001 - the same
    return out


@cache
def has_tiles() -> bool:
    """Say whether the processor multiplies tiles (AMX): there a kernel takes milliseconds to make.

    Batched products need one for each number of passages and tokens; torch's own attention makes none.
    """
    return bool(units().get("amx_bf16"))


def units() -> Mapping[str, object]:
    """Tell what the processor can do, by torch's names; nothing where torch cannot tell."""
    import torch  # noqa: PLC0415 - loaded by now

    said: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return said


def look(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Let `query` [n, heads, asked, d] look at `key` and `value` [n, heads, seen, d]: [n, heads, asked, d]."""
    import torch  # noqa: PLC0415 - loaded by now
    from torch.nn.functional import scaled_dot_product_attention  # noqa: PLC0415 - the same

    if query.dtype != torch.bfloat16 or query.device.type != "cpu" or key.shape[2] > SHORT or has_tiles():
        return scaled_dot_product_attention(query, key, value)
    asked, keys, values = (one.reshape(-1, *one.shape[2:]) for one in (query, key, value))
    likeness = torch.bmm(asked, keys.transpose(1, 2)).float().mul_(asked.shape[-1] ** -0.5)
    seen = torch.bmm(likeness.softmax(-1).to(query.dtype), values)
    return seen.view(query.shape)
