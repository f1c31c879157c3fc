"""The encoder's arithmetic without padding gives what transformers' own network gives, passage by passage."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from listening.errors import ModelError
from listening.signals import encoder, network, products
from listening.signals.network import Network, runs_of

IDS = [[5, 7, 9], [5, 1, 2, 3, 4, 9], [5, 8, 9], [5, 9], [5, *range(20, 60), 9]]


@pytest.fixture(scope="module")
def original() -> torch.nn.Module:
    from transformers import BertConfig, BertModel  # noqa: PLC0415 - seconds to import, and each worker reads this file

    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=99, hidden_size=48, num_hidden_layers=6, num_attention_heads=12, intermediate_size=96
    )
    return BertModel(config, add_pooling_layer=False).eval()


def features(original: torch.nn.Module, ids: list[int]) -> np.ndarray:
    with torch.inference_mode():
        hidden = original(input_ids=torch.tensor([ids])).last_hidden_state[0]
    return torch.cat([hidden.mean(0), hidden[0]]).numpy()


def test_packed_passages_get_what_each_gets_alone(original: torch.nn.Module) -> None:
    network = Network(original.state_dict())
    expected = np.stack([features(original, ids) for ids in IDS])
    np.testing.assert_allclose(network(IDS), expected, atol=2e-5)
    np.testing.assert_allclose(network(IDS[::-1]), expected[::-1], atol=2e-5)


def branched(original: torch.nn.Module, *numbers: int) -> dict[str, torch.Tensor]:
    """Lay a branch beside the last layers: the same ones, in the opposite order, so that it reads something else."""
    weights = original.state_dict()
    for number, other in zip(numbers, reversed(numbers), strict=True):
        begins = f"encoder.layer.{other}."
        more = {n.replace(begins, f"{network.BRANCH}{number}."): t for n, t in weights.items() if n.startswith(begins)}
        weights = weights | more
    return weights


@pytest.mark.parametrize("numbers", [(5,), (4, 5), (2, 3, 4, 5)])
def test_a_branch_reads_what_its_layers_would_and_leaves_the_rest_as_it_was(
    original: torch.nn.Module, numbers: tuple[int, ...]
) -> None:
    plain, read = Network(original.state_dict())(IDS), Network(branched(original, *numbers))(IDS)
    other = copy.deepcopy(original)
    for number, copied in zip(numbers, reversed(numbers), strict=True):
        other.encoder.layer[number] = original.encoder.layer[copied]
    expected = np.stack([features(other, ids)[48:] for ids in IDS])
    assert np.array_equal(read[:, :96], plain)
    np.testing.assert_allclose(read[:, 96:], expected, atol=2e-5)


def test_half_precision_says_nearly_the_same(original: torch.nn.Module) -> None:
    whole, half = (Network(original.state_dict(), half=half)(IDS) for half in (False, True))
    likeness = (encoder.unit(whole) * encoder.unit(half)).sum(1)
    assert likeness.min() > 0.9999
    assert not np.array_equal(whole, half)


def test_in_half_precision_what_goes_from_layer_to_layer_stays_whole(
    original: torch.nn.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[torch.dtype, torch.dtype]] = []
    plain = network.linear

    def linear(rows: torch.Tensor, layer: products.Dense, *, bent: bool = False) -> torch.Tensor:
        out = plain(rows, layer, bent=bent)
        seen.append((rows.dtype, out.dtype))
        return out

    monkeypatch.setattr(network, "linear", linear)
    Network(original.state_dict(), half=True)(IDS)
    whole, half = torch.float32, torch.bfloat16
    assert seen == [(whole, half), (half, half), (whole, half), (half, half)] * 6  # attention, joined, wide, narrow


@pytest.mark.parametrize("branch", [False, True])
def test_tables_have_few_sizes_for_which_kernels_are_made(
    original: torch.nn.Module, branch: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[int] = []
    plain = network.linear

    def linear(told: torch.Tensor, layer: products.Dense, *, bent: bool = False) -> torch.Tensor:
        rows.append(len(told))
        return plain(told, layer, bent=bent)

    monkeypatch.setattr(network, "linear", linear)
    Network(branched(original, 5) if branch else original.state_dict())(IDS * 5)
    assert len(rows) == (29 if branch else 24)
    assert {count % network.STEP for count in rows} == {0}


def test_a_missing_layer_is_named(original: torch.nn.Module) -> None:
    weights = original.state_dict()
    del weights["encoder.layer.3.output.dense.bias"]
    with pytest.raises(ModelError, match=r"encoder\.layer\.3\.output\.dense\.bias"):
        Network(weights)


def test_runs_count_passages_of_one_length() -> None:
    assert runs_of([2, 3, 3, 7]) == [(1, 2), (2, 3), (1, 7)]
    assert runs_of([]) == []


@pytest.mark.parametrize(
    ("units", "half"),
    [({}, False), ({"avx2": True}, False), ({"avx512_bf16": True}, True), ({"amx_bf16": True, "avx2": True}, True)],
)
def test_the_processor_alone_decides_the_precision(
    units: dict[str, bool], half: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: units)
    assert encoder.has_bf16_units() is half


def test_who_wants_the_same_on_every_machine_gets_fp32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    exact, fast = (encoder.Encoder(encoder.package_folder(), threads=1, exact=one) for one in (True, False))
    assert (exact.precision, fast.precision) == ("fp32", "bf16")
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    plain = encoder.Encoder(encoder.package_folder(), threads=1)
    assert np.array_equal(exact.encode(["It broke."]).features, plain.encode(["It broke."]).features)
