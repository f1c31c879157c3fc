"""Cuts what a customer wrote into sentences of bare words that know where a clause may begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import dropwhile, groupby

from listening.clusters.edges import (
    CUTS,
    DETERMINERS,
    FRAME,
    HANGS,
    JOINS,
    LEANS,
    OPEN_FRAMES,
    PREPOSITIONS,
    SAYING,
    STARTING,
    SUBJECTS,
    TURNS,
    WHY,
)
from listening.types import Pain

PIECE = re.compile(r"\S+(?:\s,(?!\S))?")  # a comma may stand apart
BARE = re.compile(r"^\W+|\W+$")
_STOP = re.compile(r"(?:(?!(?<=\d)[.:]\d)[.!?;:\n\"\u201c\u201d\u2013\u2014\u2026*>|~])+|\s-+\s")
_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_SIGN = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,4});")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*|\d+(?:[.:,]\d+)*")


@dataclass(frozen=True, slots=True)
class Word:
    """One word: as `written` without signs at its edges, `low` in lower case with a straight apostrophe.

    `heard`: a signal was heard in it; `comma`: one follows it; `opens`, `closes`: a bracket stands before, or
    behind it; `tag`: it is "@shop" or "#fail".
    """

    written: str
    low: str
    heard: bool = False
    comma: bool = False
    opens: bool = False
    closes: bool = False
    tag: bool = False

    @property
    def plain(self) -> bool:
        """Whether it is a word or a number, and no placeholder, path or picture."""
        return bool(_WORD.fullmatch(self.written))


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words between two full stops, and whether it `asks`."""

    words: tuple[Word, ...]
    asks: bool = False


def clear(text: str) -> str:
    """Blank what a page writes and nobody says: links, and signs' names ("&amp;"); every word stays at its place."""
    text = _SIGN.sub(lambda sign: unescape(sign[0]).ljust(len(sign[0])), text)
    return _LINK.sub(lambda link: "|".ljust(len(link[0])), text)


def find_sentences(pain: Pain) -> Iterator[Sentence]:
    """List a passage's sentences, without to whom they are said and how that is filed ("@shop", "#fail")."""
    ends = [*_STOP.finditer(pain.text), None]
    start = 0
    for end in ends:
        stop = end.start() if end else len(pain.text)
        for words in _parts([_word(piece, pain.cues) for piece in PIECE.finditer(pain.text, start, stop)]):
            yield Sentence(words, asks=bool(end and "?" in end[0]))
        start = end.end() if end else stop


def _parts(words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
    """Part words where a picture stands between them, and leave out tags at the edges of a part."""
    for spoken, part in groupby(words, lambda word: bool(word.written)):
        front = list(dropwhile(lambda word: word.tag, part))
        rest = list(dropwhile(lambda word: word.tag, reversed(front)))
        if spoken and rest:
            yield tuple(reversed(rest))


def _word(found: re.Match[str], cues: Sequence[tuple[int, int]]) -> Word:
    piece, start, end = found[0], *found.span()
    sign = "[" in piece or (piece.isascii() and not any(map(str.isalnum, piece)))  # a picture is no sign
    bare = piece if sign else BARE.sub("", piece)
    behind = piece[piece.rfind(bare) + len(bare) :]
    return Word(
        bare,
        "and" if bare == "&" else bare.lower().replace("\u2019", "'"),
        heard=any(a < end and b > start for a, b in cues),
        comma="," in behind,
        opens=piece.startswith("("),
        closes=")" in behind,
        tag=piece.lstrip(".").startswith(("@", "#")),
    )


def begin(words: Sequence[Word]) -> int:
    """Say behind how many words a sentence begins: joints, greetings ("Folks, ...") and what introduces it go."""
    at = 0
    while at < len(words):
        first, called = words[at], words[at].comma and at + 1 < len(words) and _introduces(words[at + 1].low, "")
        if called or first.low in JOINS or (first.comma and first.low == "no"):
            at += 1
            continue
        said = " ".join(word.low for word in words[at:])
        frame = FRAME.match(said)
        behind = at + len(frame[0].split()) if frame else at
        if frame is None or behind >= len(words) or not _introduces(words[behind].low, frame[0]):
            return at
        at = behind
    return at


def _introduces(low: str, frame: str) -> bool:
    """Say whether a clause begins with this word: a subject, or behind some frames a thing ("I think the key")."""
    return low in SUBJECTS | WHY or (low in DETERMINERS and frame.endswith(OPEN_FRAMES))


def may_begin(words: Sequence[Word], at: int) -> bool:
    """Say whether a clause begins at `at` within a sentence: behind a comma or a joint, with a subject or a "no"."""
    before, low = words[at - 1], words[at].low
    if before.low in SAYING:
        return low in DETERMINERS | {"there"}
    opened = before.comma or before.closes or before.low in TURNS | JOINS
    return opened and before.low not in HANGS | {"which", "who"} and low in SUBJECTS | DETERMINERS | STARTING


def may_end(words: Sequence[Word], end: int) -> float:
    """Say how well a clause ends before `end` within a sentence: 1 at its own end, less before more of it, else 0."""
    last, behind = words[end - 1], words[end]
    follows = words[end + 1].low if end + 1 < len(words) else ""
    if last.comma or behind.opens or behind.low in TURNS or (behind.low == "and" and follows in SUBJECTS - LEANS):
        return 1.0
    particle = not follows or follows in PREPOSITIONS | JOINS | {"to", "of"}
    joined = behind.low == "and" and follows in DETERMINERS
    cut = behind.tag or joined or (behind.low in CUTS and not particle)
    return 0.5 if cut and not last.low.endswith("ly") else 0.0
