"""How fast we crawl when nothing has to be waited for: posts a second, against the barest way to read the same pages.

    .venv/bin/python bench/crawl.py [--quick] [--threads 40] [--feeds 20]

A server on loopback, in a process of its own, serves a forum (two pages of 25 posts a thread) and blogs (feeds of 50
entries). The pause between two pages is 0. `source` is what the night's first half does with a page: robots, one queue
a host, limits, adapter, cursor; `crawl step` also cleans, redacts, tells copies apart and stores. The rivals keep
nothing: `httpx + selectolax` gets and takes apart the forum's pages, `feedparser` parses the feeds' bytes, got before.
Two more lines say how much of the distance is left to us: the barest way that also keeps each post in SQLite, as a row
with its own index for the board's search, and the same with the two indexes by which copies of a text are found.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import feedparser  # noqa: E402 -- the same for all below: the checkout is found by the line above
import httpx  # noqa: E402 -- the same
from crawl_pages import NOW, PAGES, POSTS_A_PAGE, board, feed, thread_page  # noqa: E402 -- the same
from selectolax.lexbor import LexborHTMLParser  # noqa: E402 -- the same
from sources_site import Call, Reply, site  # noqa: E402 -- the same

from listening.pipeline.crawling import crawl  # noqa: E402 -- the same
from listening.pipeline.visits import MOST_POSTS  # noqa: E402 -- the same
from listening.settings import Settings, load  # noqa: E402 -- the same
from listening.sources import open_source  # noqa: E402 -- the same
from listening.sources.fetch import Fetcher  # noqa: E402 -- the same
from listening.sources.hosts import Hosts  # noqa: E402 -- the same
from listening.sources.manners import Manners  # noqa: E402 -- the same
from listening.store import Store, open_store  # noqa: E402 -- the same
from listening.types import Memory, SourceConfig  # noqa: E402 -- the same

ENOUGH = 0.5  # of the barest way's speed
KEPT = """
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -32768;
    CREATE TABLE posts (id TEXT PRIMARY KEY NOT NULL, author TEXT, at TEXT, body TEXT);
    CREATE VIRTUAL TABLE search USING fts5(body, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3');
    CREATE TABLE bands (id TEXT, place INTEGER, band TEXT, PRIMARY KEY (id, place));
    CREATE INDEX bands_band ON bands (band);
"""


# --- the server


def serve(threads: int, feeds: int) -> None:
    """Serve until standard input ends; says its address first."""
    pages = {"/board": board(threads).encode()} | {f"/feed/{one}": feed(one).encode() for one in range(feeds)}
    for thread in range(threads):
        for start in range(0, PAGES * POSTS_A_PAGE, POSTS_A_PAGE):
            pages[f"/t/{thread}:{start}"] = thread_page(thread, start).encode()

    def answer(call: Call) -> Reply:
        key = f"{call.path}:{call.query.get('start', ['0'])[0]}" if call.path.startswith("/t/") else call.path
        kind = "application/rss+xml" if call.path.startswith("/feed") else "text/html; charset=utf-8"
        return Reply(pages[key], headers={"Content-Type": kind}) if key in pages else Reply(status=404)

    with site(answer) as it:
        print(it.url, flush=True)
        sys.stdin.read()


@contextmanager
def served(threads: int, feeds: int) -> Iterator[str]:
    """The address of the server, in a process of its own."""
    command = [sys.executable, __file__, "--serve", "--threads", str(threads), "--feeds", str(feeds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield server.stdout.readline().strip()
        server.communicate("")


# --- the ways to read


Found = tuple[str | None, ...]  # id, author, date, words


def taken_apart(url: str, get: Callable[[str], bytes]) -> list[Found]:
    """Get and take apart each page of the forum; returns what was found."""
    found = list[Found]()
    listing = LexborHTMLParser(get(url + "/board"))
    todo = [node.attributes["href"] or "" for node in listing.css("a.topictitle")]
    while todo:
        page = LexborHTMLParser(get(url + todo.pop()))
        for post in page.css("div.post"):
            author, when, body = (post.css_first(what) for what in (".author .username", "time", ".content"))
            if author and when and body:
                found.append(
                    ((post.id or "")[1:], author.text(), when.attributes["datetime"], body.text(separator="\n"))
                )
        todo += [node.attributes["href"] or "" for node in page.css(".pagination a[rel=next]")]
    return found


def bare_forum(url: str) -> int:
    """The barest way."""
    with httpx.Client() as web:
        return len(taken_apart(url, lambda page: web.get(page).content))


def bare_and_kept(url: str, folder: Path, *, bands: bool) -> int:
    """The barest way, and its posts kept as safely as ours: searchable, in as large batches, each on the disk."""
    with httpx.Client() as web:
        found = taken_apart(url, lambda page: web.get(page).content)
    with closing(sqlite3.connect(folder / f"{uuid4()}.db", isolation_level=None)) as kept:
        kept.executescript(KEPT)
        for at in range(0, len(found), MOST_POSTS):
            part = found[at : at + MOST_POSTS]
            kept.execute("BEGIN IMMEDIATE")
            kept.executemany("INSERT INTO posts VALUES (?, ?, ?, ?)", part)
            kept.executemany("INSERT INTO search(rowid, body) VALUES (?, ?)", [(post[0], post[3]) for post in part])
            rows = [(post[0], place, f"{place:x}-{uuid4().hex[:16]}") for post in part for place in range(21)]
            kept.executemany("INSERT INTO bands VALUES (?, ?, ?)", rows if bands else ())
            kept.execute("COMMIT")
    return len(found)


def our_door(url: str) -> int:
    """The same through our door to the web: robots, the host's queue, the guard and the limits."""
    with Fetcher(Manners(gap=0.0, allow_hosts=("127.0.0.1",)), Hosts()) as web:
        return len(taken_apart(url, lambda page: web.get(page).body))


def configs(url: str, feeds: int) -> list[SourceConfig]:
    """The forum (feeds = 0) or the blogs as sources."""
    ways = SourceConfig("it", "forum", url + "/board", allow_hosts=("127.0.0.1",), gap=0.0)
    if not feeds:
        return [replace(ways, options={"engine": "phpbb", "backlog_days": 3650})]
    return [replace(ways, name=f"b{one}", kind="feed", url=f"{url}/feed/{one}") for one in range(feeds)]


def our_source(sources: list[SourceConfig]) -> int:
    """Read the sources and throw the posts away."""
    opened = (open_source(one, now=NOW, memory=Memory(), secrets={}) for one in sources)
    return sum(len(batch.posts) for one in opened for batch in one.batches())


def our_crawl(sources: list[SourceConfig], settings: Settings, store: Store) -> int:
    """The whole step, into a new store."""
    now = NOW + timedelta(seconds=1)  # another night, so that robots.txt is read again
    done = [crawl(store, settings, one, key=b"bench", now=now) for one in sources]
    for one in done:
        assert one.state == "done", one.error
    return sum(one.new for one in done)


# --- measuring


@dataclass(frozen=True, slots=True)
class Speed:
    """What one way took: posts, seconds of the clock, seconds of processor (its children's too)."""

    posts: int
    seconds: float
    processor: float


def stored(sources: list[SourceConfig], folder: Path) -> Speed:
    """Measure the whole step, each time into a new store, which a night finds made."""
    settings = replace(load(ROOT / "configs", {}), root=folder)
    stores = iter([open_store(f"sqlite:///{folder}/{uuid4()}.db") for _ in range(2)])
    return measured(lambda: our_crawl(sources, settings, next(stores)))


def measured(way: Callable[[], int]) -> Speed:
    """Run it once to warm up, and once for the clock."""
    way()
    start, busy = time.monotonic(), _processor()
    posts = way()
    return Speed(posts, time.monotonic() - start, _processor() - busy)


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def show(title: str, speeds: dict[str, Speed]) -> float:
    """Print a table; returns the last way's speed as a part of the first one's, by the clock.

    The share by processor time says more on a machine that does something else as well.
    """
    print(f"\n{title:<24}{'posts':>8}{'posts/s':>10}{'of first':>10}{'processor ms a post':>21}{'of first':>10}")
    first = next(iter(speeds.values()))
    share = 1.0
    for name, speed in speeds.items():
        share = (speed.posts / speed.seconds) / (first.posts / first.seconds)
        each, best = speed.processor / speed.posts, first.processor / first.posts
        clock = f"{speed.posts:>8}{speed.posts / speed.seconds:>10.0f}{share:>10.2f}"
        print(f"{name:<24}{clock}{1_000 * each:>21.3f}{best / each:>10.2f}")
    return share


def main() -> None:
    """Measure and print; exit code 1 where the whole crawl step is under half as fast as the barest way."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--quick", action="store_true", help="3 threads and 2 feeds: to see that it runs")
    asked.add_argument("--threads", type=int, default=40)
    asked.add_argument("--feeds", type=int, default=20)
    asked.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    wish = asked.parse_args()
    if wish.serve:
        serve(wish.threads, wish.feeds)
        return
    threads, feeds = (3, 2) if wish.quick else (wish.threads, wish.feeds)
    with served(threads, feeds) as url, tempfile.TemporaryDirectory(prefix="listening-bench-") as folder:
        forum, blogs = configs(url, 0), configs(url, feeds)
        share = show(
            "forum",
            {
                "httpx + selectolax": measured(lambda: bare_forum(url)),
                "  and kept, searchable": measured(lambda: bare_and_kept(url, Path(folder), bands=False)),
                "  and copies findable": measured(lambda: bare_and_kept(url, Path(folder), bands=True)),
                "our door + selectolax": measured(lambda: our_door(url)),
                "our source": measured(lambda: our_source(forum)),
                "our crawl step": stored(forum, Path(folder)),
            },
        )
        bodies = [httpx.get(one.url).content for one in blogs]
        show(
            "blogs",
            {
                "feedparser": measured(lambda: sum(len(feedparser.parse(body).entries) for body in bodies)),
                "our source": measured(lambda: our_source(blogs)),
                "our crawl step": stored(blogs, Path(folder)),
            },
        )
    sys.exit(0 if share >= ENOUGH else 1)


if __name__ == "__main__":
    main()
