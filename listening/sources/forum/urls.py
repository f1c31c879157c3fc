"""The addresses of a forum: one page has one address, one thread one name, one post one number."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

SESSION_KEYS = frozenset({"sid", "s", "phpsessid", "jsessionid", "highlight", "sessionid"})
_THREAD_KEY = (
    re.compile(r"[?&]t=(\d+)"),
    re.compile(r"[?&](?:topic|tid|threadid|showtopic|thread|id_topic)=(\d+)"),
    re.compile(r"/threads?/(?:[^/?#]*[.-])?(\d+)(?:[/?#]|$)"),
    re.compile(r"showthread\.php[?/](\d+)"),
    re.compile(r"-t(\d+)(?:-\d+)?\.html"),
    re.compile(r"/(?:topic|discussion|questions?|t)/(\d+)(?:[-/?#]|$)"),
    re.compile(r"/(?:d|topics?)/(\d+)-"),
    re.compile(r"/t(\d+)(?:p\d+)?-[^/?#]+"),
    re.compile(r"/(?:thread|topic)/[^/?#]*?-?(\d+)(?:[-/?#]|$)"),
    re.compile(r"[?&]/topic/(\d+)-"),
    re.compile(r"/(\d+)-[^/]*\.html"),
)
_PLAIN = re.compile(
    r"(?:post|posts|p|pid|msg|message|reply|elcomment|entry|post[-_]?id|node|article|js-post|anchor|comment-post)?"
    r"[-_#=/]{0,2}(\d+)",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(
    r"(?:#(?:post|p|pid|msg|entry|comment|elcomment|reply)?[-_]?|[?&](?:p|pid|post|postid)=|/post/|\.msg)(\d+)",
    re.IGNORECASE,
)


def canonical(url: str) -> str:
    """Return the address without session numbers and without what follows #, so that one page has one address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k.casefold() not in SESSION_KEYS]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query) if parts.query else "", ""))


def joined(base: str, link: str) -> str:
    """Return a link of a page as a canonical address; "" for one that opens no page."""
    if not link or link.startswith(("#", "javascript", "mailto", "data:")):
        return ""
    try:
        url = canonical(urljoin(base, link))
    except ValueError:
        return ""
    return url if url.startswith(("http://", "https://")) else ""


def thread_key(url: str) -> str:
    """Return the thread's number in its address, or the address where there is none."""
    for pattern in _THREAD_KEY:
        if match := pattern.search(url):
            return f"t{match[1]}"
    return url


def post_number(shown: str) -> str:
    """Return what names a post in an id, class or address: its number, or the whole word where numbers have a kind.

    "post-12", "#p12" and "…/page2#post12" are 12; "comment_12" and "t1_c95" stay as they are.
    """
    shown = shown.strip()
    if match := _PLAIN.fullmatch(shown):
        return match[1]
    if "/" in shown or "#" in shown or "?" in shown:
        numbers = _IN_ADDRESS.findall(shown)
        return numbers[-1] if numbers else ""
    return shown.casefold() if re.fullmatch(r"[\w:.-]{1,64}", shown) and re.search(r"\d", shown) else ""


def answered_number(shown: str) -> str:
    """Return the number of the post that a quote's link or attribute leads to."""
    return shown and (post_number(shown) or next(iter(re.findall(r"\d+", shown)[-1:]), ""))
