"""Finds the phrases in a customer's words that could be a name: whole clauses first, scraps of one last."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import dropwhile, pairwise

from listening.clusters.words import stem
from listening.types import Pain

SHORTEST, LONGEST = 3, 10  # words in a name
WHOLE = 1.5  # what it is worth to begin, and to end, where a clause does
TROUBLE = 1.25  # what it is worth to say what is wrong
TOLD = 1.25  # what it is worth to stand in a clause in which the reader heard a signal
SCRAP = 0.7  # what is left of a phrase that leans on a word before it
ACT = 0.5  # what is left of one that only tells what somebody did about it ("sanded the front pads")
_CLAUSE = re.compile(
    r"(?:(?!(?<=\d)[.:,]\d)[.!?;:,()\n\"\u201c\u201d\u2013\u2014\u2026*>|])+"
    r"|\s-+\s|\s(?=(?:but|because|so that|although|which|then)\s)"
)
PIECE = re.compile(r"\S+")
BARE = re.compile(r"^\W+|\W+$")
_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_SIGN = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,4});")
_NUMBER = re.compile(r"\d+(?:[.:,]\d+)*")
_WORDLIKE = re.compile(r"^[^\W\d_]+(?:['\u2019-][^\W\d_]+)*$")
_NO_EDGE = frozenset(
    """a an and are as at be been but by for from had has have he her his i if in into is it its just like me my no nor
    of on or our she so than that the their them then there these they this those to too very was we were when where
    which who will with would you your""".split()  # noqa: SIM905 -- a list to read
)
_MAY_START = frozenset(("no", "when", "my"))
_SUBJECT = frozenset("i i'm i've i'd we we've they he she it it's you".split())  # noqa: SIM905 -- the same
_ARTICLE = frozenset("our the a an this that these there".split())  # noqa: SIM905 -- the same
_WRONG = frozenset(
    """no not never nothing nobody nowhere none without cannot can't won't don't doesn't didn't isn't aren't wasn't
    couldn't wouldn't missing lost broke broken breaks fails failed failing stuck wrong late gone refuses rejected
    declined ignored leaks drips squeals rattles peels cracked snapped dead useless vanished vanishes disappeared
    unanswered twice cancelled delayed slow expensive confusing hidden""".split()  # noqa: SIM905 -- a list to read
)
_WRONG_STEMS = frozenset(
    stem(word)
    for word in """missed dropped drops tore torn fell loose useless waited waits squeal drip leak rattle peel crack
    snap fail break vanish disappear refuse reject decline ignore cancel delay stops unusable error rude noise dirty
    empty faulty""".split()  # noqa: SIM905 -- the same
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
    }
)
_NO_START = frozenset(
    """along across between during under over near through after before since until about due off aware mind latter
    only responsible""".split()  # noqa: SIM905 -- the same
)
_JOINS = frozenset(
    """and but or so then also plus because cause cos though although while meanwhile otherwise anyway besides however
    luckily sadly seemingly apparently unfortunately basically actually honestly possibly maybe well""".split()  # noqa: SIM905 -- the same
)  # what joins a clause to the one before it: the clause begins behind it
_NO_END = frozenset(
    """could can should may might must did do does says say said gets get got makes make needs need wants want out about
    over until before after since via per every each any some one another more most quite because cause whether while
    through without even only just never getting trying going being towards toward""".split()  # noqa: SIM905 -- the same
)
_ASKING = frozenset("do does did can could would will should is are was were am has have had".split())  # noqa: SIM905 -- the same
_HOLDS_BACK = frozenset("keep keeps kept keeping stop stops stopped prevent prevents prevented".split())  # noqa: SIM905 -- the same


def clear(text: str) -> str:
    """Blank what a page writes and nobody says: links, and signs' names ("&amp;"); every word stays at its place."""
    text = _SIGN.sub(lambda sign: unescape(sign[0]).ljust(len(sign[0])), text)
    return _LINK.sub(lambda link: "|".ljust(len(link[0])), text)


def _clauses(pain: Pain) -> Iterator[tuple[str, bool]]:
    """List a passage's clauses, and whether a signal was heard in each."""
    ends = [*_CLAUSE.finditer(pain.text), None]
    start = 0
    for end in ends:
        stop = end.start() if end else len(pain.text)
        yield pain.text[start:stop], any(a < stop and b > start for a, b in pain.cues)
        start = end.end() if end else stop


def find_phrases(pain: Pain, core: set[str], least: int) -> Iterator[list[tuple[list[str], float]]]:
    """List for each clause its runs of 3 to 10 words that neither begin nor end half-way, and what their edges add.

    Clauses that say fewer than `least` of `core`, the stems of the most telling words, are passed over at once.
    """
    for clause, heard in _clauses(pain):
        pieces = dropwhile(lambda piece: piece.startswith("@"), PIECE.findall(clause))  # to whom it is said
        words = [BARE.sub("", piece) for piece in pieces]
        if "[" not in clause and len({stem(word.lower()) for word in words} & core) >= least:
            yield [(run, worth * (TOLD if heard else 1.0)) for run, worth in _runs(words)]


def _runs(words: Sequence[str]) -> Iterator[tuple[list[str], float]]:
    begins = next((at for at, word in enumerate(words) if word.lower() not in _JOINS), 0)
    for start in range(begins, len(words)):
        for length in range(SHORTEST, LONGEST + 1):
            run = list(words[start : start + length])
            if len(run) == length and _stands(run, first=start == begins):
                whole = WHOLE ** ((start == begins) + (start + length == len(words)))
                yield run, whole * _sound(words[begins:], start - begins, run)


def _stands(run: Sequence[str], *, first: bool) -> bool:
    begins, last = run[0].lower().replace("\u2019", "'"), run[-1].lower()
    if not all(_WORDLIKE.match(word) or _NUMBER.fullmatch(word) for word in run):
        return False
    starts = (
        begins not in _NO_EDGE | _NO_START | _JOINS or begins in _MAY_START or (first and begins in _SUBJECT | _ARTICLE)
    )
    return starts and last not in _NO_EDGE | _NO_END


def _sound(words: Sequence[str], start: int, run: Sequence[str]) -> float:
    """How well a run stands by itself: more where it says what is wrong, less where it leans on a word before it.

    Scraps are what was asked ("[do] prices include shipping"), what was held back ("[keeps] it from booting"), and what
    begins within a verb ("[had to] tape", "[keeps] asking") or lost its subject ("[we] waited all day").
    """
    low = [word.lower().replace("\u2019", "'") for word in run]
    before = words[start - 1].lower() if start else ""
    kept_back = any(a == "from" and b.endswith("ing") for a, b in pairwise(low))
    leans = before in _ASKING | _SUBJECT or before == "to" or (bool(before) and low[0].endswith("ing"))
    leans = leans or (kept_back and not _HOLDS_BACK & set(low))
    if _WRONG & set(low) or _WRONG_STEMS & {stem(word) for word in low} or _WRONG_PAIRS & set(pairwise(low)):
        return TROUBLE * (SCRAP if leans else 1.0)
    return ACT if start == 0 and low[0].endswith("ed") else SCRAP if leans else 1.0
