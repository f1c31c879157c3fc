"""The tables: what is remembered of sources, documents, signals, pain points, alerts and nights.

Each "what is left to do" has its index, so that a night with nothing new stays fast however much is stored.
`size` and `people` of a pain point always count what is stored now.
"""

from __future__ import annotations

import sqlalchemy as sa

from listening.store.columns import CleanText, Half, JsonText, Single, Utc, text_column

# Names by rule, so that a migration can drop what an earlier one made.
metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _key(name: str, *constraints: sa.ForeignKey) -> sa.Column[str]:
    return sa.Column(name, CleanText, *constraints, primary_key=True)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


def _of(column: str) -> sa.ForeignKey:
    return sa.ForeignKey(column, ondelete="CASCADE")


meta = sa.Table("meta", metadata, _key("key"), text_column("value"))

sources = sa.Table(
    "sources",
    metadata,
    _key("name"),
    text_column("kind"),
    sa.Column("first_night", sa.Date, nullable=False),
    text_column("cursor"),
    sa.Column("notes", JsonText, nullable=False, server_default="[]"),  # what robots.txt says
)

validators = sa.Table(
    "validators",
    metadata,
    _key("source"),
    _key("url"),
    sa.Column("etag", CleanText),
    sa.Column("last_modified", CleanText),
)

crawls = sa.Table(
    "crawls",
    metadata,
    _key("source"),
    sa.Column("night", sa.Date, primary_key=True),
    text_column("state"),
    _count("seen"),
    _count("new"),
    _count("changed"),
    sa.Column("seconds", sa.Float, nullable=False, server_default="0"),
    text_column("error"),
    sa.Column("warnings", JsonText, nullable=False, server_default="[]"),
    _count("removed"),
    _count("pages"),
    _count("shown"),
    text_column("error_kind"),
    sa.Column("told", JsonText, nullable=False, server_default="{}"),
    sa.Index(None, "night"),
)

_COPIES = "near_of IS NOT NULL"  # among originals the index would lead nowhere

documents = sa.Table(
    "documents",
    metadata,
    _key("id"),
    text_column("source"),
    text_column("native_id"),
    text_column("kind"),
    sa.Column("inside", sa.Boolean(create_constraint=False), nullable=False),
    text_column("title"),
    text_column("text"),
    text_column("person"),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("first_seen", Utc, nullable=False),
    text_column("date_from"),
    text_column("url"),
    text_column("thread"),
    sa.Column("reply_to", CleanText),
    _count("likes"),
    _count("views"),
    sa.Column("metric", CleanText),
    sa.Column("score", sa.Float),
    text_column("language"),
    text_column("fingerprint"),
    sa.Column("minhash", sa.LargeBinary, nullable=False),
    sa.Column("near_of", CleanText),
    sa.Column("truncated", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", CleanText, nullable=False),  # kept, then clean, then read
    text_column("read_by"),  # the model that read it, "" before
    sa.Column("absent", sa.Date),  # the night on which its thread did not show it any more
    sa.Index(None, "state", "created_at", "id"),
    sa.Index(None, "read_by", "id"),
    sa.Index(None, "created_at", "source", "inside", "near_of", "person", "id"),  # all that counting people needs
    sa.Index(None, "first_seen"),
    sa.Index(None, "person"),
    sa.Index(None, "thread"),
    sa.Index(None, "source", "thread"),
    sa.Index(None, "fingerprint"),
    sa.Index(None, "near_of", sqlite_where=sa.text(_COPIES), postgresql_where=sa.text(_COPIES)),
)

document_bands = sa.Table(
    "document_bands",
    metadata,
    _key("document_id", _of("documents.id")),
    sa.Column("position", sa.Integer, primary_key=True),
    text_column("band"),
    sa.Index(None, "band"),
)

# The people who asked to be forgotten (pseudonyms), so that the next crawl does not bring them back. "" = every source.
forgotten = sa.Table("forgotten", metadata, _key("person"), _key("source"))

signals = sa.Table(
    "signals",
    metadata,
    _key("id"),
    text_column("document_id", _of("documents.id")),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    text_column("text"),
    sa.Column("probs", JsonText, nullable=False),
    sa.Column("signals_on", JsonText, nullable=False),
    sa.Column("spans", JsonText, nullable=False),
    text_column("pain_label"),
    sa.Column("pain", sa.Float, nullable=False),  # how surely grouping counts it as one
    sa.Column("unspoken", sa.Boolean(create_constraint=False), nullable=False),  # the likelier of the two pains
    sa.Column("mood", sa.Float, nullable=False),  # P(positive) - P(negative)
    text_column("stage"),
    sa.Column("touchpoint", CleanText),
    sa.Column("embedding", Half, nullable=False),
    text_column("model"),
    text_column("space"),  # whose embedding it is: only those of one space can be compared
    sa.Index(None, "document_id", "id", "stage", "touchpoint", "mood", "pain_label"),  # all that the map counts
    sa.Index(None, "pain_label"),
    sa.Index(None, "pain"),
)

pain_points = sa.Table(
    "pain_points",
    metadata,
    _key("id"),
    text_column("map"),
    text_column("name"),
    text_column("named_by"),
    text_column("stage"),
    sa.Column("touchpoint", CleanText),
    text_column("status"),
    sa.Column("born", sa.Date, nullable=False),
    sa.Column("last_seen", sa.Date, nullable=False),
    sa.Column("centroid", Single, nullable=False),
    _count("size"),
    _count("people"),
    text_column("owner"),
    text_column("department"),
    sa.Column("importance", sa.Integer),
    sa.Column("cost", sa.Integer),
    sa.Column("ease", sa.Integer),
    sa.Column("muted_until", sa.Date),
    sa.Column("resolved_on", sa.Date),
    sa.Column("merged_into", CleanText),
    sa.Column("words", JsonText, nullable=False, server_default="[]"),
    text_column("space"),  # of the centroid
    sa.Column("due", sa.Date),
    text_column("placed_by"),
    text_column("acknowledged_by"),
    sa.Column("acknowledged_at", Utc),
    text_column("begins_stage"),
    sa.Column("begins_touchpoint", CleanText),
    *(sa.Column(name, JsonText, nullable=False, server_default="[]") for name in ("stages", "touchpoints", "personas")),
    sa.Column("faded", sa.Date),
    sa.Index(None, "map", "status"),
)

memberships = sa.Table(
    "memberships",
    metadata,
    _key("signal_id", _of("signals.id")),
    text_column("pain_point_id", _of("pain_points.id")),
    sa.Column("night", sa.Date, nullable=False),
    sa.Column("score", sa.Float, nullable=False),
    sa.Index(None, "pain_point_id"),
)

apart = sa.Table(
    "apart",
    metadata,
    _key("signal_id", _of("signals.id")),
    _key("pain_point_id", _of("pain_points.id")),
    sa.Index(None, "pain_point_id"),
)

ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("key", CleanText, nullable=False, unique=True),  # a hash of the line: written twice, it stands once
    sa.Column("at", Utc, nullable=False),
    text_column("who"),
    text_column("what"),
    text_column("pain_point_id"),
    text_column("other_id"),
    text_column("detail"),
    text_column("model"),
    sa.Index(None, "pain_point_id"),
    sa.Index(None, "other_id"),
    sqlite_autoincrement=True,
)

emergences = sa.Table(
    "emergences",
    metadata,
    _key("pain_point_id", _of("pain_points.id")),
    sa.Column("night", sa.Date, primary_key=True),
    _key("kind"),
    sa.Column("people", sa.Integer, nullable=False),
    sa.Column("expected", sa.Float, nullable=False),
    sa.Column("low", sa.Float, nullable=False),
    sa.Column("high", sa.Float, nullable=False),
    sa.Column("surprise", sa.Float, nullable=False),
    text_column("sentence"),
    sa.Index(None, "night"),
)

alerts = sa.Table(
    "alerts",
    metadata,
    _key("id"),
    text_column("owner"),
    text_column("map"),
    sa.Column("night", sa.Date, nullable=False),
    text_column("state"),  # queued, claimed, sent, dead
    sa.Column("payload", JsonText, nullable=False),
    text_column("claimed_by"),
    sa.Column("claimed_until", Utc),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_try", Utc, nullable=False),
    text_column("last_error"),
    sa.Column("queued_at", Utc, nullable=False),
    sa.Column("sent_at", Utc),
    sa.Column("channel", CleanText, nullable=False, server_default="mail"),
    sa.UniqueConstraint("owner", "map", "night", "channel"),
    sa.Index(None, "state", "next_try"),
)

leases = sa.Table(
    "leases",
    metadata,
    _key("name"),
    text_column("holder"),
    sa.Column("since", Utc, nullable=False),
    sa.Column("until", Utc, nullable=False),
)

nights = sa.Table(
    "nights",
    metadata,
    sa.Column("date", sa.Date, primary_key=True),
    text_column("state"),
    sa.Column("started", Utc, nullable=False),
    sa.Column("finished", Utc),
    text_column("note"),
)
