"""Real, broken and hostile feeds through the child: each ends with entries or a reason, and nothing is opened."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from listening.errors import SourceBroken
from listening.sources import feed_parser
from listening.sources.feed_entries import FeedText, parse_feed
from listening.sources.feed_parser import article_of, comments_of, feeds_of

pytestmark = pytest.mark.shared
NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = "http://blog.example/feed"
# what Miniflux's fixtures say in other alphabets: file -> a title or word that must be read
ALPHABETS = {
    "encoding/testdata/koi8r.xml": "\u041f\u0435\u0440\u0432\u0430\u044f",
    "xml/testdata/koi8r.xml": "\u041f\u0435\u0440\u0432\u0430\u044f",
    "encoding/testdata/invalid-prolog.xml": "Caf\u00e9",
    "encoding/testdata/utf8-incorrect-prolog.xml": "Caf\u00e9",
    "encoding/testdata/utf8.xml": "Caf\u00e9",
    "parser/testdata/encoding_WINDOWS-1251.xml": "\u0426\u0438\u0442\u0430\u0442\u0430",
    "parser/testdata/encoding_ISO-8859-1.xml": "f\u00fcr",
    "parser/testdata/no_encoding_ISO-8859-1.xml": "tr\u00e8s",
    "parser/testdata/rdf_UTF8.xml": "Vorsichtsma\u00dfnahmen",
    "parser/testdata/urdu_UTF8.xml": "\u0627\u0645\u0631\u06cc\u06a9\u06cc",
}


@cache
def outcome_of(path: Path) -> FeedText | str:
    """The same for a file, which several tests ask for."""
    return outcome(path.read_bytes())


def outcome(body: bytes) -> FeedText | str:
    """What a feed ends with: its entries, or the reason why there are none."""
    try:
        return parse_feed(body, URL, 10, now=NOW)
    except SourceBroken as error:
        return error.thing


def files(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith("LICENSE"))


def test_every_feed_ends_with_entries_or_a_reason(shared: Path) -> None:
    """A feed in order without an entry has its reason too: `Feed` tells the operator, see the night's tests."""
    read = empty = refused = 0
    for path in [*files(shared / "fixtures/feeds"), *files(shared / "corpora/miniflux")]:
        found = outcome_of(path)
        if isinstance(found, str):
            refused += 1
            assert "instead of a feed" in found, path.name
        else:
            assert all(entry.id for entry in found.entries)
            assert len({entry.id for entry in found.entries}) == len(found.entries)
            read, empty = read + bool(found.entries), empty + (not found.entries)
    assert read > 1200
    assert read + empty > 1780
    assert refused < 35


def test_well_formed_feeds_are_told_so_and_ill_formed_ones_are_not(shared: Path) -> None:
    """But for those whose only fault is an alphabet that they do not name."""
    wrong, checked = [], 0
    for path in files(shared / "fixtures/feeds/feedparser"):
        expected = re.search(rb"Expect:\s*(not bozo|bozo)\b", path.read_bytes()[:4_000])
        found = outcome_of(path)
        if expected and isinstance(found, FeedText) and path.parent.name != "chardet":
            checked += 1
            if (expected[1] == b"not bozo") == bool(found.broken):
                wrong.append(path.name)
    assert wrong == []
    assert checked > 1650


@pytest.mark.parametrize("name", ALPHABETS)
def test_alphabets_of_miniflux(shared: Path, name: str) -> None:
    found = outcome_of(shared / "corpora/miniflux" / name)
    assert isinstance(found, FeedText)
    said = " ".join(f"{entry.title} {entry.body}" for entry in found.entries)
    assert ALPHABETS[name] in said
    assert "\ufffd" not in said


@pytest.mark.parametrize("corpus", ["xml-bombs", "json-suite", "http-bombs", "blns"])
def test_hostile_files_are_named_and_cost_little(shared: Path, corpus: str) -> None:
    """The child refuses sockets and programs by itself; here: it lives on, and stays small."""
    for path in files(shared / "corpora" / corpus):
        body = path.read_bytes()
        assert "instead of a feed" in str(outcome(body)), path.name
        if corpus == "xml-bombs":
            assert article_of(body, URL, "text/html", 10) is not None
            assert comments_of(body, URL, "text/html", 10, now=NOW) == ()
            assert feeds_of(body, URL, "text/html", 10) == ()
    child = feed_parser._idle[os.getpid()][-1]._process.pid
    peak = re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{child}/status").read_text(encoding="ascii"))
    assert peak is not None
    assert int(peak[1]) < 256_000


def test_real_feeds_have_dates_and_addresses(shared: Path) -> None:
    dated = {}
    for name in ("reddit.rss", "guardian.rss", "heise.atom", "craigslist.rss", "rss-1.rss"):
        found = outcome_of(shared / "fixtures/feeds/rss_parser_real" / name)
        assert isinstance(found, FeedText)
        dated[name] = [bool(entry.published and entry.link and entry.title and entry.mark) for entry in found.entries]
    assert all(marks and all(marks) for marks in dated.values()), dated
