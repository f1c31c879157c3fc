"""Reads web addresses as people type them, and makes names for what is there."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_SECOND_LEVEL = frozenset(("co", "com", "org", "net", "ac", "gov", "edu", "ne", "or"))
_SHORT = re.compile(r"/?r/[A-Za-z0-9_+]+/?")


def whole_address(text: str) -> str:
    """Return what a person typed as a web address: `r/bikes`, `board.example`, `feed://board.example/rss`."""
    text = re.sub(r"^feed:(?://)?(?=https?:)|^feed:(?=//)", "", text.strip(), flags=re.IGNORECASE)
    if _SHORT.fullmatch(text):
        return f"https://www.reddit.com/{text.strip('/')}/"
    if text.startswith("//"):
        return f"https:{text}"
    return text if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d)", text) else f"https://{text}"


def suggest_name(url: str, more: str = "") -> str:
    """Return a name for the source at an address: its host without what all hosts have, and `more`."""
    host = (urlsplit(url).hostname or "").casefold()
    labels = [label for label in host.split(".") if label not in ("www", "")]
    if len(labels) > 1 and not host.replace(".", "").isdigit():
        labels = labels[:-2] if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else labels[:-1]  # noqa: PLR2004 -- a.co.uk
    name = re.sub(r"[^a-z0-9]+", "-", "-".join([*labels, more.casefold()])).strip("-")
    return name[:40].strip("-") or "source"
