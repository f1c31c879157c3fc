"""Knows an address again: without what only follows a reader around, the same post has the same address each night."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

_FOLLOWS = frozenset({"fbclid", "gclid", "dclid", "msclkid", "yclid", "mc_cid", "mc_eid", "igshid", "ref_src"})
_SESSION = frozenset({"sid", "phpsessid", "jsessionid", "sessionid"})


def plain_link(url: str) -> str:
    """Return the address without session numbers and campaign marks; all else stays as it is, byte for byte.

    What follows # stays: in a thread it names the post. What is no address comes back as it was.
    """
    if "?" not in url:
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if not parts.query:
        return url
    kept = [piece for piece in parts.query.split("&") if not _is_passing(piece.partition("=")[0].casefold())]
    query = "&".join(kept)
    return url if query == parts.query else urlunsplit((*parts[:3], query, parts.fragment))


def _is_passing(name: str) -> bool:
    return name.startswith("utm_") or name in _FOLLOWS or name in _SESSION
