"""Reads repeated blocks as posts: of each the name, the date and the words, by the places that most blocks share."""

from __future__ import annotations

import html as markup
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from listening.sources.forum.block_aside import AROUND, ASIDE, Shared, named_like, set_aside
from listening.sources.forum.block_echoes import has_own_name, mark_repeated
from listening.sources.forum.block_lines import shown_beside
from listening.sources.forum.block_shape import Block, holds, inside, numbers_of, own_link
from listening.sources.forum.names import uncounted
from listening.sources.forum.posts import FoundPost, text_hash
from listening.sources.forum.survey import Mark, Place, Survey
from listening.sources.forum.words import own_html
from listening.sources.pages import has_words

MOST_WORDS = 60  # of one block that count: long posts are no better than short ones
SOUND = 0.6  # of a group's blocks must have a name, a date and words
_WITH_BODY = 0.75  # of the blocks must have one, before those without one are none of the posts
_EVENT_WORDS = 40  # of what is told between posts
_FEW_EVENT_WORDS = 12  # of it, where it is told often
_HEAD_WORDS = 12  # of what stands over the posts, with a date, and is no post
_HALF = 0.4
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
    kind = _body_kind(survey, marked, shared)
    return [
        _Chosen(
            block,
            date,
            name,
            next((at for at in inside(survey, block) if at.kind == kind and not _is_head(at, block, date, name)), None),
        )
        for block, date, name in marked
    ]


def _is_head(place: Place, block: Block, date: Mark, name: Mark) -> bool:
    """Return True for a place that shows the date or the name of a block, or both of them once more."""
    if holds(place, date, name):
        return True
    again = [mark for mark in block.dates if mark.moment == date.moment and mark.how != "day"]
    return holds(place, *again) and holds(place, *(mark for mark in block.names if mark.name == name.name))


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


def _body_kind(survey: Survey, chosen: Sequence[tuple[Block, Mark, Mark]], shared: Shared) -> str:
    """Return the kind of place that holds most words in most blocks, without the date and the name; "" for none."""
    told = _Kinds.of(survey, chosen, shared)
    fit = told.fit(len(chosen))
    for kind in [one for one in fit if told.held[one] < _NEARLY * len(chosen)]:
        if fit[kind] == max(fit.values()) and _tells_again(survey, chosen, kind):
            del fit[kind]
    best = max(fit.values(), default=0.0)
    most = max((kind for kind in fit if fit[kind] == best), key=lambda kind: told.words[kind], default="")
    differs = len(told.distinct[most]) >= _NEARLY * len(chosen)  # else it may be a note: "edited by Ann"
    prose = sum(min(_prose(survey, shared, *one, lines=not differs), MOST_WORDS) for one in chosen)
    wanted = _HALF * prose
    if told.words[most] < wanted and not (2 * told.words[most] > wanted and _is_shown_twice(survey, chosen, most)):
        return ""  # the words stand beside date and name: the whole block is the body, without these
    in_all = (kind for kind in fit if kind.startswith("blockquote") and told.held[kind] >= _NEARLY * len(chosen))
    if frame := next((kind for kind in in_all if fit[kind] >= 0.7 * best), ""):
        return frame  # the program's own, of every post, and no quote
    # of those that hold the words the first seen, which is the outermost: it loses no paragraph
    return next((kind for kind, score in fit.items() if score >= 0.95 * best), "") if best else ""


def _prose(survey: Survey, shared: Shared, block: Block, date: Mark, name: Mark, *, lines: bool) -> int:
    """Return how many words of a block are its own, with or without the short `lines` that hold date and name."""
    within = sum(shared.own_words(inner) for inner in block.inner)
    heads = [survey.places[order].words for order in {date.order, name.order} if not lines]
    return shared.own_words(block.place) - within - sum(words for words in heads if words <= AROUND)


@dataclass(slots=True)
class _Kinds:
    """Of each kind of place in some blocks: its words, in how many blocks it stands, and in how many more than once."""

    words: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    repeated: Counter[str] = field(default_factory=Counter)
    distinct: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, survey: Survey, chosen: Sequence[tuple[Block, Mark, Mark]], shared: Shared) -> _Kinds:
        """Count them, without what holds a block's date or name, and without what all say."""
        told = cls()
        for block, date, name in chosen:
            counted = Counter[str]()
            for place in inside(survey, block):
                if _is_head(place, block, date, name):
                    continue
                counted[place.kind] += 1
                if counted[place.kind] > 1:
                    continue
                count = shared.own_words(place)
                told.words[place.kind] += min(count, MOST_WORDS)
                told.distinct[place.kind].add(hash((place.node.text() or "")[:200]) if count else 0)
            told.held.update(counted.keys())
            told.repeated.update(kind for kind, count in counted.items() if count > 1)
        return told

    def fit(self, blocks: int) -> dict[str, float]:
        """Return the kinds that may hold what was written, with how well each does."""
        return {
            kind: words * named_like(kind) * len(self.distinct[kind]) * self.held[kind] / blocks**2
            for kind, words in self.words.items()
            if words
            and self.held[kind] >= (_NEARLY if "quote" in kind else SOUND) * blocks
            and self.repeated[kind] <= 0.1 * blocks
        }


def _is_shown_twice(survey: Survey, chosen: Sequence[tuple[Block, Mark, Mark]], kind: str) -> bool:
    """Return True where the words of most such places stand twice in their blocks, as of posts open and folded up."""
    twice = 0
    for block, _, _ in chosen if kind else ():
        place = next((one for one in inside(survey, block) if one.kind == kind), None)
        words = "".join((place.node.text() or "").split()) if place else ""
        twice += bool(words) and "".join((block.place.node.text() or "").split()).count(words) > 1
    return 2 * twice > len(chosen)


def _tells_again(survey: Survey, chosen: Sequence[tuple[Block, Mark, Mark]], kind: str) -> bool:
    """Return True for a kind of place that mostly says what a block above it said: a quote, whatever it is called."""
    above, again, places = "", 0, 0
    for block, _, _ in chosen:
        place = next((one for one in inside(survey, block) if one.kind == kind), None)
        words = "".join((place.node.text() or "").split()) if place else ""
        places += bool(words)
        again += bool(words) and words in above
        above += "".join((block.place.node.text() or "").split())
    return 2 * again > places


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
