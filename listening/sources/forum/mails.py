"""Finds mails that a page shows as they were sent: preformatted, each under a head of lines like "From: Ann"."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.sources.forum.names import name_in
from listening.sources.forum.posts import FoundPost, text_hash
from listening.sources.forum.survey import Survey
from listening.sources.forum.urls import post_number
from listening.sources.forum.words import own_html, quoted_names
from listening.sources.pages import has_words

_MOST = 0.6  # of a page's words stand in its mails: in a post, a head is what somebody shows of a mail
_HEAD = 12  # lines in which a mail says who sent it
_FROM = re.compile(r"\s*(?:from|von|de|da|van|från|od|от|author)\s*:\s*(\S.*)", re.IGNORECASE)
_DATE = re.compile(r"\s*(?:date|sent|datum|gesendet|fecha|data|envoyé|dato|дата)\s*:\s*(\S.*)", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"\s*message-id\s*:\s*<?([^\s>]+)", re.IGNORECASE)
_NAMED_BEHIND = re.compile(r"\S+(?:@|\s(?:at|\(at\))\s)\S+\s*\(([^()]+)\)\s*$")  # "ann at v.example (Ann)"
_BUTTON = re.compile(r"\s*\[[^\]]*\]\s*")


@dataclass(frozen=True, slots=True)
class _Mail:
    node: LexborNode
    author: str
    moment: datetime
    told: str
    id: str


def posts_by_mails(survey: Survey) -> list[FoundPost]:
    """Return the mails that hold most words of a page, as posts; none where they do not."""
    pres = [place for place in survey.known().places if place.node.tag == "pre"]
    found = [(place, mail) for place in pres if (mail := _mail(survey, place.node)) is not None]
    words = sum(len((place.node.text() or "").split()) for place, _ in found)
    if not found or words < _MOST * len((survey.places[0].node.text() or "").split()):
        return []
    return _posts([mail for _, mail in found])


def _posts(mails: Sequence[_Mail]) -> list[FoundPost]:
    posts, last = list[FoundPost](), dict[str, str]()
    for mail in mails:
        box = LexborHTMLParser(f"<div><pre>{markup.escape(mail.told)}</pre></div>").css_first("div")
        html = own_html(box) if box is not None else ""
        if box is None or not has_words(html):
            continue
        number = post_number(mail.id) or mail.id or text_hash(mail.author, html)
        answered = next((last[name] for name in quoted_names(box) if name in last), None)
        anchor = _anchor(mail.node)
        posts.append(FoundPost(number, mail.author, mail.moment, "text", html, reply_to=answered, anchor=anchor))
        last[mail.author.casefold()] = number
    return posts


def _mail(survey: Survey, node: LexborNode) -> _Mail | None:
    """Return the mail in a preformatted element; None where no head says who sent it and when."""
    lines = (node.text() or "").strip("\n").split("\n")
    sent = next((at for at, line in enumerate(lines[:_HEAD]) if _FROM.fullmatch(line)), None)
    if sent is None:
        return None
    end = next((at for at, line in enumerate(lines) if at > sent and not line.strip()), len(lines))
    told = _FROM.fullmatch(lines[sent])
    author = _sender(told[1] if told else "", survey)
    head = lines[:end]
    dated = sorted(head, key=lambda line: (not _DATE.fullmatch(line), not _FROM.fullmatch(line)))
    moments = (found.moment for line in dated if (found := survey.find(line.partition(":")[2] or line)))
    moment = next(moments, None) or next((found.moment for line in head if (found := survey.find(line))), None)
    body = lines[end:]
    while body and (not body[0].strip() or _BUTTON.fullmatch(body[0])):
        body = body[1:]
    if not author or moment is None or not body:
        return None
    ids = (match[1] for line in head if (match := _MESSAGE_ID.match(line)))
    return _Mail(node, author, moment, "\n".join(body), _anchor(node) or next(ids, ""))


def _sender(told: str, survey: Survey) -> str:
    """Return the name in "Ann <ann@v.example>", "ann@v.example (Ann)" or "Ann @ 2026-05-03 10:00"."""
    behind = _NAMED_BEHIND.match(told)
    shown = behind[1] if behind else told.partition("<")[0]
    name, _, rest = shown.rpartition(" @ ")
    return name_in((name if name and survey.find(rest) else shown).strip(" \"'"))


def _anchor(node: LexborNode) -> str:
    """Return the id of a mail's element, or of the anchor in it or just before it; "" for none."""
    before = node.prev
    while before is not None and before.tag == "-text" and before.is_empty_text_node:
        before = before.prev
    some = [node, *node.css("a[id], a[name]")[:1], *([before] if before is not None and before.tag == "a" else [])]
    ids = (one.attributes.get("id") or one.attributes.get("name") or "" for one in some)
    return next(filter(None, ids), "")
