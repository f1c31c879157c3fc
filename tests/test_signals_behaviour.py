"""The shipped reader by behaviour: how a plain sentence of each kind must be heard, and what must change nothing."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from behaviour import CASES, Change, Heard, families, hear, is_wrong, own_sentences, plain_cases

from listening.signals import Reader, open_reader
from listening.signals.gate import STANDARD

MODELS = Path(__file__).resolve().parent.parent / "models"
_SHORT = "isn't wasn't don't doesn't didn't haven't can't won't I'm it's I've that's they're"
_LONG = "is not|was not|do not|does not|did not|have not|cannot|will not|I am|it is|I have|that is|they are"
SHORT_FORMS = dict(zip(_LONG.split("|"), _SHORT.split(), strict=True))
LONG_FORMS = {short: long for long, short in SHORT_FORMS.items()}


def slip(text: str, chance: random.Random) -> str:
    """Two neighbouring letters change places, as under a quick finger."""
    place = chance.choice([found.start() for found in re.finditer(r"(?=([a-z])(?!\1)[a-z])", text)])
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def punctuation(text: str, _: random.Random) -> str:
    return text.rstrip(".!?") if text.endswith((".", "!", "?")) else f"{text}."


def contractions(text: str, _: random.Random) -> str:
    """Contract what is long, and draw out what is short."""
    forms = {**SHORT_FORMS, **LONG_FORMS}
    return re.sub("|".join(rf"\b{re.escape(one)}\b" for one in forms), lambda found: forms[found[0]], text)


CHANGES: dict[str, Change] = {
    "punctuation": punctuation,
    "a typo": slip,
    "two typos": lambda text, chance: slip(slip(text, chance), chance),
    "contractions": contractions,
    "small letters": lambda text, _: text.lower(),
    "capitals": lambda text, _: text.upper(),
}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return open_reader(MODELS, STANDARD, threads=1)


@pytest.fixture(scope="module")
def own(reader: Reader) -> dict[str, Heard]:
    return dict(zip(own_sentences(), hear(reader, own_sentences()), strict=True))


def hold(name: str, pairs: Sequence[tuple[Heard, Heard]]) -> None:
    """Hold how often tone and pain differ between two sentences to what the table lets pass."""
    rates = CASES["rates"][name]
    found = {
        "most": sum(one.tone != two.tone for one, two in pairs) / len(pairs),
        "pain": sum(one.pain != two.pain for one, two in pairs) / len(pairs),
    }
    assert {which: rate for which, rate in found.items() if rate > rates[which]} == {}


def by_name(kinds: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", CASES[kinds], ids=[kind["name"] for kind in CASES[kinds]])


@by_name("mft")
def test_a_plain_sentence_is_heard_as_it_is_meant(reader: Reader, kind: dict[str, Any]) -> None:
    texts = plain_cases(kind)
    wrong = [text for text, heard in zip(texts, hear(reader, texts), strict=True) if is_wrong(kind, heard)]
    assert len(wrong) / len(texts) <= CASES["rates"][kind["name"]]["most"], (len(wrong), len(texts), wrong[:10])


@by_name("same")
def test_who_says_it_and_where_changes_nothing(reader: Reader, kind: dict[str, Any]) -> None:
    told = families(kind)
    heard = iter(hear(reader, [text for family in told for text in family]))
    found = [[next(heard) for _ in family] for family in told]
    hold(kind["name"], [pair for family in found for pair in combinations(family, 2)])


@pytest.mark.parametrize("name", CHANGES)
def test_how_it_is_typed_changes_little(reader: Reader, own: dict[str, Heard], name: str) -> None:
    chance = random.Random(7)  # noqa: S311 - chance, no secret
    changed = {text: CHANGES[name](text, chance) for text in own}
    pairs = [(text, new) for text, new in changed.items() if text != new]
    hold(name, list(zip([own[text] for text, _ in pairs], hear(reader, [new for _, new in pairs]), strict=True)))


def test_what_is_promised_and_not_kept_stands_in_the_card() -> None:
    card = (MODELS / "reader" / "CARD.md").read_text(encoding="utf-8")
    missed = [name for name, rate in CASES["rates"].items() if rate["most"] > rate.get("promised", 1)]
    assert [name for name in missed if f"| {name} |" not in card] == []


def test_every_kind_has_its_rate() -> None:
    kinds = [kind["name"] for kind in (*CASES["mft"], *CASES["same"])]
    assert sorted([*kinds, *CHANGES]) == sorted(CASES["rates"])
