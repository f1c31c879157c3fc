"""Finds the feeds that a page offers: what it advertises, then what it links to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.sources.feed_charset import decode

_TYPES = re.compile(
    r"application/(?:(?:rss|atom|rdf|x\.atom|x-rss|x-atom)\+xml|feed\+json|rss|atom|x-rss)|text/(?:rss|atom|rdf)(?:\+xml)?",
    re.IGNORECASE,
)
_VAGUE_TYPES = re.compile(r"(?:application|text)/(?:xml|json|rdf)", re.IGNORECASE)
_FEED_LINK = re.compile(
    r"\.(?:rss|rdf|atom)(?:\?|$)|/(?:feed|rss|atom|index|rss2|feeds|news|blog)\.(?:xml|rdf|json)(?:\?|$)"
    r"|/(?:feed|rss|atom|feeds?/posts/default|rss2)/?$|[?&](?:feed|format|alt|type)=(?:rss2?|atom|feed)\b"
    r"|^https?://(?:feeds\d?\.feedburner\.com|feeds\.[^/]+)/.",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"comment|kommentar|commentaire|comentario|repl(?:y|ies)", re.IGNORECASE)
_MOST = 50


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that a page offers. `sure` where the page says itself that it is a feed; `comments` where of comments."""

    url: str
    title: str = ""
    sure: bool = True
    comments: bool = False


def find_feeds(body: bytes, url: str, content_type: str = "") -> tuple[FoundFeed, ...]:
    """Return the feeds that a page offers, the likeliest first: of posts before of comments, advertised before linked.

    Pure: no feed is opened. The first may still turn out to be none, where it is not `sure`.
    """
    tree = LexborHTMLParser(decode(body, content_type))
    base = _base(tree, url)
    found: dict[str, FoundFeed] = {}
    for feed in [*_advertised(tree, base), *_linked(tree, base)]:
        found.setdefault(feed.url, feed)
    return tuple(sorted(found.values(), key=lambda feed: (feed.comments, not feed.sure))[:_MOST])


def _base(tree: LexborHTMLParser, url: str) -> str:
    """Return the address against which the page's links are meant."""
    for node in tree.css("base[href]"):
        return _whole(url, node.attributes.get("href") or "") or url
    return url


def _advertised(tree: LexborHTMLParser, base: str) -> Iterator[FoundFeed]:
    """Yield what the page's `link` elements call a feed."""
    for node in tree.css("link[href], a[rel][type][href]"):
        rel = set((node.attributes.get("rel") or "").casefold().split())
        kind = (node.attributes.get("type") or "").strip()
        named = bool(_TYPES.match(kind)) or ("feed" in rel and "stylesheet" not in rel)
        address = _whole(base, node.attributes.get("href") or "")
        vague = bool(_VAGUE_TYPES.match(kind)) and _looks_as_feed(address)
        if address and rel & {"alternate", "feed"} and (named or vague):
            yield _feed(address, node.attributes.get("title") or "", sure=True)


def _linked(tree: LexborHTMLParser, base: str) -> Iterator[FoundFeed]:
    """Yield the links of the page whose address looks as a feed's: of its own site first, as a page may cite others."""
    links = [(node, _whole(base, node.attributes.get("href") or "")) for node in tree.css("a[href], area[href]")]
    feeds = [(node, address) for node, address in links if address and _looks_as_feed(address)]
    own = urlsplit(base).hostname
    for node, address in sorted(feeds, key=lambda each: urlsplit(each[1]).hostname != own):
        yield _feed(address, _words(node) or node.attributes.get("title") or "", sure=False)


def _looks_as_feed(address: str) -> bool:
    return bool(_FEED_LINK.search(address.partition("#")[0]))


def _feed(address: str, title: str, *, sure: bool) -> FoundFeed:
    title = " ".join(title.split())[:200]
    path = urlsplit(address)
    return FoundFeed(
        address, title, sure, bool(_COMMENTS.search(title) or _COMMENTS.search(f"{path.path}?{path.query}"))
    )


def _words(node: LexborNode) -> str:
    return " ".join((node.text(deep=True) or "").split())


def _whole(base: str, href: str) -> str:
    """Return a link as a whole web address; feed: and feed:// mean http. "" where it leads elsewhere."""
    href = re.sub(r"[\t\r\n]", "", href).strip()
    href = re.sub(r"^feed:(?://)?(?=https?:)|^feed:(?=//)", "", href, flags=re.IGNORECASE)
    if href.startswith("//") and not urlsplit(base).scheme:
        href = f"http:{href}"
    try:
        whole = urljoin(base, href) if href else ""
        return whole if urlsplit(whole).scheme in ("http", "https") and urlsplit(whole).hostname else ""
    except ValueError:
        return ""
