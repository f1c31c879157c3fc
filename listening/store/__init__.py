"""The store: what is known of posts, pains, pain points, nights and alerts; the only place with SQL.

`open_store` gives a `Store`; the functions of `listening.store.reads` and `listening.store.writes` take it first.
"""

from listening.store import (  # noqa: F401 - every chapter's tables stand on the one metadata
    tables_alerts,
    tables_people,
    tables_review,
    tables_visits,
)
from listening.store import tables_board as _tables_board  # noqa: F401  its tables belong to the schema
from listening.store.answers import (
    AlertRow,
    Counts,
    Forgotten,
    Held,
    Kept,
    Night,
    NightStep,
    Origin,
    PointChange,
    Tally,
    UserChange,
)
from listening.store.engine import Store, open_store
from listening.store.snapshots import backup, restore

__all__ = [
    "AlertRow",
    "Counts",
    "Forgotten",
    "Held",
    "Kept",
    "Night",
    "NightStep",
    "Origin",
    "PointChange",
    "Store",
    "Tally",
    "UserChange",
    "backup",
    "open_store",
    "restore",
]
