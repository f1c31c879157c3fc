"""A Discourse, a phpBB and a Reddit of a few lines, to be served by a `Site`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from sources_site import Call, Reply

# --- Discourse


def stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


@dataclass
class FakeDiscourse:
    """Topics as {id: [(post id, created, text)]}; lists thirty a page, newest activity first."""

    topics: dict[int, list[tuple[int, datetime, str]]]
    pinned: set[int] = field(default_factory=set)
    broken: set[int] = field(default_factory=set)

    def __call__(self, call: Call) -> Reply:
        if call.path == "/latest.json":
            return self._latest(int(call.query.get("page", ["0"])[0]))
        topic = int(call.path.split("/")[2].removesuffix(".json"))
        if topic in self.broken:
            return Reply(status=503)
        posts = self.topics[topic]
        if call.path.endswith("posts.json"):
            wanted = {int(number) for number in call.query["post_ids[]"]}
            return Reply(json.dumps({"post_stream": {"posts": [p for p in self._posts(posts) if p["id"] in wanted]}}))
        stream = {"posts": self._posts(posts)[:20], "stream": [number for number, _, _ in posts]}
        return Reply(
            json.dumps({"id": topic, "title": f"Topic {topic}", "slug": "s", "views": 70, "post_stream": stream})
        )

    def _latest(self, page: int) -> Reply:
        order = sorted(self.topics, key=lambda t: (t in self.pinned, self.topics[t][-1][1]), reverse=True)
        shown = [
            {"id": t, "bumped_at": stamp(self.topics[t][-1][1]), "last_posted_at": None, "pinned": t in self.pinned}
            for t in order[page * 30 : page * 30 + 30]
        ]
        more = {"more_topics_url": "/latest?page=1"} if len(order) > page * 30 + 30 else {}
        return Reply(json.dumps({"topic_list": {"topics": shown, **more}}))

    def _posts(self, posts: list[tuple[int, datetime, str]]) -> list[dict[str, Any]]:
        return [
            {
                "id": number,
                "post_number": place,
                "username": f"u{number}",
                "cooked": f"<p>{text}</p>",
                "created_at": stamp(created),
                "updated_at": stamp(created + timedelta(hours=1)),
                "version": 2 if text == "edited" else 1,
                "reply_to_post_number": place - 1 if place > 1 else None,
                "post_type": 3 if text == "closed" else 1,
                "hidden": text == "hidden",
                "actions_summary": [{"id": 2, "count": 4}],
                "reads": 9,
            }
            for place, (number, created, text) in enumerate(posts, start=1)
        ]


# --- phpBB


@dataclass
class FakeBoard:
    """A phpBB of one board: {topic id: [(post id, created, author, text)]}, three posts and two topics a page."""

    topics: dict[int, list[tuple[int, datetime, str, str]]]

    def __call__(self, call: Call) -> Reply:
        start = int(call.query.get("start", ["0"])[0])
        html = self._list(start) if call.path == "/viewforum.php" else self._topic(int(call.query["t"][0]), start)
        return Reply(
            f"<html><head><title>Board</title></head><body>{html}</body></html>", headers={"Content-Type": "text/html"}
        )

    def _list(self, start: int) -> str:
        order = sorted(self.topics, key=lambda t: self.topics[t][-1][1], reverse=True)
        rows = "".join(
            f"<li class='row'><dl><dt><a class='topictitle' href='./viewtopic.php?f=1&amp;t={t}&amp;sid=abc'>Topic {t}"
            f"</a></dt><dd class='views'>1,234 views</dd><dd class='lastpost'>"
            f"by x <time datetime='{self.topics[t][-1][1].isoformat()}'>"
            f"then</time></dd></dl></li>"
            for t in order[start : start + 2]
        )
        more = (
            f"<a rel='next' href='./viewforum.php?f=1&amp;start={start + 2}'>Next</a>" if len(order) > start + 2 else ""
        )
        return f"<ul class='topiclist topics'>{rows}</ul><div class='pagination'>{more}</div>"

    def _topic(self, topic: int, start: int) -> str:
        posts = self.topics[topic]
        shown = "".join(
            f"<div id='p{number}' class='post bg1'><div class='postbody'><p class='author'>"
            f"by <a class='username'>{author}"
            f"</a> » {created:%a %b %d, %Y %I:%M %p}</p><div class='content'>{text}"
            f"<div class='signature'>sig</div></div></div></div>"
            for number, created, author, text in posts[start : start + 3]
        )
        more = (
            f"<a rel='next' href='./viewtopic.php?f=1&amp;t={topic}&amp;start={start + 3}'>Next</a>"
            if len(posts) > start + 3
            else ""
        )
        return f"<h2 class='topic-title'>Topic {topic}</h2>{shown}<div class='pagination'>{more}</div>"


# --- Reddit


@dataclass
class FakeReddit:
    """One subreddit: {submission id: (created, text, [(comment id, created, text)])}.

    The last comment hides behind "more".
    """

    things: dict[str, tuple[datetime, str, list[tuple[str, datetime, str]]]]
    fail: list[Reply] = field(default_factory=list)

    def __call__(self, call: Call) -> Reply:  # noqa: PLR0911 -- one return a route
        if call.path == "/api/v1/access_token":
            return self._json({"access_token": "t", "token_type": "bearer", "expires_in": 3600, "scope": "*"})
        if self.fail:
            return self.fail.pop(0)
        if call.path == "/r/gone/new":
            return Reply(status=404)
        if call.path.endswith("/new"):
            return self._listing([self._submission(i) for i in self._newest()] if "after" not in call.query else [])
        if call.path.startswith("/r/"):
            late = sorted((c for i in self.things for c in self._comments(i)), key=lambda c: -c["data"]["created_utc"])
            return self._listing(late if "after" not in call.query else [])
        if call.path.startswith("/api/morechildren"):
            link = parse_qs(call.body)["link_id"][0].removeprefix("t3_")
            return self._json({"json": {"errors": [], "data": {"things": self._comments(link)[-1:]}}})
        key = call.path.split("/")[2]
        comments = self._comments(key)
        more = {
            "kind": "more",
            "data": {"id": "m", "name": "t1_m", "count": 1, "parent_id": f"t3_{key}", "children": ["last"]},
        }
        shown = [*comments[:-1], more] if len(comments) > 1 else comments
        both = [
            {"kind": "Listing", "data": {"children": part, "after": None}} for part in ([self._submission(key)], shown)
        ]
        return self._json(both)

    def _newest(self) -> list[str]:
        return sorted(self.things, key=lambda i: self.things[i][0], reverse=True)

    def _submission(self, key: str) -> dict[str, Any]:
        created, text, comments = self.things[key]
        data = {
            "id": key,
            "title": f"Title {key}",
            "selftext": text,
            "num_comments": len(comments),
            "permalink": f"/r/it/comments/{key}/",
        }
        return {"kind": "t3", "data": data | self._common(key, "t3", created)}

    def _comments(self, link: str) -> list[dict[str, Any]]:
        return [
            {
                "kind": "t1",
                "data": {
                    "id": key,
                    "body": text,
                    "link_id": f"t3_{link}",
                    "parent_id": f"t3_{link}",
                    "replies": "",
                    "permalink": f"/r/it/comments/{link}/_/{key}/",
                }
                | self._common(key, "t1", created),
            }
            for key, created, text in self.things[link][2]
        ]

    def _common(self, key: str, kind: str, created: datetime) -> dict[str, Any]:
        return {
            "name": f"{kind}_{key}",
            "author": f"a{key}",
            "created_utc": created.timestamp(),
            "edited": False,
            "score": 5,
        }

    def _listing(self, children: list[dict[str, Any]]) -> Reply:
        return self._json({"kind": "Listing", "data": {"children": children, "after": None}})

    def _json(self, what: object) -> Reply:
        return Reply(json.dumps(what), headers={"Content-Type": "application/json"})
