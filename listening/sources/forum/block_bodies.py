"""Finds where repeated blocks have their words: the kind of place, or the class, that holds most of them in most."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from listening.sources.forum.block_aside import AROUND, Shared, named_like
from listening.sources.forum.block_shape import Block, holds, inside
from listening.sources.forum.kinds import plain_classes
from listening.sources.forum.survey import Mark, Place, Survey

MOST_WORDS = 60  # of one block that count: long posts are no better than short ones
SOUND = 0.6  # of a group's blocks must have a name, a date and words
_HALF = 0.4
_NEARLY = 0.9  # of the blocks: what fewer have of quotes is what they quote, and no frame of the program

Marked = tuple[Block, Mark, Mark]  # a block with its date and its name


def bodies(survey: Survey, marked: Sequence[Marked], shared: Shared) -> list[Place | None]:
    """Return for each block the place of its words; None where they stand beside date and name."""
    kind = _body_kind(survey, marked, shared)
    if kind:
        return [_first(survey, one, kind, "") for one in marked]
    word = _body_class(survey, marked, shared)
    return [_first(survey, one, "", word) if word else None for one in marked]


def _first(survey: Survey, marked: Marked, kind: str, word: str) -> Place | None:
    """Return the first place of a kind, or with a class, in a block that is no head of it."""
    block, date, name = marked
    fit = (at for at in inside(survey, block) if at.kind == kind or (word and word in plain_classes(at.node)))
    return next((at for at in fit if not _is_head(at, block, date, name)), None)


def _body_class(survey: Survey, marked: Sequence[Marked], shared: Shared) -> str:
    """Return the class, called like a text, of one place in each block that holds its words; "" for none.

    A question and an answer to it have it both, and others too that tell them apart.
    """
    words, often = Counter[str](), Counter[str]()
    for block, date, name in marked:
        for place in inside(survey, block):
            if place.words and not _is_head(place, block, date, name):
                for word in plain_classes(place.node):
                    words[word] += min(shared.own_words(place), MOST_WORDS)
                    often[word] += 1
    prose = sum(min(_prose(survey, shared, *one, lines=True), MOST_WORDS) for one in marked)
    fit = [word for word, count in words.items() if often[word] == len(marked) and count >= SOUND * prose]
    return max((word for word in fit if named_like(f"||{word}|") > 1), key=lambda word: words[word], default="")


def _is_head(place: Place, block: Block, date: Mark, name: Mark) -> bool:
    """Return True for a place that shows the date or the name of a block, or both of them once more."""
    if holds(place, date, name):
        return True
    again = [mark for mark in block.dates if mark.moment == date.moment and mark.how != "day"]
    return holds(place, *again) and holds(place, *(mark for mark in block.names if mark.name == name.name))


def _body_kind(survey: Survey, chosen: Sequence[tuple[Block, Mark, Mark]], shared: Shared) -> str:
    """Return the kind of place that holds most words in most blocks, without the date and the name; "" for none."""
    told = _Kinds.of(survey, chosen, shared)
    fit = told.fit(len(chosen))
    for kind in [one for one in fit if told.held[one] < _NEARLY * len(chosen)]:
        if fit[kind] == max(fit.values()) and _tells_again(survey, chosen, kind):
            del fit[kind]
    best = max(fit.values(), default=0.0)
    most = max((kind for kind in fit if fit[kind] == best), key=lambda kind: told.words[kind], default="")
    differs = len(told.distinct[most]) >= _NEARLY * len(chosen)  # else it may be a note: "edited by Ann"
    prose = sum(min(_prose(survey, shared, *one, lines=not differs), MOST_WORDS) for one in chosen)
    wanted = _HALF * prose
    if told.words[most] < wanted and not (2 * told.words[most] > wanted and _is_shown_twice(survey, chosen, most)):
        return ""  # the words stand beside date and name: the whole block is the body, without these
    in_all = (kind for kind in fit if kind.startswith("blockquote") and told.held[kind] >= _NEARLY * len(chosen))
    if frame := next((kind for kind in in_all if fit[kind] >= 0.7 * best), ""):
        return frame  # the program's own, of every post, and no quote
    # of those that hold the words the first seen, which is the outermost: it loses no paragraph
    return next((kind for kind, score in fit.items() if score >= 0.95 * best), "") if best else ""


def _prose(survey: Survey, shared: Shared, block: Block, date: Mark, name: Mark, *, lines: bool) -> int:
    """Return how many words of a block are its own, with or without the short `lines` that hold date and name."""
    within = sum(shared.own_words(inner) for inner in block.inner)
    heads = [survey.places[order].words for order in {date.order, name.order} if not lines]
    return shared.own_words(block.place) - within - sum(words for words in heads if words <= AROUND)


@dataclass(slots=True)
class _Kinds:
    """Of each kind of place in some blocks: its words, in how many blocks it stands, and in how many more than once."""

    words: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    repeated: Counter[str] = field(default_factory=Counter)
    distinct: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, survey: Survey, chosen: Sequence[tuple[Block, Mark, Mark]], shared: Shared) -> _Kinds:
        """Count them, without what holds a block's date or name, and without what all say."""
        told = cls()
        for block, date, name in chosen:
            counted = Counter[str]()
            for place in inside(survey, block):
                if _is_head(place, block, date, name):
                    continue
                counted[place.kind] += 1
                if counted[place.kind] > 1:
                    continue
                count = shared.own_words(place)
                told.words[place.kind] += min(count, MOST_WORDS)
                told.distinct[place.kind].add(hash((place.node.text() or "")[:200]) if count else 0)
            told.held.update(counted.keys())
            told.repeated.update(kind for kind, count in counted.items() if count > 1)
        return told

    def fit(self, blocks: int) -> dict[str, float]:
        """Return the kinds that may hold what was written, with how well each does."""
        return {
            kind: words * named_like(kind) * len(self.distinct[kind]) * self.held[kind] / blocks**2
            for kind, words in self.words.items()
            if words
            and self.held[kind] >= (_NEARLY if "quote" in kind else SOUND) * blocks
            and self.repeated[kind] <= 0.1 * blocks
        }


def _is_shown_twice(survey: Survey, chosen: Sequence[tuple[Block, Mark, Mark]], kind: str) -> bool:
    """Return True where the words of most such places stand twice in their blocks, as of posts open and folded up."""
    twice = 0
    for block, _, _ in chosen if kind else ():
        place = next((one for one in inside(survey, block) if one.kind == kind), None)
        words = "".join((place.node.text() or "").split()) if place else ""
        twice += bool(words) and "".join((block.place.node.text() or "").split()).count(words) > 1
    return 2 * twice > len(chosen)


def _tells_again(survey: Survey, chosen: Sequence[tuple[Block, Mark, Mark]], kind: str) -> bool:
    """Return True for a kind of place that mostly says what a block above it said: a quote, whatever it is called."""
    above, again, places = "", 0, 0
    for block, _, _ in chosen:
        place = next((one for one in inside(survey, block) if one.kind == kind), None)
        words = "".join((place.node.text() or "").split()) if place else ""
        places += bool(words)
        again += bool(words) and words in above
        above += "".join((block.place.node.text() or "").split())
    return 2 * again > places
