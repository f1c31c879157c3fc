"""One night with everything that can be wrong in what comes in: each is named with its mend, and the rest is done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from nights_houses import House, Lived, moved
from nights_world import KEY, MONDAY
from sources_site import Reply, Site, site

from listening import pipeline
from listening.demo.mailbox import Mailbox
from listening.errors import SettingsError
from listening.outputs import write_report
from listening.settings import load
from listening.sources import hosts
from listening.store import reads
from listening.types import Crawl

pytest_plugins = ("store_fixtures", "nights_fixtures")

ENTRY = "<item><guid>{0}</guid><title>{1}</title><description>{2}</description></item>"
SAID = "The zip jams and the slider is stuck once again today"
FORMULA = '=HYPERLINK("http://evil.test","zip slider")'
ITEMS = (
    ENTRY.format(1, "Good", SAID) + ENTRY.format(2, FORMULA, SAID) + ENTRY.format(3, "Long", "a zip jams. " * 90_000)
)
PAGES = {
    "/good": Reply(f"<rss version='2.0'><channel><title>Good</title>{ITEMS}</channel></rss>"),
    "/broken": Reply(f"<rss><channel>{ENTRY.format(1, 'Half', SAID)}<item><guid>2</guid><title>cut of"),
    "/page": Reply("<!doctype html><html><title>502 Bad Gateway</title><body>sorry</body></html>"),
    "/down": Reply("try later", status=503),
    "/slow": Reply("<rss/>", hold=30),
}
SOURCES = "".join(
    f'[sources.{name}]\nkind = "feed"\nurl = "URL/{name}"\nallow_hosts = ["127.0.0.1"]\ngap = 0.0\nretry_wait = 0.0\n'
    'timeout = 0.5\nfull_text = "never"\n'
    for name in ("broken", "page", "down", "slow", "good")
)
SAYS = {  # source -> (state, what its line names)
    "page": ("failed", ("/page", "an error page", "502 Bad Gateway", "we try again next night")),
    "down": ("failed", ("/down", "503")),
    "slow": ("failed", ("/slow", "time-out")),
    "broken": ("done", ("/broken is damaged", "gave 2 entries ->")),
    "half": ("done", ("line 2",)),
    "good": ("done", ()),
    "yard": ("done", ()),
}


@pytest.fixture
def pages() -> dict[str, Reply]:
    """What the site answers; a test may mend a page."""
    return dict(PAGES)


@pytest.fixture
def place(pages: dict[str, Reply]) -> Iterator[Site]:
    with site(lambda call: pages.get(call.path, Reply(status=404))) as running:
        yield running


@pytest.fixture
def bad(house: House, place: Site) -> House:
    """The installation on the eve of such a night."""
    return worsened(house, place)


@pytest.fixture(scope="module")
def past(quiet_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Lived]]:
    """The installation after such a night, and what its verbs answered: for tests that only look."""
    folder = tmp_path_factory.mktemp("bad")
    with (
        Mailbox(folder / "mails") as mailbox,
        site(lambda call: PAGES.get(call.path, Reply(status=404))) as place,
        pytest.MonkeyPatch.context() as patch,
        moved(quiet_home, folder, mailbox, patch) as house,
    ):
        yield house, worsened(house, place).night()


def worsened(house: House, place: Site) -> House:
    """Add four bad feeds, one good one with bad entries, and a file that breaks off."""
    hosts._NIGHTS.clear()
    house.posts()
    whole, cut = json.dumps({"id": "1", "text": SAID, "author": "a"}), '{"id": "2", "text": "the zip ja'
    (house.home / "half.jsonl").write_text(f"{whole}\n{cut}\n{whole.replace('1', '3')}\n")
    listed = house.home / "configs" / "sources.toml"
    more = f'[sources.half]\nkind = "file"\npath = "{house.home / "half.jsonl"}"\n'
    listed.write_text(listed.read_text() + more + SOURCES.replace("URL", place.url))
    house.settings = load(house.home / "configs", {})
    return house


def lines(house: House, crawls: tuple[Crawl, ...]) -> dict[str, tuple[str, str]]:
    """What each source's row of the night says: its state, its error and its warnings."""
    kept = {row.source: row for row in reads.crawls(house.store, MONDAY.date())}
    return {one.source: (one.state, f"{kept[one.source].error} {kept[one.source].warnings}") for one in crawls}


def test_each_bad_thing_is_named_and_the_rest_of_the_night_is_done(past: tuple[House, Lived]) -> None:
    house, lived = past
    said = lines(house, lived.crawls)
    for source, (state, parts) in SAYS.items():
        assert said[source][0] == state, (source, said[source])
        assert all(part in said[source][1] for part in parts), (source, said[source])
        assert state == "done" or " -> " in said[source][1], f"{source} names no mend: {said[source]}"
    new = {one.source: one.new for one in lived.crawls}
    assert (new["good"], new["broken"], new["half"], new["yard"]) == (3, 2, 2, 80)
    assert lived.read > 80
    assert lived.clustered.born
    assert lived.told.sent


def test_the_night_run_again_takes_what_is_mended_and_doubles_nothing(bad: House, pages: dict[str, Reply]) -> None:
    bad.night()
    hosts._NIGHTS.clear()
    pages["/down"] = pages["/good"]
    new = {one.source: one.new for one in bad.night().crawls}
    assert (new["down"], new["good"], new["half"], new["yard"]) == (3, 0, 0, 0)


def test_a_megabyte_is_kept_cut_and_says_so(past: tuple[House, Lived]) -> None:
    house, _ = past
    rows = [row for row in reads.export_rows(house.store, "posts") if row["source"] == "good"]
    assert 99_000 < max(len(str(row["text"])) for row in rows) <= 100_000


def test_a_formula_in_a_title_is_text_in_the_workbook(past: tuple[House, Lived], tmp_path: Path) -> None:
    house, _ = past
    path = tmp_path / "review.xlsx"
    write_report(pipeline.make_report(house.store, house.settings, since=None, until=None, now=MONDAY), path)
    cells = [c for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for c in row]
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_a_wrong_key_stops_before_the_night_and_names_the_nearest(bad: House) -> None:
    listed = bad.home / "configs" / "listening.toml"
    listed.write_text(listed.read_text().replace("[night]", "[night]\nretrys = 2"))
    with pytest.raises(SettingsError, match=r"listening\.toml.*retrys.*retries"):
        load(bad.home / "configs", {})


def test_the_key_of_the_night_is_no_part_of_any_line(past: tuple[House, Lived]) -> None:
    house, lived = past
    assert KEY.hex() not in str(lines(house, lived.crawls))
