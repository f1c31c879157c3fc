"""What a visitor sees where something went wrong: the thing and the mend, and never a word about our insides."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from listening import errors
from listening.web.rendering import environment, go, local, look_of, render
from listening.web.shield import TooLarge
from listening.web.visit import API, SetUpFirst, SignInFirst, TooOften, address_of, visit_of

log = logging.getLogger(__name__)
STATUS: tuple[tuple[type[errors.ListeningError], int], ...] = (
    (SignInFirst, 401),
    (errors.NotAllowed, 403),
    (TooOften, 429),
    (errors.SignInRefused, 422),
    (errors.NotFound, 404),
    (errors.NightRunning, 409),
    (errors.InputError, 422),
    (errors.SettingsError, 422),
    (errors.NotConfigured, 422),
    (errors.SourceError, 422),
    (errors.MailError, 502),
    (errors.StoreError, 503),
)
TITLES = {
    400: "This could not be read",
    401: "Sign in first",
    403: "Not yours to see or change",
    404: "Nothing here",
    405: "Not this way",
    409: "Not now",
    413: "Too much at once",
    422: "That cannot be done",
    429: "Not so fast",
    500: "Something broke on our side",
    503: "The database does not answer",
}
MENDS = {
    404: "It may have been merged, renamed or erased. Search for it, or begin at the map.",
    405: "This address takes another kind of request.",
    413: "Send a smaller file.",
}


def add_refusals(app: FastAPI) -> None:
    """Teach the board to say what went wrong."""
    app.add_exception_handler(errors.ListeningError, _foreseen)
    app.add_exception_handler(RequestValidationError, _misfilled)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(TooLarge, _too_large)


def _foreseen(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.ListeningError)  # noqa: S101 - Starlette hands over only these
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    if isinstance(error, SignInFirst) and not request.url.path.startswith(API):
        return _to_sign_in(request)
    if isinstance(error, SetUpFirst):
        return go(request, "/account/second-factor")
    if isinstance(error, errors.NotAllowed):
        _note_refusal(request, error)
    if isinstance(error, TooOften):
        return _slower(request, error)
    if isinstance(error, errors.StoreError):  # it names the place of the database, which is for the operator
        log.error("web.store", extra={"error": error.thing})
        return refuse(
            request, status, "", "Try again in a minute; an operator finds the reason in the log.", kind=error.id
        )
    return refuse(request, status, error.thing, error.mend, kind=error.id)


def _slower(request: Request, error: TooOften) -> Response:
    """Say when to come again; the log has one line a minute of each who does not."""
    visit = visit_of(request)
    if not visit.board.pace.wait((visit.who or address_of(request), "noted"), 1, visit.now):
        _note_refusal(request, error)
    told = refuse(request, 429, error.thing, error.mend, kind=error.id)
    told.headers["retry-after"] = str(error.seconds)
    return told


def _note_refusal(request: Request, error: errors.ListeningError) -> None:
    """Log who tried what is not theirs, by the route's declared path: the path itself may hold what people typed."""
    visit = getattr(request.state, "visit", None)
    route = visit.rule.path if visit else ""
    told = {"who": visit.who if visit else "", "method": request.method, "route": route, "error": error.id}
    log.warning("web.refused", extra=told)


def _to_sign_in(request: Request) -> Response:
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    to = request.url_for("sign_in_page").include_query_params(next=back if request.method == "GET" else "/")
    there = f"{to.path}?{to.query}"
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": there})
    return RedirectResponse(there, status_code=303)


def _misfilled(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - Starlette hands over only these
    told = "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in error.errors()[:5])
    return refuse(request, 422, told, "go back and fill it in again", kind="input")


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette hands over only these
    told = refuse(request, error.status_code, "", MENDS.get(error.status_code, ""), kind="http")
    told.headers.update(error.headers or {})
    if error.status_code == 405:  # noqa: PLR2004 - Starlette names the methods of the first route of this path only
        told.headers["allow"] = ", ".join(sorted(_methods(request)))
    return told


def _methods(request: Request) -> set[str]:
    """Return how an address may be asked."""
    matched = [one for one in request.app.state.routes if one.matches(request.scope)[0] is not Match.NONE]
    named = [one for one in matched if "{" not in one.path]  # /pack/workbook is no /pack/{ending}
    return {method for one in named or matched for method in one.methods}


def _too_large(request: Request, _error: Exception) -> Response:
    return refuse(request, 413, "", MENDS[413], kind="too-large")


def unforeseen(request: Request, error: Exception) -> Response:
    """Say that something broke, and log what."""
    log.error("web.unforeseen", extra={"path": request.scope.get("path")}, exc_info=error)
    return refuse(
        request, 500, "", "Try again; if it stays, an operator finds the reason in the log.", kind="unforeseen"
    )


def came_from(request: Request) -> str:
    """Return the page of ours from which a form was sent, "" where the browser does not say."""
    told = urlsplit(request.headers.get("referer", ""))
    there = f"{told.path}?{told.query}" if told.query else told.path
    return there if told.netloc == request.url.netloc and local(there) == there != "/" else ""


def refuse(request: Request, status: int, thing: str, mend: str, *, kind: str) -> Response:
    """Return what went wrong as a page, or as JSON where a program asked."""
    title = TITLES.get(status, TITLES[500])
    if request.url.path.startswith(API):
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None  # noqa: PLR2004 - HTTP's "who are you"
        told = {"error": kind, "thing": thing or title, "mend": mend}
        return JSONResponse(told, status_code=status, headers=headers)
    if hasattr(request.state, "visit"):
        here = came_from(request) if request.method == "POST" else ""
        return render(request, "error.html", title=title, status=status, thing=thing, mend=mend, here=here)
    page = environment().get_template("error_alone.html")  # nobody knows yet who asks
    shown = page.render(title=title, thing=thing, mend=mend, look=look_of(request), said=None, user=None)
    return Response(shown, status_code=status, media_type="text/html")
