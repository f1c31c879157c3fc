"""Names a pain point in its customers' own words, and picks the words and quotes that tell it from its neighbours."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np

from listening.clusters.clauses import BARE, PIECE, clear
from listening.clusters.group import NO_PAIN_COUNTS, Voice, find_voices, unit
from listening.clusters.phrases import SHORTEST, find_phrases
from listening.clusters.words import FIRST_NAMES, STOP_WORDS, find_words, stem, stems
from listening.types import Naming, Pain, Vector

_PROPER_FROM = 3  # so many people make a proper noun a product, not somebody's town or child
WORDS = 10  # telling words kept: they also help to recognise the pain on later nights
QUOTES = 3
CORE = 5  # the most telling words: a name says two of them, or at least one
TRIES = (
    (2, False, 1),
    (1, False, 8),
    (2, True, 1),
    (1, True, 1),
)  # so many, whether scraps will do, till so many phrases
HEARD, OF_CLAUSE = 16, 2  # phrases that are heard at most, and of one clause
PAINLESS, FAR = 0.1, 0.1  # what is left of one that tells no pain, of one that is not alike
DOUBTFUL = 0.3  # what a phrase is worth from a passage that surely holds no pain, beside the likelihood of one
ALIKE = 0.5  # what is left of one that says with other words what another pain point's name says
KEPT = 1.25  # what it is worth to be the name already: owners know it by that
THIN = 0.35  # how much filler counts against a name


Hear = Callable[[Sequence[str]], Sequence[tuple[float, Vector]]]


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A pain point's naming without having heard its phrases, and the phrases that are worth hearing."""

    naming: Naming
    phrases: Mapping[str, float]  # with what each is worth, the worthiest first
    middle: Vector
    scraps: str  # the most telling words, where no phrase will do


def name(pains: Sequence[Pain], others: Sequence[Sequence[Pain]] = (), *, hear: Hear | None = None) -> Naming:
    """Name the pain point that `pains` tell, against the `others` around it; the same in any order.

    The name is 3 to 10 words that a customer wrote, in sentence case, without placeholders and first names; where no
    clause will do, the five most telling words. `hear` says of each phrase how surely it tells a pain (0 to 1) and its
    vector of length one; with it, the name is a phrase that tells the trouble by itself, without it the likeliest one.
    `words` are up to ten, the most telling first; `quotes` up to three signal ids of different people, nearest first.
    """
    return name_all({"": pains}, {"": others}, hear=hear)[""]


def name_all(
    told: Mapping[str, Sequence[Pain]],
    beside: Mapping[str, Sequence[Sequence[Pain]]],
    *,
    hear: Hear | None = None,
    taken: Iterable[str] = (),
    was: Mapping[str, str] | None = None,
) -> dict[str, Naming]:
    """Name several pain points, each as `name` does; all their phrases are heard at once.

    No two get one name, and none gets one of `taken`: what is told most chooses first. What a pain point `was` called
    stays where another phrase is hardly better.
    """
    proposed = {point: _propose(pains, beside.get(point, ())) for point, pains in told.items()}
    phrases = sorted({phrase for one in proposed.values() for phrase in one.phrases})
    heard = dict(zip(phrases, hear(phrases), strict=True)) if hear and phrases else {}
    held, found = set(taken), dict[str, Naming]()
    for point in sorted(proposed, key=lambda one: (-len(told[one]), one)):
        found[point] = _choose(proposed[point], heard, held, (was or {}).get(point, ""))
        held.add(found[point].name)
    return {point: found[point] for point in told}


def _propose(pains: Sequence[Pain], others: Sequence[Sequence[Pain]]) -> Proposal:
    voices = find_voices(replace(pain, text=clear(pain.text)) for pain in pains)
    if not voices:
        return Proposal(Naming(name="", words=(), quotes=()), {}, np.zeros(0, dtype=np.float32), "")
    weights = _weigh(voices, [said for other in others for said in _said(other)])
    telling = sorted(weights, key=lambda w: (-weights[w], w))[:WORDS]
    shown = _surface(voices)
    near = _near(voices)
    phrases = _phrases(voices, weights, near)
    scraps = sentence_case(" ".join(shown[w] for w in telling[:CORE]))
    naming = Naming(
        name=next(iter(phrases), "") or scraps,
        words=tuple(shown[w] for w in telling),
        quotes=_pick_quotes(voices, near),
    )
    return Proposal(naming, phrases, _middle(voices), scraps)


def _choose(proposal: Proposal, heard: Mapping[str, tuple[float, Vector]], held: Collection[str], was: str) -> Naming:
    """Take the phrase that tells the trouble by itself, and best something else than the names `held`."""
    said = {_key(one) for one in held}
    worth = {
        phrase: score
        * (_heard(heard[phrase], proposal.middle) if phrase in heard else 1.0)
        * (KEPT if phrase == was else 1.0)
        * (ALIKE if _key(phrase) in said else 1.0)
        for phrase, score in proposal.phrases.items()
        if phrase not in held
    }
    best = min(worth, key=lambda phrase: (-round(worth[phrase], 4), phrase), default=proposal.scraps)
    return replace(proposal.naming, name=best)


def _heard(heard: tuple[float, Vector], middle: Vector) -> float:
    return (PAINLESS + heard[0]) * (FAR + _likeness(heard[1], middle))


def _key(phrase: str) -> frozenset[str]:
    """What a name says, whatever stands around it: two names of one key are one name."""
    said = stems(phrase)
    return said if len(said) > 1 else frozenset(phrase.lower().split())


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
        word = stem(BARE.sub("", match).lower())
        if match[:1].islower():
            small.add(word)
        elif inside and match[:1].isupper() and not match.isupper():
            capital.add(word)
    return capital - small


def _words_of(voices: Sequence[Voice]) -> Iterator[tuple[str, bool]]:
    for voice in voices:
        for pain in voice.pains:
            for sentence in re.split(r"[.!?\n]+", pain.text):
                for place, piece in enumerate(PIECE.findall(sentence)):
                    if bare := BARE.sub("", piece):
                        yield bare, place > 0


def _surface(voices: Sequence[Voice]) -> dict[str, str]:
    """Find the form of each stem that customers write most."""
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for voice in voices:
        for pain in voice.pains:
            for word in find_words(pain.text):
                forms[stem(word)][word] += 1
    return {base: min(counts, key=lambda w: (-counts[w], w)) for base, counts in forms.items()}


def _middle(voices: Sequence[Voice]) -> Vector:
    return unit(np.mean([voice.vector for voice in voices], axis=0, dtype=np.float32))


def _near(voices: Sequence[Voice]) -> dict[str, float]:
    """Take the cosine of every passage to the middle of the pain point."""
    middle = _middle(voices)
    return {p.signal_id: round(float(p.embedding @ middle), 5) for voice in voices for p in voice.pains}


def _phrases(voices: Sequence[Voice], weights: dict[str, float], near: dict[str, float]) -> dict[str, float]:
    """Find the phrases that could be a name and are worth hearing, the worthiest first."""
    found: dict[str, float] = {}
    for least, scraps, enough in TRIES:
        if len(found) < enough:
            found = _candidates(voices, weights, near, least, scraps) | found
    return {phrase: found[phrase] for phrase in sorted(found, key=lambda phrase: (-found[phrase], phrase))[:HEARD]}


def _likeness(vector: Vector, middle: Vector) -> float:
    """Give the cosine, nothing below 0; of two encoders' vectors nothing can be said."""
    return max(0.0, float(vector @ middle)) if vector.shape == middle.shape else 0.0


def _candidates(
    voices: Sequence[Voice], weights: dict[str, float], near: dict[str, float], least: int, scraps: bool
) -> dict[str, float]:
    """Score the phrases that could be a name, the best few of each clause."""
    proper = {word for word in _find_proper(voices) if word not in weights}
    core = set(sorted(weights, key=lambda w: (-weights[w], w))[:CORE])
    found: dict[str, float] = {}
    for pain in (pain for voice in voices for pain in voice.pains):
        worth = (0.6 + near[pain.signal_id]) * (DOUBTFUL + pain.pain)
        for phrases in find_phrases(pain, core, least, scraps=scraps):
            scored = [
                (_score(one.words, weights) * one.worth * worth, one.text)
                for one in phrases
                if _may(one.words, core, proper, least)
            ]
            for score, text in sorted(scored, key=lambda one: -one[0])[:OF_CLAUSE]:
                phrase = sentence_case(text)
                found[phrase] = max(found.get(phrase, 0.0), round(score, 5))
    return found


def _may(words: Sequence[str], core: set[str], proper: set[str], least: int) -> bool:
    """Whether a phrase says enough, and names nobody."""
    said = {stem(word.lower()) for word in words}
    return len(said & core) >= least and not said & proper and not any(w.lower() in FIRST_NAMES for w in words)


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
