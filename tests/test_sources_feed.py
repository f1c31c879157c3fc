from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sources_site import NOW, Call, Kept, Reply, config, opened, site

from listening.errors import SourceBroken, SourceUnavailable
from listening.sources.feed_entries import parse_feed, read_entries
from listening.sources.feed_parse import parse
from listening.types import PostKind

LONG = "The drawer sticks every morning and we lift it with a spoon. " * 12


def rss(*items: str) -> str:
    spaces = "xmlns:wfw='http://wellformedweb.org/CommentAPI/' xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    return f"<rss version='2.0' {spaces}><channel><title>Blog</title>{''.join(items)}</channel></rss>"


def item(number: int, body: str = LONG, tag: str = "content:encoded", extra: str = "") -> str:
    return (
        f"<item><guid>id-{number}</guid><link>/p/{number}</link><title>Post {number}</title>"
        f"<author>Ann {number}</author>"
        f"<pubDate>Mon, 02 Mar 2026 10:0{number}:00 GMT</pubDate><{tag}>{body}</{tag}>{extra}</item>"
    )


def test_entries_become_posts() -> None:
    with site({"/feed": Reply(rss(item(1), item(2)))}) as it:
        kept = Kept().night(config("feed", it.url + "/feed"))
    post = kept.posts["id-1"]
    assert len(kept.posts) == 2
    assert (post.kind, post.title, post.author) == (PostKind.BLOG, "Post 1", "Ann 1")
    assert (post.created_at, post.date_from) == (datetime(2026, 3, 2, 10, 1, tzinfo=UTC), "feed")
    assert (post.url, post.body) == (it.url + "/p/1", LONG.strip())
    assert it.paths() == ["/feed"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("ann@shop.example", "ann@shop.example"),
        ("ann@shop.online (Ann Lee)", "Ann Lee"),
        ("Ann Lee &lt;ann@shop.online&gt;", "Ann Lee"),
        ("ann@shop.org (Ann Lee)", "Ann Lee"),
        ("ann@shop.org", "ann@shop.org"),
    ],
)
def test_an_author_is_who_is_named_or_the_whole_address(said: str, name: str) -> None:
    entry = f"<item><title>Post</title><link>/p</link><author>{said}</author></item>"
    with site({"/feed": Reply(rss(entry))}) as it:
        (post,) = Kept().night(config("feed", it.url + "/feed")).posts.values()
    assert post.author == name


def test_unchanged_feed_costs_one_304_and_a_changed_one_only_what_is_new() -> None:
    items = [item(1)]

    def answer(call: Call) -> Reply:
        tag = f'"{len(items)}"'
        return (
            Reply(status=304) if call.headers.get("If-None-Match") == tag else Reply(rss(*items), headers={"ETag": tag})
        )

    with site(answer) as it:
        conf = config("feed", it.url + "/feed")
        kept = Kept().night(conf)
        assert kept.night(conf).yielded == 0
        items.append(item(2))
        assert kept.night(conf).yielded == 1
        items[0] = item(1, LONG + "Edited.")
        kept.memory.validators.clear()
        assert kept.night(conf).yielded == 1
    assert kept.posts["id-1"].body.endswith("Edited.")


def test_teaser_is_replaced_by_the_page_and_a_whole_entry_is_not() -> None:
    page = f"<html><body><nav>Menu</nav><article><h1>Post 1</h1><p>{LONG}</p><p>{LONG}</p></article></body></html>"
    feed = rss(item(1, "The drawer sticks …", "description"), item(2))
    with site({"/feed": Reply(feed), "/p/1": Reply(page)}) as it:
        kept = Kept().night(config("feed", it.url + "/feed"))
        assert it.paths() == ["/feed", "/p/1"]
        assert "with a spoon" in kept.posts["id-1"].body
        assert "Menu" not in kept.posts["id-1"].body
        it.calls.clear()
        Kept().night(config("feed", it.url + "/feed", full_text="never"))
        assert it.paths() == ["/feed"]


def test_page_that_is_down_is_met_again_and_one_that_is_gone_is_not() -> None:
    for status, second in ((503, 1), (404, 0)):
        feed = Reply(rss(item(1, "The drawer sticks …", "description")), headers={"ETag": '"1"'})
        with site({"/feed": feed, "/p/1": Reply(status=status)}) as it:
            kept = Kept().night(config("feed", it.url + "/feed", tries=1))
            assert kept.posts["id-1"].body == "The drawer sticks …"
            assert "only the teaser" in kept.warnings[0]
            assert kept.night(config("feed", it.url + "/feed", tries=1)).yielded == second
            assert bool(kept.memory.validators) == (not second)


def test_comments_of_each_entry_are_posts_and_are_watched_while_the_feed_sleeps() -> None:
    extra = "<wfw:commentRss>/c/1</wfw:commentRss>"
    pages = {
        "/feed": Reply(rss(item(1, extra=extra))),
        "/c/1": Reply(rss("<item><guid>c-1</guid><description>Same here</description><title>By Bo</title></item>")),
    }

    def answer(call: Call) -> Reply:
        if call.path == "/feed" and call.headers.get("If-None-Match"):
            return Reply(status=304)
        reply = pages[call.path]
        return Reply(reply.body, headers={"ETag": '"1"'}) if call.path == "/feed" else reply

    with site(answer) as it:
        conf = config("feed", it.url + "/feed", comments=True)
        kept = Kept().night(conf)
        comment = kept.posts["c-1"]
        assert (comment.body, comment.title, comment.thread, comment.reply_to) == ("Same here", "", "id-1", "id-1")
        second = "<item><guid>c-2</guid><description>Me too</description></item>"
        pages["/c/1"] = Reply(rss(second))
        kept.night(conf)
        assert "c-2" in kept.posts
        it.calls.clear()
        kept.night(conf, NOW + timedelta(days=200))
        assert it.paths() == ["/feed", "/c/1"][:1] or it.paths() == ["/feed", "/c/1"]
        it.calls.clear()
        kept.night(config("feed", it.url + "/feed"), NOW)
        assert it.paths() == ["/feed"]


def test_one_broken_comment_feed_is_told_and_the_others_go_on() -> None:
    feed = rss(*(item(n, extra=f"<wfw:commentRss>/c/{n}</wfw:commentRss>") for n in (1, 2)))
    good = Reply(rss("<item><guid>c-2</guid><description>fine</description></item>"))
    with site({"/feed": Reply(feed), "/c/1": Reply("<html>no"), "/c/2": good}) as it:
        kept = Kept().night(config("feed", it.url + "/feed", comments=True))
    assert set(kept.posts) == {"id-1", "id-2", "c-2"}
    assert "/c/1" in kept.warnings[0]


ATOM = (
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>B</title><entry><id>e1</id><title>T</title><updated>2026-03-02T10:00:00Z</updated>"
    "<link href='/p/1'/><link rel='replies' type='application/atom+xml' href='/r/1'/>"
    "<content type='html'>&lt;p&gt;Hi&lt;/p&gt;</content>"
    "</entry></feed>"
)


def test_atom_replies_and_json_feed_are_read() -> None:
    entry = read_entries(parse(ATOM.encode()), ATOM.encode(), "http://x.example/", now=NOW).entries[0]
    assert (entry.id, entry.comments, entry.body, entry.full) == ("e1", "http://x.example/r/1", "<p>Hi</p>", True)
    text = b'{"version": "https://jsonfeed.org/version/1.1", "items": ['
    text += b'{"id": 7, "url": "/a", "content_text": "x", "authors": [{"name": "Jo"}]}]}'
    entry = read_entries(parse(text), text, "http://x.example/", now=NOW).entries[0]
    assert (entry.id, entry.link, entry.author, entry.body) == ("7", "http://x.example/a", "Jo", "x")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!doctype html><title>Our\n garden</title>", "an HTML page titled 'Our garden'"),
        (b"", "an empty answer"),
        (b"  ", "an empty answer"),
        (b'{"error": 1}', "JSON instead"),
        (b"just words", "neither HTML nor XML"),
        (b"<?xml version='1.0'?><plist><dict/></plist>", "XML of another kind"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, words: str) -> None:
    with site({"/feed": Reply(body)}) as it, pytest.raises(SourceBroken, match=words):
        list(opened(config("feed", it.url + "/feed")).batches())


def test_an_error_page_before_a_feed_is_named_and_no_fault_of_the_feed() -> None:
    body = b"<!doctype html><title>502 Bad\n gateway</title>"
    with site({"/feed": Reply(body)}) as it, pytest.raises(SourceUnavailable, match="titled '502 Bad gateway'"):
        list(opened(config("feed", it.url + "/feed")).batches())


def test_feed_that_keeps_the_parser_busy_is_given_up() -> None:
    author = b"a@a" + b".a" * 60_000 + b"!"
    body = b"<rss version='2.0'><channel><item><title>x</title><author>" + author + b"</author></item></channel></rss>"
    with pytest.raises(SourceBroken, match="within 1 s"):
        parse_feed(body, "http://x.example/feed", 1, now=NOW)


def test_half_a_feed_gives_its_entries() -> None:
    body = rss(item(1), item(2)).encode()[:-150]
    assert [entry.id for entry in parse_feed(body, "u", 10, now=NOW).entries] == ["id-1", "id-2"]
