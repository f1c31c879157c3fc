"""Finds what the comments or answers of a page stand under: the opening post, and no article."""

from __future__ import annotations

import re
from collections.abc import Sequence

from listening.sources.forum.block_aside import AROUND, named_like
from listening.sources.forum.block_shape import ANSWER, Block
from listening.sources.forum.kinds import plain_classes
from listening.sources.forum.names import as_name
from listening.sources.forum.survey import Mark, Place, Survey, within

_PAGE = re.compile(r"(?:https?://[^/]+)?/?[^/?#=]+[/=?]")  # the sort of page that a link leads to: "/users/"
_FEWEST = 2  # blocks that make a thread
_STEPS_OUT = 3  # places at and around a mark whose classes may say what it is
_FEWEST_WORDS = 4  # of an opening post whose head stands in a box of its own
_HALF = 0.5  # of the words of a head: a text may be shorter than it, yet not by far
_NEARLY = 0.7  # of the words between a title and the first answer
_BLOG = re.compile(r"(?:^|[-_\s])(?:h?entry|news|blog)(?:[-_\s]|$)", re.IGNORECASE)
_THREAD = re.compile(r"(?:^|[-_\s])(?:thread|topic|question|discussion|issue|post)(?:[-_\s]|$)", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:^|[-_\s])(?:article|story)(?:[-_\s]|$)", re.IGNORECASE)  # or what a program calls a post


def opening(survey: Survey, blocks: Sequence[Block], *, alike: bool) -> Block | None:
    """Return what comments or answers stand under: the smallest place above them with a date, and words enough.

    With `alike` its date and its name must stand in places like theirs: the rest looks otherwise. Of several such
    places the last one counts: others repeat what stands below. Where the title, the date and the name stand in one
    box and the words in the next, it is the words alone, with the marks above them.
    """
    first = min(block.place.order for block in blocks)
    start = _start(survey, first)
    named = any(block.names for block in blocks)
    marks, names = within(survey.dates, start, first - 1), _names_above(survey, blocks, start, first)
    some_dates, some_names = _first_marks(blocks)
    if alike:
        marks = _like(survey, marks[::-1], some_dates)
        names = _like(survey, names, some_names)
    for mark in marks:
        at = mark.order
        while at >= 0 and survey.places[at].end < first:
            place = survey.places[at]
            inside = tuple(within(names, place.order, place.end))
            words = survey.words(place.order, place.end)
            if (inside or (not named and not alike)) and words > AROUND:
                own = is_like(survey, (mark,), some_dates) and is_like(survey, inside, some_names)
                other = _is_called(survey, place, first, _BLOG) or (
                    not own and _is_called(survey, place, first, _ARTICLE)
                )
                found = Block(place, (), (mark,), inside, words)
                return None if other else _below_head(found, _words_alone(survey, start, first, marks, names))
            at = place.parent
    return _words_alone(survey, start, first, marks, names)


def _names_above(survey: Survey, blocks: Sequence[Block], start: int, first: int) -> list[Mark]:
    """Return the names above the blocks; where none is marked, what stands in places like those of their names."""
    if marked := within(survey.names, start, first - 1):
        return marked
    kinds = {block.names[0].kind for block in blocks if block.names}
    alike = (place for place in survey.places[start:first] if place.kind in kinds)
    return [Mark(place.order, place.kind, name=name) for place in alike if (name := as_name(place.node))]


def _start(survey: Survey, first: int) -> int:
    """Return where the box begins in which the last title above the blocks stands, and none of them."""
    at = next((place.order for place in reversed(survey.places[:first]) if place.node.tag == "h1"), 0)
    while survey.places[at].parent >= 0 and survey.places[survey.places[at].parent].end < first:
        at = survey.places[at].parent
    return at


def _below_head(found: Block, alone: Block | None) -> Block:
    """Return what stands below a box with date and name, where that is called a text and the box is only its head."""
    if alone is None or alone.place.order <= found.place.end or named_like(alone.place.kind) <= 1:
        return found
    return alone if _HALF * found.words < alone.words else found


def _words_alone(survey: Survey, start: int, first: int, marks: Sequence[Mark], names: Sequence[Mark]) -> Block | None:
    """Return the place between title and blocks that holds nearly all words there, dated and signed before it."""
    if start == 0 or not marks or not names:
        return None
    behind = max(_box_of(survey, mark, first).end for mark in (marks[0], names[0])) + 1
    most = max(_NEARLY * survey.words(behind, first - 1), _FEWEST_WORDS)
    below = (place for place in survey.places[behind:first] if place.end < first)
    wordy = [place for place in below if survey.words(place.order, place.end) >= most]
    if not wordy or any(_is_called(survey, wordy[-1], first, name) for name in (_BLOG, _ARTICLE)):
        return None
    place = wordy[-1]
    return Block(place, (), (marks[0],), (names[0],), survey.words(place.order, place.end))


def _box_of(survey: Survey, mark: Mark, first: int) -> Place:
    """Return the widest place around a mark that holds none of the blocks."""
    place = survey.places[mark.order]
    while place.parent >= 0 and survey.places[place.parent].end < first:
        place = survey.places[place.parent]
    return place


def _like(survey: Survey, marks: Sequence[Mark], others: Sequence[Mark]) -> list[Mark]:
    """Return the marks that are of the same kind as others, or like them."""
    kinds, like = {mark.kind for mark in others}, likeness(survey, others)
    return [mark for mark in marks if mark.kind in kinds or likeness(survey, [mark]) & like]


def is_like(survey: Survey, marks: Sequence[Mark], others: Sequence[Mark]) -> bool:
    """Return True where marks are made as others are: those of an article hardly ever are as those of its comments."""
    return bool(likeness(survey, marks) & likeness(survey, others))


def opens_thread(survey: Survey, block: Block, first: int) -> bool:
    """Return True for a block in what is called a thread or a question, above its answers."""
    return _is_called(survey, block.place, first, _THREAD)


def likeness(survey: Survey, marks: Sequence[Mark]) -> set[str]:
    """Return by what marks are like others: the classes at them, or next around, and the sort of page they link."""
    told = set[str]()
    for at in (mark.order for mark in marks):
        if found := _PAGE.match(survey.places[at].node.attributes.get("href") or ""):
            told.add(found[0])
        around = [at]
        while survey.places[around[-1]].parent >= 0 and len(around) < _STEPS_OUT:
            around.append(survey.places[around[-1]].parent)
        told |= next(filter(None, (plain_classes(survey.places[one].node) for one in around)), set())
    return told


def _is_called(survey: Survey, place: Place, first: int, name: re.Pattern[str]) -> bool:
    """Return True for a place in what is called so, above its comments."""
    at = place.order
    while at >= 0 and survey.places[at].end < first:
        if name.search(" ".join(survey.places[at].kind.partition("<")[0].split("|")[1:3])):
            return True
        at = survey.places[at].parent
    return False


def without_entry(survey: Survey, blocks: list[Block]) -> list[Block]:
    """Return the blocks without a blog's entry before them, though its program builds comments as it builds entries.

    All others stand in one place then, that is called comments, and the entry does not.
    """
    if len(blocks) <= _FEWEST:
        return blocks
    first, rest = blocks[0].place, blocks[1:]
    at, last = rest[0].place.order, max(block.place.end for block in rest)
    while survey.places[at].end < last:
        at = survey.places[at].parent
    attributes = survey.places[at].node.attributes
    where = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    apart = at > first.end and ANSWER.search(where) is not None
    return rest if apart and _is_called(survey, first, at, _BLOG) else blocks


def _first_marks(blocks: Sequence[Block]) -> tuple[list[Mark], list[Mark]]:
    return [mark for block in blocks for mark in block.dates[:1]], [
        mark for block in blocks for mark in block.names[:1]
    ]
