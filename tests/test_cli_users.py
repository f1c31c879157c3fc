"""Who may sign in, from the command line: the password comes by the terminal or the input, never as a word."""

from __future__ import annotations

import pytest
from cli_nouns import Run
from store_nouns import NOW

from listening.journey import accounts, passwords
from listening.store import Store, reads, writes
from listening.types import AuditLine

pytest_plugins = ("cli_fixtures",)
GOOD = b"blue kettle moss 47\n"


@pytest.fixture(autouse=True)
def _opened(bikes_store: Store) -> Store:
    return bikes_store


def test_the_first_admin(cli: Run, bikes_store: Store) -> None:
    got = cli("users", "add", "Ann@House.test", "--role", "admin", stdin=GOOD)
    assert (got.code, got.out) == (0, "ann@house.test may sign in as admin\n")
    kept = reads.password_hash(bikes_store, "ann@house.test")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.fits("blue kettle moss 47", kept)


@pytest.mark.parametrize(
    ("words", "stdin", "told"),
    [
        (("add", "ann"), b"", "no password"),
        (("add", "ann"), b"short\n", "12 to 256"),
        (("add", "ann"), b"manchesterunited\n", "easily guessed"),
        (("add", "annmarie"), b"annmarie annmarie\n", "own name"),
        (("add", "two words"), GOOD, "no name to sign in with"),
        (("add", "ann", "--role", "boss"), GOOD, "viewer, owner, editor, admin"),
        (("add", "ann", "--role", "owner"), GOOD, "say which they are: ann"),
        (("add", "ann", "--role", "owner", "--owner", "zed"), GOOD, "no owner 'zed'"),
        (("password", "nobody"), GOOD, "no user 'nobody'"),
        (("disable", "nobody"), b"", "no user 'nobody'"),
    ],
)
def test_what_cannot_be_done_is_told(cli: Run, words: tuple[str, ...], stdin: bytes, told: str) -> None:
    got = cli("users", *words, stdin=stdin)
    assert got.code == 1
    assert told in got.err


def test_a_name_is_taken_once(cli: Run) -> None:
    assert cli("users", "add", "ann", stdin=GOOD).code == 0
    assert "already" in cli("users", "add", "ANN", stdin=GOOD).err


def test_roles_access_and_passwords_change(cli: Run, bikes_store: Store) -> None:
    cli("users", "add", "ann", "--role", "admin", stdin=GOOD)
    cli("users", "add", "bob", stdin=GOOD)
    assert cli("users", "role", "bob", "owner", "--owner", "ann").code == 0
    assert cli("users", "disable", "bob").code == 0
    listed = cli("users", "list").out
    assert "bob   owner  ann         disabled  never      -" in listed
    assert cli("users", "enable", "bob").code == 0
    assert cli("users", "password", "bob", stdin=b"seven grey lamps sing\n").code == 0
    assert passwords.fits("seven grey lamps sing", reads.password_hash(bikes_store, "bob"))
    told = [line.what for line in reads.audit(bikes_store)[0] if line.thing == "bob"]
    assert told == [
        "set a password",
        "gave the access back",
        "took the access away",
        "changed a role",
        "added a user",
    ]
    assert {line.via for line in reads.audit(bikes_store)[0]} == {"command line"}


@pytest.mark.parametrize("words", [("disable", "ann"), ("role", "ann", "viewer")])
def test_the_last_admin_stays(cli: Run, words: tuple[str, ...]) -> None:
    cli("users", "add", "ann", "--role", "admin", stdin=GOOD)
    assert "last admin" in cli("users", *words).err
    assert "admin" in cli("users", "list").out


def test_what_else_is_done_here_is_audited_without_names(cli: Run, bikes_store: Store) -> None:
    cli("erase", "--author", "Loud Larry", "--source", "yard")
    cli("retention", "run")
    lines = reads.audit(bikes_store)[0]
    assert [(one.what, one.thing, one.via) for one in lines] == [
        ("dropped old posts", "", "command line"),
        ("erased an author", "yard", "command line"),
    ]
    assert "Larry" not in str(lines)


def test_nobody_yet(cli: Run) -> None:
    assert "users add NAME --role admin" in cli("users", "list").out


def test_a_secret_is_kept_as_its_hash_only() -> None:
    assert accounts.hashed("x") != "x"
    assert len(accounts.hashed("x")) == 64


def test_a_lost_phone(cli: Run, bikes_store: Store) -> None:
    cli("users", "add", "ann", stdin=GOOD)
    assert cli("users", "second-factor", "ann").out == "ann signs in with the password alone\n"
    assert "it is off already" in cli("users", "second-factor", "ann", "--off").err
    line = AuditLine(NOW, "ann", "switched the second factor on", "ann")
    writes.begin_factor(bikes_store, "ann", "sealed", now=NOW, line=line)
    writes.switch_factor_on(bikes_store, "ann", ["a hash"], step=1, here="", now=NOW, line=line)
    assert cli("users", "second-factor", "ann").out == f"ann has one since {NOW:%Y-%m-%d}, and 1 recovery code left\n"
    assert f"since {NOW:%Y-%m-%d}" in cli("users", "list").out
    assert cli("users", "second-factor", "ann", "--off").out == "ann signs in with the password alone\n"
    assert reads.second_factor(bikes_store, "ann") is None
    assert reads.audit(bikes_store)[0][0].what == "switched the second factor off"
