"""Discourse forums by their JSON: every thread with news, whole, with likes, views, answers, edits and deletions."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from listening.errors import SettingsError, SourceBroken
from listening.sources.cursor import read_from
from listening.sources.dates import read_moment
from listening.sources.discourse_posts import post_of
from listening.sources.discourse_shape import (
    Census,
    goes_on,
    has_gone,
    ids_in,
    number_of,
    part_of,
    posts_in,
    topics_in,
)
from listening.sources.feed_entries import what_came
from listening.sources.fetch import Fetcher
from listening.sources.options import WEB_OPTIONS, Option, Options
from listening.sources.pages import wall_before
from listening.sources.threads import Part, Thread, ThreadReader
from listening.types import Batch, Memory, SourceConfig, Standing

log = logging.getLogger(__name__)

POSTS_A_CALL = 20  # what Discourse itself asks for at once


def key_name(source: str) -> str:
    """Return the name of the environment variable that holds a source's API key."""
    return "LISTENING_SOURCE_KEY_" + re.sub(r"\W", "_", source).upper()


class Discourse:
    """One Discourse forum, or one category of it; with its API key also what only members see."""

    OPTIONS: ClassVar[Mapping[str, Option]] = {
        **WEB_OPTIONS,
        "category": Option("", "Only this category: its path after /c/, such as support/5"),
        "max_pages": Option(2000, "The most pages of the list of threads to read in one night"),
        "recheck": Option(
            10, "Threads without news to look at again each night, quoted ones and others, for edits and deletions"
        ),
        "api_username": Option(
            "", "Whose name goes with the key in LISTENING_SOURCE_KEY_<NAME>; without it, it is a user API key"
        ),
    }

    def __init__(self, config: SourceConfig, *, now: datetime, memory: Memory, fetcher: Fetcher, key: str = "") -> None:
        self._config = config
        self._now = now
        self._memory = memory
        self._fetcher = fetcher
        self._options = Options(config, self.OPTIONS)
        self._base = config.url.rstrip("/")
        self._troubles: list[str] = []
        self._census = Census()
        self._secret = self._headers(key)
        self._reader = ThreadReader(memory.cursor, now=now, sure=True)

    def _headers(self, key: str) -> dict[str, str]:
        """Return the headers that carry the key. Raises SettingsError where it would travel for all to read."""
        if not key:
            return {}
        parts = urlsplit(self._base)
        if parts.scheme != "https" and parts.hostname not in self._config.allow_hosts:
            raise SettingsError(
                f"[sources.{self._config.name}] url: a key is set, and {self._base} is not encrypted", "write https://"
            )
        name = self._options.text("api_username")
        return {"Api-Key": key, "Api-Username": name} if name else {"User-Api-Key": key}

    def batches(self) -> Iterator[Batch]:
        """Yield a batch for each twenty posts of each thread with news. Raises SourceError."""
        with self._fetcher:
            listed = [*self._listed(), *self._quiet()]
            yield from self._reader.read(listed, self._parts, self._troubles)
            if lacks := self._census.lacks():
                yield self._reader.batch(warnings=lacks)

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
        count, seen = self._options.count("max_pages"), set[object]()
        for number in range(count):
            listing = part_of(self._json(f"{self._base}{path}?no_definitions=true&page={number}"), "topic_list")
            topics = topics_in(listing, f"{self._base}{path}")
            recent = [(topic, _activity(topic)) for topic in topics]
            for topic, activity in recent:
                if activity is None or activity >= since:
                    yield Thread(str(topic["id"]), f"{self._base}/t/{topic['id']}.json", activity)
            # pinned threads stand first whatever their age: they say nothing about where the list has got to
            older = [activity and activity < since for topic, activity in recent if not _pinned(topic)]
            fresh = {topic["id"] for topic in topics} - seen
            if not fresh or not goes_on(listing, topics) or (older and all(older)):
                return
            seen |= fresh
        self._troubles.append(f"the list of threads is longer than {count} pages -> raise max_pages of this source")

    def _quiet(self) -> Iterator[Thread]:
        """Some threads that we keep posts of, whether or not they moved: each has its turn."""
        count = self._options.count("recheck")
        for name, keys in (("quoted", self._memory.quoted), ("threads", self._memory.threads)):
            for key in self._reader.turn(name, [key for key in keys if key.isdigit()], count):
                yield Thread(key, f"{self._base}/t/{key}.json", None, again=name)

    # --- one thread

    def _parts(self, thread: Thread, mark: str) -> Iterator[Part]:
        """Yield the thread's posts by twenty, going on after the post whose id is `mark`.

        The last part tells which posts stand: all in the thread's stream, without those that are gone.
        """
        topic = self._json(thread.url)
        have = posts_in(part_of(topic, "post_stream"), thread.url)
        ids = ids_in(topic, have, thread.url)
        left = ids[ids.index(int(mark)) + 1 :] if mark and number_of(mark) in ids else ids
        # where no post was ever taken out, the place in the stream is the post's number
        whole = number_of(topic.get("highest_post_number")) == len(ids)
        numbers = dict(enumerate(map(str, ids), start=1)) if whole else _numbers(have)
        chunks = [left[start : start + POSTS_A_CALL] for start in range(0, len(left), POSTS_A_CALL)] or [[]]
        gone: set[str] = set()
        for chunk in chunks:
            have |= self._more(thread.key, [number for number in chunk if number not in have])
            numbers |= _numbers({number: have[number] for number in chunk if number in have})
            lost = {str(number) for number in chunk if number not in have or has_gone(have[number])}
            gone |= lost
            stand = [have[number] for number in chunk if str(number) not in lost]
            self._census.count(stand, topic)
            whence = {"source": self._config.name, "base": self._base, "thread": thread.key}
            posts = tuple(post_of(post, topic, numbers, **whence) for post in stand)
            for number in chunk:
                have.pop(number, None)
            last = chunk is chunks[-1]
            standing = Standing(thread.key, frozenset(map(str, ids)) - gone) if last else None
            yield Part(posts, "" if last else str(chunk[-1]), gone=tuple(sorted(lost)), standing=standing)

    def _more(self, topic: str, ids: list[int]) -> dict[int, dict[str, Any]]:
        """Return the posts with these ids, by id."""
        if not ids:
            return {}
        query = "&".join(f"post_ids[]={number}" for number in ids)
        url = f"{self._base}/t/{topic}/posts.json?{query}"
        found = posts_in(part_of(self._json(url), "post_stream"), url)
        if len(found) < len(ids) / 2:  # a few may have been deleted just now; this is something else
            raise SourceBroken(f"{url} gave {len(found)} of {len(ids)} posts", "we try again next night")
        return found

    def _json(self, url: str) -> dict[str, Any]:
        """Return the JSON object at an address. Raises SourceError naming what came instead."""
        page = self._fetcher.get(url, accept="application/json", secret=self._secret)
        try:
            found = json.loads(page.body, parse_constant=_no_number)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            return found
        if wall := wall_before(page.body, url):
            raise wall
        raise SourceBroken(
            f"{url} gave {what_came(page.body)} instead of Discourse's JSON", "check that it is a Discourse forum"
        )


def _no_number(said: str) -> float:
    raise ValueError(f"{said} is no JSON")


def _activity(topic: Mapping[str, Any]) -> datetime | None:
    """Return the last sign of life: moderators can reset the bump, and last_posted_at can be null."""
    told = (topic.get(name) for name in ("bumped_at", "last_posted_at", "created_at"))
    moments = (read_moment(value) for value in told if isinstance(value, str | int))
    return max((moment for moment in moments if moment), default=None)


def _pinned(topic: Mapping[str, Any]) -> bool:
    return bool(topic.get("pinned") or topic.get("pinned_globally"))


def _numbers(posts: Mapping[int, Mapping[str, Any]]) -> dict[int, str]:
    """Return the ids of posts by their numbers in the thread."""
    return {number_of(post.get("post_number")): str(number) for number, post in posts.items()}
