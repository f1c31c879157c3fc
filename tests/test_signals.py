"""The reading room without its weights: passages, languages, cues, maps, document rules, heads, shelf and figures."""

from __future__ import annotations

import dataclasses
import gzip
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.errors import ModelError, SettingsError
from listening.signals import as_json, split_passages, summarise
from listening.signals.cues import Cues, load_cues, marks_of
from listening.signals.encoder import BATCH_TOKENS, Encoded, packed, unit
from listening.signals.fewshot import is_default, learn_map, learn_places, phrases_of, with_corrections
from listening.signals.heads import LABELS, Floats, Heads, softmax
from listening.signals.language import detect_language
from listening.signals.others import batches
from listening.signals.reader import Reader, grouped, open_text
from listening.signals.sentences import FEW, GIANT, LONGEST, MOST, speakable, split_sentences
from listening.signals.stage import find_places
from listening.types import (
    PAINS,
    SENTIMENTS,
    SIGNALS,
    JourneyMap,
    Passage,
    Reading,
    Signal,
    Stage,
    Text,
    Touchpoint,
)

ROOT = Path(__file__).resolve().parent.parent
CUES = load_cues(ROOT / "configs" / "pain_cues.toml")

# --- passages ----------------------------------------------------------------------------------------------------

LONG = (
    "The courier came twice while I was out at the dentist on the other side of town, which is no fault of his at all."
)

PASSAGES = {
    "white space only": (" \n\t ", []),
    "one sentence": ("The lid fell off.", ["The lid fell off."]),
    "short ones stay together": ("The lid fell off. I taped it on.", ["The lid fell off. I taped it on."]),
    "long ones part": (f"{LONG} {LONG}", [LONG, LONG]),
    "a greeting joins what follows": (f"Hi all,\n{LONG}", [f"Hi all,\n{LONG}"]),
    "a smile joins what it follows": (f"{LONG}\n:)", [f"{LONG}\n:)"]),
    "a blank line parts": (
        "The blue one arrived with a scratch.\n\nThe red one is still on its way to us.",
        ["The blue one arrived with a scratch.", "The red one is still on its way to us."],
    ),
    "an abbreviation does not end a sentence": (
        f"{LONG} Parts such as brakes, hubs etc. are held in stock for approx. three working weeks by them.",
        [LONG, "Parts such as brakes, hubs etc. are held in stock for approx. three working weeks by them."],
    ),
}


@pytest.mark.parametrize(("text", "expected"), PASSAGES.values(), ids=PASSAGES)
def test_a_post_is_cut_into_passages(text: str, expected: list[str]) -> None:
    assert [passage.text for passage in split_passages(text, "d1")] == expected


def test_lines_without_full_stops_are_sentences() -> None:
    text = "- it broke\n- no refund\n- never again"
    assert [text[slice(*piece)] for piece in split_sentences(text)] == ["- it broke", "- no refund", "- never again"]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=900))
def test_offsets_are_exact_and_passages_do_not_overlap(text: str) -> None:
    end = 0
    for index, passage in enumerate(split_passages(text, "d1")):
        assert passage.index == index
        assert passage.start >= end
        assert speakable(text)[passage.start : passage.end] == passage.text
        assert 0 < len(passage.text) <= LONGEST
        end = passage.end


GIANTS = {
    "a megabyte of posts": "It broke again today. " * 50_000,
    "100,000 emoji": "\U0001f600" * 100_000,
    "a word of 200 kB": "a" * 200_000,
    "quotation marks": "\"'" * 100_000,
    "empty lines": "\n" * 500_000,
    "nul and lone surrogates": "a\0b\ud800c " * 2_000,
}


@pytest.mark.parametrize("text", GIANTS.values(), ids=GIANTS)
def test_giant_posts_give_bounded_work(text: str) -> None:
    passages = split_passages(text, "d1")
    assert len(passages) <= (FEW if len(text) > GIANT else MOST)
    assert all(len(passage.text.encode()) <= 4 * LONGEST for passage in passages)


def test_what_is_too_long_for_a_post_is_read_in_part() -> None:
    told = " ".join(f"Part {number} of the lid broke again today and nobody answers me." for number in range(4_000))
    assert len(split_passages(told[:GIANT], "d1")) == MOST
    assert len(split_passages(told, "d1")) == FEW


@pytest.mark.shared
def test_sentences_end_where_people_end_them(shared: Path) -> None:
    archive = shared / "data" / "ewt_sentence_boundaries" / "dev_devset.jsonl.gz"
    right = given = true = 0
    for line in gzip.decompress(archive.read_bytes()).decode().splitlines():
        paragraphs = [" ".join(sentences) for sentences in json.loads(line)["paragraphs"]]
        sentences = [one for paragraph in json.loads(line)["paragraphs"] for one in paragraph]
        ends = {end - 1 for end in accumulate(len(one) + 1 for one in sentences)}
        got = {end for _, end in split_sentences("\n".join(paragraphs))}
        right, given, true = right + len(got & ends), given + len(got), true + len(ends)
    assert 2 * right / (given + true) >= 0.92  # F1; .931 as measured


# --- language ----------------------------------------------------------------------------------------------------

LANGUAGES = [
    ("The cap of the charging port keeps falling off.", "en"),
    ("lol no way", "en"),
    ("Battery drains overnight", "en"),
    ("Der Akku hält keinen einzigen Tag mehr durch, und niemand antwortet mir.", "de"),
    ("La batería no dura ni un día y nadie me contesta los correos.", "es"),
    ("La batterie ne tient plus une journée et personne ne me répond.", "fr"),
    ("Аккумулятор не держит заряд, и никто не отвечает", "ru"),
    ("バッテリーが一日も持ちません。誰も返事をくれません。", "ja"),
    ("البطارية لا تدوم يوما واحدا ولا أحد يجيب", "ar"),
    ("12345 !!! :-)", "und"),
    ("https://example.org/a/b?c=d", "und"),
    ("", "und"),
    ("x" * 5000, "und"),
    ("for (int i = 0; i < n; i++) { sum += a[i]; } // TODO\nreturn sum;\n" * 3, "zxx"),
    ('[{"id": 17, "name": "lid", "price": 3.5}, {"id": 18, "name": "cap", "price": 1}]', "zxx"),
    ("TGlzdGVuIHRvIHdoYXQgaXMgbm90IHNhaWQgYW5kIHlvdSB3aWxsIGhlYXI+YWxsCg/a1b2" * 4, "zxx"),
    ("=" * 200 + "\nThe lid fell off again, and it is not the first time that this happens to me.\n" + "-" * 99, "en"),
    ("| item | price |\n| the lid of the kettle | 4 |\n| the cap that fell off and was lost | 1 |", "en"),
    ("Why does `x = foo[1]` give me this error when I run it? It worked before the update of last week.", "en"),
]


@pytest.mark.parametrize(("text", "language"), LANGUAGES)
def test_language(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize("text", ["Der Akku hält keinen einzigen Tag mehr durch, niemand antwortet.", "!!! 😀", ""])
def test_what_cannot_be_read_has_no_passages(text: str) -> None:
    assert open_text(Text("d1", text)).passages == ()


# --- cues --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cue", CUES.cues, ids=lambda cue: f"{cue.signal}-{cue.name}".replace(" ", "-"))
def test_each_cue_fires_where_it_must_and_is_silent_where_it_must(cue: object) -> None:
    assert dataclasses.is_dataclass(cue)
    only = Cues([cue])  # type: ignore[list-item] # parametrize gives objects
    assert [sentence for sentence in cue.fires if not only.find(sentence)] == []
    assert [sentence for sentence in cue.silent if only.find(sentence)] == []


def test_every_signal_has_a_cue() -> None:
    assert {cue.signal for cue in CUES.cues} == set(SIGNALS)


def test_spans_are_document_offsets_and_fall_back_to_the_passage() -> None:
    passage = Passage("d1", 1, 100, 134, "The strap snapped, so I walk to it")
    spans = CUES.spans(passage, ["breakage", "resignation"])
    assert [(span.signal, span.start, span.end) for span in spans] == [
        ("breakage", 110, 117),
        ("resignation", 100, 134),
    ]
    assert CUES.spans(passage, []) == ()


LOOKED_FOR = [*(sentence for cue in CUES.cues for sentence in (*cue.fires, *cue.silent)), "", "Nothing to see here."]


@pytest.mark.parametrize("cue", CUES.cues[::4], ids=lambda cue: cue.name)
def test_a_pattern_is_found_as_by_the_plain_matcher(cue: object) -> None:
    from spacy.matcher import Matcher  # noqa: PLC0415 - spaCy takes a second to import

    from listening.signals.sentences import splitter  # noqa: PLC0415 - the same

    assert dataclasses.is_dataclass(cue)
    matcher, nlp = Matcher(splitter().vocab), splitter()
    matcher.add("all", list(cue.patterns))
    only = Cues([cue])  # type: ignore[list-item] # parametrize gives objects
    for sentence in LOOKED_FOR:
        assert bool(only.find(sentence)) == bool(matcher(nlp.make_doc(sentence))), sentence


def test_marks_say_which_signals_have_a_cue() -> None:
    marks = marks_of([CUES.find("The strap snapped, so I gave up."), []])
    assert [name for name, mark in zip(SIGNALS, marks[0], strict=True) if mark] == ["breakage", "resignation"]
    assert marks.shape == (2, 9)
    assert not marks[1].any()
    assert marks_of([]).shape == (0, 9)


BROKEN_CUES = {
    "no such signal": ('[[cue]]\nsignal="rage"\nname="a"\npatterns=["x"]\nfires="x"\nsilent="y"', "'rage'"),
    "misspelt key": (
        '[[cue]]\nsignal="effort"\nname="a"\npattern=["x"]\nfires="x"\nsilent="y"',
        "unknown key 'pattern'",
    ),
    "no toml": ("[[cue", "mend the file"),
}


@pytest.mark.parametrize(("content", "said"), BROKEN_CUES.values(), ids=BROKEN_CUES)
def test_a_broken_cue_file_names_its_mistake(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "cues.toml").write_text(content)
    with pytest.raises(SettingsError, match=r"cues\.toml") as error:
        load_cues(tmp_path / "cues.toml")
    assert said in str(error.value)


def test_a_pattern_that_spacy_does_not_take_is_named(tmp_path: Path) -> None:
    (tmp_path / "cues.toml").write_text(
        '[[cue]]\nsignal="effort"\nname="odd"\npatterns=[[{NOSUCH="x"}]]\nfires="x"\nsilent="y"'
    )
    with pytest.raises(SettingsError, match="'odd'"):
        load_cues(tmp_path / "cues.toml").find("x")


# --- an encoder of a few lines ------------------------------------------------------------------------------------

WORDS = ("voucher", "basket", "courier", "parcel", "brake", "refund", "picnic", "river")


class WordEncoder:
    """Counts a few words: the same words, the same direction."""

    def encode(self, texts: Sequence[str]) -> Encoded:
        rows = np.zeros((len(texts), 384), dtype=np.float32)
        for row, text in enumerate(texts):
            for place, word in enumerate(WORDS):
                rows[row, place] = text.lower().count(word)
            rows[row, 383] = 0.01
        return Encoded(unit(rows), np.concatenate([rows, rows], axis=1))


def flat_heads(**shift: Sequence[float]) -> Heads:
    """Heads that say the same of every passage: their shifts."""
    tensors: dict[str, Floats] = {}
    for name, labels in LABELS.items():
        tensors[f"{name}.out.weight"] = np.zeros((len(labels), 768), dtype=np.float32)
        tensors[f"{name}.out.bias"] = np.zeros(len(labels), dtype=np.float32)
        tensors[f"{name}.scale"] = np.ones(1, dtype=np.float32)
        tensors[f"{name}.shift"] = np.array(shift.get(name, [0.0] * len(labels)), dtype=np.float32)
    tensors["signals.cuts"] = np.full(9, 0.5, dtype=np.float32)
    return Heads(tensors)


SHOP = JourneyMap(
    "shop",
    "A shop",
    (Stage("buy", "Buy"), Stage("start", "Start"), Stage("use", "Use")),
    (
        Touchpoint("checkout", "Checkout", "buy", "voucher and basket", ("the voucher left my basket",)),
        Touchpoint("delivery", "Delivery", "start", "courier with the parcel"),
        Touchpoint("brakes", "Brakes", "use", "brake"),
    ),
)
OTHER = JourneyMap(
    "clinic",
    "A clinic",
    (Stage("before", "Before", "parcel and courier"), Stage("after", "After", "refund", ("my refund", "a refund"))),
)

# --- the map -----------------------------------------------------------------------------------------------------


def test_a_place_is_told_by_name_description_and_examples() -> None:
    place = Touchpoint("a", "Checkout", "buy", "basket ", ("one", "one", " ", "two"))
    assert phrases_of(place) == ["Checkout. basket", "one", "two"]
    assert phrases_of(Stage("late_fee", "")) == ["late fee"]


def test_what_people_corrected_is_an_example_like_the_owners_own() -> None:
    first = SHOP.touchpoints[0]
    taught = with_corrections(SHOP, [(first.id, "it wobbles"), ("gone", "no such place"), (first.id, "it tilts")])
    assert taught.touchpoints[0].examples == (*first.examples, "it wobbles", "it tilts")
    assert taught.touchpoints[1:] == SHOP.touchpoints[1:]
    assert with_corrections(SHOP, []) is SHOP


def test_a_map_without_touchpoints_and_one_without_stages_can_be_learned() -> None:
    encoder = WordEncoder()
    assert learn_places((), encoder).likeness(unit(np.ones((2, 384), dtype=np.float32))).shape == (2, 0)
    found = find_places(
        learn_map(JourneyMap("m", "M", ()), encoder), even_head(1), encoder.encode(["voucher"]).embedding
    )
    assert found.stages == ("none",)
    assert found.touchpoints == (None,)


def even_head(rows: int) -> Floats:
    """A trained head that does not know."""
    return np.full((rows, 8), 1 / 8, dtype=np.float32)


PLACES = [
    ("The voucher fell out of my basket", "buy", "checkout"),
    ("The courier left the parcel in the rain", "start", "delivery"),
    ("A picnic by the river", "none", None),
]


@pytest.mark.parametrize(("text", "stage", "touchpoint"), PLACES)
def test_a_clear_touchpoint_pulls_a_hesitant_head_to_its_stage(text: str, stage: str, touchpoint: str | None) -> None:
    encoder = WordEncoder()
    found = find_places(learn_map(SHOP, encoder), even_head(1), encoder.encode([text]).embedding)
    chances = found.stage_of(0)
    assert max(chances, key=lambda label: chances[label]) == stage
    assert found.touchpoints == (touchpoint,)
    assert sum(chances.values()) == pytest.approx(1, abs=1e-4)


def test_a_sure_head_is_not_outvoted_and_the_touchpoint_stays_plausible() -> None:
    encoder = WordEncoder()
    head = np.full((1, 8), 0.0005, dtype=np.float32)
    head[0, 4] = 0.9965  # use
    found = find_places(learn_map(SHOP, encoder), head, encoder.encode(["The voucher left my basket"]).embedding)
    assert max(found.stage_of(0), key=lambda label: found.stage_of(0)[label]) == "use"
    assert found.touchpoints == (None,)


@pytest.mark.parametrize(
    ("text", "stage"), [("where is my refund", "after"), ("the courier", "before"), ("a picnic by the river", "none")]
)
def test_another_map_is_read_by_its_own_words(text: str, stage: str) -> None:
    encoder = WordEncoder()
    head = even_head(1)
    chances = find_places(learn_map(OTHER, encoder), head, encoder.encode([text]).embedding).stage_of(0)
    assert set(chances) == {"before", "after", "none"}
    assert max(chances, key=lambda label: chances[label]) == stage


@pytest.mark.parametrize(
    ("stages", "known"), [(("use", "help"), True), (("use", "after"), False), ((), False), (("none",), False)]
)
def test_only_default_stages_use_the_trained_head(stages: tuple[str, ...], known: bool) -> None:
    assert is_default(stages) is known


def test_stages_that_a_map_lacks_count_as_none() -> None:
    encoder = WordEncoder()
    journey = JourneyMap("m", "M", (Stage("use", "Use"),))
    head = np.array([[0.0, 0.6, 0, 0, 0.3, 0, 0, 0.1]], dtype=np.float32)  # choose .6, use .3, none .1
    chances = find_places(learn_map(journey, encoder), head, encoder.encode(["picnic"]).embedding).stage_of(0)
    assert chances == pytest.approx({"use": 0.3, "none": 0.7})


# --- heads -------------------------------------------------------------------------------------------------------


def test_probabilities_add_up_and_survive_large_logits() -> None:
    rows = softmax(np.array([[900.0, -900.0, 0.0], [1.0, 1.0, 1.0]], dtype=np.float32))
    assert rows.sum(axis=1) == pytest.approx([1, 1])
    assert rows[1] == pytest.approx([1 / 3] * 3)


def test_a_cue_speaks_for_its_own_signal() -> None:
    heads = Heads(dict(flat_heads()._tensors) | {"signals.cue": np.ones(9, dtype=np.float32)})
    features, cues = np.zeros((1, 768), dtype=np.float32), np.zeros((1, 9), dtype=np.float32)
    cues[0, 4] = 1
    plain, told = heads.answer(features).signals, heads.answer(features, cues).signals
    assert told[0, 4] == pytest.approx(1 / (1 + np.exp(-1)))
    assert np.delete(told, 4).tolist() == np.delete(plain, 4).tolist()


def test_pain_points_are_grouped_by_a_head_of_their_own_where_there_is_one() -> None:
    assert make_reader(**SPOKEN).read([Text("d1", "The brake squeals.")])[0].signals[0].voice == pytest.approx(
        sum(softmax(np.array([SPOKEN["pain"]], dtype=np.float32))[0, 1:])
    )
    calm = {f"voice.{part}": tensor for part, tensor in parts_of(flat_heads(pain=[4.0, 0.0, 0.0]), "pain").items()}
    heads = Heads(parts_of(flat_heads(**SPOKEN)) | calm)
    reader = Reader("reader.v0", WordEncoder(), heads, CUES, SHOP)
    (signal,) = reader.read([Text("d1", "The brake squeals.")])[0].signals
    assert (signal.pain_label, round(signal.voice or 0, 2)) == ("spoken", 0.04)
    assert reader.hear(["The brake squeals."])[0][0] == signal.voice


def parts_of(heads: Heads, name: str = "") -> dict[str, Floats]:
    """The tensors of heads, or those of one of them without its name."""
    told = dict(heads._tensors)
    return {key.removeprefix(f"{name}."): told[key] for key in told if key.startswith(f"{name}.")} if name else told


def test_a_heads_file_with_the_wrong_number_of_labels_is_refused() -> None:
    tensors = dict(flat_heads()._tensors)
    tensors["stage.out.bias"] = np.zeros(5, dtype=np.float32)
    with pytest.raises(ModelError, match=r"stage\.out\.bias"):
        Heads(tensors)


@given(st.lists(st.integers(1, 128), max_size=300))
def test_every_row_is_in_one_batch_of_its_own_width(lengths: list[int]) -> None:
    made = batches(lengths)
    assert sorted(row for batch in made for row in batch) == list(range(len(lengths)))
    assert all(len({-(-lengths[row] // 8) for row in batch}) == 1 for batch in made)


@given(st.lists(st.integers(1, 128), max_size=300))
def test_every_row_is_packed_once_and_no_batch_is_much_too_large(lengths: list[int]) -> None:
    made = packed(lengths)
    assert sorted(row for batch in made for row in batch) == list(range(len(lengths)))
    assert all(sum(lengths[row] for row in batch) <= BATCH_TOKENS + 128 for batch in made)
    assert [lengths[row] for batch in made for row in batch] == sorted(lengths)


# --- the reader --------------------------------------------------------------------------------------------------


def make_reader(journey: JourneyMap = SHOP, **shift: Sequence[float]) -> Reader:
    return Reader("reader.v0", WordEncoder(), flat_heads(**shift), CUES, journey)


SPOKEN = {"pain": [0.0, 4.0, 0.0], "signals": [4.0, 4.0, *[-4.0] * 7]}


def test_a_reader_gives_one_reading_a_text_in_order() -> None:
    texts = [
        Text("d1", "The voucher fell out of my basket at the very end."),
        Text("d2", "Der Gutschein ist verschwunden und niemand antwortet mir auf meine Nachricht."),
        Text("d3", ""),
        Text("d4", "The courier has bent the parcel."),
    ]
    readings = make_reader(**SPOKEN).read(texts)
    assert [reading.document_id for reading in readings] == ["d1", "d2", "d3", "d4"]
    assert [reading.readable for reading in readings] == [True, False, False, True]
    assert [reading.language for reading in readings] == ["en", "de", "und", "en"]
    signal = readings[3].signals[0]
    assert signal.signals_on == ("complaint", "breakage")
    assert {span.signal: (span.start, span.end) for span in signal.spans} == {
        "complaint": (0, 32),
        "breakage": (16, 20),
    }
    assert signal.model == "reader.v0"
    assert np.linalg.norm(signal.embedding) == pytest.approx(1)


def test_what_a_text_says_does_not_depend_on_its_neighbours() -> None:
    texts = [Text(f"d{i}", f"The {word} again, for the third time this week.") for i, word in enumerate(WORDS)]
    reader = make_reader()
    forth = {r.document_id: r.signals[0] for r in reader.read(texts)}
    back = {r.document_id: r.signals[0] for r in reader.read(texts[::-1])}
    assert {key: (s.id, s.stage, s.touchpoint) for key, s in forth.items()} == {
        key: (s.id, s.stage, s.touchpoint) for key, s in back.items()
    }


def test_signal_ids_name_document_place_and_model() -> None:
    texts = [Text("d1", "The brake squeals on every hill."), Text("d2", "The brake squeals on every hill.")]
    first, second = (reading.signals[0].id for reading in make_reader().read(texts))
    again = make_reader().read(texts[:1])[0].signals[0].id
    assert first == again
    assert first != second


def test_no_signal_is_on_where_there_is_most_likely_no_pain() -> None:
    reading = make_reader(pain=[4.0, 0.0, 0.0], signals=[4.0] * 9).read(
        [Text("d1", "The brake squeals on every hill.")]
    )
    assert reading[0].signals[0].signals_on == ()
    assert reading[0].signals[0].spans == ()


def test_texts_are_taken_in_groups_without_losing_one() -> None:
    one = open_text(Text("d", "The brake squeals. " * 200))
    opened = [replace(one, text=Text(f"d{i}", one.text.text)) for i in range(900)]
    groups = list(grouped(opened))
    assert len(groups) > 1
    assert [one.text.id for group in groups for one in group] == [f"d{i}" for i in range(900)]


# --- what a document says ----------------------------------------------------------------------------------------


def heard(start: int, end: int, pain: tuple[float, float, float], **changes: object) -> Signal:
    values: dict[str, object] = {
        "id": f"s{start}",
        "document_id": "d1",
        "passage": Passage("d1", start, start, end, "x" * (end - start)),
        "sentiment": dict(zip(SENTIMENTS, (0.0, 1.0, 0.0), strict=True)),
        "pain": dict(zip(PAINS, pain, strict=True)),
        "signals": dict.fromkeys(SIGNALS, 0.1),
        "signals_on": (),
        "stage": {"buy": 0.2, "use": 0.7, "none": 0.1},
        "touchpoint": None,
        "spans": (),
        "embedding": np.zeros(384, dtype=np.float32),
        "model": "reader.v0",
    }
    return Signal(**{**values, **changes})  # type: ignore[arg-type] # a test's table of changes


def reading_of(*signals: Signal) -> Reading:
    return Reading("d1", "en", bool(signals), signals, "reader.v0")


CALM, SAID, UNSAID, SAID_MORE = (0.9, 0.05, 0.05), (0.3, 0.4, 0.3), (0.05, 0.05, 0.9), (0.1, 0.8, 0.1)
DOCUMENTS = {
    "one passage speaks for itself": ([(SAID, 90)], "spoken", 0.4),
    "the mean of two alike is theirs": ([(SAID, 90), (SAID, 10)], "spoken", 0.4),
    "the surer one says which pain it is": ([(SAID, 100), (UNSAID, 100)], "unspoken", 0.674),
    "a sure pain is heard among calm neighbours": ([(CALM, 100), (UNSAID, 100), (CALM, 100)], "unspoken", 0.624),
    "a doubtful one is not": ([(CALM, 100), ((0.45, 0.5, 0.05), 100), (CALM, 100)], "none", 0.617),
    "far from it they do not matter": ([(SAID_MORE, 300), *[(CALM, 150)] * 9], "spoken", 0.8),
    "what is longer than a stretch stands alone": ([(SAID_MORE, 900), (CALM, 900)], "spoken", 0.8),
    "none where none hurts": ([(CALM, 90), (CALM, 90)], "none", 0.9),
    "none where nothing hurts at all": ([((1.0, 0.0, 0.0), 90), ((1.0, 0.0, 0.0), 90)], "none", 1.0),
}


@pytest.mark.parametrize(("passages", "label", "chance"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_documents_pain(passages: list[tuple[tuple[float, float, float], int]], label: str, chance: float) -> None:
    signals = [heard(1000 * i, 1000 * i + long, pain) for i, (pain, long) in enumerate(passages)]
    summary = summarise(reading_of(*signals))
    assert max(summary.pain, key=lambda k: summary.pain[k]) == label
    assert summary.pain[label] == pytest.approx(chance, abs=0.001)
    assert sum(summary.pain.values()) == pytest.approx(1)


def test_a_document_without_pain_has_no_signals_on() -> None:
    doubtful = heard(0, 100, (0.45, 0.5, 0.05), signals_on=("effort",))
    assert summarise(reading_of(doubtful)).signals_on == ("effort",)
    assert summarise(reading_of(heard(100, 200, CALM), doubtful, heard(200, 300, CALM))).signals_on == ()


def test_a_documents_signals_sentiment_stage_and_touchpoint() -> None:
    calm = heard(0, 30, CALM, sentiment={"negative": 0.0, "neutral": 0.0, "positive": 1.0}, touchpoint="brakes")
    hurt = heard(
        30,
        40,
        SAID_MORE,
        signals={**dict.fromkeys(SIGNALS, 0.1), "effort": 0.8},
        signals_on=("effort",),
        stage={"buy": 0.9, "use": 0.1, "none": 0.0},
        touchpoint="checkout",
    )
    summary = summarise(reading_of(calm, hurt))
    assert summary.sentiment == pytest.approx({"negative": 0.0, "neutral": 0.25, "positive": 0.75})
    assert summary.signals["effort"] == 0.8
    assert summary.signals_on == ("effort",)
    assert summary.stage == pytest.approx({"buy": 0.9, "use": 0.1, "none": 0.0})
    assert summary.touchpoint == "checkout"


def test_what_cannot_be_read_is_neutral_painless_and_nowhere() -> None:
    record = as_json(Reading("d1", "de", readable=False, signals=(), model="reader.v0"), "Guten Tag")
    assert (record["readable"], record["language"], record["passages"]) == (False, "de", [])
    assert (record["pain"]["label"], record["sentiment"]["label"], record["stage"]["label"]) == (
        "none",
        "neutral",
        "none",
    )
    assert set(record["signals"]) == set(SIGNALS)


def test_the_line_of_read_has_the_promised_fields() -> None:
    text = "The voucher fell out of my basket at the very end."
    reading = make_reader(**SPOKEN).read([Text("p1", text)])[0]
    record = json.loads(json.dumps(as_json(reading, text), allow_nan=False))
    promised = {"id", "sentiment", "pain", "signals", "signals_on", "stage", "touchpoint", "passages", "model"}
    assert promised <= set(record)
    assert record["id"] == "p1"
    assert record["pain"]["label"] == "spoken"
    assert set(record["pain"]["probs"]) == set(PAINS)
    assert set(record["stage"]["probs"]) == {"buy", "start", "use", "none"}
    assert record["touchpoint"] == "checkout"
    passage = record["passages"][0]
    assert {"start", "end", "text", "sentiment", "pain", "signals", "stage"} <= set(passage)
    assert text[passage["start"] : passage["end"]] == passage["text"]
    assert passage["in"] == "text"


def test_a_title_is_a_passage_of_its_own() -> None:
    title, text = make_reader(**SPOKEN).read(
        [Text("t", "Voucher gone again"), Text("p1", "A picnic by the river with all.")]
    )
    record = as_json(text, "A picnic by the river with all.", title=title)
    assert [(p["in"], p["start"]) for p in record["passages"]] == [("title", 0), ("text", 0)]
    assert record["id"] == "p1"


def test_a_title_alone_makes_a_text_readable() -> None:
    title, text = make_reader().read([Text("t", "Voucher gone again"), Text("p1", "???")])
    assert as_json(text, "???", title=title)["readable"] is True


def test_a_reading_of_another_text_is_refused() -> None:
    with pytest.raises(ValueError, match="another text"):
        as_json(reading_of(heard(0, 30, CALM)), "short")


def test_importing_the_room_loads_no_model_library() -> None:
    code = "import sys, listening.signals; print([m for m in ('torch', 'spacy', 'transformers') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
    assert done.stdout.strip() == "[]"
