"""Takes the authors' names out of what others write about them."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from listening.documents.common_words import COMMON, NOBODY

_WORD = re.compile(r"\w+")
_SENTENCE_END = frozenset(".!?\n:\u2022\u2026")
_GREETING = re.compile(r"\b(?:hi|hey|hello|thanks|thank you|thx|cheers|dear|sorry|welcome|ping)[,]? $", re.IGNORECASE)
_MARKS = frozenset(("email", "phone", "card", "iban", "ip", "ssn", "name"))
_SHORT = 3  # letters: a shorter name is a name only where it is written as one
_Name = tuple[str, int, bool]  # folded, characters as shown (folding may lengthen), whether any case will do
_LONGEST = 100  # characters of a name; nobody is called by more


def without_names(text: str, names: Collection[str]) -> str:
    """Return the text with [name] for each of `names` that stands in it as whole words, in any case.

    A name that is a common word or shorter than three letters goes only where it is written with a capital inside a
    sentence or after a greeting. Of a name of several words each part goes too, where it is written with a capital.
    """
    index = _index(frozenset(names))
    folded = text.casefold()
    if not any(first in folded for first in index):  # most texts name nobody, and a word is sought in no time
        return text
    out: list[str] = []
    done = 0
    for word in _WORD.finditer(text):
        given = index.get(word.group().casefold())
        if given is None or word.start() < done:
            continue
        if end := _named(text, word, given):
            out += (text[done : word.start()], "[name]")
            done = end
    return "".join((*out, text[done:]))


@lru_cache(maxsize=2)  # the posts of a batch come with the same names, and sorting them costs more than the posts
def _index(names: frozenset[str]) -> dict[str, list[_Name]]:
    """Return first word -> its names, the longest first."""
    found: dict[str, set[_Name]] = {}
    for shown in names:
        words = list(_WORD.finditer(shown[:_LONGEST]))
        if not words:
            continue
        bare = shown[words[0].start() : words[-1].end()]
        name = bare.casefold()
        found.setdefault(words[0].group().casefold(), set()).add((name, len(bare), not _guarded(name)))
        for part in words if len(words) > 1 else ():
            folded = part.group().casefold()
            if part.group().isalpha() and len(folded) >= _SHORT and folded not in COMMON:
                found.setdefault(folded, set()).add((folded, len(part.group()), False))
    return {first: sorted(given, key=lambda one: (-one[1], one[0], not one[2])) for first, given in found.items()}


def _guarded(name: str) -> bool:
    return name.isalpha() and (len(name) < _SHORT or name in COMMON)


def _named(text: str, word: re.Match[str], given: Collection[_Name]) -> int:
    """Return where the name that begins at this word ends, or 0."""
    for name, length, free in given:
        end = word.start() + length
        shown = text[word.start() : end]
        if shown.casefold() != name or text[end : end + 1].isalnum() or text[end : end + 1] == "_":
            continue
        if name in NOBODY or len(name) < 2 or _is_mark(text, word.start(), end):  # noqa: PLR2004 -- "I" is nobody
            continue
        if free or _written_as_name(text, word.start(), shown):
            return end
    return 0


def _is_mark(text: str, start: int, end: int) -> bool:
    return text[start:end] in _MARKS and text[start - 1 : start] == "[" and text[end : end + 1] == "]"


def _written_as_name(text: str, start: int, shown: str) -> bool:
    if not (shown[:1].isupper() and shown[1:].islower()):
        return False
    if shown.casefold() not in COMMON and len(shown) >= _SHORT:
        return True
    before = text[max(start - 20, 0) : start]
    return bool(_GREETING.search(before)) or (bool(before.strip()) and before.rstrip(" ")[-1] not in _SENTENCE_END)
