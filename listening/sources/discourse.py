"""Discourse forums by their JSON: every thread with news, whole, with likes, views, answers and edits."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from listening.errors import SourceBroken
from listening.sources.cursor import read_from
from listening.sources.dates import read_moment
from listening.sources.feed_entries import what_came
from listening.sources.fetch import Fetcher
from listening.sources.options import WEB_OPTIONS, Option, Options
from listening.sources.threads import Part, Thread, ThreadReader
from listening.types import Batch, BodyFormat, Memory, Post, PostKind, SourceConfig

log = logging.getLogger(__name__)

POSTS_A_CALL = 20  # what Discourse itself asks for at once
LIKE = 2  # the id of "like" among Discourse's actions
WRITTEN = (1, 2)  # post types that people write; the others are "closed this topic" and whispers


class Discourse:
    """One Discourse forum, or one category of it."""

    OPTIONS: ClassVar[Mapping[str, Option]] = {
        **WEB_OPTIONS,
        "category": Option("", "Only this category: its path after /c/, such as support/5"),
        "max_pages": Option(2000, "The most pages of the list of threads to read in one night"),
    }

    def __init__(self, config: SourceConfig, *, now: datetime, memory: Memory, fetcher: Fetcher) -> None:
        self._config = config
        self._now = now
        self._fetcher = fetcher
        self._options = Options(config, self.OPTIONS)
        self._base = config.url.rstrip("/")
        self._reader = ThreadReader(memory.cursor, now=now)

    def batches(self) -> Iterator[Batch]:
        """Yield a batch for each twenty posts of each thread with news. Raises SourceError."""
        with self._fetcher:
            yield from self._reader.read(list(self._listed()), self._parts)

    # --- the list of threads

    def _listed(self) -> Iterator[Thread]:
        """Threads with activity since the last visit, newest first, as the forum lists them."""
        since = read_from(
            self._reader.until(""),
            now=self._now,
            overlap_days=self._options.number("overlap_days"),
            backlog_days=self._options.number("backlog_days"),
        )
        category = self._options.text("category").strip("/")
        path = f"/c/{category}/l/latest.json" if category else "/latest.json"
        for number in range(self._options.count("max_pages")):
            listing = _part(self._json(f"{self._base}{path}?no_definitions=true&page={number}"), "topic_list")
            topics = [topic for topic in listing.get("topics") or [] if isinstance(topic, dict) and topic.get("id")]
            recent = [(topic, _activity(topic)) for topic in topics]
            for topic, activity in recent:
                if activity is None or activity >= since:
                    yield Thread(str(topic["id"]), f"{self._base}/t/{topic['id']}.json", activity)
            # pinned threads stand first whatever their age: they say nothing about where the list has got to
            older = [activity and activity < since for topic, activity in recent if not _pinned(topic)]
            if not topics or not listing.get("more_topics_url") or (older and all(older)):
                return

    # --- one thread

    def _parts(self, thread: Thread, mark: str) -> Iterator[Part]:
        """Yield the thread's posts by twenty, going on after the post whose id is `mark`."""
        topic = self._json(thread.url)
        stream = _part(topic, "post_stream")
        first = [post for post in stream.get("posts") or [] if isinstance(post, dict)]
        ids = [int(number) for number in stream.get("stream") or [post["id"] for post in first]]
        have = {int(post["id"]): post for post in first}
        ids = ids[ids.index(int(mark)) + 1 :] if mark and int(mark) in ids else ids
        numbers = {post.get("post_number"): str(post["id"]) for post in first}
        chunks = [ids[start : start + POSTS_A_CALL] for start in range(0, len(ids), POSTS_A_CALL)] or [[]]
        for chunk in chunks:
            have |= self._more(thread.key, [number for number in chunk if number not in have])
            raw = [have.pop(number) for number in chunk if number in have]
            numbers |= {post.get("post_number"): str(post["id"]) for post in raw}
            posts = tuple(self._post(post, topic, numbers) for post in raw if _is_written(post))
            yield Part(posts, "" if chunk is chunks[-1] else str(chunk[-1]))

    def _more(self, topic: str, ids: list[int]) -> dict[int, dict[str, Any]]:
        """Return the posts with these ids, by id."""
        if not ids:
            return {}
        query = "&".join(f"post_ids[]={number}" for number in ids)
        stream = _part(self._json(f"{self._base}/t/{topic}/posts.json?{query}"), "post_stream")
        return {int(post["id"]): post for post in stream.get("posts") or []}

    def _post(self, post: dict[str, Any], topic: dict[str, Any], numbers: Mapping[Any, str]) -> Post:
        number = int(post.get("post_number") or 1)
        opening = number == 1
        edited = read_moment(post.get("updated_at")) if int(post.get("version") or 1) > 1 else None
        views = topic.get("views") if opening else post.get("reads")
        return Post(
            source=self._config.name,
            native_id=str(post["id"]),
            kind=PostKind.FORUM,
            body=str(post.get("cooked") or ""),
            format=BodyFormat.HTML,
            title=str(topic.get("title") or "") if opening else "",
            author=str(post.get("username") or "") or None,
            created_at=read_moment(post.get("created_at")),
            edited_at=edited,
            date_from="api",
            url=f"{self._base}/t/{topic.get('slug') or '-'}/{topic.get('id')}/{number}",
            thread=str(topic.get("id") or ""),
            reply_to=numbers.get(post.get("reply_to_post_number")),
            likes=_likes(post),
            views=int(views or 0),
        )

    def _json(self, url: str) -> dict[str, Any]:
        """Return the JSON object at an address. Raises SourceBroken saying what came instead."""
        page = self._fetcher.get(url, accept="application/json")
        try:
            found = json.loads(page.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise SourceBroken(
                f"{url} gave {what_came(page.body)} instead of Discourse's JSON", "check that it is a Discourse forum"
            )
        return found


def _part(found: dict[str, Any], name: str) -> dict[str, Any]:
    part = found.get(name)
    if not isinstance(part, dict):
        raise SourceBroken(
            f"the forum's JSON has no {name!r}", "check that the address is the root of a Discourse forum"
        )
    return part


def _activity(topic: Mapping[str, Any]) -> datetime | None:
    """Return the last sign of life: moderators can reset the bump, and last_posted_at can be null."""
    moments = (read_moment(topic.get(name)) for name in ("bumped_at", "last_posted_at", "created_at"))
    return max((moment for moment in moments if moment), default=None)


def _pinned(topic: Mapping[str, Any]) -> bool:
    return bool(topic.get("pinned") or topic.get("pinned_globally"))


def _is_written(post: Mapping[str, Any]) -> bool:
    """Return True where a person wrote it and it still stands."""
    gone = post.get("hidden") or post.get("deleted_at") or post.get("user_deleted")
    return not gone and int(post.get("post_type") or 1) in WRITTEN


def _likes(post: Mapping[str, Any]) -> int:
    actions = [a for a in post.get("actions_summary") or [] if isinstance(a, dict) and a.get("id") == LIKE]
    return int(actions[0].get("count") or 0) if actions else int(post.get("like_count") or 0)
