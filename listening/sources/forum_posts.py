"""Reads the posts of a thread's page by one look's selectors: who, when, what, in answer to whom. Pure."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.sources.dates import find_date
from listening.sources.forum_selectors import Ids, Selectors, all_of, first, number, places, shown_at, shown_on, value
from listening.sources.forum_survey import Survey
from listening.sources.forum_urls import answered_number, post_number

_QUOTES = (
    "blockquote, .quote, .quotetitle, .quotecontent, .quoteheader, .quotefooter, .quote_container, .quoteContainer, "
    ".bbCodeQuote, .bbCodeBlock--quote, .bbcode_quote, .bb-quote, .quotebox, .quoteBox, .quotetop, .quotemain, "
    "aside.quote, q.quote, .UserQuote, .js-quoteEmbed, .embedQuote, .ipsQuote, .ipsBlockquote, .mycode_quote, "
    "woltlab-quote, .quote-container, .quotehead, .quotebody, .QuoteText, .gmail_quote, .blockquote-box, "
    ".quoted-text, .quoted-switch, .quote-text, .quotedText, .quote-wrapper, .quoteblock, "
    ".ubbcode-block:has(.ubbcode-header)"
)
_SIGNATURES = (
    ".signature, .Signature, .signatur, .post-signature, .signature_div, .signaturecontainer, .sigline, .sig, "
    "[class*=tapatalkSign], .postsignature, .sig-content, .messageSignature, .message-signature, .user-signature, "
    ".UserSignature, .bbp-reply-signature, .b-signature, .post_sig, .gmail_signature, [id^=signature], [id^=sig_], "
    "[data-role=memberSignature], [component='post/signature']"
)
_EDITS = (
    ".lastedited, .postbit_lastedited, .message-lastEdit, .edited-by, .editNote, .editDate, .post_edit, .edited_post, "
    ".postedit, .post-edited, [id^=edited_by], [id^=edit]:has(em), .modified, [id^=modified_], .bbp-reply-revision-log"
)
_MACHINERY = "script, style, noscript, template, form, button, select, textarea, input"
_MARKED = re.compile(  # all but a few plain tags, attributes by which programs mark things, and ruled lines
    r"<(?!/?(?:a|b|br|i|em|strong|u|s|p|span|div|ul|ol|li|hr|font|small|del|sub|sup)[\s>])|\s(?:class|id|data-|component)"
    r"|_{8}|—{8}|[\r\0]"
)
_FRAMES = {
    "tr": ("<table><tr>", "</tr></table>"),
    "tbody": ("<table>", "</table>"),
    "table": ("<table>", "</table>"),
}
_RULED = re.compile(r"_{8}|—{8}|&mdash;|&#")
_RULED_OFF = 8  # underscores or dashes in a row end a text: what follows is the signature
_OTHERS = re.compile(
    r"\W(?:and|und|et|y|e|en|och|og|i|и)\s(\d[\d.,]*)\s(?:others?|other people|more|weitere\w*|anderen?|autres?"
    r"|otros?|altr[ei])",
    re.IGNORECASE,
)
_LIKE_THIS = re.compile(r"\s(?:likes? this|like this post|gefällt d|aime|gusta|reacted to)", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r"\s?,\s?|\s(?:and|und|et|y|e|en|och|og|и)\s")
_LEADS = ("zitat von ", "quote from ", "quote (", "originally posted by ", "originally posted by", "quote:")
_TAILS = (
    *(" wrote", " schrieb", " said", " a écrit", " escribió", " ha scritto", " написал", " on ", " dixit"),
    " hat geschrieben",
)
_MANY = 400  # posts on one page
_IN_A_POST = ("post_id", "author", "date", "body", "permalink", "likes", "accepted", "reply_to", "reply_name")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a forum's pages are read: looks to try in order, the shown dates' formats and zone, and tonight.

    `day_first` tells how 3/4/2026 is meant; None leaves it to the page.
    """

    looks: Sequence[Selectors]
    formats: Sequence[str]
    now: datetime
    zone: tzinfo = UTC
    day_first: bool | None = None
    engine: str = ""


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
        names.append(_name(value(node, look.get("reply_name", ""), others)))
    return answers_by_name(_told_apart(found), names)


def own_html(body: LexborNode, skip: str = "", others: Sequence[LexborNode] = ()) -> str:
    """Return what the author wrote as HTML: without quotes, signature, edit notes and the page's machinery.

    `others` are posts that stand in this one: they are no words of its author's.
    """
    inner = body.inner_html or ""
    for other in others:
        inner = inner.replace(other.html or "", "", 1)
    if not _MARKED.search(inner) and all(part.strip()[:1] in ("", ".", "#", "[") for part in skip.split(",")):
        return f"<div>{inner}</div>"  # nothing that could be unwanted: as it would come out below
    around, closing = _FRAMES.get(body.tag or "", ("", ""))  # rows and cells are lost outside their table
    tree = LexborHTMLParser(f"<div>{around}{inner}{closing}</div>")
    holder = tree.css_first("div")
    if holder is None:
        return ""
    for unwanted in all_of(holder, ", ".join(filter(None, (skip, _QUOTES, _SIGNATURES, _EDITS, _MACHINERY)))):
        if unwanted.mem_id != holder.mem_id and unwanted.parent is not None:
            unwanted.decompose()
    if _RULED.search(inner):
        _cut_ruled_off(holder)
    return holder.html or ""


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
    author = value(node, look.get("author", ""), others) or survey.author_in(node, body, others)
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
        url=_permalink(base, link),
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


def _permalink(base: str, link: str) -> str:
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


def _name(shown: str) -> str:
    """Return the name in "Ann wrote:" or "Zitat von Ann"."""
    words = shown.split(":", maxsplit=1)[0].casefold()
    if not words:
        return ""
    for lead in _LEADS:
        words = words.removeprefix(lead)
    for tail in _TAILS:
        words = words.split(tail)[0]
    return words.strip(" »«\"'@()").split(" @ ")[0].strip()


def _told_apart(posts: Sequence[FoundPost]) -> list[FoundPost]:
    """Give posts of one number names of their own, unless they are one post twice."""
    unique: dict[tuple[str, str, str], FoundPost] = {}
    for post in posts:
        unique.setdefault((post.id, post.html, post.author or ""), post)
    left = list(unique.values())
    often = Counter(post.id for post in left)
    return [replace(post, id=text_hash(post.author or "", post.html)) if often[post.id] > 1 else post for post in left]


def _cut_ruled_off(holder: LexborNode) -> None:
    """Drop what follows a line of underscores or dashes: the signature, in programs that mark it no better."""
    texts = [node for node in holder.traverse(include_text=True) if node.tag == "-text"]
    for at, node in enumerate(texts):
        line = (node.text(deep=False) or "").strip()
        if len(line) >= _RULED_OFF and set(line) in ({"_"}, {"—"}) and at > 0:
            for late in texts[at:]:
                late.decompose()
            return
