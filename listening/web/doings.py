"""Says in words what was done to a pain point; the ledger's own short words are for programs."""

from __future__ import annotations

import re
from collections.abc import Mapping

from listening.outputs import wording
from listening.web.days import read_day

DONE = {
    "acknowledged": "knows of it",
    "assigned": "gave it to",
    "back again": "heard it again:",
    "born": "heard it first:",
    "called no pain": "called it no pain",
    "came back": "heard it again after the fix:",
    "cannot tell": "cannot tell whether the fix holds:",
    "comment": "said:",
    "due": "set its day:",
    "faded": "hears it no more:",
    "goal": "set a goal:",
    "goal confirmed": "confirmed that the goal can be reached",
    "goal dropped": "dropped the goal",
    "holds": "sees that the fix holds:",
    "merge": "merged it with",
    "moved out": "took a passage out",
    "muted": "muted it until",
    "placed": "put it at",
    "rated": "rated it:",
    "renamed": "named it",
    "reopened": "opened it again",
    "resolved": "said that it was mended on",
    "split": "parted it from",
    "status": "set its status:",
    "ticket": "ticket:",
    "too early": "cannot tell yet whether the fix holds:",
    "undone": "took back:",
}
OWN_WORDS = ("born", "comment", "renamed")  # of people: they stay as they are
PLACED = ("assigned", "placed", "status")  # told by ids, "from > to"
PASSAGES = ("called no pain", "moved out")  # their detail is a passage's id, which tells nobody anything
_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")


def done(what: str, detail: str, names: Mapping[str, str]) -> tuple[str, str]:
    """Return what was done, and the rest of the sentence with the map's ids as their names and days in words."""
    words = DONE.get(what, what)
    if what in PASSAGES and detail:
        return words.replace("called it", "called a passage"), ""
    if what == "undone":
        return words, DONE.get(detail, detail).removesuffix(":")
    if what in PLACED:
        detail = _called(detail, names)
    if what not in OWN_WORDS:
        detail = _DAY.sub(lambda found: wording.day(said) if (said := read_day(found[0])) else found[0], detail)
    return (words if detail else words.removesuffix(":")), detail


def _called(detail: str, names: Mapping[str, str]) -> str:
    parts = detail.removeprefix("> ").split(" > ")
    return " to ".join(names.get(part) or wording.STATUS_WORDS.get(part, part) for part in parts)
