"""Layouts with all that stands around and between posts in the wild, and how well they are read: counts, not verdicts.

As in layouts_world.py, and further: `first` is the opening post where it looks otherwise, `best` what is shown again at
`{best}` of the page, `ad` stands behind every fifth post, `gone` once in place of a post. `some` are pieces that only
each n-th post has, `sig` is for those who have a signature. `when` is "days" where no time of day is shown, or the
seconds that an "x days ago" leaves open, or "ago" where the unit of `{rel}` says so, or "none" where no post has any.
`rels` are the forms of `{rel}` in another tongue: months, days, hours, minutes. `today` and `yesterday` are how a
page writes days so near, `ranks`, `places` and `joinedform` what it tells of its people.
"""

from __future__ import annotations

import html as markup
import re
import textwrap
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from forum_scores import CASES
from layouts_world import Written
from wild_world import Tally, text_f1

from listening.sources.forum.pages import FoundPost, Reading, read_page

NOW = datetime(2026, 7, 1, 10, 30, tzinfo=UTC)
FIRST = datetime(2026, 2, 24, 7, 18, tzinfo=UTC)
FRESH: dict[str, dict[str, Any]] = tomllib.loads((CASES / "fresh.toml").read_text(encoding="utf-8"))
LATE: dict[str, dict[str, Any]] = tomllib.loads((CASES / "fresh_late.toml").read_text(encoding="utf-8"))
FOURTH: dict[str, dict[str, Any]] = tomllib.loads((CASES / "fresh_fourth.toml").read_text(encoding="utf-8"))
FIFTH: dict[str, dict[str, Any]] = tomllib.loads((CASES / "fresh_fifth.toml").read_text(encoding="utf-8"))
_ALIKE = 0.9  # F1 of a post's words
_FOUND = 0.3  # F1 from which on a post is the one that was written
_AD_EVERY, _GONE_AFTER = 5, 2
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    "December",
)
_AGO = (("month", 30 * 86_400), ("day", 86_400), ("hour", 3_600), ("minute", 60))
_PERSIAN = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"]
_SIGNATURES = {
    "marlowe": "Down these mean streets a vacuum must go",
    "Petra V.": "Two cats, one carpet, no patience. Running 4.1.2 since 2024",
    "quietstorm": "~ sent from the bottom of the stairs ~",
    "mk_2209": "Box 3, line 100, nerves 0",
    "Old Tom": "If it is not broken, do not mend it.<br>Member of the green lamp club since 1998",
    "Jean-Luc": "Faites ce que je dis, pas ce que je fais",
}

_LONG = (
    "<p>I have had the R7 for eleven months now, and since the update of last week it stops in front of the sofa and "
    "turns in circles until the battery is flat.</p><p>What I tried so far:</p><ul><li>a new map</li><li>cleaning the "
    "sensors with a dry cloth</li><li>waiting for somebody of the support to answer, which nobody does</li></ul><p>It "
    'was not cheap, and <a href="https://v.example/r7">the page of the maker</a> still says that it <b>never</b> gets '
    "lost. Is there any way back to the old version?</p>"
)
_CODE = (
    "You can ask it what it thinks:<br><code>GET /status</code><br>Mine says <i>lost</i> even while it stands in its "
    "dock."
)
_FORM = (
    "<p>They want me to send it in at my own cost.</p><p>The form asks for the serial number, the day of the purchase "
    "and a photo of the floor. A photo of the floor! I filled it in on 3 March 2026 and heard nothing until today.</p>"
)
_PROSE = (
    "I wrote the same to them in January. The man on the telephone was kind, but he only read to me what stands on "
    "their page, and in the end he said that a ticket would be opened. There is no ticket, there is no mail, and the "
    "machine stands in the corner like a very dear flower pot."
)
_SAID: tuple[tuple[str, int, str, int], ...] = (  # author, hours since the first, words, which one it answers
    ("marlowe", 0, _LONG, 0),
    ("Petra V.", 2, "Same here, but with the R5. It began on the day of the update.", 1),
    ("北野", 3, "Did you try to hold both buttons for ten seconds? That brings the old map back.", 1),
    ("marlowe", 26, "I did. Nothing.", 3),
    ("the_other_hugh", 27, _CODE, 0),
    ("J. Ambrose", 71, "This.", 5),
    ("ola-k", 75, _FORM, 0),
    ("Petra V.", 76, "EDIT: it works again after I took the brush out.", 0),
    ("quietstorm", 77, "Lucky you", 8),
    ("Ines", 101, "Has anybody got an answer from the shop? Mine says that the warranty is with the maker.", 0),
    ("wheel nut", 102, "The shop has to take it back. Two years, by law, whatever they tell you.", 10),
    ("Ines", 103, "Thanks!", 11),
    ("marlowe", 150, _PROSE, 0),
    ("ola-k", 151, "+1", 13),
    ("北野", 190, "Version 4.1.3 is out: https://v.example/413 and says “minor fixes”.", 0),
    ("Petra V.", 191, "Installed it. Still in circles.", 15),
    ("the_other_hugh", 240, "no change", 15),
    ("J. Ambrose", 300, "I gave mine to my brother in law, who has no sofa. <br><br>He is happy with it.", 0),
    ("quietstorm", 301, "LOL", 18),
    ("Ines", 388, "The shop took it back after the second letter. Be firm with them.", 10),
    ("Dr. Wu", 500, "Could somebody with the old version please post the number of it? I would like to compare.", 0),
    ("marlowe", 511, "4.0.9, from the sticker in the dust box. Good luck.", 21),
    ("wheel nut", 800, "Any news of this? Three weeks on and my floor is not getting any cleaner.", 0),
    ("Petra V.", 1100, "No. I ordered another make.", 23),
    ("ola-k", 1401, "<p>Closing words from me:</p><p>never again.</p>", 0),
)


def thread(
    said: Sequence[tuple[str, int, str, int]], places: Sequence[int], number: int, step: int = 7
) -> tuple[Written, ...]:
    """Return these of the posts, renumbered; whom a post answers counts only where that one is there and above."""
    numbers = {at: number + step * count for count, at in enumerate(places)}
    told = []
    for at in places:
        author, hours, html, answers = said[at - 1]
        told.append(Written(numbers[at], author, hours, html, numbers.get(answers, 0)))
    return tuple(told)


THREADS: Mapping[str, tuple[Written, ...]] = {
    "one": thread(_SAID, (13,), 88_101),
    "two": thread(_SAID, (1, 3), 4_711),
    "three": thread(_SAID, (5, 9, 15), 190_022),
    "eight": thread(_SAID, (1, 2, 3, 4, 6, 7, 10, 12), 62_340),
    "all": thread(_SAID, range(1, 26), 1_204),
}


@dataclass(frozen=True, slots=True)
class _Page:
    case: dict[str, Any]
    written: tuple[Written, ...]

    def whole(self) -> str:
        by_number = {one.number: one for one in self.written}
        posts = [self._post(at, by_number.get(one.answers)) for at, one in enumerate(self.written)]
        for at in range(len(posts) - 1, 0, -1):
            between = self.case.get("ad", "") if at % _AD_EVERY == 1 else ""
            between += self.case.get("gone", "") if at == _GONE_AFTER else ""
            posts.insert(at + 1, between)
        best = self._told(min(len(self.written) - 1, 2), None)
        return _filled(
            self.case["page"],
            {
                "posts": "\n".join(posts),
                "nested": self._nested(0),
                "best": _filled(self.case.get("best", ""), best) if len(self.written) > _GONE_AFTER else "",
                "count": str(len(self.written)),
            },
        )

    def _nested(self, above: int) -> str:
        own = [at for at, one in enumerate(self.written) if one.answers == above]
        posts = (_filled(self._post(at, None), {"children": self._nested(self.written[at].number)}) for at in own)
        return "\n".join(posts)

    def _post(self, at: int, answered: Written | None) -> str:
        template = self.case["first"] if at == 0 and "first" in self.case else self.case["post"]
        return _filled(template, self._told(at, answered))

    def _told(self, at: int, answered: Written | None) -> dict[str, str]:
        case, one = self.case, self.written[at]
        told = _facts(case, one, at)
        told["sig"] = _filled(case.get("sig", ""), {"sigtext": _SIGNATURES.get(one.author, "")})
        if one.author not in _SIGNATURES:
            told["sig"] = ""
        for name, (every, piece) in case.get("some", {}).items():
            told[name] = _filled(piece, told) if at % every == every - 1 else ""
        there = {}
        if answered:
            there = {f"q{name}": shown for name, shown in _facts(case, answered, self.written.index(answered)).items()}
        told["quote"] = _filled(case.get("quote", ""), there) if answered else ""
        told["inreply"] = _filled(case.get("inreply", ""), there) if answered else case.get("noreply", "")
        told["depth"] = str(self._depth(one))
        told["px"] = str(40 * self._depth(one))
        told["odd"] = "odd" if at % 2 else "even"
        return told

    def _depth(self, one: Written) -> int:
        by_number = {each.number: each for each in self.written}
        depth = 0
        while one.answers in by_number:
            one, depth = by_number[one.answers], depth + 1
        return depth


def _facts(case: dict[str, Any], one: Written, at: int) -> dict[str, str]:
    moment = FIRST + timedelta(hours=one.hours)
    back = int((NOW - moment).total_seconds() // case.get("unit", 86_400))
    return {
        "id": str(one.number),
        "hex": f"{one.number * 2_654_435_761 % 2**40:010x}",
        "n": str(at + 1),
        "author": one.author,
        "slug": "".join(char for char in one.author.casefold() if char.isalnum()),
        "init": one.author[0],
        "iso": moment.isoformat().replace("+00:00", "Z"),
        "epoch": str(int(moment.timestamp())),
        "shown": _shown(case, case.get("shown", "%Y"), moment),
        "also": _shown(case, case.get("also", "%Y"), moment),
        "ago": _filled(case.get("ago", "{back} days ago"), {"back": str(back)}),
        "text": one.html,
        "plain": _plain(one.html),
        "jalali": _persian(moment),
        "rel": _rel(case, moment),
        **_card(case, one),
    }


def _card(case: dict[str, Any], one: Written) -> dict[str, str]:
    """Return what a page tells of an author beside each post: another for each, the same wherever he stands."""
    seed = sum(map(ord, one.author))
    joined = datetime(2009 + seed % 16, 1 + seed % 12, 1 + seed % 28, tzinfo=UTC)
    return {
        "joined": _shown(case, case.get("joinedform", "%b %Y"), joined),
        "total": f"{seed * 37 % 2_900 + 3}",
        "likes": str(one.number * 31 % 23),
        "rank": case.get("ranks", ("Newcomer", "Regular", "Old Hand"))[seed % 3],
        "place": case.get("places", ("Leeds", "Graz", "Porto", "Turku"))[seed % 4],
    }


def _rel(case: dict[str, Any], moment: datetime) -> str:
    """Return how long ago that was, as programs write it: in the largest unit that is there at least once."""
    forms = case.get("rels", [f"# {name} ago|# {name}s ago" for name, _ in _AGO])
    for form, (_, seconds) in zip(forms, _AGO, strict=True):
        count = int((NOW - moment).total_seconds()) // seconds
        if count:
            return form.split("|")[0 if count == 1 else -1].replace("#", str(count))
    return "just now"


def _persian(moment: datetime) -> str:
    """Return a moment of the Persian year 1404 or 1405 (of 365 days each) as boards there write it."""
    days = (moment.date() - date(2025, 3, 21)).days
    year, days = 1404 + days // 365, days % 365
    month = days // 31 if days < 6 * 31 else 6 + (days - 6 * 31) // 30
    day = days - 31 * month if month < 6 else days - 6 * 31 - 30 * (month - 6)
    shown = f"{day + 1} {_PERSIAN[month]} {year}، ساعت {moment:%H:%M}"
    return shown.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))


def _plain(html: str) -> str:
    """Return words as a mail has them: lines of at most 72 characters."""
    lines = re.sub(r"<(?:br|/p|/li|/pre)>", "\n", html).split("\n")
    told = (markup.unescape(re.sub(r"<[^>]+>", " ", line)).strip() for line in lines)
    return "\n".join("\n".join(textwrap.wrap(line, 72)) for line in told).strip()


def _shown(case: dict[str, Any], form: str, moment: datetime) -> str:
    day = (NOW.date() - moment.date()).days
    form = {0: case.get("today"), 1: case.get("yesterday")}.get(day) or form
    month = case.get("months", _MONTHS)[moment.month - 1]
    era = str(moment.year + case.get("era", 0))
    return moment.strftime(form.replace("{month}", month).replace("{era}", era))


def _filled(template: str, told: Mapping[str, str]) -> str:
    for name, value in told.items():
        template = template.replace("{" + name + "}", value)
    return template


def fresh_page(case: dict[str, Any], written: tuple[Written, ...]) -> str:
    """Return the page of a layout with these posts."""
    return _Page(case, written).whole()


def read(page: str) -> tuple[FoundPost, ...]:
    """Return the posts of a page, as of one that was reached as a thread."""
    how = Reading((), (), NOW, in_thread=True)
    return read_page(page.encode(), "https://v.example/thread/77", "text/html; charset=utf-8", how).posts


def tally(case: dict[str, Any], written: Sequence[Written], page: str) -> Tally:
    """How well these posts are read on this page."""
    left = list(read(page))
    counts = Tally(told=len(written))
    for one in written:
        post = max(left, key=lambda post: _near(case, post, one), default=None)
        if post is None or text_f1(post, one) < _FOUND:
            continue
        left.remove(post)
        counts.found += 1
        counts.authors += post.author == one.author
        counts.dates += _dated(case, post, one)
        counts.texts += text_f1(post, one) >= _ALIKE
        counts.f1 += text_f1(post, one)
    counts.spurious = len(left)
    return counts


def _near(case: dict[str, Any], post: FoundPost, one: Written) -> float:
    return text_f1(post, one) + 0.2 * (post.author == one.author) + 0.2 * _dated(case, post, one)


def _dated(case: dict[str, Any], post: FoundPost, one: Written) -> bool:
    if post.created_at is None or case.get("when") == "none":
        return post.created_at is None and case.get("when") == "none"
    told, moment = case.get("when", 60), FIRST + timedelta(hours=one.hours)
    if told == "ago":
        told = next((seconds for _, seconds in _AGO if (NOW - moment).total_seconds() >= seconds), 60)
    if told == "days":
        return post.created_at.date() == moment.date()
    return abs((post.created_at - moment).total_seconds()) <= int(told)
