"""Send: what waits in the outbox is claimed, sent and marked, and tried again where trying again can help."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from listening.errors import MailError, MailServerDown, MailUnavailable
from listening.outputs import deliver
from listening.pipeline.addressing import addressed, with_access
from listening.pipeline.nights import is_dead, night_of, this_process
from listening.settings import Settings
from listening.store import Store, reads, writes
from listening.types import Alert

log = logging.getLogger(__name__)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=30), timedelta(hours=12)  # of a mail that the server would not take
NEXT_RUN = timedelta(seconds=1)  # the wait while the server takes nothing at all: over at the next run
NOBODY = MailError("nobody on the map hears of it", "switch an owner on, then `listening alerts retry`")


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the outbox tonight."""

    queued: int = 0
    sent: int = 0
    waiting: int = 0
    dead: int = 0


def send_waiting(store: Store, settings: Settings, *, now: datetime) -> Told:
    """Send whatever in the outbox is due, between the nights: a mail server that was down is tried again."""
    return send_due(store, settings, now, 0)


def send_due(store: Store, settings: Settings, now: datetime, queued: int) -> Told:
    """Send whatever in the outbox is due; `queued` is what was put there just now, to be told with the rest."""
    settings, me, sent, waiting, dead = with_access(store, settings), this_process(), 0, 0, 0
    smtp = settings.mail.smtp()
    down: MailServerDown | None = None  # what the first mail of this run found; the others are spared the time-out
    writes.free_claims(store, dead=is_dead)  # of a night that was killed while it sent
    while alert := writes.claim_alert(store, by=me, now=now, mail=smtp is not None):
        told = addressed(store, settings, alert, now=now)
        try:
            if told is None:
                raise NOBODY
            if down is not None and alert.channel == "mail":
                raise down
            deliver(told, base_url=settings.alerts.base_url, now=now, smtp=smtp)
        except MailUnavailable as error:
            down = error if isinstance(error, MailServerDown) else down
            if _postpone(store, settings, alert, me=me, now=now, error=error):
                waiting += 1
            else:
                dead += 1
        except MailError as error:
            writes.mark_dead(store, alert.id, by=me, error=str(error))
            dead += 1
        else:
            writes.mark_sent(store, alert.id, by=me, now=now)
            sent += 1
    if smtp is None:
        waiting = len(reads.alerts(store, states=("queued",)))
    log.info("told", extra={"queued": queued, "sent": sent, "waiting": waiting, "dead": dead})
    return Told(queued, sent, waiting, dead)


def _postpone(
    store: Store, settings: Settings, alert: Alert, *, me: str, now: datetime, error: MailUnavailable
) -> bool:
    """Queue it again, with a growing wait where it was this mail that was refused; False where it was laid aside.

    That is where the days of trying are over.
    """
    row = next(row for row in reads.alerts(store, states=("claimed",)) if row.id == alert.id)
    if (night_of(settings, now) - alert.night).days > settings.alerts.tries_days:
        writes.mark_dead(store, alert.id, by=me, error=str(error))
        return False
    refused = not isinstance(error, MailServerDown)
    wait = min(FIRST_WAIT * 2 ** max(0, row.tries - 1), LONGEST_WAIT) if refused else NEXT_RUN
    writes.mark_retry(store, alert.id, by=me, error=str(error), next_try=now + wait, counted=refused)
    return True
