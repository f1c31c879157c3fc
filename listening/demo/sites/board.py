"""Cargo Talk Board: an older forum as phpBB's prosilver pages, with boards, lists and threads that go over pages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from html import escape

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from listening.demo.sites.words import page, paragraphs, split_quote
from listening.demo.world import Site, World, Written

BOARDS = ("The workshop", "Riding and carrying", "Everything else")
TOPICS_A_PAGE = 25
POSTS_A_PAGE = 10
SIGNATURES = ("", "", "", "Life is short, oil your chain.", "Heron since spring. Still has all ten fingers.")


def phpbb(site: Site, world: World, clock: Callable[[], datetime]) -> Starlette:
    """Return the forum as an app that shows what stands there at `clock()`."""
    forum = _Forum(site, world, clock)
    return Starlette(
        routes=[
            Route("/", forum.index),
            Route("/index.php", forum.index),
            Route("/viewforum.php", forum.board),
            Route("/viewtopic.php", forum.topic),
        ]
    )


class _Forum:
    def __init__(self, site: Site, world: World, clock: Callable[[], datetime]) -> None:
        self._site = site
        self._world = world
        self._clock = clock

    def _boards(self) -> dict[int, list[list[Written]]]:
        """Return the threads of each board that has any, newest activity first."""
        found: dict[int, list[list[Written]]] = {}
        for posts in self._world.threads(self._site.source, self._clock()):
            found.setdefault(_board(posts[0].thread), []).append(posts)
        return found

    async def index(self, _: Request) -> HTMLResponse:
        """The boards that have threads."""
        rows = "".join(
            f'<li class="row"><dl><dt><a href="./viewforum.php?f={number}" class="forumtitle">'
            f'{escape(BOARDS[number - 1])}</a></dt><dd class="topics">{len(threads)}</dd></dl></li>'
            for number, threads in sorted(self._boards().items())
        )
        return _html(self._site.name, f'<ul class="topiclist forums">{rows}</ul>')

    async def board(self, request: Request) -> HTMLResponse:
        """One board's threads, twenty-five a page."""
        number, start = _number(request, "f"), _number(request, "start")
        threads = self._boards().get(number)
        if not threads:
            raise HTTPException(404)
        rows = "".join(_row(number, posts) for posts in threads[start : start + TOPICS_A_PAGE])
        more = _pagination(f"./viewforum.php?f={number}", start + TOPICS_A_PAGE, len(threads))
        title = BOARDS[number - 1]
        return _html(
            f"{title} - {self._site.name}",
            f'<h2 class="forum-title">{escape(title)}</h2>{more}'
            f'<div class="forumbg"><ul class="topiclist topics">{rows}</ul></div>',
        )

    async def topic(self, request: Request) -> HTMLResponse:
        """One thread, ten posts a page."""
        key, start = f"t{_number(request, 't')}", _number(request, "start")
        board = _board(key)
        posts = next((found for found in self._boards().get(board, []) if found[0].thread == key), None)
        if posts is None:
            raise HTTPException(404)
        names = {post.id: post.author for post in posts}
        shown = "".join(_post(post, names) for post in posts[start : start + POSTS_A_PAGE])
        address = f"./viewtopic.php?f={board}&amp;t={key[1:]}"
        more = _pagination(address, start + POSTS_A_PAGE, len(posts))
        head = f'<h2 class="topic-title"><a href="{address}">{escape(posts[0].title)}</a></h2>'
        return _html(f"{posts[0].title} - {self._site.name}", f"{head}{more}{shown}{more}")


def _html(title: str, body: str) -> HTMLResponse:
    return HTMLResponse(page(title, f'<div id="wrap"><div id="page-body" role="main">{body}</div></div>'))


def _number(request: Request, name: str) -> int:
    shown = request.query_params.get(name, "0")
    if not shown.isdigit():
        raise HTTPException(404)
    return int(shown)


def _choice(text: str, among: int) -> int:
    return hashlib.blake2b(text.encode(), digest_size=4).digest()[0] % among


def _board(thread: str) -> int:
    return 1 + _choice(thread, len(BOARDS))


def _row(board: int, posts: list[Written]) -> str:
    opener, last = posts[0], posts[-1]
    return (
        f'<li class="row bg1"><dl class="row-item topic_read"><dt><div class="list-inner">'
        f'<a href="./viewtopic.php?f={board}&amp;t={opener.thread[1:]}" class="topictitle">'
        f"{escape(opener.title)}</a><br>"
        f'by <span class="username">{escape(opener.author)}</span></div></dt>'
        f'<dd class="posts">{len(posts) - 1} <dfn>Replies</dfn></dd>'
        f'<dd class="views">{opener.views} <dfn>Views</dfn></dd>'
        f'<dd class="lastpost"><span><dfn>Last post</dfn> by {escape(last.author)}<br>'
        f"{_time(last.at)}</span></dd></dl></li>"
    )


def _post(post: Written, names: dict[str, str]) -> str:
    quote, own = split_quote(post.text)
    signature = SIGNATURES[_choice(post.author, len(SIGNATURES))]
    answered = escape(names.get(post.reply_to or "", ""))
    cite = (
        f'<blockquote><div><cite>{answered} wrote: <a href="#p{post.reply_to}" data-post-id="{post.reply_to}">↑</a>'
        f"</cite>"
        f"{escape(quote)}</div></blockquote>"
        if quote
        else ""
    )
    signed = f'<div id="sig{post.id}" class="signature">{escape(signature)}</div>' if signature else ""
    name = escape(post.author)
    return (
        f'<div id="p{post.id}" class="post has-profile bg2"><div class="inner"><dl class="postprofile">'
        f'<dt><span class="username">{name}</span></dt></dl><div class="postbody"><div id="post_content{post.id}">'
        f'<p class="author">by <strong><span class="username">{name}</span></strong> » {_time(post.at)}</p>'
        f'<div class="content">{cite}{paragraphs(own)}</div>{signed}'
        f'<span class="likes-count">{post.likes}</span></div></div></div></div>'
    )


def _time(moment: datetime) -> str:
    return f'<time datetime="{moment.isoformat()}">{moment:%a %b %d, %Y %I:%M %p}</time>'


def _pagination(address: str, following: int, total: int) -> str:
    more = (
        f'<a class="arrow next" rel="next" href="{address}&amp;start={following}">Next</a>' if following < total else ""
    )
    return f'<div class="pagination">{total} posts {more}</div>'
