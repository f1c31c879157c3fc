"""Reads one post of Discourse's JSON: who, what, when, how liked, whether accepted, edited or taken back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from listening.sources.dates import read_moment
from listening.sources.discourse_shape import likes_in, number_of
from listening.types import BodyFormat, Post, PostKind


def post_of(
    post: Mapping[str, Any],
    topic: Mapping[str, Any],
    numbers: Mapping[int, str],
    *,
    source: str,
    base: str,
    thread: str,
) -> Post:
    """Return one post of a thread; `numbers` gives the ids of the thread's posts by their numbers."""
    number = number_of(post.get("post_number")) or 1
    opening = number == 1
    edited = _moment(post, "updated_at") if number_of(post.get("version")) > 1 else None
    return Post(
        source=source,
        native_id=str(post["id"]),
        kind=PostKind.FORUM,
        body=_text(post.get("cooked")),
        format=BodyFormat.HTML,
        title=_text(topic.get("title")) if opening else "",
        author=_text(post.get("username")) or None,
        created_at=_moment(post, "created_at"),
        edited_at=edited,
        date_from="api",
        url=f"{base}/t/{_text(topic.get('slug')) or '-'}/{thread}/{number}",
        thread=thread,
        reply_to=numbers.get(number_of(post.get("reply_to_post_number"))),
        likes=_likes(post),
        views=number_of(topic.get("views") if opening else post.get("reads")),
        accepted=_accepted(post, topic, number),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _moment(post: Mapping[str, Any], name: str) -> datetime | None:
    value = post.get(name)
    return read_moment(value) if isinstance(value, str | int) else None


def _likes(post: Mapping[str, Any]) -> int:
    told = likes_in(post.get("actions_summary"))
    return number_of(told) or number_of(post.get("like_count")) or number_of(post.get("reaction_users_count"))


def _accepted(post: Mapping[str, Any], topic: Mapping[str, Any], number: int) -> bool:
    """Return True for the answer that solved the thread: the post says so, or the thread names its number."""
    told = topic.get("accepted_answer")
    return post.get("accepted_answer") is True or (
        isinstance(told, dict) and number_of(told.get("post_number")) == number
    )
