"""Finds the phrases in a customer's words that could be a name: whole clauses first, scraps of one last."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from listening.clusters.clauses import Sentence, Word, begin, find_sentences, may_begin, may_end
from listening.clusters.edges import (
    ASKS,
    AUXILIARIES,
    DETERMINERS,
    HANGS,
    JOINS,
    LEANS,
    MANNERS,
    MAY_END,
    NEGATIONS,
    NO_EDGE,
    NO_END,
    NO_START,
    POINTS,
    PRAISE,
    SUBJECTS,
    WHY,
)
from listening.clusters.words import stem
from listening.types import Pain

SHORTEST, LONGEST = 3, 10  # words in a name
WHOLE = 1.5  # what it is worth to begin, and to end, where a clause does
TROUBLE = 1.25  # what it is worth to say what is wrong
TOLD = 1.25  # what it is worth to stand in a clause in which the reader heard a signal
SCRAP = 0.7  # what is left of a phrase that leans on a word before it
LEANING = 0.45  # what is left of one whose subject was named before ("it", "they", "this is")
ACT = 0.35  # what is left of one that only tells what somebody did about it ("sanded the front pads")
ASKED = 0.6  # what is left of a bare question, unless it asks how or why
NICE = 0.3  # what is left of praise, and of what is said for manners' sake
STRUNG = 0.7  # what is left of several strung together with commas
HANGING = 0.4  # what is left of a clause that waits for another one ("when I open the box")
_WRONG = frozenset(
    """missing lost broke broken breaks fails failed failing stuck wrong late gone refuses rejected declined ignored
    leaks drips squeals rattles peels cracked snapped dead useless vanished vanishes disappeared unanswered twice
    cancelled delayed slow expensive confusing hidden bad worse worst poor poorly awful terrible horrible ridiculous
    impossible annoying frustrating uncomfortable cramped dirty filthy cold crashes crashed freezes frozen hacked scam
    overcharged stolen damaged hard difficult problem problems issue issues bug bugs waiting""".split()  # noqa: SIM905 -- a list to read
)
_TROUBLES = frozenset(
    "problem problems issue issues bug bugs complaint complaints trouble troubles drain crash crashes lag doubt".split()  # noqa: SIM905 -- the same
)
_WRONG_STEMS = frozenset(
    stem(word)
    for word in """missed dropped drops tore torn fell loose useless waited waits squeal squeak screech
    drip leak rattle peel crack
    snap fail break vanish disappear refuse reject decline ignore cancel delay stops unusable error rude noise
    dirty empty faulty""".split()  # noqa: SIM905 -- the same
)
_WRONG_PAIRS = frozenset(
    {
        ("came", "off"),
        ("comes", "off"),
        ("fell", "off"),
        ("went", "missing"),
        ("gave", "up"),
        ("had", "to"),
        ("have", "to"),
        ("has", "to"),
        ("ended", "up"),
        ("ran", "out"),
        ("cut", "off"),
        ("too", "small"),
    }
)
_HOLDS_BACK = frozenset("keep keeps kept keeping stop stops stopped prevent prevents prevented".split())  # noqa: SIM905 -- the same


@dataclass(frozen=True, slots=True)
class Phrase:
    """What could be a name: its words, how it is written, and what its edges and its sound add."""

    words: tuple[str, ...]
    text: str
    worth: float


def find_phrases(pain: Pain, core: set[str], least: int, *, scraps: bool = False) -> Iterator[list[Phrase]]:
    """List for each sentence its phrases of 3 to 10 words that say what a clause says; with `scraps` also parts of one.

    Sentences that say fewer than `least` of `core`, the stems of the most telling words, are passed over at once.
    """
    for sentence in find_sentences(pain):
        if len({stem(word.low) for word in sentence.words} & core) >= least:
            yield list(_phrases(sentence, scraps=scraps))


def _phrases(sentence: Sentence, *, scraps: bool) -> Iterator[Phrase]:
    words = sentence.words
    first = begin(words)
    for start in range(first, len(words)):
        begins = 1.0 if start == first else float(may_begin(words, start)) or (0.5 if scraps else 0.0)
        for end in range(start + SHORTEST, min(start + LONGEST, len(words)) + 1) if begins else ():
            ends = 1.0 if end == len(words) else may_end(words, end) or (0.5 if scraps else 0.0)
            run = words[start:end]
            if ends and _stands(run, whole=(begins == 1, ends == 1), scraps=scraps):
                worth = WHOLE ** (2 * (begins + ends) - 2) * (TOLD if any(word.heard for word in run) else 1.0)
                asks = sentence.asks and end == len(words)
                sound = _sound(words[first:], start - first, run) * _bearing(run, asks=asks)
                yield Phrase(tuple(word.written for word in run), _write(run, asks=asks), worth * sound)


def _stands(run: Sequence[Word], *, whole: tuple[bool, bool], scraps: bool) -> bool:
    """Say whether a run neither begins nor ends half-way; `whole`: whether a clause begins, and ends there."""
    begins, last = run[0].low, run[-1].low
    if not all(word.plain for word in run) or any(word.closes or word.opens for word in run) or _tagged(run):
        return False
    starts = begins not in NO_EDGE | NO_START | JOINS or (whole[0] and begins in SUBJECTS | DETERMINERS | WHY | ASKS)
    ends = last not in NO_EDGE | NO_END or (whole[1] and last in MAY_END)
    return starts and begins != "which" and ends and (whole[1] or scraps or (_says(run) and not last.isdigit()))


def _tagged(run: Sequence[Word]) -> bool:
    return run[0].tag or run[-1].tag


def _says(run: Sequence[Word]) -> bool:
    """Say whether a run has a word that is surely a verb or a trouble, so that it is no mere thing."""
    return any(word.low in AUXILIARIES | NEGATIONS | _WRONG or _did(word.low) for word in run)


def _did(low: str) -> bool:
    return low.endswith("ed") and not low.endswith("eed")  # "sanded", not "need"


def _write(run: Sequence[Word], *, asks: bool) -> str:
    inner = [f"{word.written}," if word.comma else word.written for word in run[:-1]]
    return " ".join([*inner, run[-1].written]) + ("?" if asks and run[0].low in WHY | ASKS else "")


def _sound(words: Sequence[Word], start: int, run: Sequence[Word]) -> float:
    """How well a run stands by itself: more where it says what is wrong, less where it leans on a word before it.

    Scraps are what was asked ("[do] prices include shipping"), what was held back ("[keeps] it from booting"), and what
    begins within a verb ("[had to] tape", "[keeps] asking") or lost its subject ("[we] waited all day").
    """
    low = [word.low for word in run]
    before = words[start - 1].low if start else ""
    kept_back = any(a == "from" and b.endswith("ing") for a, b in pairwise(low))
    leans = before in ASKS | SUBJECTS or before == "to" or (bool(before) and low[0].endswith("ing"))
    leans = leans or (kept_back and not _HOLDS_BACK & set(low))
    if _is_wrong(low):
        return TROUBLE * (SCRAP if leans else 1.0)
    return ACT if start == 0 and _did(low[0]) else SCRAP if leans else 1.0


def _is_wrong(low: Sequence[str]) -> bool:
    """Say whether words in lower case tell what is wrong; "no problems" is nothing wrong."""
    told = bool(NEGATIONS & set(low)) or _is_bad(low) or bool(_WRONG_PAIRS & set(pairwise(low)))
    return told and not _denied(low, _TROUBLES, 2)


def _is_bad(low: Sequence[str]) -> bool:
    return bool(_WRONG & set(low) or _WRONG_STEMS & {stem(word) for word in low})


def _is_nice(low: Sequence[str]) -> bool:
    """Say whether words praise: "comfortable", "no problems", and not "not at all comfortable"."""
    praises = bool(PRAISE & set(low)) and not _denied(low, PRAISE, 4) and not _is_bad(low)
    return praises or _denied(low, _TROUBLES, 2)


def _denied(low: Sequence[str], words: Collection[str], within: int) -> bool:
    return any(word in words and NEGATIONS & set(low[max(0, at - within) : at]) for at, word in enumerate(low))


def _bearing(run: Sequence[Word], *, asks: bool) -> float:
    """How well a run is understood by who did not read what stood around it."""
    low = [word.low for word in run]
    points = low[0] in POINTS and low[1] in AUXILIARIES | NEGATIONS | SUBJECTS
    opens = low[low[0] == "even"]
    hangs = opens in HANGS and not (any(word.comma for word in run[:-1]) or "nothing" in low)
    bare = (asks and low[0] not in WHY) or low[0] in ASKS
    nice = bool(MANNERS.search(" ".join(low))) or _is_nice(low)
    leans = low[0] in LEANS or points
    strung = low[0] not in HANGS and any(word.comma for word in run[:-1])
    parts = ((leans, LEANING), (hangs, HANGING), (bare, ASKED), (nice, NICE), (strung, STRUNG))
    worth = 1.0
    for told, left in parts:
        worth *= left if told else 1.0
    return worth
