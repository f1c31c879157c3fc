"""The settings: read once, and every mistake told at once with file, key and mend."""

from __future__ import annotations

import dataclasses
import stat
from pathlib import Path

import pytest

from listening.errors import SettingsError
from listening.settings import Settings, load, pseudonym_key
from listening.settings.table import SECTIONS

ROOT = Path(__file__).resolve().parent.parent
JOURNEY = """
id = "bikes"
name = "Bikes"
[[owners]]
id = "ann"
name = "Ann"
email = "ann@house.test"
[[stages]]
id = "use"
name = "Use"
owner = "ann"
"""
PERSONAS = "".join(f'[[personas]]\nid = "p{n}"\nname = "P{n}"\n' for n in range(4))


def write(folder: Path, **files: str) -> Path:
    """Write a settings folder; a file that is not given is empty, but for the journey."""
    told = {"listening": "", "sources": "", "journey": JOURNEY, **files}
    for name, text in told.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def mistakes(folder: Path, **environ: str) -> str:
    """What is said of the mistakes in a folder."""
    with pytest.raises(SettingsError) as error:
        load(folder, environ)
    return str(error.value)


def test_the_defaults(tmp_path: Path) -> None:
    settings = load(write(tmp_path), {})
    assert settings.database_url == f"sqlite:///{tmp_path.parent / 'data' / 'var' / 'listening.db'}"
    assert settings.mail.smtp() is None
    assert settings.source("nope") is None
    assert (settings.models / "manifest.toml").is_file()
    assert settings.journey.stages[0].owner == "ann"


def test_ours_can_be_followed_and_switch_nothing_on() -> None:
    settings = load(ROOT / "configs", {})
    assert settings.sources == ()
    assert [stage.id for stage in settings.journey.stages] == [
        "discover",
        "choose",
        "buy",
        "start",
        "use",
        "help",
        "stay",
    ]
    assert len(settings.journey.personas) == 3
    assert all(len(one.examples) >= 3 for one in settings.journey.touchpoints)
    assert len({one.id for one in settings.journey.touchpoints}) >= 20
    for section in SECTIONS:
        assert getattr(settings, section) == SECTIONS[section]()


def test_our_commented_examples_are_true_once_uncommented(tmp_path: Path) -> None:
    lines = (ROOT / "configs" / "sources.toml").read_text().splitlines()
    told = [line.removeprefix("# ") for line in lines if line.startswith(("# [", "# kind")) or " = " in line]
    settings = load(write(tmp_path, sources="\n".join(told)), {})
    from listening.sources import KINDS, check_config  # noqa: PLC0415 - slow to import, and only this needs it

    assert {source.kind for source in settings.sources} == set(KINDS)
    assert [check_config(source) for source in settings.sources] == [[] for _ in settings.sources]
    lines = (ROOT / "configs" / "listening.toml").read_text().splitlines()
    told = [line.removeprefix("# ") for line in lines if line.startswith("[") or " = " in line]
    assert load(write(tmp_path, listening="\n".join(told)), {}).store.retention_days == 456


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("listening", "[mail]\nhots = 'x'", "listening.toml: mail.hots: no such key; did you mean 'host'?"),
        ("listening", "[mial]", "listening.toml: mial: no such key; did you mean 'mail'?"),
        ("listening", "[mail]\nport = '25'", "listening.toml: mail.port: should be a whole number, is '25'"),
        ("listening", "[mail]\nport = true", "listening.toml: mail.port: should be a whole number, is True"),
        ("listening", "mail = 3", "listening.toml: mail: should be a section [mail]"),
        ("listening", "[mail]\nsecurity = 'ssl'", "mail.security: should be one of none, starttls, tls, is 'ssl'"),
        ("listening", "[reading]\nprecision = 'bf16'", "reading.precision: should be one of auto, fp32"),
        ("listening", "[alerts]\nsensitivity = 'hgih'", "alerts.sensitivity: should be one of low, medium, high"),
        ("listening", "[night]\ntimezone = 'Berlin'", "night.timezone: no such time zone 'Berlin'"),
        ("listening", "[night]\ncron = '0 2 * *'", "night.cron: not five fields in '0 2 * *'; write minute, hour"),
        ("listening", "[night]\nweekly_cron = '61 7 * * 1'", "night.weekly_cron: bad minute in '61 7 * * 1'"),
        ("listening", "[night]\noutbox_cron = '0 0 2 * * *'", "night.outbox_cron: not five fields"),
        ("listening", "[reading]\npain_floor = 65", "reading.pain_floor: should be from 0 to 1, is 65"),
        ("listening", "[reading]\njoin_floor = nan", "reading.join_floor: should be from 0 to 1, is nan"),
        ("listening", "[mail]\nport = 70000", "mail.port: should be from 1 to 65535, is 70000"),
        ("listening", "[store]\nretention_days = -4", "store.retention_days: should be 0 or more, is -4"),
        ("listening", "[mail", "listening.toml: is no valid TOML"),
        ("listening", "\ufeff[mail]", "listening.toml: is no valid TOML: it begins with a byte order mark; save it as"),
        ("sources", "[source.a]", "sources.toml: source: no such key; did you mean 'sources'?"),
        ("sources", "[sources.a]\nurl = 'x'", "sources.toml: sources.a: needs a kind"),
        ("sources", "[sources.a]\nkind = 'rss'", "sources.a.kind: no such kind 'rss'; one of feed, discourse"),
        ("sources", "[sources.a]\nkind = 'feed'\nenabled = 1", "sources.a.enabled: should be true or false, is 1"),
        ("sources", "[sources.a]\nkind = 'feed'\ngap = 'x'", "sources.a.gap: should be a number, is 'x'"),
        ("journey", JOURNEY + PERSONAS, "journey.toml: personas: 4 personas: a map that is drawn for everybody"),
        ("journey", JOURNEY + "[[stages]]\nid = 'use'\nname = 'U'", "stages.use: stands 2 times; ids are unique"),
        ("journey", JOURNEY + "[[stages]]\nid = 'buy'", "stages.buy.name: is missing"),
        (
            "journey",
            JOURNEY.replace('owner = "ann"', 'owner = "anne"'),
            "owner: anne: no such key; did you mean 'ann'?",
        ),
        ("journey", "id = 'x'\nname = 'X'", "stages: a journey needs at least one [[stages]] block"),
        ("journey", "fallback_owner = 'bo'\n" + JOURNEY, "fallback_owner.owner.bo: no such key"),
        (
            "journey",
            JOURNEY + "[[touchpoints]]\nid = 't'\nname = 'T'\nstage = 'sue'",
            "touchpoints.t.stage.sue: no such key; did you mean 'use'?",
        ),
    ],
)
def test_a_mistake_names_file_key_and_mend(tmp_path: Path, file: str, text: str, said: str) -> None:
    assert said.replace("owner: anne", "owner.anne") in mistakes(write(tmp_path, **{file: text}))


def test_a_file_that_is_not_utf_8_names_the_line_and_how_to_save_it(tmp_path: Path) -> None:
    (write(tmp_path) / "listening.toml").write_bytes(b"[mail]\r\nhost = 'a'\n# caf\xe9\n")
    assert "listening.toml: is no valid TOML: line 3 holds a letter that is not UTF-8" in mistakes(tmp_path)


def test_a_number_of_the_environment_lies_within_its_bounds_too(tmp_path: Path) -> None:
    assert "web.port: should be from 1 to 65535, is 99999" in mistakes(write(tmp_path), LISTENING_WEB_PORT="99999")


def test_all_mistakes_of_all_files_at_once(tmp_path: Path) -> None:
    folder = write(tmp_path, listening="[mail]\nhots = 1\nport = 'x'", sources="[sources.a]\nkind = 'rss'")
    (folder / "journey.toml").unlink()
    told = mistakes(folder, LISTENING_MAIL_TIMEOUT="soon")
    for part in ("mail.hots", "mail.port", "sources.a.kind", "journey.toml: is missing", "LISTENING_MAIL_TIMEOUT"):
        assert part in told


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    assert "no settings folder" in mistakes(tmp_path / "nowhere")


def test_the_environment_wins(tmp_path: Path) -> None:
    folder = write(tmp_path, listening="[mail]\nhost = 'a'\nport = 1\n[store]\ndatabase_url = 'sqlite:///a.db'")
    environ = {
        "LISTENING_MAIL_HOST": "b",
        "LISTENING_MAIL_PORT": "2",
        "LISTENING_MAIL_PASSWORD": "hush",
        "LISTENING_DATABASE_URL": "sqlite:///b.db",
        "REDDIT_CLIENT_ID": "key",
    }
    settings = load(folder, environ)
    assert (settings.mail.host, settings.mail.port, settings.database_url) == ("b", 2, "sqlite:///b.db")
    assert settings.secrets == {"REDDIT_CLIENT_ID": "key"}
    assert "hush" not in repr(settings)
    assert "'key'" not in repr(settings)


def test_lists_become_tuples_and_options_stay(tmp_path: Path) -> None:
    block = "[sources.a]\nkind = 'forum'\nboards = ['x']\ngap = 2\n[sources.a.selectors]\nbody = 'p'"
    source = load(write(tmp_path, sources=block), {}).source("a")
    assert source is not None
    assert (source.gap, source.options, source.selectors) == (2.0, {"boards": ("x",)}, {"body": "p"})


def test_settings_are_frozen(tmp_path: Path) -> None:
    settings = load(write(tmp_path), {})
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.mail.host = "x"  # type: ignore[misc] # that is the point


def under(folder: Path) -> Settings:
    """Settings whose configs lie in `folder`."""
    (folder / "configs").mkdir()
    return load(write(folder / "configs"), {})


def test_the_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    settings = under(tmp_path)
    key = pseudonym_key(settings, {})
    assert len(key) == 64
    assert pseudonym_key(settings, {}) == key
    assert stat.S_IMODE((settings.var / "key").stat().st_mode) == 0o600
    assert pseudonym_key(settings, {"LISTENING_KEY": "given"}) == b"given"


def test_an_empty_key_is_no_key(tmp_path: Path) -> None:
    settings = under(tmp_path)
    settings.var.mkdir(parents=True)
    (settings.var / "key").write_text("\n")
    with pytest.raises(SettingsError, match="put back the key from your backup"):
        pseudonym_key(settings, {})
