"""What keeps the house: forgetting people, dropping what is old, sending mails again, and the audit of all that."""

from __future__ import annotations

from datetime import datetime, timedelta

from listening.documents import pseudonym
from listening.journey.points import name_anew
from listening.settings import Settings
from listening.store import Forgotten, Store, reads, writes
from listening.types import AuditLine


def erase(store: Store, author: str, *, source: str | None, key: bytes) -> Forgotten:
    """Remove all that an author wrote, for ever, and name anew what may have been named in their words."""
    forgotten = writes.forget_person(store, pseudonym(author, key), source)
    name_anew(store, forgotten.pain_points)
    writes.name_points(store, [reads.point(store, one) for one in forgotten.pain_points])  # in waiting alerts too
    return forgotten


def retry(store: Store, alert_id: str, *, now: datetime) -> bool:
    """Put a mail that was laid aside back into the outbox; False where it waits there or went out."""
    if any(one.id == alert_id for one in reads.deliveries(store)):
        return writes.requeue_delivery(store, alert_id, now=now)
    reads.alert(store, alert_id)  # names an unknown one
    return writes.requeue_alert(store, alert_id, now)


def retire_old(store: Store, settings: Settings, *, now: datetime) -> int:
    """Drop documents that are older than the settings allow; returns how many."""
    if settings.store.retention_days <= 0:
        return 0
    return writes.drop_older(store, now - timedelta(days=settings.store.retention_days))


def keep_audit(store: Store, line: AuditLine) -> None:
    """Keep who did what: of changes that no history of a pain point tells."""
    writes.keep_audit(store, line)
