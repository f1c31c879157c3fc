"""The link to a thread's next page, as programs and skins of many kinds and languages show it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from listening.sources.forum.pages import Reading, read_page

HOW = Reading((), (), datetime(2026, 7, 1, tzinfo=UTC))
POST = '<div class="post" id="p{0}"><b class="author">Ann</b> <time>2026-01-0{0} 10:00</time><p>Words of {0}</p></div>'
POSTS = "".join(POST.format(at) for at in range(1, 4))
FIRST, SECOND = "https://f.example/t/5-x?page=1", "https://f.example/t/5-x?page=2"
TO_SECOND = "/t/5-x?page=2"


def following(pager: str, url: str = FIRST) -> str:
    page = f"<html><body>{POSTS}{pager.replace('TWO', TO_SECOND)}</body></html>"
    return read_page(page.encode(), url, "text/html; charset=utf-8", HOW).next_page


@pytest.mark.parametrize(
    "pager",
    [
        '<nav aria-label="Pagination"><a href="TWO" aria-label="Next page"><svg></svg></a></nav>',
        '<nav class="pagination"><a href="TWO" aria-label="Go to next page"><i class="icon"></i></a></nav>',
        '<div class="pagination"><a class="page next" href="TWO"><i class="fa"></i></a></div>',
        '<ul class="pages"><li><a title="Nächste Seite" href="TWO">&gt;</a></li></ul>',
        '<div class="pagination"><span class="current">1</span> <a href="TWO">2</a> <a href="/t/5-x">3</a></div>',
        '<ul class="pagination"><li><a aria-current="page" href="/t/5-x?page=1">1</a></li><li><a href="TWO">2</a></ul>',
        '<ul class="pagination"><li class="active"><a href="#">1</a></li><li><a href="TWO">2</a></li></ul>',
        '<div class="pagenav"><table><tr><td>Page 1 of 3</td><td><b>1</b></td><td><a href="TWO">2</a></table></div>',
        '<div>Pages: <b>1</b> <a href="TWO">2</a> <a href="/t/5-x?page=3">3</a></div>',
        '<p><a href="TWO">Next page »</a></p>',
        '<div class="more"><a href="TWO">Load more comments</a></div>',
        '<div class="links"><a href="TWO">Older Comments</a></div>',
        '<div><a href="TWO">Weitere Beiträge laden</a></div>',
        '<nav class="pager"><a href="TWO">Next 25 posts</a></nav>',
        '<nav class="pager"><a href="TWO"><button>Next &gt;</button></a></nav>',
        '<div class="pagination"><a href="TWO">Page suivante</a></div>',
    ],
)
def test_the_next_page_is_found(pager: str) -> None:
    assert following(pager) == SECOND


@pytest.mark.parametrize(
    ("pager", "url"),
    [
        ('<div class="nav"><a href="/t/6-y" title="Next thread">Next</a></div>', FIRST),
        ('<div class="nav-next"><a href="/t/6-y">Next topic »</a></div>', FIRST),
        ('<nav><a class="next" href="/t/6-y"><i></i></a></nav>', FIRST),
        ('<div class="pagination"><a href="/t/5-x?page=1">1</a> <strong>2</strong></div>', SECOND),
        (
            '<p class="pages"><a href="/t/5-x"><span>1</span></a> <a href="TWO"><span>2</span></a> <b>3</b></p>',
            SECOND + "3",
        ),
        ('<div class="pagination"><a rel="prev" href="/t/5-x?page=1">Prev</a></div>', SECOND),
        ('<p><b>3</b> people like this, <a href="/t/7-z">4</a> do not</p>', FIRST),
    ],
)
def test_no_other_link_is_taken_for_it(pager: str, url: str) -> None:
    assert not following(pager, url)
