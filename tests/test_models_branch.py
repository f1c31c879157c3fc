"""The branch that reads: it learns beside the encoder's last layers, which stay as they are to the last digit."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from safetensors.torch import save_file

from listening.signals.encoder import Encoder, load_weights, package_folder, unfolded
from listening.signals.gold import read_cases
from listening.signals.heads import LABELS, Heads

READER = Path(__file__).resolve().parent.parent / "models" / "reader"
CASES = read_cases(READER / "told.jsonl.gz")[:128]
TEXTS = [case.text for case in CASES[:16]]


@pytest.fixture(autouse=True)
def scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(READER), *sys.path])


@dataclass(frozen=True, slots=True)
class Grown:
    """A finished run: from which encoder it went on, the folder that it made, and what it printed."""

    base: Path
    made: Path
    printed: str


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The original encoder as the folder of finished runs."""
    folder = tmp_path_factory.mktemp("base")
    layers = {n: t.half() for n, t in load_weights(package_folder(), None).items() if n.startswith("encoder.layer.")}
    save_file(layers, folder / "encoder.safetensors")
    return folder


@pytest.fixture(scope="module")
def grown(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Grown:
    work, printed = tmp_path_factory.mktemp("grown"), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed):
        patch.setattr(sys, "path", [str(READER), *sys.path])
        from branch import grow_branch  # noqa: PLC0415 - beside the shelf

        grow_branch(corpus(), plan(), work, base=base)
    return Grown(base, work, printed.getvalue())


def corpus() -> object:
    from corpus import Corpus, as_row  # noqa: PLC0415 - beside the shelf

    return Corpus([as_row(case) for case in CASES], [], [])


def plan() -> object:
    from plan import Plan  # noqa: PLC0415 - beside the shelf

    return Plan(epochs=2, rate=1e-4, head_rate=2e-3, tail=0.5)


def test_a_branch_that_learned_nothing_says_what_the_encoder_says(base: Path) -> None:
    from branch import Branch, look  # noqa: PLC0415 - beside the shelf
    from trunk import load_model  # noqa: PLC0415 - the same

    seen = look(TEXTS, base / "encoder.safetensors")
    fresh = Branch(load_model(package_folder(), base / "encoder.safetensors")).eval()
    with torch.inference_mode():
        first = fresh(seen.tokens)
    likeness = torch.nn.functional.cosine_similarity(first, seen.told[:, 384:])
    assert likeness.min() > 0.999  # the tokens at the fork were kept in bfloat16


def test_what_was_learned_is_what_is_read_and_likeness_stays(grown: Grown) -> None:
    layers = grown.made / "encoder.safetensors"
    plain = Encoder(package_folder(), changes=layers, threads=1, exact=True).encode(TEXTS)
    read = Encoder(
        package_folder(), changes=layers, branch=grown.made / "branch.safetensors", threads=1, exact=True
    ).encode(TEXTS)
    assert layers.read_bytes() == (grown.base / "encoder.safetensors").read_bytes()
    assert np.array_equal(read.embedding, plain.embedding)
    assert np.array_equal(read.features[:, :768], plain.features)
    assert read.features.shape == (16, 1152)
    assert not np.allclose(read.features[:, 768:], plain.features[:, 384:], atol=0.05)  # the branch moved on


def test_a_branch_is_kept_in_four_bits_a_number(base: Path, tmp_path: Path) -> None:
    import branch  # noqa: PLC0415 - beside the shelf
    from trunk import load_model  # noqa: PLC0415 - the same

    changes = base / "encoder.safetensors"
    one = branch.Branch(load_model(package_folder(), changes))
    torch.manual_seed(2)
    with torch.no_grad():
        for table in (tensor for tensor in one.parameters() if tensor.ndim > 1):
            table.add_(torch.randn(table.shape) / 100)
    save_file(branch.adapter_of(one, changes), tmp_path / "branch.safetensors")
    weights = load_weights(package_folder(), changes, tmp_path / "branch.safetensors")
    for name, tensor in one.state_dict().items():
        number, rest = name.removeprefix("layers.").split(".", 1)
        kept = weights[f"reading.layer.{branch.FORK + int(number)}.{rest}"]
        assert (kept - tensor).abs().max() < 0.05 / 14 + 2e-3, name  # half a step where the largest is .05
    assert (tmp_path / "branch.safetensors").stat().st_size < 2_900_000


@pytest.mark.parametrize("largest", [0.0, 1e-6, 0.01, 3.0])
def test_four_bits_hold_what_they_can(largest: float) -> None:
    import branch  # noqa: PLC0415 - beside the shelf

    change = torch.linspace(-1, 1, 512).view(2, 256) * largest
    told = branch.folded("x", change)
    kept = unfolded(told["x.change"], told["x.scale"]).view(2, 256)
    steps = (change.view(4, 128).abs().amax(1) / 7).clamp(min=1e-7)[:, None]
    assert ((kept - change).view(4, 128).abs() <= 0.51 * steps + 1e-7).all()
    assert told["x.change"].dtype == torch.uint8


def test_its_heads_answer_better_than_they_began(grown: Grown) -> None:
    from calibrate import calibrate  # noqa: PLC0415 - beside the shelf
    from corpus import as_row  # noqa: PLC0415 - the same

    rows = [as_row(case) for case in CASES]
    parts = {name: grown.made / f"{name}.safetensors" for name in ("encoder", "branch", "raw_heads")}
    encoder = Encoder(package_folder(), changes=parts["encoder"], branch=parts["branch"], threads=1)
    features = encoder.encode([row.text for row in rows]).features
    cues = np.zeros((len(rows), len(LABELS["signals"])), dtype=np.float32)
    heads = Heads(calibrate(load_file(parts["raw_heads"]), features, rows, cues))
    pain = heads.answer(features).pain
    truth = np.array([row.pain for row in rows])
    commonest = np.bincount(truth).max() / len(truth)
    assert (pain.argmax(1) == truth).mean() > commonest


def test_a_finished_run_is_not_done_twice(grown: Grown, capsys: pytest.CaptureFixture[str]) -> None:
    from branch import grow_branch  # noqa: PLC0415 - beside the shelf

    assert "step 4/4" in grown.printed
    before = (grown.made / "branch.safetensors").read_bytes()
    grow_branch(corpus(), plan(), grown.made, base=grown.base)
    assert "going on from step 4" in capsys.readouterr().out
    assert (grown.made / "branch.safetensors").read_bytes() == before


def test_heads_that_take_the_numbers_as_they_come_answer_the_same() -> None:
    from branch import Scale  # noqa: PLC0415 - beside the shelf

    torch.manual_seed(1)
    scale = Scale(torch.randn(6), torch.rand(6) + 0.5)
    numbers, more = torch.randn(5, 6), torch.randn(5, 3)
    raw = {"pain.hidden.weight": torch.randn(4, 9), "pain.hidden.bias": torch.randn(4), "pain.out.bias": torch.ones(3)}
    folded = scale.fold(raw)
    wanted = torch.cat([scale(numbers), more], 1) @ raw["pain.hidden.weight"].T + raw["pain.hidden.bias"]
    found = torch.cat([numbers, more], 1) @ folded["pain.hidden.weight"].T + folded["pain.hidden.bias"]
    assert torch.allclose(found, wanted, atol=1e-5)
    assert torch.equal(folded["pain.out.bias"], raw["pain.out.bias"])


def test_blended_heads_answer_between_the_old_and_the_new(monkeypatch: pytest.MonkeyPatch) -> None:
    import branch  # noqa: PLC0415 - beside the shelf

    monkeypatch.setattr(branch, "NEW", {"pain": 0.25, "stage": 1.0})
    torch.manual_seed(4)

    def heads(width: int) -> dict[str, torch.Tensor]:
        one = {}
        for name, labels in (("pain", 3), ("stage", 8)):
            one |= {f"{name}.hidden.weight": torch.randn(5, width), f"{name}.hidden.bias": torch.randn(5)}
            one |= {f"{name}.out.weight": torch.randn(labels, 5), f"{name}.out.bias": torch.randn(labels)}
        return one

    old, new = heads(6), heads(9)
    numbers = torch.randn(7, 9)

    def said(one: dict[str, torch.Tensor], name: str) -> torch.Tensor:
        table = one[f"{name}.hidden.weight"]
        hidden = torch.nn.functional.gelu(numbers[:, : table.shape[1]] @ table.T + one[f"{name}.hidden.bias"])
        return hidden @ one[f"{name}.out.weight"].T + one[f"{name}.out.bias"]

    found = branch.blend(old, new)
    assert torch.allclose(said(found, "pain"), 0.25 * said(new, "pain") + 0.75 * said(old, "pain"), atol=1e-5)
    assert torch.equal(said(found, "stage"), said(new, "stage"))
    assert found["stage.hidden.weight"].shape == (5, 9)
    assert torch.equal(said(found, "voice"), said(old, "pain"))  # pain points are grouped as before


def test_the_run_takes_all_that_is_labelled_and_what_the_teacher_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import runs  # noqa: PLC0415 - beside the shelf
    from corpus import Corpus, Row, as_row  # noqa: PLC0415 - the same

    labelled, taught = as_row(CASES[0]), Row("read by a teacher", taught=(1.0,) * 23)
    seen = SimpleNamespace()
    monkeypatch.setattr(runs, "load_corpus", lambda *_, **__: Corpus([labelled], [], []))
    monkeypatch.setattr(runs, "load_heard", lambda *_, later=False: [Row(f"heard {later}")])
    monkeypatch.setattr(runs, "told_later", lambda: [Row("told later")])
    monkeypatch.setattr(runs, "load_taught", lambda *_: [taught])
    monkeypatch.setattr(runs, "tweets_for", lambda *_: [Row("a tweet")])
    monkeypatch.setattr(runs, "grow_branch", lambda corpus, *_, **__: vars(seen).update(corpus=corpus) or tmp_path)
    assert runs.branch_run(runs.Where(tmp_path, tmp_path), tmp_path) == tmp_path
    assert [row.text for row in seen.corpus.train] == [labelled.text, "heard False", "heard True", "told later"]
    assert [row.text for row in seen.corpus.extra] == ["read by a teacher"] * runs.TAUGHT_TIMES + ["a tweet"]
