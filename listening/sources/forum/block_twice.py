"""Tells what a page shows twice: posts open and folded up, and the best answer on top that stands in its place too."""

from __future__ import annotations

import re
from collections.abc import Sequence

from listening.sources.forum.block_shape import Block
from listening.sources.forum.posts import FoundPost

_FEWEST = 2  # pairs that make a thread
_TWICE_WORDS = 4  # of a post that nobody writes twice


def in_pairs(blocks: Sequence[Block]) -> bool:
    """Return True where a group has two blocks for each post, as where a page shows each open and folded up."""
    told = [
        (block.dates[0].moment, block.names[0].name) for block in blocks if block.sound and block.dates and block.names
    ]
    pairs = list(zip(told[::2], told[1::2], strict=False))
    return len(set(told)) == len(pairs) >= _FEWEST and all(one == other for one, other in pairs)


def told_twice(posts: Sequence[FoundPost]) -> Sequence[FoundPost]:
    """Return each post once where a page shows all of them twice, one after the other: open and folded up."""
    pairs = list(zip(posts[::2], posts[1::2], strict=False))
    if len(posts) % 2 or not all(_alike(*pair) for pair in pairs):
        return posts
    return [one for one, _ in pairs]


def _alike(one: FoundPost, other: FoundPost) -> bool:
    same = (one.author, one.created_at) == (other.author, other.created_at)
    return same and {*words_of(other)} <= {*words_of(one)}


def once(posts: Sequence[FoundPost]) -> list[FoundPost]:
    """Return the posts without the best answer on top where it stands in its place too: the last of its like is kept.

    Short ones may be written twice in a minute, or on one day.
    """
    last = {(post.author, post.created_at, *words): at for at, post in enumerate(posts) if (words := words_of(post))}
    often = [(post, last.get((post.author, post.created_at, *(words := words_of(post)))), words) for post in posts]
    return [post for at, (post, end, words) in enumerate(often) if end in (at, None) or len(words) < _TWICE_WORDS]


def words_of(post: FoundPost) -> list[str]:
    """Return the words of a post, without its mark-up."""
    return re.sub(r"<[^>]+>", " ", post.html).split()
