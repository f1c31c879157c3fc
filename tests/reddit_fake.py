"""A Reddit of a few lines: trees with "more" and "continue this thread", searches, /api/info, feeds, and bad days."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import parse_qs

from sources_site import NOW, SECRETS, Call, Reply, config

from listening.sources import KINDS
from listening.types import Batch, Memory, SourceConfig

WIDE, DEEP, MANY, A_PAGE = 5, 3, 30, 100
TOKEN_DIES = Reply(status=401, headers={"WWW-Authenticate": 'Bearer realm="reddit", error="invalid_token"'})


def block(url: str, **options: Any) -> SourceConfig:  # noqa: ANN401 -- any option
    return config("reddit", "", base_url=url, **({} if "search" in options else {"subreddits": ("it",)}) | options)


def visit(conf: SourceConfig, waited: list[float], secrets: Mapping[str, str] = SECRETS) -> Iterator[Batch]:
    """One visit with waits that take no time."""
    return KINDS["reddit"](conf, now=NOW, memory=Memory(), secrets=secrets, sleep=waited.append).batches()


@dataclass
class FakeReddit:
    """`things` by fullname; `bad` replies are given first, `dead` tokens are refused, `private` places are 403."""

    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    bad: list[Reply] = field(default_factory=list)
    bad_tokens: list[Reply] = field(default_factory=list)
    private: set[str] = field(default_factory=set)
    tokens: int = 0
    asked: list[str] = field(default_factory=list)  # paths of the API, without tokens

    # --- what stands there

    def post(self, key: str, days: float = 1, text: str = "words", place: str = "it", **more: object) -> str:
        """A new submission, so many days old."""
        data = {"title": f"Title {key}", "selftext": text, "subreddit": place, "num_comments": 0, "author": f"a{key}"}
        return self._add("t3", key, NOW - timedelta(days=days), {**data, **more})

    def comment(self, key: str, below: str, at: datetime | None = None, text: str = "reply", **more: object) -> str:
        """A new comment below a fullname."""
        link = below if below.startswith("t3") else self.things[below]["link_id"]
        self.things[link]["num_comments"] += 1
        data = {"body": text, "link_id": link, "parent_id": below, "author": f"a{key}"}
        return self._add("t1", key, at or NOW - timedelta(hours=1), {**data, **more})

    def tree(self, key: str, size: int, days: float = 1) -> str:
        """A submission with so many comments at random places; every third chain grows deep."""
        chance = random.Random(size)  # noqa: S311 -- a tree, no secret
        link = self.post(key, days)
        names = [link]
        for number in range(size):
            below = names[-1] if number % 3 else chance.choice(names)
            names.append(self.comment(f"{key}c{number}", below, NOW - timedelta(days=days) + timedelta(seconds=number)))
        return link

    def delete(self, name: str) -> None:
        """Its author deletes it: the words and the name go, the place stays."""
        self.things[name] |= {"author": "[deleted]", "body" if name.startswith("t1") else "selftext": "[deleted]"}

    def _add(self, kind: str, key: str, at: datetime, data: dict[str, Any]) -> str:
        name = f"{kind}_{key}"
        link = data.get("link_id", name).removeprefix("t3_")
        path = f"/r/it/comments/{link}/_/" + ("" if kind == "t3" else f"{key}/")
        common = {"id": key, "name": name, "created_utc": at.timestamp(), "edited": False, "score": 5}
        self.things[name] = {**common, "permalink": path, **data}
        return name

    # --- the API

    def __call__(self, call: Call) -> Reply:
        if call.path == "/api/v1/access_token":
            self.tokens += 1
            if self.bad_tokens:
                return self.bad_tokens.pop(0)
            key = {"access_token": f"t{self.tokens}", "token_type": "bearer", "expires_in": 3600, "scope": "*"}
            return Reply(json.dumps(key), headers={"Connection": "close"})  # as PRAW asks
        self.asked.append(call.path)
        if self.bad:
            return self.bad.pop(0)
        if any(call.path.startswith(f"/r/{place}/") for place in self.private):
            return Reply(status=403)
        query = {name: values[0] for name, values in (call.query | parse_qs(call.body)).items()}
        return self._feed(call.path, query) if call.path.endswith(("/.rss", ".rss")) else self._answer(call.path, query)

    def _answer(self, path: str, query: dict[str, str]) -> Reply:  # noqa: PLR0911 -- one return a route
        steps = path.strip("/").split("/")
        match steps:
            case ["r", "all", "search"]:
                return self._listing(self._found(query["q"]), query)
            case ["r", place, "new"]:
                return self._listing(self._newest("t3", place), query)
            case ["r", place, "comments"]:
                return self._listing(self._newest("t1", place), query)
            case ["api", "info"]:
                asked = [name for name in query["id"].split(",") if name in self.things]
                return _json(_wrap([_thing(self.things[name]) for name in asked]))
            case ["api", "morechildren"]:
                things = self._behind(query["link_id"], query["children"].split(","))
                return _json({"json": {"errors": [], "data": {"things": things}}})
            case ["comments", key] if f"t3_{key}" in self.things:
                return _json([_wrap([_thing(self.things[f"t3_{key}"])]), _wrap(self._below(f"t3_{key}", 0))])
            case ["comments", key, _, below] if f"t1_{below}" in self.things:
                head = _thing(self.things[f"t1_{below}"], _wrap(self._below(f"t1_{below}", 0)))
                return _json([_wrap([_thing(self.things[f"t3_{key}"])]), _wrap([head])])
        return Reply(status=404)

    def _newest(self, kind: str, place: str) -> list[dict[str, Any]]:
        mine = [one for one in self.things.values() if one["name"].startswith(kind) and self._place(one) == place]
        return sorted(mine, key=lambda one: -one["created_utc"])

    def _found(self, words: str) -> list[dict[str, Any]]:
        posts = [one for one in self.things.values() if "title" in one and words in one["title"] + one["selftext"]]
        return sorted(posts, key=lambda one: -one["created_utc"])

    def _place(self, thing: dict[str, Any]) -> str:
        return str(self.things[thing.get("link_id", thing["name"])]["subreddit"])

    def _children(self, name: str) -> list[str]:
        return [one["id"] for one in self.things.values() if one.get("parent_id") == name]

    def _below(self, name: str, depth: int) -> list[dict[str, Any]]:
        keys = self._children(name)
        if depth >= DEEP and keys:
            return [_more(name, [])]
        shown = [_thing(self.things[f"t1_{key}"], _wrap(self._below(f"t1_{key}", depth + 1))) for key in keys[:WIDE]]
        return [*shown, _more(name, keys[WIDE:])] if keys[WIDE:] else shown

    def _behind(self, link: str, keys: list[str]) -> list[dict[str, Any]]:
        """The comments with these ids, flat; the replies to each behind another "more"."""
        things = []
        for key in [key for key in keys if f"t1_{key}" in self.things][:MANY]:
            things.append(_thing(self.things[f"t1_{key}"]))
            if replies := self._children(f"t1_{key}"):
                things.append(_more(f"t1_{key}", replies))
        return [*things, _more(link, keys[MANY:])] if keys[MANY:] else things

    def _listing(self, found: list[dict[str, Any]], query: dict[str, str]) -> Reply:
        names = [one["name"] for one in found]
        start = names.index(query["after"]) + 1 if query.get("after") in names else 0
        part = found[start : start + A_PAGE]
        after = part[-1]["name"] if part and start + A_PAGE < min(len(found), 1000) else None
        return _json(_wrap([_thing(one) for one in part], after))

    # --- the feeds

    def _feed(self, path: str, query: dict[str, str]) -> Reply:
        if (query.get("feed"), query.get("user")) != ("secrettoken", "ann"):
            return Reply(status=403)
        steps = path.strip("/").split("/")
        if steps[0] == "search.rss":
            found = self._found(query["q"])
        else:
            found = self._newest("t3" if steps[2] == "new" else "t1", steps[1])
        names = [one["name"] for one in found]
        start = names.index(query["after"]) + 1 if query.get("after") in names else 0
        entries = "".join(map(_entry, found[start : start + A_PAGE]))
        body = f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>{entries}</feed>'
        return Reply(body, headers={"Content-Type": "application/atom+xml"})


def _entry(one: dict[str, Any]) -> str:
    opener = "title" in one
    words = f'<div class="md"><p>{escape(one["selftext" if opener else "body"])}</p></div>'
    user = f'<a href="https://www.reddit.com/user/{one["author"]}"> /u/{one["author"]} </a>'
    tail = f" &#32; submitted by &#32; {user} <br/> <span><a href='x'>[link]</a></span>" if opener else ""
    title = one["title"] if opener else f"/u/{one['author']} on Title"
    at = datetime.fromtimestamp(one["created_utc"], UTC).isoformat()
    return (
        f"<entry><author><name>/u/{one['author']}</name></author><id>{one['name']}</id><title>{title}</title>"
        f'<link href="https://www.reddit.com{one["permalink"]}"/><updated>{at}</updated><published>{at}</published>'
        f'<content type="html">{escape(f"<!-- SC_OFF -->{words}<!-- SC_ON -->{tail}")}</content></entry>'
    )


def _thing(data: dict[str, Any], replies: object = "") -> dict[str, Any]:
    kind = data["name"][:2]
    return {"kind": kind, "data": data | ({"replies": replies} if kind == "t1" else {})}


def _more(above: str, keys: list[str]) -> dict[str, Any]:
    key = keys[0] if keys else "_"
    data = {"id": key, "name": f"t1_{key}", "count": len(keys), "parent_id": above, "children": keys}
    return {"kind": "more", "data": data}


def _wrap(children: list[dict[str, Any]], after: str | None = None) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"children": children, "after": after}}


def _json(what: object) -> Reply:
    return Reply(json.dumps(what), headers={"Content-Type": "application/json"})
