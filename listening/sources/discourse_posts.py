"""Reads one post of Discourse's JSON: who, what, when, how liked, whether accepted, edited or taken back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from listening.errors import SourceBroken
from listening.sources.dates import read_moment
from listening.types import BodyFormat, Post, PostKind

LIKE = 2  # the id of "like" among Discourse's actions
WRITTEN = (1, 2)  # post types that people write; the others are "closed this topic" and whispers
NEEDED = ("cooked", "created_at")  # a forum whose posts lack these no longer speaks as we know it


def posts_in(stream: Mapping[str, Any], url: str) -> dict[int, dict[str, Any]]:
    """Return the posts of a stream by id. Raises SourceBroken where none has what every post had until now."""
    told = [post for post in stream.get("posts") or [] if isinstance(post, dict)]
    found = {number: post for post in told if (number := number_of(post.get("id")))}
    missing = [name for name in NEEDED if told and not any(name in post for post in told)]
    if missing or len(found) < len(told):
        lacks = " and ".join(missing) or "id"
        raise SourceBroken(f"{url}: the posts have no {lacks!r} any more", "Discourse has changed: tell us")
    return found


def post_of(
    post: Mapping[str, Any], topic: Mapping[str, Any], numbers: Mapping[int, str], *, source: str, base: str
) -> Post:
    """Return one post; `numbers` gives the ids of the thread's posts by their numbers."""
    number = number_of(post.get("post_number")) or 1
    opening = number == 1
    edited = read_moment(_text(post.get("updated_at"))) if number_of(post.get("version")) > 1 else None
    return Post(
        source=source,
        native_id=str(post["id"]),
        kind=PostKind.FORUM,
        body=_text(post.get("cooked")),
        format=BodyFormat.HTML,
        title=_text(topic.get("title")) if opening else "",
        author=_text(post.get("username")) or None,
        created_at=read_moment(_text(post.get("created_at"))),
        edited_at=edited,
        date_from="api",
        url=f"{base}/t/{topic.get('slug') or '-'}/{topic.get('id')}/{number}",
        thread=_text(topic.get("id")),
        reply_to=numbers.get(number_of(post.get("reply_to_post_number"))),
        likes=_likes(post),
        views=number_of(topic.get("views") if opening else post.get("reads")),
        accepted=_accepted(post, topic, number),
    )


def has_gone(post: Mapping[str, Any]) -> bool:
    """Return True where no person's words stand: deleted, hidden, taken back, or written by the program."""
    taken = post.get("hidden") or post.get("deleted_at") or post.get("user_deleted")
    return bool(taken) or (number_of(post.get("post_type")) or 1) not in WRITTEN


def number_of(value: object) -> int:
    """Return a whole number that may be told as text; 0 for anything else."""
    if isinstance(value, bool):
        return 0
    if isinstance(value, int | float):
        return int(value)
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else 0


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _likes(post: Mapping[str, Any]) -> int:
    actions = [a for a in post.get("actions_summary") or [] if isinstance(a, dict) and a.get("id") == LIKE]
    told = actions[0].get("count") if actions else 0
    return number_of(told) or number_of(post.get("like_count")) or number_of(post.get("reaction_users_count"))


def _accepted(post: Mapping[str, Any], topic: Mapping[str, Any], number: int) -> bool:
    """Return True for the answer that solved the thread: the post says so, or the thread names its number."""
    told = topic.get("accepted_answer")
    return post.get("accepted_answer") is True or (
        isinstance(told, dict) and number_of(told.get("post_number")) == number
    )
