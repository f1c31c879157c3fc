"""Keeps what the writer of a post says: no quotes of others, no signatures, no code, no invisible characters."""

from __future__ import annotations

import html
import re
import unicodedata

from listening.documents.markup import words_of_html
from listening.types import BodyFormat

LIMIT = 100_000  # characters of a document's text
RAW_LIMIT = 2_000_000  # characters of a body that are looked at: mark-up may be twenty times its words
_WORD_ROOM = 1_000  # a cut looks this far back for a space, so that no number or address is cut in two

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    "|[\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_ODD_ASCII = re.compile("[\x00-\x08\x0b-\x1f\x7f]")  # all that `_visible` would change in ASCII
_NEW_LINE = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{3,}")

# `>` opens a quoted line, but not in >50%, >= 3, >:( and ->, nor before a mark that redaction left in place of such
_QUOTED = re.compile(r">(?![\d=<_:;.,^!-]|\[(?:email|phone|card|iban|ip|ssn|name)\])")
_WROTE = re.compile(r"(?:wrote|writes|said|schrieb)\s?:$", re.IGNORECASE)
_SIGNATURE = "--"
_FOOTER = re.compile(
    r"(?:sent|posted|gesendet) (?:from|via|with|using|von) (?:my|mail|meinem|yahoo|outlook|gmail|tapatalk|the) ?.{0,60}"
    r"|sent from .{1,60} (?:using|via) tapatalk.{0,20}|get outlook for .{1,20}",
    re.IGNORECASE,
)

_FENCE = re.compile(r" {0,3}(```|~~~)")
_INDENTED = re.compile(r"(?: {4}|\t)")
_REFERENCE = re.compile(r" {0,3}\[[^\[\]\n]{1,100}\]:\s{1,3}\S")
_LINE_MARK = re.compile(r"[ \t]{0,12}(?:#{1,6}|[*+-])[ \t]{1,4}")
_INLINE = (
    (re.compile(r"(`{1,3})[^`\n]{1,1000}\1"), " "),
    (re.compile(r"!\[[^\[\]\n]{0,500}\]\([^()\n]{0,2000}\)"), " "),
    (re.compile(r"\[([^\[\]\n]{1,500})\]\([^()\n]{0,2000}(?:\([^()\n]{0,200}\)[^()\n]{0,200})?\)"), r"\1"),
    (re.compile(r"\[([^\[\]\n]{1,500})\]\[[^\[\]\n]{0,100}\]"), r"\1"),
    (re.compile(r"<(https?://[^<>\s]{1,2000})>"), r"\1"),
    (re.compile(r">!|!<"), ""),  # Reddit's spoilers
    (re.compile(r"\*\*|~~|(?<!\w)__(?=\S)|(?<=\S)__(?!\w)"), ""),
    (re.compile(r"(?<![\w*])\*(\S[^*\n]{0,300})\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(\S[^_\n]{0,300})_(?!\w)"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!>~-])"), r"\1"),
)


def clean(body: str, form: BodyFormat) -> tuple[str, bool]:
    """Return the writer's own words, blocks on lines of their own, and whether the text had to be cut.

    At most LIMIT characters. Any string is welcome; cleaning an answer once more as plain text changes nothing.
    """
    raw = body[:RAW_LIMIT]
    if form is BodyFormat.HTML:
        raw = words_of_html(raw)
    elif form is BodyFormat.MARKDOWN:
        raw = _from_markdown(_visible(html.unescape(raw)))
    text = _own_words(raw)
    return cut(text), len(body) > RAW_LIMIT or len(text) > LIMIT


def clean_line(text: str) -> str:
    """Return a title as one line of visible words, at most 500 characters."""
    return cut(" ".join(_visible(html.unescape(text[:5_000])).split()), 500)


def cut(text: str, limit: int = LIMIT) -> str:
    """Return at most `limit` characters, ending at a space where there is one near."""
    if len(text) <= limit:
        return text
    at = max(text.rfind(" ", limit - _WORD_ROOM, limit + 1), text.rfind("\n", limit - _WORD_ROOM, limit + 1))
    return text[: at if at > 0 else limit].strip()


def _visible(text: str) -> str:
    if text.isascii() and not _ODD_ASCII.search(text):
        return text
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", _NEW_LINE.sub("\n", text)))


def _own_words(text: str) -> str:
    """Drop quoted lines with who wrote them, signature and footer, and tidy the spaces."""
    lines: list[str] = []
    for raw in _visible(text).split("\n"):
        line = " ".join(raw.split())
        if _QUOTED.match(line):
            _drop_attribution(lines)
        elif line == _SIGNATURE:
            if any(lines):
                break
        elif not _FOOTER.fullmatch(line):
            lines.append(line)
    kept = "\n".join(lines)
    return (_BLANK_LINES.sub("\n\n", kept) if "\n\n\n" in kept else kept).strip()


def _drop_attribution(lines: list[str]) -> None:
    """Take back the line "Somebody wrote:" that stands over a quote."""
    last = next((at for at in range(len(lines) - 1, max(len(lines) - 4, -1), -1) if lines[at]), None)
    if last is not None and _WROTE.search(lines[last][-20:]):
        del lines[last:]


def _from_markdown(text: str) -> str:
    plain = "\n".join(_unquoted_lines(text))
    for mark, instead in _INLINE:
        plain = mark.sub(instead, plain)
    return plain


def _unquoted_lines(text: str) -> list[str]:
    """Return the lines outside code, without list and heading marks."""
    kept: list[str] = []
    code = False
    for line in _unfenced(text.split("\n")):
        mark = _LINE_MARK.match(line)
        if _INDENTED.match(line) and not mark and (code or not kept or not kept[-1].strip()):
            code = True
            continue
        code = code and not line.strip()
        if not _REFERENCE.match(line):
            kept.append(line[mark.end() :] if mark else line)
    return kept


def _unfenced(lines: list[str]) -> list[str]:
    """Drop fenced code; a fence that nothing closes takes only itself away."""
    kept: list[str] = []
    fence, opened = "", 0
    for line in lines:
        mark = _FENCE.match(line)
        if mark is None or fence not in ("", mark.group(1)):
            kept.append(line)
        elif fence:
            fence = ""
            del kept[opened:]
        else:
            fence, opened = mark.group(1), len(kept)
    return kept
