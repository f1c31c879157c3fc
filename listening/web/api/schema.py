"""The API's own description: OpenAPI for programs, and a page to read."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute

from listening.web.rendering import render
from listening.web.visit import API, Here

router = APIRouter()


@router.get(f"{API}/openapi.json")
def openapi(request: Request) -> JSONResponse:
    """Return the description of every call."""
    return JSONResponse(description(request.app))


@router.get("/api-reference")
def reference(request: Request, visit: Here) -> Response:
    """Show the calls to a person, with who may make them."""
    paths = description(request.app)["paths"]
    shown = [
        (method.upper(), path, call, visit.may(method.upper(), path))
        for path, methods in sorted(paths.items())
        for method, call in methods.items()
    ]
    return render(request, "api_reference.html", title="The API", calls=shown)


def description(app: FastAPI) -> dict[str, Any]:
    """Return the description of the API's calls, made once."""
    if app.openapi_schema is None:
        app.openapi_schema = _describe(app.state.calls)
    return app.openapi_schema


def _describe(routes: Sequence[APIRoute]) -> dict[str, Any]:
    told = get_openapi(
        title="Listening",
        version=version("listening"),
        summary="What the board does, for programs.",
        description="Send a key as `Authorization: Bearer lst_…`; it may do what its user may.",
        routes=[one for one in routes if one.path != f"{API}/openapi.json"],
    )
    for call in (call for methods in told["paths"].values() for call in methods.values()):
        for status, answer in call["responses"].items():
            if int(status) >= 400:  # noqa: PLR2004 - FastAPI describes refusals in the kind of what went well
                answer["content"] = {"application/json": next(iter(answer["content"].values()))}
    return told
