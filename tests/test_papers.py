"""The papers are true: what they name exists, and what exists is named."""

from __future__ import annotations

import dataclasses
import io
import re
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from listening.cli.app import app
from listening.cli.settings_page import page
from listening.settings.secret_files import OURS, REDDIT
from listening.settings.table import SECTIONS

ROOT = Path(__file__).resolve().parent.parent
PAPERS = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "data" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CODE = sorted(
    path for room in ("listening", "flows", "tests", "bench", "models") for path in (ROOT / room).rglob("*.py")
)
TOLD_NOW = [one for one in PAPERS if one.name != "CHANGELOG.md"] + [  # that one tells of what was, too
    ROOT / "bench" / "README.md",
    ROOT / "models" / "reader" / "CARD.md",
]
ROOMS = ("listening", "flows", "tests", "bench", "models", "configs", "data", "docs")
WRITTEN = "".join(path.read_text() for path in [*CODE, ROOT / "Makefile", ROOT / "prefect.yaml"])
STRANGERS = {"--host", "--strict"}  # options of other programs
FREE = "LISTENING_SOURCE_KEY_"  # and a source's name
EVENTS = {"web.refused", "web.unforeseen", "night.py", "web.py", "store.reads", "tickets.csv", "store.var"}
MARKS = {"email", "ip", "phone", "card", "iban", "name"}  # what stands for what was taken out of a text
SENTENCES = 9
LONGEST = 300


def recipes() -> list[str]:
    """The Makefile's targets, files too."""
    lines = (ROOT / "Makefile").read_text().splitlines()
    return [line.split(":")[0] for line in lines if re.match(r"[a-z$(][\w$()./]*:(?!=)", line)]


def commands() -> Iterator[tuple[str, ...]]:
    """Every command of the command line, as the words that call it."""
    yield from _below(typer.main.get_command(app), ())


def _below(command: object, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield words
    else:
        for name, one in below.items():
            yield from _below(one, (*words, name))


def test_make_has_few_recipes_each_with_its_sentence() -> None:
    assert "install" in recipes()
    assert len(recipes()) <= 12
    told = re.findall(r"^([a-z]+):.*## \S+", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert told == [name for name in recipes() if name.isalpha()]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_what_a_paper_names_exists(paper: Path) -> None:
    text = paper.read_text()
    known = {words[:n] for words in commands() for n in range(1, len(words) + 1)}
    groups = {words[0] for words in commands() if len(words) > 1}
    for told in re.findall(r"(?:bin/|`)listening ([a-z-]+(?: [a-z-]+)?)", text):
        words = tuple(told.split())
        assert (words if words[0] in groups else words[:1]) in known, f"{paper.name}: listening {told}"
    for recipe in re.findall(r"(?:`|^    )make ([a-z]+)", text, flags=re.MULTILINE):
        assert recipe in recipes(), f"{paper.name}: make {recipe}"
    for link in re.findall(r"\]\((?!http)([^)#]+)", text):
        assert (paper.parent / link).exists(), f"{paper.name}: {link}"


@pytest.mark.parametrize("paper", TOLD_NOW, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_paper_says_can_be_set_or_opened_is_there(paper: Path) -> None:
    text = paper.read_text()
    for name in set(re.findall(r"\b(?:LISTENING|REDDIT|PREFECT)_[A-Z_]+\b", text)):
        assert name in WRITTEN or name.startswith(FREE) or _secret(name.removesuffix("_FILE")), f"{paper.name}: {name}"
    for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) - STRANGERS:
        assert option in options() or f'"{option}"' in WRITTEN, f"{paper.name}: {option}"
    for section, key in re.findall(r"`\[?([a-z]+)(?:\] |\.)([a-z_]+)`", text):
        assert section not in SECTIONS or key in _keys(section) or f"{section}.{key}" in EVENTS, f"{paper.name}: {key}"
    for section in re.findall(r"`\[([a-z]+)\]`", text):
        assert section in {*SECTIONS, *MARKS}, f"{paper.name}: [{section}]"
    for file in re.findall(r"`([\w./-]+\.(?:py|toml|md|jsonl|csv|yaml))`", text):
        assert _there(file, paper) or "NAME" in file or "ID" in file, f"{paper.name}: {file}"


def options() -> set[str]:
    """Every option of every command."""
    found = {"--help"}
    for words in commands():
        command = typer.main.get_command(app)
        for word in words:
            command = command.commands[word]  # type: ignore[attr-defined] # a group has commands
        found.update(name for one in command.params for name in (*one.opts, *one.secondary_opts))
    return found | {"--version"}


def _secret(name: str) -> bool:
    return name in (*OURS, *REDDIT) or name in {
        f"LISTENING_{one}_{key}".upper() for one in SECTIONS for key in _keys(one)
    }


def _keys(section: str) -> set[str]:
    return {spec.name for spec in dataclasses.fields(SECTIONS[section])}


def _there(file: str, paper: Path) -> bool:
    name = file.rpartition("/")[2]
    places = [ROOT, paper.parent, *(ROOT / room for room in ROOMS)]
    return any((place / file).exists() for place in places) or any(
        str(path).endswith(f"/{file}") for room in ROOMS for path in (ROOT / room).rglob(name)
    )


def test_every_command_is_in_the_papers() -> None:
    readme = (ROOT / "README.md").read_text()
    for first, *rest in commands():
        row = next((line for line in readme.splitlines() if f"listening {first}" in line and line.startswith("|")), "")
        assert row, f"README.md: listening {first}"
        assert all(f"`{name}`" in row or f"{first} {name}" in row for name in rest), f"README.md: {first} {rest}"


def test_every_command_tells_its_sentence() -> None:
    for words in commands():
        command = typer.main.get_command(app)
        for word in words:
            command = command.commands[word]  # type: ignore[attr-defined] # a group has commands
        assert command.help, words
        for option in command.params:
            assert option.name in ("importance", "cost", "ease") or getattr(option, "help", ""), (words, option.name)


def test_the_page_of_settings_is_the_generated_one() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == page(), "run make docs"


def test_every_setting_is_on_the_page_with_its_sentence() -> None:
    for section in SECTIONS.values():
        for spec in dataclasses.fields(section):
            assert f"| `{spec.name}` |" in page()
            assert spec.metadata["says"] in page()


def test_the_architecture_takes_nine_sentences_and_one_picture() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    assert len(re.findall(r"^\d\. ", text, flags=re.MULTILINE)) == SENTENCES
    assert text.count("```") == 2


def test_the_first_screen_of_the_readme() -> None:
    first = (ROOT / "README.md").read_text().splitlines()[:34]
    assert "    make demo" in "\n".join(first)
    assert "    make test" in "\n".join(first)
    assert max(map(len, first)) <= 130


def test_every_ignored_rule_has_its_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    start, end = lines.index("[tool.ruff.lint]"), lines.index("[tool.ruff.lint.pydocstyle]")
    for line in lines[start:end]:
        if re.match(r'\s+"[A-Z]+\d*"|"[\w./*]+" = \[".*\]', line):
            assert re.search(r"# \S+", line), line
    told = tomllib.loads("\n".join(lines))["tool"]["ruff"]["lint"]
    assert told["select"] == ["ALL"]


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_exception_has_its_reason_and_every_file_its_sentence(path: Path) -> None:
    text = path.read_text()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT:
            continue
        told = re.match(r"#\s*(noqa|type: ignore)(: ?[A-Z0-9, ]+|\[[\w, -]+\])?(.*)", token.string)
        if told and (told[1] == "noqa" or "tests" not in path.parts):
            assert told[2], f"{path.name}:{token.start[0]}: names no rule"
            assert re.search(r"\w{2}", told[3]), f"{path.name}:{token.start[0]}: gives no reason"
    if text.strip() and "tests" not in path.parts:
        assert text.startswith('"""'), f"{path.name} begins with no sentence"
        assert text.count("\n") <= LONGEST, f"{path.name} is too long"


def test_the_pins_hold_what_we_ask_for() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pins = {
        line.split("==")[0].lower().replace("_", "-") for line in (ROOT / "constraints.txt").read_text().splitlines()
    }
    for wish in [*asked["dependencies"], *asked["optional-dependencies"]["dev"]]:
        name = re.split(r"[\[<>=]", wish)[0].lower().replace("_", "-")
        assert name in pins, f"constraints.txt has no {name}"


def test_the_licence_is_the_one_named() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
