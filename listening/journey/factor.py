"""The second factor: who has one gives a code of their authenticator app after the password, or a recovery code.

Each code is good once. Wrong ones count as failed tries to sign in, so that nobody guesses them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from listening.errors import InputError, SettingsError, SignInRefused
from listening.journey import accounts, codes
from listening.settings import Settings
from listening.store import Store, reads, writes
from listening.types import AuditLine, HalfSession, Seat, Session

TO_SET_UP = timedelta(minutes=10)


def demanded(settings: Settings, session: Session) -> bool:
    """Say whether somebody has to set a second factor up before anything else; who comes by the company, never."""
    if session.user.second_factor is not None or session.way == accounts.COMPANY:
        return False
    asked = settings.web.second_factor
    return asked == "all" or (asked == "admins" and session.user.role == "admin")


# --- setting up


def begin(store: Store, key: bytes, name: str, password: str, *, address: str, now: datetime) -> None:
    """Make a secret, knowing the password; it counts after one right code. Raises `SignInRefused`, `InputError`."""
    accounts.prove(store, name, password, address=address, now=now)
    if reads.person(store, name).second_factor is not None:
        raise InputError("there is a second factor already", "switch it off first")
    line = AuditLine(now, name, "began to set up a second factor", name)
    writes.begin_factor(store, name, codes.seal(codes.new_secret(), name, key), now=now, line=line)


def begun(store: Store, key: bytes, name: str, *, now: datetime) -> str:
    """Return the secret that somebody is setting up, "" where there is none or it took too long."""
    kept = reads.second_factor(store, name)
    if kept is None or kept.on or now - kept.made > TO_SET_UP:
        return ""
    return codes.unseal(kept.sealed, name, key)


def confirm(store: Store, key: bytes, session: Session, code: str, *, address: str, now: datetime) -> list[str]:
    """Let it count, since the app gives right codes; returns the recovery codes, which are shown this once.

    Raises `SignInRefused`, and `InputError` where nothing was begun.
    """
    name = session.user.name
    if not (secret := begun(store, key, name, now=now)):
        raise InputError("setting up took too long", "begin again with your password")
    accounts.refuse_many_tries(store, name, address=address, now=now)
    if (step := codes.step_of(secret, code, now)) is None:
        raise _wrong(store, name, address=address, now=now)
    fresh = codes.new_recovery_codes()
    line = AuditLine(now, name, "switched the second factor on", name)
    hashes = [codes.hash_of(one) for one in fresh]
    writes.switch_factor_on(store, name, hashes, step=step, here=session.id, now=now, line=line)
    return fresh


# --- signing in


def waiting(store: Store, half: str, *, now: datetime) -> HalfSession | None:
    """Return who has given the password and has still to give a code; None where nobody has, or it took too long."""
    found = reads.half_session(store, accounts.hashed(half))
    return found if found is not None and found.user.active and now < found.until else None


def finish(store: Store, settings: Settings, key: bytes, half: str, code: str, *, seat: Seat, now: datetime) -> str:
    """Return the secret of a new session of who gave the password and now the code. Raises `SignInRefused`."""
    found = waiting(store, half, now=now)
    if found is None:
        raise SignInRefused("that took too long", "sign in again")
    name = found.user.name
    _prove(store, key, name, code, address=seat.address, now=now)
    if not writes.end_half(store, accounts.hashed(half)):
        raise SignInRefused("that took too long", "sign in again")
    return accounts.open_session(store, settings, name, seat=seat, now=now, way=accounts.PASSWORD, detail="with a code")


# --- afterwards


def codes_left(store: Store, name: str) -> int:
    """Return how many recovery codes somebody has left."""
    return len(reads.recovery_hashes(store, name))


def renew_codes(
    store: Store, key: bytes, name: str, password: str, code: str, *, address: str, now: datetime
) -> list[str]:
    """Return ten new recovery codes, which are shown this once; the old ones are gone. Raises `SignInRefused`."""
    _prove_both(store, key, name, password, code, address=address, now=now)
    fresh = codes.new_recovery_codes()
    line = AuditLine(now, name, "made new recovery codes", name)
    writes.renew_codes(store, name, [codes.hash_of(one) for one in fresh], line)
    return fresh


def switch_off(
    store: Store, key: bytes, session: Session, password: str, code: str, *, address: str, now: datetime
) -> None:
    """Take one's own second factor away, knowing password and code. Raises `SignInRefused`, `NotFound`."""
    name = session.user.name
    _prove_both(store, key, name, password, code, address=address, now=now)
    line = AuditLine(now, name, "switched the second factor off", name)
    writes.switch_factor_off(store, name, here=session.id, line=line)


def switch_off_for(store: Store, name: str, *, who: str, now: datetime, via: str = "board") -> None:
    """Take the second factor of somebody away who lost the phone; all their sessions end. Raises `NotFound`."""
    reads.person(store, name)
    writes.switch_factor_off(store, name, line=AuditLine(now, who, "switched the second factor off", name, "", via))


def _prove_both(store: Store, key: bytes, name: str, password: str, code: str, *, address: str, now: datetime) -> None:
    accounts.prove(store, name, password, address=address, now=now)
    _prove(store, key, name, code, address=address, now=now)


def _prove(store: Store, key: bytes, name: str, code: str, *, address: str, now: datetime) -> None:
    """Check a code and use it up. Raises `SignInRefused`, with the same words for every reason."""
    accounts.refuse_many_tries(store, name, address=address, now=now)
    if not (_spent(store, key, name, code, now=now) or _recovered(store, name, code, now=now)):
        raise _wrong(store, name, address=address, now=now)


def _spent(store: Store, key: bytes, name: str, code: str, *, now: datetime) -> bool:
    kept = reads.second_factor(store, name)
    if kept is None or not kept.on:
        return False
    try:
        step = codes.step_of(codes.unseal(kept.sealed, name, key), code, now)
    except SettingsError:  # another key: recovery codes are still good
        return False
    return step is not None and writes.spend_step(store, name, step)


def _recovered(store: Store, name: str, code: str, *, now: datetime) -> bool:
    kept = reads.recovery_hashes(store, name)
    if (code_id := codes.recovery_code_of(code, kept)) is None:
        return False
    line = AuditLine(now, name, "used a recovery code", name, f"{len(kept) - 1} left")
    return writes.spend_code(store, name, code_id, line)


def _wrong(store: Store, name: str, *, address: str, now: datetime) -> SignInRefused:
    accounts.keep_failed(store, name, f"a wrong code, from {address}", address=address, now=now)
    return SignInRefused(
        "this code is not right, was used before, or too many were tried",
        "wait for the app's next one; where none is taken, set the phone's clock by the network",
    )
