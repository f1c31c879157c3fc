"""The fast products give what torch's ordinary functions give, and where there are none the ordinary ones are taken."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch.nn import functional

from listening.signals import products

HALF = torch.bfloat16


@pytest.fixture
def fresh() -> Iterator[None]:
    """What was found out of this machine is found out anew, before and after."""
    products.can_fuse.cache_clear()
    yield
    products.can_fuse.cache_clear()


def table(*shape: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("rows", [1, 7, 4096, 5001])
@pytest.mark.parametrize("bent", [False, True])
def test_a_dense_layer_gives_the_same_however_it_is_laid_out(rows: int, bent: bool) -> None:
    weight, bias, told = table(96, 48) / 7, table(96), table(rows, 48, seed=2)
    expected = functional.linear(told, weight, bias)
    expected = functional.gelu(expected) if bent else expected
    whole = products.linear(told, products.lay(weight, bias), bent=bent)
    half = products.linear(told, products.lay(weight.to(HALF), bias.to(HALF)), bent=bent)
    assert torch.equal(whole, expected)
    assert (whole.dtype, half.dtype) == (torch.float32, HALF)
    torch.testing.assert_close(half.float(), expected, atol=0.05, rtol=0.02)


@pytest.mark.parametrize(("asked", "seen"), [(1, 9), (9, 9), (128, 128), (1, 1)])
def test_passages_look_at_themselves_as_in_torchs_own_kernel(asked: int, seen: int) -> None:
    query, key, value = (table(3, 12, n, 32, seed=n + 5) for n in (asked, seen, seen))
    expected = functional.scaled_dot_product_attention(query, key, value)
    half = products.look(query.to(HALF), key.to(HALF), value.to(HALF))
    assert torch.equal(products.look(query, key, value), expected)
    assert (half.shape, half.dtype) == (expected.shape, HALF)
    torch.testing.assert_close(half.float(), expected, atol=0.03, rtol=0.03)


def test_where_kernels_take_long_to_make_torchs_own_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    query, key, value = (table(3, 12, 9, 32, seed=seed).to(HALF) for seed in (1, 2, 3))
    monkeypatch.setattr(products, "has_tiles", lambda: True)
    assert torch.equal(products.look(query, key, value), functional.scaled_dot_product_attention(query, key, value))


@pytest.mark.parametrize("said", [{}, {"avx512_bf16": True}, {"amx_bf16": True}])
def test_the_processor_tells_whether_it_has_tiles(said: dict[str, bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: said)
    assert products.has_tiles.__wrapped__() is ("amx_bf16" in said)


def test_tables_that_lie_across_are_looked_at_too() -> None:
    """As the encoder gives them: one table cut into query, key and value."""
    query, key, value = table(4, 6, 3, 12, 8).to(HALF).permute(2, 0, 3, 1, 4)
    straight = products.look(query.contiguous(), key.contiguous(), value.contiguous())
    assert torch.equal(products.look(query, key, value), straight)


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("error", [AttributeError("no such kernel"), RuntimeError("not on this processor")])
def test_without_the_kernel_the_ordinary_functions_are_taken(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object, **__: object) -> torch.Tensor:
        raise error

    monkeypatch.setattr(products, "_fused", fails)
    with caplog.at_level("INFO"):
        layer = products.lay(table(96, 48).to(HALF), table(96).to(HALF))
    assert layer.laid is None
    assert str(error) in caplog.text
    told = table(5, 48).to(HALF)
    assert torch.equal(products.linear(told, layer), functional.linear(told, layer.weight, layer.bias))


@pytest.mark.usefixtures("fresh")
def test_a_kernel_that_gives_something_else_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "_fused", lambda rows, *_, **__: torch.zeros_like(rows))
    assert not products.can_fuse()


def test_what_is_laid_out_reads_as_what_is_not() -> None:
    """One wrong kernel would change every reading: the two ways are held against each other on real sizes."""
    weight, bias = (table(1536, 384) / 20).to(HALF), table(1536).to(HALF)
    told = table(300, 384, seed=4).to(HALF)
    laid, plain = products.lay(weight, bias), products.Dense(weight, bias)
    fast, slow = (products.linear(told, one, bent=True).float().numpy() for one in (laid, plain))
    assert np.corrcoef(fast.ravel(), slow.ravel())[0, 1] > 0.9999
