"""Turns posts into documents: clean words without the people who wrote them, and which text copies which."""

from listening.documents.clean import clean
from listening.documents.dedupe import near_copies
from listening.documents.prepare import identity, prepare, pseudonym
from listening.documents.redact import redact

__all__ = ["clean", "identity", "near_copies", "prepare", "pseudonym", "redact"]
