"""The pages, one file a page; a new one is a file with its `router`, a row here, and its rows in access.py."""

from __future__ import annotations

from types import ModuleType

from listening.web.pages import signing, start

PAGES: tuple[ModuleType, ...] = (
    start,
    signing,
)
