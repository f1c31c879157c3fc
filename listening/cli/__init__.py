"""The commands: each reads its words, calls one verb and prints what came of it."""

from listening.cli.app import main

__all__ = ["main"]
