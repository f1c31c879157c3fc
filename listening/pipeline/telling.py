"""Tell: one mail per owner and night, of all that is news or due, queued once and sent; and the week's digests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import TypeVar
from zoneinfo import ZoneInfo

from listening.measures import per_thousand
from listening.pipeline.addressing import WEEK, alert_id, with_access
from listening.pipeline.caring import ill_of_the_week, ill_tonight, newly_ill
from listening.pipeline.maps import each_map
from listening.pipeline.measuring import LATELY, measure_points
from listening.pipeline.nights import night_of
from listening.pipeline.owning import heard_by, readers_of
from listening.pipeline.reminding import reminders
from listening.pipeline.sending import Told, send_due
from listening.pipeline.sighting import sight_items, told_as
from listening.settings import Settings
from listening.store import Store, reads, writes
from listening.types import Alert, AlertItem, Crawl, Emergence, JourneyMap, Owner, PainPoint, Sight

UNTOLD = timedelta(days=7)  # so far back a night that broke off before its mails is made up for
WEEKS = 12
KINDS = ("back", "new", "rising", "slow_burn")
News = TypeVar("News")


def tell(store: Store, settings: Settings, *, now: datetime) -> Told:
    """Queue tonight's alerts and send whatever in the outbox is due; who owns on several maps gets one of all."""
    night, settings = night_of(settings, now), with_access(store, settings)
    alerts = put_together(_alerts(*hand, night) for hand in each_map(store, settings))
    return send_due(store, settings, now, _queue(store, settings, alerts, now))


def _queue(store: Store, settings: Settings, alerts: Sequence[Alert], now: datetime, kind: str = "") -> int:
    """Put them into the outbox, each under the map on which its owner stands; returns how many are new."""
    return sum(
        writes.queue_alerts(store, mine, map_id=f"{one.id}{kind}", now=now)
        for one in settings.maps
        if (mine := [alert for alert in alerts if alert.map == one.id])
    )


def _alerts(store: Store, settings: Settings, night: date) -> list[Alert]:
    """One alert an owner and channel of the map in hand: what emerged in the last week or is due, and was never told.

    Who reads once a week hears tonight of what is due, which may not wait, and of sources that fell ill.
    """
    journey = settings.journey
    points = _lately(store, journey, night)
    told = reads.told_since(store, night - UNTOLD)
    untold = [one for one in _week(store, points, night) if (one.pain_point_id, one.kind, one.night) not in told]
    by_owner, seen = _nightly(_by_owner(journey, points, untold)), _nightly(_sights(store, settings, night, told))
    due = reminders(store, settings, night=night)
    by_owner |= {owner: [] for owner in (*seen, *due) if owner not in by_owner}
    if newly_ill(store, settings, night=night) and (hears := heard_by(journey, "", "", "")):
        by_owner.setdefault(hears, [])  # somebody has to hear of it, whatever else happened
    unseen = (*_not_seen(settings, reads.crawls(store, night)), *ill_tonight(store, settings, night=night))
    return [
        Alert(
            alert_id(journey, owner, night, channel),
            owner,
            night,
            _items(store, settings, points, found, night, owner, channel),
            unseen,
            channel,
            sights=sight_items(settings, seen.get(owner, ())),
            map=journey.id,
            reminders=tuple(due.get(owner, ())),
        )
        for owner, found in sorted(by_owner.items(), key=lambda pair: pair[0].id)
        for channel in owner.channels
    ]


def _nightly(found: Mapping[Owner, News]) -> dict[Owner, News]:
    return {owner: these for owner, these in found.items() if owner.digest != "weekly"}


def put_together(by_map: Iterable[Sequence[Alert]]) -> list[Alert]:
    """Return one alert a person (by mail address) and channel: what they own on later maps joins that of the first."""
    made, first = dict[str, Alert](), dict[tuple[str, str], str]()
    for alerts in by_map:
        fresh = dict[tuple[str, str], str]()
        for one in alerts:
            who = one.owner.email.casefold(), one.channel
            if who in first:
                made[first[who]] = _joined(made[first[who]], one)
            else:
                made[one.id] = one
                fresh.setdefault(who, one.id)
        first = fresh | first
    return list(made.values())


def _joined(alert: Alert, more: Alert) -> Alert:
    return replace(
        alert,
        items=(*alert.items, *more.items),
        sights=(*alert.sights, *more.sights),
        not_seen=tuple(dict.fromkeys((*alert.not_seen, *more.not_seen))),
        reminders=(*alert.reminders, *more.reminders),
    )


def _lately(store: Store, journey: JourneyMap, night: date) -> dict[str, PainPoint]:
    """The pain points that emerged in the last week."""
    since = night - UNTOLD + timedelta(days=1)
    return {one.id: one for one in reads.points_emerged(store, map_id=journey.id, since=since, until=night)}


def _week(store: Store, points: Mapping[str, PainPoint], night: date) -> list[Emergence]:
    """What emerged in the last week and is not muted tonight."""
    found = reads.emergences(store, points.keys())
    return [
        one for one in found if night - UNTOLD < one.night <= night and not _muted(points[one.pain_point_id], night)
    ]


def _by_owner(
    journey: JourneyMap, points: Mapping[str, PainPoint], found: Iterable[Emergence]
) -> dict[Owner, list[Emergence]]:
    by_owner: dict[Owner, list[Emergence]] = defaultdict(list)
    for one in found:
        for owner in readers_of(journey, points[one.pain_point_id]):
            by_owner[owner].append(one)
    return by_owner


def _sights(
    store: Store, settings: Settings, night: date, told: Collection[tuple[str, str, date]] = ()
) -> dict[Owner, list[Sight]]:
    """Touchpoints that went blind or are seen again this week and were not told, by the owner who hears of it."""
    journey = settings.journey
    stages = {one.id: one.stage for one in journey.touchpoints}
    found: dict[Owner, list[Sight]] = defaultdict(list)
    for one in reads.sights(store, journey.id):
        owner = heard_by(journey, "", stages.get(one.touchpoint, ""), one.touchpoint)
        key = told_as(settings, one.touchpoint), one.kind, one.night
        is_new = night - UNTOLD < one.night <= night and key not in told
        if owner is not None and is_new and one.touchpoint in stages:
            found[owner].append(one)
    return found


def _muted(point: PainPoint, night: date) -> bool:
    return point.muted_until is not None and night <= point.muted_until


def _items(  # noqa: PLR0917 - all of them are needed
    store: Store,
    settings: Settings,
    points: Mapping[str, PainPoint],
    found: Sequence[Emergence],
    night: date,
    owner: Owner,
    channel: str = "mail",
) -> tuple[AlertItem, ...]:
    journey, ids = settings.journey, [one.pain_point_id for one in found]
    before = reads.told_before(store, _same_person(settings, owner), channel, ids)
    first = datetime.combine(night - LATELY + timedelta(days=1), time(), ZoneInfo(settings.night.timezone))
    quotes, trends = reads.quotes(store, ids, lately=first), reads.weekly_people(store, ids, night, WEEKS)
    measured = measure_points(store, settings, ids, until=night)
    stages = {stage.id: stage.name for stage in journey.stages}
    touchpoints = {touchpoint.id: touchpoint.name for touchpoint in journey.touchpoints}
    ordered = sorted(found, key=lambda one: (KINDS.index(one.kind), -one.people, one.pain_point_id))
    return tuple(
        AlertItem(
            pain_point_id=one.pain_point_id,
            name=points[one.pain_point_id].name,
            stage=stages.get(points[one.pain_point_id].stage, "off the map"),
            touchpoint=touchpoints.get(points[one.pain_point_id].touchpoint or "", ""),
            emergence=one,
            quotes=quotes[one.pain_point_id],
            trend=trends[one.pain_point_id],
            thread=before[one.pain_point_id],
            measures=(found_now := measured.get(one.pain_point_id)),
            rate=per_thousand(found_now.people, found_now.exposure) if found_now else None,
            map=settings.called[0],
            map_name=settings.called[1],
        )
        for one in ordered
    )


def _same_person(settings: Settings, owner: Owner) -> set[str]:
    """The ids by which somebody owns on the maps: mails of several maps go out under that of the first."""
    mail = owner.email.casefold()
    return {one.id for journey in settings.maps for one in journey.owners if one.email.casefold() == mail} | {owner.id}


def _not_seen(settings: Settings, crawls: Iterable[Crawl]) -> tuple[str, ...]:
    ears = settings.ears
    return tuple(f"{one.source}: {one.error}" for one in crawls if one.state == "failed" and ears.hears(one.source))


def tell_week(store: Store, settings: Settings, *, now: datetime) -> Told:
    """Queue the week's digests: to each owner who wants their mail weekly, and to whoever gets what nobody owns.

    The latter hears of all that emerged this week on their map, and which of its sources are ill.
    """
    night, settings = night_of(settings, now), with_access(store, settings)
    digests = put_together(_digests(*hand, night) for hand in each_map(store, settings))
    return send_due(store, settings, now, _queue(store, settings, digests, now, kind=WEEK))


def _digests(store: Store, settings: Settings, night: date) -> list[Alert]:
    journey = settings.journey
    points = _lately(store, journey, night)
    week = list({one.pain_point_id: one for one in _week(store, points, night)}.values())
    ill = ill_of_the_week(store, settings, night=night)
    seen = _sights(store, settings, night)
    everyone: dict[Owner, list[Emergence]] = {owner: [] for owner in seen}
    everyone |= _by_owner(journey, points, week)
    mine = {o: found for o, found in everyone.items() if o.digest == "weekly"}
    fallback = next((one for one in journey.owners if one.id == journey.fallback_owner and one.enabled), None)
    if fallback is not None and (week or ill or seen):
        mine[fallback] = week
    return [
        Alert(
            alert_id(journey, owner, night, channel, WEEK),
            owner,
            night,
            _items(store, settings, points, found, night, owner, channel),
            ill if owner is fallback else (),
            channel,
            sights=sight_items(settings, chain(*seen.values()) if owner is fallback else seen.get(owner, ())),
            map=journey.id,
        )
        for owner, found in sorted(mine.items(), key=lambda pair: pair[0].id)
        for channel in owner.channels
    ]
