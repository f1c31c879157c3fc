"""Other models in the place of ours: tiny ones with random weights, made here, loaded as any model is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from test_signals import CUES, SHOP, WordEncoder, flat_heads

from listening.errors import ListeningError, ModelError, SettingsError
from listening.signals import as_json, name_reader, open_reader
from listening.signals.gate import STANDARD
from listening.signals.others import PLAIN, Classifier, OtherEncoder
from listening.signals.reader import Reader
from listening.signals.shelf import read_manifest
from listening.signals.swapped import find_place, labels_of, map_labels, name_swaps, pools_first
from listening.types import Swaps, Text

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "models"
WORDS = sorted({word.strip(".,?").lower() for line in PLAIN for word in line.split()})


def save_tokenizer(folder: Path) -> int:
    from transformers import BertTokenizerFast  # noqa: PLC0415 - seconds to import

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    return len(vocabulary)


def save(folder: Path, kind: str, **more: object) -> Path:
    """Save a network of a few thousand random weights with its tokenizer."""
    import torch  # noqa: PLC0415 - seconds to import
    import transformers  # noqa: PLC0415 - the same

    size = save_tokenizer(folder)
    torch.manual_seed(7)
    shape = {"hidden_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    config = transformers.BertConfig(vocab_size=size, max_position_embeddings=64, **shape, **more)
    getattr(transformers, kind)(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an encoder, a classifier whose labels speak for themselves, and one whose labels do not."""
    root = tmp_path_factory.mktemp("swaps")
    save(root / "encoder", "BertModel")
    spoken = {0: "NEGATIVE", 1: "Neutral", 2: "positive"}
    save(root / "spoken", "BertForSequenceClassification", id2label=spoken, num_labels=3)
    save(root / "numbered", "BertForSequenceClassification", num_labels=5)
    return root


def stars(count: int = 5) -> str:
    means = ("negative", "negative", "neutral", "positive", "positive")
    return ", ".join(f"LABEL_{i}={means[i]}" for i in range(count))


TEXTS = ["The battery is empty again after one hour.", "Thank you, that solved it.", "", "unknown wxyz words"]


def test_a_classifier_gives_three_probabilities_by_its_own_names(shelf: Path) -> None:
    rows = Classifier(find_place("spoken", shelf), "", 1).answer(TEXTS)
    assert rows.shape == (4, 3)
    assert rows.sum(axis=1) == pytest.approx(np.ones(4), abs=1e-5)


def test_labels_of_one_meaning_are_added_up(shelf: Path) -> None:
    import torch  # noqa: PLC0415 - seconds to import
    import transformers  # noqa: PLC0415 - the same

    mapped = Classifier(find_place("numbered", shelf), stars(), 1).answer(TEXTS[:1])[0]
    folder = str(shelf / "numbered")
    tokens = transformers.AutoTokenizer.from_pretrained(folder)(TEXTS[:1], return_tensors="pt")
    with torch.inference_mode():
        plain = transformers.AutoModelForSequenceClassification.from_pretrained(folder)(**tokens).logits.softmax(-1)[0]
    assert mapped == pytest.approx([float(plain[:2].sum()), float(plain[2]), float(plain[3:].sum())], abs=1e-5)


def test_what_a_text_gets_does_not_depend_on_its_neighbours(shelf: Path) -> None:
    classifier, encoder = Classifier(find_place("numbered", shelf), stars(), 2), other_encoder(shelf)
    many = [*TEXTS, *PLAIN, *TEXTS]
    assert classifier.answer(many)[0] == pytest.approx(classifier.answer(TEXTS[:1])[0], abs=1e-5)
    assert encoder.encode(many).embedding[0] == pytest.approx(encoder.encode(TEXTS[:1]).embedding[0], abs=1e-4)
    assert (encoder.encode(many).embedding[:4] == encoder.encode(many).embedding[-4:]).all()


def other_encoder(shelf: Path) -> OtherEncoder:
    return OtherEncoder(find_place("encoder", shelf), 1)


def test_an_encoder_gives_its_own_width_and_unrelated_sentences_have_nothing_in_common(shelf: Path) -> None:
    encoder = other_encoder(shelf)
    rows = encoder.encode(PLAIN).embedding
    assert rows.shape == (len(PLAIN), 24)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(len(PLAIN)), abs=1e-5)
    likeness = (rows @ rows.T)[np.triu_indices(len(PLAIN), 1)]
    assert abs(float(likeness.mean())) < 0.1
    assert encoder.encode([]).embedding.shape == (0, 24)
    assert float(rows[0] @ encoder.encode([PLAIN[0].lower()]).embedding[0]) == pytest.approx(1, abs=1e-4)


def test_a_long_text_is_cut_to_what_the_model_takes(shelf: Path) -> None:
    assert np.isfinite(other_encoder(shelf).encode(["The battery is empty. " * 200]).embedding).all()


# --- what it is called, and what can be wrong ----------------------------------------------------------------------


def test_a_model_is_named_by_folder_and_content(shelf: Path, tmp_path: Path) -> None:
    swaps = Swaps(shelf, "spoken", "", "encoder")
    told = name_swaps(swaps)
    assert told == f"+sentiment={find_place('spoken', shelf).told}+encoder={find_place('encoder', shelf).told}"
    assert name_swaps(Swaps()) == ""
    assert name_reader(MODELS, swaps).endswith(told)
    other = tmp_path / "encoder"
    other.mkdir()
    for path in (shelf / "encoder").iterdir():
        (other / path.name).write_bytes(path.read_bytes() + b" " * path.name.endswith(".json"))
    assert find_place("encoder", tmp_path).hash != find_place("encoder", shelf).hash
    assert name_swaps(Swaps(shelf, "numbered", stars())) != name_swaps(Swaps(shelf, "numbered", stars()[::-1]))


NOT_THERE = {
    "a folder": ("./nowhere", r"no model folder .*nowhere -> correct its name"),
    "a deep folder": ("a/b/c", "no model folder"),
    "a hub name": ("someone/some-model", r"neither a folder .* nor a model in this machine's hub cache.*hf download"),
    "no name at all": ("what is this?", "neither a folder"),
}


@pytest.mark.parametrize(("wish", "said"), NOT_THERE.values(), ids=NOT_THERE)
def test_what_is_not_here_is_told_with_its_mend(wish: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=said):
        find_place(wish, tmp_path)


@pytest.mark.parametrize(("kept", "said"), [((), "config.json"), (("config.json",), "weights as safetensors")])
def test_half_a_model_is_told(shelf: Path, tmp_path: Path, kept: tuple[str, ...], said: str) -> None:
    (tmp_path / "half").mkdir()
    for name in kept:
        (tmp_path / "half" / name).write_bytes((shelf / "encoder" / name).read_bytes())
    with pytest.raises(ModelError, match=f"lacks {said}"):
        find_place("half", tmp_path)


def copied(shelf: Path, name: str, to: Path, **changed: bytes) -> Path:
    to.mkdir()
    for path in (shelf / name).iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    for key, content in changed.items():
        (to / key.replace("__", ".")).write_bytes(content)
    return to


def test_broken_weights_and_a_model_for_another_use_are_told(shelf: Path, tmp_path: Path) -> None:
    copied(shelf, "encoder", tmp_path / "broken", model__safetensors=b"nonsense")
    with pytest.raises(ModelError, match="cannot be loaded"):
        OtherEncoder(find_place("broken", tmp_path), 1)
    config = json.loads((shelf / "encoder" / "config.json").read_text())
    labels = {"id2label": {"0": "negative", "1": "positive"}}
    copied(shelf, "encoder", tmp_path / "headless", config__json=json.dumps({**config, **labels}).encode())
    with pytest.raises(ModelError, match=r"lacks 2 layers .classifier"):
        Classifier(find_place("headless", tmp_path), "", 1)


LABELS = {
    "by name": (("negative", "POSITIVE"), "", ("negative", "positive")),
    "declared": (("LABEL_0", "LABEL_1"), "LABEL_0=positive, LABEL_1 = Negative", ("positive", "negative")),
    "declared wins": (("positive", "negative"), "positive=neutral", ("neutral", "negative")),
    "an equals sign in a label": (("a=b", "c"), "a=b=negative,c=neutral", ("negative", "neutral")),
}
WRONG = {
    "silent": (("LABEL_0", "LABEL_1"), "", "does not say what 'LABEL_0' means"),
    "half": (("LABEL_0", "LABEL_1"), "LABEL_0=negative", "does not say what 'LABEL_1' means"),
    "misspelt label": (("negative", "positive"), "LABEL_9=negative", "'LABEL_9' is none of its labels"),
    "misspelt meaning": (("a", "b"), "a=bad, b=neutral", "'bad' is none of negative, neutral, positive"),
    "a score": (("LABEL_0",), "", "one number"),
}


@pytest.mark.parametrize(("labels", "declared", "meant"), LABELS.values(), ids=LABELS)
def test_labels_mean_what_is_declared(labels: tuple[str, ...], declared: str, meant: tuple[str, ...]) -> None:
    assert map_labels(labels, declared) == meant


@pytest.mark.parametrize(("labels", "declared", "said"), WRONG.values(), ids=WRONG)
def test_labels_that_nobody_understands_are_told(labels: tuple[str, ...], declared: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        map_labels(labels, declared)


def test_labels_are_read_without_loading(shelf: Path, tmp_path: Path) -> None:
    assert labels_of(shelf / "spoken") == ("NEGATIVE", "Neutral", "positive")
    (tmp_path / "config.json").write_text('{"num_labels": 3}')
    assert labels_of(tmp_path) == ("LABEL_0", "LABEL_1", "LABEL_2")
    (tmp_path / "config.json").write_text("[")
    with pytest.raises(ModelError, match="cannot be read"):
        labels_of(tmp_path)


POOLINGS = {
    "mean": (["Transformer", "Pooling"], {"pooling_mode_mean_tokens": True}, False),
    "first token": (["Transformer", "Pooling", "Normalize"], {"pooling_mode_cls_token": True}, True),
    "another": (["Transformer", "Pooling"], {"pooling_mode_mean_tokens": False}, None),
    "a further layer": (["Transformer", "Pooling", "Dense"], {"pooling_mode_mean_tokens": True}, None),
}


@pytest.mark.parametrize(("kinds", "pooling", "first"), POOLINGS.values(), ids=POOLINGS)
def test_the_pooling_that_a_folder_declares_is_kept(
    tmp_path: Path, kinds: list[str], pooling: dict[str, bool], first: bool | None
) -> None:
    (tmp_path / "1_Pooling").mkdir()
    modules = [{"type": f"sentence_transformers.models.{kind}"} for kind in kinds]
    (tmp_path / "modules.json").write_text(json.dumps(modules))
    (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    if first is None:
        with pytest.raises(ModelError, match="does not know"):
            pools_first(tmp_path)
    else:
        assert pools_first(tmp_path) is first


# --- inside the reader -------------------------------------------------------------------------------------------


def test_a_swapped_encoder_places_and_a_swapped_classifier_sounds(shelf: Path) -> None:
    tones = Classifier(find_place("numbered", shelf), stars(), 1)
    reader = Reader(
        "reader.v0+x", WordEncoder(), flat_heads(), CUES, SHOP, space="x", likeness=other_encoder(shelf), tones=tones
    )
    text = "The battery is empty again after one hour."
    reading = reader.read([Text("d1", text)])[0]
    (signal,) = reading.signals
    assert (signal.model, signal.space, reading.space) == ("reader.v0+x", "x", "x")
    assert signal.embedding.shape == (24,)
    assert list(signal.sentiment.values()) == pytest.approx(tones.answer([text])[0], abs=1e-5)
    assert as_json(reading, text)["model"] == "reader.v0+x"


def test_the_shipped_reader_with_both_swapped(shelf: Path) -> None:
    plain = open_reader(MODELS, STANDARD, threads=1)
    swapped = open_reader(MODELS, STANDARD, threads=1, swaps=Swaps(shelf, "numbered", stars(), "encoder"))
    text = Text("d1", "The zip on the left pocket broke after a week and nobody answers me.")
    (one,), (two,) = plain.read([text])[0].signals, swapped.read([text])[0].signals
    assert (one.id, one.pain, one.signals) == (two.id, two.pain, two.signals)
    assert (plain.space, one.embedding.shape, two.embedding.shape) == (read_manifest(MODELS).space, (384,), (24,))
    assert swapped.model == name_reader(MODELS, Swaps(shelf, "numbered", stars(), "encoder"))
    assert one.sentiment != two.sentiment


@pytest.mark.parametrize("swaps", [{"sentiment": "numbered"}, {"encoder": "nowhere/at-all"}])
def test_a_reader_that_cannot_swap_says_so(shelf: Path, swaps: dict[str, str]) -> None:
    with pytest.raises(ListeningError, match=r"sentiment_labels|hub cache"):
        open_reader(MODELS, STANDARD, threads=1, swaps=Swaps(shelf, **swaps))
