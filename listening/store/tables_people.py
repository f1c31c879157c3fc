"""The tables of the board's people: who may sign in, who is signed in, their keys, and what was done.

Of a session or a key only a hash is kept: who reads the database cannot sign in with it.
"""

from __future__ import annotations

import sqlalchemy as sa

from listening.store.columns import CleanText, Utc, text_column
from listening.store.tables import metadata


def _of_a_user() -> sa.Column[str]:
    return sa.Column("user", CleanText, sa.ForeignKey("users.name", ondelete="CASCADE"), nullable=False)


users = sa.Table(
    "users",
    metadata,
    sa.Column("name", CleanText, primary_key=True),
    text_column("role"),
    text_column("owner"),  # who they are on the map
    text_column("email"),
    text_column("password"),  # an Argon2id hash, "" for who signs in elsewhere
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("disabled_at", Utc),
    sa.Column("last_seen", Utc),
    text_column("subject"),  # who they are at the company's own sign-in, "" for who never came by it
    sa.Column("second_factor", Utc),  # since when a password alone does not let them in
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", CleanText, primary_key=True),  # SHA-256 of what the cookie holds
    _of_a_user(),
    sa.Column("began", Utc, nullable=False),
    sa.Column("seen", Utc, nullable=False),
    sa.Column("until", Utc, nullable=False),
    text_column("address"),  # from where, and with which browser: so that one knows one's own places
    text_column("browser"),
    text_column("way"),  # by password or by the company's own sign-in
    sa.Index(None, "user"),
)

half_sessions = sa.Table(  # the password was right, the code is still asked for: apart, so that they open nothing
    "half_sessions",
    metadata,
    sa.Column("id", CleanText, primary_key=True),  # SHA-256 of what the cookie holds
    _of_a_user(),
    sa.Column("until", Utc, nullable=False),
    sa.Index(None, "user"),
)

second_factors = sa.Table(
    "second_factors",
    metadata,
    sa.Column("user", CleanText, sa.ForeignKey("users.name", ondelete="CASCADE"), primary_key=True),
    sa.Column("sealed", CleanText, nullable=False),  # the secret, encrypted: the key is no part of the database
    sa.Column("made", Utc, nullable=False),
    sa.Column("last_step", sa.BigInteger, nullable=False),  # of RFC 6238; a code of it or an older one is used up
)

recovery_codes = sa.Table(
    "recovery_codes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    _of_a_user(),
    sa.Column("hash", CleanText, nullable=False),  # Argon2id
    sa.Index(None, "user"),
    sqlite_autoincrement=True,
)

api_tokens = sa.Table(
    "api_tokens",
    metadata,
    sa.Column("id", CleanText, primary_key=True),
    _of_a_user(),
    text_column("name"),
    sa.Column("hash", CleanText, nullable=False, unique=True),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("expires_at", Utc, nullable=False),
    sa.Column("last_used", Utc),
    sa.Index(None, "user"),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", Utc, nullable=False),
    text_column("who"),
    text_column("what"),
    text_column("thing"),
    text_column("detail"),
    text_column("via"),
    sa.Index(None, "at"),
    sa.Index(None, "who"),
    sqlite_autoincrement=True,
)

login_attempts = sa.Table(
    "login_attempts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", Utc, nullable=False),
    text_column("account"),  # a hash: people type passwords into the wrong field
    text_column("address"),
    sa.Index(None, "at"),
    sa.Index(None, "account", "at"),
    sa.Index(None, "address", "at"),
    sqlite_autoincrement=True,
)
