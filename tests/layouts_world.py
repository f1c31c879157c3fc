"""A page of seven posts in any layout: from the templates of page, post and quote that the cases write."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from forum_scores import CASES

FIRST = datetime(2026, 3, 9, 9, 41, tzinfo=UTC)
CASE: dict[str, dict[str, Any]] = tomllib.loads((CASES / "layouts.toml").read_text(encoding="utf-8"))
THEMES: dict[str, dict[str, Any]] = tomllib.loads((CASES / "themes.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Written:
    """One post as its author wrote it; `answers` is the number of the post that it answers, 0 for none."""

    number: int
    author: str
    hours: int
    html: str
    answers: int = 0

    @property
    def moment(self) -> datetime:
        """When it was written."""
        return FIRST + timedelta(hours=self.hours)

    @property
    def words(self) -> list[str]:
        """Its words alone."""
        return re.findall(r"\w+", re.sub(r"<[^>]+>", " ", self.html).casefold())


WRITTEN = (
    Written(
        301,
        "Edith",
        0,
        "The tap in our kitchen leaks since the last update of its firmware, and the app only says that all is well."
        "<br><br>I called the hotline twice; they told me to wait for somebody to call back. Nobody ever did.",
    ),
    Written(305, "homer_j", 2, "Mine was like this in May 2025 already. Turn it off at the wall over night.", 301),
    Written(
        312,
        "Marta K.",
        26,
        'There is <a href="https://m.example/guide">a guide</a> that helped me: <b>close</b> the valve, take out the '
        "battery, wait ten minutes and put everything back as it was. You lose your settings, though.",
        301,
    ),
    Written(318, "Moreau", 121, "Why should I have to do that every week? I am looking at other brands by now.", 312),
    Written(324, "Edith", 385, "Thanks, that did it!", 312),
    Written(331, "next_door", 409, "Not for me.", 324),
    Written(
        340,
        "Jonas Winter",
        985,
        "We gave up and keep a bucket under it. <ul><li>no spare part</li><li>no answer</li></ul> That is how it is.",
    ),
)


def page_of(case: dict[str, Any], written: tuple[Written, ...] = WRITTEN) -> str:
    """Return the page of a layout with these posts."""
    by_number = {one.number: one for one in written}
    posts = {one.number: _post(case, one, by_number.get(one.answers)) for one in written}
    return _filled(case["page"], {"posts": "\n".join(posts.values()), "nested": _nested(case, written, 0)})


def _nested(case: dict[str, Any], written: tuple[Written, ...], above: int) -> str:
    own = (one for one in written if one.answers == above)
    return "".join(_filled(_post(case, one, None), {"children": _nested(case, written, one.number)}) for one in own)


def _post(case: dict[str, Any], one: Written, answered: Written | None) -> str:
    there = {"qid": "", "qauthor": "", "qtext": ""}
    if answered:
        there = {"qid": str(answered.number), "qauthor": answered.author, "qtext": answered.html}
    told = {
        "id": str(one.number),
        "author": one.author,
        "iso": one.moment.isoformat(),
        "shown": _shown(case, one.moment),
        "clock": one.moment.strftime("%H:%M"),
        "text": one.html,
        "quote": _filled(case["quote"], there) if answered else "",
        "inreply": _filled(case.get("inreply", ""), there) if answered else "",
        "qid": there["qid"],
    }
    return _filled(case["post"], told)


def _shown(case: dict[str, Any], moment: datetime) -> str:
    march, april = case.get("months", ("March", "April"))
    return moment.strftime(case.get("shown", "%Y").replace("{month}", march if moment.month == FIRST.month else april))


def _filled(template: str, told: dict[str, str]) -> str:
    for name, value in told.items():
        template = template.replace("{" + name + "}", value)
    return template
