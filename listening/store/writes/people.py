"""Keeps who may sign in and who is; each change stands with its audit line or not at all."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from listening.errors import InputError, NotFound
from listening.store.answers import UserChange
from listening.store.engine import Store
from listening.store.statements import insert_new
from listening.store.tables_people import api_tokens, audit, half_sessions, login_attempts, sessions, users
from listening.types import ApiToken, AuditLine, Seat, User

TRIES_KEPT = timedelta(days=1)


def keep_audit(store: Store, line: AuditLine) -> None:
    """Keep what somebody did."""
    with store.writing() as connection:
        note(connection, line)


def add_user(store: Store, user: User, password: str, line: AuditLine) -> None:
    """Keep a new person with the hash of their password. Raises `InputError` where the name is taken."""
    row = {
        "name": user.name,
        "role": user.role,
        "owner": user.owner,
        "email": user.email,
        "password": password,
        "subject": user.subject,
        "created_at": user.created_at,
    }
    with store.writing() as connection:
        if not insert_new(connection, users, [row]):
            raise InputError(f"there is a user {user.name!r} already", "take another name")
        note(connection, line)


def change_user(store: Store, name: str, change: UserChange, line: AuditLine, *, sign_out: bool) -> None:
    """Change what is given, and end all of the person's sessions where `sign_out`. Raises `NotFound`.

    Raises `InputError` where no admin would be left: nobody could give the access back.
    """
    with store.writing() as connection:
        if connection.execute(sa.update(users).where(users.c.name == name).values(**change)).rowcount == 0:
            raise NotFound(f"no user {name!r}", "see `listening users list`")
        admins = sa.select(sa.func.count()).select_from(users)
        left = connection.scalar(admins.where(users.c.role == "admin", users.c.disabled_at.is_(None)))
        if not left and ("role" in change or "disabled_at" in change):
            raise InputError(f"{name!r} is the last admin", "make somebody else an admin first")
        if sign_out:
            end_all(connection, name)
        note(connection, line)


def open_session(
    store: Store, session_id: str, name: str, seat: Seat, *, way: str, now: datetime, until: datetime, line: AuditLine
) -> None:
    """Keep that somebody signed in; sessions that are over go."""
    with store.writing() as connection:
        connection.execute(sa.delete(sessions).where(sessions.c.until < now))
        row = {"id": session_id, "user": name, "began": now, "seen": now, "until": until}
        row |= {"address": seat.address, "browser": seat.browser, "way": way}
        connection.execute(sa.insert(sessions).values(row))
        connection.execute(sa.update(users).where(users.c.name == name).values(last_seen=now))
        note(connection, line)


def touch_session(store: Store, session_id: str, now: datetime) -> None:
    """Keep that somebody is still there."""
    with store.writing() as connection:
        connection.execute(sa.update(sessions).where(sessions.c.id == session_id).values(seen=now))


def end_sessions(store: Store, name: str, line: AuditLine) -> None:
    """Sign somebody out everywhere."""
    with store.writing() as connection:
        end_all(connection, name)
        note(connection, line)


def end_all(connection: Connection, name: str, *, but: str = "") -> None:
    """Sign somebody out everywhere, or everywhere but at one place; who waits for a code begins anew."""
    connection.execute(sa.delete(sessions).where(sessions.c.user == name, sessions.c.id != but))
    connection.execute(sa.delete(half_sessions).where(half_sessions.c.user == name))


def end_session(store: Store, name: str, session_id: str, line: AuditLine) -> None:
    """Sign somebody out at one place. Raises `NotFound`."""
    mine = sa.delete(sessions).where(sessions.c.user == name, sessions.c.id == session_id)
    with store.writing() as connection:
        if connection.execute(mine).rowcount == 0:
            raise NotFound("no such place where you are signed in", "it may be over already")
        note(connection, line)


def keep_token(store: Store, token: ApiToken, token_hash: str, line: AuditLine) -> None:
    """Keep a new key by its hash."""
    row = {
        "id": token.id,
        "user": token.user,
        "name": token.name,
        "hash": token_hash,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
    }
    with store.writing() as connection:
        connection.execute(sa.insert(api_tokens).values(row))
        note(connection, line)


def drop_token(store: Store, name: str, token_id: str, line: AuditLine) -> None:
    """Take one of somebody's keys back. Raises `NotFound`."""
    mine = sa.delete(api_tokens).where(api_tokens.c.user == name, api_tokens.c.id == token_id)
    with store.writing() as connection:
        if connection.execute(mine).rowcount == 0:
            raise NotFound(f"no key {token_id!r} of {name!r}", "it may be gone already")
        note(connection, line)


def touch_token(store: Store, token_id: str, now: datetime) -> None:
    """Keep when a key was used last."""
    with store.writing() as connection:
        connection.execute(sa.update(api_tokens).where(api_tokens.c.id == token_id).values(last_used=now))


def keep_try(store: Store, *, account: str, address: str, now: datetime, line: AuditLine) -> None:
    """Keep a failed try to sign in; old ones go."""
    with store.writing() as connection:
        connection.execute(sa.delete(login_attempts).where(login_attempts.c.at < now - TRIES_KEPT))
        connection.execute(sa.insert(login_attempts).values(at=now, account=account, address=address))
        note(connection, line)


def note(connection: Connection, line: AuditLine) -> None:
    """Keep a line together with what it is about."""
    row = {
        "at": line.at,
        "who": line.who,
        "what": line.what,
        "thing": line.thing,
        "detail": line.detail,
        "via": line.via,
    }
    connection.execute(sa.insert(audit).values(row))
