"""What `listening models list` and `doctor` tell of the models, ours and those put in their place."""

from __future__ import annotations

from pathlib import Path

from cli_nouns import Run
from test_signals_swapped import MODELS, save, stars

from listening.signals.shelf import read_manifest

pytest_plugins = ("cli_fixtures",)


def set_reading(home: Path, lines: str) -> None:
    path = home / "configs" / "listening.toml"
    path.write_text(path.read_text() + f"\n[reading]\n{lines}\n")


def test_the_list_tells_files_hashes_places_and_figures(cli: Run) -> None:
    got = cli("models", "list")
    assert got.code == 0
    first, *rest = got.out.splitlines()
    assert first.startswith("reader.v")
    assert "models" in first
    told = {row.split()[1]: row.split() for row in rest if row.startswith(("ok ", "CHANGED", "missing"))}
    assert {"package:model.safetensors", "reader/heads.safetensors"} <= told.keys()
    assert all(len(row[2]) == 12 for row in told.values())
    space = read_manifest(MODELS).space
    assert any(f"embeddings: the same as {space} gives" in line for line in rest) is not first.startswith(f"{space},")
    assert any(line.startswith("pain_macro_f1") and "[" in line for line in rest)


def test_the_list_and_the_doctor_tell_swapped_models(cli: Run, bikes_home: Path) -> None:
    save(bikes_home / "stars", "BertForSequenceClassification", num_labels=5)
    save(bikes_home / "vectors", "BertModel")
    set_reading(bikes_home, f'sentiment = "stars"\nsentiment_labels = "{stars()}"\nencoder = "vectors"')
    got = cli("models", "list").out
    assert "+sentiment=stars@" in got.splitlines()[0]
    assert "LABEL_0=negative" in got
    assert got.count("not measured by the gate") == 2
    doctor = next(line for line in cli("doctor").out.splitlines() if " models " in line)
    assert "embeddings: vectors@" in doctor


def test_a_swapped_model_that_is_not_here_is_broken_with_its_mend(cli: Run, bikes_home: Path) -> None:
    set_reading(bikes_home, 'sentiment = "someone/some-model"')
    doctor = next(line for line in cli("doctor").out.splitlines() if " models " in line)
    assert doctor.startswith("BROKEN")
    assert "hf download someone/some-model" in doctor
    got = cli("models", "list")
    assert (got.code, "hf download" in got.err) == (1, True)
