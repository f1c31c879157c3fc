from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sources_site import Kept, config

from listening.errors import InputError, SourceBroken
from listening.sources import import_file
from listening.sources.records import read_record
from listening.types import BodyFormat, Post, PostKind


def read(path: Path, kind: PostKind = PostKind.FORUM) -> list[Post | InputError]:
    return list(import_file(path, source="in", kind=kind))


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


RECORDS = [
    ({"text": "hi", "id": 5}, {"body": "hi", "native_id": "5", "format": BodyFormat.TEXT}),
    ({"Body ": "hi", "Author": "Ann"}, {"body": "hi", "author": "Ann"}),
    ({"selftext": "*hi*", "title": "T", "created_utc": 1772460300, "score": 28, "permalink": "/r/a/1"},
     {"format": BodyFormat.MARKDOWN, "title": "T", "likes": 28, "url": "https://www.reddit.com/r/a/1",
      "created_at": datetime(2026, 3, 2, 14, 5, tzinfo=UTC)}),
    ({"selftext": "", "title": "only a title"}, {"body": "", "title": "only a title"}),
    ({"comment": "x", "author": "[deleted]"}, {"author": None}),
    ({"message": "x", "subject": "S", "customer": "c9", "date": "2026-03-02"},
     {"title": "S", "author": "c9", "created_at": datetime(2026, 3, 2, tzinfo=UTC)}),
    ({"text": "x", "thread": "t", "reply_to": "p", "ups": "7", "views": 9},
     {"thread": "t", "reply_to": "p", "likes": 7, "views": 9}),
]  # fmt: skip


@pytest.mark.parametrize(("record", "want"), RECORDS)
def test_columns_are_known_by_many_names(record: dict[str, object], want: dict[str, object]) -> None:
    post = read_record(record, source="in", kind=PostKind.FORUM)
    assert {name: getattr(post, name) for name in want} == want


@pytest.mark.parametrize(
    ("record", "metric", "score", "likes"),
    [
        ({"comment": "x", "score": 9}, "nps", 9.0, 0),
        ({"comment": "x", "score": "4,5", "metric": "CSAT"}, "csat", 4.5, 0),
        ({"comment": "x", "ces": "2", "likes": 3}, "ces", 2.0, 3),
        ({"comment": "", "nps": 0}, "nps", 0.0, 0),
        ({"comment": "x"}, None, None, 0),
    ],
)
def test_survey_scores(record: dict[str, object], metric: str | None, score: float | None, likes: int) -> None:
    post = read_record(record, source="in", kind=PostKind.SURVEY)
    assert post is not None
    assert (post.metric, post.score, post.likes) == (metric, score, likes)


def test_native_id_without_an_id_is_made_from_the_words_and_stays() -> None:
    one, same, other = (read_record({"text": t}, source="in", kind=PostKind.FORUM) for t in ("a", "a", "b"))
    assert one.native_id == same.native_id != other.native_id


def test_jsonl_bad_lines_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    lines = [
        '{"text": "one"}', "", "{broken", "[1]", '{"text": ""}',
        '{"text": "x", "created_at": "soon"}', '{"text": "[removed]"}',
        '{"text": "x", "likes": "NaN"}', "[" * 99_999, '{"text": "two"}', '{"text": "half',
    ]  # fmt: skip
    found = read(write(tmp_path / "a.jsonl", "\n".join(lines)))
    assert [post.body for post in found if isinstance(post, Post)] == ["one", "two"]
    errors = [str(error) for error in found if isinstance(error, InputError)]
    assert [text.split(":")[0] for text in errors] == [f"a.jsonl line {n}" for n in (3, 4, 5, 6, 8, 9, 11)]
    assert all(" -> " in text for text in errors)
    assert "not finished" in errors[-1]


CSV = (
    "id,comment,nps,date\r\n"
    '1,"good, really",9,2026-03-02\r\n'
    '2,"open quote,3,2026-03-02\r\n'
    '3,my 12" wheel,5,2026-03-02\r\n'
    '4,"two\r\nlines and ""quotes""",7,2026-03-02T10:00:00+02:00\r\n'
    "5,short row,8\r\n"
    "6,bad,abc,2026-03-02\r\n"
    "7,last,1,2026-03-02\r\n"
    '8,"half'
)


def test_csv_bad_rows_cost_only_themselves(tmp_path: Path) -> None:
    found = read(write(tmp_path / "a.csv", CSV), PostKind.SURVEY)
    posts = {post.native_id: post.body for post in found if isinstance(post, Post)}
    assert posts == {"1": "good, really", "3": 'my 12" wheel', "4": 'two\r\nlines and "quotes"', "7": "last"}
    errors = [error.thing for error in found if isinstance(error, InputError)]
    assert [text.split(":")[0] for text in errors] == [f"a.csv line {n}" for n in (3, 7, 8, 10)]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.csv", "text;id\nä b;1\n".encode("cp1252")),
        ("a.csv", "\ufefftext,id\nä b,1\n".encode()),
        ("a.csv", "text\tid\nä b\t1\n".encode("utf-16")),
        ("a.csv.gz", gzip.compress("text,id\nä b,1\n".encode(), mtime=0)),
        ("a.csv", gzip.compress("text,id\nä b,1\n".encode(), mtime=0)),
        ("a.jsonl.gz", gzip.compress('{"text": "ä b", "id": "1"}\n'.encode(), mtime=0)),
    ],
)
def test_encodings_and_packing(tmp_path: Path, name: str, body: bytes) -> None:
    (post,) = read(write(tmp_path / name, body))
    assert isinstance(post, Post)
    assert (post.body, post.native_id) == ("ä b", "1")


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("a.xlsx", b"x", "no Excel workbook"),
        ("a.doc", b"x", "of no kind"),
        ("a.csv", b"colour,size\nred,5\n", "no column that we know"),
        ("a.jsonl.gz", gzip.compress(b'{"text": "x"}\n' * 9999, mtime=0)[:-20], "breaks off"),
        ("a.jsonl.gz", b"\x1f\x8bgarbage", "a.jsonl.gz"),
        ("missing.csv", None, "cannot be read"),
    ],
)
def test_files_that_cannot_be_read_say_why(tmp_path: Path, name: str, body: bytes | None, words: str) -> None:
    path = tmp_path / name if body is None else write(tmp_path / name, body)
    last = read(path)[-1]
    assert isinstance(last, InputError)
    assert words in str(last)


def test_a_post_of_a_megabyte_passes(tmp_path: Path) -> None:
    text = "word " * 210_000
    for path in (
        write(tmp_path / "a.jsonl", json.dumps({"text": text})),
        write(tmp_path / "a.csv", f'text,id\n"{text}",1\n'),
    ):
        (post,) = read(path)
        assert isinstance(post, Post)
        assert len(post.body) == len(text.strip())


@given(st.lists(st.text(alphabet='ab",;\n\t{}\\\x00é', max_size=12), max_size=8))
def test_no_file_raises(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    folder = tmp_path_factory.mktemp("any")
    body = "text,id\n" + "\n".join(lines)
    for name in ("a.csv", "a.jsonl"):
        assert all(isinstance(one, Post | InputError) for one in read(write(folder / name, body)))


def test_file_as_a_source_is_read_once_goes_on_after_a_kill_and_again_when_it_changes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", "\n".join(json.dumps({"text": f"t{n}", "id": n}) for n in range(1200)) + "\nbad")
    conf = config("file", "", path=str(path), post_kind="ticket")
    kept = Kept().night(conf, stop_after=1)
    assert kept.yielded == 500
    assert kept.night(conf).yielded == 700
    assert len(kept.warnings) == 1
    assert kept.night(conf).yielded == 0
    write(path, '{"text": "new", "id": "n"}')
    assert kept.night(conf).yielded == 1
    assert kept.posts["n"].kind is PostKind.TICKET


def test_missing_file_as_a_source_is_broken(tmp_path: Path) -> None:
    with pytest.raises(SourceBroken, match="cannot be read"):
        Kept().night(config("file", str(tmp_path / "no.csv")))
