"""Two hundred sources in one night, of which one hangs, one loops, one sends a gigabyte, one raises; then no news."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from nights_world import KEY, MONDAY, FewLines, settings_of, settle
from sources_site import Call, Reply, Site, gigabyte, site

from listening import pipeline, sources
from listening.cli.nights import ENDS
from listening.pipeline import crawling, reading
from listening.pipeline.nights import Ended
from listening.settings import Settings
from listening.sources import hosts
from listening.store import Store, open_store, reads
from listening.types import Batch, Crawl, SourceConfig

MANY = 196
WAYS = 'allow_hosts = ["127.0.0.1"]\ngap = 0.0\nretry_wait = 0.0\n'
LIMITS = {
    "hangs": "tries = 2\ntimeout = 0.3\ntotal_timeout = 0.5\n",
    "loops": "visit_minutes = 0.01\n",
    "raises": "",
    "sends": "",
}
BAD = tuple(LIMITS)


@dataclass
class Town:
    """The installation, the sites it reads, and what each night was like."""

    settings: Settings
    store: Store
    good: Site
    others: dict[str, Site]

    def night(self, number: int) -> tuple[list[Crawl], Ended]:
        """Crawl all sources, four at a time, as the flow does; the night's end names those that failed."""
        now = MONDAY + timedelta(days=number)
        hosts._NIGHTS.clear()
        holder = pipeline.begin_night(self.store, self.settings, now=now, clock=now)
        with ThreadPoolExecutor(4) as pool:
            crawls = list(
                pool.map(
                    lambda one: pipeline.crawl(self.store, self.settings, one, key=KEY, now=now),
                    self.settings.sources,
                )
            )
        return crawls, pipeline.end_night(self.store, self.settings, crawls=crawls, holder=holder, now=now)


def feed(call: Call) -> Reply:
    """A blog with two posts; it has not changed since anyone saw it."""
    if call.headers.get("If-None-Match") == '"same"':
        return Reply(status=304)
    name = call.path.strip("/")
    items = [
        {"id": f"{name}-{number}", "content_text": f"Post {number} of {name}: the bag is good to have in the rain."}
        for number in range(2)
    ]
    said = {"version": "https://jsonfeed.org/version/1.1", "title": name, "items": items}
    return Reply(json.dumps(said), headers={"ETag": '"same"', "Content-Type": "application/feed+json"})


def loops(call: Call) -> Reply:
    """A forum whose list of threads goes on for ever."""
    page = int(call.query.get("page", ["0"])[0])
    topic = {"id": page + 1, "bumped_at": MONDAY.isoformat()}
    return Reply(json.dumps({"topic_list": {"more_topics_url": "/latest", "topics": [topic]}}))


def sends(_: Call) -> Reply:
    """A gigabyte in a few kilobytes."""
    return Reply(BOMB, headers={"Content-Encoding": "zstd"})


BOMB = b"".join(gigabyte("zstd"))


class Raises:
    """A source with a mistake in it."""

    def batches(self) -> Iterator[Batch]:
        raise ZeroDivisionError("words of a customer")
        yield


def blocks(good: Site, others: dict[str, Site]) -> str:
    urls = {f"blog{number:03}": f"{good.url}/blog{number:03}" for number in range(MANY)}
    lines = [
        f'[sources.{name}]\nkind = "feed"\nurl = "{url}"\n{WAYS}full_text = "never"\n' for name, url in urls.items()
    ]
    urls = {name: (others.get(name) or good).url for name in BAD}
    kinds = {name: "discourse" if name == "loops" else "feed" for name in BAD}
    lines += [f'[sources.{one}]\nkind = "{kinds[one]}"\nurl = "{urls[one]}"\n{WAYS}{LIMITS[one]}' for one in BAD]
    return "".join(lines)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    home = tmp_path_factory.mktemp("town")
    real = sources.open_source

    def opened(config: SourceConfig, **given: object) -> sources.Source:
        return Raises() if config.name == "raises" else real(config, **given)  # type: ignore[arg-type]  # as given

    with (
        pytest.MonkeyPatch.context() as patch,
        site(feed) as good,
        site(lambda _: Reply(hold=30)) as hanging,
        site(loops) as looping,
        site(sends) as sending,
    ):
        patch.setattr(crawling, "open_source", opened)
        patch.setattr(reading, "reader", lambda _settings: FewLines())
        others = {"hangs": hanging, "loops": looping, "sends": sending}
        configs = settle(home, sources=())
        (configs / "sources.toml").write_text(blocks(good, others))
        settings = settings_of(configs)
        store = open_store(settings.database_url)
        yield Town(settings, store, good, others)
        store.close()


@pytest.fixture(scope="module")
def first(town: Town) -> tuple[list[Crawl], Ended]:
    return town.night(0)


def test_four_bad_sources_are_named_and_the_others_are_done(town: Town, first: tuple[list[Crawl], Ended]) -> None:
    crawls, ended = first
    failed = {one.source: one.error for one in crawls if one.state == "failed"}
    done = [one for one in crawls if one.state == "done"]
    assert len(crawls) == 200
    assert sorted(failed) == sorted(BAD)
    assert (len(done), sum(one.new for one in done)) == (MANY, 2 * MANY)
    assert (ended.state, ended.note) == ("partial", "failed: hangs, loops, raises, sends")
    assert ENDS[ended.state] == 3
    assert "time-out" in failed["hangs"]
    assert "visit took too long" in failed["loops"]
    assert "too large" in failed["sends"]
    assert "ZeroDivisionError" in failed["raises"]
    assert "customer" not in failed["raises"]
    assert len(town.others["hangs"].calls) <= 2


def test_a_second_night_without_news_asks_and_reads_nothing_again(town: Town, first: tuple[list[Crawl], Ended]) -> None:
    assert first[1].state == "partial"
    now = MONDAY + timedelta(days=1)
    pipeline.clean(town.store, town.settings, now=now)
    read = pipeline.read(town.store, town.settings, now=now)
    before = len(town.good.calls)
    crawls, _ = town.night(1)
    asked = town.good.calls[before:]
    assert read > 0
    assert [call.headers.get("If-None-Match") for call in asked] == ['"same"'] * MANY
    assert sum(one.seen for one in crawls if one.state == "done") == 0
    pipeline.clean(town.store, town.settings, now=now)
    assert pipeline.read(town.store, town.settings, now=now) == 0
    assert len(reads.crawls(town.store, pipeline.night_of(town.settings, now))) == 200
