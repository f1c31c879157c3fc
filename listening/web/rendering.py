"""Fills the board's templates: every value is escaped, every page has its navigation, its title and its messages."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from listening.outputs import charts, wording
from listening.outputs.text import holdable, link, one_line
from listening.web.doings import done
from listening.web.looking import window_of
from listening.web.visit import MAP_COOKIE, Visit, cookie_name, visit_of

HERE = Path(__file__).parent
FLASH, LOOK = "said", "look"
LOOKS = ("system", "light", "dark")
A_YEAR = 365 * 86400  # seconds
T = TypeVar("T", bound=date)
FAILURES = {
    "source-unavailable": "Not reached",
    "source-refused": "Refused us",
    "source-broken": "Not understood",
    "unforeseen": "Failed in the program",
    "other": "Failed otherwise",
}


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation; shown to whom its route is declared for."""

    path: str
    name: str
    group: int = 0


NAVIGATION = (
    Place("/map", "Map"),
    Place("/inbox", "Inbox"),
    Place("/goals", "Goals"),
    Place("/reviews", "Reviews"),
    Place("/pack", "Review pack"),
    Place("/alerts", "Alerts", 1),
    Place("/sources", "Sources", 1),
    Place("/nights", "Nights", 1),
    Place("/people", "People", 2),
    Place("/audit", "Audit", 2),
    Place("/privacy", "Privacy", 2),
)

PAGES_OF = {  # of commands that errors name, whose list the board has too
    "listening alerts list": ("/alerts", "the list of alerts"),
    "listening maps list": ("/map/edit#maps", "the list of maps"),
    "listening pain-points list": ("/pain-points", "the list of pain points"),
    "listening pain-points suggested": ("/map", "the map"),
    "listening users list": ("/people", "the list of people"),
}


def render(request: Request, template: str, *, title: str, status: int = 200, **values: object) -> HTMLResponse:
    """Return a page. `crumbs` is a list of (name, path) above it; a value that is missing is an error, never a gap."""
    visit = visit_of(request)
    said = _said(request, visit)
    shown = (
        environment()
        .get_template(template)
        .render(
            visit=visit,
            user=visit.user,
            journey=visit.journey,
            maps=visit.settings.maps,
            now=visit.now,
            csrf=visit.csrf,
            path=request.url.path,
            zone=ZoneInfo(visit.settings.night.timezone),
            title=title,
            places=[place for place in NAVIGATION if visit.may("GET", place.path)],
            look=look_of(request),
            said=said,
            **{"crumbs": (), **values},
        )
    )
    response = HTMLResponse(holdable(shown), status_code=status)
    if visit.cookie != request.cookies.get(cookie_name(visit.settings)):
        set_cookie(response, visit, cookie_name(visit.settings), visit.cookie)
    if visit.user and len(visit.settings.maps) > 1 and request.cookies.get(MAP_COOKIE) != visit.journey.id:
        set_cookie(response, visit, MAP_COOKIE, visit.journey.id, seconds=A_YEAR)
    if said:
        response.delete_cookie(FLASH, path="/")
    return response


def go(request: Request, to: str, *, said: str = "", wrong: str = "") -> Response:
    """Return a redirect to one of our pages after a form, with a message that the next page shows once."""
    if request.headers.get("hx-request"):
        response = Response(status_code=204, headers={"HX-Redirect": to})
    else:
        response = RedirectResponse(to, status_code=303)
    if said or wrong:
        visit = visit_of(request)
        text = base64.urlsafe_b64encode(json.dumps([said[:400], wrong[:400]]).encode()).decode()
        signed = visit.board.sign(FLASH, visit.cookie + text)
        set_cookie(response, visit, FLASH, f"{text}.{signed}", seconds=60)
    return response


def set_cookie(response: Response, visit: Visit, name: str, value: str, *, seconds: int | None = None) -> None:
    """Set a cookie that no script can read and no other site can send along."""
    secure = visit.settings.web.https
    response.set_cookie(name, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=secure)


def local(path: str) -> str:
    """Return where to go next where that is one of our own pages, else "/"."""
    ok = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if ok else "/"


def look_of(request: Request) -> str:
    """Return which colours somebody wants: system, light or dark."""
    wanted = request.cookies.get(LOOK, "")
    return wanted if wanted in LOOKS else LOOKS[0]


def sentence(text: str) -> str:
    """Begin with a capital letter where a word comes first; an id or a command stays as it is."""
    first = text.partition(" ")[0].rstrip(",:;")
    return text[:1].upper() + text[1:] if first.isalpha() else text


def code_spans(text: str) -> Markup:
    """Return words with what stands between `backticks` as code, or as a link where the board has a page for it."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(_command(part) if number % 2 else part for number, part in enumerate(parts))


def _command(words: str) -> Markup:
    place = PAGES_OF.get(words)
    return Markup('<a href="{}">{}</a>').format(*place) if place else Markup("<code>{}</code>").format(words)


def _local(words: Callable[[T], str]) -> Callable[[Context, T], str]:
    """Return a filter that says a moment as the clocks of the nights' zone do; a day is a day anywhere."""

    @pass_context
    def said(context: Context, when: T) -> str:
        moment = when.astimezone(context["zone"]) if isinstance(when, datetime) and when.tzinfo else when
        return words(moment)

    return said


@cache
def environment() -> Environment:
    """Return the templates; every page and fragment comes from here."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals |= {"static": static, "looks": LOOKS}
    found.filters |= {
        "day": _local(wording.day),
        "short_day": _local(wording.short_day),
        "moment": _local(lambda at: f"{wording.short_day(at)}, {at:%H:%M}"),
        "clock": _local(lambda at: f"{at:%H:%M}"),
        "failure": lambda kind: FAILURES.get(kind, kind.capitalize()),
        "count": wording.count,
        "percent": wording.percent,
        "signed": wording.signed,
        "status": wording.status,
        "link": link,
        "one_line": one_line,
        "code_spans": code_spans,
        "sentence": sentence,
        "trouble": wording.trouble,
        "done": done,
        "trend_bars": charts.trend_bars,
        "week_end": lambda start: start + timedelta(days=6),
        "window_of": window_of,
        "four_weeks_before": lambda end: end - timedelta(days=27),
        "segment": lambda text: quote(str(text), safe=""),
    }
    return found


@cache
def static(name: str) -> str:
    """Return the address of a file of ours; it changes with the file, so that browsers may keep it."""
    return f"/static/{name}?v={sha256((HERE / 'static' / name).read_bytes()).hexdigest()[:12]}"


def _said(request: Request, visit: Visit) -> tuple[str, str] | None:
    """Return what the page before wanted said, and what went wrong; only what this board said to this browser."""
    text, _, signed = request.cookies.get(FLASH, "").partition(".")
    if not hmac.compare_digest(signed.encode(), visit.board.sign(FLASH, visit.cookie + text).encode()):
        return None
    said, wrong = json.loads(base64.urlsafe_b64decode(text))
    return str(said), str(wrong)
