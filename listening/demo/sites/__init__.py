"""Serves the demo world's sites on loopback, one port each, as long as somebody reads them."""

from listening.demo.sites.server import Sites, serve

__all__ = ["Sites", "serve"]
