"""The board: the map, its pain points and their owners in a browser, and the same for programs under /api/v1."""

from listening.web.app import create_app

__all__ = ["create_app"]
