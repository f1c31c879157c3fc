"""Reads repeated blocks as posts: of each the name, the date and the words, by the places that most blocks share."""

from __future__ import annotations

import html as markup
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from listening.sources.forum.block_aside import ASIDE, Shared, set_aside
from listening.sources.forum.block_bodies import SOUND, bodies
from listening.sources.forum.block_echoes import has_own_name, mark_repeated
from listening.sources.forum.block_lines import shown_beside
from listening.sources.forum.block_shape import Block, inside, numbers_of, own_link
from listening.sources.forum.names import uncounted
from listening.sources.forum.posts import FoundPost, text_hash
from listening.sources.forum.survey import Mark, Place, Survey
from listening.sources.forum.words import own_html
from listening.sources.pages import has_words

_WITH_BODY = 0.75  # of the blocks must have one, before those without one are none of the posts
_EVENT_WORDS = 40  # of what is told between posts
_FEW_EVENT_WORDS = 12  # of it, where it is told often
_HEAD_WORDS = 12  # of what stands over the posts, with a date, and is no post
_NEARLY = 0.9  # of the blocks: what fewer have of quotes is what they quote, and no frame of the program
_DATE_WORDS = 9  # a body of fewer words that reads as a date is one
_EXACT = {"": 0, "day": 0, "relative": 1}  # how a date was found: of two equals the more exact one is the post's
_SAYS = re.compile(
    r"^(<div>(?:\s|<[^>]*>)*)(?:says|said|wrote|schrieb|sagt|writes|a dit|a écrit|dice|dijo)\s?:", re.IGNORECASE
)
_NO_POST = re.compile(  # what is left of a head, or of a template, that holds no words of anybody
    r"[\s•·|/»«\u2013—-]+|(?:\W|nbsp;)*(?:(?:submitted|posted|asked|answered|by|von|geschrieben|par|por|on|at|am|um|edit|reply|delete|quote)\W*){1,4}",
    re.IGNORECASE,
)
_NOBODY = Mark(-1, "")


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A block with its date, its name, and the place of its words; None where they stand beside date and name."""

    block: Block
    date: Mark
    name: Mark
    body: Place | None


def read_blocks(survey: Survey, blocks: Sequence[Block]) -> list[tuple[Block, FoundPost]]:
    """Return each block that holds words with its post."""
    shared = Shared.by(survey, blocks)
    chosen = _without_events(_without_strangers(_chosen(survey, blocks, shared)))
    for one in chosen:
        set_aside(survey, one.block, one.body, (one.date, one.name), shared)
    usual = _usual_kinds(survey, blocks) - {one.body.kind for one in chosen if one.body}
    said = [_html_of(survey, one, usual) for one in chosen]
    if 2 * sum(map(has_words, said)) < len(said):  # the program sets each text as a quote
        said = [own_html(quote) if (quote := one.block.place.node.css_first("blockquote")) else "" for one in chosen]
    answered = mark_repeated(survey, [(one.block, one.body or one.block.place) for one in chosen], said)
    own = [_html_of(survey, one, usual) for one in chosen] if any(at is not None for at in answered) else said
    said = [new if has_words(new) else old for new, old in zip(own, said, strict=True)]
    return list(_posts_in(survey, chosen, said, answered))


def _chosen(survey: Survey, blocks: Sequence[Block], shared: Shared) -> list[_Chosen]:
    date_kind = _usual([block.dates for block in blocks], SOUND)
    name_kind = _usual([block.names for block in blocks])
    marked = [
        (block, _of_kind(block.dates or (_NOBODY,), date_kind), _of_kind(block.names or (_NOBODY,), name_kind))
        for block in blocks
    ]
    return [
        _Chosen(block, date, name, body)
        for (block, date, name), body in zip(marked, bodies(survey, marked, shared), strict=True)
    ]


def _without_strangers(chosen: list[_Chosen]) -> list[_Chosen]:
    """Leave out what has no name, and its date elsewhere, where all others have both alike: a page's head, mostly."""
    kinds = Counter(one.date.kind for one in chosen if one.name.name)
    kind, count = kinds.most_common(1)[0] if kinds else ("", 0)
    return [one for one in chosen if one.name.name or one.date.kind == kind] if count == kinds.total() > 1 else chosen


def _without_events(chosen: list[_Chosen]) -> list[_Chosen]:
    """Leave out what happened between posts ("added a label").

    It is short, and lacks the place in which the posts have their words, where that has a name of its own. The first
    post may be made otherwise than the rest.
    """
    bodies = [one.body for one in chosen if one.body]
    if len(bodies) < max(2, SOUND * len(chosen)) or not has_own_name(bodies[0].kind):
        return chosen
    most = _EVENT_WORDS if len(bodies) >= _WITH_BODY * len(chosen) else _FEW_EVENT_WORDS
    return [one for at, one in enumerate(chosen) if one.body or one.block.words > (most if at else _HEAD_WORDS)]


def _usual_kinds(survey: Survey, blocks: Sequence[Block]) -> set[str]:
    """Return the kinds of places that most blocks hold."""
    kinds = Counter(kind for block in blocks for kind in {place.kind for place in inside(survey, block)})
    return {kind for kind, count in kinds.items() if count >= SOUND * len(blocks)}


def _posts_in(
    survey: Survey, chosen: Sequence[_Chosen], said: Sequence[str], answered: Sequence[int | None]
) -> Iterator[tuple[Block, FoundPost]]:
    """Yield each block that says something with its post; `answered` are the blocks that each of them repeats."""
    numbers = numbers_of([one.block for one in chosen], survey)
    often = Counter(number for number, _ in numbers)
    above = {inner.order: one.block.place.order for one in chosen for inner in one.block.inner}
    told, named = list[str](), dict[int, str]()
    for one, html, (shown, anchor), quoted in zip(chosen, said, numbers, answered, strict=True):
        told.append(shown if shown and often[shown] == 1 else text_hash(one.name.name, html))
        words = re.sub(r"<[^>]+>", " ", html).split()
        if (
            not words
            or _NO_POST.fullmatch(" ".join(words))
            or (len(words) < _DATE_WORDS and survey.find(" ".join(words)))
        ):
            continue
        named[one.block.place.order] = told[-1]
        reply_to = named.get(above.get(one.block.place.order, -1))
        if quoted is not None and not reply_to and chosen[quoted].name.name != one.name.name:
            reply_to = told[quoted]
        post = FoundPost(
            id=told[-1],
            author=one.name.name or None,
            created_at=one.date.moment,
            date_from="text" if one.date.how == "day" else one.date.how,
            html=html,
            reply_to=reply_to,
            url=own_link(survey, one.block, one.date, shown),
            anchor=one.block.place.node.attributes.get("id") or anchor,
        )
        yield one.block, post


def _html_of(survey: Survey, one: _Chosen, usual: Collection[str]) -> str:
    """Return what the author of a block wrote: its body, else all that stands beside the date and the name."""
    block, body, date = one.block, one.body, one.date
    whole = body or block.place
    html = own_html(whole.node, ASIDE, [one.node for one in block.inner if whole.order <= one.order <= whole.end])
    if body is not None:
        return html + _more_of(survey, block, body, usual)
    html = _SAYS.sub(r"\1", html)
    for shown in shown_beside(survey, date, one.name):
        html = html.replace(markup.escape(shown, quote=False), " ", 1)
    return html


def _usual(marks: Sequence[Sequence[Mark]], least: float = _NEARLY) -> str:
    """Return the kind of place in which most blocks have such a mark that is not the same everywhere.

    One that is must stand in far more blocks: by `least`. Of equals the more exact one, then the one that stands first.
    """
    kinds = Counter(mark.kind for block in marks for mark in {one.kind: one for one in block}.values())
    firsts: dict[str, set[object]] = defaultdict(set)
    for block in marks:
        for mark in {one.kind: one for one in reversed(block)}.values():
            firsts[mark.kind].add(mark.moment or uncounted(mark.name))
    exact = {mark.kind: _EXACT.get(mark.how, 2) for block in marks for mark in block}
    order = {kind: at for at, kind in reversed(list(enumerate(mark.kind for block in marks for mark in block)))}
    most = max(kinds.values(), default=0)

    def fit(kind: str) -> tuple[object, ...]:
        varied = len(firsts[kind]) > 1 and kinds[kind] >= least * most
        return varied, kinds[kind], exact[kind], -order[kind]

    return max(kinds, key=fit, default="")


def _of_kind(marks: Sequence[Mark], kind: str) -> Mark:
    return next((mark for mark in marks if mark.kind == kind), marks[0])


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
