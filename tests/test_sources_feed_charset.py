"""Feeds in any alphabet, with bytes and entities that should not be there: all are read, and no bomb goes off."""

from __future__ import annotations

import json

import pytest
from sources_site import NOW

from listening.sources.feed_charset import decode, to_utf8
from listening.sources.feed_entries import parse_feed
from listening.sources.feed_parse import parse

FEED = b"<rss version='2.0'><channel><item><title>x</title><description>y</description></item></channel></rss>"
SAID = {
    "latin": "Kaffee läuft über, größer als gedacht",
    "polish": "Zepsuł się po tygodniu, a obsługa wciąż nie odpowiada na wiadomości",
    "turkish": "Şikâyet edeceğim, müşteri hizmetleri hâlâ cevap vermiyor, çok kızgınım",  # noqa: RUF001 -- Turkish
    "russian": "Кофемашина сломалась, и поддержка до сих пор не отвечает на письма",
    "japanese": "一週間で壊れてしまいましたが、サポートからまだ返事がありません。",
}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        *[("latin", name) for name in ("utf-8", "cp1252", "latin-1", "utf-16", "utf-16-le", "utf-32-be", "utf-8-sig")],
        *[("polish", name) for name in ("cp1250", "iso8859-2", "utf-8")],
        *[("turkish", name) for name in ("cp1254", "iso8859-9")],
        *[("russian", name) for name in ("cp1251", "koi8-r", "iso8859-5", "utf-16-be")],
        *[("japanese", name) for name in ("shift_jis", "euc-jp", "iso2022_jp", "utf-8")],
    ],
)
@pytest.mark.parametrize("stated", ["header", "file", "nowhere", "wrongly"])
def test_alphabets(words: str, name: str, stated: str) -> None:
    """Stated in the header or the file, it is obeyed; stated nowhere, it is seen; UTF-8 is UTF-8 whatever is said."""
    text = f"<rss version='2.0'><channel><item><title>{SAID[words]}</title></item></channel></rss>"
    if stated == "wrongly" and not name.startswith("utf"):
        return  # what else could be believed?
    said = {"file": name, "wrongly": "iso-8859-1"}.get(stated)
    body = ((f"<?xml version='1.0' encoding='{said}'?>" if said else "") + text).encode(name)
    kind = f"text/xml; charset={name}" if stated == "header" else ""
    assert SAID[words] in to_utf8(body, kind).decode()
    assert parse_feed(body, "u", 10, now=NOW, content_type=kind).entries[0].title == SAID[words]


def test_few_bad_bytes_do_not_spoil_a_text() -> None:
    text = "Größe läuft über, später schöner " * 3
    assert decode(text.encode() + b"\x93Zitat\x94 \xff") == f"{text}\u201cZitat\u201d ÿ"
    assert decode(b"\x81 \xfe\xfe" * 9, "text/xml; charset=x-unknown") != ""
    assert decode(b"abc", "text/xml; charset=zip") == decode(b"abc", "text/xml; charset=undefined") == "abc"
    assert decode(b"") == ""


def test_own_entities_are_read_unless_they_are_a_bomb() -> None:
    start = '<!DOCTYPE rss [\n<!ENTITY a "ACME">\n<!ENTITY b "' + "B" * 50_000 + '">\n]>'
    feed = (
        start
        + "<rss version='2.0'><channel><item><title>&a;</title><description>{}</description></item></channel></rss>"
    )
    assert parse(feed.format("&b;").encode())["entries"][0]["title"] == "ACME"
    bomb = parse(feed.format("&b;" * 5_000).encode())
    assert "undefined entity" in bomb["broken"]
    assert len(json.dumps(bomb)) < 100_000


def test_what_xml_forbids_is_left_out() -> None:
    entry = parse_feed(b"\n\n " + FEED.replace(b"y", b"a\x00b\x0bc\x1b"), "u", 10, now=NOW)
    assert (entry.entries[0].body, entry.broken) == ("abc", "")
