"""Reads through what only looks like a letter: invisible characters, look-alikes of other alphabets, fancy letters.

Customers paste from word processors, write in fancy letters, or hide a word from a filter. A person sees the same
sentence as ever, so the encoder is given the same. What we store and quote stays as it was written: every character of
the plain text knows its place in the original.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# A Latin letter, and the Cyrillic, Greek, Armenian and phonetic ones that are mistaken for it.
LOOK_ALIKES = """
a аαɑ  A АΑ  b Ьƅ  B ВΒ  c сϲⅽ  C СϹ  d ԁɗ  e еєҽ  E ЕΕ  f ƒ  F Ϝ  g ɡց  G Ԍ  h һհ  H НΗ  i іıɩι  I ІΙӀ  j јϳ  J Ј
k кκ  K КΚ  l ӏǀ  M МΜ  m м  n ոпη  N Ν  o оοօσ  O ОΟՕ  p рρ  P РΡ  q ԛզ  r гᴦ  s ѕꜱ  S ЅՏ  t тτ  T ТΤ
u υսц  U Ս  v νѵ  V Ѵ  w ԝωѡ  W Ԝ  x хχ  X ХΧ  y уγү  Y УΥҮ  Z Ζ  z ᴢ
"""  # noqa: RUF001 - the point of the table
DIGITS = {"0": "o", "1": "l", "|": "l", "@": "a", "$": "s"}  # only between two letters: l0st, he|p, p@rcel
QUOTES = dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u02b9\u2032\u00b4`\uff07", "'")
DASHES = dict.fromkeys("\u2010\u2011\u2012\ufe63\uff0d", "-")
FANCY = re.compile(r"(?:NEGATIVE )?(?:SQUARED|CIRCLED) LATIN CAPITAL LETTER ([A-Z])|LATIN LETTER SMALL CAPITAL ([A-Z])")
UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u3164\uffa0\u2800")
LETTERS: dict[str, str] = {other: pair[0] for pair in re.findall(r"\S \S+", LOOK_ALIKES) for other in pair[2:]}
BETWEEN = re.compile(r"(?<=[^\W\d_])[01|@$](?=[^\W\d_])")


@dataclass(frozen=True, slots=True)
class Plain:
    """A text as it looks: `text`, and for each of its characters the place in the original; one more for the end."""

    text: str
    places: tuple[int, ...] | range

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Give the original's offsets of `text[start:end]`, which is not empty."""
        return self.places[start], self.places[end - 1] + 1


def as_seen(text: str) -> Plain:
    """Give `text` as a person sees it. Plain ASCII costs one look."""
    if text.isascii():
        return Plain(BETWEEN.sub(_digit, text), range(len(text) + 1))
    latin = is_latin(text)
    kept = [(shown, place) for place, one in enumerate(text) for shown in _shown(one, latin=latin)]
    seen = "".join(shown for shown, _ in kept)
    return Plain(BETWEEN.sub(_digit, seen), (*(place for _, place in kept), len(text)))


def _digit(found: re.Match[str]) -> str:
    return DIGITS[found[0]]


def is_latin(text: str) -> bool:
    """Say whether more letters are Latin than of other alphabets: only there is a Cyrillic letter taken for a Latin."""
    letters = [one for one in text if one.isalpha()]
    return sum(one < "\u0250" or one in FANCY_BLOCK for one in letters) * 2 > len(letters)


FANCY_BLOCK = frozenset(map(chr, [*range(0xFF21, 0xFF5B), *range(0x1D400, 0x1D6A4)]))  # full width, mathematical


@lru_cache(maxsize=4096)
def _shown(one: str, *, latin: bool) -> str:
    """Give what a person sees in one character: nothing, another character, or a few for a ligature."""
    if one.isascii():
        return one
    if one in UNSEEN or unicodedata.category(one) == "Cf" or "\ufe00" <= one <= "\ufe0f":
        return ""
    if latin and one in LETTERS:
        return LETTERS[one]
    if other := QUOTES.get(one) or DASHES.get(one):
        return other
    fancy = FANCY.fullmatch(unicodedata.name(one, ""))
    if fancy:
        return str(fancy[1] or fancy[2]).lower()
    usual: str = unicodedata.normalize("NFKC", one)
    return usual if usual.isascii() and usual.isalnum() and (len(usual) == 1 or one.isalpha()) else one
