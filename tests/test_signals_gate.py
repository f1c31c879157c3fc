"""The gold, the figures, the shelf's hashes and the floors: what lets a model in or keeps it out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from listening.errors import ModelError
from listening.signals.gate import (
    Floors,
    GateLine,
    check,
    check_gold,
    gold_sets,
    hold,
    passed,
    read_floors,
    set_floor,
    write_floors,
)
from listening.signals.gold import Case, fingerprint, held_out, read_cases, shared_gold
from listening.signals.measure import Figure, Verdict, measure
from listening.signals.shelf import ModelFile, faults, read_manifest, sha256, verify

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "models"

# --- gold --------------------------------------------------------------------------------------------------------


def case(name: str, pain: str = "none", stage: str = "use", sentiment: str = "neutral", *signals: str) -> Case:
    return Case(name, f"text of {name}", pain, frozenset(signals), stage, sentiment)


CASES = [
    case(f"{kind}{i}", ("none", "spoken")[i % 2], ("use", "buy")[i % 3 == 0]) for kind in "def" for i in range(300)
]


def test_the_gold_is_the_same_rows_whatever_their_order() -> None:
    chosen = {c.id for c in held_out(CASES)}
    assert chosen == {c.id for c in held_out(CASES[::-1])}


def test_the_gold_holds_its_share_of_every_stratum_and_no_row_drawn_for_rare_labels() -> None:
    chosen = held_out(CASES)
    assert not [c.id for c in chosen if c.id.startswith("f")]
    for stage in ("use", "buy"):
        for pain in ("none", "spoken"):
            stratum = [c for c in CASES if (c.stage, c.pain) == (stage, pain) and not c.id.startswith("f")]
            assert len([c for c in chosen if (c.stage, c.pain) == (stage, pain)]) == round(len(stratum) * 0.18)


def test_a_fingerprint_tells_a_changed_label_and_not_a_changed_order() -> None:
    assert fingerprint(CASES) == fingerprint(CASES[::-1])
    assert fingerprint(CASES) != fingerprint([*CASES[:-1], case("f299", "unspoken")])


BAD_LINES = {
    "label": '{"id":"1","text":"a","pain":"much","signals":[],"stage":"use","sentiment":"neutral"}',
    "signal": '{"id":"1","text":"a","pain":"none","signals":["rage"],"stage":"use","sentiment":"neutral"}',
    "missing": '{"id":"1","text":"a"}',
    "half": '{"id":"1","te',
}


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES)
def test_a_bad_gold_line_is_named(line: str, tmp_path: Path) -> None:
    good = '{"id":"0","text":"a","pain":"none","signals":[],"stage":"use","sentiment":"neutral"}'
    (tmp_path / "gold.jsonl").write_text(f"{good}\n{line}\n")
    with pytest.raises(ModelError, match=r"gold\.jsonl line 2"):
        read_cases(tmp_path / "gold.jsonl")


def test_our_own_gold_keeps_the_guide() -> None:
    cases = gold_sets(MODELS, None)["own"]
    assert len(cases) == len({c.id for c in cases}) >= 60
    assert [c.id for c in cases if (c.pain == "none") != (not c.signals)] == []
    assert [c.id for c in cases if (c.pain == "spoken") != ("complaint" in c.signals)] == []


@pytest.mark.shared
def test_the_shared_gold_is_never_trained_on(shared: Path) -> None:
    gold = {c.id for c in shared_gold(shared)}
    code = (
        "import sys; sys.path.insert(0, 'models/reader'); from pathlib import Path;"
        "from corpus import load_corpus, normal;"
        f"c = load_corpus(Path({str(shared)!r}), extra=False, seed=1); gold = {{normal(g.text) for g in c.gold}};"
        "print(len(c.gold), sum(normal(r.text) in gold for r in [*c.train, *c.calibration]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
    assert done.stdout.split() == [str(len(gold)), "0"]


# --- figures -----------------------------------------------------------------------------------------------------


def test_figures_of_a_perfect_and_of_a_mute_reader() -> None:
    cases = [
        case("1", "spoken", "use", "negative", "complaint"),
        case("2", "unspoken", "buy", "neutral", "effort"),
        case("3"),
    ]
    perfect = [Verdict(c.pain, c.stage, c.sentiment, c.signals, 1.0, 1.0) for c in cases]
    mute = [Verdict("none", "none", "neutral", frozenset(), 1.0, 1.0) for _ in cases]
    best, worst = measure(cases, perfect, draws=20), measure(cases, mute, draws=20)
    assert (best["pain_macro_f1"].value, best["any_pain_f1"].value, best["unspoken_f1"].value) == (1, 1, 1)
    assert best["pain_calibration_error"].value == 0
    assert (worst["any_pain_f1"].value, worst["signal_effort_f1"].value) == (0, 0)
    assert worst["pain_calibration_error"].value == pytest.approx(2 / 3, abs=1e-4)


def test_an_interval_holds_its_figure_and_is_the_same_twice() -> None:
    cases = [case(str(i), ("none", "spoken")[i % 2]) for i in range(60)]
    verdicts = [Verdict(("none", "spoken")[i % 3 == 1], "use", "neutral", frozenset()) for i in range(60)]
    first, again = measure(cases, verdicts)["any_pain_f1"], measure(cases, verdicts)["any_pain_f1"]
    assert first == again
    assert first.low < first.value < first.high


def test_as_many_verdicts_as_cases() -> None:
    with pytest.raises(ValueError, match="shorter"):
        measure([case("1"), case("2")], [Verdict("none", "use", "neutral", frozenset())])


# --- shelf -------------------------------------------------------------------------------------------------------


def shelf_with(tmp_path: Path, content: bytes = b"weights") -> Path:
    (tmp_path / "reader").mkdir()
    (tmp_path / "reader" / "heads.safetensors").write_bytes(b"weights")
    right = sha256(tmp_path / "reader" / "heads.safetensors")
    (tmp_path / "reader" / "heads.safetensors").write_bytes(content)
    (tmp_path / "manifest.toml").write_text(
        'model = "reader.v0"\n[[file]]\npath = "reader/heads.safetensors"\n'
        f'sha256 = "{right}"\nlicence = "Apache-2.0"\n'
    )
    return tmp_path


def test_a_measured_file_is_let_in(tmp_path: Path) -> None:
    models = shelf_with(tmp_path)
    assert faults(models, read_manifest(models), tmp_path) == []


def test_a_changed_file_and_a_missing_one_are_named_and_refused(tmp_path: Path) -> None:
    models = shelf_with(tmp_path, b"other weights")
    with pytest.raises(ModelError, match=r"heads\.safetensors is not the file that was measured"):
        verify(models, read_manifest(models), tmp_path)
    (models / "reader" / "heads.safetensors").unlink()
    with pytest.raises(ModelError, match=r"heads\.safetensors is missing"):
        verify(models, read_manifest(models), tmp_path)


def test_a_file_of_the_package_is_looked_for_there(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"x")
    manifest = read_manifest(shelf_with(tmp_path))
    file = ModelFile("package:model.bin", sha256(tmp_path / "model.bin"), "Apache-2.0")
    assert faults(tmp_path / "elsewhere", type(manifest)("m", (file,), "m"), tmp_path) == []


def test_a_model_may_give_an_earlier_ones_embeddings(tmp_path: Path) -> None:
    models = shelf_with(tmp_path)
    assert read_manifest(models).space == "reader.v0"
    path = models / "manifest.toml"
    path.write_text('space = "reader.v00"\n' + path.read_text())
    assert (read_manifest(models).model, read_manifest(models).space) == ("reader.v0", "reader.v00")


@pytest.mark.parametrize("content", [None, "model = ", 'model = "m"', '[[file]]\npath = "a"\n'])
def test_no_manifest_or_half_of_one_is_a_clear_error(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "manifest.toml").write_text(content)
    with pytest.raises(ModelError, match="manifest"):
        read_manifest(tmp_path)


def test_the_gate_says_what_is_wrong_instead_of_raising(tmp_path: Path) -> None:
    lines = check(shelf_with(tmp_path, b"other"), None)
    assert [line.ok for line in lines] == [False]
    assert "heads.safetensors" in lines[0].sentence
    empty = check(tmp_path / "nowhere", None)
    assert not passed(empty)
    assert "manifest" in empty[0].sentence


def test_the_original_weights_are_pinned_to_the_published_hash() -> None:
    pinned = {file.path: file.sha256 for file in read_manifest(MODELS).files}
    assert pinned["package:model.safetensors"] == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def test_what_we_ship_is_small() -> None:
    assert sum(path.stat().st_size for path in (MODELS / "reader").glob("*.safetensors")) < 30_000_000


# --- floors ------------------------------------------------------------------------------------------------------

FLOORS = Floors({"own": "0" * 64}, {"own": {"any_pain_f1": 0.8, "pain_calibration_error": 0.06}})
HELD = [
    ("own.any_pain_f1", 0.81, True),
    ("own.any_pain_f1", 0.80, True),
    ("own.any_pain_f1", 0.79, False),
]


@pytest.mark.parametrize(("name", "value", "ok"), HELD)
def test_a_figure_is_held_to_its_floor(name: str, value: float, ok: bool) -> None:
    assert hold(name, Figure(value, 0.0, 1.0), 0.8).ok is ok


@pytest.mark.parametrize(("value", "ok"), [(0.05, True), (0.07, False)])
def test_an_error_is_held_to_its_ceiling(value: float, ok: bool) -> None:
    line = hold("own.pain_calibration_error", Figure(value, 0.0, 1.0), 0.06)
    assert line.ok is ok
    assert "at most" in line.sentence


MOVES = [
    ("any_pain_f1", 0.85, {}, True),
    ("any_pain_f1", 0.75, {}, False),
    ("any_pain_f1", 0.75, {"lower": True}, False),
    ("any_pain_f1", 0.75, {"lower": True, "why": " "}, False),
    ("any_pain_f1", 0.75, {"lower": True, "why": "the gold grew"}, True),
    ("pain_calibration_error", 0.04, {}, True),
    ("pain_calibration_error", 0.09, {}, False),
    ("stage_macro_f1", 0.1, {}, True),
]


@pytest.mark.parametrize(("figure", "value", "options", "allowed"), MOVES)
def test_a_floor_is_made_easier_only_with_a_reason(
    figure: str, value: float, options: dict[str, str | bool], allowed: bool
) -> None:
    if not allowed:
        with pytest.raises(ModelError, match="--lower and --why"):
            set_floor(FLOORS, "own", figure, value, **options)  # type: ignore[arg-type] # a table of options
        return
    moved = set_floor(FLOORS, "own", figure, value, **options)  # type: ignore[arg-type] # a table of options
    assert moved.floors["own"][figure] == value
    assert [line.why for line in moved.lowered] == (["the gold grew"] if "why" in options else [])


def test_floors_survive_being_written(tmp_path: Path) -> None:
    moved = set_floor(FLOORS, "own", "any_pain_f1", 0.7, lower=True, why="a stricter gold")
    write_floors(tmp_path / "floors.json", moved)
    assert read_floors(tmp_path / "floors.json") == moved


def test_floors_do_not_hold_for_another_gold() -> None:
    lines = check_gold("own", CASES, FLOORS, None)  # type: ignore[arg-type] # refused before anything is read
    assert [line.ok for line in lines] == [False]
    assert "not the one" in lines[0].sentence


def test_no_lines_are_no_pass() -> None:
    assert not passed([])
    assert passed([GateLine("files", ok=True, sentence="")])


def test_the_cards_figures_are_those_of_the_shipped_model() -> None:
    metrics = json.loads((MODELS / "reader" / "metrics.json").read_text())
    assert metrics["model"] == read_manifest(MODELS).model
    card = (MODELS / "reader" / "CARD.md").read_text()
    for name in (
        "pain_macro_f1",
        "unspoken_f1",
        "any_pain_f1",
        "stage_macro_f1",
        "sentiment_macro_f1",
        "signals_macro_f1",
    ):
        figure = metrics["figures"][name]
        assert f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]" in card
    assert metrics["gold"]["sha256"] == json.loads((MODELS / "floors.json").read_text())["gold"]["journey_pain"]
