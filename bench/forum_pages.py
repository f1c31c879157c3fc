"""How well forum pages are read: posts, authors, dates and words against what a person read on the shared pages.

    PYTHONPATH=.:tests .venv/bin/python bench/forum_pages.py [SHARED]

The first line of a page is the way that the crawl takes, the second what its repeated blocks alone would give, as on a
page of unknown make.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from forum_scores import Score, pages, score
from selectolax.lexbor import LexborHTMLParser

from listening.sources.dates import find_date
from listening.sources.forum.blocks import posts_by_blocks
from listening.sources.forum.pages import Reading, decode, read_page
from listening.sources.forum.survey import Survey

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    """Print a line for each page and each way, and the sums."""
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("LISTENING_SHARED", "../shared"))
    known, unknown = Score(), Score()
    for name, told in pages():
        body = (shared / f"fixtures/forum_html/{name}.html").read_bytes()
        found = read_page(body, "http://x.example/", "", Reading((), (), NOW))
        blocks = posts_by_blocks(Survey(LexborHTMLParser(decode(body)).root, partial(find_date, now=NOW)))
        one, other = score(found.posts, told), score(blocks, told)
        tell(f"{name} ({found.read_by})", one)
        tell("    by repeated blocks", other)
        known += one
        unknown += other
    tell("ALL", known)
    tell("ALL by repeated blocks", unknown)


def tell(name: str, one: Score) -> None:
    """Print one line of shares."""
    found, spurious, authors, dates, f1 = one.shares()
    print(
        f"{name:64} {one.told:4} posts, found {found:6.1%}, spurious {spurious:5.1%}, author {authors:6.1%}, "
        f"date {dates:6.1%}, text F1 {f1:.3f}"
    )


if __name__ == "__main__":
    main()
