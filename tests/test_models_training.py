"""The scripts that trained the reader: a few steps on a few of our own passages, which go on where they stopped."""

from __future__ import annotations

import gzip
import io
import json
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from listening.signals.encoder import Encoder, package_folder
from listening.signals.gold import Case, read_cases
from listening.signals.heads import LABELS, Heads

READER = Path(__file__).resolve().parent.parent / "models" / "reader"


@pytest.fixture(autouse=True)
def scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(READER), *sys.path])


@dataclass(frozen=True, slots=True)
class Trained:
    """A first run: what it learned from, where it worked, the folder that it made, and what it printed."""

    cases: list[Case]
    work: Path
    made: Path
    printed: str


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    cases, work, printed = read_cases(READER / "told.jsonl.gz")[:48], tmp_path_factory.mktemp("trained"), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed):
        patch.setattr(sys, "path", [str(READER), *sys.path])
        from corpus import Corpus, as_row  # noqa: PLC0415 - beside the shelf
        from finetune import finetune  # noqa: PLC0415 - the same
        from plan import Plan  # noqa: PLC0415 - the same

        made = finetune(Corpus([as_row(case) for case in cases], [], []), Plan(epochs=1), work)
    return Trained(cases, work, made, printed.getvalue())


def test_a_run_changes_layers_makes_heads_and_is_not_done_twice(
    trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from calibrate import calibrate  # noqa: PLC0415 - beside the shelf, found by the fixture
    from corpus import Corpus, as_row  # noqa: PLC0415 - the same
    from finetune import average, finetune  # noqa: PLC0415 - the same
    from plan import Plan  # noqa: PLC0415 - the same

    cases, made = trained.cases, trained.made
    rows = [as_row(case) for case in cases]
    first = {path.name: path.read_bytes() for path in made.glob("*.safetensors")}
    assert first
    assert "step 2/2" in trained.printed
    finetune(Corpus(rows, [], []), Plan(epochs=1), trained.work)
    assert "going on from step 2" in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in made.glob("*.safetensors")} == first

    (tmp_path / "mean").mkdir()
    average([made, made], tmp_path / "mean")
    encoder = Encoder(package_folder(), changes=tmp_path / "mean" / "encoder.safetensors", threads=1)
    original = Encoder(package_folder(), threads=1)
    texts = [case.text for case in cases]
    learned, untouched = encoder.encode(texts), original.encode(texts)
    assert not np.array_equal(learned.features, untouched.features)
    assert (learned.embedding * untouched.embedding).sum(1).min() > 0.9  # the embedding is held near the original's
    cues = np.zeros((len(rows), len(LABELS["signals"])), dtype=np.float32)
    tensors = calibrate(load_file(tmp_path / "mean" / "raw_heads.safetensors"), learned.features, rows, cues)
    answers = Heads(tensors).answer(learned.features)
    assert answers.pain.shape == (48, len(LABELS["pain"]))
    assert answers.pain.sum(1) == pytest.approx(1, abs=1e-5)


def test_a_further_run_goes_on_from_another_and_writes_the_mean_of_its_last_weights(
    trained: Trained, tmp_path: Path
) -> None:
    from corpus import Corpus, as_row  # noqa: PLC0415 - beside the shelf, found by the fixture
    from finetune import finetune  # noqa: PLC0415 - the same
    from plan import Plan  # noqa: PLC0415 - the same

    corpus = Corpus([as_row(case) for case in read_cases(READER / "told.jsonl.gz")[:64]], [], [])
    base = trained.made
    plan = Plan(epochs=1, fixed_layers=2, near_base=True, tail=0.5)
    made = finetune(corpus, plan, tmp_path, base=base)
    before, after = load_file(base / "encoder.safetensors"), load_file(made / "encoder.safetensors")
    moved = {int(name.split(".")[2]) for name in before if not np.array_equal(before[name], after[name])}
    assert moved == {2, 3, 4, 5}


def test_texts_that_we_labelled_elsewhere_are_named_by_their_letters() -> None:
    from heard import OWN, name_of  # noqa: PLC0415 - beside the shelf, found by the fixture

    with gzip.open(OWN, "rt", encoding="utf-8") as lines:
        labels = [json.loads(line) for line in lines]
    assert len({label["text"] for label in labels}) == len(labels) > 1000
    assert all("signals" in label and len(label["text"]) == len(name_of("The lid broke.")) for label in labels)
    assert name_of("The lid broke.") == name_of(" the LID broke")


@pytest.mark.shared
def test_those_texts_are_there(shared: Path) -> None:
    from corpus import normal  # noqa: PLC0415 - beside the shelf, found by the fixture
    from heard import load_heard  # noqa: PLC0415 - the same

    rows = load_heard(shared, set())
    assert len(load_heard(shared, {normal(rows[0].text)})) == len(rows) - 1
    later = load_heard(shared, set(), later=True)
    assert not any(row.wild for row in [*rows, *later])
    assert {row.text for row in rows}.isdisjoint(row.text for row in later)


def test_a_quick_training_touches_neither_the_shipped_files_nor_a_true_runs_checkpoints(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from train import parse  # noqa: PLC0415 - beside the shelf, found by the fixture

    monkeypatch.setattr(sys, "argv", ["train.py", "--work", str(tmp_path)])
    true = parse()
    assert (true.out, true.work) == (READER, tmp_path)
    monkeypatch.setattr(sys, "argv", ["train.py", "--work", str(tmp_path), "--quick"])
    quick = parse()
    assert quick.work.parent == tmp_path
    assert quick.out.parent == quick.work


def test_a_thinned_corpus_keeps_what_is_judged_on() -> None:
    from corpus import Corpus, as_row  # noqa: PLC0415 - beside the shelf, found by the fixture
    from runs import thin  # noqa: PLC0415 - the same

    cases = read_cases(READER / "told.jsonl.gz")[:10]
    rows = [as_row(case) for case in cases]
    thinned = thin(Corpus(rows, rows, cases, rows), 4)
    assert (len(thinned.train), len(thinned.extra)) == (3, 3)
    assert (thinned.calibration, thinned.gold) == (rows, cases)


def test_what_was_written_later_teaches_the_latest_run_only() -> None:
    from corpus import TOLD, TOLD_LATER, told_later  # noqa: PLC0415 - beside the shelf, found by the fixture

    cases = read_cases(TOLD)
    assert [case.id for case in cases] == sorted(case.id for case in cases)
    later = told_later()
    assert 0 < len(later) < len(cases)
    assert {row.text for row in later} == {case.text for case in cases if case.id >= TOLD_LATER}
