"""Reads HTML as a person does: blocks on lines of their own, links as their words, no quotes, code or pictures."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from listening.page_bounds import bounded

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

# What is not the writer's own: quotes of each forum engine, signatures, edit notes, code, pictures, machinery.
DROPPED = (
    "blockquote, .quote, .quotetitle, .quotecontent, .quoteheader, .quotefooter, .quote_container, .quoteContainer, "
    ".bbCodeQuote, .bbCodeBlock--quote, .bbcode_quote, .bbcode_container, .postquote, .bb-quote, aside.quote, "
    "aside.onebox, q.quote, pre, code, kbd, samp, .code, .codebox, .codeheader, .bbCodeCode, .bbCodeBlock--code, "
    ".signature, .post-signature, .signature_div, .signaturecontainer, .moderatorbar + .signature, .sigline, "
    ".lastedited, .postbit_lastedited, .message-lastEdit, .edited-by, .gmail_quote, .gmail_signature, "
    "script, style, noscript, template, iframe, object, embed, svg, math, canvas, img, picture, video, audio, "
    "button, select, textarea, input, head, title"
)
# Without any of these nothing is dropped; asking the parser for all of the above takes longer than the rest together.
_MAY_DROP = re.compile(
    r"<(?:blockquote|q|pre|code|kbd|samp|script|style|noscript|template|iframe|object|embed|svg|math|canvas|img"
    r"|picture|video|audio|button|select|textarea|input|head|title)\b",
    re.IGNORECASE,
)
# A post as most are: words and line breaks. Building a tree to walk over would cost more than all else here.
_SIMPLE = re.compile(r"<div>([^<&\r\0]*+(?:(?:<br ?/?>|&(?:amp|lt|gt|quot|nbsp);)[^<&\r\0]*+)*+)</div>")
_LINE_BREAK = re.compile(r"<br ?/?>")
_BLOCK_TAGS = (
    "address article aside body br caption center dd details dialog div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p section summary table tbody tfoot thead tr"
    " ul"
)
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_PARAGRAPHS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table"))
_INLINE = frozenset(("code", "kbd", "samp", "img", "span", "q", "svg", "button"))
_BREAK = "\u2028"  # a line break that HTML does not take for a space
_SPACES = re.compile(r"[\t\n\r\f][ \t\n\r\f]*| [ \t\n\r\f]+")  # all but a single space, which stays
_UNTIDY = ("\n", "  ", "\t", "\r", "\f")  # without any of these there is nothing to find for the above
_CELLS = frozenset(("td", "th"))


def words_of_html(source: str) -> str:
    """Return the words of an HTML fragment or page; line breaks come from blocks, never from the source."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 -- loaded when the first page is read

    if simple := _SIMPLE.fullmatch(source):
        return _lines(_LINE_BREAK.split(simple[1].encode("utf-8", "ignore").decode()))
    tree = LexborHTMLParser(bounded(source.encode("utf-8", "ignore").decode(), len(source))[0])
    if tree.body is None:
        return ""
    if "class" in source.lower() or _MAY_DROP.search(source):
        _drop(tree)
    return "".join(_walk(tree.body))


def _lines(parts: list[str]) -> str:
    """Return what `_walk` makes of one block that holds these texts and line breaks between them."""
    out: list[str] = []
    for at, part in enumerate(parts):
        out += ["\n"] if at else []
        words = _tidied(html.unescape(part) if "&" in part else part)
        if words and (words != " " or not _ended(out)):
            out.append(words)
    return "".join(out if _ended(out) else [*out, "\n"])


def _tidied(words: str) -> str:
    return _SPACES.sub(" ", words) if any(sign in words for sign in _UNTIDY) else words


def _drop(tree: object) -> None:
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 -- as above

    assert isinstance(tree, LexborHTMLParser)  # noqa: S101 -- for the type checker
    for node in tree.css(".smallfont"):  # vBulletin 3 marks its quotes by this word alone
        if node.parent is not None and node.text(strip=True) == "Quote:" and node.parent.tag == "div":
            node.parent.insert_before(_BREAK)
            node.parent.decompose()
    for tag in tree.css(DROPPED):
        if tag.tag != "body" and tag.parent is not None:
            tag.insert_before(" " if tag.tag in _INLINE else _BREAK)
            tag.decompose()


def _walk(root: LexborNode) -> list[str]:
    """Visit each node once, without recursion: pages nest deeper than Python's stack."""
    out: list[str] = []
    node: LexborNode | None = root
    while node is not None:
        _enter(node, out)
        if node.child is not None:
            node = node.child
            continue
        while node is not None and node.mem_id != root.mem_id and node.next is None:
            node = node.parent
            _leave(node, out)
        if node is None or node.mem_id == root.mem_id:
            break
        _leave(node, out)
        node = node.next
    return out


def _enter(node: LexborNode, out: list[str]) -> None:
    if node.tag == "-text":
        words = _tidied(node.text(deep=False) or "")
        if words != " " or not _ended(out):
            out.append(words)
    elif node.tag == "br":
        out.append("\n")
    else:
        _leave(node, out)


def _leave(node: LexborNode | None, out: list[str]) -> None:
    """End the line where a block begins or ends, once; a paragraph leaves an empty line."""
    tag = node.tag if node is not None else ""
    if tag in _PARAGRAPHS:
        out.append("\n\n")
    elif tag in _BLOCKS and tag != "br" and not _ended(out):
        out.append("\n")
    elif tag in _CELLS:
        out.append(" ")


def _ended(out: list[str]) -> bool:
    last = next((one for one in reversed(out[-3:]) if one != " "), "\n")
    return last.endswith("\n")
