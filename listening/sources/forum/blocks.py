"""Finds the posts on a page of unknown make: the blocks that repeat, each with a name, a date and words."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import time

from listening.sources.forum.block_aside import AROUND
from listening.sources.forum.block_bodies import MOST_WORDS, SOUND
from listening.sources.forum.block_choice import best_of
from listening.sources.forum.block_groups import groups_of
from listening.sources.forum.block_names import with_names
from listening.sources.forum.block_opening import opening, without_entry
from listening.sources.forum.block_posts import read_blocks
from listening.sources.forum.block_replies import with_answers
from listening.sources.forum.block_shape import ANSWER, Block, inside
from listening.sources.forum.block_twice import once, told_twice, words_of
from listening.sources.forum.loose import loosened
from listening.sources.forum.mails import posts_by_mails
from listening.sources.forum.posts import FoundPost
from listening.sources.forum.runs import RUN, in_runs
from listening.sources.forum.selectors import element_before, shown_at
from listening.sources.forum.survey import Mark, Place, Survey, within

_BOLD, _SIGNERS = ("b", "strong", "th", "dt"), ("b", "strong", "cite")
_FEWEST = 2  # blocks that make a thread
_FEW = 3  # posts, of which each may be a box of several
_FEW_WORDS = 25  # outside links in a row of a list of threads: numbers, dates, an excerpt
_FEW_AROUND = 8  # words of an element that is a date or a name and nothing else
_NEARLY, _FAR_MORE = 0.6, 1.5  # of the words of one reading of a page against another
_ALL_SAY = 0.75  # of the posts: a word that so many of them say is a label of the program's, or "the"
_SAID = 0.5  # of the words of the group that says most, beside dates and names
_MEAN_SIGNED = 8.0  # of a post without a date: what is shorter may be a label and its value
_MEAN_WORDS = 3.0  # of a post outside links; rows of a list of threads have fewer
_COMMENT = re.compile(r"comment|post|reply|answer|message|#", re.IGNORECASE)


def posts_by_blocks(survey: Survey) -> list[FoundPost]:
    """Return the posts that stand in the page's best group of repeated blocks; none where no group is sound.

    Blocks without names count only where none has one, and only where their classes or ids call them posts. On a page
    that marks no name at all, what stands in bold may be one.
    """
    survey = survey.known()
    if len(mails := posts_by_mails(survey)) >= _FEWEST:
        return mails
    members = list(groups_of(survey))
    groups = [with_names(survey, blocks) for some in members if (blocks := _blocks(survey, some))]
    posts = _told(survey, [blocks for blocks in groups if not _holds_several(blocks)])
    if _says_most(survey, posts):
        return posts
    posts = _fuller(posts, _posts_in_runs(survey))
    if flat := loosened(survey):
        posts = _fuller(posts, _posts_in_runs(flat))
    if posts := posts or _told(survey, groups):
        return posts
    groups = [blocks for some in members if (blocks := _blocks(survey, some, borrow=True))]
    if (posts := _posts_of(survey, _named(groups))) or survey.names:
        return posts
    survey.take_for_names(_BOLD)
    groups = [blocks for some in members if (blocks := _blocks(survey, some))]
    survey.names = []  # for whoever asks the survey next, bold words are no names
    wordy = [blocks for blocks in groups if sum(block.words for block in blocks) >= AROUND * len(blocks)]
    return _posts_of(survey, _named(wordy))


def posts_undated(survey: Survey) -> list[FoundPost]:
    """Return the posts of a page that shows no date of any: signed texts that hold most of its words; else none.

    Where it marks no name, what is set off behind a text is who signs it: a heading stands before.
    """
    survey = survey.known()
    marked = survey.names
    if not marked:
        survey.take_for_names(_SIGNERS)
    groups = [_blocks(survey, some, undated=True) for some in groups_of(survey, quotes=True)]
    told = [
        [replace(block, dates=(), names=block.names if marked else _signers(survey, block)) for block in blocks]
        for blocks in groups
        if not _dated(survey, blocks)
    ]
    survey.names = marked
    posts = _posts_of(survey, _named(told))
    said = sum(len(words_of(post)) for post in posts)
    several = len({post.author for post in posts}) > 1 and said >= _MEAN_SIGNED * len(posts)
    return posts if several and said >= _SAID * survey.words(0, len(survey.places) - 1) else []


def _signers(survey: Survey, block: Block) -> tuple[Mark, ...]:
    """Return the names behind most words of a block, without the town in "Ann, Leeds"."""
    start, end = block.place.order, block.place.end
    behind = (mark for mark in block.names if survey.words(start, mark.order - 1) > survey.words(mark.order, end))
    return tuple(replace(mark, name=mark.name.partition(",")[0].strip()) for mark in behind)


def _dated(survey: Survey, blocks: Sequence[Block]) -> bool:
    """Return True where a block shows a date, and not only in somebody's words."""
    return any(survey.places[mark.order].words <= _FEW_AROUND for block in blocks for mark in block.dates)


def _told(survey: Survey, groups: Sequence[list[Block]]) -> list[FoundPost]:
    """Return the posts of the best group with names, or else of the best that is called posts."""
    called = [blocks for blocks in groups if len(blocks) > _FEWEST and _COMMENT.search(blocks[0].place.kind)]
    return _posts_of(survey, _named(groups)) or _posts_of(survey, called)


def _holds_several(blocks: Sequence[Block]) -> bool:
    """Return True for a few boxes, one of which shows several moments in places of the kind that dates the blocks."""
    sound = [block for block in blocks if block.sound]
    if len(sound) > _FEW:
        return False
    kinds = Counter(mark.kind for block in sound for mark in block.dates)
    usual = kinds.most_common(1)[0][0] if kinds else ""
    return any(len({mark.moment for mark in block.dates if mark.kind == usual}) > 1 for block in sound)


def _says_most(survey: Survey, posts: Sequence[FoundPost]) -> bool:
    """Return True where posts hold most of the words of their page: nothing else of it can be more of them."""
    return len(posts) > _FEW and sum(_own_words(posts)) >= _SAID * survey.words(0, len(survey.places) - 1)


def _own_words(posts: Sequence[FoundPost]) -> list[int]:
    """Return how many words each post says that not most of them say: the head of a mail has hardly any."""
    told = [words_of(post) for post in posts]
    often = Counter(word for words in told for word in set(words))
    usual = {word for word, count in often.items() if count >= _ALL_SAY * len(posts)} if len(posts) > 1 else set()
    return [sum(1 for word in words if word not in usual) for words in told]


def _fuller(posts: list[FoundPost], others: list[FoundPost]) -> list[FoundPost]:
    """Return those of two readings of a page that are more posts with about as many words, or have far more words."""
    said, also = (sum(min(words, MOST_WORDS) for words in _own_words(some)) for some in (posts, others))
    more = len(others) > len(posts) and also >= _NEARLY * said
    return others if more or (len(others) >= _NEARLY * len(posts) and also > _FAR_MORE * said) else posts


def _posts_in_runs(survey: Survey) -> list[FoundPost]:
    """Return the posts that stand in several elements side by side; none where no such runs are sound and named."""
    framed = in_runs(survey)
    if framed is None:
        return []
    runs = [place for place in framed.known().places if RUN in (place.node.attributes.get("class") or "").split()]
    return _posts_of(framed, _named([with_names(framed, _blocks(framed, runs))])) if runs else []


def _named(groups: Sequence[list[Block]]) -> list[list[Block]]:
    """Return the groups most of whose blocks have a name."""
    return [blocks for blocks in groups if sum(bool(block.names) for block in blocks) >= SOUND * len(blocks)]


def _posts_of(survey: Survey, groups: Sequence[list[Block]]) -> list[FoundPost]:
    """Return the posts of the best of these groups; none where it is a list of threads."""
    sound = best_of(survey, groups)
    if not sound:
        return []
    read = read_blocks(survey, without_entry(survey, sound))
    posts = with_answers(survey, [block for block, _ in read], [post for _, post in read])
    mean = sum(len(words_of(post)) for post in posts) / max(len(posts), 1)
    told = _COMMENT.search(sound[0].place.kind) is not None and any(block.names for block in sound)
    if len(posts) < _FEWEST or mean < (1 if told else _MEAN_WORDS) or _is_list(survey, sound) or _is_one_post(posts):
        return []
    above = opening(survey, sound, alike=ANSWER.search(sound[0].place.kind) is None)
    before = [post for _, post in read_blocks(survey, [above]) if not _is_head_of(post, posts[0])] if above else []
    return once([*before, *told_twice(posts)])


def _is_head_of(above: FoundPost, first: FoundPost) -> bool:
    """Return True for few words above the first post, by its author at its moment: "Started by Ann, 3 May 2026"."""
    same = (above.author, above.created_at) == (first.author, first.created_at)
    return same and len(words_of(above)) <= AROUND


def _is_one_post(posts: Sequence[FoundPost]) -> bool:
    """Return True where all have one author and one time of a day: they are parts of what he wrote."""
    told = {(post.author, post.created_at) for post in posts}
    author, moment = next(iter(told), (None, None))
    timed = moment is not None and moment.time() != time() and posts[0].date_from != "relative"
    return len(told) == 1 and author is not None and timed


def _is_list(survey: Survey, blocks: Sequence[Block]) -> bool:
    """Return True where each block links another page by a title of its own: a list of threads, not a thread."""
    titles: list[str] = []
    pages: list[str] = []
    for block in blocks:
        links = [
            place.node
            for place in inside(survey, block)
            if place.node.tag == "a" and not within(list(block.names), place.order, place.end)
        ]
        named = [(shown_at(link, ""), link.attributes.get("href") or "") for link in links]
        fit = [(t, h) for t, h in named if len(t.split()) > 1 and not h.startswith("#") and not survey.find(t)]
        if fit:
            title, page = max(fit, key=lambda one: len(one[0]))
            titles.append(re.sub(r"^re:\s*", "", title.casefold()))
            pages.append(page.partition("#")[0])
    return (
        len(set(titles)) >= 0.6 * len(blocks) and len(set(pages)) >= 0.7 * len(blocks) and _links_weigh(survey, blocks)
    )


def _links_weigh(survey: Survey, blocks: Sequence[Block]) -> bool:
    """Return True where the words outside links are few: a post has many, however many links it holds."""
    return sum(block.words for block in blocks) / len(blocks) < _FEW_WORDS or survey.root is None


def _blocks(survey: Survey, members: Sequence[Place], *, borrow: bool = False, undated: bool = False) -> list[Block]:
    """Return the members as blocks, each without the members that stand inside it (answers nested in a comment).

    With `borrow` a block without a date or name takes those that stand just before it; with `undated` none needs one.
    """
    first, last = members[0].order, max(place.end for place in members)
    if not undated and len(within(survey.dates, first - AROUND, last)) < _FEWEST:
        return []
    blocks = []
    for at, place in enumerate(members):
        inner: list[Place] = []
        for other in members[at + 1 :]:
            if other.order > place.end:
                break
            if not inner or other.order > inner[-1].end:
                inner.append(other)
        dates = _outside(within(survey.dates, place.order, place.end), inner)
        names = _outside(within(survey.names, place.order, place.end), inner)
        if borrow:
            dates = dates or _just_before(survey, place, survey.dates)
            names = names or _just_before(survey, place, survey.names)
        words = survey.words(place.order, place.end) - sum(survey.words(one.order, one.end) for one in inner)
        blocks.append(Block(place, tuple(inner), dates, names, words, undated))
    return blocks


def _just_before(survey: Survey, place: Place, marks: list[Mark]) -> tuple[Mark, ...]:
    """Return the marks in the short element before a block: some programs set the date or the name above the post."""
    before = element_before(place.node)
    at = survey.orders.get(before.mem_id, -1) if before is not None else -1
    if at < 0 or survey.words(at, survey.places[at].end) > AROUND:
        return ()
    return tuple(within(marks, at, survey.places[at].end))


def _outside(marks: Sequence[Mark], inner: Sequence[Place]) -> tuple[Mark, ...]:
    starts = [place.order for place in inner]  # in order, and none in another
    last = [(mark, bisect_right(starts, mark.order) - 1) for mark in marks]
    return tuple(mark for mark, at in last if at < 0 or mark.order > inner[at].end)
