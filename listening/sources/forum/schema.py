"""Reads the posts that a page tells machines by schema.org: discussions, questions, comments, in either spelling."""

from __future__ import annotations

import html as markup
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from selectolax.lexbor import LexborNode

from listening.sources.forum.date_attributes import FindDate
from listening.sources.forum.posts import FoundPost, text_hash
from listening.sources.forum.selectors import all_of, number
from listening.sources.forum.urls import post_number
from listening.sources.forum.words import own_html

_POSTS = frozenset(("DiscussionForumPosting", "SocialMediaPosting", "Comment", "Question", "Answer", "UserComments"))
_OPENING = frozenset(("DiscussionForumPosting", "SocialMediaPosting", "Question"))
_BELOW = (
    "comment",
    "comments",
    "suggestedAnswer",
    "acceptedAnswer",
    "mainEntity",
    "hasPart",
    "@graph",
    "itemListElement",
    "item",
)
_WORDS = ("text", "articleBody", "commentText", "description")
_DATES = ("datePublished", "dateCreated", "commentTime", "uploadDate")
_DEEPEST = 12


def posts_by_json_ld(root: LexborNode | None, find: FindDate) -> list[FoundPost]:
    """Return the posts in the page's JSON-LD, in order, each once."""
    found: dict[str, FoundPost] = {}
    for script in all_of(root, "script[type='application/ld+json']"):
        try:
            told = json.loads(script.text() or "", strict=False)
        except (ValueError, RecursionError):
            continue
        for thing, above in _things(told, "", 0):
            if post := _from_json(thing, above, find):
                found.setdefault(post.id, post)
    return list(found.values())


def posts_by_microdata(root: LexborNode | None, find: FindDate) -> list[FoundPost]:
    """Return the posts in the page's microdata, in order, with their words as the page shows them."""
    items = [node for node in all_of(root, "[itemtype]") if _type_of(node) in _POSTS]
    ids = {node.mem_id for node in items}
    found = []
    for node in items:
        props = _props(node, ids)
        body = next((props[name] for name in _WORDS if name in props), None)
        if body is None:
            continue
        author = _person(props.get("author") or props.get("creator"))
        stamp = next((shown for name in _DATES if name in props and (shown := _shown(props[name]))), "")
        words = own_html(body) if body.inner_html else f"<div>{markup.escape(_shown(body))}</div>"
        link = _shown(props["url"]) if "url" in props else ""
        native = post_number(node.attributes.get("id") or "") or post_number(link)
        upvotes = next(
            (number(_shown(props[name])) for name in ("upvoteCount", "userInteractionCount") if name in props), 0
        )
        found.append(
            FoundPost(
                id=native or text_hash(author, words),
                author=author or None,
                created_at=_moment(stamp, find),
                date_from="microdata" if stamp else "none",
                html=words,
                likes=upvotes,
                url=link,
                anchor=node.attributes.get("id") or "",
                accepted="acceptedAnswer" in (node.attributes.get("itemprop") or ""),
            )
        )
    return found


def _things(told: object, above: str, depth: int) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield every post in a piece of JSON-LD, opening posts first, with the name of the one it stands under."""
    if depth > _DEEPEST:
        return
    if isinstance(told, list):
        for part in told:
            yield from _things(part, above, depth)
    elif isinstance(told, dict):
        kinds = told.get("@type")
        kinds = set(kinds if isinstance(kinds, list) else [kinds])
        name = above
        if kinds & _POSTS:
            yield told, above
            name = _native(told) or above
        for key in _BELOW:
            yield from _things(told.get(key), name, depth + 1)


def _from_json(thing: Mapping[str, Any], above: str, find: FindDate) -> FoundPost | None:
    words = next((str(thing[name]) for name in _WORDS if isinstance(thing.get(name), str) and thing[name].strip()), "")
    if not words:
        return None
    author = thing.get("author") or thing.get("creator")
    author = author[0] if isinstance(author, list) and author else author
    name = author.get("name") if isinstance(author, dict) else author
    name = " ".join(name.split()) if isinstance(name, str) else ""
    stamp = next((str(thing[key]) for key in _DATES if thing.get(key)), "")
    body = (
        words
        if re.search(r"<(?:p|br|div|a|b|i)\b", words)
        else markup.escape(markup.unescape(words)).replace("\n", "<br>")
    )
    native = _native(thing)
    return FoundPost(
        native or text_hash(name, words), name or None, _moment(stamp, find), "json-ld" if stamp else "none",
        f"<div>{body}</div>", likes=_upvotes(thing), reply_to=above or None, url=_url(thing),
    )  # fmt: skip


def _url(thing: Mapping[str, Any]) -> str:
    url = thing.get("url") or thing.get("@id") or ""
    return url if isinstance(url, str) and url.startswith(("http", "/")) else ""


def _native(thing: Mapping[str, Any]) -> str:
    kinds = thing.get("@type")
    if str(kinds) in _OPENING and "#" not in _url(thing):
        return ""  # the address of a thread numbers the thread
    return post_number(str(thing.get("identifier") or "")) or post_number(_url(thing))


def _upvotes(thing: Mapping[str, Any]) -> int:
    if isinstance(count := thing.get("upvoteCount"), int | str):
        return number(str(count))
    told = thing.get("interactionStatistic") or []
    for one in told if isinstance(told, list) else [told]:
        kind = one.get("interactionType") if isinstance(one, dict) else ""
        if "LikeAction" in str(kind):
            return number(str(one.get("userInteractionCount")))
    return 0


def _moment(stamp: str, find: FindDate) -> datetime | None:
    found = find(stamp) if stamp else None
    return found.moment if found else None


# --- microdata


def _type_of(node: LexborNode) -> str:
    return (node.attributes.get("itemtype") or "").split(" ")[0].rstrip("/").rsplit("/", 1)[-1]


def _props(item: LexborNode, items: set[int]) -> dict[str, LexborNode]:
    """Return the first element of each property of an item; what stands in an item inside it is that one's."""
    found: dict[str, LexborNode] = {}
    for node in item.css("[itemprop]"):
        above = node.parent if node.mem_id != item.mem_id else None
        while above is not None and above.mem_id != item.mem_id and not above.attributes.get("itemtype"):
            above = above.parent
        if above is None or above.mem_id != item.mem_id or node.mem_id in items:
            continue
        for name in (node.attributes.get("itemprop") or "").split():
            found.setdefault(name, node)
    return found


def _person(node: LexborNode | None) -> str:
    if node is None:
        return ""
    name = node.css_first("[itemprop=name]") if node.attributes.get("itemtype") else None
    return _shown(name or node)[:200]


def _shown(node: LexborNode) -> str:
    attributes = node.attributes
    raw = (
        attributes.get("content")
        or attributes.get("datetime")
        or (attributes.get("href") if node.tag in ("a", "link") and "url" in (attributes.get("itemprop") or "") else "")
    )
    return " ".join((raw or node.text(separator=" ") or "").split())
