"""Writes the alert that an owner reads at breakfast: what is new, why we say so, and what customers wrote."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses, parseaddr
from hashlib import blake2b
from urllib.parse import quote as in_url

from listening.errors import MailError
from listening.outputs.charts import text_bars
from listening.outputs.pages import fill
from listening.outputs.sparkline import sparkline
from listening.outputs.text import header, link, one_line
from listening.outputs.wording import DUE_WORDS, KIND_WORDS, SIGHT_WORDS, facts, trouble
from listening.types import Alert, AlertItem, Quote, Reminder, SightItem

ORDER = ("new", "back", "rising", "slow_burn")  # new things first
MOST_ITEMS = 40  # a mail that is longer is read by nobody; the rest is counted and stands on the board
MOST_QUOTES = 3
MOST_REFERENCES = 20  # a header that is longer is cut by mail servers
LONGEST_QUOTE = 300
_ADDRESS = re.compile(r"[^@\s<>\",;:\\()\[\]\x00-\x20\x7f]{1,64}@[^@\s<>\",;:\\()\x00-\x20\x7f]{1,253}")


@dataclass(frozen=True, slots=True)
class Said:
    """A quote in one line; `link` is "" where its address is none that one could follow."""

    text: str
    source: str
    when: datetime
    link: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One pain point of the mail, every text in one harmless line."""

    id: str
    name: str
    where: str
    kind: str
    why: str
    facts: tuple[tuple[str, str, str], ...]  # what is counted, how much, and its interval or remark
    people: int
    trend: tuple[int, ...]
    bars: str
    quotes: tuple[Said, ...]
    assign: str
    link: str
    cid: str


@dataclass(frozen=True, slots=True)
class Line:
    """What is no pain point's news: a touchpoint that went blind or is seen again, or a day that is due or late."""

    kind: str
    name: str
    where: str
    why: str
    link: str


def compose(alert: Alert, *, sender: str, base_url: str, now: datetime) -> EmailMessage:
    """Return the alert's mail in text and HTML: new pain points first, then what is due, and what could not be seen.

    Its Message-ID is made of the alert's id alone, so a mail sent twice is one mail in the reader's box.
    Raises MailError where an address is none.
    """
    shown_from, to = _address(sender, "smtp sender"), _address(alert.owner.email, f"owner {alert.owner.id}")
    board = link(base_url).rstrip("/")
    items = sorted(alert.items, key=lambda one: _rank(one.emergence.kind))
    pieces = [_piece(item, board) for item in items[:MOST_ITEMS]]
    values = _values(alert, pieces, board)
    message = EmailMessage(policy=SMTP)
    message["From"] = shown_from
    message["To"] = Address(_name(alert.owner.name), addr_spec=to.addr_spec)
    message.set_raw("Subject", folded("Subject", header(alert.title or fill("alert_subject.txt", **values))))
    message["Date"] = format_datetime(now.astimezone(UTC))
    message["Message-ID"] = _message_id(alert.id, shown_from.domain)
    for name, ids in _thread(items, shown_from.domain).items():
        message[name] = ids
    message["Auto-Submitted"] = "auto-generated"
    message["X-Listening-Night"] = alert.night.isoformat()
    message["X-Listening-Pain-Points"] = ", ".join(header(piece.id) for piece in pieces)
    leave = f"<mailto:{shown_from.addr_spec}?subject=unsubscribe>"
    message["List-Unsubscribe"] = f"<{board}>, {leave}" if board else leave
    message.set_content(fill("alert.txt", **values), cte="quoted-printable")
    message.make_alternative(_boundary(message["Message-ID"]))
    message.add_alternative(fill("alert.html", **values), subtype="html", cte="quoted-printable")
    _add_pictures(message, pieces)
    return message


def _values(alert: Alert, pieces: Sequence[Piece], board: str) -> dict[str, object]:
    """Return what the templates say."""
    return {
        "owner": one_line(alert.owner.name, 100),
        "night": alert.night,
        "pieces": pieces,
        "more": max(0, len(alert.items) - MOST_ITEMS),
        "sights": [_seen(one, board) for one in alert.sights],
        "due": [_due(one, board) for one in alert.reminders],
        "not_seen": [one_line(trouble(sentence), 400) for sentence in alert.not_seen],
        "board": board,
        "note": "\n".join(one_line(line, 400) for line in alert.note.splitlines()[:60]),
        "about": f"{board}/pain-points/{in_url(alert.about, safe='')}" if board and alert.about else "",
    }


def _add_pictures(message: EmailMessage, pieces: Sequence[Piece]) -> None:
    """Hang each trend as an inline picture on the HTML, which names it by `cid`."""
    page = message.get_payload(1)
    drawn = [piece for piece in pieces if piece.trend]
    if not drawn or not isinstance(page, EmailMessage):
        return
    page.make_related(_boundary(f"{message['Message-ID']}related"))
    for piece in drawn:
        named = {"cid": f"<{piece.cid}>", "disposition": "inline", "filename": f"{piece.id}.png"}
        page.add_related(sparkline(piece.trend), "image", "png", **named)  # type: ignore[arg-type]  # its own keywords


def _message_id(alert_id: str, domain: str) -> str:
    return f"<{re.sub('[^A-Za-z0-9._-]', '-', alert_id)}@{domain}>"


def _thread(items: Sequence[AlertItem], domain: str) -> dict[str, str]:
    """Say which earlier mails this one goes on from: the first and last about each pain point, the leading one last.

    Mail programs take the last reference for the parent, so the mail joins the thread of the pain point that it opens
    with; a mail that opens with something new begins a thread.
    """
    if not items or not items[0].thread:
        return {}
    ends = [end for item in reversed(items) if item.thread for end in (item.thread[0], item.thread[-1])]
    ids = [_message_id(one, domain) for one in dict.fromkeys(reversed(ends))][:MOST_REFERENCES]
    return {"In-Reply-To": _message_id(items[0].thread[-1], domain), "References": " ".join(reversed(ids))}


def _boundary(message_id: str) -> str:
    """Return the line between text and HTML: the same for the same mail, and "=_" never stands in quoted-printable."""
    return "=_" + blake2b(message_id.encode(), digest_size=16).hexdigest()


def _rank(kind: str) -> int:
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


def folded(name: str, words: str) -> str:
    """Fold a header for its lines; a message that does so by itself adds blanks at some lengths (CPython 3.11)."""
    return Header(words, header_name=name).encode()


def _address(text: str, whose: str) -> Address:
    """Read one address, its domain in ASCII letters; anything that could be two of them or a header is refused."""
    name, address = parseaddr(text)
    local, _, domain = address.rpartition("@")
    try:
        plain = f"{local}@{domain.encode('idna').decode()}"
        found = Address(_name(name), addr_spec=plain) if _ADDRESS.fullmatch(plain) else None
    except (ValueError, IndexError):  # IndexError: the standard library's parser at an empty part
        found = None
    if found is None or len(getaddresses([text])) != 1 or one_line(text) != text:
        mend = "give one like ann@example.com in configs/"
        raise MailError(f"the address of {whose} is none: {one_line(text, 80)!r}", mend)
    return found


def _name(text: str) -> str:
    """Make a display name that needs no quotes: Python 3.11 loses them where it folds a long line."""
    return header(re.sub(r'[()<>@,;:\\".\[\]=?]', " ", text), 80)


def _piece(item: AlertItem, board: str) -> Piece:
    point_id = one_line(item.pain_point_id, 60)
    return Piece(
        id=point_id,
        name=one_line(item.name, 200) or "(no name yet)",
        where=" \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} ".join(
            part
            for part in (one_line(item.map_name, 80), one_line(item.stage, 80), one_line(item.touchpoint, 80))
            if part
        ),
        kind=KIND_WORDS.get(item.emergence.kind, one_line(item.emergence.kind, 40)),
        why=one_line(item.emergence.sentence, 400),
        facts=facts(item),
        people=item.emergence.people,
        trend=item.trend,
        bars=text_bars(item.trend),
        quotes=_said(item.quotes),
        assign=f"listening pain-points assign {shlex.quote(point_id)} --owner NAME",
        link=f"{board}/pain-points/{in_url(point_id, safe='')}" if board else "",
        cid=f"{re.sub('[^A-Za-z0-9-]', '-', point_id)}.trend@listening",
    )


def _seen(item: SightItem, board: str) -> Line:
    place = f"touchpoint={in_url(item.sight.touchpoint, safe='')}"
    place += f"&map={in_url(item.map, safe='')}" if item.map else ""
    return Line(
        SIGHT_WORDS[item.sight.kind],
        one_line(item.name, 120),
        ", ".join(part for part in (one_line(item.map_name, 80), one_line(item.stage, 80)) if part),
        one_line(item.sight.sentence[:1].upper() + item.sight.sentence[1:], 400),
        f"{board}/pain-points?{place}" if board else "",
    )


def _due(item: Reminder, board: str) -> Line:
    review = f"reviews?map={in_url(item.map, safe='')}" if item.map else "reviews"
    place = f"pain-points/{in_url(item.about, safe='')}" if item.about else review
    return Line(
        DUE_WORDS[item.kind],
        one_line(item.name, 200) or item.about,
        one_line(item.map_name, 80),
        one_line(item.sentence, 400),
        f"{board}/{place}" if board else "",
    )


def _said(quotes: Sequence[Quote]) -> tuple[Said, ...]:
    return tuple(
        Said(one_line(one.text, LONGEST_QUOTE), one_line(one.source, 80), one.created_at, link(one.url))
        for one in quotes[:MOST_QUOTES]
    )
