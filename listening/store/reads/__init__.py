"""All that is asked of the store; nothing here changes it."""

from listening.store.reads.days import day_counts, quotes, weekly_people
from listening.store.reads.documents import (
    counts,
    documents_by_id,
    documents_sharing,
    documents_to_clean,
    documents_to_read,
    first_nights,
    memory,
    note,
    posts_of_thread,
    signals_of,
    source_notes,
)
from listening.store.reads.exports import export_rows
from listening.store.reads.measures import exposure, tellings
from listening.store.reads.moods import stage_moods, touchpoint_rows
from listening.store.reads.nights import alert, alerts, alerts_sent, crawls, nights
from listening.store.reads.origins import origins, stored_of
from listening.store.reads.people import (
    audit,
    failed_tries,
    password_hash,
    people,
    person,
    session,
    sessions_of,
    token_user,
    tokens,
)
from listening.store.reads.points import (
    OPEN,
    apart,
    emergences,
    last_emergence,
    ledger,
    pains_of,
    point,
    points,
    threads_told,
    unplaced_pains,
)
from listening.store.reads.report import point_rows
from listening.store.reads.rereading import outdated_members, outdated_readings, texts_of, unread
from listening.store.snapshots import backup

__all__ = [
    "OPEN",
    "alert",
    "alerts",
    "alerts_sent",
    "apart",
    "audit",
    "backup",
    "counts",
    "crawls",
    "day_counts",
    "documents_by_id",
    "documents_sharing",
    "documents_to_clean",
    "documents_to_read",
    "emergences",
    "export_rows",
    "exposure",
    "failed_tries",
    "first_nights",
    "last_emergence",
    "ledger",
    "memory",
    "nights",
    "note",
    "origins",
    "outdated_members",
    "outdated_readings",
    "pains_of",
    "password_hash",
    "people",
    "person",
    "point",
    "point_rows",
    "points",
    "posts_of_thread",
    "quotes",
    "session",
    "sessions_of",
    "signals_of",
    "source_notes",
    "stage_moods",
    "stored_of",
    "tellings",
    "texts_of",
    "threads_told",
    "token_user",
    "tokens",
    "touchpoint_rows",
    "unplaced_pains",
    "unread",
    "weekly_people",
]
