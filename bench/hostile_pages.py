"""How long the worst pages that we can think of take to be read: deep nesting, endless lists, huge words.

    .venv/bin/python bench/hostile_pages.py [--size 50000]

Seconds are of the processor. Promised: at most 2 s for a page, whatever nests in it fifty thousand times.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from listening.documents import redact  # noqa: E402 -- the checkout is found by the line above
from listening.documents.clean import clean  # noqa: E402 -- the same
from listening.sources.forum.pages import Reading, read_page  # noqa: E402 -- the same
from listening.types import BodyFormat  # noqa: E402 -- the same

HOW = Reading((), (), datetime(2026, 7, 1, tzinfo=UTC))
PROMISED = 2.0  # seconds
POST = "<div class=post id=p{0}><b class=author>Ann</b> <time>2024-01-01 10:00</time> "


def pages(size: int) -> dict[str, str]:
    """Name -> page."""
    tags = ("blockquote", "div", "b", "a", "table", "font")
    nested = {tag: f"<{tag}>" * size + "words" + f"</{tag}>" * size for tag in tags}
    return nested | {
        "never closed": "<div>" * size + "words",
        "never closed, with words": "<div>and 3 May 2024 " * size,
        "posts in posts": "".join(POST.format(at) for at in range(size // 10)),
        "attributes": "<div " + " ".join(f"a{at}=x" for at in range(size)) + ">words",
        "classes": '<div class="' + " ".join(f"c{at}" for at in range(size // 5)) + '">words</div>' * 2,
        "one word": "<p>" + "w" * 4 * size,
        "underscores": "<p>" + "_" * 4 * size,
        "broken tags": "<a <b " * size,
        "open scripts": "<script>" + "</script" * size,
    }


def main() -> None:
    """Print the seconds of each page; exit code 1 where one takes too long."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--size", type=int, default=50_000)
    size = asked.parse_args().size
    late = 0
    print(f"{'':<26}{'bytes':>10}{'forum page s':>14}{'post s':>10}")
    for name, page in pages(size).items():
        start = time.process_time()
        read_page(page.encode(), "http://x.example/t/1", "text/html; charset=utf-8", HOW)
        middle = time.process_time()
        redact(clean(page, BodyFormat.HTML)[0], ["Ann"])
        times = middle - start, time.process_time() - middle
        late += max(times) > PROMISED
        print(f"{name:<26}{len(page):>10}{times[0]:>14.2f}{times[1]:>10.2f}", flush=True)
    sys.exit(1 if late else 0)


if __name__ == "__main__":
    main()
