"""r/brindlewheel: the part of Reddit's API that a read-only client uses, with trees of replies and "more" behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from listening.demo.sites.words import page, paragraphs
from listening.demo.world import Site, World, Written

SUBREDDIT = "brindlewheel"
A_PAGE = 100
TREES_SHOWN = 5  # top-level comments before "load more"


def reddit(site: Site, world: World, clock: Callable[[], datetime]) -> Starlette:
    """Return the API as an app that shows what stands there at `clock()`."""
    api = _Api(site, world, clock)
    return Starlette(
        routes=[
            Route("/api/v1/access_token", api.token, methods=["POST"]),
            Route("/api/info", api.info),
            Route("/api/info/", api.info),
            Route("/api/morechildren", api.more, methods=["GET", "POST"]),
            Route("/api/morechildren/", api.more, methods=["GET", "POST"]),
            Route(f"/r/{SUBREDDIT}/new", api.new),
            Route(f"/r/{SUBREDDIT}/comments", api.latest_comments),
            Route(f"/r/{SUBREDDIT}/comments/", api.latest_comments),
            Route(f"/r/{SUBREDDIT}/comments/{{key}}/{{rest:path}}", api.read),
            Route("/comments/{key}", api.comments),
            Route("/comments/{key}/", api.comments),
            Route("/", api.index),
        ]
    )


class _Api:
    def __init__(self, site: Site, world: World, clock: Callable[[], datetime]) -> None:
        self._site = site
        self._world = world
        self._clock = clock

    def _threads(self) -> list[list[Written]]:
        """Return the submissions with their comments, newest submission first."""
        found = self._world.threads(self._site.source, self._clock())
        return sorted(found, key=lambda posts: posts[0].at, reverse=True)

    def _thread(self, fullname: str) -> list[Written]:
        found = next((posts for posts in self._threads() if posts[0].id == fullname), None)
        if found is None:
            raise HTTPException(404)
        return found

    async def token(self, _: Request) -> JSONResponse:
        """A key for everybody: this API guards nothing."""
        return JSONResponse({"access_token": "demo", "token_type": "bearer", "expires_in": 3600, "scope": "*"})

    async def new(self, request: Request) -> JSONResponse:
        """Submissions, newest first."""
        return _listing(request, [_submission(posts) for posts in self._threads()])

    async def latest_comments(self, request: Request) -> JSONResponse:
        """Comments of all submissions, newest first."""
        found = [post for post in self._world.visible(self._site.source, self._clock()) if post.id != post.thread]
        return _listing(request, [_comment(post) for post in reversed(found)])

    async def comments(self, request: Request) -> JSONResponse:
        """One submission with its comments as trees; those after the first few stand behind "more"."""
        posts = self._thread(f"t3_{request.path_params['key']}")
        top = [post for post in posts[1:] if post.reply_to == posts[0].id]
        shown = [_tree(post, posts) for post in top[:TREES_SHOWN]]
        hidden = [post.id.removeprefix("t1_") for post in top[TREES_SHOWN:]]
        if hidden:
            data = {"count": len(hidden), "name": f"t1_{hidden[0]}", "id": hidden[0], "parent_id": posts[0].id}
            shown.append({"kind": "more", "data": {**data, "depth": 0, "children": hidden}})
        return JSONResponse([_wrap([_submission(posts)]), _wrap(shown)])

    async def info(self, request: Request) -> JSONResponse:
        """The submissions and comments with these ids that stand there now."""
        wanted = set(request.query_params.get("id", "").split(","))
        found = [_submission(posts) for posts in self._threads() if posts[0].id in wanted]
        found += [_comment(one) for posts in self._threads() for one in posts[1:] if one.id in wanted]
        return JSONResponse(_wrap(found))

    async def more(self, request: Request) -> JSONResponse:
        """The comments that were asked for by id with all below them, as one flat list, parents first."""
        form = dict(parse_qsl(request.url.query if request.method == "GET" else (await request.body()).decode()))
        posts = self._thread(form.get("link_id", ""))
        wanted = {f"t1_{key}" for key in form.get("children", "").split(",")}
        things = []
        for post in posts[1:]:
            if post.id in wanted or post.reply_to in wanted:
                wanted.add(post.id)
                things.append(_comment(post))
        return JSONResponse({"json": {"errors": [], "data": {"things": things}}})

    async def index(self, _: Request) -> HTMLResponse:
        """The submissions, for people."""
        rows = "".join(
            f'<li><a href="{_permalink(posts[0])}">{escape(posts[0].title)}</a></li>' for posts in self._threads()
        )
        return HTMLResponse(page(self._site.name, f"<h1>{escape(self._site.name)}</h1><ul>{rows}</ul>"))

    async def read(self, request: Request) -> HTMLResponse:
        """One submission with its comments, for people."""
        posts = self._thread(f"t3_{request.path_params['key']}")
        shown = "".join(
            f'<article id="{post.id}"><h4>{escape(post.author)} · {post.at:%d %b %Y %H:%M}</h4>'
            f"{paragraphs(post.text)}</article>"
            for post in posts
        )
        return HTMLResponse(page(posts[0].title, f"<h1>{escape(posts[0].title)}</h1>{shown}"))


def _tree(post: Written, posts: list[Written]) -> dict[str, Any]:
    below = [_tree(one, posts) for one in posts if one.reply_to == post.id]
    made = _comment(post)
    made["data"]["replies"] = _wrap(below) if below else ""
    return made


def _submission(posts: list[Written]) -> dict[str, Any]:
    opener = posts[0]
    own = {"title": opener.title, "selftext": opener.text, "num_comments": len(posts) - 1, "is_self": True}
    return {"kind": "t3", "data": _common(opener) | own}


def _comment(post: Written) -> dict[str, Any]:
    own = {"body": post.text, "link_id": post.thread, "parent_id": post.reply_to or post.thread, "replies": ""}
    return {"kind": "t1", "data": _common(post) | own}


def _common(post: Written) -> dict[str, Any]:
    return {
        "id": post.id[3:],
        "name": post.id,
        "subreddit": SUBREDDIT,
        "author": post.author,
        "created_utc": post.at.timestamp(),
        "edited": False,
        "score": post.likes,
        "permalink": _permalink(post),
    }


def _permalink(post: Written) -> str:
    own = "" if post.id == post.thread else f"{post.id[3:]}/"
    return f"/r/{SUBREDDIT}/comments/{post.thread[3:]}/_/{own}"


def _wrap(children: list[dict[str, Any]], after: str | None = None) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"children": children, "after": after, "before": None}}


def _listing(request: Request, things: list[dict[str, Any]]) -> JSONResponse:
    """Return a page of a list: at most `limit` things that stand after the one called `after`."""
    names = [thing["data"]["name"] for thing in things]
    after = request.query_params.get("after", "")
    start = names.index(after) + 1 if after in names else 0
    size = min(A_PAGE, int(request.query_params.get("limit", "25")))
    chosen = things[start : start + size]
    following = chosen[-1]["data"]["name"] if chosen and start + size < len(things) else None
    return JSONResponse(_wrap(chosen, following))
