"""The shipped reader says the same of a text with a slip, look-alikes, invisible characters or other case."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from listening.signals import Reader, open_reader, summarise
from listening.signals.gate import OWN, STANDARD, gold_sets
from listening.types import Text

MODELS = Path(__file__).resolve().parent.parent / "models"
ENOUGH = 0.97
UNSEEN = "\u200b\u200c\u200d\ufeff\u00ad\u2060\u200e\u202a\ufe0f\u034f"
ALIKE = {
    "a": "\u0430\uff41",
    "c": "\u0441",
    "e": "\u0435\uff45",
    "i": "\u0456",
    "o": "\u043e\u03bf0",
    "p": "\u0440",
    "s": "\u0455",
}

Change = Callable[[str, random.Random], str]


def unseen(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 3)):
        place = chance.randint(0, len(text))
        text = text[:place] + chance.choice(UNSEEN) + text[place:]
    return text


def alike(text: str, chance: random.Random) -> str:
    places = [place for place, one in enumerate(text) if one in ALIKE and text[place - 1 : place + 2].isalpha()]
    letters = list(text)
    for place in chance.sample(places, min(len(places), chance.randint(1, 3))):
        letters[place] = chance.choice(ALIKE[letters[place]])
    return "".join(letters)


def slip(text: str, chance: random.Random) -> str:
    words = list(re.finditer(r"[A-Za-z]{4,}", text))
    if not words:
        return text
    word = chance.choice(words)
    place = chance.randrange(word.start(), word.end() - 1)
    before, one, two, after = text[:place], text[place], text[place + 1], text[place + 2 :]
    return before + chance.choice((two + one, two, one + one + two)) + after


CHANGES: dict[str, Change] = {
    "unseen": unseen,
    "alike": alike,
    "slip": slip,
    "capitals": lambda text, _: text.upper(),
    "small": lambda text, _: text.lower(),
    "swapped case": lambda text, chance: "".join(c.swapcase() if chance.random() < 0.15 else c for c in text),
}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return open_reader(MODELS, STANDARD, threads=1)


def pains(reader: Reader, texts: list[str]) -> list[str]:
    summaries = [summarise(one) for one in reader.read([Text(str(n), text) for n, text in enumerate(texts)])]
    return [max(one.pain, key=lambda label: one.pain[label]) for one in summaries]


def share_same(reader: Reader, texts: list[str], plain: list[str], change: Change) -> float:
    """The share of the texts whose pain is the same after the change; `plain` are their pains before it."""
    chance = random.Random(7)  # noqa: S311 - chance, no secret
    pairs = zip(plain, pains(reader, [change(text, chance) for text in texts]), strict=True)
    return sum(one == two for one, two in pairs) / len(texts)


@pytest.fixture(scope="module")
def shared_texts(shared: Path) -> list[str]:
    from listening.signals.gold import shared_gold  # noqa: PLC0415 - only where there is shared data

    return [case.text for case in shared_gold(shared)][:300]


@pytest.fixture(scope="module")
def shared_pains(reader: Reader, shared_texts: list[str]) -> list[str]:
    return pains(reader, shared_texts)


def test_the_pain_of_our_own_gold_stays(reader: Reader) -> None:
    texts = [case.text for case in gold_sets(MODELS, None)[OWN]]
    plain = pains(reader, texts)
    same = {name: share_same(reader, texts, plain, change) for name, change in CHANGES.items()}
    assert same["unseen"] == 1
    assert min(sum(same.values()) / len(same), same["alike"], same["capitals"], same["small"]) >= ENOUGH, same


@pytest.mark.shared
@pytest.mark.parametrize("name", ["alike", "slip", "swapped case"])
def test_the_pain_of_shared_texts_stays(
    reader: Reader, shared_texts: list[str], shared_pains: list[str], name: str
) -> None:
    assert share_same(reader, shared_texts, shared_pains, CHANGES[name]) >= ENOUGH
