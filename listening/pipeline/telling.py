"""Tell: one mail per owner and night, queued once, claimed, sent and marked, so that none is lost."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b

from listening.errors import MailError, MailUnavailable
from listening.outputs import compose, send
from listening.pipeline.caring import ill_of_the_week, ill_tonight, newly_ill
from listening.pipeline.nights import is_dead, night_of, this_process
from listening.settings import Settings
from listening.store import Store, reads, writes
from listening.types import Alert, AlertItem, Crawl, Emergence, JourneyMap, PainPoint, Smtp

log = logging.getLogger(__name__)
UNTOLD = timedelta(days=7)  # so far back a night that broke off before its mails is made up for
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=30), timedelta(hours=12)
WEEKS = 12
KINDS = ("back", "new", "rising", "slow_burn")


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the outbox tonight."""

    queued: int = 0
    sent: int = 0
    waiting: int = 0
    dead: int = 0


def tell(store: Store, settings: Settings, *, now: datetime) -> Told:
    """Queue tonight's alerts and send whatever in the outbox is due."""
    night = night_of(settings, now)
    queued = writes.queue_alerts(store, _alerts(store, settings, night), map_id=settings.journey.id, now=now)
    smtp = settings.mail.smtp()
    if smtp is None:
        return Told(queued=queued, waiting=len(reads.alerts(store, states=("queued",))))
    return _send_due(store, settings, smtp, now, queued)


def _alerts(store: Store, settings: Settings, night: date) -> list[Alert]:
    """One alert an owner, of what emerged in the last week and was never told."""
    journey = settings.journey
    points = {point.id: point for point in reads.points(store, map_id=journey.id)}
    told = _told(store, journey.id, night)
    by_owner: dict[str, list[Emergence]] = defaultdict(list)
    for one in reads.emergences(store, points.keys()):
        recent = night - UNTOLD < one.night <= night
        if (
            recent
            and (one.pain_point_id, one.kind, one.night) not in told
            and not _muted(points[one.pain_point_id], night)
        ):
            by_owner[_owner(journey, points[one.pain_point_id])].append(one)
    owners = {owner.id: owner for owner in journey.owners}
    unseen = (*_not_seen(reads.crawls(store, night)), *ill_tonight(store, settings, night=night))
    if newly_ill(store, settings, night=night):
        by_owner.setdefault(journey.fallback_owner, [])  # somebody has to hear of it, whatever else happened
    return [
        Alert(
            _alert_id(journey, owner, night), owners[owner], night, _items(store, journey, points, found, night), unseen
        )
        for owner, found in sorted(by_owner.items())
        if owner in owners
    ]


def _told(store: Store, map_id: str, night: date) -> set[tuple[str, str, date]]:
    """What the owners were told lately; the week's digest is no such mail."""
    recent = [row.id for row in reads.alerts(store) if row.map == map_id and night - UNTOLD <= row.night <= night]
    items = [item.emergence for one in recent for item in reads.alert(store, one).items]
    return {(one.pain_point_id, one.kind, one.night) for one in items}


def _muted(point: PainPoint, night: date) -> bool:
    return point.muted_until is not None and night <= point.muted_until


def _owner(journey: JourneyMap, point: PainPoint) -> str:
    """Who hears of it: its own owner, else the touchpoint's, the stage's, or the one for what nobody owns."""
    touchpoint = next((t.owner for t in journey.touchpoints if t.id == point.touchpoint), "")
    stage = next((s.owner for s in journey.stages if s.id == point.stage), "")
    known = {owner.id for owner in journey.owners}
    return next((one for one in (point.owner, touchpoint, stage) if one in known), journey.fallback_owner)


def _items(
    store: Store, journey: JourneyMap, points: dict[str, PainPoint], found: Sequence[Emergence], night: date
) -> tuple[AlertItem, ...]:
    ids = [one.pain_point_id for one in found]
    quotes, trends = reads.quotes(store, ids), reads.weekly_people(store, ids, night, WEEKS)
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
        )
        for one in ordered
    )


def _not_seen(crawls: Iterable[Crawl]) -> tuple[str, ...]:
    return tuple(f"{one.source}: {one.error}" for one in crawls if one.state == "failed")


def _alert_id(journey: JourneyMap, owner: str, night: date) -> str:
    said = f"{journey.id}\0{owner}\0{night.isoformat()}"
    return f"al-{blake2b(said.encode(), digest_size=8).hexdigest()}"


def _send_due(store: Store, settings: Settings, smtp: Smtp, now: datetime, queued: int) -> Told:
    me, sent, waiting, dead = this_process(), 0, 0, 0
    writes.free_claims(store, dead=is_dead)  # of a night that was killed while it sent
    while alert := writes.claim_alert(store, by=me, now=now):
        try:
            send(compose(alert, sender=smtp.sender, base_url=settings.alerts.base_url, now=now), smtp)
        except MailUnavailable as error:
            if _postpone(store, settings, alert, me=me, now=now, error=str(error)):
                waiting += 1
            else:
                dead += 1
        except MailError as error:
            writes.mark_dead(store, alert.id, by=me, error=str(error))
            dead += 1
        else:
            writes.mark_sent(store, alert.id, by=me, now=now)
            sent += 1
    log.info("told", extra={"queued": queued, "sent": sent, "waiting": waiting, "dead": dead})
    return Told(queued, sent, waiting, dead)


def _postpone(store: Store, settings: Settings, alert: Alert, *, me: str, now: datetime, error: str) -> bool:
    """Queue it again with a growing wait; False where the days of trying are over and it was laid aside."""
    row = next(row for row in reads.alerts(store, states=("claimed",)) if row.id == alert.id)
    if (night_of(settings, now) - alert.night).days > settings.alerts.tries_days:
        writes.mark_dead(store, alert.id, by=me, error=error)
        return False
    wait = min(FIRST_WAIT * 2 ** max(0, row.tries - 1), LONGEST_WAIT)
    writes.mark_retry(store, alert.id, by=me, error=error, next_try=now + wait)
    return True


def tell_week(store: Store, settings: Settings, *, now: datetime) -> Told:
    """Queue a digest for whoever gets what nobody owns: what emerged this week, and which sources are ill."""
    night, journey = night_of(settings, now), settings.journey
    points = {point.id: point for point in reads.points(store, map_id=journey.id)}
    week = [one for one in reads.emergences(store, points.keys()) if night - UNTOLD < one.night <= night]
    owner = next((one for one in journey.owners if one.id == journey.fallback_owner), None)
    ill = ill_of_the_week(store, settings, night=night)
    if owner is None or not (week or ill):
        return Told()
    latest = list({one.pain_point_id: one for one in week}.values())
    digest = Alert(
        _alert_id(journey, f"{owner.id}#week", night), owner, night, _items(store, journey, points, latest, night), ill
    )
    queued = writes.queue_alerts(store, [digest], map_id=f"{journey.id}#week", now=now)
    smtp = settings.mail.smtp()
    return Told(queued=queued) if smtp is None else _send_due(store, settings, smtp, now, queued)
