"""Tells what in repeated blocks is none of their authors' words: what all show alike, and what repeats a post above."""

from __future__ import annotations

import html as markup
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from listening.sources.date_words import fold
from listening.sources.forum.block_shape import Block, inside
from listening.sources.forum.selectors import own_text
from listening.sources.forum.survey import Place, Survey

_SMALL = 12  # places in what a program writes into every post
_FEW_WORDS = 14  # of it
_AMONG_WORDS = 6  # in the place around it: what stands among more is a part of a sentence
_INLINE = frozenset(("a", "b", "i", "em", "strong", "u", "code"))
_BY_CHANCE = 4  # blocks: of fewer two may say the same, as where one quotes the other
_NEARLY_ALL = 0.9  # of the places of a kind
_MOST_NAMES = 200
_NAMES_OF_A_POST = 3
_MOST = 0.75  # of the blocks: what so many say alike nobody wrote
_BOXES = frozenset(
    (
        *("div", "table", "tbody", "tr", "td", "blockquote", "fieldset", "section", "aside", "p", "span", "ul", "ol"),
        *("dl", "font", "i", "em", "small", "cite", "q", "details", "center", "pre"),
    )
)
_RUN = 4  # words in a row that are told again
_LEAD_WORDS = 9  # before a quote's own words: "On Monday Ann B. wrote in #12:"
_LOOKED_AT = 400  # places of a post
_WORDS = 300  # of one place
_NEW_RUNS = 3  # behind a quote's own words: "Click to expand"
_SEVERAL = 6  # posts, of which not most quote the same
_EVERYWHERE = 0.6  # of the posts: what so many hold is no quote, but the program's

_Runs = Mapping[tuple[str, ...], Sequence[int]]


def said_by_all(survey: Survey, blocks: Sequence[Block]) -> set[int]:
    """Return the orders of the small places that show the same words in most blocks, as "Reply" and "Posts: 12" do.

    A negative one says so of the words that stand in a place itself, beside what stands in it. Numbers may differ, if
    that leaves the posts something to say.
    """
    alike = _alike(survey, blocks, r"\d+")
    if _are_dumb(survey, blocks, alike):
        alike = _alike(survey, blocks, r"$^")
    named = alike | _said_of_names(survey, blocks)
    return alike if _are_dumb(survey, blocks, named) else named


def _are_dumb(survey: Survey, blocks: Sequence[Block], alike: set[int]) -> bool:
    """Return True where most blocks say nothing beside what is alike in all."""
    return 2 * sum(not _says_more(survey, block, alike) for block in blocks) >= len(blocks)


def _said_of_names(survey: Survey, blocks: Sequence[Block]) -> set[int]:
    """Return the orders of the small places that say the same but for a name of somebody here and a number.

    "in answer to #12 of Ann", in any tongue: wherever such a place stands, and in two posts at least.
    """
    names = {fold(mark.name) for block in blocks for mark in block.names[:_NAMES_OF_A_POST]}
    known = sorted((re.escape(name) for name in names if len(name) > 1), key=len, reverse=True)[:_MOST_NAMES]
    if not known:
        return set()
    somebody = re.compile(r"(?<!\w)(?:" + "|".join(known) + r")(?!\w)")
    said: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for block in blocks:
        for place in inside(survey, block):
            small = place.end - place.order <= _SMALL and has_own_name(place.kind)
            if small and (words := _few_words(place.node.text(separator=" "), r"\d+")):
                said[place.kind][somebody.sub("@", words)].append(place.order)
    return {
        order
        for shown in said.values()
        for words, orders in shown.items()
        if "@" in words
        and re.search(r"[^\W\d_]", words)
        and len(orders) >= max(2, _NEARLY_ALL * sum(map(len, shown.values())))
        for order in orders
    }


def _alike(survey: Survey, blocks: Sequence[Block], unlike: str) -> set[int]:
    said: dict[tuple[str, str], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    few = len(blocks) < _BY_CHANCE
    for at, block in enumerate(blocks):
        for place in inside(survey, block):
            small = place.end - place.order <= _SMALL and not (few and _in_a_sentence(survey, place))
            where = _path(survey, block, place) if few else place.kind
            if small and (words := _few_words(place.node.text(separator=" "), unlike)):
                said[where, words][at].append(place.order)
            if place.words and place.end > place.order and (words := _few_words(own_text(place.node), unlike)):
                said[f"{where} own", words][at].append(-place.order)
    often = (found for found in said.values() if len(found) >= max(2, _MOST * len(blocks)))
    return {order for found in often for orders in found.values() for order in orders}


def _path(survey: Survey, block: Block, place: Place) -> str:
    """Return the kinds of what stands around a place in its block: a list and its copy in a quote differ in that."""
    kinds, at = list[str](), place.order
    while at > block.place.order:
        kinds.append(survey.places[at].kind)
        at = survey.places[at].parent
    return "/".join(kinds)


def _in_a_sentence(survey: Survey, place: Place) -> bool:
    return place.node.tag in _INLINE and survey.places[place.parent].words > _AMONG_WORDS


def _says_more(survey: Survey, block: Block, alike: set[int]) -> bool:
    known = alike | {mark.order for mark in (*block.dates, *block.names)}
    return any(place.words and not {place.order, -place.order} & known for place in inside(survey, block))


def _few_words(shown: str, unlike: str) -> str:
    words = fold(re.sub(unlike, "#", shown[:200])).split()
    return " ".join(words) if 0 < len(words) <= _FEW_WORDS and len(shown) < 200 else ""  # noqa: PLR2004 -- as cut above


def mark_repeated(survey: Survey, bodies: Sequence[tuple[Block, Place]], htmls: Sequence[str]) -> list[int | None]:
    """Mark as quotes what in a post repeats one above, and what is of the same kind elsewhere.

    `htmls` are what the posts say as far as is known. Returns for each the index of the post above that it repeats,
    None where it repeats none.
    """
    texts = [_words(markup.unescape(re.sub(r"<[^>]+>", " ", html))) for html in htmls]
    runs = _runs_of(texts)
    found = [list(_repeated(survey, at, bodies, texts, runs)) for at in range(len(bodies))]
    kinds = _quote_kinds(survey, bodies, [place for some in found for place, _ in some])
    for (block, body), some in zip(bodies, found, strict=True):
        alike = (place for place in inside(survey, block) if place.kind in kinds and _holds(body, place))
        for place in (*(place for place, _ in some), *alike):
            place.node.attrs["class"] = f"{place.node.attributes.get('class') or ''} quote"
    return [some[-1][1] if some else None for some in found]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _runs_of(texts: Sequence[list[str]]) -> _Runs:
    """Return in which posts each run of words stands, without those that stand in most."""
    held: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, words in enumerate(texts):
        for run in set(_cut(words)):
            held[run].append(at)
    most = _EVERYWHERE * len(texts) if len(texts) >= _SEVERAL else len(texts)
    return {run: ats for run, ats in held.items() if len(ats) <= most}


def _cut(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(_RUN)), strict=False)


def _repeated(
    survey: Survey, at: int, bodies: Sequence[tuple[Block, Place]], texts: Sequence[list[str]], runs: _Runs
) -> Iterator[tuple[Place, int]]:
    """Yield each outermost box of a post that repeats one above and adds nothing, with that one.

    A box that adds a word or two is left for one in it that does not; where there is none, it is the quote.
    """
    block, body = bodies[at]
    fit = list[tuple[Place, int, int]]()
    for place in islice(inside(survey, block), _LOOKED_AT) if at else ():
        if _holds(body, place) and (place.node.tag in _BOXES or "-" in (place.node.tag or "")):
            words = _words(place.node.text(separator=" ") or "")
            told = _told_before(words[:_WORDS], at, texts, runs) if 0 < len(words) < len(texts[at]) else None
            fit += [(place, *told)] if told else []
    end = -1
    for place, above, new in fit:
        closer = new and any(place.order < one.order <= place.end and not more for one, _, more in fit)
        if place.order > end and not closer:
            end = place.end
            yield place, above


def _told_before(words: list[str], at: int, texts: Sequence[list[str]], runs: _Runs) -> tuple[int, int] | None:
    """Return the post above that says these words, behind a few that may name its author; and how many are new."""
    told = [[one for one in runs.get(run, ()) if one < at] for run in _cut(words)]
    first = next((start for start, some in enumerate(told[:_LEAD_WORDS]) if some), None)
    if first is None:
        shorts = {tuple(text): one for one, text in enumerate(texts[:at]) if 0 < len(text) < _RUN}
        tails = (tuple(words[lead:]) for lead in range(1, min(_LEAD_WORDS, len(words))))
        return next(((shorts[tail], 0) for tail in tails if tail in shorts), None)
    new = sum(not some for some in told[first:])
    if new > min(_NEW_RUNS, len(told[first:]) // 2):
        return None
    return Counter(some[0] for some in told if some).most_common(1)[0][0], new  # who said it, not who quoted it before


def _quote_kinds(survey: Survey, bodies: Sequence[tuple[Block, Place]], quotes: Sequence[Place]) -> set[str]:
    """Return the kinds of boxes that are quotes: those where many were seen to be, and that few posts hold."""
    seen = Counter(place.kind for place in quotes if has_own_name(place.kind))
    held = Counter[str]()
    for block, body in bodies if seen else ():
        held.update(place.kind for place in inside(survey, block) if place.kind in seen and _holds(body, place))
    return {kind for kind, count in seen.items() if count * 3 >= held[kind] and held[kind] <= _EVERYWHERE * len(bodies)}


def has_own_name(kind: str) -> bool:
    """Return True for a kind of place that its class or id tells from all others."""
    _, shape, classes, _ = [*kind.partition("<")[0].split("|"), "", "", ""][:4]
    return bool(shape or classes)


def _holds(body: Place, place: Place) -> bool:
    return body.order < place.order <= body.end
