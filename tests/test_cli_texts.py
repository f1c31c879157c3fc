"""`listening read` and `listening group`: one line out for each in, in order, whatever the lines hold."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from cli_nouns import FewWords, Run

from listening.cli import lines
from listening.cli.lines import BadLine, Line, batches, parse, written

pytest_plugins = ("cli_fixtures",)

BAD = [
    (b"no json", "no JSON; write one whole JSON object a line", ""),
    (b"", "no JSON; write one whole JSON object a line", ""),
    (b'{"id": "a", "text": "half', "no JSON; write one whole JSON object a line", ""),
    (b"[" * 200_000, "no JSON; write one whole JSON object a line", ""),
    (b'{"id": "a", "text": "x", "n": ' + b"9" * 5000 + b"}", "no JSON; write one whole JSON object a line", ""),
    (b'{"id": "a", "text": "x", "n": NaN}', "no JSON; write one whole JSON object a line", ""),
    (b'{"id": "a", "text": "\xff"}', "no UTF-8; save the file as UTF-8", ""),
    (b'["a"]', 'no JSON object; write {"id": ..., "text": ...}', ""),
    (b"7", 'no JSON object; write {"id": ..., "text": ...}', ""),
    (b'{"text": "x"}', "id is missing", ""),
    (b'{"id": "", "text": "x"}', "id is missing", ""),
    (b'{"id": 5, "text": "x"}', "id should be a text", ""),
    (b'{"id": "a"}', "text is missing", "a"),
    (b'{"id": "a", "text": null}', "text is missing", "a"),
    (b'{"id": "a", "text": 5}', "text should be a text", "a"),
    (b'{"id": "a", "text": " \\n"}', "text is empty", "a"),
    (b'{"id": "a", "text": "x", "title": ["t"]}', "title should be a text", "a"),
    (b'{"id": "a", "text": "x", "created_at": 5}', "created_at should be a text", "a"),
    (
        b'{"id": "a", "text": "x", "created_at": "soon"}',
        "created_at is no ISO time; write it as 2026-03-02T14:05:00Z",
        "a",
    ),
    (
        b'{"id": "a", "text": "x", "created_at": "0001-01-01T00:00:00+14:00"}',
        "created_at is no ISO time; write it as 2026-03-02T14:05:00Z",
        "a",
    ),
]


@pytest.mark.usefixtures("bikes_home")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere.jsonl", "-o", "out.jsonl"), "there is no file nowhere.jsonl"),
        (("configs", "-o", "out.jsonl"), "configs is a folder"),
        (("good.jsonl", "-o", "configs"), "configs is a folder"),
        (("answers.csv", "-o", "out.jsonl"), "answers.csv is a table: `listening import` takes it"),
    ],
)
def test_what_cannot_be_read_or_written_is_wrong_use(cli: Run, words: tuple[str, ...], said: str) -> None:
    Path("good.jsonl").write_text('{"id": "a", "text": "x"}\n')
    Path("answers.csv").write_text("id,text\na,x\n")
    got = cli("read", *words)
    assert (got.code, said in " ".join(got.err.split())) == (2, True)


@pytest.mark.parametrize(("raw", "error", "named"), BAD)
def test_a_bad_line(raw: bytes, error: str, named: str) -> None:
    found = parse(raw, 7)
    assert found == BadLine(7, error, named)
    assert isinstance(found, BadLine)
    assert found.record() == ({"id": named, "error": error} if named else {"line": 7, "error": error})


def test_a_good_line() -> None:
    raw = b'\xef\xbb\xbf{"id": "a", "text": "x \\ud800 y", "title": null, "created_at": "2026-03-02T14:05:00+01:00"}'
    found = parse(raw, 1)
    assert isinstance(found, Line)
    assert (found.text, found.title, f"{found.created_at}") == ("x \ufffd y", "", "2026-03-02 13:05:00+00:00")
    assert isinstance(parse(b'{"id": "a", "text": "x", "other": {"any": [1]}}', 1), Line)


def test_batches_are_cut_by_count_and_by_size() -> None:
    short, long = Line("a", "x"), Line("b", "x" * lines.BATCH_BYTES)
    assert [len(part) for part in batches([short] * 600)] == [256, 256, 88]
    assert [len(part) for part in batches([short, long, short, BadLine(1, "no")])] == [2, 2]


def test_a_line_that_is_too_long_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LONGEST", 50)
    (tmp_path / "in").write_bytes(b'{"id": "a", "text": "' + b"x" * 120 + b'"}\n{"id": "b", "text": "y"}\n')
    first, second = lines.read_lines(tmp_path / "in")
    assert (first, second) == (BadLine(1, "the line is longer than 50 bytes"), Line("b", "y"))


def written_lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def save(path: Path, records: Sequence[object]) -> None:
    path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in records))


class TestRead:
    def test_one_line_for_each_in_order(self, cli: Run, bikes_home: Path, few_words: FewWords) -> None:
        many: list[object] = [{"id": f"t{n}", "text": f"text {n}"} for n in range(300)]
        save(bikes_home / "in.jsonl", [*many, "broken", {"id": "last", "text": "?? unreadable", "title": "A title"}])
        got = cli("read", "in.jsonl", "-o", "out.jsonl")
        assert (got.code, got.err) == (3, "listening: 1 bad line, each named in its place\n")
        found = written_lines(bikes_home / "out.jsonl")
        assert [one.get("id", one.get("line")) for one in found] == [*(f"t{n}" for n in range(300)), 301, "last"]
        assert few_words.batches == [256, 46]
        assert found[0]["passages"][0]["text"] == "text 0"  # type: ignore[index] # a list of passages
        assert found[-1]["readable"] is True  # its title is

    @pytest.mark.usefixtures("few_words")
    def test_no_bad_line_is_code_0(self, cli: Run, bikes_home: Path) -> None:
        save(bikes_home / "in.jsonl", [{"id": "a", "text": "x"}])
        assert cli("read", "in.jsonl", "-o", "out.jsonl") == cli("read", "in.jsonl", "-o", "out.jsonl")
        assert cli("read", "in.jsonl", "-o", "out.jsonl").code == 0
        (bikes_home / "empty").write_bytes(b"")
        assert cli("read", "empty", "-o", "out.jsonl").code == 0
        assert (bikes_home / "out.jsonl").read_bytes() == b""

    @pytest.mark.usefixtures("few_words")
    def test_stdin_stdout_and_gz(self, cli: Run, bikes_home: Path) -> None:
        raw = b'{"id": "a", "text": "\\u00e4 x"}\n'
        plain = cli("read", "-", "-o", "-", stdin=raw)
        assert json.loads(plain.out)["passages"][0]["text"] == "ä x"
        assert cli("read", "-", "-o", "-", stdin=gzip.compress(raw)).out == plain.out
        (bikes_home / "in.gz").write_bytes(gzip.compress(raw))
        cli("read", "in.gz", "-o", "out.jsonl.gz")
        assert gzip.decompress((bikes_home / "out.jsonl.gz").read_bytes()).decode() == plain.out

    @pytest.mark.usefixtures("few_words")
    def test_a_packed_file_that_breaks_off(self, cli: Run, bikes_home: Path) -> None:
        whole = gzip.compress(b'{"id": "a", "text": "x"}\n' * 2, mtime=0)
        (bikes_home / "in.gz").write_bytes(whole[:-9])
        got = cli("read", "in.gz", "-o", "-")
        assert got.code == 3
        assert "breaks off here" in got.out.splitlines()[-1]

    @pytest.mark.usefixtures("few_words")
    def test_what_was_there_stays_until_the_end(self, cli: Run, bikes_home: Path) -> None:
        (bikes_home / "out.jsonl").write_text("as before")
        save(bikes_home / "in.jsonl", [{"id": "a", "text": "x"}])
        with pytest.raises(ZeroDivisionError), written(bikes_home / "out.jsonl") as file:
            file.write(bytes([1 // len(file.name[:0])]))
        assert (bikes_home / "out.jsonl").read_text() == "as before"
        assert sorted(path.name for path in bikes_home.iterdir()) == ["configs", "in.jsonl", "out.jsonl"]
        assert cli("read", "in.jsonl", "-o", "/dev/null").code == 0
        assert Path("/dev/null").is_char_device()
        assert cli("read", "in.jsonl", "-o", "nowhere/out.jsonl").code == 1
        assert cli("read", "in.jsonl", "-o", "in.jsonl").code == 0  # onto itself
        assert "passages" in written_lines(bikes_home / "in.jsonl")[0]

    @pytest.mark.parametrize("words", [("nowhere.jsonl", "-o", "x"), ("configs", "-o", "x"), ("configs",)])
    def test_wrong_use(self, cli: Run, words: tuple[str, ...]) -> None:
        assert cli("read", *words).code == 2


class TestGroup:
    def test_groups_and_bad_lines_in_place(self, cli: Run, bikes_home: Path, few_words: FewWords) -> None:
        same = [{"id": f"s{n}", "text": f"the rain cover drips at the seam, {n}", "author": f"p{n}"} for n in range(4)]
        save(bikes_home / "in.jsonl", [*same, "broken", {"id": "u", "text": "?? unreadable"}])
        got = cli("group", "in.jsonl", "-o", "out.jsonl")
        found = written_lines(bikes_home / "out.jsonl")
        assert got.code == 3
        assert few_words.batches == [5]
        assert found[4] == {"line": 5, "error": "no JSON; write one whole JSON object a line"}
        assert found[5] == {"id": "u", "cluster": None, "label": "", "score": 0.0}
        clusters = {one["cluster"] for one in found[:4]}
        assert len(clusters) == 1
        assert None not in clusters
        assert all(set(one) == {"id", "cluster", "label", "score"} for one in found[:4])

    @pytest.mark.usefixtures("few_words")
    def test_dated_lines_go_through_the_nights(self, cli: Run, bikes_home: Path) -> None:
        texts = [
            {"id": f"{n}", "text": "the rain cover drips at the seam", "author": f"p{n}", "created_at": f"2026-03-0{n}"}
            for n in range(1, 6)
        ]
        save(bikes_home / "all.jsonl", texts)
        save(bikes_home / "early.jsonl", texts[:3])
        assert cli("group", "all.jsonl", "-o", "all.out").code == 0
        assert cli("group", "early.jsonl", "-o", "early.out").code == 0
        later, early = written_lines(bikes_home / "all.out"), written_lines(bikes_home / "early.out")
        assert early[2]["cluster"] is not None
        assert later[2]["cluster"] == early[2]["cluster"]

    @pytest.mark.usefixtures("few_words")
    def test_a_group_is_named_by_the_passage_that_hurts(self, cli: Run, bikes_home: Path) -> None:
        praise = [f"I love the new rain cover so much, number {n}" for n in range(3)]
        texts = [*praise, "The rain cover drips at the seam", "My rain cover drips on my bag"]
        save(bikes_home / "in.jsonl", [{"id": f"{n}", "text": text} for n, text in enumerate(texts)])
        assert cli("group", "in.jsonl", "-o", "out.jsonl").code == 0
        assert {one["label"] for one in written_lines(bikes_home / "out.jsonl")} <= {*texts[3:], ""}
        assert cli("group", "in.jsonl", "-o", "again.jsonl").code == 0
        assert (bikes_home / "again.jsonl").read_bytes() == (bikes_home / "out.jsonl").read_bytes()
