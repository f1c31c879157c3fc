"""Chooses among the groups of repeated blocks of a page the one that is most likely its posts."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from listening.sources.forum.block_bodies import MOST_WORDS, SOUND
from listening.sources.forum.block_opening import is_like
from listening.sources.forum.block_shape import Block
from listening.sources.forum.block_twice import in_pairs
from listening.sources.forum.survey import Mark, Survey

_FEWEST = 2  # blocks that make a thread
_FEW_AROUND = 8  # words of an element that is a date or a name and nothing else
_SAID = 0.5  # of the words of the group that says most, beside dates and names


def best_of(survey: Survey, groups: Sequence[list[Block]]) -> list[Block]:
    """Return the blocks of the group that is most likely a page's posts, without those that hold none; [] for none."""
    groups = [blocks for blocks in groups if not in_pairs(blocks)] or list(groups)
    groups = [blocks for blocks in groups if not _is_odd_pair(survey, blocks)]
    varied = [blocks for blocks in _without_boxes(groups) if _tells_when(blocks)]
    scored = [(_score(blocks), blocks) for blocks in varied or groups]
    best = max((score for score, _ in scored), default=0.0)
    if best <= 0:
        return []
    # of the groups that find as many posts the tightest: the post without what stands around it
    most = max(_worth(blocks) for score, blocks in scored if score >= best * 0.8)
    near = [(score, blocks) for score, blocks in scored if score >= best * 0.6 and _worth(blocks) >= most]
    said = [_said(survey, blocks) for _, blocks in near]
    near = [one for one, words in zip(near, said, strict=True) if words >= _SAID * max(said)]
    _, chosen = min(near, key=lambda one: (sum(b.place.end - b.place.order for b in one[1] if b.sound), -one[0]))
    return [block for block in chosen if block.sound]


def _without_boxes(groups: Sequence[list[Block]]) -> list[list[Block]]:
    """Leave out parts of a page that are alike by chance: one holds several numbered blocks, and some hold none."""
    numbered = [starts for blocks in groups if (starts := _numbered(blocks))]
    return [blocks for blocks in groups if _numbered(blocks) or not any(_holds_all(blocks, some) for some in numbered)]


def _numbered(blocks: Sequence[Block]) -> list[int]:
    """Return where the blocks begin, if each has a number of its own in its id or data-id; else none."""
    sound = [block for block in blocks if block.sound]
    told = {shown for block in sound if re.search(r"\d", shown := _id_of(block))}
    return [block.place.order for block in sound] if len(told) == len(sound) >= _FEWEST else []


def _id_of(block: Block) -> str:
    attributes = block.place.node.attributes
    return attributes.get("id") or attributes.get("data-id") or ""


def _holds_all(blocks: Sequence[Block], starts: Sequence[int]) -> bool:
    """Return True where all these starts lie in one of the blocks, which is not the only one that is sound."""
    sound = [block.place for block in blocks if block.sound]
    held = [bisect_right(starts, place.end) - bisect_right(starts, place.order) for place in sound]
    return len(sound) > 1 and max(held, default=0) == len(starts)


def _tells_when(blocks: Sequence[Block]) -> bool:
    """Return False where all blocks show one moment alone: that of something else than their posts, mostly."""
    marks = [mark for block in blocks if block.sound for mark in block.dates]
    return len({mark.moment for mark in marks}) > 1 or any(mark.how == "relative" for mark in marks)


def _is_odd_pair(survey: Survey, blocks: Sequence[Block]) -> bool:
    """Return True for two blocks whose dates or names are not made alike: a page's head and its only post, mostly."""
    sound = [block for block in blocks if block.sound]
    if len(sound) != _FEWEST:
        return False
    (date, other), names = (block.dates[:1] for block in sound), [block.names[:1] for block in sound]
    return not (_is_alike(survey, date, other) and (not all(names) or _is_alike(survey, *names)))


def _is_alike(survey: Survey, some: Sequence[Mark], others: Sequence[Mark]) -> bool:
    return {mark.kind for mark in some} == {mark.kind for mark in others} or is_like(survey, some, others)


def _said(survey: Survey, blocks: Sequence[Block]) -> int:
    """Return how many words a group holds beside dates and names: the heads of posts have nearly none."""
    return sum(min(block.words - _shown_words(survey, block), MOST_WORDS) for block in blocks if block.sound)


def _shown_words(survey: Survey, block: Block) -> int:
    marks = {mark.order for mark in (*block.dates, *block.names) if mark.order > block.place.order}
    return sum(words for at in marks if (words := survey.places[at].words) <= _FEW_AROUND)


def _worth(blocks: Sequence[Block]) -> tuple[int, int]:
    """Return how many posts a group holds, and how many of them with a name."""
    sound = [block for block in blocks if block.sound]
    return len(sound), sum(bool(block.names) for block in sound)


def _score(blocks: Sequence[Block]) -> float:
    """More words of people in more blocks are better, as long as most blocks that show a date or a name are whole."""
    sound = [block for block in blocks if block.sound]
    share = len(sound) / max(sum(bool(block.dates or block.names) for block in blocks), 1)
    if len(sound) < _FEWEST or share < SOUND:
        return 0.0
    return share * share * (0.5 + len(sound) / len(blocks) / 2) * sum(min(block.words, MOST_WORDS) for block in sound)
