"""Finds the link to the next page where no selector of an engine does: by what it says, or by the numbers beside it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from listening.sources.forum_selectors import all_of, shown_at, value
from listening.sources.forum_urls import joined, thread_key

_NEXT = re.compile(
    r"^(?:next(?: page)?|older|weiter|n[äa]chste(?: seite)?|vor|suivante?|page suivante|siguiente|pr[óo]xima?"
    r"|successiv[ao]|avanti"
    r"|volgende|n[äa]sta|neste|n[æa]ste|nast[ęe]pna|dal(?:ej|š[íi])|след(?:ующая)?\.?|далее|вперед|sonraki"
    r"|次(?:へ|のページ)?|下一[页頁]|다음"
    r"|berikut(?:nya)?|seuraava)?\s*[›»>→]?$",  # noqa: RUF001 -- an arrow that pages really show
    re.IGNORECASE,
)
_LAST = re.compile(r"last|letzte|derni|[úu]ltim|laatste|sista|»»|>>|\|>", re.IGNORECASE)
_PAGER = re.compile(r"pag(?:e|in|ing|er)|nav|seiten", re.IGNORECASE)
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
    shown = shown_at(link, "")
    told = shown or link.attributes.get("title") or link.attributes.get("aria-label") or ""
    if not told or _LAST.search(told) or _LAST.search(link.attributes.get("title") or "") or not _NEXT.match(told):
        return False
    return not _ELSEWHERE.search(link.attributes.get("title") or "") and _in_pager(link)


def _in_pager(link: LexborNode) -> bool:
    """Return True where the link, or something up to four steps around it, is named like a pager."""
    node: LexborNode | None = link
    for _ in range(5):
        if node is None:
            return False
        if _PAGER.search(f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"):
            return True
        node = node.parent
    return False


def _after_current(root: LexborNode | None, here: str, base: str) -> str:
    """Return the link whose number is one more than the number that is no link, in a row of page numbers."""
    for current in all_of(root, "strong, b, span, em, li.active, li.current, a.active, a.current"):
        shown = shown_at(current, "").strip("[]() ")
        if not shown.isdigit() or len(shown) > 4 or not _in_pager(current) or current.css_first("a[href]"):  # noqa: PLR2004 -- no page 10,000
            continue
        around = (
            current.parent
            if current.parent is None or len(all_of(current.parent, "a[href]"))
            else current.parent.parent
        )
        for link in all_of(around, "a[href]"):
            if shown_at(link, "").strip("[]() ") == str(int(shown) + 1):
                url = joined(base, link.attributes.get("href") or "")
                if url and url != here and _same_list(here, url):
                    return url
    return ""


def _same_list(here: str, there: str) -> bool:
    """Return True where two addresses may be pages of one list: one host, and one thread where both name one."""
    one, other = urlsplit(here), urlsplit(there)
    if one.netloc != other.netloc:
        return False
    keys = thread_key(here), thread_key(there)
    return keys[0] == keys[1] or "://" in keys[0] or "://" in keys[1]
