from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.errors import SettingsError
from listening.settings import source_block, write_source
from listening.settings.sources_file import read_sources
from listening.types import SourceConfig

ROOT = Path(__file__).resolve().parent.parent
BLOG = SourceConfig("blog", "feed", "https://blog.test/feed.xml", options={"comments": True})
FORUM = SourceConfig(
    "board",
    "forum",
    "https://board.test/",
    allow_hosts=("board.test", "10.0.0.1"),
    gap=2.5,
    options={"engine": "phpbb", "boards": ("https://board.test/f=1",), "max_pages": 3},
    selectors={"post": "div.post", "date": "time @datetime | span"},
)
SURVEY = SourceConfig(
    "survey",
    "file",
    options={"path": "/srv/a.xlsx", "post_kind": "survey"},
    columns={"text": ("Why?", "What else?"), "score": ('Q1 "NPS"',)},
)
SOME = '# our places\n\n[sources.old] # the first\nkind = "feed"\nurl = "https://old.test/rss"   # odd   spaces\n'


def folder(where: Path, text: str) -> Path:
    (where / "sources.toml").write_bytes(text.encode())
    return where


def found(where: Path) -> tuple[SourceConfig, ...]:
    mistakes: list[str] = []
    read = read_sources(tomllib.loads((where / "sources.toml").read_bytes().decode()), mistakes)
    assert mistakes == []
    return read


@pytest.mark.parametrize("source", [BLOG, FORUM, SURVEY], ids=lambda source: source.name)
def test_a_block_says_what_the_source_is(source: SourceConfig) -> None:
    (read,) = read_sources(tomllib.loads(source_block(source, "a note\nof two lines")), [])
    expected = {"selectors": source.selectors, "columns": source.columns, "allow_hosts": source.allow_hosts}
    assert (read.name, read.kind, read.url, read.gap, read.options) == (
        source.name, source.kind, source.url, source.gap, source.options,
    )  # fmt: skip
    assert {name: getattr(read, name) for name in expected} == expected


def test_a_block_is_as_a_person_would_write_it() -> None:
    assert source_block(BLOG, "a blog") == (
        '# a blog\n[sources.blog]\nkind = "feed"\nurl = "https://blog.test/feed.xml"\ncomments = true\n'
    )


@pytest.mark.parametrize(
    "before", ["", SOME, SOME.rstrip("\n"), SOME.replace("\n", "\r\n"), SOME + "[sources.old.selectors]\npost = 'x'\n",
               "[sources]\n" + SOME.partition("\n\n")[2], '[sources]\nold = {kind = "file", path = "a.csv"}\n'],
    ids=["empty", "usual", "no last line end", "windows", "selectors last", "a head", "inline below a head"],
)  # fmt: skip
def test_what_stands_there_stays_byte_for_byte(tmp_path: Path, before: str) -> None:
    path = write_source(folder(tmp_path, before), FORUM)
    after = path.read_bytes().decode()
    assert after.startswith(before)
    assert [source.name for source in found(tmp_path)][-1] == "board"
    assert ("\r\n" in before) == ("\r\n" in after)
    assert after.replace("\r\n", "").count("\n") == (0 if "\r\n" in before else after.count("\n"))
    write_source(tmp_path, SURVEY)
    write_source(tmp_path, BLOG)
    assert [source.name for source in found(tmp_path)][-3:] == ["board", "survey", "blog"]


def test_the_file_that_comes_with_the_program(tmp_path: Path) -> None:
    before = (ROOT / "configs" / "sources.toml").read_text()
    write_source(folder(tmp_path, before), BLOG)
    assert (tmp_path / "sources.toml").read_text().startswith(before)
    assert [source.name for source in found(tmp_path)] == ["blog"]


@pytest.mark.parametrize(
    ("before", "source", "words"),
    [
        (SOME, SourceConfig("old", "feed", "https://x.test"), "has a source 'old' already"),
        (SOME, SourceConfig("a b", "feed", "https://x.test"), "is no name"),
        (SOME, SourceConfig("", "feed", "https://x.test"), "is no name"),
        (SOME, SourceConfig("a.b", "feed", "https://x.test"), "is no name"),
        (SOME, SourceConfig("x", "nonsense", "https://x.test"), "no such kind 'nonsense'"),
        ("not toml", BLOG, "mend the file first"),
        ('sources = {old = {kind = "file", path = "a"}}\n', BLOG, r"as \[sources.NAME\] blocks"),
    ],
)
def test_what_cannot_be_written_is_not_and_nothing_changes(
    tmp_path: Path, before: str, source: SourceConfig, words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        write_source(folder(tmp_path, before), source)
    assert (tmp_path / "sources.toml").read_text() == before
    assert [path.name for path in tmp_path.iterdir()] == ["sources.toml"]


def test_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        write_source(tmp_path, BLOG)


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("listening.settings.sources_writer.os.fsync", full)
    with pytest.raises(SettingsError, match="No space left"):
        write_source(folder(tmp_path, SOME), BLOG)
    assert (tmp_path / "sources.toml").read_text() == SOME
    assert [path.name for path in tmp_path.iterdir()] == ["sources.toml"]


def test_rights_and_links_stay(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "configs").mkdir()
    path = folder(tmp_path / "real", SOME) / "sources.toml"
    path.chmod(0o640)
    (tmp_path / "configs" / "sources.toml").symlink_to(path)
    assert write_source(tmp_path / "configs", BLOG) == path
    assert (tmp_path / "configs" / "sources.toml").is_symlink()
    assert os.stat(path).st_mode & 0o777 == 0o640  # noqa: PTH116 -- stands for what a shell shows
    assert "blog" in path.read_text()


ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(ANY, ANY, st.lists(ANY, min_size=1, max_size=3))
def test_any_words_can_be_written(
    tmp_path_factory: pytest.TempPathFactory, url: str, note: str, names: list[str]
) -> None:
    where = folder(tmp_path_factory.mktemp("any"), SOME)
    columns = {name: (name, "x") for name in names if name}
    write_source(where, SourceConfig("any", "file", url, columns=columns), note)
    (_, read) = found(where)
    assert (read.url, read.columns) == (url, columns)
