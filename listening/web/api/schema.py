"""The API's own description: OpenAPI for programs, and a page to read."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, Response

from listening.web.rendering import render
from listening.web.visit import API, Here

router = APIRouter()


@router.get(f"{API}/openapi.json")
def openapi(request: Request) -> JSONResponse:
    """Return the description of every call."""
    return JSONResponse(_description(tuple(request.app.state.calls)))


@router.get("/api-reference")
def reference(request: Request, visit: Here) -> Response:
    """Show the calls to a person, with who may make them."""
    paths = _description(tuple(request.app.state.calls))["paths"]
    shown = [
        (method.upper(), path, call, visit.may(method.upper(), path))
        for path, methods in sorted(paths.items())
        for method, call in methods.items()
    ]
    return render(request, "api_reference.html", title="The API", calls=shown)


@cache
def _description(routes: tuple[Any, ...]) -> dict[str, Any]:
    return get_openapi(
        title="Listening",
        version=version("listening"),
        summary="What the board does, for programs.",
        description="Send a key as `Authorization: Bearer lst_…`; it may do what its user may.",
        routes=[one for one in routes if one.path != f"{API}/openapi.json"],
    )
