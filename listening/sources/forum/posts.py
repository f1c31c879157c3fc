"""Reads the posts of a thread's page by one look's selectors: who, when, what, in answer to whom. Pure."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from urllib.parse import urljoin

from selectolax.lexbor import LexborNode

from listening.sources.dates import find_date
from listening.sources.forum.names import plain_name
from listening.sources.forum.selectors import Ids, Selectors, all_of, first, number, places, shown_at, shown_on, value
from listening.sources.forum.survey import Survey
from listening.sources.forum.urls import answered_number, post_number
from listening.sources.forum.words import name_quoted, own_html

_OTHERS = re.compile(
    r"\W(?:and|und|et|y|e|en|och|og|i|и)\s(\d[\d.,]*)\s(?:others?|other people|more|weitere\w*|anderen?|autres?"
    r"|otros?|altr[ei])",
    re.IGNORECASE,
)
_LIKE_THIS = re.compile(r"\s(?:likes? this|like this post|gefällt d|aime|gusta|reacted to)", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r"\s?,\s?|\s(?:and|und|et|y|e|en|och|og|и)\s")
_MANY = 400  # posts on one page
_IN_A_POST = ("post_id", "author", "date", "body", "permalink", "likes", "accepted", "reply_to", "reply_name")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a forum's pages are read: looks to try in order, the shown dates' formats and zone, and tonight.

    `day_first` tells how 3/4/2026 is meant; None leaves it to the page. `in_thread` says that the page was reached as a
    thread's: then one post by itself counts, where nothing repeats.
    """

    looks: Sequence[Selectors]
    formats: Sequence[str]
    now: datetime
    zone: tzinfo = UTC
    day_first: bool | None = None
    engine: str = ""
    in_thread: bool = False


@dataclass(frozen=True, slots=True)
class FoundPost:
    """One post as a page shows it; `id` is the site's number, or a hash of the words where it shows none.

    `url` is the post's own address ("" where it shows none), `anchor` the place on its page.
    """

    id: str
    author: str | None
    created_at: datetime | None
    date_from: str
    html: str
    likes: int = 0
    reply_to: str | None = None
    url: str = ""
    anchor: str = ""
    accepted: bool = False


def post_nodes(root: LexborNode | None, look: Selectors) -> list[LexborNode]:
    """Return the elements of a page that this look takes for posts."""
    return [node for node in all_of(root, look.get("post", "")) if node.tag not in ("html", "body")][:_MANY]


def posts_by(nodes: Sequence[LexborNode], look: Selectors, how: Reading, base: str, survey: Survey) -> list[FoundPost]:
    """Return the posts that these elements hold, read by this look, in the page's order, each once."""
    ids = frozenset(node.mem_id for node in nodes)
    look = shown_on(survey.root, look, _IN_A_POST)
    found: list[FoundPost] = []
    names: list[str] = []
    numbers: dict[int, str] = {}
    for node in nodes:
        body = first(node, look.get("body", ""), ids - {node.mem_id})
        if body is None or not _has_anything(body):
            continue
        others = ids - {node.mem_id}
        post = _read(node, body, look, how, base=base, survey=survey, others=others)
        parent = _nested_in(node, ids)
        numbers[node.mem_id] = post.id
        answered = numbers.get(parent) if parent and not post.reply_to else None
        found.append(replace(post, reply_to=answered) if answered else post)
        names.append(name_quoted(value(node, look.get("reply_name", ""), others)))
    once, names_once = _once(found, names)
    return answers_by_name(_told_apart(once), names_once)


def answers_by_name(posts: Sequence[FoundPost], names: Sequence[str]) -> list[FoundPost]:
    """Fill `reply_to` from the name of whom a post quotes: the last post of that author above it."""
    last: dict[str, str] = {}
    told = []
    for post, name in zip(posts, names, strict=True):
        answered = None if post.reply_to else last.get(name)
        told.append(replace(post, reply_to=answered) if answered else post)
        last[(post.author or "").casefold()] = post.id
        last.pop("", None)
    return told


def text_hash(*parts: str) -> str:
    """Return a name for a post that shows no number: a hash of its author and words."""
    return "x" + hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


def _read(
    node: LexborNode, body: LexborNode, look: Selectors, how: Reading, *, base: str, survey: Survey, others: Ids
) -> FoundPost:
    moment, date_from = _date(node, look.get("date", ""), how, others)
    if moment is None and (near := survey.date_in(node, body, others)):
        moment, date_from = near
    author = plain_name(value(node, look.get("author", ""), others)) or survey.author_in(node, body, others)
    html = own_html(body, look.get("skip", ""))
    shown = [shown_at(*place) for place in places(node, look.get("post_id", ""), others)]
    native = next((told for each in shown if (told := post_number(each))), "")
    link = value(node, look.get("permalink", ""), others)
    reply = value(node, look.get("reply_to", ""), others)
    likes = [shown_at(*place) for place in places(node, look.get("likes", ""), others)]
    return FoundPost(
        id=native or text_hash(author, html),
        author=author[:200] or None,
        created_at=moment,
        date_from=date_from,
        html=html,
        likes=_likes(likes[0]) if likes else 0,
        reply_to=answered_number(reply) or None,
        url=permalink(base, link),
        anchor=node.attributes.get("id") or "",
        accepted=first(node, look.get("accepted", ""), others) is not None,
    )


def _date(node: LexborNode, selector: str, how: Reading, others: Ids) -> tuple[datetime | None, str]:
    """Return the first place that can be read as a date, and how it was found."""
    for element, attribute in places(node, selector, others):
        shown = shown_at(element, attribute)
        found = find_date(shown, how.formats, now=how.now, zone=how.zone, day_first=how.day_first) if shown else None
        if found:
            kind = "relative" if found.exact == "relative" else "attribute" if attribute else "text"
            return found.moment, kind
    return None, "none"


def _likes(shown: str) -> int:
    """Read "12", "+3", "Like (4)", or the names in "Ann, Bob and 5 others like this"."""
    if others := _OTHERS.search(shown):
        return number(others[1]) + len(_BETWEEN_NAMES.split(shown[: others.start()].strip(" ,")))
    if liked := _LIKE_THIS.search(shown):
        return len(_BETWEEN_NAMES.split(shown[: liked.start()].strip(" ,")))
    return number(shown)


def permalink(base: str, link: str) -> str:
    """Return the address that a link on a page opens; "" for one that opens none."""
    if not link or link.startswith(("javascript", "mailto")):
        return ""
    if link.startswith("#"):
        return base.partition("#")[0] + link  # as below, in a fraction of the time
    try:
        return urljoin(base, link)
    except ValueError:
        return ""


def _has_anything(body: LexborNode) -> bool:
    """Return False for the empty frames of advertisements and of templates."""
    texts = (node.text(deep=False) for node in body.traverse(include_text=True) if _is_shown_text(node))
    if any(words and not words.isspace() for words in texts):
        return True
    return body.css_first("img, video, audio, iframe, embed, object, blockquote, svg, picture") is not None


def _is_shown_text(node: LexborNode) -> bool:
    return node.tag == "-text" and (
        node.parent is None or node.parent.tag not in ("script", "style", "noscript", "template")
    )


def _nested_in(node: LexborNode, ids: Ids) -> int | None:
    """Return the post around this one, where comments stand inside what they answer."""
    above = node.parent
    while above is not None:
        if above.mem_id in ids:
            return above.mem_id
        above = above.parent
    return None


def _once(posts: Sequence[FoundPost], names: Sequence[str]) -> tuple[list[FoundPost], list[str]]:
    """Return the posts, each once though its page shows it twice, and of each whom it quotes."""
    unique: dict[tuple[str, str, str], tuple[FoundPost, str]] = {}
    for post, name in zip(posts, names, strict=True):
        unique.setdefault((post.id, post.html, post.author or ""), (post, name))
    return [post for post, _ in unique.values()], [name for _, name in unique.values()]


def _told_apart(posts: Sequence[FoundPost]) -> list[FoundPost]:
    """Give posts of one number names of their own."""
    often = Counter(post.id for post in posts)
    return [replace(post, id=text_hash(post.author or "", post.html)) if often[post.id] > 1 else post for post in posts]
