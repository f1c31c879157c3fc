"""Lives weeks of nights at a place whose posts tie, come late, change and lie about their date, and counts the lost.

Ten thousand posts (or the number given) through the whole crawl step into a real store, a third of the nights killed in
the middle and run again; once as a Discourse and once as a phpBB. Prints what was missed and what was doubled.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from cursor_world import World, generate  # noqa: E402 -- found by the line above
from nights_world import settings_of, settle  # noqa: E402 -- the same
from sources_site import config, site  # noqa: E402 -- the same
from test_sources_cursor import KINDS, Place, live  # noqa: E402 -- the same

from listening.store import open_store  # noqa: E402 -- the same

DAYS, AFTER = 12, 8


def measure(kind: str, count: int, folder: Path) -> None:
    """Live the nights of one kind of site and print one line."""
    world = World(generate(count, days=DAYS, seed=1))
    name, path, options = KINDS[kind]
    store = open_store(f"sqlite:///{folder / kind}.db")
    start = time.monotonic()
    with site(getattr(world, kind)) as it:
        settings = settings_of(settle(folder, sources=(), zone="UTC"))
        place = Place(store, settings, config(name, it.url + path, **options), world)
        died = live(place, days=DAYS + AFTER, seed=2)
        asked = len(it.calls)
    kept, expected = place.texts(), {one.id: one.at(world.now) for one in world.posts}
    doubled = [one for one, times in Counter(row["native_id"] for row in place.rows()).items() if times > 1]
    store.close()
    print(
        f"{kind}: {count} posts, {DAYS + AFTER} nights, {died} runs killed, {asked} requests: "
        f"missed {len(expected.keys() - kept.keys())}, doubled {len(doubled)}, invented "
        f"{len(kept.keys() - expected.keys())}, older version kept "
        f"{sum(kept.get(n) != text for n, text in expected.items())}; "
        f"{time.monotonic() - start:.0f} s",
        flush=True,
    )


if __name__ == "__main__":
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as home:
        for each in sys.argv[2:] or ("discourse", "phpbb"):
            measure(each, posts, Path(home))
