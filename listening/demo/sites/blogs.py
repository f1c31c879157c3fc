"""The two blogs: an index, articles with comments, and feeds. One feed holds whole articles, the other only teasers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from html import escape
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from listening.demo.sites.words import page, paragraphs, split_quote
from listening.demo.world import Site, World, Written

TEASER = 220  # characters of an article that the thrifty feed shows
RSS_NAMES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wfw="http://wellformedweb.org/CommentAPI/" '
    'xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
)


def atom_blog(site: Site, world: World, clock: Callable[[], datetime]) -> Starlette:
    """Return a blog whose Atom feed holds the whole articles."""
    return _Blog(site, world, clock, "atom").app()


def rss_blog(site: Site, world: World, clock: Callable[[], datetime]) -> Starlette:
    """Return a blog whose RSS feed holds only the first lines of each article."""
    return _Blog(site, world, clock, "rss").app()


class _Blog:
    def __init__(self, site: Site, world: World, clock: Callable[[], datetime], kind: str) -> None:
        self._site = site
        self._world = world
        self._clock = clock
        self._kind = kind

    def app(self) -> Starlette:
        """Return the routes of this blog."""
        return Starlette(
            routes=[
                Route("/", self.index),
                Route(f"/feed.{self._kind}", self.feed),
                Route("/articles/{number:int}", self.article),
                Route(f"/articles/{{number:int}}/comments.{self._kind}", self.comments),
            ]
        )

    def _articles(self) -> list[list[Written]]:
        """Return the articles with their comments, newest article first."""
        found = self._world.threads(self._site.source, self._clock())
        return sorted(found, key=lambda posts: posts[0].at, reverse=True)

    def _found(self, request: Request) -> list[Written]:
        wanted = request.path_params["number"]
        posts = next((found for found in self._articles() if _number(found[0]) == wanted), None)
        if posts is None:
            raise HTTPException(404)
        return posts

    async def index(self, _: Request) -> HTMLResponse:
        """The articles, newest first."""
        rows = "".join(
            f'<li><a href="/articles/{_number(posts[0])}">{escape(posts[0].title)}</a> ({len(posts) - 1} comments)</li>'
            for posts in self._articles()
        )
        feed = f'<link rel="alternate" type="application/{self._kind}+xml" href="/feed.{self._kind}">'
        return HTMLResponse(page(self._site.name, f"<h1>{escape(self._site.name)}</h1><ul>{rows}</ul>", feed))

    async def article(self, request: Request) -> HTMLResponse:
        """One article, with its comments below."""
        opener, *comments = self._found(request)
        below = "".join(
            f'<li class="comment" id="c-{_number(one)}"><cite>{escape(one.author)}</cite>{_html(one)}</li>'
            for one in comments
        )
        body = (
            f'<header><nav><a href="/">{escape(self._site.name)}</a></nav></header><main><article>'
            f'<h1 class="entry-title">{escape(opener.title)}</h1><p class="byline">{escape(opener.author)}, '
            f'<time datetime="{opener.at.isoformat()}">{opener.at:%d %B %Y}</time></p>'
            f'<div class="entry-content">{_html(opener)}</div></article></main>'
            f'<section id="comments" class="comments-area"><h2>Comments</h2>'
            f'<ol class="comment-list">{below}</ol></section>'
        )
        return HTMLResponse(page(opener.title, body))

    async def feed(self, request: Request) -> Response:
        """The articles, newest first."""
        base = _base(request)
        openers = [posts[0] for posts in self._articles()]
        if self._kind == "atom":
            return self._atom(request, self._site.name, [_atom_entry(one, base, opens=True) for one in openers])
        return self._rss(request, self._site.name, [_rss_item(one, base, opens=True) for one in openers])

    async def comments(self, request: Request) -> Response:
        """The comments of one article, newest first."""
        base = _base(request)
        opener, *comments = self._found(request)
        title = f"Comments on {opener.title}"
        newest = list(reversed(comments))
        if self._kind == "atom":
            return self._atom(request, title, [_atom_entry(one, base, opens=False) for one in newest])
        return self._rss(request, title, [_rss_item(one, base, opens=False) for one in newest])

    def _atom(self, request: Request, title: str, entries: list[str]) -> Response:
        body = (
            f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>{escape(title)}'
            f"</title><id>{_base(request)}{request.url.path}</id>{''.join(entries)}</feed>"
        )
        return _answer(request, body, "application/atom+xml")

    def _rss(self, request: Request, title: str, items: list[str]) -> Response:
        body = (
            f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {RSS_NAMES}><channel><title>{escape(title)}'
            f"</title><link>{_base(request)}/</link><description>{escape(title)}</description>{''.join(items)}"
            f"</channel></rss>"
        )
        return _answer(request, body, "application/rss+xml")


def _atom_entry(post: Written, base: str, *, opens: bool) -> str:
    link = _link(post, base)
    replies = (
        f'<link rel="replies" type="application/atom+xml" href="{base}/articles/{_number(post)}/comments.atom"/>'
        if opens
        else ""
    )
    moment = post.at.isoformat()
    return (
        f"<entry><id>{escape(post.id)}</id><title>{escape(post.title or f'Comment by {post.author}')}</title>"
        f'<link rel="alternate" type="text/html" href="{link}"/>{replies}'
        f"<author><name>{escape(post.author)}</name></author><published>{moment}</published><updated>{moment}</updated>"
        f'<content type="html">{escape(_html(post))}</content></entry>'
    )


def _rss_item(post: Written, base: str, *, opens: bool) -> str:
    link = _link(post, base)
    body = f"<p>{escape(_teaser(post.text))} Continue reading…</p>" if opens else _html(post)
    comments = f"<wfw:commentRss>{base}/articles/{_number(post)}/comments.rss</wfw:commentRss>" if opens else ""
    return (
        f"<item><title>{escape(post.title or f'By: {post.author}')}</title><link>{link}</link>"
        f'<guid isPermaLink="false">{escape(post.id)}</guid><dc:creator>{escape(post.author)}</dc:creator>'
        f"<pubDate>{format_datetime(post.at)}</pubDate><description>{escape(body)}</description>{comments}</item>"
    )


def _answer(request: Request, body: str, kind: str) -> Response:
    """Return a feed with its ETag, or 304 to who has it already."""
    tag = f'"{hashlib.blake2b(body.encode(), digest_size=8).hexdigest()}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, media_type=kind, headers={"ETag": tag})


def _teaser(text: str) -> str:
    return text[:TEASER].rsplit(" ", 1)[0].replace("\n", " ")


def _html(post: Written) -> str:
    quote, own = split_quote(post.text)
    return (f"<blockquote><p>{escape(quote)}</p></blockquote>" if quote else "") + paragraphs(own)


def _link(post: Written, base: str) -> str:
    number = post.thread.rpartition("-")[2]
    anchor = "" if post.id == post.thread else f"#c-{_number(post)}"
    return f"{base}/articles/{number}{anchor}"


def _number(post: Written) -> int:
    """Return the number that ends the post's id."""
    return int(post.id.rpartition("-")[2])


def _base(request: Request) -> str:
    parts = urlsplit(str(request.base_url))
    return f"{parts.scheme}://{parts.netloc}"
