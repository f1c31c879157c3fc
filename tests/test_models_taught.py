"""The larger teacher: what it says of a text is kept under the text's name, and the reader learns to say the same."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import MPNetConfig, MPNetModel

from listening.signals.gold import read_cases

READER = Path(__file__).resolve().parent.parent / "models" / "reader"
TEXTS = ["The lid came off on the second day.", "Nobody answered my letter.", "A lovely kettle, and quick."]


@pytest.fixture(autouse=True)
def scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(READER), *sys.path])


@pytest.fixture
def pooled(monkeypatch: pytest.MonkeyPatch) -> None:
    import taught  # noqa: PLC0415 - beside the shelf, found by the fixture

    monkeypatch.setattr(taught, "pool", lambda _: {"one": [*TEXTS, TEXTS[0].upper(), "short"]})


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A teacher of a few thousand parameters, with the files that a true one has."""
    torch.manual_seed(3)
    folder = tmp_path / "small"
    config = MPNetConfig(
        vocab_size=40, hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=32
    )
    MPNetModel(config, add_pooling_layer=False).save_pretrained(folder)
    words = {word: number for number, word in enumerate(["<s>", "<pad>", "<unk>", "The", "lid", "Nobody", "kettle"])}
    tokenizer = Tokenizer(WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.mark.usefixtures("pooled")
def test_texts_are_drawn_once_and_none_that_is_held_out() -> None:
    from corpus import normal  # noqa: PLC0415 - beside the shelf
    from taught import untaught  # noqa: PLC0415 - the same

    assert sorted(text for _, text in untaught(Path(), set())) == sorted(TEXTS)
    assert sorted(text for _, text in untaught(Path(), {normal(TEXTS[1])})) == sorted([TEXTS[0], TEXTS[2]])


@pytest.mark.usefixtures("pooled")
def test_answers_come_back_under_their_texts_names(tmp_path: Path) -> None:
    from corpus import normal  # noqa: PLC0415 - beside the shelf
    from taught import keep_answers, load_taught  # noqa: PLC0415 - the same

    logits = np.linspace(-20, 9, 3 * 23, dtype=np.float32).reshape(3, 23)
    keep_answers(tmp_path / "taught.npz", TEXTS, logits)
    rows = load_taught(Path(), set(), tmp_path / "taught.npz")
    told = {row.text: row.taught for row in rows}
    for text, wanted in zip(TEXTS, logits, strict=True):
        assert told[text] == pytest.approx(np.clip(wanted, -12.7, 12.7), abs=0.051)
    assert {row.pain for row in rows} == {-1}  # a teacher's answer is no label

    with pytest.raises(ValueError, match=r"only 1 of 3 taught texts .* make taught.npz anew"):
        load_taught(Path(), {normal(TEXTS[0]), normal(TEXTS[1])}, tmp_path / "taught.npz")


def test_neighbours_are_joined_as_far_as_they_go_together() -> None:
    from taught import join  # noqa: PLC0415 - beside the shelf

    long = "x" * 250
    assert list(join(["A kettle.", "It leaks\nat the lid.", long, long, "Well."])) == [
        f"A kettle. It leaks at the lid. {long}",
        f"{long} Well.",
    ]
    assert list(join([long, long, long])) == []


def test_the_loss_draws_the_answers_to_the_teachers() -> None:
    from corpus import Row  # noqa: PLC0415 - beside the shelf
    from losses import ASKED, SIZES, taught_loss  # noqa: PLC0415 - the same

    torch.manual_seed(5)
    wanted = torch.randn(4, sum(SIZES[name] for name in ASKED)) * 2
    rows = [*(Row(str(i), taught=tuple(line.tolist())) for i, line in enumerate(wanted)), Row("asked by nobody")]
    said = {name: torch.zeros(5, SIZES[name], requires_grad=True) for name in ASKED}
    optimizer = torch.optim.Adam(said.values(), lr=0.2)
    before = float(taught_loss(said, rows).detach())
    for _ in range(200):
        optimizer.zero_grad()
        taught_loss(said, rows).backward()
        optimizer.step()
    parts = dict(zip(ASKED, wanted.split([SIZES[name] for name in ASKED], dim=1), strict=True))
    assert float(taught_loss(said, rows).detach()) < before
    assert torch.allclose(said["signals"][:4].sigmoid(), parts["signals"].sigmoid(), atol=0.02)
    for name in ("pain", "stage", "sentiment"):
        assert torch.allclose(said[name][:4].softmax(1), parts[name].softmax(1), atol=0.02)
        assert not said[name][4].any()  # nothing was asked, so nothing moved
    assert taught_loss(said, rows[4:]) == 0


def test_the_teacher_learns_goes_on_where_it_was_and_answers(
    weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from corpus import as_row  # noqa: PLC0415 - beside the shelf
    from losses import class_weights  # noqa: PLC0415 - the same
    from teacher import Lesson, Teacher, answer, learn  # noqa: PLC0415 - the same

    rows = [as_row(case) for case in read_cases(READER / "told.jsonl.gz")[:24]]

    def fresh() -> Teacher:
        torch.manual_seed(1)
        return Teacher(weights)

    def taught(checkpoint: Path) -> Teacher:
        one = fresh()
        ids = [encoded.ids for encoded in one.tokenizer.encode_batch([row.text for row in rows])]
        learn(one, Lesson(rows, ids, [[*range(12)], [*range(12, 24)]] * 8, class_weights(rows)), checkpoint)
        return one

    def missed(one: Teacher) -> float:
        """How far its words on pain are from the labels."""
        said = torch.from_numpy(answer(one, [row.text for row in rows])[:, :3])
        return float(torch.nn.functional.cross_entropy(said, torch.tensor([row.pain for row in rows])))

    first = taught(tmp_path / "teacher.pt")
    assert "step 16/16" in capsys.readouterr().out
    logits = answer(first, TEXTS)
    assert logits.shape == (3, 23)
    assert missed(first) < missed(fresh())

    again = taught(tmp_path / "teacher.pt")
    assert not capsys.readouterr().out  # nothing is left to learn
    assert np.array_equal(answer(again, TEXTS), logits)
    assert np.array_equal(answer(again, TEXTS[::-1]), logits[::-1])  # in whatever order
