"""Compares what was read from a page with what a person read there: posts, authors, dates and words.

A case holds no text: of each post its id, the start of its author's sha256, its minute in UTC, and its words as a bag
of two-letter hashes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from listening.documents.clean import clean
from listening.sources.forum.pages import FoundPost
from listening.types import BodyFormat

CASES = Path(__file__).parent / "cases" / "forum"


@dataclass(frozen=True, slots=True)
class Told:
    """One post as the case tells it; "" for an author or a date that the page does not show for sure."""

    id: str
    author: str
    minute: str
    words: Counter[str]


@dataclass(slots=True)
class Score:
    """Counts over pages: posts told, found, spurious, and of the found those with the right author and date."""

    told: int = 0
    found: int = 0
    spurious: int = 0
    authors: int = 0
    dates: int = 0
    f1: float = 0.0

    def __iadd__(self, other: Score) -> Score:  # noqa: PYI034 -- no class is made of this one
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))
        return self

    def shares(self) -> tuple[float, float, float, float, float]:
        """Found, spurious, author and date right, and mean text F1; all of the posts that the pages hold."""
        all_ = max(self.told, 1)
        return (
            self.found / all_,
            self.spurious / all_,
            self.authors / all_,
            self.dates / all_,
            self.f1 / max(self.found, 1),
        )


def pages() -> Iterator[tuple[str, list[Told]]]:
    """The cases: the page's name and its posts."""
    for line in (CASES / "pages.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        yield case["page"], [Told(i, a, m, _bag(w)) for i, a, m, w in case["posts"]]


def score(found: Sequence[FoundPost], told: Sequence[Told]) -> Score:
    """Match each told post with the one of its id, else with the one most alike, and count."""
    left = list(found)
    result = Score(told=len(told))
    for post in told:
        best = next((one for one in left if one.id == post.id), None) or max(
            left, key=lambda one: _alike(one, post), default=None
        )
        enough = 1.5 if post.author or post.minute else 0.8
        if best is None or (best.id != post.id and _alike(best, post) < enough):
            continue
        left.remove(best)
        result.found += 1
        result.authors += not post.author or _hash(best.author or "") == post.author
        result.dates += not post.minute or _minute(best) == post.minute
        result.f1 += text_f1(best.html, post.words)
    result.spurious = len(left)
    return result


def text_f1(html: str, words: Counter[str]) -> float:
    """Of the words that we keep of a post against those that the case tells."""
    kept = words_of(html)
    if not kept and not words:
        return 1.0
    return 2 * (kept & words).total() / (kept.total() + words.total())


def words_of(html: str) -> Counter[str]:
    """The bag of a post's words as we keep them, each as its two-letter hash."""
    text = clean(html, BodyFormat.HTML)[0].casefold()
    return Counter(_two_letters(word) for word in re.findall(r"\w+", text))


def _alike(one: FoundPost, post: Told) -> float:
    same = (_hash(one.author or "") == post.author and bool(post.author)) + (_minute(one) == post.minute)
    return same + text_f1(one.html, post.words)


def _minute(one: FoundPost) -> str:
    return one.created_at.strftime("%Y-%m-%dT%H:%M") if one.created_at else ""


def _hash(author: str) -> str:
    return hashlib.sha256(" ".join(author.split()).casefold().encode()).hexdigest()[:8] if author else ""


def _two_letters(word: str) -> str:
    return base64.b64encode(hashlib.sha256(word.encode()).digest()[:2])[:2].decode()


def _bag(letters: str) -> Counter[str]:
    return Counter(letters[at : at + 2] for at in range(0, len(letters), 2))
