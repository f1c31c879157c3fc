"""Threads of several kinds for the layouts of wild.toml, and how well they are read there: counts, not verdicts."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from forum_scores import CASES, Score
from layouts_world import WRITTEN, Written, page_of

from listening.documents.clean import clean
from listening.sources.forum.pages import FoundPost, Reading, read_page
from listening.types import BodyFormat

NOW = datetime(2026, 7, 1, tzinfo=UTC)
WILD: dict[str, dict[str, Any]] = tomllib.loads((CASES / "wild.toml").read_text(encoding="utf-8"))
_ALIKE = 0.9  # F1 of a post's words
_QUOTING = 3  # of each four posts the last one answers the one before
_FOUND = 0.3  # F1 from which on a post is the one that was written

_PAIR = (
    Written(501, "Klaus_77", 0, "Hallo zusammen, seit gestern tropft bei mir der Hahn, weiß jemand Rat?"),
    Written(
        509,
        "Gisela M.",
        7,
        "Dichtung tauschen, kostet zwei Euro im Baumarkt. Bei mir hat es geholfen, seitdem ist Ruhe.",
        501,
    ),
)
_NAMES = (
    *("sabine", "der_dude", "Karl-Heinz", "Anna", "tom", "sabine", "x3n0", "Anna", "Frau Holle", "tom"),
    *("sabine", "MAX 2000", "der_dude", "lurker42", "Anna", "tom", "Jürgen", "sabine", "x3n0", "Ωmega"),
)
_SAID = (
    "Ich habe das gleiche Problem seit dem letzten Update. Die App startet, aber nach zehn Sekunden ist alles schwarz.",
    "Hast du es schon einmal mit Neustart versucht?",
    "Ja, mehrfach. Ohne Erfolg.",
    "Bei mir hilft nur, den Akku heraus zu nehmen. <br>Sehr lästig, vor allem unterwegs.",
    "+1",
    "Danke für den Tipp!",
    (
        "<p>Ich habe mir das mal genauer angesehen.</p><p>Es liegt am Treiber: wer die alte Version noch hat, sollte"
        " sie behalten, sonst geht gar nichts mehr. Der Hersteller weiß davon und tut seit Monaten nichts.</p>"
    ),
    (
        "Gibt es denn eine Lösung? Ich warte nun seit Wochen auf eine Antwort vom Support, und jedes Mal heißt es, es"
        " werde daran gearbeitet."
    ),
    "Nein.",
    'Schau mal <a href="https://x.example/d/5">hier</a>, da steht wie es geht.',
    "Hat geklappt, super :)",
    "Bei mir nicht, ich bekomme Fehler 0x80. Was nun? <ul><li>Treiber neu </li><li>Kabel neu </li></ul>",
    "Ich gebe auf und kaufe ein anderes Gerät. Schade um das Geld.",
    "Kann ich gut verstehen, ging mir auch so.",
    "Wer hat noch die alte Version? Bitte melden.",
    "Ich! Schicke ich dir.",
    "Danke dir",
    "Bitte kein Spam hier.",
    "Thema wird geschlossen.",
    "ok",
)
_MANY = tuple(
    Written(2000 + 17 * at, name, 13 * at + at // 3, said, 2000 + 17 * (at - 1) if at % 4 == _QUOTING else 0)
    for at, (name, said) in enumerate(zip(_NAMES, _SAID, strict=True))
)
_DATED = (
    Written(41100, "TomMiller", 0, "I rang them on 3 May 2025 and again on Monday. I was told to wait 24 hours."),
    Written(41131, "edith", 50, "My neighbour Tom Miller says that the 2019 model does this too.", 41100),
    Written(41162, "O'Brien", 100, "Is there a recall? <b>Note:</b> serial 4411-22 only."),
    Written(41193, "Dr. Strange", 150, "Yes - see https://m.example/recall.html. Mine is on it since January 2024."),
    Written(41224, "TomMiller", 200, "Great, thanks Edith!"),
)
THREADS: Mapping[str, tuple[Written, ...]] = {"seven": WRITTEN, "two": _PAIR, "twenty": _MANY, "dated": _DATED}


@dataclass(slots=True)
class Tally(Score):
    """A score that also counts the posts whose words are right."""

    texts: int = 0

    def share(self, name: str) -> float:
        """A count as a share of the posts that were written."""
        return float(getattr(self, name)) / self.told


def renamed(page: str) -> str:
    """The same page with every class under a name that says nothing."""

    def other(found: re.Match[str]) -> str:
        names = (hashlib.sha256(re.sub(r"\d+", "#", name).encode()).hexdigest()[:6] for name in found[1].split())
        return 'class="' + " ".join("c" + re.sub(r"\d", "x", name) for name in names) + '"'

    return re.sub(r'\bclass="([^"]*)"', other, page)


def bare(page: str) -> str:
    """The same page without any class."""
    return re.sub(r'\sclass="[^"]*"', "", page)


def tally(case: dict[str, Any], written: Sequence[Written], page: str) -> Tally:
    """How well these posts are read on this page."""
    left = list(read_page(page.encode(), "https://m.example/thread/77", "text/html", Reading((), (), NOW)).posts)
    counts = Tally(told=len(written))
    for one in written:
        post = max(left, key=lambda post: _near(post, one), default=None)
        if post is None or _near(post, one) < _FOUND:
            continue
        left.remove(post)
        counts.found += 1
        counts.authors += post.author == one.author
        counts.dates += post.created_at is not None and _same(post.created_at, one.moment, days=case.get("days", False))
        counts.texts += text_f1(post, one) >= _ALIKE
        counts.f1 += text_f1(post, one)
    counts.spurious = len(left)
    return counts


def page_with(name: str, thread: str) -> str:
    """A layout with a thread in it."""
    return page_of(WILD[name], THREADS[thread])


def text_f1(post: FoundPost, one: Written) -> float:
    """Of the words that we keep of a post against those that were written."""
    words = Counter(re.findall(r"\w+", clean(post.html, BodyFormat.HTML)[0].casefold()))
    wanted = Counter(one.words)
    return 2 * (words & wanted).total() / max(1, words.total() + wanted.total())


def _near(post: FoundPost, one: Written) -> float:
    return text_f1(post, one) + 0.2 * (post.author == one.author) + 0.2 * (post.created_at == one.moment)


def _same(found: datetime, written: datetime, *, days: bool) -> bool:
    return found.date() == written.date() if days else found == written
