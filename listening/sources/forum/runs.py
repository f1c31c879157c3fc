"""Finds posts that stand in several elements side by side, such as two rows of a table each, or a dt and its dd."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.sources.forum.kinds import kind_of
from listening.sources.forum.selectors import shown_at
from listening.sources.forum.survey import Mark, Place, Survey, within

RUN = "x-run"  # the class of what is put around the elements of one post
_FEWEST = 2  # runs that make a thread
_SOUND = 0.6  # of the runs must have a date and words
_MOST_PARENTS = 400
_LABEL_WORDS = 3
_LONGEST = 12  # rows of a post: what fewer rows than that show is no label
_MOST_DATES = 8  # in one run: more is several posts
_NO_POST = frozenset(("footer", "nav", "form", "aside", "script"))
_FRAMING = frozenset(("center", "table", "form"))
_BREAKS = frozenset(("br", "hr", "p"))
_FRAME = {"tbody": "tbody", "table": "tbody", "dl": "div", "ul": "li", "ol": "li"}


@dataclass(frozen=True, slots=True)
class _Runs:
    """Elements side by side, cut before each head: the parent, and the first child of each run."""

    parent: Place
    children: tuple[Place, ...]
    heads: tuple[int, ...]
    worth: tuple[float, ...]


def in_runs(survey: Survey) -> Survey | None:
    """Return a survey of the same page with an element of class RUN around each run; None where nothing repeats so."""
    best = max((runs for runs in _all_runs(survey.known())), key=lambda runs: runs.worth, default=None)
    if best is None or survey.root is None:
        return None
    parent = best.parent.node
    parent.attrs["data-runs"] = "1"
    page, whole = survey.root.html or "", parent.html or ""
    del parent.attrs["data-runs"]
    frame = _FRAME.get(parent.tag or "", "div")
    lead, *pieces = _cut(parent, {best.children[head].node.mem_id for head in best.heads}, _foot(best))
    runs = "".join(f'<{frame} class="{RUN}">{piece}</{frame}>' for piece in pieces)
    inner = f"{'<tbody>' + lead + '</tbody>' if lead and frame == 'tbody' else lead}{runs}"
    around = inner if parent.tag == "tbody" else f"<{parent.tag}{_attributes(parent)}>{inner}</{parent.tag}>"
    # the tree without the mark says the same with less: the page is written once, with the mark in it
    marked = page if whole in page else page.replace(parent.html or "", whole, 1)
    return Survey(LexborHTMLParser(marked.replace(whole, around, 1)).root, survey.find)


def _foot(runs: _Runs) -> int:
    """Return the id in memory of the first element behind the last post, 0 for none: no other post holds its like."""
    last = runs.heads[-1]
    usual = {child.kind for child in runs.children[runs.heads[0] : last]}
    foot = 0
    for child in reversed(runs.children[last + 1 :]):
        if child.kind in usual or not (child.node.attributes.get("class") or child.node.tag in _FRAMING):
            break
        foot = child.node.mem_id
    return foot


def _cut(parent: LexborNode, heads: set[int], foot: int) -> list[str]:
    """Return what stands in an element as HTML, cut before each head, up to the page's foot."""
    pieces = [""]
    node = parent.child
    while node is not None:
        if node.mem_id in heads:
            pieces.append("")
        elif node.mem_id == foot or (node.tag in _NO_POST and len(pieces) > len(heads)):
            break
        pieces[-1] += node.html or ""
        node = node.next
    return pieces


def _attributes(node: LexborNode) -> str:
    return "".join(f' {name}="{(value or "").replace(chr(34), "&quot;")}"' for name, value in node.attributes.items())


def _all_runs(survey: Survey) -> Iterator[_Runs]:
    children: dict[int, list[Place]] = defaultdict(list)
    for place in survey.places:
        children[place.parent].append(place)
    wide = [(at, some) for at, some in children.items() if at >= 0 and len(some) > _FEWEST]
    for at, some in wide[:_MOST_PARENTS]:
        parent = survey.places[at]
        if parent.node.tag not in ("html", "head") and len(within(survey.dates, at + 1, parent.end)) >= _FEWEST:
            yield from _runs_of(survey, parent, some)


def _runs_of(survey: Survey, parent: Place, children: Sequence[Place]) -> Iterator[_Runs]:
    """Cut the children before each of one kind, for each kind that may begin a post."""
    kinds = Counter(mark.kind for mark in within(survey.dates, parent.order + 1, parent.end))
    dates = [mark for mark in survey.dates if mark.kind == kinds.most_common(1)[0][0]]
    signs: dict[str, list[int]] = defaultdict(list)
    labels = Counter(map(_label, children))
    for at, child in enumerate(children):
        often = labels[_label(child)] >= _FEWEST * len(children) / _LONGEST
        signs[_sign(dates, child) + (_label(child) if often else "")].append(at)
    for heads in (*signs.values(), _dated_lines(survey, dates, children)):
        if not _FEWEST <= len(heads) <= (len(children) - heads[0]) / _FEWEST + 1:
            continue
        ends = [*(at - 1 for at in heads[1:]), len(children) - 1]
        spans = [(children[one].order, children[other].end) for one, other in zip(heads, ends, strict=True)]
        counts = [len(within(survey.dates, *span)) for span in spans]
        sound = [
            0 < count <= _MOST_DATES and survey.words(*span) > 0 for span, count in zip(spans, counts, strict=True)
        ]
        named = sum(bool(within(survey.names, *span)) for span in spans)
        words = sum(survey.words(*span) for span in spans)
        if sum(sound) >= max(_FEWEST, _SOUND * len(spans)):
            own = float(children[heads[0]].node.tag not in _FRAMING or len({children[at].kind for at in heads}) == 1)
            worth = (sum(sound) - (len(spans) - sum(sound)), words > survey.words(0, len(survey.places) - 1) / 3)
            yield _Runs(
                parent, tuple(children), tuple(heads), (*map(float, worth), float(named), own, -float(heads[0]))
            )


def _dated_lines(survey: Survey, dates: list[Mark], children: Sequence[Place]) -> list[int]:
    """Return where the lines begin that hold a date, however they begin: "Ann, 3 May 2026", "3 May 2026, Ann".

    Where no words follow the last of them, they end the posts: return where the next ones begin.
    """
    heads, ends, start = list[int](), list[int](), 0
    for at, child in enumerate(children):
        if child.node.tag in _BREAKS:
            start = at + 1
        elif within(dates, child.order, child.end):
            heads += [start] if start not in heads[-1:] else []
            ends = [*ends[: len(heads) - 1], at]
    if not ends or ends[-1] + 1 == len(children):
        words = 0
    else:
        words = survey.words(children[ends[-1] + 1].order, children[-1].end)
    return heads if words or not heads or not heads[0] else [0, *(end + 1 for end in ends[:-1])]


def _label(child: Place) -> str:
    """Return the words of a row's first cell, where they are few: "Date", "Written by"."""
    cell = next(iter(child.node.iter()), None) if child.node.tag == "tr" else None
    words = shown_at(cell, "").casefold() if cell is not None else ""
    return words if 0 < len(words.split()) <= _LABEL_WORDS and not any(map(str.isdigit, words)) else ""


def _sign(dates: list[Mark], child: Place) -> str:
    """Return what tells an element from its neighbours: its kind, of a row the cells that it has, and a date in it."""
    dated = "dated" if within(dates, child.order, child.end) else ""
    if child.node.tag != "tr":
        return f"{child.kind}{dated}"
    cells = (
        f"{kind_of(cell)}{cell.attributes.get('colspan') or ''}/{cell.attributes.get('rowspan') or ''}"
        for cell in child.node.iter()
    )
    return f"{child.kind}:{','.join(cells)}{dated}"
