"""Texts of public sets that we labelled, most where the reader was unsure: the labels lie here, the texts there.

`heard.jsonl.gz` names a text by the set it lies in and a hash of its letters, so that no text of others is copied.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from corpus import Row, as_row, normal, objects

from listening.signals.gold import Line, as_case
from listening.signals.sentences import split_passages

OWN = Path(__file__).with_name("heard.jsonl.gz")
LATER = "h1096"  # from this one on they were labelled after reader.v4, and teach the runs after it only
# tales of those who serve, and of life
NO_CUSTOMERS = {"talesfromtechsupport", "TalesFromRetail", "TalesFromYourServer", "loseit", "Parenting"}
NO_CUSTOMERS |= {"startups", "Entrepreneur", "smallbusiness", "personalfinance"}
LONG, STARTS, FIRST, WORDS = 400, 2500, 4, 60  # characters of a long post and of its beginning; passages; characters


class Label(Line):
    """Our labels of one text, which is named by its set and a hash; `text` is that hash."""

    set: str


def load_heard(shared: Path, held_out: set[str], *, later: bool = False) -> list[Row]:
    """Give the labelled rows with their texts, without those in `held_out` (as `corpus.normal` writes them).

    The rows that the earlier runs learned from, or with `later` those for the latest run only.
    """
    labels = [label for label in read_labels() if (label["id"] >= LATER) == later]
    rows = []
    for label in labels:
        text = _named(label["set"], shared / "data").get(label["text"], "").strip()
        if not text:
            raise ValueError(f"{label['id']} is no text of {label['set']}")
        if normal(text) not in held_out:
            rows.append(as_row(as_case({**label, "text": text})))
    return rows


@cache
def _named(kind: str, data: Path) -> dict[str, str]:
    """Return a set's texts by their names."""
    return {name_of(text): text for text in SETS[kind](data)}


def read_labels() -> list[Label]:
    """Read our labels, in order."""
    with gzip.open(OWN, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def name_of(text: str) -> str:
    """Name a text by its letters and digits."""
    return hashlib.blake2b(normal(text).encode(), digest_size=8).hexdigest()


def posts(data: Path) -> Iterator[str]:
    """Reddit's posts of 2009 to 2013: title and text as one."""
    for row in objects(data / "reddit_posts_2013" / "dev_posts.jsonl.gz"):
        title, rest = str(row["title"]).strip(), " ".join(str(row["selftext"]).split())
        yield f"{title}{'' if title[-1:] in '.?!' else '.'} {rest}"


def parts(data: Path) -> Iterator[str]:
    """Cut the beginnings of long posts there into passages, as our reader does."""
    for row in objects(data / "reddit_posts_2013" / "dev_posts.jsonl.gz"):
        body = str(row["selftext"])
        if row["subreddit"] not in NO_CUSTOMERS and len(body) > LONG:
            first = split_passages(body[:STARTS], "post", most=FIRST)
            yield from (" ".join(part.text.split()) for part in first if len(part.text) > WORDS)


def reviews(data: Path) -> Iterator[str]:
    """Sentences on laptops and restaurants."""
    for trade in ("laptop", "restaurant"):
        yield from (str(row["text"]) for row in objects(data / "acos_absa" / f"dev_train_{trade}.jsonl.gz"))


def products(data: Path) -> Iterator[str]:
    """Sentences on nine products."""
    yield from (str(row["text"]) for row in objects(data / "product_reviews_bingliu" / "dev_9products.jsonl.gz"))


def seats(data: Path) -> Iterator[str]:
    """Reviews of seats in aeroplanes."""
    yield from (str(row["text"]) for row in objects(data / "skytrax_reviews" / "dev_seat.jsonl.gz"))


def comments(data: Path) -> Iterator[str]:
    """Reddit's comments."""
    yield from (str(row["text"]) for row in objects(data / "goemotions" / "dev_train.jsonl.gz"))


def issues(data: Path) -> Iterator[str]:
    """Sentences out of the issues of open projects."""
    yield from (str(row["text"]) for row in objects(data / "oss_issue_info_types" / "dev_issues.jsonl.gz"))


def tweets(data: Path) -> Iterator[str]:
    """Tweets of the sentiment set."""
    path = data / "tweeteval_sentiment" / "dev_train_semeval2013-16.jsonl.gz"
    yield from (str(row["text"]) for row in objects(path))


SETS = {
    "reddit": posts,
    "reddit_part": parts,
    "tweets": tweets,
    "acos": reviews,
    "bingliu": products,
    "skytrax": seats,
    "goemotions": comments,
    "oss_issue": issues,
}
