"""Keeps what the author of a post wrote on a page: no quotes with who is quoted, no signature, no edit notes."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.sources.forum.selectors import all_of, shown_at

_QUOTES = (
    "blockquote, .quote, .quotetitle, .quotecontent, .quoteheader, .quotefooter, .quote_container, .quoteContainer, "
    ".bbCodeQuote, .bbCodeBlock--quote, .bbcode_quote, .bb-quote, .quotebox, .quoteBox, .quotetop, .quotemain, "
    "aside.quote, q.quote, .UserQuote, .js-quoteEmbed, .embedQuote, .ipsQuote, .ipsBlockquote, .mycode_quote, "
    "woltlab-quote, .quote-container, .quotehead, .quotebody, .QuoteText, .gmail_quote, .blockquote-box, "
    ".quoted-text, .quoted-switch, .quote-text, .quotedText, .quote-wrapper, .quoteblock, "
    ".ubbcode-block:has(.ubbcode-header), "
    ".cytat, .zitat, .citat, .citation, .cita, .citazione, .citacao, .citaat"
)
_SIGNATURES = (
    ".signature, .Signature, .signatur, .post-signature, .signature_div, .signaturecontainer, .sigline, .sig, "
    "[class*=tapatalkSign], .postsignature, .sig-content, .messageSignature, .message-signature, .user-signature, "
    "[class$=sig], [class$=Sig], .UserSignature, .bbp-reply-signature, .b-signature, .post_sig, .gmail_signature, "
    "[id^=signature], [id^=sig_], "
    "[data-role=memberSignature], [component='post/signature'], .podpis, .unterschrift"
)
_EDITS = (
    ".lastedited, .edited, .editedby, .postbit_lastedited, .message-lastEdit, .edited-by, .editNote, .editDate, "
    ".post_edit, .edited_post, "
    ".postedit, .post-edited, [id^=edited_by], [id^=edit]:has(em), .modified, [id^=modified_], "
    ".bbp-reply-revision-log, [data-excludequote], .spoiler_header, .spoiler-header, .ipsSpoiler_header, "
    ".bbc_spoiler > summary"
)
_MACHINERY = "script, style, noscript, template, form, button, select, textarea, input"
_MARKED = (  # all but a few plain tags, attributes by which programs mark things: apart, each is found much faster
    re.compile(r"<(?!/?(?:a|b|br|i|em|strong|u|s|p|span|div|ul|ol|li|hr|font|small|del|sub|sup)[\s>])"),
    re.compile(r"\s(?:class|id|data-|component)"),
)
_MARKS = ("_" * 8, "—" * 8, "-" * 20, "\r", "\0")  # ruled lines, and what a parser puts something else in place of
_FRAMES = {
    "pre": ("<pre>", "</pre>"),
    "tr": ("<table><tr>", "</tr></table>"),
    "tbody": ("<table>", "</table>"),
    "table": ("<table>", "</table>"),
}
_RULED = re.compile(r"_{8}|—{8}|-{20}|&mdash;|&#")
_RULE = re.compile(r"_{8,}|—{8,}|-{20,}")  # ends a text: what follows is the signature
_LEADS = ("zitat von ", "quote from ", "quote (", "originally posted by ", "originally posted by", "quote:")
_TAILS = (
    *(" wrote", " schrieb", " said", " a écrit", " escribió", " ha scritto", " написал", " on ", " dixit"),
    *(" hat geschrieben", " pisze", " napisał", " napsal", " пишет", " писал", " escreveu", " schreef", " skrev"),
    *(" kirjoitti", " さんが", " 氏は"),
)
_WROTE = (
    r"(?:wrote|writes|said|says|posted|schrieb|hat geschrieben|a [ée]crit|escribi[óo]|ha scritto|escreveu|schreef|skrev"
    r"|pisze|napsal\(?a?\)?|kirjoitti|пишет|писал\(?\u0430?\)?|napisał\(?a?\)?|написал\(?\u0430?\)?)"
)
_ATTRIBUTION = re.compile(  # the line over a quote
    rf"(?:^|\W){_WROTE}\b.{{0,48}}$|^(?:quot(?:e|ing)|zitat|citation|cita)\b.{{0,60}}:?$"
    r"|^originally posted|^original von\b|^-{3,}\s?[^\W\d_][^-\n]{5,40}-{3,}$"
    r"|^\(?(?:in reply|reply|replying|in response|antwort|en r[ée]ponse|en respuesta) (?:to|auf|[àa])\b.{0,60}$",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_ATTRIBUTION = 120  # characters
_PLAIN_SHARE = 0.9  # of a post's words: where a pre holds more, the post is a mail, and no code
_SHORT_LINE = 50  # characters of a line that its author ended; longer ones were wrapped
_OF_SOMEBODY = re.compile(
    rf"^(?:(?:on|am|le|el|il)\s[^\n]{{6,60}}?(?:,|\d)\s+)?(?:@?(?P<name>[^\n:,<>]{{1,40}}?)\s*(?:<[^>]*>\s*)?"
    rf"(?:{_WROTE}\b|:\s*$)|(?:quote from|quoting|zitat von|originally posted by:?|original von|posted by:?|by"
    r"|\(?(?:in reply|reply(?:ing)?) to)\s+"
    r"@?(?P<other>[^\n:]{1,40}?)(?:\s+(?:from|in) (?:comment|#).*)?\s*:?\)?$)",
    re.IGNORECASE,
)
_MAIL_HEAD = 12  # lines of a mail in which it says whom it answers
_NO_QUOTE = frozenset(("a", "button", "i", "img", "input", "svg", "form", "li", "ul"))
_NAMED_BY = "cite, legend, b, strong, a, [class*=author], [class*=user], [class*=header], [class*=title]"


def own_html(body: LexborNode, skip: str = "", others: Sequence[LexborNode] = ()) -> str:
    """Return what the author wrote as HTML: without quotes, signature, edit notes and the page's machinery.

    `others` are posts that stand in this one: they are no words of its author's.
    """
    inner = body.inner_html or ""
    for other in others:
        inner = inner.replace(other.html or "", "", 1)
    if (
        body.tag != "pre"
        and not _is_marked(inner)
        and all(part.strip()[:1] in ("", ".", "#", "[") for part in skip.split(","))
    ):
        return f"<div>{inner}</div>"  # nothing that could be unwanted: as it would come out below
    around, closing = _FRAMES.get(body.tag or "", ("", ""))  # rows and cells are lost outside their table
    tree = LexborHTMLParser(f"<div>{around}{inner}{closing}</div>")
    holder = tree.css_first("div")
    if holder is None:
        return ""
    if "<pre" in inner or around == "<pre>":
        _drop(holder, skip)
        _as_prose(holder)
    for quote in all_of(holder, "blockquote, .quote, .citation, .quoted"):
        _drop_attribution(quote)
    _drop(holder, ", ".join(filter(None, (skip, _QUOTES, _SIGNATURES, _EDITS, _MACHINERY))))
    if _RULED.search(inner):
        _cut_ruled_off(holder)
    return holder.html or ""


def _drop(holder: LexborNode, selector: str) -> None:
    for unwanted in all_of(holder, selector):
        if unwanted.mem_id != holder.mem_id and unwanted.parent is not None:
            unwanted.decompose()


def _is_marked(inner: str) -> bool:
    return any(mark in inner for mark in _MARKS) or any(mark.search(inner) for mark in _MARKED)


def quoted_names(node: LexborNode, others: Sequence[LexborNode] = ()) -> list[str]:
    """Return, case folded, who may be named by the quotes in a post, surest first; `others` are posts inside it."""
    inside = {one.mem_id for other in others for one in other.css("*")} if others else set()
    sure, possible = list[str](), list[str]()
    for quote in node.css(f"{_QUOTES}, [class*=quot], [class*=citation], [class*=zitat]"):
        if quote.mem_id in inside or quote.mem_id == node.mem_id or quote.tag in _NO_QUOTE:
            continue
        before = _text_before(quote)
        said = [before] if before and _ATTRIBUTION.search(before) else []
        marked = [shown_at(one, "") for one in quote.css(_NAMED_BY)[:3]]
        sure += [_somebody(line) for line in (*said, *marked, shown_at(quote, "")[:80])]
        possible += [name_quoted(line) for line in marked if len(line) <= _SHORT_LINE]
    mails = (line.strip() for pre in node.css("pre") for line in (pre.text() or "").split("\n")[:_MAIL_HEAD])
    sure += [_somebody(line) for line in mails if _ATTRIBUTION.search(line)]
    return [name for name in (*sure, *possible) if name]


def _somebody(line: str) -> str:
    found = _OF_SOMEBODY.search(line)
    return name_quoted(found["name"] or found["other"] or "") if found else ""


def name_quoted(shown: str) -> str:
    """Return the name in "Ann wrote:" or "Zitat von Ann"."""
    words = shown.split(":", maxsplit=1)[0].casefold()
    if not words:
        return ""
    for lead in _LEADS:
        words = words.removeprefix(lead)
    for tail in _TAILS:
        words = words.split(tail)[0]
    return words.strip(" »«\"'@()").split(" @ ")[0].strip()


def _cut_ruled_off(holder: LexborNode) -> None:
    """Drop what follows a line of underscores or dashes: the signature, in programs that mark it no better."""
    texts = [node for node in holder.traverse(include_text=True) if node.tag == "-text"]
    for at, node in enumerate(texts):
        line = (node.text(deep=False) or "").strip()
        if at > 0 and _RULE.fullmatch(line):
            for late in texts[at:]:
                late.decompose()
            return


def _drop_attribution(quote: LexborNode) -> None:
    """Take away the line "Somebody wrote:" that stands over a quote."""
    shown = _text_before(quote)
    if shown and len(shown) <= _LONGEST_ATTRIBUTION and _ATTRIBUTION.search(shown):
        before = _before(quote)
        if before is not None:
            before.decompose()


def _text_before(quote: LexborNode) -> str:
    """Return the words of what stands just before a quote."""
    before = _before(quote)
    if before is None:
        return ""
    shown = (before.text(deep=False) if before.tag == "-text" else before.text(separator=" ")) or ""
    return " ".join(shown[-2 * _LONGEST_ATTRIBUTION :].split())


def _before(quote: LexborNode) -> LexborNode | None:
    """Return what stands just before a quote, or before the box that begins with it."""
    around = quote.parent
    if around is not None and "quot" in (around.attributes.get("class") or "").casefold():
        first = next(iter(around.iter()), None)
        quote = around if first is not None and first.mem_id == quote.mem_id else quote
    before = quote.prev
    while before is not None and (before.tag == "br" or (before.tag == "-text" and before.is_empty_text_node)):
        before = before.prev
    return before if before is not None and before.tag not in ("-comment", "blockquote") else None


def _as_prose(holder: LexborNode) -> None:
    """Turn a mail's preformatted text into lines without what it quotes; code stays code."""
    all_words = len((holder.text() or "").split())
    for node in all_of(holder, "pre"):
        told = node.text() or ""
        if (
            "\n" not in told and node.css_first("p, br, div") is not None
        ):  # no mail, but a text of lines in their own elements
            node.replace_with(LexborHTMLParser(f"<div>{node.inner_html}</div>").css_first("div") or "")
        elif node.css_first("code") is None and len(told.split()) >= _PLAIN_SHARE * all_words:
            node.replace_with(LexborHTMLParser(f"<div>{'<br>'.join(_mail_lines(told))}</div>").css_first("div") or "")


def _mail_lines(told: str) -> list[str]:
    """Return the lines that a mail's author wrote and ended; what a mail program wrapped is put together."""
    lines: list[str] = []
    open_line = False
    for raw in told.replace("\r", "").split("\n"):
        line = raw.strip()
        if raw.rstrip() == "--" or raw == "-- ":
            break
        if line.startswith(("&gt;", ">", "|")):
            while lines and not lines[-1]:
                lines.pop()
            if lines and _ATTRIBUTION.search(lines[-1]) and len(lines[-1]) <= _LONGEST_ATTRIBUTION:
                lines.pop()
            open_line = False
            continue
        if open_line and line and not re.match(r"[-*•]\s|\d+[.)]\s", line):
            lines[-1] += " " + markup.escape(line)
        else:
            lines.append(markup.escape(line))
        open_line = len(raw) > _SHORT_LINE
    return lines
