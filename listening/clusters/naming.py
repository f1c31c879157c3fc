"""Names a pain point in its customers' own words, and picks the words and quotes that tell it from its neighbours."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import log

import numpy as np

from listening.clusters.group import NO_PAIN_COUNTS, Voice, find_voices, unit
from listening.clusters.words import FIRST_NAMES, STOP_WORDS, find_words, stem, stems
from listening.types import Naming, Pain

_PROPER_FROM = 3  # so many people make a proper noun a product, not somebody's town or child
WORDS = 10  # telling words kept: they also help to recognise the pain on later nights
QUOTES = 3
SHORTEST, LONGEST = 3, 10  # words in a name
WHOLE = 1.3  # what it is worth to begin, and to end, where a clause does
TROUBLE = 1.25  # what it is worth to say what is wrong
TOLD = 1.25  # what it is worth to stand in a clause in which the reader heard a signal
SCRAP = 0.7  # what is left of a phrase that leans on a word before it
ACT = 0.5  # what is left of one that only tells what somebody did about it ("sanded the front pads")
CORE, OF_CORE = 5, 2  # a name says so many of the most telling words
DOUBTFUL = 0.3  # what a phrase is worth from a passage that surely holds no pain, beside the likelihood of one
THIN = 0.2  # how much filler counts against a name
_CLAUSE = re.compile(
    r"(?:(?!(?<=\d)[.:,]\d)[.!?;:,()\n\"\u201c\u201d\u2013\u2014\u2026*>|])+"
    r"|\s-+\s|\s(?=(?:but|because|so that|although|which|then)\s)"
)
_NUMBER = re.compile(r"\d+(?:[.:,]\d+)*")
_PIECE = re.compile(r"\S+")
_BARE = re.compile(r"^\W+|\W+$")
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
_NO_START = frozenset("along across between during under over near through after before since until about".split())  # noqa: SIM905 -- the same
_NO_END = frozenset(
    """could can should may might must did do does says say said gets get got makes make needs need wants want out about
    over until before after since via per every each any some one another more most quite""".split()  # noqa: SIM905 -- the same
)
_ASKING = frozenset("do does did can could would will should is are was were am has have had".split())  # noqa: SIM905 -- the same
_HOLDS_BACK = frozenset("keep keeps kept keeping stop stops stopped prevent prevents prevented".split())  # noqa: SIM905 -- the same


def name(pains: Sequence[Pain], others: Sequence[Sequence[Pain]] = ()) -> Naming:
    """Name the pain point that `pains` tell, against the `others` around it; the same in any order.

    The name is 3 to 10 words that a customer wrote, in sentence case, without placeholders and first names; where no
    clause will do, the five most telling words.
    `words` are up to ten, the most telling first; `quotes` up to three signal ids of different people, nearest first.
    """
    voices = find_voices(pains)
    if not voices:
        return Naming(name="", words=(), quotes=())
    weights = _weigh(voices, [said for other in others for said in _said(other)])
    telling = sorted(weights, key=lambda w: (-weights[w], w))[:WORDS]
    shown = _surface(voices)
    near = _near(voices)
    return Naming(
        name=_best_phrase(voices, weights, near) or sentence_case(" ".join(shown[w] for w in telling[:CORE])),
        words=tuple(shown[w] for w in telling),
        quotes=_pick_quotes(voices, near),
    )


def _said(pains: Sequence[Pain]) -> list[set[str]]:
    """The stems that each document says."""
    documents: dict[str, set[str]] = defaultdict(set)
    for pain in pains:
        documents[pain.document_id] |= stems(pain.text)
    return list(documents.values())


def _weigh(voices: Sequence[Voice], others: Sequence[set[str]]) -> dict[str, float]:
    """Weigh each stem (c-TF-IDF): the share of people in pain who say it, times how rare it is among the others."""
    here: dict[str, dict[str, float]] = defaultdict(dict)
    for voice in voices:
        for word in voice.stems:
            here[word][voice.person] = max(here[word].get(voice.person, 0.0), voice.pain + NO_PAIN_COUNTS)
    around = Counter(word for said in others for word in said)
    total = len(others)
    people = len({voice.person for voice in voices})
    proper = _find_proper(voices)
    weights = {
        word: sum(told.values()) / people * log(1 + (total + 20) / (around[word] + 1))
        for word, told in here.items()
        if word not in FIRST_NAMES and not (word in proper and len(told) < _PROPER_FROM)
    }
    shared = {word: weight for word, weight in weights.items() if len(here[word]) > 1}
    return shared if len(shared) >= SHORTEST else weights  # one person's word tells little


def _find_proper(voices: Sequence[Voice]) -> set[str]:
    """Stems that are written with a capital inside a sentence and never without: names of people, places, products."""
    capital: set[str] = set()
    small: set[str] = set()
    for match, inside in _words_of(voices):
        word = stem(_BARE.sub("", match).lower())
        if match[:1].islower():
            small.add(word)
        elif inside and match[:1].isupper() and not match.isupper():
            capital.add(word)
    return capital - small


def _words_of(voices: Sequence[Voice]) -> Iterator[tuple[str, bool]]:
    for voice in voices:
        for pain in voice.pains:
            for sentence in re.split(r"[.!?\n]+", pain.text):
                for place, piece in enumerate(_PIECE.findall(sentence)):
                    if bare := _BARE.sub("", piece):
                        yield bare, place > 0


def _surface(voices: Sequence[Voice]) -> dict[str, str]:
    """Find the form of each stem that customers write most."""
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for voice in voices:
        for pain in voice.pains:
            for word in find_words(pain.text):
                forms[stem(word)][word] += 1
    return {base: min(counts, key=lambda w: (-counts[w], w)) for base, counts in forms.items()}


def _near(voices: Sequence[Voice]) -> dict[str, float]:
    """Take the cosine of every passage to the middle of the pain point."""
    middle = unit(np.mean([voice.vector for voice in voices], axis=0, dtype=np.float32))
    return {p.signal_id: round(float(p.embedding @ middle), 5) for voice in voices for p in voice.pains}


def _best_phrase(voices: Sequence[Voice], weights: dict[str, float], near: dict[str, float]) -> str:
    proper = {word for word in _find_proper(voices) if word not in weights}
    core = set(sorted(weights, key=lambda w: (-weights[w], w))[:CORE])
    best: tuple[float, str] = (0.0, "")
    for voice in voices:
        for pain in voice.pains:
            for words, whole in _phrases(pain, core):
                said = {stem(word.lower()) for word in words}
                if len(said & core) < OF_CORE or said & proper or any(w.lower() in FIRST_NAMES for w in words):
                    continue
                score = _score(words, weights) * whole * (0.6 + near[pain.signal_id]) * (DOUBTFUL + pain.pain)
                best = min(best, (-round(score, 5), sentence_case(" ".join(words))))
    return best[1]


def _clauses(pain: Pain) -> Iterator[tuple[str, bool]]:
    """List a passage's clauses, and whether a signal was heard in each."""
    ends = [*_CLAUSE.finditer(pain.text), None]
    start = 0
    for end in ends:
        stop = end.start() if end else len(pain.text)
        yield pain.text[start:stop], any(a < stop and b > start for a, b in pain.cues)
        start = end.end() if end else stop


def _phrases(pain: Pain, core: set[str]) -> Iterator[tuple[list[str], float]]:
    """List the runs of 3 to 10 words inside one clause that neither begin nor end half-way, and what their edges add.

    Clauses that say too little of `core` are passed over at once.
    """
    for clause, heard in _clauses(pain):
        words = [_BARE.sub("", piece) for piece in _PIECE.findall(clause)]
        if len({stem(word.lower()) for word in words} & core) < OF_CORE:
            continue
        for start in range(len(words)):
            for length in range(SHORTEST, LONGEST + 1):
                run = words[start : start + length]
                if len(run) == length and _stands(run, first=start == 0) and "[" not in clause:
                    whole = WHOLE ** ((start == 0) + (start + length == len(words)))
                    yield run, whole * _sound(words, start, run) * (TOLD if heard else 1.0)


def _stands(run: Sequence[str], *, first: bool) -> bool:
    begins, last = run[0].lower().replace("\u2019", "'"), run[-1].lower()
    if not all(_WORDLIKE.match(word) or _NUMBER.fullmatch(word) for word in run):
        return False
    starts = begins not in _NO_EDGE | _NO_START or begins in _MAY_START or (first and begins in _SUBJECT | _ARTICLE)
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


def _score(words: Sequence[str], weights: dict[str, float]) -> float:
    """Add up the telling words' weights, each once, thinned by filler: a short phrase full of meaning wins."""
    told = {stem(word.lower()) for word in words if word.lower() not in STOP_WORDS}
    return sum(weights.get(word, 0.0) for word in told) / float((len(words) + 2) ** THIN)


def sentence_case(phrase: str) -> str:
    """Put a capital at the front, no shouting, and leave everything else as the customer wrote it."""
    calm = " ".join(w.lower() if w.isupper() and len(w) > 4 else w for w in phrase.split())  # noqa: PLR2004 -- PDF, VAT
    return calm[:1].upper() + calm[1:]


def _pick_quotes(voices: Sequence[Voice], near: dict[str, float]) -> tuple[str, ...]:
    pains = [pain for voice in voices for pain in voice.pains]
    pains.sort(key=lambda p: (-near[p.signal_id] - _fullness(p.text), p.created_at, p.signal_id))
    chosen: dict[str, str] = {}
    for pain in pains:
        if len(chosen) < QUOTES:
            chosen.setdefault(pain.person, pain.signal_id)
    return tuple(chosen.values())


def _fullness(text: str) -> float:
    """Give a little for quotes that are neither a scrap nor a page."""
    return 0.1 if 8 <= len(text.split()) <= 60 else 0.0  # noqa: PLR2004 -- words that fit in a mail
