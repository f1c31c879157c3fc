"""Learns where repeated blocks show who wrote them, on pages that mark a name by no class and by no link."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import islice

from listening.sources.date_words import WEEKDAYS, fold
from listening.sources.forum.block_aside import HEADINGS
from listening.sources.forum.block_bodies import SOUND
from listening.sources.forum.block_shape import Block, inside
from listening.sources.forum.block_told import names_told
from listening.sources.forum.kinds import is_quoted
from listening.sources.forum.names import as_name, name_in, uncounted
from listening.sources.forum.selectors import element_before, own_text, shown_at
from listening.sources.forum.survey import Mark, Place, Survey

_ENOUGH = 0.8  # of the blocks must show something that can be a name in the same kind of place
_SEVERAL = 4  # blocks in which one odd one out makes no names of labels
_ODD_SHARE = 3  # of so many blocks one may show a name that looks odd
_LOOKED_AT = 150  # places of a block
_NEAR = 3  # places from a name to the date
_TOLD = re.compile(  # what stands before a date, or is a label, and names nobody
    r"(?:posted|published|submitted|shared|sent|asked|answered|added|created|written|opened|reported|inviato|pubblicato"
    r"|scritto|enviado|publicado|escrito|publie|poste|envoye|gesendet|geschrieben|veroffentlicht|erstellt|geplaatst"
    r"|skrevet|postat|napisano|opublikowano|dodano|wyslano|написано|опубликовано|добавлено)\b|(?:name|nick|author|date)$"
)
_STEP = 0.05  # how much a place is worth less than the one before it
_MOST_WORDS = 5
_INITIALS = 4  # characters of "Jr." and its like: a longer word with a dot behind it ends a sentence
_COUNTED = re.compile(r"\(\s*\d+\s*\)\s*$")  # "Comments (3)", as a heading
_ODD = re.compile(r"[?!;…\"]")  # in a name, but seldom
_BOLD = frozenset(("b", "strong", "a", "cite", "h2", "h3", "h4", "h5", "h6", "dt", "th", "legend"))
_RANK = re.compile(
    r"(?:(?:new|full|junior|senior|super|forum|active|trusted|registered|global|site|staff|gold|silver|premium|top"
    r"|vip|fleißiges|neues)\W)?(?:member|newbie|guest|user|moderator|mod|admin(?:istrator)?|veteran|enthusiast"
    r"|contributor|regular|routinier|mitglied|gast|benutzer|membre|invit[eé]|miembro|op|author|verified|team|staff"
    r"|newcomer|beginner|expert|guru|addict|poster|says|said|wrote|post(?:e|ed|ed by)|geschrieben|quote[ds]?"
    r"|subject(?:\W.*)?|reply|offline|online"
    r"|[\d.,k]+\s?(?:points?|likes?|(?:up)?votes?|replies|comments?|stars?|views?|antworten|punkte?|beitrage|kommentare?))"
)
_BETWEEN = re.compile(
    r"(?:(?:^|[\s,;:|«»\u2013—•·(\[-])(?:on|at|am|um|le|el|il|posted|wrote|said|schrieb|says|commented|replied|answered|asked|"
    + "|".join(sorted((re.escape(day) for day in WEEKDAYS if day.isascii()), key=len, reverse=True))
    + r")|[\s,;:|«»\u2013—•·(\[-])+$",
    re.IGNORECASE,
)

_Candidates = dict[str, dict[int, tuple[Mark, float]]]  # by kind of place and by block
_BY = re.compile(r"(?:(?:^|\s)(?:by|von|par|por|da|di|door|av|af|od|przez|от)|[|·•\u2013—,:-])$", re.IGNORECASE)


def with_names(survey: Survey, blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks, each with the name that stands where most of them show one; as they are where none does."""
    sound = [block for block in blocks if block.sound]
    if len(sound) < 2 or (_all_named(sound) and not _always_the_same(sound)):  # noqa: PLR2004 -- two tell
        return list(blocks)
    learned = _by_place(survey, sound) or _beside_dates(survey, sound) or names_told(survey, sound)
    if not learned:
        return list(blocks)
    return [
        replace(block, names=(learned[block.place.order],)) if block.place.order in learned else block
        for block in blocks
    ]


def _all_named(blocks: Sequence[Block]) -> bool:
    return sum(bool(block.names) for block in blocks) >= SOUND * len(blocks)


def _always_the_same(blocks: Sequence[Block]) -> bool:
    """Return True where all names are one: of who changed the posts, or whose site it is, if others stand there."""
    return len(blocks) >= _SEVERAL and len({mark.name for block in blocks for mark in block.names}) == 1


def _by_place(survey: Survey, blocks: Sequence[Block]) -> dict[int, Mark]:
    """Return the names in the kind of place that fits best, by the orders of their blocks."""
    found, odd = _candidates(survey, blocks)
    fit = {
        kind: marks
        for kind, marks in found.items()
        if _tells_apart(
            [mark for mark, _ in marks.values()],
            len(blocks) - min(sum(one == kind for one, _ in odd), len(blocks) // _ODD_SHARE),
        )
    }
    worth = {kind: _worth(kind, list(marks.values())) for kind, marks in fit.items()}
    if not worth:
        return {}
    kind = max(worth, key=lambda kind: worth[kind])
    return _odd_ones(survey, blocks, kind) | {order: mark for order, (mark, _) in fit[kind].items()}


def _odd_ones(survey: Survey, blocks: Sequence[Block], kind: str) -> dict[int, Mark]:
    """Return what stands in the place of the names, in blocks where it looks like none: "Who am I?", "Ann!"."""
    found: dict[int, Mark] = {}
    for block in blocks:
        for place in islice(inside(survey, block), _LOOKED_AT):
            name = place.kind == kind and (as_name(place.node) or name_in(own_text(place.node)))
            if name and not survey.find(name):
                found[block.place.order] = Mark(place.order, kind, name=name)
                break
    return found


def lone_name(survey: Survey, block: Block) -> tuple[Mark, ...]:
    """Return the name that one block by itself most probably shows; () where nothing in it can be one."""
    title = survey.places[0].node.css_first("title")
    about = fold(" ".join((title.text() or "").split())) if title is not None else ""  # the subject, and the site

    def told(name: str) -> bool:
        return fold(name) not in about and not _TOLD.match(fold(name))

    found, _ = _candidates(survey, [block])
    for mark in block.dates:
        name = _leading_name(own_text(survey.places[mark.order].node), mark, survey)
        if name and _may_be(name, survey) and told(name):
            return (Mark(mark.order, mark.kind, name=name),)
    dated = {mark.order for mark in block.dates}
    several = [one for some in found.values() for one in some.values() if told(one[0].name)]
    lone = [one for one in several if not _in_prose(survey, one[0], dated)]
    marks = [one for one in lone if one[1] > 0 or _stands_out(survey, one[0])]
    best = max(marks, key=lambda one: _worth(one[0].kind, [one]), default=None)
    return (best[0],) if best else ()


def _stands_out(survey: Survey, mark: Mark) -> bool:
    """Return True for what is bold or linked, or stands beside a picture and nothing else."""
    node = survey.places[mark.order].node
    before = element_before(node)
    return mark.kind.split("|", 1)[0] in _BOLD or (before is not None and before.tag == "img")


def _in_prose(survey: Survey, mark: Mark, dated: Collection[int]) -> bool:
    """Return True for what stands among words, but no date: stress or a link in a text, and no name over it."""
    place = survey.places[mark.order]
    return place.parent not in dated and _is_prose(survey, place)


def _is_prose(survey: Survey, place: Place) -> bool:
    return survey.places[place.parent].words > _MOST_WORDS


def _worth(kind: str, marks: Sequence[tuple[Mark, float]]) -> float:
    """Bold and linked words near the date that differ from block to block are most probably names."""
    distinct = len({uncounted(mark.name) for mark, _ in marks}) / len(marks)
    return (kind.split("|", 1)[0] in _BOLD) + distinct + sum(near for _, near in marks) / len(marks)


def _candidates(survey: Survey, blocks: Sequence[Block]) -> tuple[_Candidates, set[tuple[str, int]]]:
    """Return, by kind of place and block, what may be a name with how near the date, and the start, it stands.

    And the kinds and blocks in which something stands that looks odd for a name, and may be one all the same.
    """
    found: _Candidates = defaultdict(dict)
    odd = set[tuple[str, int]]()
    for block in blocks:
        dates = [mark.order for mark in block.dates]
        for at, place in enumerate((block.place, *islice(inside(survey, block), _LOOKED_AT))):
            whole = place.order == block.place.order
            own = own_text(place.node)
            counted = place.node.tag in HEADINGS and _COUNTED.search(own)
            name = as_name(place.node) if own and not whole and not counted else ""
            around = own and not name and any(place.order < date <= place.end for date in dates)
            if whole and around:  # "(Ann, 3 May 2026)", and no word of the text beside it
                own = own.strip(" (,:;)") if "(" in own else ""
            name = name_in(own) if around else name  # "by Ann | 3 May 2026", the date in a link
            if name and _ODD.search(name) and not _RANK.fullmatch(fold(name)):
                odd.add((place.kind, block.place.order))  # it may be the name, and what follows in its like is none
            if not name or block.place.order in found[place.kind] or not _may_be(name, survey):
                continue
            if (place.kind, block.place.order) in odd:
                continue
            near = any(abs(place.order - date) <= _NEAR for date in dates)
            if is_quoted(place.node) or place.order in dates or (not near and _is_prose(survey, place)):
                continue
            beside = 0.3 * bool(around) + 0.3 * near - _STEP * at
            found[place.kind][block.place.order] = Mark(place.order, place.kind, name=name), beside
            above = survey.places[place.parent]
            if above.order > block.place.order and _is_badged(above, name):
                found[above.kind].setdefault(block.place.order, (Mark(above.order, above.kind, name=name), beside))
    return found, odd


def _is_badged(around: Place, name: str) -> bool:
    """Return True for a place that shows a name and, beside it, nothing but a rank: "OP Ann"."""
    rest = shown_at(around.node, "").replace(name, "", 1).strip() if around.end - around.order <= _NEAR else name
    return not rest or bool(_RANK.fullmatch(fold(rest)))


def _may_be(name: str, survey: Survey) -> bool:
    if _RANK.fullmatch(fold(name)) or _ODD.search(name) or survey.find(name):
        return False
    sentence = name.endswith(".") and len(name.rsplit(maxsplit=1)[-1]) > _INITIALS
    return re.search(r"[^\W\d_]", name) is not None and not name.endswith(":") and not sentence


def _tells_apart(marks: Sequence[Mark], blocks: int) -> bool:
    """Return True where most blocks have such a place, and not nearly all say the same there, as labels do."""
    if len(marks) < _ENOUGH * blocks:
        return False
    [(_, often)] = Counter(uncounted(mark.name) for mark in marks).most_common(1)
    return often < len(marks) and (len(marks) < _SEVERAL or often <= _ENOUGH * len(marks))


def _beside_dates(survey: Survey, blocks: Sequence[Block]) -> dict[int, Mark]:
    """Return the names that stand in one element with the date: "Ann, 3 May 2026 at 10:12", "3 May 2026 by Ann"."""
    found: dict[int, Mark] = {}
    odd: dict[int, Mark] = {}
    usual = Counter(kind for block in blocks for kind in {mark.kind for mark in block.dates})
    for block in blocks:  # the date of the post before one in its words: the kind that most blocks show
        for mark in sorted(block.dates, key=lambda one: -usual[one.kind]):
            own = own_text(survey.places[mark.order].node)
            if name := _leading_name(own, mark, survey) or _trailing_name(own, mark, survey):
                told = found if _may_be(name, survey) else odd
                told.setdefault(block.place.order, Mark(mark.order, mark.kind, name=name))
    return odd | found if _tells_apart(list(found.values()), len(blocks)) else {}


def _leading_name(own: str, date: Mark, survey: Survey) -> str:
    words, best = own.split(), ""
    for count in range(1, min(_MOST_WORDS + 3, len(words))):
        lead, rest = " ".join(words[:count]), " ".join(words[count:])
        shown = survey.find(rest)
        if shown is None or shown.moment != date.moment or survey.find(lead):
            break
        best = lead
    return name_in(_BETWEEN.sub("", best))


def _trailing_name(own: str, date: Mark, survey: Survey) -> str:
    """Return the name behind a date, where a word or a sign stands between them."""
    words = own.split()
    for count in range(min(_MOST_WORDS, len(words) - 1), 0, -1):
        lead, name = " ".join(words[:-count]), " ".join(words[-count:])
        told = _BY.search(lead)
        shown = survey.find(lead[: told.start()]) if told else None
        if shown is not None and shown.moment == date.moment and survey.find(name) is None:
            return name_in(name)
    return ""
