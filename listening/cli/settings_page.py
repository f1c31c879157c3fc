"""Writes docs/settings.md from the table that checks the settings, so that the two never differ."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator, Mapping, Sequence

from listening.settings.checks import bounds_in_words
from listening.settings.load import CHOICES, SECRETS
from listening.settings.sources_file import COMMON
from listening.settings.table import SECTIONS
from listening.sources import KINDS
from listening.sources.forum.engines import KEYS
from listening.sources.importer_layout import FIELDS
from listening.sources.options import Option
from listening.types import Owner, Persona, Stage, Touchpoint

HEAD = """# Settings

Written by `make docs` from the table that checks them; do not edit. A misspelt key stops the program, which names
the file, the key and the nearest good one, all mistakes at once. Paths are relative to the folder that holds
`configs/`.

Where they are looked for: `--config DIR`, else `LISTENING_CONFIG`, else `configs/` in the current folder, else the
`configs/` beside the program. The environment wins over the files: `LISTENING_<SECTION>_<KEY>`, such as
`LISTENING_MAIL_PASSWORD`.
"""
COMMON_SAYS: Mapping[str, str] = {
    "kind": "One of the kinds below.",
    "url": "Where it is.",
    "enabled": "false keeps it out of the nights.",
    "allow_hosts": "Other hosts that its pages may lead to.",
    "gap": "Seconds between two requests to its host.",
    "map": "The id of the journey map that it feeds; empty means the first, that of journey.toml.",
}
MORE_MAPS = """## journeys/*.toml

More maps, for another product, market or kind of customer: each a file like journey.toml, named after the map's `id`.
A map hears the sources that say so (`map = "ID"` in their block); journey.toml's, the first, hears all others. An
owner's address means the same person on every map: they get one mail a night, and rights on what is theirs on each.
"""
BLOCKS: Mapping[str, tuple[type, str]] = {
    "owners": (Owner, "Who answers for a part of the map, and gets its mails."),
    "stages": (Stage, "In the order of the journey. `assumed_emotion` is -2 to 2: what you drew before you listened."),
    "touchpoints": (Touchpoint, "Where customer and company meet; two to five example phrases each teach the reader."),
    "personas": (Persona, "At most three kinds of customer."),
}
WORDS: Mapping[object, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    tuple[str, ...]: "list of texts",
}
SECRET_SAYS: Mapping[str, str] = {
    "LISTENING_KEY": "Turns author names into pseudonyms; without it `key` in the folder `store.var` is made once.",
    "LISTENING_CONFIG": "The settings folder.",
    "LISTENING_DATABASE_URL": "The store, as `store.database_url`.",
    "REDDIT_CLIENT_ID": "Of a script app at reddit.com/prefs/apps; without it see REDDIT_RSS_TOKEN.",
    "REDDIT_CLIENT_SECRET": "The same app's secret.",
    "REDDIT_USER": "Your name at Reddit, without u/: part of our User-Agent there, and of your feeds' addresses.",
    "REDDIT_RSS_TOKEN": "What follows `feed=` in your feeds' addresses at reddit.com/prefs/feeds; used without a key.",
    "LISTENING_SHARED": "Folder of shared gold data, for tests and the model gate.",
}


def page() -> str:
    """Return the whole page in Markdown."""
    return "\n".join([HEAD, *_sections(), *_environment(), *_sources(), *_journey()]).rstrip() + "\n"


def _sections() -> Iterator[str]:
    yield "## listening.toml\n"
    for name, section in SECTIONS.items():
        hints = typing.get_type_hints(section)
        yield f"### [{name}]\n\n{section.__doc__}\n"
        rows = []
        for spec in dataclasses.fields(section):
            choice = CHOICES.get((name, spec.name))
            kind = " \\| ".join(choice) if choice else WORDS[hints[spec.name]]
            if within := spec.metadata["within"]:
                kind += f", {bounds_in_words(*within)}"
            rows.append((spec.name, kind, _value(spec.default), str(spec.metadata["says"])))
        yield _table(("key", "type", "default", "meaning"), rows)


def _environment() -> Iterator[str]:
    yield "## The environment\n\nSecrets live here only, never in a settings file; each may lie in a file of its own:"
    yield "`NAME_FILE` names it (`LISTENING_MAIL_PASSWORD_FILE=/run/secrets/mail`), and a file called `NAME` in the"
    yield "folder that systemd names in `CREDENTIALS_DIRECTORY` (`LoadCredential=`) is found by itself.\n"
    names = [*SECRET_SAYS, *(name for name in SECRETS if name not in SECRET_SAYS)]
    yield _table(("name", "meaning"), [(name, SECRET_SAYS.get(name, "A secret.")) for name in names])


def _sources() -> Iterator[str]:
    yield "## sources.toml\n\nOne block `[sources.NAME]` a place; see [adding-a-source.md](adding-a-source.md)."
    yield "For every kind:\n"
    yield _table(
        ("key", "type", "meaning"), [(key, WORDS[hint], COMMON_SAYS.get(key, "")) for key, hint in COMMON.items()]
    )
    for kind, cls in KINDS.items():
        yield f'### kind = "{kind}"\n\n{(cls.__doc__ or "").splitlines()[0]}\n'
        yield _table(("key", "default", "meaning"), [_option(key, option) for key, option in cls.OPTIONS.items()])
    yield "### [sources.NAME.selectors], for forums\n"
    yield _table(("key", "what it finds"), list(KEYS.items()))
    yield '### [sources.NAME.columns], for files\n\nA field is one column\'s name, or a list of them; "" leaves it out.'
    yield "In JSON `requester.name` is the name inside the requester; below merged cells `Group / Name` is meant.\n"
    rows = [(name, field.sentence, ", ".join(field.names)) for name, field in FIELDS.items()]
    yield _table(("field", "meaning", "known without being declared"), rows)


def _option(key: str, option: Option) -> tuple[str, str, str]:
    return (key, _value(option.default), option.sentence)


def _journey() -> Iterator[str]:
    yield "## journey.toml\n\n`id`, `name`, and `fallback_owner`: who gets what nobody owns. Then blocks:\n"
    for block, (cls, sentence) in BLOCKS.items():
        hints = typing.get_type_hints(cls)
        yield f"### [[{block}]]\n\n{sentence}\n"
        rows = [
            (spec.name, _word(hints[spec.name]), "yes" if spec.default is dataclasses.MISSING else "")
            for spec in dataclasses.fields(cls)
        ]
        yield _table(("key", "type", "needed"), rows)
    yield MORE_MAPS


def _word(hint: object) -> str:
    known = WORDS.get(hint)
    return known or next(WORDS[part] for part in typing.get_args(hint) if part in WORDS)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{one}"' for one in value) + "]`"
    return f'`"{value}"`' if isinstance(value, str) else f"{value}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *((f"`{row[0]}`", *row[1:]) for row in rows)]
    return "".join("| " + " | ".join(cell.replace("\n", " ") for cell in line) + " |\n" for line in lines)
