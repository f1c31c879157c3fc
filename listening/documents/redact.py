"""Takes people out of a text: addresses, numbers, handles and names leave a word in brackets behind."""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import AddressValueError, IPv6Address

from listening.documents.names import without_names
from listening.documents.numbers import DIGIT, without_numbers

_PASSES = 8  # a mark that takes a number's place can free its neighbour; two passes have always been enough

_EMAIL = re.compile(
    r"(?<![\w.+%'-])[\w.+%'-]{1,64}@(?:\[\d{1,3}(?:\.\d{1,3}){3}\]|(?:[^\W_](?:[\w-]{0,62})\.){1,6}[^\W\d_][\w-]{1,23})"
)
_EMAIL_SPELT = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64} {0,2}[(\[{<] {0,2}(?:at|@) {0,2}[)\]}>] {0,2}[\w-]{1,63}"
    r"(?: {0,2}(?:[(\[{<] {0,2}(?:dot|\.) {0,2}[)\]}>]|\.| dot ) {0,2}[\w-]{1,63}){1,4}"
    r"|(?<![\w.+-])[\w.+-]{1,64} at [\w-]{1,63} dot (?:com|net|org|edu|info|io|de|fr|es|it|nl|ch|at|uk|co|eu|ca|au)\b",
    re.IGNORECASE,
)
_SPELT = re.compile(r"[(\[{<] {0,2}(?:at|@)| dot ", re.IGNORECASE)
_DOTTED = re.compile(r"\d\.\d")
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4 = re.compile(rf"(?<![\w.])(?:{_OCTET}\.){{3}}{_OCTET}(?![\w]|\.\d)(?:/\d{{1,2}}(?!\d))?")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]{2,39}(?:\.\d{1,3}){0,3}(?:%\w{1,15})?(?![\w:])")
_VERSION = re.compile(r"\b(?:version|firmware|build|release|driver|update|patch|v|ver)[.:]? ?$", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@.])@(?=\w)[A-Za-z0-9_][\w]{1,38}(?:[.-]\w{1,30}){0,3}")
_REDDITOR = re.compile(
    r"(?<![\w/])/?u/[\w-]{2,30}|(?<=/user/)[\w.-]{2,40}|(?<=/users/)[\w.-]{2,40}|(?<=/u/)[\w.-]{2,40}"
)
_QUANTITY = re.compile(r"@\d+[A-Za-z]{0,5}")  # @3pm, @60fps, @2x
_NO_HANDLE = frozenset(("@home", "@work", "@school", "@all", "@everyone", "@here", "@channel", "@media", "@import"))


def redact(text: str, names: Collection[str] = ()) -> str:
    """Return the text with [email] [phone] [card] [iban] [ip] [ssn] [name] where people could be found.

    `names` are authors' names as shown; they are taken out as whole words, in any case. In time linear in the text;
    redacting an answer once more changes nothing.
    """
    for _ in range(_PASSES if text else 0):
        done = without_names(_once(text), names)
        if done == text:
            break
        text = done
    return text


def _once(text: str) -> str:
    """Each pattern is tried only where the text has what it cannot do without: most texts have nothing of it."""
    if "@" in text:
        text = _EMAIL.sub("[email]", text)
    if ("dot" in text.lower() or any(sign in text for sign in "([{<")) and _SPELT.search(text):
        text = _EMAIL_SPELT.sub("[email]", text)
    if (digit := DIGIT.search(text)) and _DOTTED.search(text, digit.start()):
        text = _IPV4.sub(_ipv4, text)
    if text.count(":") > 1:
        text = _IPV6.sub(_ipv6, text)
    text = without_numbers(text)
    if "@" in text:
        text = _HANDLE.sub(_handle, text)
    return _REDDITOR.sub("[name]", text) if "/" in text else text


def _ipv4(found: re.Match[str]) -> str:
    """Leave version numbers alone: they have four parts as well."""
    before = found.string[max(found.start() - 20, 0) : found.start()]
    return found.group() if _VERSION.search(before) else "[ip]"


def _ipv6(found: re.Match[str]) -> str:
    whole = found.group()
    bare = whole.partition("%")[0]
    bare = bare[:-1] if bare.endswith(":") and not bare.endswith("::") else bare
    if bare.count(":") < 2 or not any(one.isdigit() for one in bare):  # noqa: PLR2004 -- fewer is a time or a smiley
        return whole
    try:
        IPv6Address(bare)
    except AddressValueError:
        return whole
    return "[ip]" + (":" if bare + ":" == whole else "")


def _handle(found: re.Match[str]) -> str:
    whole = found.group()
    return whole if whole.lower() in _NO_HANDLE or _QUANTITY.fullmatch(whole) else "[name]"
