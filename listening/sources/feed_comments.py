"""Finds the comments below an article, whatever the blog runs on: who wrote what, when, and to whom."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.sources.dates import find_moment, read_moment
from listening.sources.feed_charset import decode

_NUMBERED = re.compile(
    r"(?:(?:li|div|article|post|blog|entry|wp|view)[-_])?(?:comments?|cmt|c|kommentar)(?:[-_](?:body|id|content|item))?"
    r"[-_]?(\d{1,20})",
    re.IGNORECASE,
)
_MARKED = (
    "[itemtype$='/Comment'], [itemtype$='/UserComments'], [itemtype$='/Answer'], .h-cite.p-comment, .h-cite.u-comment"
)
_CLASSED = (
    "li.comment, div.comment, article.comment, .comment-item, .comment-block, .comment-wrapper, .commentlist > li"
)
_BODY = (
    "[itemprop=text], [itemprop=commentText], [itemprop=description]",
    ".comment-content, .comment__content, .comment-text, .comment__text, .commenttext, .comment_text, .comment-copy",
    ".field-name-comment-body, .field-comment-body, .field--name-comment-body, .e-content",
    "[class*=comment-content], [class*=comment-text], [class*=comment-message], [class*=comment_content]",
    "[class*=comment-body], [class*=commentbody], [class*=comment__body], [class*=comment_body]",
    ".content, .text, .message, .body, blockquote",
)
_AUTHOR = (
    "[itemprop=author] [itemprop=name], [itemprop=creator] [itemprop=name]",
    ".comment-author .fn, .fn, .p-author .p-name, .p-author",
    "[itemprop=author], [itemprop=creator], [rel=author]",
    ".comment-author-link, [class*=author-link], [class*=author-name], [class*=author_name], [class*=authorname]",
    "cite.user, .username, .user-name, .comment-author-name, .comment-user, .comment_author, .comment__author",
    ".comment-author, .commentauthor, [class*=comment-author], .author, .user, .name, .vcard, cite",
)
_DATE = (
    "time[datetime], [itemprop=dateCreated], [itemprop=datePublished], [itemprop=commentTime], .dt-published",
    "abbr[title], [class*=timestamp], .comment-date, .comment__date, .comment-time, .datetime, [class*=comment-date]",
    ".comment-metadata, .comment-meta, .commentmetadata, [class*=comment-meta], .date, .time, .submitted",
)
_NOT_BODY = (
    "script, style, form, button, nav, footer, header, small, li > cite, .reply, .comment-reply-link, .says, .vcard,"
    " .links, [class*=avatar], .comment-author, .comment-meta, .comment-metadata, .commentmetadata, .comment-actions,"
    " .comment-footer, .comment-awaiting-moderation, [class*=comment-author], [class*=comment-meta]"
)
_SAYS = re.compile(
    r"^(?:posted |comment )?by:?\s+|\s*(?:says|said|schreibt|sagt|meint|dit|dice|wrote)\s*(?:\.{3}|…|:)?\s*$|:\s*$",
    re.IGNORECASE,
)
_SAYS_BETWEEN = re.compile(r"(</cite>)\s*(?:says|said|schreibt|sagt|dit|dice)\s*(?:\.{3}|…|:)", re.IGNORECASE)
_AMONG = re.compile(
    r"comments|comment-?(?:list|area|section|thread|wrap)|kommentare|commentaires|responses", re.IGNORECASE
)
_LONGEST_NAME = 100
_MOST = 2_000  # comments of one page
_DEEPEST = 60  # elements between a comment and the one around it


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment of a page. `id` is its number there, or ""; `parent` that of the one it answers; the body is HTML."""

    id: str
    parent: str
    author: str
    created_at: datetime | None
    body: str


def read_comments(body: bytes, content_type: str, *, now: datetime) -> tuple[Comment, ...]:
    """Return the comments that a page shows, in its order; empty where there are none or none can be told apart."""
    text = decode(body, content_type)
    for places in (_numbered, _marked, _classed):
        tree = LexborHTMLParser(text)  # a fresh one, because reading takes comments out of it
        found = _read(places(tree)[:_MOST], now)
        if 2 * sum(bool(each.author or each.created_at) for each in found) > len(found):
            return found
    return tuple(_declared(LexborHTMLParser(text), now))


# --- where the comments are


def _numbered(tree: LexborHTMLParser) -> list[tuple[str, LexborNode]]:
    """Return the elements with a comment's number: the outermost of each; beside an empty anchor, its neighbour."""
    nodes: dict[str, LexborNode] = {}
    for node in tree.css("[id]"):
        match = _NUMBERED.fullmatch(node.attributes.get("id") or "")
        if match and match[1] not in nodes and (place := _place(node)) is not None:
            nodes[match[1]] = place
    return list(nodes.items())


def _place(node: LexborNode) -> LexborNode | None:
    """Return the element that holds the comment which this element names."""
    if _text(node):
        return node
    following = node.next
    while following is not None and following.tag in ("-text", "a", "-comment"):
        following = following.next
    return following if following is not None and _text(following) else None


def _marked(tree: LexborHTMLParser) -> list[tuple[str, LexborNode]]:
    return [(_number(node), node) for node in tree.css(_MARKED)]


def _classed(tree: LexborHTMLParser) -> list[tuple[str, LexborNode]]:
    return [(_number(node), node) for node in tree.css(_CLASSED) if _is_among_comments(node)]


def _is_among_comments(node: LexborNode) -> bool:
    """Tell whether the place around an element is called one of comments; an opinion page is called a comment too."""
    around = node.parent
    for _ in range(_DEEPEST):
        if around is None:
            return False
        if _AMONG.search(f"{around.attributes.get('id') or ''} {around.attributes.get('class') or ''}"):
            return True
        around = around.parent
    return False


def _number(node: LexborNode) -> str:
    """Return the number in an element's id, "" where there is none."""
    said = node.attributes.get("id") or node.attributes.get("data-comment-id") or ""
    found = re.search(r"(\d{1,20})$", said)
    return found[1] if found else ""


# --- what each says


def _read(places: Sequence[tuple[str, LexborNode]], now: datetime) -> tuple[Comment, ...]:
    """Return the comments in these elements. The innermost are read first and taken out of those around them."""
    numbers = {node.mem_id: number for number, node in places}
    parents = [_parent(node, numbers) for _, node in places]
    found = []
    for (number, node), parent in zip(reversed(places), reversed(parents), strict=True):
        copy = LexborHTMLParser(node.html or "")
        node.decompose()
        author, moment = _author(copy), _date(copy, now)
        if words := _body(copy):
            found.append(Comment(number, parent, author, moment, words))
    return tuple(reversed(found))


def _parent(node: LexborNode, numbers: dict[int, str]) -> str:
    """Return the number of the comment around this one."""
    around = node.parent
    for _ in range(_DEEPEST):
        if around is None:
            return ""
        if around.mem_id in numbers:
            return numbers[around.mem_id]
        around = around.parent
    return ""


def _author(copy: LexborHTMLParser) -> str:
    for selectors in _AUTHOR:
        for node in copy.css(selectors):
            said = node.attributes.get("content") if node.tag == "meta" else _text(node)
            name = _SAYS.sub("", " ".join((said or "").split())).strip()
            if 0 < len(name) <= _LONGEST_NAME:
                return name
    return ""


def _date(copy: LexborHTMLParser, now: datetime) -> datetime | None:
    for selectors in _DATE:
        for node in copy.css(selectors):
            held = (node.attributes.get(name) for name in ("datetime", "content", "title"))
            for said in (*held, _text(node)):
                if said and (moment := read_moment(said) or find_moment(said, now=now)):
                    return moment
    return None


def _body(copy: LexborHTMLParser) -> str:
    """Return what was said as HTML, "" where nothing was."""
    for selectors in _BODY:
        for node in copy.css(selectors):
            if words := _without_frame(node.html or ""):
                return words
    return _without_frame(copy.body.inner_html or "" if copy.body else "")


def _without_frame(html: str) -> str:
    """Return the HTML without name, date and buttons; "" where no words are left."""
    part = LexborHTMLParser(_SAYS_BETWEEN.sub(r"\1", html))
    for node in part.css(_NOT_BODY):
        node.decompose()
    return (part.body.inner_html or "").strip() if part.body is not None and _text(part.body) else ""


def _text(node: LexborNode) -> str:
    return (node.text(deep=True) or "").strip()


# --- what the page declares for machines


def _declared(tree: LexborHTMLParser, now: datetime) -> Iterator[Comment]:
    """Yield the comments that a page's JSON-LD lists below its article."""
    for node in tree.css("script[type='application/ld+json']"):
        try:
            yield from _listed(json.loads(node.text(deep=True) or ""), now, 0)
        except (ValueError, RecursionError):
            continue


def _listed(thing: Any, now: datetime, depth: int) -> Iterator[Comment]:  # noqa: ANN401 -- any JSON
    if depth > _DEEPEST:
        return
    if isinstance(thing, list):
        for one in thing:
            yield from _listed(one, now, depth + 1)
    elif isinstance(thing, dict):
        if thing.get("@type") == "Comment" and isinstance(thing.get("text"), str):
            yield _from_json(thing, now)
        for name in ("@graph", "comment", "mainEntity", "hasPart"):
            yield from _listed(thing.get(name), now, depth + 1)


def _from_json(thing: dict[str, Any], now: datetime) -> Comment:
    author = thing.get("author")
    first = author[0] if isinstance(author, list) and author else author
    name = first.get("name") if isinstance(first, dict) else first
    address = str(thing.get("@id") or thing.get("url") or "")
    said = str(thing.get("dateCreated") or thing.get("datePublished") or "")
    number = re.search(r"(\d{1,20})$", address)
    moment = read_moment(said) or (find_moment(said, now=now) if said else None)
    return Comment(number[1] if number else "", "", name if isinstance(name, str) else "", moment, thing["text"])
