"""Crawls loopback servers that replay saved pages, feeds and recordings, then reads and groups what came.

Needs the shared data (LISTENING_SHARED, default ../shared). Prints posts, passages, pains, pain points, seconds and
peak memory, and ten pain points.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from sources_site import Answer, Call, Reply, site  # noqa: E402 -- the tests' server, found by the line above

from listening import pipeline  # noqa: E402 -- the same
from listening.pipeline import clustering  # noqa: E402 -- the same
from listening.settings import load  # noqa: E402 -- the same
from listening.store import open_store, reads  # noqa: E402 -- the same
from listening.types import SourceConfig  # noqa: E402 -- the same

SHARED = Path(os.environ.get("LISTENING_SHARED", ROOT.parent / "shared"))
FIXTURES = SHARED / "fixtures"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = {
    "phpbb": '<li class="row"><a class="topictitle" href="/t/{0}">t</a></li>',
    "vbulletin": '<li class="threadbit"><a class="title" href="/t/{0}">t</a></li>',
    "xenforo": '<div class="structItem--thread"><p class="structItem-title">'
    '<a data-tp-primary href="/t/{0}">t</a></p></div>',
}


def forum(engine: str) -> Answer:
    """A board whose threads are the saved thread pages of one engine; what they link to is gone."""
    pages = {p.stem: p for p in (FIXTURES / "forum_html").glob(f"*{engine}*thread.html")}
    listing = "<ul class='topics'>" + "".join(ROWS[engine].format(name) for name in pages) + "</ul>"

    def answer(call: Call) -> Reply:
        if call.path == "/":
            return Reply(listing, headers={"Content-Type": "text/html"})
        page = pages.get(call.path.removeprefix("/t/")) if not call.query else None
        return Reply(page.read_bytes(), headers={"Content-Type": "text/html"}) if page else Reply(status=404)

    return answer


def discourse() -> Answer:
    """Saved topics."""
    folder = FIXTURES / "discourse_json/perceval"
    topics = json.loads((folder / "discourse_topics.json").read_text())["topic_list"]
    streams = [json.loads(path.read_text())["post_stream"] for path in sorted(folder.glob("discourse_topic_114*.json"))]
    # the recordings number a topic's posts anew in their stream: each number gets its post, in order
    posts = {
        number: {**post, "id": number}
        for stream in streams
        for number, post in zip(stream["stream"], cycle(stream["posts"]), strict=False)
    }

    def answer(call: Call) -> Reply:
        if call.path == "/latest.json":
            return Reply(json.dumps({"topic_list": dict(topics, more_topics_url=None)}))
        if call.path.endswith("posts.json"):
            wanted = [int(number) for number in call.query["post_ids[]"]]
            return Reply(json.dumps({"post_stream": {"posts": [posts[one] for one in wanted if one in posts]}}))
        path = folder / f"discourse_topic_{call.path.split('/')[2].removesuffix('.json')}.json"
        return Reply(path.read_bytes()) if path.exists() else Reply(status=404)

    return answer


def reddit() -> Answer:
    """A recorded comment tree of 1,500 comments, with its "more" calls."""
    raw = gzip.decompress((FIXTURES / "reddit_praw_cassettes/TestCommentForest.test_replace__all.json.gz").read_bytes())
    talks = [(t["request"], t["response"]["body"]["string"]) for t in json.loads(raw)["interactions"]]
    listing = json.dumps(json.loads(next(body for request, body in talks if "/comments/" in request["uri"]))[0])
    known = {(urlsplit(r["uri"]).path.rstrip("/"), _children(r["body"])): body for r, body in talks}

    def answer(call: Call) -> Reply:
        headers = {"Content-Type": "application/json"}
        if call.path.endswith("/new"):
            return Reply(listing, headers=headers)
        body = known.get((call.path.rstrip("/"), _children(call.body)))
        return Reply(body, headers=headers) if body else Reply(status=404)

    return answer


def _children(body: str | None) -> str:
    parts = dict(part.partition("=")[::2] for part in (body or "").split("&"))
    return ",".join(sorted(parts.get("children", "").replace("%2C", ",").split(",")))


def feeds() -> Answer:
    """Real feeds by their file's name."""
    folder = FIXTURES / "feeds/rss_parser_real"
    known = {f"/{path.name}": path for path in folder.rglob("*") if path.suffix in (".rss", ".xml", ".atom")}
    return lambda call: Reply(known[call.path].read_bytes()) if call.path in known else Reply(status=404)


def sources(open_site: Callable[[Answer], str]) -> Iterable[SourceConfig]:
    """One block a site, as an operator would write it."""
    near = {"allow_hosts": ("127.0.0.1",), "gap": 0.0}
    old = {"retry_wait": 0, "tries": 1, "backlog_days": 9000}
    yield SourceConfig("discourse", "discourse", open_site(discourse()), options=old, **near)
    for engine in ROWS:
        yield SourceConfig(engine, "forum", open_site(forum(engine)) + "/", options={**old, "engine": engine}, **near)
    more = {"subreddits": ("it",), "backlog_days": 9000, "late_comments": False}
    yield SourceConfig("reddit", "reddit", options={**more, "base_url": open_site(reddit())}, **near)
    where = open_site(feeds())
    for path in sorted((FIXTURES / "feeds/rss_parser_real").rglob("*")):
        if path.suffix in (".rss", ".xml", ".atom"):
            plain = {"retry_wait": 0, "tries": 1, "full_text": "never"}
            yield SourceConfig(f"feed-{path.stem}", "feed", f"{where}/{path.name}", options=plain, **near)


def main() -> None:
    """Crawl, read, group, and print."""
    if not FIXTURES.is_dir():
        raise SystemExit(f"no fixtures at {FIXTURES} -> set LISTENING_SHARED")
    settings = replace(load(ROOT / "configs", {}), secrets={"REDDIT_CLIENT_ID": "x", "REDDIT_CLIENT_SECRET": "x"})
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        store = open_store(f"sqlite:///{folder}/replay.db")
        start = time.monotonic()
        for one in sources(lambda answer: stack.enter_context(site(answer)).url):
            visit = pipeline.crawl(store, settings, one, key=b"bench", now=NOW)
            print(f"{one.name:28} {visit.state:6} {visit.seen:5} posts  {visit.seconds:6.2f} s  {visit.error[:90]}")
        crawled = time.monotonic() - start
        pipeline.clean(store, settings, now=NOW)
        pipeline.read(store, settings, now=NOW)
        clustering.WAITS = clustering.UNSURE_WAITS = timedelta(days=9000)  # as if all had been written lately
        grouped = pipeline.cluster(store, settings, now=NOW)
        held, peak = reads.counts(store), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"\nposts {held.documents}, passages {held.signals}, pains {held.pains}, pain points {held.pain_points}")
        print(f"crawl {crawled:.1f} s, all {time.monotonic() - start:.1f} s, peak memory {peak:.0f} MB, {grouped}")
        for point in sorted(reads.points(store, map_id=settings.journey.id), key=lambda p: -p.people)[:10]:
            print(f"{point.id}  {point.people:3} people  {point.stage:9} {point.touchpoint or '-':16} {point.name}")
        store.close()


if __name__ == "__main__":
    main()
