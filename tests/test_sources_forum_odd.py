"""Pages that are not what was asked for, pages that tell machines what they hold, and forums without a known engine."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sources_site import NOW, Call, Kept, Reply, config, site

from listening.errors import SettingsError, SourceBroken, SourceRefused, SourceUnavailable
from listening.sources.forum.pages import FoundPage, Reading, read_page
from listening.sources.forum.urls import canonical, post_number, thread_key
from listening.sources.pages import OBSTACLES, obstacle_on

# --- what a page is that holds nothing

ODD = [
    ("captcha page", "<title>Just a moment...</title><p>Checking your browser before accessing</p>"),
    ("captcha page", "<title>x</title><p>One thing first</p><div class='g-recaptcha'></div>"),
    ("captcha page", "<title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1>"),
    ("login wall", "<title>Log in</title><form><input type=password></form>"),
    (
        "login wall",
        "<title>Board</title><p>You are not logged in or you do not have permission to access this page.</p>",
    ),
    ("login wall", "<title>Forum</title><p>Sie müssen sich anmelden, um dieses Forum zu sehen.</p>"),
    (
        "login wall",
        "<title>Info</title><p>The board wants you to be registered. You must log in to view this.</p>",
    ),
    ("maintenance", "<title>Board</title><p>Sorry, the board is currently disabled. Back soon.</p>"),
    ("error page", "<title>Database Error</title><p>The database has encountered a problem.</p>"),
    ("missing page", "<title>Info</title><p>The requested topic does not exist.</p>"),
    ("age gate", "<title>Hold on</title><p>You must be 18 or older. Age verification.</p>"),
    (
        "consent wall",
        "<title>x</title><p>Accept all cookies to go on</p><div id='onetrust-consent-sdk'></div>",
    ),
    ("empty page", "<html><body><div id=root></div><script>start()</script></body></html>"),
    ("changed layout", "<title>Talk</title><p>Hello and welcome to the new look of our talk.</p>"),
]


@pytest.mark.parametrize(("name", "page"), ODD)
def test_odd_pages_are_named(name: str, page: str) -> None:
    assert obstacle_on(page).name == name


def test_a_login_box_in_the_margin_of_a_long_page_is_no_wall() -> None:
    page = "<title>Talk</title><form><input type=password></form>" + "<p>some words of people </p>" * 200
    assert obstacle_on(page).name == "changed layout"


@pytest.mark.parametrize("name", OBSTACLES)
def test_every_obstacle_has_an_error_with_a_mend(name: str) -> None:
    page = next((page for told, page in ODD if told == name), "")
    error = obstacle_on(page).error("https://m.example/f", "Title")
    assert name in str(error)
    assert error.mend
    wanted = SourceUnavailable if name in ("maintenance", "error page") else SourceRefused
    assert isinstance(error, SourceBroken if name == "changed layout" else wanted)


@pytest.mark.parametrize(("name", "page"), [one for one in ODD if one[0] not in ("changed layout", "empty page")])
def test_a_board_that_is_something_else_ends_with_its_name(name: str, page: str) -> None:
    with site({"/f": Reply(page)}) as it, pytest.raises((SourceRefused, SourceUnavailable), match=name):
        Kept().night(config("forum", it.url + "/f", engine="phpbb"))


def test_threads_behind_a_wall_are_told_and_end_the_visit_when_all_are() -> None:
    rows = "".join(f"<li class=row><a class=topictitle href='/t?t={n}'>Thread {n}</a></li>" for n in range(1, 6))
    pages = {"/f": Reply(f"<ul class=topics>{rows}</ul>"), "/t": Reply(dict(ODD)["login wall"])}
    with site(pages) as it, pytest.raises(SourceRefused, match="login wall"):
        Kept().night(config("forum", it.url + "/f", engine="phpbb"))


# --- pages that tell machines

POSTS = [
    ("Ann", "2026-03-01T08:00:00+00:00", "It broke in two."),
    ("bob", "2026-03-02T09:30:00+00:00", "Mine too, sadly."),
]


def read(page: str) -> FoundPage:
    return read_page(page.encode(), "https://m.example/t/5", "text/html; charset=utf-8", Reading((), (), NOW))


def ld(posts: list[tuple[str, str, str]], **more: object) -> str:
    told = [
        {"@type": "Comment", "text": text, "author": {"@type": "Person", "name": name}, "datePublished": day,
         "url": f"/t/5#post-{n}", "upvoteCount": n}
        for n, (name, day, text) in enumerate(posts, start=1)
    ]  # fmt: skip
    thing = {"@type": "DiscussionForumPosting", "headline": "T", "text": "Does anybody know why?", "comment": told,
             "author": {"name": "Eve"}, "datePublished": "2026-02-28", "@context": "https://schema.org"}  # fmt: skip
    return f"<script type='application/ld+json'>{json.dumps(thing | more)}</script>"


def test_json_ld_gives_a_thread_with_its_comments() -> None:
    found = read(f"<h1>T</h1>{ld(POSTS)}<p>drawn by a program</p>")
    assert found.read_by == "json-ld"
    assert [(post.author, post.id, post.likes) for post in found.posts][1:] == [("Ann", "1", 1), ("bob", "2", 2)]
    assert found.posts[0].author == "Eve"
    assert found.posts[1].created_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert {post.date_from for post in found.posts} == {"json-ld"}
    assert found.posts[2].url == "https://m.example/t/5#post-2"


def test_json_ld_with_the_opening_post_only_is_not_taken_where_more_is_visible() -> None:
    shown = [*POSTS, ("cee", "2026-03-03T10:00:00+00:00", "They never answered me, not even once in a year.")]
    page = "".join(
        f"<div class=comment id=c{n}><span class=author>{name}</span> <time datetime='{day}'>x</time><div"
        " class=text>{text} "
        f"And here are some more words of {name}.</div></div>"
        for n, (name, day, text) in enumerate(shown)
    )
    found = read(f"<h1>T</h1>{ld([])}{page}")
    assert found.read_by == "blocks"
    assert [post.author for post in found.posts][-3:] == ["Ann", "bob", "cee"]


def test_json_ld_that_names_nobody_and_no_day_is_the_pages_description() -> None:
    thing = {"@type": "QAPage", "mainEntity": {"@type": "Question", "name": "T", "text": "What is this page about?"}}
    found = read(f"<script type='application/ld+json'>{json.dumps(thing)}</script><h1>T</h1><p>It breaks.</p>")
    assert found.posts == ()


@pytest.mark.parametrize(
    "text", ["{", "[]", "null", '{"@type": 3}', '[[[{"@graph": "x"}]]]', '{"@type": "Comment", "text": 5}']
)
def test_broken_json_ld_breaks_nothing(text: str) -> None:
    assert read(f"<script type='application/ld+json'>{text}</script><p>hello").posts == ()


def test_microdata_of_a_question_gives_question_and_answers_with_the_accepted_one() -> None:
    def answer(kind: str, name: str, stamp: str, text: str) -> str:
        return (
            f"<div itemprop={kind} itemscope itemtype='https://schema.org/Answer' id='answer-{name}1'><span"
            " itemprop=upvoteCount>4</span>"
            f"<div itemprop=text><blockquote>quoted words</blockquote><p>{text}</p></div><time"
            f" itemprop=dateCreated datetime='{stamp}'></time>"
            "<span itemprop=author itemscope itemtype='https://schema.org/Person'><b"
            f" itemprop=name>{name}</b></span></div>"
        )

    page = (
        "<div itemscope itemtype='https://schema.org/QAPage'><div itemprop=mainEntity itemscope"
        " itemtype='https://schema.org/Question'>"
        "<h1 itemprop=name>T</h1><div itemprop=text>Why does it break?</div><span itemprop=author>Eve</span>"
        f"{answer('suggestedAnswer', *POSTS[0])}{answer('acceptedAnswer', *POSTS[1])}</div></div>"
    )
    found = read(page)
    assert found.read_by == "microdata"
    assert [(post.author, post.accepted, post.likes) for post in found.posts] == [
        ("Eve", False, 0), ("Ann", False, 4), ("bob", True, 4),
    ]  # fmt: skip
    assert "quoted" not in found.posts[1].html


# --- a forum of unknown make


def homegrown(call: Call) -> Reply:
    if call.path == "/talk":
        rows = "".join(
            f"<tr><td><a href='/talk/{n}'>What about part number {n}?</a></td><td>Ann</td><td>2026-03-{n:02}"
            " 10:00</td></tr>"
            for n in (3, 5, 8)
        )
        return Reply(f"<h1>Talk</h1><table>{rows}</table>")
    n = int(call.path.rsplit("/", 1)[1])
    posts = "".join(
        f"<div class=entry><p class=who><b class=username>user{k}</b>, 2026-03-{n:02} 1{k}:00</p>"
        f"<div class=words>Part {n} again, this is what I think about it, number {k}.</div></div>"
        for k in range(3)
    )
    return Reply(f"<h1>What about part number {n}?</h1>{posts}")


def test_a_forum_without_engine_and_selectors_is_read_by_what_repeats() -> None:
    with site(homegrown) as it:
        kept = Kept().night(config("forum", it.url + "/talk"))
    assert len(kept.posts) == 9
    assert {post.author for post in kept.posts.values()} == {"user0", "user1", "user2"}
    assert min({post.title for post in kept.posts.values()} - {""}) == "What about part number 3?"


def test_a_threads_own_address_is_read_as_that_thread() -> None:
    with site(homegrown) as it:
        kept = Kept().night(config("forum", it.url + "/talk/5"))
    assert len(kept.posts) == 3


def test_a_declared_engine_that_fits_no_more_is_read_all_the_same_and_told() -> None:
    with site(homegrown) as it:
        kept = Kept().night(config("forum", it.url + "/talk", engine="xenforo"))
    assert len(kept.posts) == 9
    assert any("changed layout" in warning and "read by blocks" in warning for warning in kept.warnings)


@pytest.mark.parametrize(
    ("options", "words"),
    [({"date_order": "year"}, "neither day nor month"), ({"selectors": {"post": "div["}}, "is no CSS")],
)
def test_settings_that_cannot_be_followed_are_named(options: dict[str, object], words: str) -> None:
    with site(homegrown) as it, pytest.raises(SettingsError, match=words):
        Kept().night(config("forum", it.url + "/talk", **options))


def test_the_owner_may_say_which_number_is_the_day() -> None:
    row = "<ul class=topics><li class=row><a class=topictitle href=/t?t=4>x</a></li></ul>"
    post = (
        "<div id=p7 class='post bg1'><p class=author><b class=username>Ann</b> » 03/04/2025 10:00</p>"
        "<div class=content>It broke.</div></div>"
    )
    with site({"/f": Reply(row), "/t": Reply(post)}) as it:
        kept = Kept().night(config("forum", it.url + "/f", engine="phpbb", date_order="month"))
    assert kept.posts["7"].created_at == datetime(2025, 3, 4, 10, tzinfo=UTC)


# --- addresses


@pytest.mark.parametrize(
    ("shown", "want"),
    [("post-12", "12"), ("p12", "12"), ("#p12", "12"), ("msg_12", "12"), ("elComment_12", "12"), ("12", "12"),
     ("post_message", ""), ("comment-12", "comment-12"), ("Discussion_12", "discussion_12"),
     ("t1_c95", "t1_c95"), ("/t/x?page=2#post-12", "12"),
     ("viewtopic.php?p=12#p12", "12"), ("/t/x-5/", "")],
)  # fmt: skip
def test_what_names_a_post(shown: str, want: str) -> None:
    assert post_number(shown) == want


@pytest.mark.parametrize(
    ("url", "want"),
    [("https://m.example/viewtopic.php?f=1&t=77&start=20", "t77"), ("https://m.example/threads/a-b.77/page-3", "t77"),
     ("https://m.example/showthread.php?77-a-b/page2", "t77"), ("https://m.example/index.php?topic=77.20", "t77"),
     ("https://m.example/showthread.php?tid=77&page=2", "t77"), ("https://m.example/topic/77-a-b/?page=2", "t77"),
     ("https://m.example/discussion/77/a-b/p2", "t77"), ("https://m.example/topic/77/a-b", "t77"),
     ("https://m.example/d/77-a-b", "t77"),
     ("https://m.example/thread/77-a-b/?pageNo=2", "t77"), ("https://m.example/questions/77/a-b", "t77"),
     ("https://m.example/talk/", "https://m.example/talk/")],
)  # fmt: skip
def test_all_pages_of_a_thread_have_one_name(url: str, want: str) -> None:
    assert thread_key(url) == want


def test_an_address_that_is_none_is_left_out() -> None:
    assert canonical("http://[broken") == ""
    assert canonical("https://m.example/a?sid=1&b=2#c") == "https://m.example/a?b=2"
