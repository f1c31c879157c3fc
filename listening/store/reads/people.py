"""Who may sign in, who is signed in, and what was done."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from listening.errors import NotFound
from listening.store.engine import Store
from listening.store.tables import ledger as ledger_table
from listening.store.tables_people import (
    api_tokens,
    half_sessions,
    login_attempts,
    recovery_codes,
    second_factors,
    users,
)
from listening.store.tables_people import audit as audit_table
from listening.store.tables_people import sessions as sessions_table
from listening.types import ApiToken, AuditLine, HalfSession, Seat, SecondFactor, Session, User

_OF_USER = [column for column in users.c if column.name != "password"]
_OF_SESSION = [column for column in sessions_table.c if column.name != "user"]
_OF_TOKEN = [column for column in api_tokens.c if column.name != "hash"]


def people(store: Store) -> list[User]:
    """Return all who may or might sign in, by name."""
    with store.reading() as connection:
        return [User(**row) for row in connection.execute(sa.select(*_OF_USER).order_by(users.c.name)).mappings()]


def person(store: Store, name: str) -> User:
    """Return one of them. Raises `NotFound`."""
    with store.reading() as connection:
        row = connection.execute(sa.select(*_OF_USER).where(users.c.name == name)).mappings().first()
    if row is None:
        raise NotFound(f"no user {name!r}", "see `listening users list`")
    return User(**row)


def password_hash(store: Store, name: str) -> str:
    """Return the hash of somebody's password, "" where there is no such person or no password."""
    with store.reading() as connection:
        return connection.scalar(sa.select(users.c.password).where(users.c.name == name)) or ""


def session(store: Store, session_id: str) -> Session | None:
    """Return who is signed in under this id, None where nobody is; whether it still holds is for the reader to say."""
    with store.reading() as connection:
        found = connection.execute(_with_user(sessions_table, sessions_table.c.id == session_id, *_OF_SESSION))
        row = found.mappings().first()
    return None if row is None else _session(row)


def sessions_of(store: Store, name: str) -> list[Session]:
    """Return where somebody is signed in, the place last seen first; some may be over."""
    mine = _with_user(sessions_table, sessions_table.c.user == name, *_OF_SESSION)
    with store.reading() as connection:
        return [_session(row) for row in connection.execute(mine.order_by(sessions_table.c.seen.desc())).mappings()]


def half_session(store: Store, half_id: str) -> HalfSession | None:
    """Return who has still to give a code under this id, None where nobody has."""
    wanted = _with_user(half_sessions, half_sessions.c.id == half_id, half_sessions.c.until)
    with store.reading() as connection:
        row = connection.execute(wanted).mappings().first()
    return None if row is None else HalfSession(_user(row), row["until"])


def second_factor(store: Store, name: str) -> SecondFactor | None:
    """Return what is kept of somebody's authenticator app, also while it does not count yet; None without one."""
    mine = second_factors.c
    wanted = sa.select(mine.sealed, mine.made, mine.last_step, users.c.second_factor.is_not(None).label("on"))
    with store.reading() as connection:
        row = connection.execute(wanted.join(users, users.c.name == mine.user).where(mine.user == name)).first()
    return None if row is None else SecondFactor(row.sealed, row.made, row.last_step, bool(row.on))


def recovery_hashes(store: Store, name: str) -> list[tuple[int, str]]:
    """Return the ids and hashes of somebody's recovery codes that are left."""
    mine = sa.select(recovery_codes.c.id, recovery_codes.c.hash).where(recovery_codes.c.user == name)
    with store.reading() as connection:
        return [(row.id, row.hash) for row in connection.execute(mine.order_by(recovery_codes.c.id))]


def token_user(store: Store, token_hash: str) -> tuple[ApiToken, User] | None:
    """Return the key with this hash, and whose it is; None where there is none."""
    mine = [column.label(f"token_{column.name}") for column in _OF_TOKEN]
    with store.reading() as connection:
        row = connection.execute(_with_user(api_tokens, api_tokens.c.hash == token_hash, *mine)).mappings().first()
    if row is None:
        return None
    return ApiToken(**{column.name: row[f"token_{column.name}"] for column in _OF_TOKEN}), _user(row)


def tokens(store: Store, name: str) -> list[ApiToken]:
    """Return somebody's keys, oldest first."""
    mine = sa.select(*_OF_TOKEN).where(api_tokens.c.user == name).order_by(api_tokens.c.created_at, api_tokens.c.id)
    with store.reading() as connection:
        return [ApiToken(**row) for row in connection.execute(mine).mappings()]


def failed_tries(store: Store, *, account: str, address: str, since: datetime) -> tuple[int, int]:
    """Count the failed tries to sign in since then: for this account (a hash), and from this address."""
    tries = login_attempts.c
    counts = sa.select(
        sa.func.count().filter(tries.account == account), sa.func.count().filter(tries.address == address)
    )
    wanted = sa.and_(tries.at > since, sa.or_(tries.account == account, tries.address == address))
    with store.reading() as connection:
        row = connection.execute(counts.where(wanted)).one()
    return row[0], row[1]


def audit(store: Store, *, who: str = "", limit: int = 50, offset: int = 0) -> tuple[list[AuditLine], int]:
    """Return a page of what people did, newest first, and how much there is: the audit's lines and the ledger's.

    `who` leaves only one person's lines.
    """
    mine = audit_table.c
    noted = sa.select(mine.at, mine.who, mine.what, mine.thing, mine.detail, mine.via, mine.id)
    told = ledger_table.c
    detail = sa.func.trim(told.other_id + " " + told.detail)
    done = sa.select(told.at, told.who, told.what, told.pain_point_id, detail, sa.literal(""), told.id)
    both = sa.union_all(noted, done.where(told.who != "listening")).subquery()
    wanted = sa.select(both) if not who else sa.select(both).where(both.c.who == who)
    newest = wanted.order_by(both.c.at.desc(), both.c.id.desc()).limit(limit).offset(offset)
    with store.reading() as connection:
        total = connection.scalar(sa.select(sa.func.count()).select_from(wanted.subquery())) or 0
        return [AuditLine(*row[:6]) for row in connection.execute(newest)], total


def audited(store: Store, what: str) -> list[AuditLine]:
    """Return all that was noted of one kind, such as backups, newest first."""
    mine = audit_table.c
    lines = sa.select(mine.at, mine.who, mine.what, mine.thing, mine.detail, mine.via).where(mine.what == what)
    with store.reading() as connection:
        return [AuditLine(*row) for row in connection.execute(lines.order_by(mine.at.desc(), mine.id.desc()))]


def _with_user(
    table: sa.Table, condition: sa.ColumnElement[bool], *more: sa.ColumnElement[object]
) -> sa.Select[tuple[object, ...]]:
    return sa.select(*_OF_USER, *more).join(table, table.c.user == users.c.name).where(condition)


def _session(row: RowMapping) -> Session:
    seat = Seat(row["address"], row["browser"])
    return Session(_user(row), row["began"], row["seen"], row["until"], row["id"], seat, row["way"])


def _user(row: RowMapping) -> User:
    return User(**{column.name: row[column.name] for column in _OF_USER})
