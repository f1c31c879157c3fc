"""Spoke Yard: the riders' forum with the JSON that a Discourse serves, and plain pages for people who follow a link."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from listening.demo.sites.words import page, paragraphs, split_quote
from listening.demo.world import Site, World, Written

TOPICS_A_PAGE = 30
POSTS_A_CALL = 20
LIKE = 2


def discourse(site: Site, world: World, clock: Callable[[], datetime]) -> Starlette:
    """Return the forum as an app that shows what stands there at `clock()`."""
    forum = _Forum(site, world, clock)
    return Starlette(
        routes=[
            Route("/latest.json", forum.latest),
            Route("/t/{topic:int}.json", forum.topic),
            Route("/t/{topic:int}/posts.json", forum.posts),
            Route("/t/{slug}/{topic:int}", forum.read),
            Route("/t/{slug}/{topic:int}/{number:int}", forum.read),
            Route("/", forum.index),
        ]
    )


class _Forum:
    def __init__(self, site: Site, world: World, clock: Callable[[], datetime]) -> None:
        self._site = site
        self._world = world
        self._clock = clock

    def _threads(self) -> list[list[Written]]:
        return self._world.threads(self._site.source, self._clock())

    def _thread(self, request: Request) -> list[Written]:
        wanted = str(request.path_params["topic"])
        found = next((posts for posts in self._threads() if posts[0].thread == wanted), None)
        if found is None:
            raise HTTPException(404)
        return found

    async def latest(self, request: Request) -> JSONResponse:
        """The list of topics, thirty a page, newest activity first."""
        number = int(request.query_params.get("page", "0"))
        threads = self._threads()
        start = number * TOPICS_A_PAGE
        listing: dict[str, Any] = {"topics": [_summary(posts) for posts in threads[start : start + TOPICS_A_PAGE]]}
        if len(threads) > start + TOPICS_A_PAGE:
            listing["more_topics_url"] = f"/latest?no_definitions=true&page={number + 1}"
        return JSONResponse({"users": [], "topic_list": listing})

    async def topic(self, request: Request) -> JSONResponse:
        """One topic: its first twenty posts, and the ids of all."""
        posts = self._thread(request)
        stream = {"posts": _cooked(posts)[:POSTS_A_CALL], "stream": [int(post.id) for post in posts]}
        return JSONResponse({**_summary(posts), "post_stream": stream})

    async def posts(self, request: Request) -> JSONResponse:
        """The posts of a topic that were asked for by id."""
        posts = self._thread(request)
        wanted = set(request.query_params.getlist("post_ids[]"))
        chosen = [one for one in _cooked(posts) if str(one["id"]) in wanted]
        return JSONResponse({"post_stream": {"posts": chosen}, "id": int(posts[0].thread)})

    async def index(self, _: Request) -> HTMLResponse:
        """The list of topics for people."""
        rows = "".join(
            f'<li><a href="/t/{_slug(posts[0].title)}/{posts[0].thread}">{escape(posts[0].title)}</a></li>'
            for posts in self._threads()
        )
        return HTMLResponse(page(self._site.name, f"<h1>{escape(self._site.name)}</h1><ul>{rows}</ul>"))

    async def read(self, request: Request) -> HTMLResponse:
        """One topic for people; a post's number is its anchor."""
        posts = self._thread(request)
        shown = "".join(
            f'<article id="post_{one["post_number"]}"><h4>{escape(one["username"])} · {one["created_at"]}</h4>'
            f"{one['cooked']}</article>"
            for one in _cooked(posts)
        )
        return HTMLResponse(page(posts[0].title, f"<h1>{escape(posts[0].title)}</h1>{shown}"))


def _summary(posts: list[Written]) -> dict[str, Any]:
    opener = posts[0]
    return {
        "id": int(opener.thread),
        "title": opener.title,
        "slug": _slug(opener.title),
        "posts_count": len(posts),
        "views": opener.views,
        "created_at": _stamp(opener.at),
        "last_posted_at": _stamp(posts[-1].at),
        "bumped_at": _stamp(posts[-1].at),
        "pinned": False,
        "closed": False,
    }


def _cooked(posts: list[Written]) -> list[dict[str, Any]]:
    numbers = {post.id: place for place, post in enumerate(posts, start=1)}
    names = {post.id: post.author for post in posts}
    return [
        {
            "id": int(post.id),
            "topic_id": int(post.thread),
            "post_number": numbers[post.id],
            "post_type": 1,
            "username": post.author,
            "cooked": _cook(post, names.get(post.reply_to or "", ""), numbers.get(post.reply_to or "", 1)),
            "created_at": _stamp(post.at),
            "updated_at": _stamp(post.at),
            "version": 1,
            "reply_to_post_number": numbers.get(post.reply_to) if post.reply_to else None,
            "reads": 0,
            "actions_summary": [{"id": LIKE, "count": post.likes}] if post.likes else [],
        }
        for post in posts
    ]


def _cook(post: Written, quoted: str, number: int) -> str:
    quote, own = split_quote(post.text)
    if not quote:
        return paragraphs(own)
    return (
        f'<aside class="quote no-group" data-username="{escape(quoted)}" data-post="{number}" '
        f'data-topic="{post.thread}">'
        f'<div class="title">{escape(quoted)}:</div><blockquote><p>{escape(quote)}</p></blockquote></aside>'
        f"{paragraphs(own)}"
    )


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-") or "-"


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
