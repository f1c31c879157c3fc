"""Who comes by the company's own sign-in: which account is theirs, or may they have one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from listening.errors import InputError, SignInRefused
from listening.journey import accounts
from listening.settings import Settings
from listening.store import Store, UserChange, reads, writes
from listening.types import AuditLine, Identity, JourneyMap, Seat, User

VIA = accounts.COMPANY


def sign_in_elsewhere(store: Store, settings: Settings, who: Identity, *, seat: Seat, now: datetime) -> str:
    """Return the secret of a new session of whom the provider vouches for. Raises `SignInRefused`, and keeps why."""
    try:
        user = account_of(who, reads.people(store))
        name = user.name if user else _let_in(store, settings, who, now=now)
    except (SignInRefused, InputError) as error:
        refuse(store, who.email, f"{error.thing} (from {seat.address})", address=seat.address, now=now)
        raise SignInRefused(error.thing, error.mend) from error
    if user and not user.subject:
        line = AuditLine(now, name, "tied to the company account", name, who.subject, VIA)
        writes.change_user(store, name, UserChange(subject=who.subject), line, sign_out=False)
    return accounts.open_session(store, settings, name, seat=seat, now=now, via=VIA, way=VIA)


def account_of(who: Identity, people: Sequence[User]) -> User | None:
    """Return whose account it is: by the subject, or the first time by the verified mail address; None for new ones.

    An address may be given to somebody else one day, a subject never: an account that has its subject is found by that
    alone. Raises `SignInRefused` where it is nobody's for sure.
    """
    mine = [one for one in people if one.subject == who.subject]
    if not mine:
        if not (who.email and who.email_verified):
            raise SignInRefused("the mail address is not verified there", "verify it at the company's sign-in first")
        mine = [one for one in people if _same(one.email, who.email) or _same(one.name, who.email)]
        if any(one.subject for one in mine):
            raise SignInRefused("the account with this mail address is tied to somebody else", "ask an admin")
    if len(mine) > 1:
        raise SignInRefused("several accounts have this mail address", "ask an admin to leave it at one")
    if mine and not mine[0].active:
        raise SignInRefused("this account may not sign in any more", "ask an admin")
    return mine[0] if mine else None


def new_account(who: Identity, settings: Settings) -> User:
    """Return the account that the setting `oidc.roles` gives to who has none. Raises `SignInRefused`."""
    role = settings.oidc.role_of(who.groups)
    if not role:
        raise SignInRefused("nobody with this mail address may sign in here", "ask an admin to add it under People")
    found = (owner_of(who.email, one) for one in settings.maps)
    owner = next(filter(None, found), "") if role == "owner" else ""
    if role == "owner" and not owner:
        raise SignInRefused("no owner on a map has this mail address", "ask an editor to draw them on the map")
    return User(accounts.user_name(who.email), role, owner, who.email, subject=who.subject)


def owner_of(email: str, journey: JourneyMap) -> str:
    """Return the owner on the map with this mail address, "" where there is none."""
    return next((one.id for one in journey.owners if _same(one.email, email)), "")


def refuse(store: Store, who: str, why: str, *, address: str, now: datetime) -> None:
    """Keep that somebody was not let in; it counts as a try from this address."""
    line = AuditLine(now, "", "failed to sign in", who[:200], why, VIA)
    writes.keep_try(store, account=accounts.hashed(who), address=address, now=now, line=line)


def _let_in(store: Store, settings: Settings, who: Identity, *, now: datetime) -> str:
    user = new_account(who, settings)
    line = AuditLine(now, user.name, "added a user", user.name, f"as {user.role}, by oidc.roles", VIA)
    writes.add_user(store, replace(user, created_at=now), "", line)
    return user.name


def _same(one: str, other: str) -> bool:
    return bool(one) and one.strip().casefold() == other.strip().casefold()
