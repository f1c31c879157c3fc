"""Reads what stands before a date or a name on a page: "Joined:" makes it another date, "From:" makes it a name."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from listening.sources.date_words import fold
from listening.sources.forum.names import as_name, name_in
from listening.sources.forum.selectors import own_text

OTHER_DATE = re.compile(
    r"joined|join date|regist(?!\w*\s(?:users?|members?|benutzer|mitglied|nutzer)\b)|member since|member for"
    r"|last (?:edit|activ|visit|seen|online|modif|post|reply)"
    r"|\bedited|birth"
    r"|mitglied\s?(?:seit|:)|dabei seit|geandert|bearbeitet|zuletzt|inscri|inscrit|modifi|updated|anmeldung|beigetreten"
    r"|miembro|desde"
    r"|(?:time|it) is now|current time|aktuelle (?:uhr)?zeit|es ist jetzt|heure actuelle|nous sommes le|hora actual"
    r"|ora (?:attuale|sono le)|сейчас|текущее время|aktualny czas"
    r"|messages since|lid sinds|geregistreerd|iscritto|dołaczyl|zarejestr|\bedit\b|location|posts:|\bage:",
)
_CELLS = frozenset(("td", "th", "div", "li", "dd", "tr", "ul", "table", "section"))
_LABEL_WORDS = 5
_LABELLED = frozenset(("td", "dd", "span", "a", "b", "strong", "div", "bdi", "cite", "font"))
_AUTHOR_LABEL = re.compile(
    r"(?:^|\W)(?:from|author|poster|posted by|written by|von|verfasser(?:in)?|erstellt von|autor|auteur|de|autore"
    r"|absender|sender|автор|skrevet af)\s?:\s*$"
    r"|^(?:your |ihr )?(?:name|nick(?:name)?|nom|pseudo|nombre|nome|naam|navn|namn|imie|jmeno|имя|име|ник|nimi|isim|nev"
    r"|名前|氏名|お名前|이름|姓名)\s?[:\uff1a]\s*$"
)
_BOLD = frozenset(("b", "strong", "font", "span"))
_MAIL_LABEL = re.compile(r"\b(?:subject|date|sent|betreff|datum|objet|asunto|oggetto|тема|дата)\s*:", re.IGNORECASE)
_LONGEST_HEAD = 400  # characters
_LINES = frozenset(("li", "p", "div", "td", "th", "span"))
_LINE = 120  # characters
_LABELLED_NAME = re.compile(  # "From:" alone is where somebody lives, in many boards
    r"(?:author|poster|posted by|written by|autor|auteur|autore)\s?:\s([^<>:]{1,40})"
    r"|(?:from|von|de|da)\s?:\s([^<>:]{1,40}?)\s*<[^<>]*>",
    re.IGNORECASE,
)


def says_other(words: str) -> bool:
    """Return True where a label is of another date than the post's: a number behind it is what it was a label of."""
    last = next(reversed(list(OTHER_DATE.finditer(words))), None)
    return last is not None and not re.search(r"\d", words[last.end() :])


def label(node: LexborNode) -> str:
    """Return the words just before an element, or before the cell it fills, which may say what its date is of."""
    before = _before(node)
    if before is None and node.parent is not None and node.parent.tag in ("td", "dd"):
        before = _before(node.parent)
    text = (
        (before.text(deep=False) if before.tag == "-text" else before.text(separator=" ")) if before is not None else ""
    )
    if before is not None and before.tag in _CELLS and len((text or "").split()) > _LABEL_WORDS:
        return ""  # a box of its own, which ends in whatever it ends
    return fold((text or "")[-60:])


def _before(node: LexborNode) -> LexborNode | None:
    before = node.prev
    while before is not None and before.tag == "-text" and not (before.text(deep=False) or "").strip():
        before = before.prev
    return before


def after_label(node: LexborNode) -> str:
    """Return the name that stands behind "From:" or "Author:", before an element or in it."""
    if node.tag in _LINES and (told := _LABELLED_NAME.fullmatch(" ".join((node.text() or "")[:_LINE].split()))):
        return name_in(told[1] or told[2])
    if node.tag not in _LABELLED or not (shown := own_text(node)):
        return ""
    if node.tag in _BOLD and shown.endswith(":") and _AUTHOR_LABEL.search(fold(shown)) and _heads_a_mail(node):
        return name_in(" ".join(_text_behind(node).split()))
    return as_name(node) if _AUTHOR_LABEL.search(label(node)) else ""


def _heads_a_mail(node: LexborNode) -> bool:
    """Return True for a label beside "Subject:" or "Date:": elsewhere "From:" is where somebody lives."""
    lines = (node.parent.text(separator=" ") or "")[:_LONGEST_HEAD] if node.parent is not None else ""
    return _MAIL_LABEL.search(lines) is not None


def _text_behind(node: LexborNode) -> str:
    """Return the loose text that follows an element at once."""
    return (node.next.text(deep=False) or "") if node.next is not None and node.next.tag == "-text" else ""
