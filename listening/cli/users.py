"""Who may sign in to the board: added, disabled, given another role or password."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from listening.cli.opened import Config, complain, current, opened, table, who_asks
from listening.errors import InputError

if TYPE_CHECKING:
    from listening.settings import Settings
    from listening.types import JourneyMap

app = typer.Typer(help="Who may sign in to the board.", no_args_is_help=True)
VIA = "command line"
Name = Annotated[str, typer.Argument(metavar="NAME", help="The name to sign in with.")]
Role = Annotated[str, typer.Option("--role", metavar="ROLE", help="viewer, owner, editor or admin.")]
Owner = Annotated[str, typer.Option("--owner", metavar="ID", help="Who they are on the map: an owner's id.")]


def map_of(settings: Settings, owner: str) -> JourneyMap:
    """The first map that knows an owner, else the first map."""
    known = (one for one in settings.maps if any(each.id == owner for each in one.owners))
    return next(known, settings.journey)


@app.command("add")
def add(
    name: Name,
    role: Role = "viewer",
    owner: Owner = "",
    email: Annotated[str, typer.Option("--email", metavar="ADDRESS", help="Where mails to them go.")] = "",
    config: Config = None,
) -> None:
    """Give somebody access; the password is asked for, or read from the first line of the input."""
    from listening.journey.accounts import add_user

    with opened(config) as (store, settings):
        user = add_user(
            store,
            map_of(settings, owner),
            name,
            asked_password(),
            role=role,
            owner=owner,
            email=email,
            who=who_asks(),
            now=current(),
            via=VIA,
        )
    typer.echo(f"{user.name} may sign in as {user.role}")


@app.command("disable")
def disable(name: Name, config: Config = None) -> None:
    """Take somebody's access away; they are signed out at once, and their keys stop working."""
    from listening.journey import accounts

    with opened(config) as (store, _):
        accounts.disable(store, name, who=who_asks(), now=current(), via=VIA)
    typer.echo(f"{name} may not sign in any more")


@app.command("enable")
def enable(name: Name, config: Config = None) -> None:
    """Give the access back."""
    from listening.journey import accounts

    with opened(config) as (store, _):
        accounts.enable(store, name, who=who_asks(), now=current(), via=VIA)
    typer.echo(f"{name} may sign in again")


@app.command("role")
def change_role(
    name: Name,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="viewer, owner, editor or admin.")],
    owner: Owner = "",
    config: Config = None,
) -> None:
    """Let somebody do more or less: viewer, owner, editor or admin; they have to sign in again."""
    from listening.journey import accounts

    with opened(config) as (store, settings):
        accounts.change_role(
            store, map_of(settings, owner), name, role=role, owner=owner, who=who_asks(), now=current(), via=VIA
        )
    typer.echo(f"{name} is {role} now")


@app.command("password")
def password(name: Name, config: Config = None) -> None:
    """Give somebody a new password; they are signed out everywhere."""
    from listening.journey.accounts import set_password

    with opened(config) as (store, _):
        set_password(store, name, asked_password(), who=who_asks(), now=current(), via=VIA)
    typer.echo(f"{name} has a new password")


@app.command("second-factor")
def second_factor(
    name: Name,
    off: Annotated[bool, typer.Option("--off", help="Take it away from who lost the phone.")] = False,
    config: Config = None,
) -> None:
    """Say whether somebody has a second factor, or take it away; they set up another one by themselves."""
    from listening.journey import factor
    from listening.outputs import wording
    from listening.store import reads

    with opened(config) as (store, _):
        if off:
            factor.switch_off_for(store, name, who=who_asks(), now=current(), via=VIA)
        since = reads.person(store, name).second_factor
        left = factor.codes_left(store, name)
    if since:
        typer.echo(f"{name} has one since {since:%Y-%m-%d}, and {wording.count(left, 'recovery code')} left")
    else:
        typer.echo(f"{name} signs in with the password alone")


@app.command("list")
def list_users(config: Config = None) -> None:
    """Show who may sign in, as what, and when they last did."""
    from listening.store import reads

    with opened(config) as (store, _):
        people = reads.people(store)
    head = ("name", "role", "on the map", "state", "last seen", "mail", "second factor")
    rows = [
        (
            one.name,
            one.role,
            one.owner or "-",
            "active" if one.active else "disabled",
            f"{one.last_seen:%Y-%m-%d %H:%M}" if one.last_seen else "never",
            one.email or "-",
            f"since {one.second_factor:%Y-%m-%d}" if one.second_factor else "-",
        )
        for one in people
    ]
    table([head, *rows] if rows else [])
    if not rows:
        typer.echo("nobody yet: listening users add NAME --role admin")


def asked_password() -> str:
    """Ask for a password at the terminal, twice and unseen, or read one line; never from the command's words."""
    if not sys.stdin.isatty():
        if line := sys.stdin.readline().rstrip("\r\n"):
            return line
        raise InputError("no password", "type it at the terminal, or give it as the input's first line")
    from getpass import getpass

    while True:
        first = getpass("Password: ")
        if first == getpass("Once more: "):
            return first
        complain("the two are not the same")
