"""Keeps second factors, their recovery codes, and who has still to give a code; each change with its audit line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from listening.errors import NotFound
from listening.store.engine import Store
from listening.store.tables_people import half_sessions, recovery_codes, second_factors, users
from listening.store.writes.people import end_all, note
from listening.types import AuditLine


def begin_factor(store: Store, name: str, sealed: str, *, now: datetime, line: AuditLine) -> None:
    """Keep a new secret that does not count yet, in the place of an older such one."""
    with store.writing() as connection:
        connection.execute(sa.delete(second_factors).where(second_factors.c.user == name))
        connection.execute(sa.insert(second_factors).values(user=name, sealed=sealed, made=now, last_step=0))
        note(connection, line)


def switch_factor_on(
    store: Store, name: str, hashes: Sequence[str], *, step: int, here: str, now: datetime, line: AuditLine
) -> None:
    """Let the secret count from now on, with its recovery codes; the person's sessions end, but the one `here`."""
    with store.writing() as connection:
        connection.execute(sa.update(users).where(users.c.name == name).values(second_factor=now))
        connection.execute(sa.update(second_factors).where(second_factors.c.user == name).values(last_step=step))
        _keep_codes(connection, name, hashes)
        end_all(connection, name, but=here)
        note(connection, line)


def switch_factor_off(store: Store, name: str, *, here: str = "", line: AuditLine) -> None:
    """Drop secret and codes; the person's other sessions end. Raises `NotFound` where there was no second factor."""
    mine = sa.update(users).where(users.c.name == name, users.c.second_factor.is_not(None))
    with store.writing() as connection:
        if connection.execute(mine.values(second_factor=None)).rowcount == 0:
            raise NotFound(f"no second factor of {name!r}", "it is off already")
        for table in (second_factors, recovery_codes):
            connection.execute(sa.delete(table).where(table.c.user == name))
        end_all(connection, name, but=here)
        note(connection, line)


def renew_codes(store: Store, name: str, hashes: Sequence[str], line: AuditLine) -> None:
    """Keep new recovery codes in the place of the old ones."""
    with store.writing() as connection:
        _keep_codes(connection, name, hashes)
        note(connection, line)


def spend_step(store: Store, name: str, step: int) -> bool:
    """Use up a code and all older ones; False where that was done before, also by who asks at the same moment."""
    mine = sa.and_(second_factors.c.user == name, second_factors.c.last_step < step)
    with store.writing() as connection:
        return connection.execute(sa.update(second_factors).where(mine).values(last_step=step)).rowcount == 1


def spend_code(store: Store, name: str, code_id: int, line: AuditLine) -> bool:
    """Use up a recovery code; False where that was done before."""
    mine = sa.and_(recovery_codes.c.user == name, recovery_codes.c.id == code_id)
    with store.writing() as connection:
        if connection.execute(sa.delete(recovery_codes).where(mine)).rowcount == 0:
            return False
        note(connection, line)
        return True


def open_half(store: Store, half_id: str, name: str, *, now: datetime, until: datetime, line: AuditLine) -> None:
    """Keep that somebody gave the right password and has still to give a code; those that are over go."""
    with store.writing() as connection:
        connection.execute(sa.delete(half_sessions).where(half_sessions.c.until < now))
        connection.execute(sa.insert(half_sessions).values(id=half_id, user=name, until=until))
        note(connection, line)


def end_half(store: Store, half_id: str) -> bool:
    """End one of these; False where it was ended before."""
    with store.writing() as connection:
        return connection.execute(sa.delete(half_sessions).where(half_sessions.c.id == half_id)).rowcount == 1


def _keep_codes(connection: Connection, name: str, hashes: Sequence[str]) -> None:
    connection.execute(sa.delete(recovery_codes).where(recovery_codes.c.user == name))
    connection.execute(sa.insert(recovery_codes), [{"user": name, "hash": one} for one in hashes])
