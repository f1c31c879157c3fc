"""Knows which fields the JSON of Discourse has, and of which type, so that a changed forum is told. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from listening.errors import SourceBroken
from listening.sources.dates import read_moment

CHANGED = "Discourse has changed: tell us; we read these posts again as soon as we understand them"
ENOUGH = 3  # posts of one visit, from which on a field that none of them has is missed
LIKE = 2  # the id of "like" among Discourse's actions
_PAGE = 30  # threads of a page of the list, where it does not say


def number_of(value: object) -> int:
    """Return a whole number that may be told as text; 0 for anything else."""
    if isinstance(value, bool):
        return 0
    if isinstance(value, int | float):
        return int(value)
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else 0


def likes_in(actions: object) -> object:
    """Return how many likes a post's actions tell, as told; None where nobody liked it."""
    told = [one for one in actions if isinstance(one, dict)] if isinstance(actions, list) else []
    return next((one.get("count") for one in told if number_of(one.get("id")) == LIKE), None)


def _is_number(value: object) -> bool:
    return number_of(value) > 0 or value in (0, "0")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_moment(value: object) -> bool:
    return isinstance(value, str | int) and read_moment(value) is not None


def _are_actions(value: object) -> bool:
    """Tell whether these are a post's actions; where nobody liked it, there may be none, or no count."""
    told = isinstance(value, list) and all(isinstance(one, dict) and number_of(one.get("id")) for one in value)
    return told and (likes_in(value) is None or _is_number(likes_in(value)))


Fits = Callable[[object], bool]
NEEDED: Mapping[str, Fits] = {
    "cooked": _is_text,
    "created_at": _is_moment,
    "username": _is_text,
    "post_number": _is_number,
}
ALWAYS: Mapping[str, Fits] = {  # what every post tells as well; it may be null where that says something
    "actions_summary": _are_actions,
    "post_type": _is_number,
    "reads": _is_number,
    "reply_to_post_number": lambda value: value is None or _is_number(value),
    "updated_at": _is_moment,
    "version": _is_number,
}


class Census:
    """Notes over one visit which fields the posts lack that every post of Discourse has, or have in another type."""

    def __init__(self) -> None:
        self._posts = 0
        self._had: set[str] = set()
        self._lost: set[str] = set()

    def count(self, posts: Sequence[Mapping[str, Any]], topic: Mapping[str, Any]) -> None:
        """Take these posts of a thread into account."""
        self._posts += len(posts)
        had = {name for post in posts for name in ALWAYS if name in post}
        self._had |= had
        self._lost |= {name for post in posts for name in had if name in post and not ALWAYS[name](post[name])}
        if len(posts) >= ENOUGH:
            self._lost |= ALWAYS.keys() - had
        if not _is_number(topic.get("views")):
            self._lost.add("views")

    def lacks(self) -> tuple[str, ...]:
        """Return a sentence that names the fields which have changed."""
        lost = self._lost | (ALWAYS.keys() - self._had) if self._posts >= ENOUGH else set()
        return (f"the forum's posts tell no {_named(sorted(lost))} any more -> {CHANGED}",) if lost else ()


def part_of(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return an object inside an object. Raises SourceBroken where it is none."""
    part = found.get(name)
    if not isinstance(part, dict):
        raise SourceBroken(
            f"the forum's JSON has no {name!r}", "check that the address is the root of a Discourse forum"
        )
    return part


def topics_in(listing: Mapping[str, Any], url: str) -> list[dict[str, Any]]:
    """Return the threads of a list. Raises SourceBroken where they are none."""
    told = [topic for topic in _list(listing, "topics", url) if isinstance(topic, dict)]
    topics = [topic for topic in told if number_of(topic.get("id"))]
    if told and not topics:
        raise SourceBroken(f"{url}: the threads have no 'id' any more", CHANGED)
    return topics


def goes_on(listing: Mapping[str, Any], topics: Sequence[object]) -> bool:
    """Tell whether a list of threads has another page: it says so, or this page is full."""
    return bool(listing.get("more_topics_url")) or len(topics) >= (number_of(listing.get("per_page")) or _PAGE)


def ids_in(topic: Mapping[str, Any], posts: Mapping[int, object], url: str) -> list[int]:
    """Return the ids of all posts of a thread, in order, each once. Raises SourceBroken where they are not told."""
    told = _list(part_of(topic, "post_stream"), "stream", url)
    ids = list(dict.fromkeys(number for each in told if (number := number_of(each))))
    if len(ids) < len(posts):
        raise SourceBroken(f"{url}: 'stream' names {len(ids)} of {len(posts)} posts", CHANGED)
    if posts and not _is_text(topic.get("title")):
        raise SourceBroken(f"{url}: the thread has no 'title' any more", CHANGED)
    return ids


def posts_in(stream: Mapping[str, Any], url: str) -> dict[int, dict[str, Any]]:
    """Return the posts of a stream by id. Raises SourceBroken where none has what every post had until now."""
    told = [post for post in _list(stream, "posts", url) if isinstance(post, dict)]
    found = {number: post for post in told if (number := number_of(post.get("id")))}
    written = [post for post in told if not has_gone(post)]
    missing = [name for name, fits in NEEDED.items() if written and not any(fits(post.get(name)) for post in written)]
    if len(found) < len(told):
        missing = ["id"]
    if missing:
        raise SourceBroken(f"{url}: the posts have no {_named(missing)} any more", CHANGED)
    return found


def has_gone(post: Mapping[str, Any]) -> bool:
    """Return True where no person's words stand: deleted, hidden, taken back, or written by the program."""
    taken = post.get("hidden") is True or _is_moment(post.get("deleted_at")) or post.get("user_deleted") is True
    return taken or (number_of(post.get("post_type")) or 1) not in (1, 2)  # 3 is "closed this topic", 4 a whisper


def _list(found: Mapping[str, Any], name: str, url: str) -> list[Any]:
    told = found.get(name)
    if not isinstance(told, list):
        raise SourceBroken(f"{url}: the forum's JSON has no {name!r} any more", CHANGED)
    return told


def _named(names: Sequence[str]) -> str:
    return " and ".join(map(repr, names))
