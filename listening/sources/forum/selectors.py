"""The small language by which a table says where things are on a page: CSS, then `@name` for an attribute.

`|` parts alternatives in order; no CSS means the element itself; `<` before it looks in the element just before.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

Selectors = Mapping[str, str]
_NO_WORDS = ("style", "script", "noscript", "template")
Ids = Collection[int]  # elements, by their place in memory


@lru_cache(maxsize=2_000)
def alternatives(selector: str) -> tuple[tuple[bool, str, str], ...]:
    """Read "a.x @href | < b" -> ((False, "a.x", "href"), (True, "b", ""))."""
    pairs = []
    for part in filter(None, (piece.strip() for piece in selector.split(" | "))):
        before = part.startswith("<")
        match = re.fullmatch(r"(.*?)\s*@([\w-]+)", part.removeprefix("<").strip(), re.DOTALL)
        pairs.append((before, match[1], match[2]) if match else (before, part.removeprefix("<").strip(), ""))
    return tuple(pairs)


def shown_on(root: LexborNode | None, look: Selectors, keys: Iterable[str]) -> Selectors:
    """Return the look with, under these keys, only the alternatives that find something somewhere on the page.

    What finds nothing on the whole page finds nothing in a post of it, and each post would be asked again.
    """
    return {**look, **{key: _present(root, look[key]) for key in keys if key in look}}


def _present(root: LexborNode | None, selector: str) -> str:
    kept = (
        part
        for part in selector.split(" | ")
        if all(not css or (root is not None and root.css_first(css) is not None) for _, css, _ in alternatives(part))
    )
    return " | ".join(kept)


def is_css(selector: str) -> bool:
    """Return True where every part of a selector can be followed."""
    page = LexborHTMLParser("<p>")
    try:
        for _, css, _ in alternatives(selector):
            page.css(css or "p")
    except SelectolaxError:
        return False
    return True


def all_of(node: LexborNode | None, css: str) -> list[LexborNode]:
    """Return the elements that fit, each once (a list of selectors gives one for each that fits it)."""
    if node is None or not css:
        return []
    return list({found.mem_id: found for found in node.css(css)}.values())


def places(node: LexborNode | None, selector: str, others: Ids = ()) -> list[tuple[LexborNode, str]]:
    """Return (element, attribute) for everything that any alternative finds, in order of the alternatives.

    What stands inside one of the `others` (a post nested in this one) is not this node's own.
    """
    found: list[tuple[LexborNode, str]] = []
    for before, css, attribute in alternatives(selector):
        start = element_before(node) if before else node
        if start is None:
            continue
        elements = all_of(start, css) if css else [start]
        found += [(element, attribute) for element in elements if before or _is_own(element, node, others)]
    return found


def values(node: LexborNode | None, selector: str, others: Ids = ()) -> list[str]:
    """Return all values of the first alternative that gives any, with spaces tidied."""
    for part in selector.split(" | ") if selector else ():
        if found := [shown for place in places(node, part, others) if (shown := shown_at(*place))]:
            return found
    return []


def value(node: LexborNode | None, selector: str, others: Ids = ()) -> str:
    """Return the first value that any alternative gives, or ""."""
    return next(iter(values(node, selector, others)), "")


def first(node: LexborNode | None, selector: str, others: Ids = ()) -> LexborNode | None:
    """Return the first element that any alternative finds."""
    return next((element for element, _ in places(node, selector, others)), None)


def shown_at(element: LexborNode, attribute: str) -> str:
    """Return an attribute, or the words of an element, with spaces tidied; styles and scripts are no words."""
    if attribute:
        return " ".join((element.attributes.get(attribute) or "").split())
    if element.css_first("style, script") is None:
        return " ".join(element.text(separator=" ").split())
    texts = (node for node in element.traverse(include_text=True) if node.tag == "-text")
    shown = (node.text(deep=False) for node in texts if node.parent is None or node.parent.tag not in _NO_WORDS)
    return " ".join(" ".join(shown).split())


def own_text(node: LexborNode) -> str:
    """Return the text that stands in an element itself, not in elements inside it."""
    return " ".join(" ".join((child.text(deep=False) or "") for child in _texts(node)).split())


def _texts(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        if child.tag == "-text":
            yield child
        child = child.next


def element_before(node: LexborNode | None) -> LexborNode | None:
    """Return the element just before this one."""
    node = node.prev if node is not None else None
    while node is not None and (node.tag or "-").startswith(("-", "_")):
        node = node.prev
    return node


def number(text: str | None) -> int:
    """Return the first number in a text such as "2,695 views" or "1.2k"."""
    match = re.search(r"(\d[\d.,\u202f\u00a0']*)\s?([km])?(?![^\W\d_])", text or "", re.IGNORECASE)
    if not match:
        return 0
    if match[2]:
        return int(float(match[1].replace(",", ".").rstrip(".")) * (1_000 if match[2] in "kK" else 1_000_000))
    return int(re.sub(r"\D", "", match[1])[:12])


def last_number(text: str | None) -> str:
    """Return the last number in an id or address such as "post-12" or "#p12"."""
    numbers = re.findall(r"\d+", text or "")
    return numbers[-1] if numbers else ""


def _is_own(element: LexborNode, node: LexborNode | None, others: Ids) -> bool:
    """Return True unless one of the others stands between the element and the node."""
    if not others or node is None:
        return True
    above: LexborNode | None = element
    while above is not None and above.mem_id != node.mem_id:
        if above.mem_id in others:
            return False
        above = above.parent
    return True
