"""Judges what was found and mailed against what was planted: pure, values in and a scorecard out."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from listening.demo.mailbox import Mail
from listening.demo.truth import Decoy, Key, Planted, Truth
from listening.demo.world import World

LEAST_PEOPLE = 3
LEAST_SHARE = 0.5
SLOW = "slow_burn"

Members = Mapping[str, frozenset[Key]]  # pain point id -> the texts that it holds


@dataclass(frozen=True, slots=True)
class Point:
    """A pain point as the store has it in the end; `merged_into` names where a merged one went."""

    name: str
    stage: str
    touchpoint: str | None
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What the store holds at one moment: the texts of each pain point, and the pain points themselves."""

    members: Members
    points: Mapping[str, Point]


@dataclass(frozen=True, slots=True)
class Heard:
    """One pain point in one night's mails, and what it was about by the texts that it held that night."""

    night: int
    pain_point_id: str
    name: str
    about: str  # a planted pain's key, a decoy's key, or "" for neither
    texts: int


@dataclass(frozen=True, slots=True)
class PainResult:
    """One planted pain against what was found. Nights count from the world's first; None: not (yet)."""

    key: str
    title: str
    stage: str
    touchpoint: str
    shape: str
    unspoken: bool
    known_inside: bool
    pain_point_id: str | None
    name: str
    found_stage: str
    found_touchpoint: str
    found: bool
    right_stage: bool
    first_possible_night: int | None
    first_alert_night: int | None
    nights_late: int | None
    people: int
    people_at_alert: int | None
    posts_found: int
    posts_planted: int
    alert_nights: tuple[int, ...]
    id_changed: bool
    back_possible_night: int | None = None
    back_alert_night: int | None = None


@dataclass(frozen=True, slots=True)
class DecoyResult:
    """One decoy, and the alerts that it should not have raised."""

    key: str
    title: str
    false_alerts: int
    nights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Scorecard:
    """How the run went. `slow_burn_by_person`: the most people that a slow burn took before its first alert."""

    nights: int
    planted: int
    found: int
    right_stage: int
    alerted: int
    false_alerts: int
    ids_changed: int
    slow_burn_by_person: int | None
    mails: int
    pains: tuple[PainResult, ...]
    decoys: tuple[DecoyResult, ...]
    unplanned_alerts: tuple[Heard, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the scorecard as plain JSON values."""
        return dataclasses.asdict(self)


def judge(
    world: World, truth: Truth, *, mails: Sequence[Mail], snapshots: Mapping[date, Held], end: Held, until: int
) -> Scorecard:
    """Return how the nights up to number `until` went.

    `snapshots` holds what the store held after each night that sent mails (its local date); `end` what it holds now.
    """
    bench = _Judge(world, truth, end, until)
    heard = bench.heard(mails, snapshots)
    pains = tuple(bench.pain(one, heard, snapshots) for one in truth.pains)
    wrong = bench.false(heard, pains)
    slow = [one.people if one.people_at_alert is None else one.people_at_alert for one in pains if one.shape == SLOW]
    silent = {(one.night, one.pain_point_id) for found in wrong.values() for one in found}
    rest = tuple(one for one in heard if not one.about and (one.night, one.pain_point_id) not in silent)
    return Scorecard(
        nights=until,
        planted=len(pains),
        found=sum(one.found for one in pains),
        right_stage=sum(one.right_stage for one in pains),
        alerted=sum(one.first_alert_night is not None for one in pains),
        false_alerts=len(silent),
        ids_changed=sum(one.id_changed for one in pains),
        slow_burn_by_person=max(slow, default=None),
        mails=len(mails),
        pains=pains,
        decoys=tuple(
            DecoyResult(one.key, one.title, len(wrong[one.key]), tuple(sorted({h.night for h in wrong[one.key]})))
            for one in truth.decoys
        ),
        unplanned_alerts=rest,
    )


@dataclass(slots=True)
class _Judge:
    """The world, the truth and the end of the run, with who wrote what and when it could be read."""

    world: World
    truth: Truth
    end: Held
    until: int
    people: dict[Key, str] = field(default_factory=dict)
    nights: dict[Key, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wanted = {key for pain in self.truth.pains for key in pain.texts}
        written = [(one.source, one.id, one.author, one.at) for posts in self.world.posts.values() for one in posts]
        written += [(one.source, one.id, one.customer, one.at) for one in self.world.inside]
        for source, native, who, at in written:
            if (source, native) in wanted:
                self.people[source, native] = who
                self.nights[source, native] = self.world.seen_on(source, at)

    def heard(self, mails: Sequence[Mail], snapshots: Mapping[date, Held]) -> tuple[Heard, ...]:
        """Return each pain point of each night's mails once, by night, with what it was about that night."""
        told = {(mail.night, one) for mail in mails if mail.night is not None for one in mail.pain_points}
        return tuple(self._one(night, one, snapshots.get(night, self.end)) for night, one in sorted(told))

    def pain(self, pain: Planted, heard: Sequence[Heard], snapshots: Mapping[date, Held]) -> PainResult:
        """Return what became of one planted pain."""
        mine = [one for one in heard if one.about == pain.key]
        first = mine[0].night if mine else None
        home = self._home(pain, self.end)
        texts = self.end.members.get(home, frozenset()) if home else frozenset()
        possible = self._third_person(pain)
        seen = {key for key in pain.posts if self.nights[key] <= self.until}
        got = texts & pain.posts
        found = (
            bool(home)
            and _about(texts, pain.texts)
            and len(got) >= LEAST_SHARE * len(seen)
            and len({self.people[key] for key in texts & pain.texts}) >= LEAST_PEOPLE
        )
        point = self.end.points.get(home or "", Point("", "", None))
        back = self._back(pain, mine)
        return PainResult(
            key=pain.key,
            title=pain.title,
            stage=pain.stage,
            touchpoint=pain.touchpoint,
            shape=pain.shape,
            unspoken=pain.unspoken,
            known_inside=pain.known_inside,
            pain_point_id=home,
            name=point.name,
            found_stage=point.stage,
            found_touchpoint=point.touchpoint or "",
            found=found,
            right_stage=found and point.stage == pain.stage,
            first_possible_night=possible,
            first_alert_night=first,
            nights_late=first - possible if first is not None and possible is not None else None,
            people=len(self._people(pain, self.until)),
            people_at_alert=None if first is None else len(self._people(pain, first)),
            posts_found=len(got),
            posts_planted=len(seen),
            alert_nights=tuple(sorted({one.night for one in mine})),
            id_changed=first is not None and self._changed(pain, snapshots.get(self.world.date_of(first), self.end)),
            back_possible_night=back[0],
            back_alert_night=back[1],
        )

    def false(self, heard: Sequence[Heard], pains: Sequence[PainResult]) -> dict[str, list[Heard]]:
        """Return the alerts that each decoy raised: about its posts, or about its source when that came (back).

        The first alert of a planted pain is never one of the latter.
        """
        firsts = {(one.key, one.first_alert_night) for one in pains}
        later = [one for one in heard if (one.about, one.night) not in firsts]
        return {
            decoy.key: [one for one in heard if one.about == decoy.key]
            + [one for one in later if one.night in decoy.watched and self._of(one, decoy)]
            for decoy in self.truth.decoys
        }

    # --- one pain point

    def _one(self, night: date, point_id: str, held: Held) -> Heard:
        texts = held.members.get(point_id, frozenset())
        point = held.points.get(point_id) or self.end.points.get(point_id) or Point("", "", None)
        candidates = [(one.key, one.texts) for one in self.truth.pains] + [(d.key, d.posts) for d in self.truth.decoys]
        about = next((key for key, planted in candidates if _about(texts, planted)), "")
        decoys: frozenset[Key] = frozenset().union(*(decoy.posts for decoy in self.truth.decoys))
        if not about and _about(texts, decoys):
            about = max(self.truth.decoys, key=lambda decoy: len(texts & decoy.posts)).key
        return Heard(self.world.night_of_date(night), point_id, point.name, about, len(texts))

    def _of(self, heard: Heard, decoy: Decoy) -> bool:
        """Return True where most of a pain point's texts come from the decoy's source."""
        texts = self.end.members.get(_followed(heard.pain_point_id, self.end.points), frozenset())
        return _about(texts, frozenset(key for key in texts if key[0] == decoy.source))

    # --- one planted pain

    def _home(self, pain: Planted, held: Held) -> str | None:
        """Return the pain point that holds most of the pain's texts; one that is mostly about it comes first."""
        shares = {one: len(texts & pain.texts) for one, texts in held.members.items()}
        ranked = sorted(
            (one for one, share in shares.items() if share),
            key=lambda one: (not _about(held.members[one], pain.texts), -shares[one], one),
        )
        return ranked[0] if ranked else None

    def _changed(self, pain: Planted, then: Held) -> bool:
        """Return True where most of the pain's texts now live elsewhere than at its first alert, unless merged."""
        old, new = self._most(pain, then), self._most(pain, self.end)
        return old is not None and _followed(old, self.end.points) != new

    def _most(self, pain: Planted, held: Held) -> str | None:
        counted = Counter({one: len(texts & pain.texts) for one, texts in held.members.items()})
        best = max(counted.items(), key=lambda pair: (pair[1], pair[0]), default=("", 0))
        return best[0] if best[1] else None

    def _people(self, pain: Planted, night: int) -> set[str]:
        return {self.people[key] for key in pain.texts if self.nights[key] <= night}

    def _third_person(self, pain: Planted, since: int = 0) -> int | None:
        """Return the night on which the third distinct person (since a night) could be read."""
        firsts: dict[str, int] = {}
        for key in pain.texts:
            if self.nights[key] > since:
                firsts[self.people[key]] = min(firsts.get(self.people[key], self.nights[key]), self.nights[key])
        ordered = sorted(firsts.values())
        enough = len(ordered) >= LEAST_PEOPLE and ordered[LEAST_PEOPLE - 1] <= self.until
        return ordered[LEAST_PEOPLE - 1] if enough else None

    def _back(self, pain: Planted, mine: Sequence[Heard]) -> tuple[int | None, int | None]:
        """Return when a pain that came back could be known again, and when it was told."""
        if pain.comes_back is None:
            return None, None
        again = [one.night for one in mine if one.night > pain.comes_back]
        return self._third_person(pain, pain.comes_back), min(again, default=None)


def _about(texts: frozenset[Key], planted: frozenset[Key]) -> bool:
    """Return True where most of the texts are of these."""
    return 2 * len(texts & planted) > len(texts)


def _followed(point_id: str, points: Mapping[str, Point]) -> str:
    """Return where a pain point is now, through its merges."""
    seen = {point_id}
    while (point := points.get(point_id)) and point.merged_into and point.merged_into not in seen:
        point_id = point.merged_into
        seen.add(point_id)
    return point_id
