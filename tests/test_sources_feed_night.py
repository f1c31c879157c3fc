"""Nights of a feed: its address found on a page, its archive, its comments, and 200 feeds that sleep."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sources_site import NOW, Call, Kept, Reply, config, site

from listening.errors import SourceBroken
from listening.types import BodyFormat

LONG = "The drawer sticks every morning and we lift it with a spoon. " * 12


def entry(key: str, body: str = LONG, *, extra: str = "", guid: str | None = None, link: str | None = None) -> str:
    number = "".join(filter(str.isdigit, key)) or "1"
    return (
        f"<item><guid isPermaLink='false'>{guid or key}</guid><link>{link or f'/p/{key}'}</link>"
        f"<title>Post {key}</title>"
        f"<pubDate>{int(number) % 28 + 1:02} Feb 2026 10:00:00 GMT</pubDate>"
        f"<content:encoded>{body}</content:encoded>{extra}</item>"
    )


def rss(*items: str, following: str = "") -> str:
    spaces = (
        "xmlns:wfw='http://wellformedweb.org/CommentAPI/' xmlns:content='http://purl.org/rss/1.0/modules/content/' "
        "xmlns:slash='http://purl.org/rss/1.0/modules/slash/' xmlns:atom='http://www.w3.org/2005/Atom'"
    )
    more = f"<atom:link rel='next' href='{following}'/>" if following else ""
    return f"<rss version='2.0' {spaces}><channel><title>Blog</title>{more}{''.join(items)}</channel></rss>"


PAGE = "<html><head><link rel='alternate' type='application/rss+xml' href='/feed'></head><body>Hello</body></html>"


def test_second_night_over_200_unchanged_feeds_is_200_times_304() -> None:
    """Each server with its own odd validators, which must come back byte for byte."""
    tags = ['"{n}"', 'W/"{n}"', "{n}", '"{n}-gzip"', '"ä{n}"'.encode().decode("latin-1"), '""{n}""']
    bodies: list[int] = []

    def answer(call: Call) -> Reply:
        number = int(call.path.rpartition("/")[2])
        tag = tags[number % len(tags)].format(n=number)
        date = f"Mon, {number % 28 + 1:02} Feb 2026 00:00:00 gmt"
        asked = call.headers.get("If-None-Match"), call.headers.get("If-Modified-Since")
        with_tag, with_date = number % 3 != 1, number % 3 != 0
        if asked == (tag if with_tag else None, date if with_date else None):
            return Reply(status=304)
        bodies.append(number)
        headers = ({"ETag": tag} if with_tag else {}) | ({"Last-Modified": date} if with_date else {})
        return Reply(rss(entry(f"e{number}")), headers=headers)

    with site(answer) as it:
        sources = [(config("feed", f"{it.url}/feed/{number}"), Kept()) for number in range(200)]
        assert sum(kept.night(conf).yielded for conf, kept in sources) == 200
        assert sorted(bodies) == list(range(200))
        bodies.clear()
        assert sum(kept.night(conf, NOW + timedelta(days=1)).yielded for conf, kept in sources) == 0
        assert bodies == []
        assert len(it.calls) == 400


def test_feed_is_found_on_the_blogs_page_and_asked_for_itself_from_then_on() -> None:
    with site({"/": Reply(PAGE), "/feed": Reply(rss(entry("a1")))}) as it:
        kept = Kept().night(config("feed", it.url + "/"))
        assert (set(kept.posts), it.paths()) == ({"a1"}, ["/", "/feed"])
        assert f"its feed {it.url}/feed is read -> set url to it" in kept.warnings[0]
        it.calls.clear()
        kept.night(config("feed", it.url + "/"))
        assert it.paths() == ["/feed"]
        assert len(kept.warnings) == 1


def test_found_feed_that_went_is_looked_for_again() -> None:
    pages = {"/": Reply(PAGE), "/feed": Reply(rss(entry("a1")))}
    with site(pages) as it:
        kept = Kept().night(config("feed", it.url + "/"))
        del pages["/feed"]
        pages["/"] = Reply(PAGE.replace("/feed", "/new"))
        pages["/new"] = Reply(rss(entry("a1", link=f"{it.url}/p/a1"), entry("a2")))
        assert kept.night(config("feed", it.url + "/")).yielded == 1


def test_page_that_offers_no_feed_or_replaced_one_is_broken() -> None:
    comments = PAGE.replace("'/feed'", "'/comments/feed'")
    for page in ("<html><title>Hello</title>", comments, PAGE.replace("/feed", "/none")):
        with site({"/": Reply(page)}) as it, pytest.raises(SourceBroken, match="instead of a feed"):
            Kept().night(config("feed", it.url + "/"))
    pages = {"/feed": Reply(rss(entry("a1"))), "/other": Reply(rss(entry("b1")))}
    with site(pages) as it:
        kept = Kept().night(config("feed", it.url + "/feed"))
        pages["/feed"] = Reply(PAGE.replace("/feed", "/other"))  # say, the host's notice that the blog has moved
        with pytest.raises(SourceBroken, match="an HTML page"):
            kept.night(config("feed", it.url + "/feed"))


def test_empty_feed_is_told() -> None:
    with site({"/feed": Reply(rss())}) as it:
        kept = Kept().night(config("feed", it.url + "/feed"))
    assert "holds no entry" in kept.warnings[0]


def test_archive_is_read_once_also_when_a_run_ends_in_it() -> None:
    pages = {
        "/feed": Reply(rss(*(entry(f"n{n}") for n in range(12)), following="/older/1")),
        "/older/1": Reply(rss(*(entry(f"o{n}") for n in range(12)), following="/older/2")),
        "/older/2": Reply(rss(entry("first"), following="/older/2")),
    }
    for stop in (None, 1, 2, 3, 4):
        with site(pages) as it:
            conf = config("feed", it.url + "/feed")
            kept = Kept().night(conf, stop_after=stop)
            kept.night(conf)
            assert len(kept.posts) == 25, stop
            it.calls.clear()
            assert kept.night(conf).yielded == 0
            assert it.paths() == ["/feed"]


def test_archive_older_than_the_backlog_is_left() -> None:
    pages = {"/feed": Reply(rss(entry("n1"), following="/older")), "/older": Reply(rss(entry("o1")))}
    with site(pages) as it:
        assert set(Kept().night(config("feed", it.url + "/feed", backlog_days=5)).posts) == {"n1"}
        assert set(Kept().night(config("feed", it.url + "/feed")).posts) == {"n1", "o1"}


def test_entries_that_share_an_id_are_all_kept_and_changed_ids_are_not_read_again() -> None:
    pages = {"/feed": Reply(rss(*(entry(f"s{n}", guid="same") for n in range(3)), entry("s9"), entry("s9")))}
    with site(pages) as it:
        conf = config("feed", it.url + "/feed")
        kept = Kept().night(conf)
        assert sorted(post.title for post in kept.posts.values()) == ["Post s0", "Post s1", "Post s2", "Post s9"]
        pages["/feed"] = Reply(rss(*(entry(f"s{n}", guid=f"?session={n}7") for n in range(3))))
        assert kept.night(conf).yielded == 0


def test_text_is_text_and_titles_are_words() -> None:
    feed = """<feed xmlns="http://www.w3.org/2005/Atom"><author><name>Owner</name></author>
      <entry><id>a</id><title type="html">&lt;b&gt;Too&lt;/b&gt; hot</title><content type="text">5 &lt; 7</content>
      </entry>
      <entry><id>b</id><title>R &amp; D</title><author><name>Ann</name></author>
      <content type="html">&lt;p&gt;Hi&lt;/p&gt; &lt;p&gt;The post &lt;a href="/"&gt;x&lt;/a&gt; appeared first on
      &lt;a href="/"&gt;y&lt;/a&gt;.&lt;/p&gt;</content></entry></feed>"""
    with site({"/feed": Reply(feed)}) as it:
        posts = Kept().night(config("feed", it.url + "/feed")).posts
    assert (posts["a"].title, posts["a"].body, posts["a"].format) == ("Too hot", "5 < 7", BodyFormat.TEXT)
    assert (posts["b"].title, posts["b"].body, posts["b"].format) == ("R & D", "<p>Hi</p>", BodyFormat.HTML)
    assert (posts["a"].author, posts["b"].author) == ("Owner", "Ann")


def test_alphabet_of_the_header_is_obeyed() -> None:
    body = rss(entry("a1", "J\u00fcrgens Schublade klemmt")).encode("cp1252")
    with site({"/feed": Reply(body, headers={"Content-Type": "text/xml; charset=windows-1252"})}) as it:
        assert "J\u00fcrgens" in Kept().night(config("feed", it.url + "/feed")).posts["a1"].body


def test_consent_page_is_no_article() -> None:
    wall = "<article><h1>Before you go on</h1>" + "<p>We and our partners value privacy and use cookies here.</p>" * 9
    feed = rss(entry("a1", "The drawer of my coffee machine sticks again [\u2026]"))
    with site({"/feed": Reply(feed), "/p/a1": Reply(wall + "</article>")}) as it:
        assert Kept().night(config("feed", it.url + "/feed")).posts["a1"].body.startswith("The drawer")


# --- comments

COMMENTS = """<html><body><article><h1>Post a1</h1><p>{text}</p></article><div id="comments">
<div id="comment-1"><b class="fn">Ann</b><time datetime="2026-03-02T10:00:00Z"></time>
<p class="comment-text">Mine too.</p>
<div id="comment-2"><b class="fn">Bo</b><p class="comment-text">Use a spoon.</p></div></div></div></body></html>"""


def test_comments_on_the_page_are_read_where_there_is_no_feed_of_them() -> None:
    with site({"/feed": Reply(rss(entry("a1"))), "/p/a1": Reply(COMMENTS)}) as it:
        kept = Kept().night(config("feed", it.url + "/feed", comments=True))
        first, second = kept.posts["a1#comment-1"], kept.posts["a1#comment-2"]
        assert (first.author, first.thread, first.reply_to) == ("Ann", "a1", "a1")
        assert (first.url, first.date_from) == (f"{it.url}/p/a1#comment-1", "page")
        assert (second.author, second.created_at, second.date_from) == ("Bo", None, "none")
        assert second.reply_to == "a1#comment-1"
        assert "spoon" not in first.body


def test_page_opened_for_its_article_is_not_asked_for_twice() -> None:
    teaser = rss(entry("a1", "The drawer sticks \u2026"))
    with site({"/feed": Reply(teaser), "/p/a1": Reply(COMMENTS.format(text=LONG))}) as it:
        kept = Kept().night(config("feed", it.url + "/feed", comments=True))
        assert it.paths() == ["/feed", "/p/a1"]
        assert len(kept.posts) == 3
        assert "spoon" in kept.posts["a1"].body


def test_short_comment_feed_is_filled_up_from_the_page_without_doubles() -> None:
    extra = "<wfw:commentRss>/c/a1</wfw:commentRss><slash:comments>2</slash:comments>"
    newest = "<guid isPermaLink='false'>?p=1#comment-2</guid><link>/p/a1#comment-2</link><title>x</title>"
    pages = {
        "/feed": Reply(rss(entry("a1", extra=extra))),
        "/c/a1": Reply(rss(f"<item>{newest}</item>")),
        "/p/a1": Reply(COMMENTS),
    }
    with site(pages) as it:
        conf = config("feed", it.url + "/feed", comments=True)
        kept = Kept().night(conf)
        assert set(kept.posts) == {"a1", "?p=1#comment-1", "?p=1#comment-2"}
        it.calls.clear()
        kept.night(conf)
        assert it.paths() == ["/feed"]  # the feed says that there are two, and two were read


@pytest.mark.parametrize("count", [0, 3])
def test_count_of_the_feed_decides_whether_a_page_is_opened(count: int) -> None:
    extra = f"<slash:comments>{count}</slash:comments>"
    with site({"/feed": Reply(rss(entry("a1", extra=extra))), "/p/a1": Reply("<p>No comments here</p>")}) as it:
        kept = Kept().night(config("feed", it.url + "/feed", comments=True))
        assert it.paths() == ["/feed", "/p/a1"][: 1 + bool(count)]
        assert [("should show 3 comments" in warning) for warning in kept.warnings] == [True] * bool(count)


def test_comment_feed_that_is_gone_is_replaced_by_the_page() -> None:
    feed = rss(entry("a1", extra="<wfw:commentRss>/c/a1</wfw:commentRss>"))
    with site({"/feed": Reply(feed), "/p/a1": Reply(COMMENTS)}) as it:
        kept = Kept().night(config("feed", it.url + "/feed", comments=True))
    assert set(kept.posts) == {"a1", "a1#comment-1", "a1#comment-2"}
    assert kept.warnings == []
