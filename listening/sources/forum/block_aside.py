"""Sets aside what in repeated blocks stands around their texts: names, dates, profiles, buttons, quotes."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from listening.sources.date_words import fold
from listening.sources.forum.block_echoes import said_by_all
from listening.sources.forum.block_shape import Block, inside
from listening.sources.forum.selectors import own_text, shown_at
from listening.sources.forum.survey import Mark, Place, Survey, signed

ASIDE = "[data-aside]"
AROUND = 16  # words around a date or a name that still belong to it ("by Ann, on 3 May, 12 posts")
_ASIDE_WORDS = 40  # in a part of a post that is called profile, meta, controls ...
_DATE_WORDS = 8  # of a place that shows a date and nothing else
_LABELLED = 0.75  # of the blocks have such a label
_MANY = 0.3
_POORLY_NAMED = 0.4  # like a profile, and not like a body too
_BARS = frozenset(("div", "p", "ul", "footer", "td", "section"))  # what may hold nothing but links to act by
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_GOOD = re.compile(
    r"content|body|message|text|entry|prose|cooked|markdown|comment|post|msg|inhalt|contenu", re.IGNORECASE
)
_POOR = re.compile(
    r"profile|user|author|avatar|sign|meta|control|button|foot|date|stat|rank|badge|head|nav|menu|tool|react|like|share"
    r"|action|vote|info|detail|poster|sidebar|title|subject|breadcrumb|pagin",
    re.IGNORECASE,
)
_POORER = re.compile(
    r"profile|action|avatar|sign|detail|info|meta|control|foot|edit|stat|head|button|tool", re.IGNORECASE
)
_EDITED = re.compile(
    r"\W*(?:this (?:post|message|comment) (?:was|has been) )?(?:last |zuletzt |derniere? )?"
    r"(?:edited|modified|updated|edit|modification"
    r"|bearbeitet|geandert|modifie|edite|editado|modificato|отредактировано|изменено|改动|编辑|編集|수정|edytowan|ostatnio"
    r"|geredigeerd|bewerkt|redigerad|muokattu|duzenle)"
)
_FURNITURE = re.compile(r"#?\d{1,6}[.)]?|(?:says|said|wrote|schrieb|sagt|writes)\s?:?")
_QUOTE_NAME = re.compile(
    r"(?:^|[-_\s])(?:block)?(?:quot(?:e[sd]?|ing|ation)|citation|cita|zitat|citat)(?:[-_]?(?:box|block|text|content|body|head(?:er)?"
    r"|title|wrap(?:per)?|container|author|message))?(?:[-_\s]|$)",
    re.IGNORECASE,
)
_ACTIONS = re.compile(
    r"(?:(?:reply|quote|report|share|permalink|link|edit|delete|like|flag|parent|save|follow|antworten|zitieren|melden"
    r"|repondre|citer|responder|citar|rispondi|cita|reageren|citeren)[\W_]*)+"
)


@dataclass(frozen=True, slots=True)
class Shared:
    """What the blocks of a page have in common: the places that say the same in all, and the kinds that hold texts.

    `running` are the sums, from the first place of the page on, of the words that not all of them say; `labelled` the
    places that stand behind such a label as "Town:" and are not the text of a post.
    """

    alike: Collection[int]
    wordy: Collection[str]
    running: Sequence[int]
    labelled: Collection[int] = ()

    @classmethod
    def by(cls, survey: Survey, blocks: Sequence[Block]) -> Shared:
        """Return what these blocks share."""
        alike = said_by_all(survey, blocks)
        return cls(alike, _wordy_kinds(survey, blocks), _running(survey, alike), _labelled(survey, blocks, alike))

    def own_words(self, place: Place) -> int:
        """Return how many words in a place, outside links, are not what all say."""
        return self.running[place.end + 1] - self.running[place.order]


def _labelled(survey: Survey, blocks: Sequence[Block], alike: Collection[int]) -> set[int]:
    """Return the places behind the labels that all blocks share, but for the label behind which most words stand."""
    behind: dict[str, list[Place]] = defaultdict(list)
    for label in (survey.places[order] for order in alike if order > 0 and len(blocks) > 1):
        shown = shown_at(label.node, "")
        at = survey.orders.get(_next_id(label.node), -1) if shown.endswith((":", "\uff1a")) else -1
        if at >= 0:
            behind[shown].append(survey.places[at])
    words = {shown: sum(survey.words(one.order, one.end) for one in some) for shown, some in behind.items()}
    most = max(words, key=lambda shown: words[shown], default="")
    return {
        place.order
        for shown, some in behind.items()
        for place in some
        if shown != most and len(some) >= _LABELLED * len(blocks) and survey.words(place.order, place.end) <= AROUND
    }


def _next_id(node: LexborNode) -> int:
    """Return the id in memory of the element that follows an element; 0 for none."""
    after = node.next
    while after is not None and after.tag in {"-text", "-comment"}:
        after = after.next
    return after.mem_id if after is not None else 0


def _running(survey: Survey, alike: Collection[int]) -> list[int]:
    sums, end = [0], -1
    for place in survey.places:
        end = max(end, place.end) if place.order in alike else end
        said = place.order <= end or -place.order in alike
        sums.append(sums[-1] + (0 if said else place.words))
    return sums


def set_aside(survey: Survey, block: Block, body: Place | None, marks: Sequence[Mark], shared: Shared) -> None:
    """Mark what is no word of the author: what stands around the date and the name, and what its class calls so."""
    whole = body or block.place
    apart = body or any(place.kind in shared.wordy for place in inside(survey, block))
    most = AROUND if apart else min(AROUND, block.words // 2)  # what stands beside them is the text
    aside = [place for mark in marks if (place := _frame_of(survey, block, mark, marks, shared, most)) is not None]
    most_words = survey.words(whole.order, whole.end)
    aside += [
        place
        for place in inside(survey, block)
        if place.order in shared.alike
        or place.order in shared.labelled
        or (_shows_again(block, place, marks) and not survey.places[place.parent].words)
        or (survey.words(place.order, place.end) <= _ASIDE_WORDS and _is_aside(survey, whole, place, shared))
        or (survey.words(place.order, place.end) and not shared.own_words(place))
        or _links_answered(place)
        or (place.words and survey.words(place.order, place.end) <= AROUND and _is_edit_note(survey, place))
        or (_is_quote(place) and survey.words(place.order, place.end) < most_words)
    ]
    for place in aside:
        if not place.order <= whole.order <= place.end:
            place.node.attrs["data-aside"] = "1"


def _shows_again(block: Block, place: Place, marks: Sequence[Mark]) -> bool:
    """Return True for a place that shows the date or the name of a block once more and nothing else."""
    if place.end > place.order or place.words > _DATE_WORDS:
        return False
    known = {mark.moment or mark.name for mark in marks}
    return any(
        mark.order == place.order and (mark.moment or mark.name) in known for mark in (*block.dates, *block.names)
    )


def _links_answered(place: Place) -> bool:
    """Return True for a link at the start of a text to another place of the page: "Ann", whom the text answers."""
    node = place.node
    link = node.attributes.get("href") or "" if node.tag == "a" else ""
    return link.startswith("#") and re.search(r"\d", link) is not None and node.prev is None


def _is_edit_note(survey: Survey, place: Place) -> bool:
    """Return True for what says when a post was changed, in a place of its own: "Edited by Ann, 3 May 2026"."""
    if place.node.tag in HEADINGS or not _EDITED.match(fold(own_text(place.node))):
        return False
    return survey.find(shown_at(place.node, "")) is not None


def _is_all(survey: Survey, whole: Place, place: Place) -> bool:
    """Return True for a place that holds all words of a body, however it is called."""
    if not whole.order < place.order <= whole.end:
        return False
    if survey.words(whole.order, whole.end) != survey.words(place.order, place.end):
        return False
    held = survey.places[place.order : place.end + 1]
    return any(one.words and re.search(r"\w", own_text(one.node)) for one in held)


def _frame_of(  # noqa: PLR0917 -- all of them limit how far the frame reaches
    survey: Survey, block: Block, mark: Mark, marks: Sequence[Mark], shared: Shared, most: int
) -> Place | None:
    """Return the widest place in a block around a date or a name that is no text; None for the block itself."""
    at = mark.order
    while at > block.place.order:
        above = survey.places[at].parent
        much = survey.words(above, survey.places[above].end) > most or survey.places[above].kind in shared.wordy
        if above <= block.place.order or (much and not _only_marks(survey, above, marks, shared.alike)):
            break
        at = above
    is_text = at == mark.order and _is_signed(survey, mark)
    return survey.places[at] if at > block.place.order and not is_text else None


def _is_signed(survey: Survey, mark: Mark) -> bool:
    """Return True for a date that ends the text of the place in which it stands."""
    return mark.moment is not None and bool(signed(survey.places[mark.order].node))


def _wordy_kinds(survey: Survey, blocks: Sequence[Block]) -> set[str]:
    """Return the kinds of places that hold a text in many blocks: where they hold few words, these are one too."""
    kinds = Counter[str]()
    for block in blocks:
        kinds.update({place.kind for place in inside(survey, block) if survey.words(place.order, place.end) > AROUND})
    return {kind for kind, count in kinds.items() if count >= _MANY * len(blocks)}


def _only_marks(survey: Survey, at: int, marks: Sequence[Mark], alike: Collection[int]) -> bool:
    """Return True where a place says nothing but date, name and what all blocks say."""
    known = {mark.order for mark in marks if not _is_signed(survey, mark)} | {abs(order) for order in alike}
    return all(place.order in known or not place.words for place in survey.places[at : survey.places[at].end + 1])


def _is_quote(place: Place) -> bool:
    attributes = place.node.attributes
    return _QUOTE_NAME.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}") is not None


def _is_aside(survey: Survey, whole: Place, place: Place, shared: Shared) -> bool:
    """Return True for what is called profile, meta, controls ... and nothing better, and for "Re: ..." over a post."""
    if place.node.tag in HEADINGS:
        return shown_at(place.node, "").casefold().startswith("re:")
    if (
        place.node.tag in _BARS
        and place.end - place.order < AROUND
        and _ACTIONS.fullmatch(fold(shown_at(place.node, "")))
    ):
        return place.node.css_first("a, button") is not None
    if place.end == place.order and _FURNITURE.fullmatch(shown_at(place.node, "").casefold()):
        return True
    poor = named_like(place.kind)
    if _is_all(survey, whole, place):
        return False
    text = 2 * shared.own_words(place) >= shared.own_words(whole) > 0
    return poor < _POORLY_NAMED or (poor < 1 and not text and bool(_POORER.search(place.kind)))


def named_like(kind: str) -> float:
    """Return how much a kind of place is called what holds a text: above 1 if so, below if it is called otherwise."""
    _, shape, classes, prop = [*kind.partition("<")[0].split("|"), "", "", ""][:4]
    name = f"{shape} {classes} {prop}"
    return (1.5 if _GOOD.search(name) else 1.0) * (0.3 if _POOR.search(name) else 1.0)
