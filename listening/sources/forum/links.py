"""Finds the link to the next page where no selector of an engine does: by what it says, or by the numbers beside it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from listening.sources.forum.selectors import all_of, shown_at, value
from listening.sources.forum.urls import joined, thread_key

_NEXT = re.compile(
    r"^(?:(?:go to (?:the )?)?next(?: page)?|older|weiter|n[äa]chste(?: seite)?|vor|suivante?|page suivante|siguiente"
    r"|pr[óo]xima?|successiv[ao]|avanti"
    r"|volgende|n[äa]sta|neste|n[æa]ste|nast[ęe]pna|dal(?:ej|š[íi])|след(?:ующая)?\.?|далее|вперед|sonraki"
    r"|次(?:へ|のページ)?|下一[页頁]|다음"
    r"|berikut(?:nya)?|seuraava)?\s*[›»>→]?$",  # noqa: RUF001 -- an arrow that pages really show
    re.IGNORECASE,
)
_NEXT_SURELY = re.compile(  # what says itself of what it brings more
    r"^(?:(?:go to (?:the )?)?next page|next \d+(?: \w+)?|n[äa]chste seite|page suivante"
    r"|p[áa]gina siguiente|pr[óo]xima p[áa]gina"
    r"|(?:(?:load|show|view|see|read) )?(?:more|older|newer) (?:comments|posts|replies|messages|answers|results)"
    r"|(?:weitere|mehr|[äa]ltere|neuere) (?:kommentare|beitr[äa]ge|antworten)(?: (?:laden|anzeigen))?"
    r"|(?:plus de|afficher plus de) (?:commentaires|messages|r[ée]ponses)|m[áa]s (?:comentarios|mensajes|respuestas))"
    r"\s*[›»>→]*$",  # noqa: RUF001 -- the same
    re.IGNORECASE,
)
_NEXT_CLASS = re.compile(r"(?:^|[-_\s])next(?:$|[-_\s])", re.IGNORECASE)
_CURRENT = (
    "strong, b, span, em, li.active, li.current, li.selected, a.active, a.current, a.selected, a[aria-current]"
    ", li[aria-current]"
)
_LAST = re.compile(r"last|letzte|derni|[úu]ltim|laatste|sista|»»|>>|\|>", re.IGNORECASE)
_PAGER = re.compile(r"pag(?:e|in|ing|er)|nav|seiten", re.IGNORECASE)
_STEPS = 7  # from a link up to what is named like a pager: there may be a table between
_ELSEWHERE = re.compile(r"thread|topic|thema|sujet|article|artikel|post\b", re.IGNORECASE)


def next_link(root: LexborNode | None, base: str) -> str:
    """Return the address of the next page of the same thread or board, or ""."""
    here = joined(base, value(root, "link[rel=canonical] @href")) or base
    for link in all_of(root, "link[rel=next], a[rel=next]"):
        url = joined(base, link.attributes.get("href") or "")
        if url and _same_list(here, url):
            return url
    for link in all_of(root, "a[href]"):
        if not _says_next(link):
            continue
        url = joined(base, link.attributes.get("href") or "")
        if url and url != here and _same_list(here, url):
            return url
    return _after_current(root, here, base)


def _says_next(link: LexborNode) -> bool:
    attributes = link.attributes
    shown, title = shown_at(link, ""), attributes.get("title") or ""
    told = shown or title or attributes.get("aria-label") or ""
    if not told:
        return bool(_NEXT_CLASS.search(attributes.get("class") or "")) and _in_pager(link)
    if _LAST.search(told) or _LAST.search(title) or _ELSEWHERE.search(title):
        return False
    return bool(_NEXT_SURELY.match(told) or (_NEXT.match(told) and _in_pager(link)))


def _in_pager(link: LexborNode) -> bool:
    """Return True where the link, or something a few steps around it, is named like a pager."""
    node: LexborNode | None = link
    for _ in range(_STEPS):
        if node is None:
            return False
        names = node.attributes
        said = f"{names.get('class') or ''} {names.get('id') or ''} {names.get('aria-label') or ''}"
        if node.tag == "nav" or _PAGER.search(said):
            return True
        node = node.parent
    return False


def _after_current(root: LexborNode | None, here: str, base: str) -> str:
    """Return the link whose number is one more than the number of this page, in a row of page numbers."""
    for current in all_of(root, _CURRENT):
        shown = shown_at(current, "").strip("[]() ")
        if not shown.isdigit() or len(shown) > 4 or _leads_away(current, here, base):  # noqa: PLR2004 -- no page 10,000
            continue
        named = _in_pager(current)
        for link in all_of(_row_around(current), "a[href]"):
            if shown_at(link, "").strip("[]() ") == str(int(shown) + 1):
                url = joined(base, link.attributes.get("href") or "")
                if url and url != here and (_same_list(here, url) if named else _same_thread(here, url)):
                    return url
    return ""


def _row_around(current: LexborNode) -> LexborNode | None:
    """Return what holds the other page numbers: the first thing around this one with a link besides its own."""
    around = current.parent
    for _ in range(2):
        if around is None or len(all_of(around, "a[href]")) > (current.css_first("a[href]") is not None):
            break
        around = around.parent
    return around


def _leads_away(current: LexborNode, here: str, base: str) -> bool:
    """Return True where what looks like the number of this page is a link to another one."""
    link = current if current.tag == "a" else current.css_first("a[href]") or _link_around(current)
    if link is None or "aria-current" in {*current.attributes, *link.attributes}:
        return False
    marked = re.search(r"active|current|selected", current.attributes.get("class") or "")
    url = joined(base, link.attributes.get("href") or "")
    return not marked or bool(url and url != here and not _first_page(url, here))


def _link_around(node: LexborNode) -> LexborNode | None:
    above = node.parent
    if above is not None and above.tag != "a":
        above = above.parent
    return above if above is not None and above.tag == "a" else None


def _first_page(url: str, here: str) -> bool:
    """Return True where a thread's first page is linked by its number, and stands here without it."""
    return _same_thread(here, url) and len(url) > len(here)


def _same_thread(here: str, there: str) -> bool:
    key = thread_key(here)
    return "://" not in key and key == thread_key(there) and urlsplit(here).netloc == urlsplit(there).netloc


def _same_list(here: str, there: str) -> bool:
    """Return True where two addresses may be pages of one list: one host, and one thread where both name one."""
    one, other = urlsplit(here), urlsplit(there)
    if one.netloc != other.netloc:
        return False
    keys = thread_key(here), thread_key(there)
    return keys[0] == keys[1] or "://" in keys[0] or "://" in keys[1]
