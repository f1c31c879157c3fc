"""Feeds as careless programs write them: dates in any form, ids twice or never, titles with mark-up, other bytes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from listening.sources.feed_entries import Entry, parse_feed

NOW = datetime(2026, 7, 1, tzinfo=UTC)
URL = "https://b.example/feed"
SPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)


def rss(*items: str, encoding: str = "utf-8") -> str:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0" {SPACES}><channel>{inner}</channel></rss>'


def atom(entry: str) -> str:
    spaces = 'xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"'
    return f'<feed {spaces} xml:base="https://b.example/blog/"><id>f</id><title>B</title><entry>{entry}</entry></feed>'


def entries(feed: str | bytes, kind: str = "application/xml") -> tuple[Entry, ...]:
    body = feed.encode() if isinstance(feed, str) else feed
    return parse_feed(body, URL, 20, now=NOW, content_type=kind).entries


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("Thu, 19 Mar 2026 14:02:00 EST", "2026-03-19T19:02"),
        ("Do, 19 Mär 2026 14:02:00 +0100", "2026-03-19T13:02"),
        ("jeu., 19 mars 2026 14:02:00 +0100", "2026-03-19T13:02"),
        ("czw, 19 mar 2026 14:02:00 +0100", "2026-03-19T13:02"),
        ("Чт, 19 мар 2026 14:02:00 +0300", "2026-03-19T11:02"),
        ("2026年3月19日 14:02", "2026-03-19T14:02"),
        ("2026년 3월 19일 14:02", "2026-03-19T14:02"),
        ("1773928920", "2026-03-19T14:02"),
        ("1773928920000", "2026-03-19T14:02"),
        ("20260319T140200Z", "2026-03-19T14:02"),
        ("2026-03-19T14:02Z", "2026-03-19T14:02"),
        ("19/03/2026 14:02", "2026-03-19T14:02"),
        ("19.03.2026 14:02:00", "2026-03-19T14:02"),
        ("Thu Mar 19 2026 14:02:00 GMT+0100 (CET)", "2026-03-19T13:02"),
        ("Thursday, 19-Mar-26 14:02:00 GMT", "2026-03-19T14:02"),
        ("19 Mar 2026 24:00:00 GMT", "2026-03-20T00:00"),
        ("Thu, 19 Mar 2026 14:02:60 GMT", "2026-03-19T14:02"),
        ("March 19, 2026, 2:02 pm", "2026-03-19T14:02"),
    ],
)
def test_a_date_in_any_form_is_that_moment(said: str, moment: str) -> None:
    (entry,) = entries(rss(f"<title>A</title><link>/a</link><pubDate>{said}</pubDate>"))
    assert entry.published is not None
    assert entry.published.isoformat()[:16] == moment


@pytest.mark.parametrize(
    ("items", "ids"),
    [
        (("<title>A</title><link>/a</link>", "<title>B</title><link>/b</link>"), ["b.example/a", "b.example/b"]),
        (("<title>A</title><guid isPermaLink='false'>/p/9</guid>",), ["b.example/p/9"]),
        (("<title>A</title><guid>https://b.example/p/9</guid>",), ["b.example/p/9"]),
    ],
)
def test_an_entry_without_an_id_has_its_address_for_one(items: tuple[str, ...], ids: list[str]) -> None:
    assert [entry.id for entry in entries(rss(*items))] == [f"https://{one}" for one in ids]


def test_one_id_for_three_posts_is_three_ids_and_none_at_all_is_one_each() -> None:
    shared = [f"<guid>same</guid><title>T{n}</title><link>/{n}</link>" for n in range(3)]
    nameless = [f"<title>T{n}</title><description>{n}</description>" for n in range(3)]
    for items in (shared, nameless):
        first, again = ([entry.id for entry in entries(rss(*order))] for order in (items, items[::-1]))
        assert (len(set(first)), first) == (3, again[::-1])


@pytest.mark.parametrize(
    "encoding", ["windows-1251", "koi8-r", "shift_jis", "gb18030", "iso-8859-2", "utf-16", "iso-8859-1"]
)
def test_words_in_other_bytes_come_as_they_were(encoding: str) -> None:
    told = {"shift_jis": "水漏れ", "gb18030": "水龙头漏水", "iso-8859-2": "Cieknący kran", "iso-8859-1": "Größe"}
    title = told.get(encoding, "Кран течёт")
    body = rss(f"<title>{title}</title><link>/a</link>", encoding=encoding).encode(encoding)
    assert [entry.title for entry in entries(body, "text/xml")] == [title]


def test_a_header_that_names_other_bytes_than_the_feed_has_breaks_no_word() -> None:
    body = rss("<title>Größe</title><link>/a</link>", encoding="iso-8859-1")
    for kind, sent in (("text/xml; charset=utf-8", body.encode("latin-1")), ("text/xml", body.encode())):
        assert [entry.title for entry in entries(sent, kind)] == ["Größe"]


@pytest.mark.parametrize(
    ("feed", "want"),
    [
        (rss("<title><![CDATA[Tap & leak]]></title><link>/a?x=1&y=2</link>"), {"title": "Tap & leak"}),
        (rss("<title>Caf&eacute; tap</title><link>/a</link>"), {"title": "Café tap", "link": "https://b.example/a"}),
        (
            rss(
                "<title>E</title><guid>e</guid><itunes:author>Ann</itunes:author><itunes:summary>Long</itunes:summary>"
            ),
            {"author": "Ann", "body": "Long", "id": "e"},
        ),
        (
            rss(
                "<title>A</title><link>/a</link><media:group><media:title>no</media:title>"
                "<media:description>Of the film</media:description></media:group>"
            ),
            {"title": "A", "body": "Of the film"},
        ),
        (
            atom(
                '<id>1</id><title>T</title><link href="post"/><content type="xhtml">'
                '<div xmlns="http://www.w3.org/1999/xhtml"><p>The <b>tap</b></p></div></content>'
            ),
            {"link": "https://b.example/blog/post", "body": "<p>The <b>tap</b></p>"},
        ),
        (
            atom(
                '<id>2</id><title type="text">1 &lt; 2</title><link href="p2"/><thr:in-reply-to ref="1" href="p"/>'
                '<link rel="replies" type="application/atom+xml" href="c.atom" thr:count="7"/>'
            ),
            {"title": "1 < 2", "reply_to": "1", "comments": "https://b.example/blog/c.atom", "comment_count": 7},
        ),
        (
            '{"version":"https://jsonfeed.org/version/1","items":[{"id":1,"author":{"name":"Ann"},"content_text":"1<2"}]}',
            {"id": "1", "author": "Ann", "body": "1<2", "plain": True},
        ),
        (
            '\ufeff{"version":"https://jsonfeed.org/version/1.1","authors":[{"name":"O"}],"items":[{"id":"a","url":"/1"}]}',
            {"author": "O", "link": "https://b.example/1"},
        ),
    ],
)
def test_what_an_entry_says_is_kept_in_its_place(feed: str, want: dict[str, object]) -> None:
    (entry,) = entries(feed)
    assert {name: getattr(entry, name) for name in want} == want
