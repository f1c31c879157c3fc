"""The scripts that trained the reader: a few steps on a few of our own passages, which go on where they stopped."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from listening.signals.encoder import Encoder, package_folder
from listening.signals.gold import read_cases
from listening.signals.heads import LABELS, Heads

READER = Path(__file__).resolve().parent.parent / "models" / "reader"


@pytest.fixture(autouse=True)
def scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(READER), *sys.path])


def test_a_run_changes_layers_makes_heads_and_is_not_done_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from calibrate import calibrate  # noqa: PLC0415 - beside the shelf, found by the fixture
    from corpus import Corpus, as_row  # noqa: PLC0415 - the same
    from finetune import Plan, average, finetune  # noqa: PLC0415 - the same

    cases = read_cases(READER / "told.jsonl")[:48]
    rows = [as_row(case) for case in cases]
    made = finetune(Corpus(rows, [], []), Plan(epochs=1), tmp_path)
    first = {path.name: path.read_bytes() for path in made.glob("*.safetensors")}
    assert "step 2/2" in capsys.readouterr().out
    finetune(Corpus(rows, [], []), Plan(epochs=1), tmp_path)
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
    tensors = calibrate(load_file(tmp_path / "mean" / "raw_heads.safetensors"), learned.features, rows)
    answers = Heads(tensors).answer(learned.features)
    assert answers.pain.shape == (48, len(LABELS["pain"]))
    assert answers.pain.sum(1) == pytest.approx(1, abs=1e-5)
