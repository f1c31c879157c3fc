"""Puts the board together: its pages, its gate, its shield."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from listening.errors import SettingsError
from listening.settings import Settings, load, web_secret
from listening.store import Store
from listening.web.demo_world import DemoWorld
from listening.web.pages import PAGES
from listening.web.refusals import add_refusals, unforeseen
from listening.web.rendering import HERE
from listening.web.shield import Shield
from listening.web.visit import API, Board, enter

log = logging.getLogger(__name__)


def create_app(
    settings: Settings, store: Store, *, clock: Callable[[], datetime] | None = None, demo: DemoWorld | None = None
) -> FastAPI:
    """Return the board over an open store. It reads the settings again when one of their files changes.

    With a `demo` an admin can start that invented world from the board.
    """
    clock = clock or partial(datetime.now, UTC)
    board = Board(store, Fresh(settings), web_secret(settings), clock, demo=demo)
    app = FastAPI(title="Listening", openapi_url=None, docs_url=None, redoc_url=None, dependencies=[Depends(enter)])
    app.state.board = board
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.router.routes.extend(_routes())
    app.state.routes = [one for page in PAGES for one in page.router.routes]
    app.state.calls = [one for one in app.state.routes if one.path.startswith(API)]
    add_refusals(app)
    app.add_middleware(Shield, https=lambda: board.read_settings().web.https, broken=unforeseen)
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Return every page's routes behind the gate: FastAPI reads what they take in a second, once for all boards."""
    gated = APIRouter(dependencies=[Depends(enter)])
    for page in PAGES:
        gated.include_router(page.router)
    return tuple(gated.routes)


class Fresh:
    """The settings as their files say now; a file that cannot be followed leaves the last good ones."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.seen = _changed(settings.config)

    def __call__(self) -> Settings:
        """Return them."""
        now = _changed(self.settings.config)
        if now != self.seen:
            self.seen = now
            self.settings = _reloaded(self.settings)
        return self.settings


def _reloaded(settings: Settings) -> Settings:
    try:
        return load(settings.config)
    except SettingsError as error:
        log.warning("web.settings", extra={"error": error.thing})
        return settings


def _changed(config: Path) -> tuple[tuple[str, int], ...]:
    files = sorted([*config.glob("*.toml"), *config.glob("journeys/*.toml")])
    return tuple((str(path), path.stat().st_mtime_ns if path.exists() else 0) for path in files)
