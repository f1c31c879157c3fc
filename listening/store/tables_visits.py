"""The tables of what the visits met and how the steps went: which known posts were there again, which had other words.

A post that a visit brought is known by its `first_seen`. Met again it has one row for an unbroken run of visits, not
one a night: a post that stands on a page for a month costs one row. What is erased, withdrawn or too old takes its rows
along.
"""

from __future__ import annotations

import sqlalchemy as sa

from listening.store.columns import CleanText, text_column
from listening.store.tables import metadata


def _of_a_document() -> sa.Column[str]:
    there = sa.ForeignKey("documents.id", ondelete="CASCADE")
    return sa.Column("document_id", CleanText, there, primary_key=True)


met_again = sa.Table(
    "met_again",
    metadata,
    _of_a_document(),
    sa.Column("first", sa.Date, primary_key=True),  # the nights of the first and the last visit of the run
    sa.Column("last", sa.Date, nullable=False),
    text_column("source"),
    sa.Index(None, "source", "last", "first"),
)

rewritten = sa.Table(
    "rewritten",
    metadata,
    _of_a_document(),
    sa.Column("night", sa.Date, primary_key=True),
    sa.Index(None, "night"),
)

night_steps = sa.Table(
    "night_steps",
    metadata,
    sa.Column("night", sa.Date, primary_key=True),
    sa.Column("step", CleanText, primary_key=True),
    sa.Column("seconds", sa.Float, nullable=False),
    text_column("error"),  # what stopped it; "" where it came to its end
)
