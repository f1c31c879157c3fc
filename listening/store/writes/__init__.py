"""All that changes the store; each function is one transaction, and done twice it changes nothing."""

from listening.store.writes.alerts import (
    claim_alert,
    free_claims,
    mark_dead,
    mark_retry,
    mark_sent,
    queue_alerts,
    requeue_alert,
)
from listening.store.writes.documents import keep_batch, keep_crawl, mark_clean
from listening.store.writes.nights import close_night, keep_meta, open_night, release_lease, take_lease
from listening.store.writes.points import (
    apply_change,
    apply_changes,
    change_point,
    keep_apart,
    keep_emergences,
    keep_ledger,
    keep_placement,
    merge_points,
)
from listening.store.writes.readings import keep_readings
from listening.store.writes.removals import drop_older, forget_person

__all__ = [
    "apply_change",
    "apply_changes",
    "change_point",
    "claim_alert",
    "close_night",
    "drop_older",
    "forget_person",
    "free_claims",
    "keep_apart",
    "keep_batch",
    "keep_crawl",
    "keep_emergences",
    "keep_ledger",
    "keep_meta",
    "keep_placement",
    "keep_readings",
    "mark_clean",
    "mark_dead",
    "mark_retry",
    "mark_sent",
    "merge_points",
    "open_night",
    "queue_alerts",
    "release_lease",
    "requeue_alert",
    "take_lease",
]
