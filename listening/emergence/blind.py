"""Which touchpoints cannot be heard any more, because the places where people spoke of them fell silent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from listening.emergence.chance import count, say
from listening.types import Sight

KNOWN_BY = 5  # so many people must have spoken of it for its silence to mean something
A_WEEK = timedelta(days=7)  # shorter silences are told as such, night by night
BLIND = 0.75  # so large a share of them spoke in places that are silent now


def judge_sight(
    touchpoint: str, *, night: date, spoke: Mapping[str, int], silent: Mapping[str, date], last: Sight | None
) -> Sight | None:
    """Say whether a touchpoint went blind, or is seen again; None where nothing changed.

    `spoke` counts the different people who spoke of it by source: in the eight weeks before the night, or, where it is
    blind already, in those before it went blind together with those since. `silent` says since when a source is silent.
    """
    silent = {source: since for source, since in silent.items() if since <= night - A_WEEK}
    everyone = sum(spoke.values())
    gone = {source: people for source, people in spoke.items() if source in silent}
    share = sum(gone.values()) / everyone if everyone else 0.0
    if last is not None and last.kind == "blind":
        return None if share >= BLIND else _again(touchpoint, night, last, set(last.sources) - silent.keys())
    if everyone < KNOWN_BY or share < BLIND:
        return None
    since = _since(gone, silent, everyone)
    names = tuple(sorted(gone, key=lambda one: (-gone[one], one)))
    sentence = (
        f"blind since {say(since)}: {sum(gone.values())} of the {count(everyone)} who spoke of it in the eight weeks "
        f"before did so in {', '.join(names)}, from where nothing comes any more; silence is no good news here"
    )
    return Sight(touchpoint, night, "blind", since, names, sentence)


def _again(touchpoint: str, night: date, last: Sight, back: set[str]) -> Sight:
    """Tell that it is seen again, and from where."""
    days = (night - last.since).days
    where = f"{', '.join(sorted(back))} can be read again" if back else "people speak of it elsewhere now"
    sentence = f"seen again after {days} nights: {where}; what was said meanwhile may be missing"
    return Sight(touchpoint, night, "seen_again", night, tuple(sorted(back)), sentence)


def _since(gone: Mapping[str, int], silent: Mapping[str, date], everyone: int) -> date:
    """Find the day on which enough of the places had fallen silent."""
    so_far = 0
    for source in sorted(gone, key=lambda one: silent[one]):
        so_far += gone[source]
        if so_far >= BLIND * everyone:
            break
    return silent[source]
