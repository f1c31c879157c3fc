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
from listening.store.writes.board import (
    drop_goal,
    keep_goal,
    keep_goal_nights,
    keep_map_version,
    keep_review,
    relocate,
)
from listening.store.writes.crawls import keep_batch, keep_crawl, keep_notes
from listening.store.writes.decisions import decide_suggestion, keep_no_pains, keep_suggestions
from listening.store.writes.deletions import forget_authors, forget_documents, sweep
from listening.store.writes.documents import mark_clean
from listening.store.writes.nights import close_night, keep_meta, open_night, release_lease, take_lease
from listening.store.writes.people import (
    add_user,
    change_user,
    drop_token,
    end_sessions,
    keep_audit,
    keep_token,
    keep_try,
    open_session,
    touch_session,
    touch_token,
)
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
from listening.store.writes.readings import keep_readings, recentre
from listening.store.writes.removals import drop_older, forget_person, name_points
from listening.store.writes.reversals import move_out, undo

__all__ = [
    "add_user",
    "apply_change",
    "apply_changes",
    "change_point",
    "change_user",
    "claim_alert",
    "close_night",
    "decide_suggestion",
    "drop_goal",
    "drop_older",
    "drop_token",
    "end_sessions",
    "forget_authors",
    "forget_documents",
    "forget_person",
    "free_claims",
    "keep_apart",
    "keep_audit",
    "keep_batch",
    "keep_crawl",
    "keep_emergences",
    "keep_goal",
    "keep_goal_nights",
    "keep_ledger",
    "keep_map_version",
    "keep_meta",
    "keep_no_pains",
    "keep_notes",
    "keep_placement",
    "keep_readings",
    "keep_review",
    "keep_suggestions",
    "keep_token",
    "keep_try",
    "mark_clean",
    "mark_dead",
    "mark_retry",
    "mark_sent",
    "merge_points",
    "move_out",
    "name_points",
    "open_night",
    "open_session",
    "queue_alerts",
    "recentre",
    "release_lease",
    "relocate",
    "requeue_alert",
    "sweep",
    "take_lease",
    "touch_session",
    "touch_token",
    "undo",
]
