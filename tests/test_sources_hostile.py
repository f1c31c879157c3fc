"""What strangers may send to stop a night: endless nesting, endless pages, broken JSON, addresses that are none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import pytest
from selectolax.lexbor import LexborHTMLParser
from sources_site import NOW, config

from listening.documents.clean import clean
from listening.errors import SourceBroken
from listening.page_bounds import DEEPEST, MOST_TAGS, bounded
from listening.sources.discourse import Discourse
from listening.sources.fetch import Fetcher, Page
from listening.sources.forum.pages import Reading, read_page
from listening.sources.forum.urls import canonical, joined, thread_key
from listening.sources.links import plain_link
from listening.types import BodyFormat, Memory

HOW = Reading((), (), datetime(2026, 7, 1, tzinfo=UTC))
POST = (
    '<div id="p{0}" class="post has-profile"><div class="postbody"><p class="author">by <strong><a class="username"'
    ' href="/u/{0}">writer {0}</a></strong> &raquo; <time datetime="2026-05-04T08:{0:02}:00+00:00">May 4</time></p>'
    '<div class="content">{1}</div></div></div>'
)
PAGE = '<html><body id="phpbb"><h2 class="topic-title">T</h2>{}</body></html>'


def read(*bodies: str) -> list[str]:
    """The words of each post on a page of these posts."""
    posts = "".join(POST.format(at, body) for at, body in enumerate(bodies, start=10))
    found = read_page(PAGE.format(posts).encode(), "http://x.example/t/1", "text/html; charset=utf-8", HOW)
    return [clean(post.html, BodyFormat.HTML)[0] for post in found.posts]


# --- nesting and size


@pytest.mark.parametrize("tag", ["blockquote", "div", "b", "a", "font color=red", "table", "svg", "select", "x-y"])
def test_a_post_that_nests_fifty_thousand_times_loses_no_other_post(tag: str) -> None:
    name = tag.split(maxsplit=1)[0]
    for closes in (f"</{name}>" * 50_000, ""):
        words = read("the hinge broke", f"<{tag}>" * 50_000 + "deep" + closes, "mine broke as well")
        assert words[0] == "the hinge broke"
        if closes:
            assert words[-1] == "mine broke as well"


def test_tags_in_one_another_are_dropped_from_some_depth_on_and_their_words_stay() -> None:
    inner = "".join(f"<div>word{number} " for number in range(2 * DEEPEST))
    page, cut = bounded(f"<body>{inner}{'</div>' * 2 * DEEPEST}<p>after</p></body>")
    assert (page.count("<div>"), page.count("</div>"), cut) == (DEEPEST - 1, DEEPEST - 1, False)
    assert all(f"word{number} " in page for number in range(2 * DEEPEST))
    assert page.endswith("<p>after</p></body>")


@pytest.mark.parametrize(
    "tag",
    [
        '<div title="</div>">',
        "<div title='</div>'>",
        "<div><!-- </div> -->",
        "<div><![CDATA[</div>]]>",
        "<div><title></div></title>",
        "<div><table></div></table>",
        "<div it's></it's>",
        "<svg><title><g>",
        "<svg><style><g></g></style><g>",
    ],
)
def test_what_only_looks_like_a_closing_tag_closes_nothing(tag: str) -> None:
    page, _ = bounded(tag * 5_000)
    deepest = depth = 0
    node = LexborHTMLParser(page).root
    while node is not None:
        if node.child is not None:
            node, depth = node.child, depth + 1
            deepest = max(deepest, depth)
            continue
        while node is not None and node.next is None:
            node, depth = node.parent, depth - 1
        node = node.next if node is not None else None
    assert deepest < 2 * DEEPEST


@pytest.mark.parametrize("opening", ["<div {}>", "<div {}", "<a <b {}>"])
def test_a_tag_of_fifty_thousand_attributes_loses_no_other_post(opening: str) -> None:
    attributes = " ".join(f"a{number}=x" for number in range(50_000))
    words = read("the hinge broke", opening.format(attributes) + "wide", "mine broke as well")
    assert (words[0], words[-1]) == ("the hinge broke", "mine broke as well")
    assert clean(opening.format(attributes).rstrip(">") + ">wide", BodyFormat.HTML)[0] == "wide"


def test_a_picture_in_a_tag_is_no_such_tag() -> None:
    page = f'<p>before <img src="data:image/png;base64,{"A" * 100_000}" alt="it is broken"> after</p>'
    assert bounded(page) == (page, False)


@pytest.mark.parametrize(
    "row",
    [
        '<div class="post"><font size=2><b>unclosed<br><p>one<p>two<li>three</div>',
        "<script>var s = '<div><div><div>';</script><p>x",
        "<!-- <div><div> --><style>a > b { }</style><i>y</i>",
        "<ul><li>a<li>b</ul><table><tr><td>c<tr><td>d</table>",
        '<a title="a > b" href=x?a=b="c">it\'s</a> 3 < 4 <svg><title>Up</title><path d="M0 0"/></svg>',
        "<textarea><div><div></textarea><iframe><div></iframe><!--> <p>x</p> <!-- <div> --!>",
    ],
)
def test_a_long_page_as_people_write_it_stays_as_it_is(row: str) -> None:
    page = row * 2_000
    assert bounded(page) == (page, False)


def test_a_page_without_end_is_cut_and_told() -> None:
    posts = "".join(POST.format(10 + number % 50, f"post number {number}") for number in range(MOST_TAGS // 10))
    found = read_page(PAGE.format(posts).encode(), "http://x.example/t/1", "text/html", HOW)
    assert found.cut
    assert found.posts


# --- JSON


class Answers:
    """A door to the web behind which everything is the same page."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to close."""

    def get(self, url: str, **_: object) -> Page:
        return Page(url, 200, self.body, "application/json")


def test_json_that_is_none_is_an_error_of_the_source(shared: Path) -> None:
    files = sorted((shared / "corpora/json-suite/test_parsing").glob("n_*.json"))
    assert len(files) >= 187
    for path in files:
        bodies = [path.read_bytes(), b'{"topic_list": {"topics": [' + path.read_bytes() + b"]}}"]
        for body in bodies if bodies[0].strip() else bodies[:1]:
            fetcher = cast("Fetcher", Answers(body))
            source = Discourse(config("discourse", "http://x.example"), now=NOW, memory=Memory(), fetcher=fetcher)
            with pytest.raises(SourceBroken):
                list(source.batches())


# --- addresses

_ADDRESSES = """
http://x.example http://x.example/ HTTP://X.EXAMPLE/A?b=c http://x.example/?a=1&a=2 http://x.example/?a=&b http://x.example/?&&
http://x.example/t?sid=1&t=2 http://x.example/t?t=2&s=abc&start=25 http://x.example/%7Eu/%C3%A4?q=%20 http://x.example/ä?q=ö
http://x.example/a+b?c=d+e http://x.example/?q=%26%3D%23 http://x.example/a;b?c;d http://x.example/?utm_source=a&x=1#p5
http://x.example/?gclid=1 http://[::1]:80/a http://x.example:8080/ http://u:p@x.example/ http://x.example/a?b?c#d?e#f
http://x.example/a#?utm_source=b http://x.example/?q=a%2Bb%252B http://x.example/?%61=1 http://x.example//a/../b/./c
http://xn--bcher-kva.example/ http://bücher.example/ http://x.example/?q=\\ http://x.example/?=1 http://x.example/?a=1;b=2
http://[bad http://x.example/?a=%ZZ http://x.example/?a=%E4 http://x.example/?a=€&b=%80 //x.example/a /a/b?c ?d=1
showthread.php?t=5&page=2 mailto:a@b.example javascript:alert(1) data:text/html,x http: http:/// https://x.example?phpsessid=1
"""


@pytest.mark.parametrize("url", _ADDRESSES.split())
def test_the_plain_form_of_an_address_is_its_own_plain_form(url: str) -> None:
    base = "http://m.example/forum/index.php?sid=abc"
    for plain in (canonical, plain_link, lambda link: joined(base, link)):
        once = plain(url)
        assert plain(once) == once
    assert thread_key(canonical(url)) == thread_key(canonical(canonical(url)))


def test_addresses_in_the_saved_pages_have_one_plain_form(shared: Path) -> None:
    links = set[str]()
    for path in (shared / "fixtures/forum_html").glob("*.html"):
        text = path.read_bytes().decode("utf-8", "replace")
        links.update(piece.split('"', 1)[0] for piece in text.split('href="')[1:])
    assert len(links) > 3_000
    for link in links:
        once = joined("http://m.example/forum/", link)
        assert joined("http://m.example/forum/", once) == once
        assert plain_link(plain_link(link)) == plain_link(link)
