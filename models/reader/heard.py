"""Texts of public sets that we labelled ourselves where reader.v3 was unsure: the labels lie here, the texts there.

`heard.jsonl` names a text by the set it lies in and a hash of its letters, so that no text of another's set is copied.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from corpus import Row, as_row, normal, objects

from listening.signals.gold import as_case

OWN = Path(__file__).with_name("heard.jsonl")


def load_heard(shared: Path, held_out: set[str]) -> list[Row]:
    """Give the labelled rows with their texts, without those in `held_out` (as `corpus.normal` writes them)."""
    labels = [json.loads(line) for line in OWN.read_text(encoding="utf-8").splitlines()]
    texts = {kind: {name_of(text): text for text in told(shared / "data")} for kind, told in SETS.items()}
    rows = []
    for label in labels:
        text = texts[label["set"]].get(label["text"])
        if text is None:
            raise ValueError(f"{label['id']} is no text of {label['set']}")
        if normal(text) not in held_out:
            rows.append(as_row(as_case(label | {"text": text})))
    return rows


def name_of(text: str) -> str:
    """Name a text by its letters and digits."""
    return hashlib.blake2b(normal(text).encode(), digest_size=8).hexdigest()


def posts(data: Path) -> Iterator[str]:
    """Reddit's posts of 2009 to 2013: title and text as one."""
    for row in objects(data / "reddit_posts_2013" / "dev_posts.jsonl.gz"):
        title, rest = str(row["title"]).strip(), " ".join(str(row["selftext"]).split())
        yield f"{title}{'' if title[-1:] in '.?!' else '.'} {rest}"


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


SETS = {
    "reddit": posts,
    "acos": reviews,
    "bingliu": products,
    "skytrax": seats,
    "goemotions": comments,
    "oss_issue": issues,
}
