"""The shipped reader itself: plain sentences get the plain answer, odd ones no crash, another map its own places."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from listening.errors import ModelError
from listening.signals import Reader, as_json, check, open_reader, summarise
from listening.signals.gate import STANDARD, passed
from listening.types import JourneyMap, Stage, Text, Touchpoint

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "models"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return open_reader(MODELS, STANDARD, threads=1)


PLAIN = [
    ("What a useless kettle, it broke on the second day and I am furious.", "spoken", "negative"),
    ("Worst service I have ever had, I am so disappointed.", "spoken", "negative"),
    (
        "Does anybody know how to get past the error on the second screen? I have tried everything.",
        "unspoken",
        "neutral",
    ),
    ("The parcel was meant to come on Monday and it still has not arrived.", "unspoken", "neutral"),
    ("We had a lovely picnic by the river on Sunday, the children loved it!", "none", "positive"),
    ("The shop opens at nine and closes at five.", "none", "neutral"),
]


@pytest.mark.parametrize(("text", "pain", "sentiment"), PLAIN)
def test_plain_sentences_get_the_plain_answer(reader: Reader, text: str, pain: str, sentiment: str) -> None:
    record = as_json(reader.read([Text("d1", text)])[0], text)
    assert (record["pain"]["label"], record["sentiment"]["label"]) == (pain, sentiment)


def test_a_text_of_several_pains_gives_several_painful_passages(reader: Reader) -> None:
    text = (
        "The zip on the left pocket broke after a week and now nothing stays in there when I go running.\n\n"
        "We walked to the lake on Saturday and the weather was wonderful, the children swam until sunset.\n\n"
        "I have written to their support three times about the refund and nobody has ever answered any of my letters."
    )
    signals = reader.read([Text("d1", text)])[0].signals
    assert [signal.pain_label != "none" for signal in signals] == [True, False, True]


ODD = {
    "empty": "",
    "white space": " \n\t \u00a0 " * 1000,
    "german": "Der Deckel ist schon wieder abgebrochen und niemand antwortet mir auf meine Briefe. " * 20,
    "russian": "Крышка снова сломалась, и никто мне не отвечает. " * 20,
    "emoji": "\U0001f600" * 100_000,
    "a word of 200 kB": "a" * 200_000,
    "a megabyte": "It broke again today and nobody answers. " * 25_000,
    "nul and lone surrogates": "the lid broke\0 again\ud800 and nobody answers me " * 50,
    "invisible": "\u200b" * 1000,
    "stretched": "a\u200b" * 100_000,
    "mixed alphabets": "th\u0435 lid br\u043eke and " * 5_000,
    "one line of signs": "{};" * 100_000,
    "code": "for (int i = 0; i < n; i++) { sum += a[i]; } // TODO\nreturn sum;\n" * 20,
    "right to left marks": "\u202ethe lid broke\u202c \u200bagain\u200b",
}


def test_odd_texts_never_crash_and_never_hurt_their_neighbours(reader: Reader) -> None:
    plain = Text("plain", PLAIN[0][0])
    readings = reader.read([plain, *(Text(name, text) for name, text in ODD.items()), plain])
    assert [reading.document_id for reading in readings] == ["plain", *ODD, "plain"]
    assert summarise(readings[0]).pain == pytest.approx(summarise(readings[-1]).pain, abs=1e-5)
    for reading in readings:
        as_json(reading, ODD.get(reading.document_id, plain.text))
        assert all(np.isfinite(signal.embedding).all() for signal in reading.signals)


MARKED = {"empty": "und", "white space": "und", "emoji": "und", "german": "de", "russian": "ru", "code": "zxx"}


@pytest.mark.parametrize(("name", "language"), MARKED.items())
def test_what_cannot_be_read_is_marked_and_never_judged(reader: Reader, name: str, language: str) -> None:
    record = as_json(reader.read([Text(name, ODD[name])])[0], ODD[name])
    assert (record["language"], record["readable"], record["passages"]) == (language, False, [])
    assert (record["pain"]["label"], record["signals_on"], record["stage"]["label"]) == ("none", [], "none")


def test_the_same_passage_reads_the_same_beside_others(reader: Reader) -> None:
    alone = reader.read([Text("d1", PLAIN[0][0])])[0].signals[0]
    among = reader.read([Text(f"d{i}", text) for i, (text, _, _) in enumerate(PLAIN)])[0].signals[0]
    assert among.pain == pytest.approx(alone.pain, abs=0.02)
    assert float(among.embedding @ alone.embedding) > 0.999


def test_a_phrase_is_heard_as_it_is_read(reader: Reader) -> None:
    texts = [text for text, _, _ in PLAIN]
    for (pain, vector), reading in zip(reader.hear(texts), reader.read([Text("d", t) for t in texts]), strict=True):
        (signal,) = reading.signals
        assert pain == pytest.approx(signal.voice, abs=1e-3)
        assert float(vector @ signal.embedding) == pytest.approx(1, abs=1e-3)
    assert reader.hear([]) == []


def test_embeddings_know_likeness(reader: Reader) -> None:
    texts = [
        "The charging cap falls off.",
        "The rubber cover of the charging port is lost.",
        "My voucher code was refused.",
    ]
    one, like, unlike = (reading.signals[0].embedding for reading in reader.read([Text(t, t) for t in texts]))
    assert float(one @ like) > float(one @ unlike) + 0.2


CLINIC = JourneyMap(
    "clinic",
    "A clinic",
    (
        Stage("arrange", "Arranging", "making an appointment by phone or online", ("no slot before June",)),
        Stage("visit", "The visit", "waiting room, doctor, examination", ("the doctor listened to me",)),
        Stage("bill", "The bill", "invoice and insurance", ("the invoice is wrong",)),
    ),
    (
        Touchpoint(
            "hotline", "Appointment line", "arrange", "telephone line for appointments", ("nobody picks up the phone",)
        ),
    ),
)


def test_another_map_needs_no_training() -> None:
    reader = open_reader(MODELS, CLINIC, threads=1)
    texts = [
        "I tried to phone them for an appointment and nobody picked up.",
        "The invoice charges me for an x-ray that my insurance had paid.",
        "We sat in the waiting room for two hours before the doctor came.",
        "The goalkeeper saved a penalty in the last minute of the match.",
    ]
    readings = reader.read([Text(text, text) for text in texts])
    assert [reading.signals[0].stage_label for reading in readings] == ["arrange", "bill", "visit", "none"]
    assert readings[0].signals[0].touchpoint == "hotline"
    assert reader.stages == ("arrange", "visit", "bill", "none")


def test_one_model_in_memory_reads_for_several_maps(reader: Reader) -> None:
    other = reader.on(CLINIC)
    text = Text("t", "The invoice charges me for an x-ray that my insurance had paid.")
    (here,), (there,) = (one.read([text])[0].signals for one in (reader, other))
    assert there.stage_label == "bill"
    assert set(here.stage) == {*(stage.id for stage in STANDARD.stages), "none"}
    assert (there.pain, there.sentiment, there.id) == (here.pain, here.sentiment, here.id)
    assert reader.stages != other.stages
    again = other.on(STANDARD).read([text])[0].signals[0]
    assert (again.stage, again.touchpoint) == (here.stage, here.touchpoint)


def test_a_changed_weight_is_refused(tmp_path: Path) -> None:
    models = tmp_path / "models"
    (models / "reader").mkdir(parents=True)
    (models / "manifest.toml").write_text((MODELS / "manifest.toml").read_text())
    for path in (MODELS / "reader").glob("*.safetensors"):
        (models / "reader" / path.name).write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match="not the file that was measured"):
        open_reader(models, STANDARD)


def test_the_gate_holds_on_our_own_gold() -> None:
    lines = check(MODELS, None, threads=1)
    assert [line for line in lines if not line.ok] == []
    assert passed(lines)
    assert {line.name for line in lines} >= {"files", "own.pain_macro_f1"}


@pytest.mark.shared
def test_the_gate_holds_on_the_shared_gold(shared: Path) -> None:
    lines = check(MODELS, shared, threads=1, public=False)  # the gate itself takes these too
    assert [line for line in lines if not line.ok] == []
    assert {line.name for line in lines} >= {"journey_pain.unspoken_f1"}
