"""Reads repeated blocks as posts: of each the name, the date and the words, by the places that most blocks share."""

from __future__ import annotations

import html as markup
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from listening.sources.date_words import fold
from listening.sources.forum_block_shape import Block, holds, inside, numbers_of, own_link
from listening.sources.forum_posts import FoundPost, text_hash
from listening.sources.forum_selectors import shown_at
from listening.sources.forum_survey import Mark, Place, Survey
from listening.sources.forum_words import own_html

MOST_WORDS = 60  # of one block that count: long posts are no better than short ones
SOUND = 0.6  # of a group's blocks must have a name, a date and words
_ASIDE = "[data-aside]"
AROUND = 16  # words around a date or a name that still belong to it ("by Ann, on 3 May, 12 posts")
_ASIDE_WORDS = 40  # in a part of a post that is called profile, meta, controls ...
_HALF = 0.4
_NEARLY = 0.9  # of the blocks: what fewer have of quotes is what they quote, and no frame of the program
_POORLY_NAMED = 0.4  # like a profile, and not like a body too
_BARS = frozenset(("div", "p", "ul", "footer", "td", "section"))  # what may hold nothing but links to act by
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_DATE_WORDS = 9  # a body of fewer words that reads as a date is one
_GOOD = re.compile(
    r"content|body|message|text|entry|prose|cooked|markdown|comment|post|msg|inhalt|contenu", re.IGNORECASE
)
_POOR = re.compile(
    r"profile|user|author|avatar|sign|meta|control|button|foot|date|stat|rank|badge|head|nav|menu|tool|react|like|share"
    r"|action|vote|info|detail|poster|sidebar|title|subject|breadcrumb|pagin",
    re.IGNORECASE,
)
_POORER = re.compile(r"profile|avatar|sign|detail|info|meta|control|foot|edit|stat|head|button|tool", re.IGNORECASE)
_EXACT = {"": 0, "day": 0, "relative": 1}  # how a date was found: of two equals the more exact one is the post's
_SAYS = re.compile(
    r"^(<div>(?:\s|<[^>]*>)*)(?:says|said|wrote|schrieb|sagt|writes|a dit|a écrit|dice|dijo)\s?:", re.IGNORECASE
)
_FURNITURE = re.compile(r"#?\d{1,6}[.)]?|(?:says|said|wrote|schrieb|sagt|writes)\s?:?")
_QUOTE_NAME = re.compile(
    r"(?:^|[-_\s])(?:block)?(?:quot(?:e[sd]?|ing|ation)|citation|cita|zitat|citat)(?:[-_]?(?:box|block|text|content|body|head(?:er)?"
    r"|title|wrap(?:per)?|container|author|message))?(?:[-_\s]|$)",
    re.IGNORECASE,
)
_NOBODY = Mark(-1, "")
_ACTIONS = re.compile(
    r"(?:(?:reply|quote|report|share|permalink|link|edit|delete|like|flag|parent|save|follow|antworten|zitieren|melden"
    r"|repondre|citer|responder|citar|rispondi|cita|reageren|citeren)[\W_]*)+"
)


def read_blocks(survey: Survey, blocks: Sequence[Block]) -> list[tuple[Block, FoundPost]]:
    """Return each block that holds words with its post."""
    date_kind = _usual([block.dates for block in blocks])
    name_kind = _usual([block.names for block in blocks])
    chosen = [
        (block, _of_kind(block.dates, date_kind), _of_kind(block.names or (_NOBODY,), name_kind)) for block in blocks
    ]
    body_kind = _body_kind(survey, chosen)
    bodies = [
        next((at for at in inside(survey, block) if at.kind == body_kind and not holds(at, date, name)), None)
        for block, date, name in chosen
    ]
    for (block, date, name), body in zip(chosen, bodies, strict=True):
        _set_aside(survey, block, body or block.place, (date, name))
    numbers = numbers_of(blocks, survey)
    kinds = Counter(kind for block in blocks for kind in {place.kind for place in inside(survey, block)})
    usual = {kind for kind, count in kinds.items() if count >= SOUND * len(blocks)} - {body_kind}
    often = Counter(number for number, _ in numbers)
    posts, named = [], dict[int, str]()
    above = {one.order: block.place.order for block in blocks for one in block.inner}
    for (block, date, name), body, (shown, anchor) in zip(chosen, bodies, numbers, strict=True):
        whole = body or block.place
        html = own_html(whole.node, _ASIDE, [one.node for one in block.inner if whole.order <= one.order <= whole.end])
        html = _SAYS.sub(r"\1", html) if body is None else html + _more_of(survey, block, body, usual)
        words = re.sub(r"<[^>]+>", " ", html).split()
        if not words or (len(words) < _DATE_WORDS and survey.find(" ".join(words))):
            continue
        native = shown if shown and often[shown] == 1 else text_hash(name.name, html)
        named[block.place.order] = native
        outer = above.get(block.place.order)
        post = FoundPost(
            id=native,
            author=name.name or None,
            created_at=date.moment,
            date_from="text" if date.how == "day" else date.how,
            html=html,
            reply_to=named.get(outer) if outer is not None else None,
            url=own_link(survey, block, date, shown),
            anchor=block.place.node.attributes.get("id") or anchor,
        )
        posts.append((block, post))
    return posts


def _usual(marks: Sequence[Sequence[Mark]]) -> str:
    """Return the kind of place in which most blocks have such a mark; of equals the one that stands first."""
    kinds = Counter(kind for block in marks for kind in dict.fromkeys(mark.kind for mark in block))
    exact = {mark.kind: _EXACT.get(mark.how, 2) for block in marks for mark in block}
    order = {kind: at for at, kind in reversed(list(enumerate(mark.kind for block in marks for mark in block)))}
    return max(kinds, key=lambda kind: (kinds[kind], exact[kind], -order[kind]), default="")


def _of_kind(marks: Sequence[Mark], kind: str) -> Mark:
    return next((mark for mark in marks if mark.kind == kind), marks[0])


def _body_kind(survey: Survey, chosen: Sequence[tuple[Block, Mark, Mark]]) -> str:
    """Return the kind of place that holds most words in most blocks, without the date and the name; "" for none."""
    words: Counter[str] = Counter()
    held: Counter[str] = Counter()
    repeated: Counter[str] = Counter()
    distinct: dict[str, set[int]] = defaultdict(set)
    for block, date, name in chosen:
        counted = Counter[str]()
        for place in inside(survey, block):
            if holds(place, date, name):
                continue
            counted[place.kind] += 1
            if counted[place.kind] > 1:
                continue
            count = survey.words(place.order, place.end)
            words[place.kind] += min(count, MOST_WORDS)
            distinct[place.kind].add(hash((place.node.text() or "")[:200]) if count else 0)
        held.update(counted.keys())
        repeated.update(kind for kind, count in counted.items() if count > 1)
    fit = {
        kind: words[kind] * _named_like(kind) * len(distinct[kind]) / held[kind]
        for kind in words
        if held[kind] >= (_NEARLY if "quote" in kind else SOUND) * len(chosen)
        and repeated[kind] <= 0.1 * len(chosen)
        and words[kind]
    }
    best = max(fit.values(), default=0.0)
    prose = sum(min(block.words, MOST_WORDS) for block, _, _ in chosen)
    if max((words[kind] for kind in fit if fit[kind] == best), default=0) < _HALF * prose:
        return ""  # the words stand beside date and name: the whole block is the body, without these
    held_in_all = [
        k for k in fit if k.startswith("blockquote") and held[k] >= _NEARLY * len(chosen) and fit[k] >= 0.7 * best
    ]
    if held_in_all:  # the program's own frame of every post, and no quote
        return held_in_all[0]
    # of those that hold the words the first seen, which is the outermost: it loses no paragraph
    return next((kind for kind, score in fit.items() if score >= 0.95 * best), "") if best else ""


def _named_like(kind: str) -> float:
    _, shape, classes, prop = [*kind.partition("<")[0].split("|"), "", "", ""][:4]
    name = f"{shape} {classes} {prop}"
    return (1.5 if _GOOD.search(name) else 1.0) * (0.3 if _POOR.search(name) else 1.0)


def _more_of(survey: Survey, block: Block, body: Place, usual: Collection[str]) -> str:
    """Return what follows a body that is one paragraph only: the next ones, and lists, up to what most blocks have."""
    more, node = "", body.node.next if body.node.tag == "p" else None
    while node is not None:
        at = survey.orders.get(node.mem_id, -1)
        if (
            at > block.place.end
            or node.tag not in ("-text", "p", "ul", "ol", "br")
            or (at >= 0 and survey.places[at].kind in usual)
        ):
            break
        more += own_html(node) if at >= 0 and node.tag != "br" else markup.escape(node.text(deep=False) or "")
        node = node.next
    return more


def _set_aside(survey: Survey, block: Block, body: Place, marks: Sequence[Mark]) -> None:
    """Mark what is no word of the author: what stands around the date and the name, and what its class calls so."""
    aside = []
    most = min(AROUND, block.words // 2) if body is block.place else AROUND  # what stands beside them is the text
    for mark in marks:
        at = mark.order
        while at > block.place.order:
            above = survey.places[at].parent
            if above <= block.place.order or survey.words(above, survey.places[above].end) > most:
                break
            at = above
        if at > block.place.order:
            aside.append(survey.places[at])
    most_words = survey.words(body.order, body.end)
    aside += [
        place
        for place in inside(survey, block)
        if (survey.words(place.order, place.end) <= _ASIDE_WORDS and _is_aside(place))
        or (_is_quote(place) and survey.words(place.order, place.end) < most_words)
    ]
    for place in aside:
        if not place.order <= body.order <= place.end:
            place.node.attrs["data-aside"] = "1"


def _is_quote(place: Place) -> bool:
    attributes = place.node.attributes
    return _QUOTE_NAME.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}") is not None


def _is_aside(place: Place) -> bool:
    """Return True for what is called profile, meta, controls ... and nothing better, and for "Re: ..." over a post."""
    if place.node.tag in _HEADINGS:
        return shown_at(place.node, "").casefold().startswith("re:")
    if (
        place.node.tag in _BARS
        and place.end - place.order < AROUND
        and _ACTIONS.fullmatch(fold(shown_at(place.node, "")))
    ):
        return place.node.css_first("a, button") is not None
    if place.end == place.order and _FURNITURE.fullmatch(shown_at(place.node, "").casefold()):
        return True
    poor = _named_like(place.kind)
    return poor < _POORLY_NAMED or (poor < 1 and bool(_POORER.search(place.kind)))
