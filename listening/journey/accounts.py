"""Who may sign in to the board: adding people, what they may do, signing in and out, and keys for programs.

A cookie or a key holds 256 random bits; the store keeps only their hash. Losing the password, the access or the role
ends all sessions at once.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from listening.errors import InputError, NotFound, SignInRefused
from listening.journey import passwords
from listening.settings import Settings
from listening.store import Store, UserChange, reads, writes
from listening.types import ROLES, ApiToken, AuditLine, Entry, JourneyMap, Seat, Session, User

NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
TRIES_OF_ACCOUNT, TRIES_FROM_ADDRESS, WINDOW = 10, 50, timedelta(minutes=15)
TOUCH_EVERY = timedelta(minutes=1)
LONGEST_KEY = 366  # days
KEY_STARTS = "lst_"
NOWHERE = Seat()
FRESH = timedelta(minutes=10)
HALF = timedelta(minutes=5)  # for the code, after the password
PASSWORD, COMPANY = "password", "company sign-in"


def user_name(text: str) -> str:
    """Return a sign-in name as it is kept: small letters. Raises `InputError`."""
    name = text.strip().casefold()
    if not NAME.fullmatch(name):
        raise InputError(f"{text!r} is no name to sign in with", "take letters, digits and . _ - + @, at most 64")
    return name


def add_user(
    store: Store,
    journey: JourneyMap,
    name: str,
    password: str,
    *,
    role: str = "viewer",
    owner: str = "",
    email: str = "",
    who: str,
    now: datetime,
    via: str = "board",
) -> User:
    """Give somebody access. `password` may be "" for who signs in elsewhere only. Raises `InputError`, `NotFound`."""
    _check_role(journey, role, owner)
    user = User(user_name(name), role, owner, email.strip(), created_at=now)
    if password:
        passwords.check(password, (user.name, user.email))
    kept = passwords.make_hash(password) if password else ""
    writes.add_user(store, user, kept, AuditLine(now, who, "added a user", user.name, f"as {role}", via))
    return user


def change_role(
    store: Store, journey: JourneyMap, name: str, *, role: str, owner: str, who: str, now: datetime, via: str = "board"
) -> None:
    """Let somebody do more or less; they have to sign in again."""
    _check_role(journey, role, owner)
    line = AuditLine(now, who, "changed a role", name, f"{role} {owner}".strip(), via)
    writes.change_user(store, name, UserChange(role=role, owner=owner), line, sign_out=True)


def change_email(store: Store, name: str, email: str, *, who: str, now: datetime, via: str = "board") -> None:
    """Keep somebody's address."""
    line = AuditLine(now, who, "changed an address", name, "", via)
    writes.change_user(store, name, UserChange(email=email.strip()), line, sign_out=False)


def set_password(store: Store, name: str, password: str, *, who: str, now: datetime, via: str = "board") -> None:
    """Give somebody a new password; all their sessions end. Raises `InputError` where it is easily guessed."""
    user = reads.person(store, name)
    passwords.check(password, (user.name, user.email))
    line = AuditLine(now, who, "set a password", name, "", via)
    writes.change_user(store, name, UserChange(password=passwords.make_hash(password)), line, sign_out=True)


def change_password(store: Store, name: str, old: str, new: str, *, address: str, now: datetime) -> None:
    """Change one's own password, knowing the old one; all sessions end. Raises `SignInRefused`, `InputError`."""
    prove(store, name, old, address=address, now=now)
    set_password(store, name, new, who=name, now=now)


def disable(store: Store, name: str, *, who: str, now: datetime, via: str = "board") -> None:
    """Take somebody's access away; all their sessions end, their keys stop working."""
    line = AuditLine(now, who, "took the access away", name, "", via)
    writes.change_user(store, name, UserChange(disabled_at=now), line, sign_out=True)


def enable(store: Store, name: str, *, who: str, now: datetime, via: str = "board") -> None:
    """Give the access back."""
    line = AuditLine(now, who, "gave the access back", name, "", via)
    writes.change_user(store, name, UserChange(disabled_at=None), line, sign_out=False)


# --- signing in


def sign_in(store: Store, settings: Settings, name: str, password: str, *, seat: Seat, now: datetime) -> Entry:
    """Return a new session; a half one where a code of the second factor is still to be given (`journey/factor.py`).

    Raises `SignInRefused` with the same words for every reason.
    """
    name = name.strip().casefold()
    prove(store, name, password, address=seat.address, now=now)
    if reads.person(store, name).second_factor is None:
        return Entry(open_session(store, settings, name, seat=seat, now=now, way=PASSWORD))
    secret = secrets.token_urlsafe(32)
    line = AuditLine(now, name, "gave the right password", name, f"a code is asked for; from {seat.address}")
    writes.open_half(store, hashed(secret), name, now=now, until=now + HALF, line=line)
    return Entry(secret, half=True)


def open_session(
    store: Store,
    settings: Settings,
    name: str,
    *,
    seat: Seat = NOWHERE,
    now: datetime,
    via: str = "board",
    way: str = "",
    detail: str = "",
) -> str:
    """Return the secret of a new session of somebody who has proved who they are, by one `way` or the other."""
    secret = secrets.token_urlsafe(32)
    until = now + timedelta(hours=settings.web.session_hours)
    line = AuditLine(now, name, "signed in", name, detail, via)
    writes.open_session(store, hashed(secret), name, seat, way=way, now=now, until=until, line=line)
    return secret


def signed_in(store: Store, settings: Settings, secret: str, *, now: datetime) -> Session | None:
    """Return whose session this is; None where it is over, unknown, or its user may not sign in any more."""
    found = reads.session(store, hashed(secret))
    return found if found is not None and _holds(found, settings, now) else None


def places(store: Store, settings: Settings, name: str, *, now: datetime) -> list[Session]:
    """Return where somebody is signed in now, the place last seen first."""
    return [one for one in reads.sessions_of(store, name) if _holds(one, settings, now)]


def _holds(session: Session, settings: Settings, now: datetime) -> bool:
    idle = now - session.seen > timedelta(minutes=settings.web.idle_minutes)
    return session.user.active and not idle and now < session.until


def end_session(store: Store, mine: Session, other: str, password: str, *, address: str, now: datetime) -> None:
    """Sign oneself out at another place, or here, proving once more who one is.

    Who has no password here has to have signed in within `FRESH`. Raises `SignInRefused`, `NotFound`.
    """
    name = mine.user.name
    if reads.password_hash(store, name):
        prove(store, name, password, address=address, now=now)
    elif now - mine.began > FRESH:
        raise SignInRefused("you signed in a while ago", "sign out, sign in again, and end it then")
    writes.end_session(store, name, other, AuditLine(now, name, "ended a session", name))


def stay(store: Store, session: Session, secret: str, *, now: datetime) -> None:
    """Keep that somebody is still there; written once a minute at most."""
    if now - session.seen >= TOUCH_EVERY:
        writes.touch_session(store, hashed(secret), now)


def sign_out(store: Store, name: str, *, now: datetime) -> None:
    """Sign somebody out, everywhere."""
    writes.end_sessions(store, name, AuditLine(now, name, "signed out", name))


def prove(store: Store, name: str, password: str, *, address: str, now: datetime) -> None:
    """Check name and password, and count the tries that failed. Known or unknown, it takes the same work."""
    refuse_many_tries(store, name, address=address, now=now)
    right = passwords.fits(password[: passwords.LONGEST], reads.password_hash(store, name))
    right = right and len(password) <= passwords.LONGEST  # nothing is cut off a right one
    user = _known(store, name)
    if right and user is not None and user.active:
        return
    keep_failed(store, name if user else "", f"from {address}", account=name, address=address, now=now)
    raise _refused()


def refuse_many_tries(store: Store, name: str, *, address: str, now: datetime) -> None:
    """Raise `SignInRefused` where too many tries failed lately, for this account or from this address."""
    tries = reads.failed_tries(store, account=hashed(name), address=address, since=now - WINDOW)
    if tries[0] >= TRIES_OF_ACCOUNT or tries[1] >= TRIES_FROM_ADDRESS:
        raise _refused()


def keep_failed(store: Store, name: str, detail: str, *, account: str = "", address: str, now: datetime) -> None:
    """Count a try that failed; `account` is what was typed where the audit may not name it."""
    line = AuditLine(now, name, "failed to sign in", name, detail)
    writes.keep_try(store, account=hashed(account or name), address=address, now=now, line=line)


def _refused() -> SignInRefused:
    return SignInRefused(
        "name and password do not belong together, or were tried too often",
        f"try again; after {TRIES_OF_ACCOUNT} tries wait {WINDOW.seconds // 60} minutes",
    )


def _known(store: Store, name: str) -> User | None:
    try:
        return reads.person(store, name)
    except NotFound:
        return None


# --- keys for programs


def make_token(store: Store, name: str, label: str, *, days: int, now: datetime) -> tuple[ApiToken, str]:
    """Return a new key and its secret, which is shown once and kept nowhere. Raises `InputError`."""
    label = " ".join(label.split())
    if not label or not 1 <= days <= LONGEST_KEY:
        raise InputError("a key needs a name and an end", f"say what it is for, and 1 to {LONGEST_KEY} days")
    secret = KEY_STARTS + secrets.token_urlsafe(32)
    token = ApiToken(secrets.token_hex(6), name, label[:100], now, now + timedelta(days=days))
    writes.keep_token(store, token, hashed(secret), AuditLine(now, name, "made a key", token.id, token.name))
    return token, secret


def drop_token(store: Store, name: str, token_id: str, *, who: str, now: datetime) -> None:
    """Take a key back. Raises `NotFound`."""
    writes.drop_token(store, name, token_id, AuditLine(now, who, "took a key back", token_id))


def token_user(store: Store, secret: str, *, now: datetime) -> User | None:
    """Return whose key this is; None where it is unknown or over, or its user may not sign in any more."""
    found = reads.token_user(store, hashed(secret))
    if found is None:
        return None
    token, user = found
    if now >= token.expires_at or not user.active:
        return None
    if token.last_used is None or now - token.last_used >= TOUCH_EVERY:
        writes.touch_token(store, token.id, now)
    return user


def hashed(secret: str) -> str:
    """Return what is kept of a secret: SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _check_role(journey: JourneyMap, role: str, owner: str) -> None:
    if role not in ROLES:
        raise InputError(f"no role {role!r}", f"use one of {', '.join(ROLES)}")
    known = [one.id for one in journey.owners]
    if owner and owner not in known:
        raise NotFound(f"no owner {owner!r} on the map", f"use one of {', '.join(known) or 'none yet'}")
    if role == "owner" and not owner:
        raise InputError("an owner without a name on the map", f"say which they are: {', '.join(known) or 'none yet'}")
