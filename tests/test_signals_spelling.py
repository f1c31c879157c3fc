"""What only looks like a letter, and slips of the finger: the reader hears the same, the quote stays as written."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.signals.cues import load_cues
from listening.signals.encoder import package_folder
from listening.signals.language import detect_language
from listening.signals.sentences import LONGEST, speakable, split_passages
from listening.signals.spelling import LETTERS, as_seen
from listening.signals.typos import Mender, slips
from listening.types import Passage

ROOT = Path(__file__).resolve().parent.parent

SEEN = {
    "plain": ("the lid broke", "the lid broke"),
    "zero width": ("the l\u200bid b\ufeffro\u2060ke", "the lid broke"),
    "soft hyphen, marks of direction": ("the \u202elid\u202c bro\u00adke", "the lid broke"),
    "Cyrillic letters": ("th\u0435 lid br\u043ek\u0435", "the lid broke"),
    "Greek letters": ("the lid br\u03bfke", "the lid broke"),
    "full width": ("\uff54\uff48\uff45 lid", "the lid"),
    "mathematical": ("\U0001d42d\U0001d421\U0001d41e lid broke", "the lid broke"),
    "small capitals": ("the \u029f\u026a\u1d05 broke", "the lid broke"),
    "squared": ("\U0001f170 lid", "a lid"),
    "digits between letters": ("l0st, he|p, p@rcel", "lost, help, parcel"),
    "digits among digits": ("v1.0 of 100 in 2001", "v1.0 of 100 in 2001"),
    "quotes": ("don\u2019t", "don't"),
    "emoji stay": ("ok \U0001f600", "ok \U0001f600"),
    "accents stay": ("caf\u00e9", "caf\u00e9"),
    "a ligature": ("\ufb01ne", "fine"),
    "Russian stays Russian": ("\u043a\u0440\u044b\u0448\u043a\u0430", "\u043a\u0440\u044b\u0448\u043a\u0430"),
}


@pytest.mark.parametrize(("text", "seen"), SEEN.values(), ids=SEEN)
def test_a_text_is_taken_as_a_person_sees_it(text: str, seen: str) -> None:
    assert as_seen(text).text == seen


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_every_character_knows_its_place(text: str) -> None:
    seen = as_seen(text)
    assert len(seen.places) == len(seen.text) + 1
    assert list(seen.places) == sorted(seen.places)
    for place, one in enumerate(seen.text):
        start, end = seen.back(place, place + 1)
        assert end == start + 1
        assert one == text[start] or one in as_seen(f"x{text[start]}x").text or not text.isascii()


def test_the_table_of_look_alikes_is_sound() -> None:
    assert {letter for letter in LETTERS.values() if not (letter.isascii() and letter.isalpha())} == set()
    assert [other for other in LETTERS if other.isascii()] == []
    assert all(unicodedata.category(other)[0] in "LN" for other in LETTERS)


HIDDEN = "The z\u200bip br\u043eke.\u200b My card was ch\u0430rged tw\u2060ice for the wh\u0435el.\ufeff\n\u200b\u200b"


def test_offsets_count_in_the_text_as_it_was_written() -> None:
    passages = split_passages(HIDDEN, "d1")
    assert [HIDDEN[p.start : p.end] for p in passages] == [p.text for p in passages]
    assert as_seen(passages[0].text).text == "The zip broke. My card was charged twice for the wheel."


def test_what_is_only_invisible_is_no_passage() -> None:
    assert split_passages("\u200b\u200c\ufeff \u2060", "d1") == []


def test_a_word_stretched_by_invisible_characters_stays_bounded() -> None:
    text = "a\u200b" * 5000 + " the lid broke"
    assert max(len(passage.text) for passage in split_passages(text, "d1")) <= LONGEST


def test_surrogates_among_look_alikes() -> None:
    text = "th\u0435 lid\ud800 br\u043eke again and nobody answers"
    assert [p.text for p in split_passages(text, "d1")] == [speakable(text)]


def test_evidence_is_found_behind_look_alikes_and_points_into_the_text() -> None:
    cues = load_cues(ROOT / "configs" / "pain_cues.toml")
    text = "The strap sn\u0430p\u200bped, so I walk"
    (span,) = cues.spans(Passage("d1", 0, 100, 100 + len(text), text), ["breakage"])
    assert text[span.start - 100 : span.end - 100] == "sn\u0430p\u200bped"


LANGUAGES = [
    ("The l\u0456d br\u043eke and n\u043ebody answ\u0435rs me at all", "en"),
    ("T\u200bh\u200be\u200b l\u200bi\u200bd broke again", "en"),
    ("\u041a\u0440\u044b\u0448\u043a\u0430 \u0441\u043b\u043e\u043c\u0430\u043b\u0430\u0441\u044c", "ru"),
]


@pytest.mark.parametrize(("text", "language"), LANGUAGES)
def test_look_alikes_do_not_change_the_language(text: str, language: str) -> None:
    assert detect_language(text) == language


# --- slips -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mender() -> Mender:
    from tokenizers import Tokenizer  # noqa: PLC0415 - slow to import

    return Mender(Tokenizer.from_file(str(package_folder() / "tokenizer.json")).get_vocab())


MENDED = [
    ("swapped", "nobdoy answers", "nobody answers"),
    ("left out", "the batery is empty", "the battery is empty"),
    ("doubled", "the baattery is empty", "the battery is empty"),
    ("hit beside", "the parcwl came", "the parcel came"),
    ("common word, any letter", "somethimg brokqn here", "something broken here"),
    ("without its apostrophe", "it doesnt work and i cant return it", "it doesn't work and i can't return it"),
    ("among other signs", "(btatery)!", "(battery)!"),
]
LEFT = [
    "My wifi router, Gmail and the ramen kiosk",
    "The laggy app reset the refunds; I rebooted, reinstalled and unsubscribed",
    "recline, debit, browse, delete, spam, redo, uncharged, overbooked, headphones",
    "My Xiaomi, his Brompton",
    "lol ok tbh 12 C-3PO",
    "",
    "teh btatery qzxw nobdoy wsedr hjkl qwer tyui plmk",  # more code than words
]


@pytest.mark.parametrize(("kind", "text", "meant"), MENDED, ids=[one[0] for one in MENDED])
def test_a_slip_is_mended(mender: Mender, kind: str, text: str, meant: str) -> None:
    assert kind
    assert mender.mend(text) == meant


@pytest.mark.parametrize("text", LEFT)
def test_a_word_that_is_one_stays(mender: Mender, text: str) -> None:
    assert mender.mend(text) is text


def test_all_single_slips_are_thought_of() -> None:
    made = set(slips("teh"))
    assert {"the", "tech", "reh"} <= made


def test_what_is_remembered_stays_bounded(mender: Mender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listening.signals.typos.MANY", 50)
    fresh = Mender({"battery": 1, "parcel": 2})
    for number in range(300):
        fresh.word("q" + "".join(chr(97 + (number >> shift & 15)) for shift in (0, 4, 8)))
    assert len(fresh._mended) <= 50
    assert mender.word("a" * 100_000) == "a" * 100_000
