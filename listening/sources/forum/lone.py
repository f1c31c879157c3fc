"""Finds the only post on a page of unknown make, with its only answer: date, name and words stand near each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from listening.sources.forum.block_aside import AROUND, named_like
from listening.sources.forum.block_names import lone_name
from listening.sources.forum.block_opening import is_like, opening, opens_thread
from listening.sources.forum.block_posts import read_blocks
from listening.sources.forum.block_shape import ANSWER, Block, holds
from listening.sources.forum.loose import loosened
from listening.sources.forum.mails import posts_by_mails
from listening.sources.forum.posts import FoundPost
from listening.sources.forum.survey import Place, Survey, within

_MOST_WORDS = 300  # of a post that count
_FEWEST_WORDS = 2 * AROUND  # of a post in a place that has words of its own: the head of a mail has fewer
_FRAME_WORTH = 25  # places: how much the smallest frame costs
_MORE_WORDS = 25  # that a frame may add to reach the name
_MORE_DATES = 1  # with more, it would hold a list of something else
_NAMED_WORTH = 1.5  # how much more a frame counts that shows who wrote it
_ANSWER_WORTH = 2.0  # how much more a frame counts that is called an answer
_MOST_DATES = 6  # in the frame of one post
_PROFILE = re.compile(
    r"profile|(?:user|author|member|poster)[-_]?(?:info|details?|stats?|meta|card)|postbit[-_]?user", re.IGNORECASE
)
_HEAD = re.compile(r"head|meta|byline", re.IGNORECASE)
_ELSEWHERE = frozenset(("nav", "aside", "footer", "form"))


def lone_post(survey: Survey) -> list[FoundPost]:
    """Return the post in the densest place after the heading that holds a date and words; none where there is none.

    With it what it answers, or its only answer, where one stands above or below that looks otherwise.
    """
    survey = survey.known()
    if mails := posts_by_mails(survey):
        return mails[:1]
    posts = _densest(survey)
    flat = None if posts else loosened(survey, 1)
    return posts or (_densest(flat.known()) if flat else [])


def _densest(survey: Survey) -> list[FoundPost]:
    headings = [place.order for place in survey.places if place.node.tag in ("h1", "h2")]
    places = {}
    for mark in survey.dates:
        place = _around(survey, mark.order)
        if place is not None and place.end >= min(headings, default=0):
            places[place.order] = place
    if not places:
        return []
    best = max(_innermost(survey, list(places.values())), key=lambda place: _density(survey, place))
    block = _with_words_below(survey, _block(survey, best))
    other = opening(survey, [block], alike=False) if _is_answer(survey, best) else _answer_below(survey, best)
    pair = sorted((block, other), key=lambda one: one.place.order) if other else [block]
    if other and (_said_at(other) == _said_at(block) or not _belong(survey, *pair)):
        pair = [block]  # the other is the same once more, folded up, or an article
    return [post for one in pair for _, post in read_blocks(survey, [one])]


def _with_words_below(survey: Survey, block: Block) -> Block:
    """Return a block that is called a head, and has what is called a text just below it, with that for its place."""
    at = block.place.end + 1
    if not _HEAD.search(block.place.kind) or at >= len(survey.places):
        return block
    below = survey.places[at]
    text = below.parent == block.place.parent and named_like(below.kind) > 1 and not within(survey.dates, at, below.end)
    words = survey.words(at, below.end)
    return replace(block, place=below, words=words) if text and words else block


def _belong(survey: Survey, above: Block, below: Block) -> bool:
    return is_like(survey, above.names, below.names) or opens_thread(survey, above, below.place.order)


def _said_at(block: Block) -> datetime | None:
    return block.dates[0].moment if block.dates else None


def _answer_below(survey: Survey, post: Place) -> Block | None:
    """Return the only thing below a post that is called an answer and shows its date, its name and words."""
    dates = [mark for mark in survey.dates if mark.order > post.end]
    found = {place.order: place for mark in dates if (place := _answer_around(survey, mark.order, post)) is not None}
    return _block(survey, next(iter(found.values()))) if len(found) == 1 else None


def _answer_around(survey: Survey, at: int, post: Place) -> Place | None:
    """Return the smallest place around a date, below a post, that shows a name, and its text in a place called so."""
    place = survey.places[at]
    while place.order > post.end:
        inner = survey.places[place.order + 1 : place.end + 1]
        marks = (*within(survey.dates, place.order, place.end), *within(survey.names, place.order, place.end))
        said = (one for one in inner if one.words and named_like(one.kind) > 1 and not holds(one, *marks))
        if any(said) and within(survey.names, place.order, place.end):
            return place if _is_answer(survey, place) and not _is_elsewhere(survey, place) else None
        if place.parent < 0:
            return None
        place = survey.places[place.parent]
    return None


def _innermost(survey: Survey, places: Sequence[Place]) -> list[Place]:
    """Return the places without those that hold another one that shows who wrote it."""
    wordy = [place for place in places if survey.words(place.order, place.end) > _FEWEST_WORDS]
    named = [place for place in wordy if within(survey.names, place.order, place.end)]
    return [
        place for place in places if not any(place.order < other.order and other.end <= place.end for other in named)
    ]


def _around(survey: Survey, at: int) -> Place | None:
    """Return the smallest place around a date with words enough, and with the name where it stands near."""
    place = survey.places[at]
    while survey.words(place.order, place.end) - _of_profiles(survey, place) <= AROUND:
        if place.parent < 0 or _is_aside(place):
            return None
        place = survey.places[place.parent]
    if _shows_date_before(survey, place, at):
        return None
    marked = _widened(survey, place, lambda wider: bool(within(survey.names, wider.order, wider.end)))
    place = marked or _widened(survey, place, lambda wider: bool(_block(survey, wider).names)) or place
    outside = _is_elsewhere(survey, place) or place.node.tag == "html"
    return None if outside or len(within(survey.dates, place.order, place.end)) > _MOST_DATES else place


def _shows_date_before(survey: Survey, place: Place, at: int) -> bool:
    """Return True where another date stands before this one in a place, and not in somebody's words."""
    before = within(survey.dates, place.order, at - 1)
    return any(survey.places[mark.order].words <= AROUND // 2 for mark in before)


def _of_profiles(survey: Survey, place: Place) -> int:
    """Return how many words in a place tell of people: "Member since", "Posts: 12"."""
    words, end = 0, -1
    for inner in survey.places[place.order + 1 : place.end + 1]:
        if inner.order > end and _PROFILE.search(inner.kind):
            words += survey.words(inner.order, inner.end)
            end = inner.end
    return words


def _widened(survey: Survey, place: Place, named: Callable[[Place], bool]) -> Place | None:
    """Return the smallest place around a place that shows a name, and few words or dates more; None for none."""
    known = len(within(survey.dates, place.order, place.end))
    while not named(place):
        if place.parent < 0 or survey.places[place.parent].node.tag == "html":
            return None
        wider = survey.places[place.parent]
        more = survey.words(wider.order, wider.end) - survey.words(place.order, place.end)
        dates = len(within(survey.dates, wider.order, wider.end))
        if more > _MORE_WORDS or dates > min(_MOST_DATES, known + _MORE_DATES):
            return None
        place = wider
    return place


def _is_elsewhere(survey: Survey, place: Place) -> bool:
    at = place.order
    while at >= 0:
        if _is_aside(survey.places[at]):
            return True
        at = survey.places[at].parent
    return False


def _is_aside(place: Place) -> bool:
    """Return True for what stands beside a page's post; not for the foot of a post, nor for a form around one."""
    if place.node.tag == "form":
        return place.node.css_first("textarea, input[type=password], input[type=email]") is not None
    if place.node.tag == "footer":
        above = place.node.parent
        return above is None or above.tag in ("body", "div")
    return place.node.tag in _ELSEWHERE


def _is_answer(survey: Survey, place: Place) -> bool:
    """Return True for what stands among comments or answers: the article above them is longer, and no customer's."""
    at = place.order
    while at >= 0 and survey.places[at].node.tag not in ("body", "html"):
        if ANSWER.search(survey.places[at].kind):
            return True
        at = survey.places[at].parent
    return False


def _density(survey: Survey, place: Place) -> float:
    named = _NAMED_WORTH if within(survey.names, place.order, place.end) else 1.0
    named *= _ANSWER_WORTH if _is_answer(survey, place) else 1.0
    return named * min(survey.words(place.order, place.end), _MOST_WORDS) / (place.end - place.order + _FRAME_WORTH)


def _block(survey: Survey, place: Place) -> Block:
    dates = tuple(within(survey.dates, place.order, place.end))
    names = tuple(within(survey.names, place.order, place.end))
    block = Block(place, (), dates, names, survey.words(place.order, place.end))
    return block if names else Block(place, (), dates, lone_name(survey, block), block.words)
