"""Reads configs/*.toml and the environment into one frozen Settings, or stops naming every mistake at once."""

from __future__ import annotations

import dataclasses
import os
import secrets as randomness
import typing
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from listening.errors import SettingsError
from listening.settings.checks import Mistakes, fill
from listening.settings.installation import Settings
from listening.settings.maps import check_maps, read_maps, read_toml
from listening.settings.secret_files import REDDIT, SOURCE_KEY, with_files
from listening.settings.sources_file import read_sources
from listening.settings.table import SECTIONS
from listening.types import ROLES

SECRETS = REDDIT
CRONS, CRON_FIELDS = ("cron", "weekly_cron", "outbox_cron"), 5
CHOICES = {
    ("alerts", "sensitivity"): ("low", "medium", "high"),
    ("reading", "precision"): ("auto", "fp32"),
    ("tickets", "system"): ("", "github", "gitlab", "jira"),
    ("mail", "security"): ("none", "starttls", "tls"),
    ("web", "second_factor"): ("optional", "admins", "all"),
}


def load(config: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the folder `config`; the environment wins over the files.

    Raises SettingsError that lists all mistakes of all files, each with file, key and mend.
    """
    config = config.resolve()
    if not config.is_dir():
        raise SettingsError(f"no settings folder {config}", "give --config DIR or set LISTENING_CONFIG")
    mistakes: list[str] = []
    env = with_files(os.environ if environ is None else environ, mistakes)
    main = _sections(read_toml(config / "listening.toml", mistakes), env, mistakes)
    sources = read_sources(read_toml(config / "sources.toml", mistakes), mistakes)
    maps = read_maps(config, mistakes)
    check_maps(sources, maps, mistakes)
    if mistakes or not maps:
        raise SettingsError(
            "the settings cannot be followed:\n  " + "\n  ".join(mistakes), "mend these and start again"
        )
    sources = tuple(dataclasses.replace(one, contact=main["night"].contact) for one in sources)
    found = {k: v for k, v in env.items() if v and (k in SECRETS or k.startswith(SOURCE_KEY))}
    return Settings(
        root=config.parent, config=config, sources=sources, journey=maps[0], maps=maps, secrets=found, **main
    )


def pseudonym_key(settings: Settings, environ: Mapping[str, str] | None = None) -> bytes:
    """The key that turns author names into pseudonyms: LISTENING_KEY, else a file made once beside the database."""
    mistakes: list[str] = []
    env = with_files(os.environ if environ is None else environ, mistakes)
    if mistakes:
        raise SettingsError("; ".join(mistakes), "mend these and start again")
    if given := env.get("LISTENING_KEY"):
        return given.encode()
    return _key_file(settings.var / "key")


def web_secret(settings: Settings) -> bytes:
    """The key that signs the board's forms: LISTENING_WEB_SECRET, else a file made once beside the database."""
    return settings.web.secret.encode() or _key_file(settings.var / "web-key")


def factor_key(settings: Settings) -> bytes:
    """The key that seals second factors: LISTENING_WEB_FACTOR_KEY, else a file made once beside the database."""
    return settings.web.factor_key.encode() or _key_file(settings.var / "factor-key")


def _key_file(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return _existing_key(path)
    with os.fdopen(descriptor, "w") as file:
        file.write(randomness.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
    return _existing_key(path)


def _existing_key(path: Path) -> bytes:
    key = path.read_text().strip()
    if not key:
        raise SettingsError(f"{path} is empty", "put back the key from your backup, or delete the file to start anew")
    return key.encode()


def _sections(table: dict[str, Any], env: Mapping[str, str], mistakes: list[str]) -> dict[str, Any]:
    notes = Mistakes("listening.toml")
    for key in table.keys() - SECTIONS.keys():
        notes.unknown("", key, SECTIONS.keys())
    made: dict[str, Any] = {}
    for name, cls in SECTIONS.items():
        given = table.get(name, {})
        if not isinstance(given, dict):
            notes.add(name, f"should be a section [{name}]")
            continue
        made[name] = fill(cls, given | _from_environment(name, cls, env, notes), name, notes)
        _check_choices(name, made[name], notes)
    _check_zone(made.get("night"), notes)
    _check_crons(made.get("night"), notes)
    _check_oidc(made.get("oidc"), notes)
    mistakes.extend(notes.found)
    return made


def _from_environment(section: str, cls: type, env: Mapping[str, str], notes: Mistakes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    hints = typing.get_type_hints(cls)
    for spec in dataclasses.fields(cls):
        text = env.get(f"LISTENING_{section}_{spec.name}".upper())
        if spec.name == "database_url":
            text = env.get("LISTENING_DATABASE_URL") or text
        if text is None:
            continue
        try:
            found[spec.name] = _yes(text) if hints[spec.name] is bool else hints[spec.name](text)
        except (ValueError, KeyError):
            kind = "true or false" if hints[spec.name] is bool else "a number"
            notes.add(f"LISTENING_{section}_{spec.name}".upper(), f"should be {kind}, is {text!r}")
    return found


def _yes(text: str) -> bool:
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[text.strip().casefold()]


def _check_choices(section: str, made: Any, notes: Mistakes) -> None:  # noqa: ANN401 - any section
    for (where, key), allowed in CHOICES.items():
        if where == section and made is not None and getattr(made, key) not in allowed:
            notes.add(f"{where}.{key}", f"should be one of {', '.join(allowed)}, is {getattr(made, key)!r}")


def _check_zone(night: Any, notes: Mistakes) -> None:  # noqa: ANN401 - the section or None
    if night is None:
        return
    try:
        ZoneInfo(night.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        notes.add("night.timezone", f"no such time zone {night.timezone!r}; use a name like Europe/Berlin")


def _check_crons(night: Any, notes: Mistakes) -> None:  # noqa: ANN401 - the section or None
    """Note crons that no schedule can follow: each has five fields, or is empty and begins nothing."""
    for key in CRONS if night is not None else ():
        if why := _why_no_cron(said := getattr(night, key)):
            notes.add(f"night.{key}", f"{why} in {said!r}; write minute, hour, day, month and weekday, like 0 2 * * *")


def _why_no_cron(said: str) -> str:
    if not said:
        return ""
    if len(said.split()) != CRON_FIELDS:
        return "not five fields"
    try:
        CronSim(said, datetime.min.replace(tzinfo=UTC))
    except CronSimError as error:
        return str(error).lower()
    return ""


def _check_oidc(oidc: Any, notes: Mistakes) -> None:  # noqa: ANN401 - the section or None
    """Note a provider that cannot be trusted, or that does not know us, and roles that there are not."""
    if oidc is None or not oidc.issuer:
        return
    found = urlsplit(oidc.issuer)
    if found.scheme != "https" and not (found.scheme == "http" and found.hostname in ("127.0.0.1", "localhost", "::1")):
        notes.add("oidc.issuer", f"should begin with https://, is {oidc.issuer!r}")
    if not oidc.client_id:
        notes.add("oidc.client_id", "is missing; the provider gives it")
    if "openid" not in oidc.scopes.split():
        notes.add("oidc.scopes", "should hold openid")
    for group, role in oidc.pairs():
        if not group or role not in ROLES:
            notes.add("oidc.roles", f"should be written group=role, roles are {', '.join(ROLES)}; is {oidc.roles!r}")
