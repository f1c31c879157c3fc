"""Secrets that a vault, systemd or Docker lays down as files count as if they stood in the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from listening.errors import SettingsError
from listening.settings import load, pseudonym_key, web_secret

JOURNEY = 'id = "bikes"\nname = "Bikes"\n[[stages]]\nid = "use"\nname = "Use"\n'


@pytest.fixture
def configs(tmp_path: Path) -> Path:
    """A settings folder."""
    folder = tmp_path / "configs"
    folder.mkdir()
    for name, text in (("listening", ""), ("sources", ""), ("journey", JOURNEY)):
        (folder / f"{name}.toml").write_text(text)
    return folder


def laid(folder: Path, name: str, text: str | bytes) -> str:
    """Lay a file down; its path."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return str(folder / name)


@pytest.mark.parametrize("text", ["hush", "hush\n", "hush\r\n"])
def test_a_file_that_is_named(configs: Path, tmp_path: Path, text: str) -> None:
    environ = {"LISTENING_MAIL_PASSWORD_FILE": laid(tmp_path / "run", "mail", text)}
    assert load(configs, environ).mail.password == "hush"


def test_a_blank_inside_and_at_the_end_is_kept(configs: Path, tmp_path: Path) -> None:
    environ = {"LISTENING_MAIL_PASSWORD_FILE": laid(tmp_path / "run", "mail", " a b \n")}
    assert load(configs, environ).mail.password == " a b "


def test_credentials_of_systemd_are_found_by_their_names(configs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "credentials"
    for name in ("LISTENING_KEY", "LISTENING_WEB_SECRET", "LISTENING_TICKETS_TOKEN", "REDDIT_CLIENT_ID", "other"):
        laid(folder, name, f"of {name}\n")
    laid(folder, "LISTENING_SOURCE_KEY_YARD", "of yard")
    laid(folder, "LISTENING_DATABASE_URL", "sqlite:///kept.db")
    environ = {"CREDENTIALS_DIRECTORY": str(folder)}
    settings = load(configs, environ)
    assert settings.tickets.token == "of LISTENING_TICKETS_TOKEN"
    assert settings.database_url == "sqlite:///kept.db"
    assert web_secret(settings) == b"of LISTENING_WEB_SECRET"
    assert pseudonym_key(settings, environ) == b"of LISTENING_KEY"
    assert settings.secrets == {"REDDIT_CLIENT_ID": "of REDDIT_CLIENT_ID", "LISTENING_SOURCE_KEY_YARD": "of yard"}
    assert "of " not in repr(settings)
    assert not (settings.var / "key").exists()


def test_the_environment_itself_comes_first(configs: Path, tmp_path: Path) -> None:
    laid(tmp_path / "c", "LISTENING_MAIL_PASSWORD", "from systemd")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path / "c"), "LISTENING_MAIL_PASSWORD": "said"}
    assert load(configs, environ).mail.password == "said"


def test_a_named_file_comes_before_a_credential(configs: Path, tmp_path: Path) -> None:
    laid(tmp_path / "c", "LISTENING_MAIL_PASSWORD", "from systemd")
    named = laid(tmp_path, "mail", "named")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path / "c"), "LISTENING_MAIL_PASSWORD_FILE": named}
    assert load(configs, environ).mail.password == "named"


def test_what_is_no_secret_is_not_read_from_files(configs: Path, tmp_path: Path) -> None:
    environ = {"LISTENING_MAIL_HOST_FILE": laid(tmp_path / "run", "host", "evil.test")}
    assert load(configs, environ).mail.host == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is empty"),
        ("\n", "it is empty"),
        ("a\0b", "it is no text"),
        ("x" * 65537, "too long"),
        (b"\xff", "it is no text"),
    ],
    ids=["empty", "a line's end", "nul", "long", "bytes"],
)
def test_what_is_no_secret_is_refused_and_not_told(configs: Path, tmp_path: Path, text: str | bytes, said: str) -> None:
    environ = {"LISTENING_KEY_FILE": laid(tmp_path / "run", "key", text)}
    with pytest.raises(SettingsError, match=f"LISTENING_KEY: the file .*{said}") as refused:
        load(configs, environ)
    assert "xxx" not in str(refused.value)
    with pytest.raises(SettingsError):
        pseudonym_key(load(configs, {}), environ)


def test_a_file_that_is_not_there_is_a_mistake_among_the_others(configs: Path, tmp_path: Path) -> None:
    environ = {
        "LISTENING_MAIL_PASSWORD_FILE": str(tmp_path / "none"),
        "LISTENING_NAMER_KEY": "a",
        "LISTENING_NAMER_KEY_FILE": "/b",
        "LISTENING_MAIL_PORT": "x",
    }
    with pytest.raises(SettingsError) as refused:
        load(configs, environ)
    told = str(refused.value)
    assert "LISTENING_MAIL_PASSWORD: the file of this secret" in told
    assert "LISTENING_NAMER_KEY: is given twice" in told
    assert "LISTENING_MAIL_PORT: should be a number" in told
