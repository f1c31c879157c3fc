"""Turns the bytes of feeds and pages into text, whatever alphabet they are in and whatever the server says of it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_STARTS = (  # "<?xm", "<rss", "{" and their like, as they look in alphabets of two and four bytes
    (re.compile(rb"\0\0\0[<{\s]"), "utf-32-be"),
    (re.compile(rb"[<{\s]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0[<{\s]\0"), "utf-16-be"),
    (re.compile(rb"[<{\s]\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\x4c\x6f\xa7\x94"), "cp037"),
)
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,300}?\?>", re.IGNORECASE)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:-]{1,40})", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_ESCAPED = re.compile(r"(iso-?2022|hz|utf-?7)", re.IGNORECASE)  # alphabets that look like ASCII
_JAPANESE = re.compile(rb"\x1b\$[@B]")
_WIDER = {  # what a name is used for in practice, where that is more than it stands for
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "tis-620": "cp874",
    "iso8859-11": "cp874",
    "iso8859-9": "cp1254",
    "iso8859-8": "cp1255",
}
_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MOSTLY = 4  # so many good characters to a bad byte make a text UTF-8 with faults
_LOOKED_AT = 50_000  # bytes of a text that say which alphabet it is in
_MARKS = "\u2019\u2018\u201c\u201d\u201e\u2013\u2014…«»·°§€\xa0"
_LATIN = {  # the letters, beside a to z, that people write in each alphabet; the likeliest first
    "cp1252": _MARKS + "àâäáãåæçèéêëìíîïñòóôõöøœùúûüßÀÂÄÁÃÅÆÇÈÉÊËÍÎÑÓÔÖØŒÚÜ¡¿ºª£",
    "cp1250": _MARKS + "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽäöüßÄÖÜőűŐŰôĺľŕđĐăâîşţĂÂÎŞŢ",
    "iso8859-2": "\xa0ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽäöüßÄÖÜőűŐŰôĺľŕđĐăâîşţĂÂÎŞŢ",
    "cp1254": _MARKS + "çğıöşüâîûÇĞİÖŞÜÂ",
    "cp1257": _MARKS + "ąčęėįšųūžĄČĘĖĮŠŲŪŽāēģīķļņōŗõäöüÕÄÖÜĀĒĢĪĶĻŅ",
}


def to_utf8(body: bytes, content_type: str = "") -> bytes:
    """Return the same text as UTF-8, without what XML forbids and without the old declaration. Never raises."""
    text = decode(body, content_type)
    text = _FORBIDDEN.sub("", text.lstrip("\ufeff \r\n\t\0"))
    return _DECLARATION.sub("", text, count=1).encode("utf-8")


def decode(body: bytes, content_type: str = "") -> str:
    """Return the text of `body`: by its mark, else as UTF-8, else as server or file say, else as it looks."""
    if not body:
        return ""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace" if name != "utf-8" else _MIXED)
    for start, name in _STARTS:
        if start.match(body):
            return body.decode(name, "replace")
    stated = list(_stated(body, content_type))
    escaped = [name for name in stated[:1] if _ESCAPED.match(name)] + ["iso2022_jp_ext"] * bool(_JAPANESE.search(body))
    first = _first_fit(body, [*escaped, "utf-8"])
    return first or _faulty_utf8(body) or _first_fit(body, stated) or _guessed(body)


def _first_fit(body: bytes, names: Iterable[str]) -> str:
    """Return the text in the first of these alphabets in which every byte has a meaning; "" where none has."""
    return next((text for name in names if (text := _strictly(body, name)) is not None), "")


def _faulty_utf8(body: bytes) -> str:
    """Return a text that is UTF-8 but for a few bytes; "" for any other."""
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(character > "\x7f" for character in text) - bad
    return body.decode("utf-8", _MIXED) if good >= _MOSTLY * bad else ""


def _stated(body: bytes, content_type: str) -> Iterator[str]:
    """Yield the alphabets that the server, the XML declaration and a page name, as Python calls them."""
    names = [found[1] for found in [_CHARSET.search(content_type)] if found]
    inside = (_DECLARED.match(body.lstrip()[:600]), _META.search(body[:4_096]))
    names += [found[1].decode("ascii") for found in inside if found]
    for name in names:
        try:
            known = codecs.lookup(name).name
        except (LookupError, ValueError):
            continue
        if known == "iso8859-1":  # browsers read it as windows-1252, because it never means control characters
            yield "cp1252"
        yield known
        if known in _WIDER:
            yield _WIDER[known]


def _strictly(body: bytes, name: str) -> str | None:
    """Return the text in one alphabet; None where a byte does not fit."""
    try:
        return codecs.decode(body, name) if _is_text(name) else None
    except (ValueError, LookupError):
        return None


def _is_text(name: str) -> bool:
    """Tell whether a codec gives text; Python has others, as zip and rot13, that a feed may not ask for."""
    odd = ("idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape")
    return bool(getattr(codecs.lookup(name), "_is_text_encoding", True)) and codecs.lookup(name).name not in odd


def _guessed(body: bytes) -> str:
    """Return the text in the alphabet that it looks like."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 -- most feeds say what they are

    words = b" ".join(re.findall(rb"[^<>]*[\x80-\xff][^<>]*", body[: 4 * _LOOKED_AT]))[:_LOOKED_AT]
    best = from_bytes(words).best()
    if best is None or _is_latin(str(best)):
        return body.decode(_latin(words), "replace")
    text = _strictly(body, best.encoding)
    return text if text is not None else body.decode(best.encoding, "replace")


def _is_latin(text: str) -> bool:
    """Tell whether most letters are of the Latin script."""
    letters = [character for character in text if character.isalpha()]
    return 2 * sum(character < "\u0250" for character in letters) > len(letters)


def _latin(words: bytes) -> str:
    """Return the alphabet in which the most of these bytes are letters that some language writes."""
    special = words.translate(None, bytes(range(128)))
    return max(_LATIN, key=lambda name: sum(c in _LATIN[name] for c in special.decode(name, "replace")))


def _one_by_one(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as windows-1252, which they nearly always are."""
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101 -- the only kind that decoding raises
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_MIXED = "listening.mixed"
codecs.register_error(_MIXED, _one_by_one)
