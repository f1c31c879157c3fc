from __future__ import annotations

import io
import json
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from sources_site import Kept, config

from listening.errors import InputError, SettingsError
from listening.settings.sources_file import read_sources
from listening.sources import check_config, import_file
from listening.sources.importer_layout import layout_of
from listening.sources.records import read_record
from listening.types import Post, PostKind, SourceConfig

Columns = Mapping[str, tuple[str, ...]]


def declared(columns: Columns | None = None, **options: Any) -> SourceConfig:  # noqa: ANN401 -- any option
    """A block of kind file."""
    return SourceConfig("in", "file", options=options, columns=columns or {})


def read(
    path: Path,
    kind: PostKind = PostKind.SURVEY,
    columns: Columns | None = None,
    **options: Any,  # noqa: ANN401 -- any option
) -> tuple[list[Post], list[str]]:
    found = list(import_file(path, source="in", kind=kind, config=declared(columns, **options)))
    return [one for one in found if isinstance(one, Post)], [str(one) for one in found if isinstance(one, InputError)]


def csv_file(folder: Path, text: str) -> Path:
    (folder / "a.csv").write_text(text, encoding="utf-8", newline="")
    return folder / "a.csv"


def jsonl_file(folder: Path, *records: object) -> Path:
    (folder / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    return folder / "a.jsonl"


def sheet_file(folder: Path, *rows: Sequence[object], merged: Sequence[str] = ()) -> Path:
    """A workbook as Excel writes it; a (formula, value) is a formula with what it showed."""
    with xlsxwriter.Workbook(folder / "a.xlsx", {"default_date_format": "dd.mm.yyyy hh:mm"}) as book:
        page = book.add_worksheet("Answers")
        for place in merged:
            page.merge_range(place, "")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, tuple):
                    page.write_formula(number, column, cell[0], None, cell[1])
                elif cell is not None:
                    page.write(number, column, cell)
    return folder / "a.xlsx"


# --- which column is what

SURVEY = (
    "Response ID,Recorded Date,Q1 - NPS,Q1 - Group,Q2 - Why?,Q3 - What else?,Customer\n"
    "R1,2026-03-02 14:05:00,3,Detractor,The cover drips,,C-1\n"
    "R2,2026-07-02 14:05:00,10 - very likely,Promoter,Great,More colours,C-2\n"
    'R3,2026-03-03 09:00:00,42,Promoter,"Odd, no?",,C-3\n'
    "R4,soon,7,Passive,ok,,C-4\n"
)
COLUMNS = {"text": ("Q2 - Why?", "Q3 - What else?"), "score": ("q1 - nps",)}


def test_a_survey_by_its_declared_columns(tmp_path: Path) -> None:
    posts, errors = read(csv_file(tmp_path, SURVEY), columns=COLUMNS, metric="NPS", timezone="Europe/Berlin")
    one, two = posts
    assert (one.native_id, one.body, one.metric, one.score, one.author) == ("R1", "The cover drips", "nps", 3.0, "C-1")
    assert one.created_at == datetime(2026, 3, 2, 13, 5, tzinfo=UTC)
    assert (two.body, two.score, two.created_at) == (
        "Great\n\nMore colours", 10.0, datetime(2026, 7, 2, 12, 5, tzinfo=UTC),
    )  # fmt: skip
    assert [error.split(":")[0] for error in errors] == ["a.csv line 4", "a.csv line 5"]
    assert "'42' is no NPS answer (0 to 10)" in errors[0]
    assert "'soon' is no date" in errors[1]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"text": ("Q2 - Wy?",)}, "no column 'Q2 - Wy?' (did you mean 'Q2 - Why?'?)"),
        ({"text": ("Q2 - Why?",), "score": ("NPS",)}, "no column 'NPS'"),
        ({"text": ("Nothing such",)}, "the file has Response ID, Recorded Date, Q1 - NPS"),
    ],
)
def test_a_declared_column_that_is_not_there_stops_the_file(tmp_path: Path, columns: Columns, words: str) -> None:
    posts, errors = read(csv_file(tmp_path, SURVEY), columns=columns)
    assert posts == []
    (error,) = errors
    assert error.startswith("a.csv line 1: there is no column")
    assert words in error


TICKETS = [
    {"id": 7, "subject": "Cover", "requester": {"name": "Ann"}, "via": {"channel": "mail"}, "role": "end-user",
     "comments": [{"body": "It drips"}, {"body": "Still"}], "created": 1772460300},
    {"id": 8, "subject": "Re: Cover", "requester": {"name": "Bo"}, "via": {"channel": "mail"}, "role": "Agent",
     "comments": [{"body": "Thank you for writing"}], "created": 1772460301},
    {"id": 9, "subject": "", "requester": None, "via": {"channel": "phone"}, "role": "END-USER", "comments": []},
]  # fmt: skip


def test_tickets_with_nested_records_and_without_the_agents_words(tmp_path: Path) -> None:
    columns = {"text": ("comments.body",), "author": ("requester.name",), "thread": ("id",), "url": ()}
    posts, errors = read(jsonl_file(tmp_path, *TICKETS), PostKind.TICKET, columns, only="role=end-user")
    (one,) = posts
    assert (one.body, one.title, one.author, one.thread) == ("It drips\n\nStill", "Cover", "Ann", "7")
    assert errors == ["a.jsonl line 3: there are no words in it -> look at 'comments.body'"]
    only = ("via.channel=mail", "via.channel=chat")
    assert len(read(jsonl_file(tmp_path, *TICKETS), PostKind.TICKET, columns, only=only)[0]) == 2


MEASURES: list[tuple[PostKind, dict[str, object], dict[str, Any], tuple[str | None, float | None, int]]] = [
    (PostKind.REVIEW, {"review": "x", "stars": "4/5"}, {}, ("rating", 4.0, 0)),
    (PostKind.REVIEW, {"review": "x", "rating": "★★★☆☆"}, {}, ("rating", 3.0, 0)),
    (PostKind.REVIEW, {"review": "x", "Star Rating": 5, "helpful": 3}, {}, ("rating", 5.0, 3)),
    (PostKind.SURVEY, {"text": "x", "Customer Effort Score": "2 (easy)"}, {}, ("ces", 2.0, 0)),
    (PostKind.SURVEY, {"text": "x", "CSAT": "80 %"}, {}, ("csat", 80.0, 0)),
    (PostKind.SURVEY, {"text": "x", "netPromoterScore": 10}, {}, ("nps", 10.0, 0)),
    (PostKind.SURVEY, {"text": "x", "score": 80}, {"metric": "csat"}, ("csat", 80.0, 0)),
    (PostKind.SURVEY, {"text": "x", "score": 5, "metric": "CES"}, {}, ("ces", 5.0, 0)),
    (PostKind.SURVEY, {"text": "x", "score": ""}, {"metric": "ces"}, ("ces", None, 0)),
    (PostKind.TICKET, {"text": "x", "score": 5}, {}, (None, None, 0)),
    (PostKind.TICKET, {"text": "x", "score": "4 out of 5"}, {"metric": "csat"}, ("csat", 4.0, 0)),
    (PostKind.FORUM, {"text": "x", "score": 5}, {}, (None, None, 5)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "record", "options", "want"), MEASURES)
def test_scores(
    kind: PostKind, record: dict[str, object], options: dict[str, Any], want: tuple[str | None, float | None, int]
) -> None:
    post = read_record(record, source="in", kind=kind, layout=layout_of(declared(**options)))
    assert post is not None
    assert (post.metric, post.score, post.likes) == want


@pytest.mark.parametrize("shown", ["abc", "good", "nan", "-1", "11", "#VALUE!"])
def test_a_score_that_is_none_is_told(shown: str) -> None:
    with pytest.raises(InputError, match="nps"):
        read_record({"text": "x", "nps": shown}, source="in", kind=PostKind.SURVEY)


def test_a_declared_column_is_taken_for_nothing_else() -> None:
    layout = layout_of(declared({"title": ("comment",), "text": ("message",), "author": ()}))
    post = read_record({"comment": "T", "message": "B", "name": "n"}, source="in", kind=PostKind.TICKET, layout=layout)
    assert post is not None
    assert (post.title, post.body) == ("T", "B")


# --- dates

DATES = [
    ("2026-03-02T14:05:00Z", {}, "2026-03-02T14:05"),
    ("2026-03-02 14:05", {"timezone": "Europe/Berlin"}, "2026-03-02T13:05"),
    ("1772460300", {"timezone": "Europe/Berlin"}, "2026-03-02T14:05"),
    ("46083.5868055556", {"timezone": "Europe/Berlin"}, "2026-03-02T13:05"),
    ("02.03.2026 14:05", {}, "2026-03-02T14:05"),
    ("Mar 2, 2026 2:05 PM", {}, "2026-03-02T14:05"),
    ("2 März 2026", {}, "2026-03-02T00:00"),
    ("25/03/2026", {}, "2026-03-25T00:00"),
    ("3/25/26 14:05", {}, "2026-03-25T14:05"),
    ("03/02/2026", {"date_formats": "%m/%d/%Y"}, "2026-03-02T00:00"),
    ("03/02/2026", {"date_formats": "%d/%m/%Y"}, "2026-02-03T00:00"),
    ("03/03/2026", {}, "2026-03-03T00:00"),
    ("03/02/2026", {}, "can mean two days"),
    ("03/02/2026 10:00", {"date_formats": "%d/%m/%Y"}, "can mean two days"),
    ("2 days ago", {}, "is no date"),
    ("14 March", {}, "is no date"),
    ("12:30", {}, "is no date"),
]


@pytest.mark.parametrize(("shown", "options", "want"), DATES)
def test_dates_are_read_or_told_never_guessed(shown: str, options: dict[str, Any], want: str) -> None:
    layout, record = layout_of(declared(**options)), {"text": "x", "date": shown}
    if want.startswith("2"):
        post = read_record(record, source="in", kind=PostKind.SURVEY, layout=layout)
        assert post is not None
        assert post.created_at is not None
        assert f"{post.created_at:%Y-%m-%dT%H:%M}" == want
    else:
        with pytest.raises(InputError, match=want):
            read_record(record, source="in", kind=PostKind.SURVEY, layout=layout)


def test_one_clear_date_tells_how_the_whole_file_writes_them(tmp_path: Path) -> None:
    posts, errors = read(csv_file(tmp_path, "text,date\na,03/02/2026\nb,25/02/2026\n"))
    assert [post.created_at.day for post in posts if post.created_at] == [3, 25]
    posts, errors = read(csv_file(tmp_path, "text,date\na,03/02/2026\nb,25/02/2026\nc,02/25/2026\n"))
    assert (len(posts), len(errors)) == (2, 1)  # a file of two minds: what is unclear is told


def test_a_day_and_a_time_in_two_columns(tmp_path: Path) -> None:
    columns = {"created_at": ("Day", "Hour")}
    want = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
    rows = (("Comment", "Day", "Hour"), ("x", date(2026, 3, 2), time(14, 5)))
    for path in (csv_file(tmp_path, "comment,day,hour\nx,2026-03-02,14:05\n"), sheet_file(tmp_path, *rows)):
        (post,) = read(path, columns=columns)[0]
        assert post.created_at == want


# --- tables

HEADS = {
    "a title above": "NPS export,,\n\nid,comment,nps\n1,good,9\n",
    "delimiter declared": "sep=;\nid;comment;nps\n1;good;9\n",
    "commas in names": '"id;a,b,c";comment;nps\n1;good;9\n',
    "a name over two lines": 'id,comment,"nps\n"\n1,good,9\n',
    "blank rows and columns": "id,comment,,nps,\n,,,,\n1,good,,9,\n\n",
    "more than we know": "id,colour,comment,size,nps\n1,red,good,5,9\n",
    "pipes": "id|comment|nps\n1|good|9\n",
    "a second comment": "id,comment,comment,nps\n1,good,bad,9\n",
}


@pytest.mark.parametrize("name", HEADS)
def test_headers_of_csv_files(tmp_path: Path, name: str) -> None:
    posts, errors = read(csv_file(tmp_path, HEADS[name]))
    assert [(post.body, post.score) for post in posts] == [("good", 9.0)]
    assert errors == []


def test_a_header_below_titles_can_be_declared(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "text,this is a title\n\nnonsense,more\nq1,q2\ngood,9\n")
    columns = {"text": ("q1",), "score": ("q2",)}
    assert [post.body for post in read(path, columns=columns)[0]] == ["good"]
    assert [post.body for post in read(path, columns=columns, header_row=4)[0]] == ["good"]
    assert read(path, columns=columns, header_row=3)[1][0].startswith("a.csv line 3: there is no column 'q1'")
    columns = {"text": ("comment (2)",)}
    assert read(csv_file(tmp_path, HEADS["a second comment"]), columns=columns)[0][0].body == "bad"


def test_commas_in_the_only_column_are_no_second_header(tmp_path: Path) -> None:
    posts, errors = read(csv_file(tmp_path, "text\nI like it, really\nfine\n"))
    assert [post.body for post in posts] == ["fine"]
    assert "line 2" in errors[0]


# --- workbooks

WHEN = datetime(2026, 3, 2, 14, 5)  # noqa: DTZ001 -- a cell knows no zone


def test_a_workbook_with_formulas_dates_and_bad_rows(tmp_path: Path) -> None:
    rows = (
        ("Response Id", "Comment", "NPS", "Date", "Email"),
        (1001, "The cover drips", ("=1+2", 3), WHEN, "ann@house.test"),
        (1002, ('=CONCAT("so ","good")', "so good"), 9, WHEN, None),
        (1003, "too much", 11, WHEN, None),
        (),
        (1004, ("=NOPE()", "#NAME?"), 3, WHEN, None),
        (1005, "no date", 3, "soon", None),
        (1006, None, ("=NA()", "#N/A"), WHEN, None),
        (1007, "last", None, None, None),
    )
    posts, errors = read(sheet_file(tmp_path, *rows), timezone="Europe/Berlin")
    told = [(post.native_id, post.body, post.score) for post in posts]
    assert told == [("1001", "The cover drips", 3.0), ("1002", "so good", 9.0), ("1007", "last", None)]
    assert posts[0].created_at == datetime(2026, 3, 2, 13, 5, tzinfo=UTC)
    assert posts[0].author == "ann@house.test"
    assert [error.split(":")[0] for error in errors] == [f"a.xlsx line {n}" for n in (4, 6, 7, 8)]
    assert "#NAME?, a spreadsheet's error" in errors[1]


MERGED: dict[str, tuple[tuple[str, ...], Sequence[Sequence[object]], Columns]] = {
    "groups above": (
        ("A1:B1", "C1:D1"),
        (("Customer", None, "Answer", None), ("Id", "Name", "Comment", "NPS"), (1, "Ann", "drips", 3)),
        {},
    ),
    "names over two rows": (
        ("A1:A2", "B1:B2", "C1:D1"),
        (("Id", "Comment", "Scores", None), (None, None, "NPS", "CSAT"), (1, "drips", 3, 5)),
        {},
    ),
    "the same name in two groups": (
        ("A1:A2", "B1:B2", "C1:D1", "E1:F1"),
        (("Id", "Comment", "CSAT survey", None, "NPS survey", None), (None, None, "Score", "Day", "Score", "Day"),
         (1, "drips", 5, WHEN, 3, WHEN)),
        {"score": ("NPS survey / Score",), "created_at": ("nps survey / day",)},
    ),
    "a title over all": (
        ("A1:D1",),
        (("Export of March", None, None, None), ("Id", "Name", "Comment", "NPS"), (1, "Ann", "drips", 3)),
        {},
    ),
    "a title and space": (
        ("A1:C1",), (("Export of March", None, None), (), (), ("Id", "Comment", "NPS"), (1, "drips", 3)), {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MERGED)
def test_merged_headers(tmp_path: Path, name: str) -> None:
    merged, rows, columns = MERGED[name]
    posts, errors = read(sheet_file(tmp_path, *rows, merged=merged), columns=columns)
    assert [(post.native_id, post.body, post.metric, post.score) for post in posts] == [("1", "drips", "nps", 3.0)]
    assert errors == []


def test_sheets(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        for name in ("Read me", "March", "April", "Hidden"):
            page = book.add_worksheet(name)
            page.write_row(0, 0, ("Nothing",) if name == "Read me" else ("id", "text"))
            page.write_row(1, 0, (name, name))
        page.hide()
        page.write_row(2, 0, ("id only",))
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=March!$A$1:$A$2"})
        book.add_chartsheet("Chart").set_chart(chart)
    path = tmp_path / "a.xlsx"
    assert [post.body for post in read(path)[0]] == ["March", "April"]
    posts, errors = read(path, sheet="hidden")
    assert [post.body for post in posts] == ["Hidden"]
    assert errors == ["a.xlsx line 3: there are no words in it -> " + errors[0].partition(" -> ")[2]]
    assert "its sheets are Read me, March, April, Hidden" in read(path, sheet="May")[1][0]
    assert "names no column that we know" in read(path, sheet="Read me")[1][0]


def test_a_workbook_that_lies_about_its_size_is_read_whole(tmp_path: Path) -> None:
    path = sheet_file(tmp_path, ("id", "text"), *((n, f"t{n}") for n in range(1200)))
    book = openpyxl.load_workbook(path)
    book.active.sheet_view.tabSelected = True
    book.save(path)
    raw = _changed(path, "xl/worksheets/sheet1.xml", b"A1:B1201", b"A1")
    path.write_bytes(raw)
    assert len(read(path)[0]) == 1200


def _changed(path: Path, part: str, old: bytes, new: bytes) -> bytes:
    import zipfile  # noqa: PLC0415 -- for this test only

    out = io.BytesIO()
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(out, "w") as copy:
        for name in book.namelist():
            body = book.read(name)
            if name == part:
                assert old in body
                body = body.replace(old, new)
            copy.writestr(name, body)
    return out.getvalue()


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [(b"<v>1199</v>", b"<v>99999</v>", 598), (b"</sheetData>", b"</sheetDatum>", 1200), (b"<sheetData>", b"<", 0)],
)
def test_a_damaged_workbook_says_where(tmp_path: Path, old: bytes, new: bytes, kept: int) -> None:
    path = sheet_file(tmp_path, ("id", "text"), *((f"i{n}", f"t{n}") for n in range(1200)))
    path.write_bytes(_changed(path, "xl/worksheets/sheet1.xml", old, new))
    posts, errors = read(path)
    assert len(posts) == kept
    assert "damaged" in errors[-1]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no Excel workbook"),
        (b"PK\x03\x04half", "no Excel workbook"),
        (b"id,text\n1,x\n", "no Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 64, "has a password"),
    ],
)
def test_what_is_no_workbook_says_why(tmp_path: Path, body: bytes, words: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(body)
    posts, errors = read(tmp_path / "a.xlsx")
    assert posts == []
    (error,) = errors
    assert words in error


def test_a_packed_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listening.sources.importer_workbook.LARGEST", 1000)
    assert "unpacked it has" in read(sheet_file(tmp_path, ("text",), ("x",)))[1][0]


# --- two customers, one answer


def test_answers_without_a_name_or_id_are_counted_and_stay(tmp_path: Path) -> None:
    text = "comment,nps,date\nok,9,2026-03-02\nok,9,2026-03-02\nok,8,2026-03-02\n"
    first = [post.native_id for post in read(csv_file(tmp_path, text))[0]]
    assert len(set(first)) == 3
    again = [post.native_id for post in read(csv_file(tmp_path, text + "ok,9,2026-03-02\n"))[0]]
    assert again[:3] == first
    assert len(set(again)) == 4
    forum = [post.native_id for post in read(csv_file(tmp_path, text), PostKind.FORUM)[0]]
    assert len(set(forum)) == 2
    signed = read(csv_file(tmp_path, "comment,customer\nok,C-1\nok,C-1\n"))[0]
    assert signed[0].native_id == signed[1].native_id


# --- in sources.toml


def test_columns_are_declared_in_sources_toml(tmp_path: Path) -> None:
    path = csv_file(tmp_path, SURVEY)
    block = {
        "kind": "file",
        "path": str(path),
        "post_kind": "survey",
        "metric": "nps",
        "columns": {"text": ["Q2 - Why?", "Q3 - What else?"], "score": "Q1 - NPS", "url": ""},
    }
    mistakes: list[str] = []
    (conf,) = read_sources({"sources": {"it": block}}, mistakes)
    assert (mistakes, check_config(conf)) == ([], [])
    kept = Kept().night(conf)
    assert {post.score for post in kept.posts.values()} == {3.0, 10.0}
    assert len(kept.warnings) == 2
    assert kept.night(conf).yielded == 0
    (other,) = read_sources(
        {"sources": {"it": block | {"columns": {"text": "Q2 - Why?", "score": "Q1 - NPS"}}}}, mistakes
    )
    assert kept.night(other).yielded == 2  # another map reads the file anew
    assert {post.body for post in kept.posts.values()} == {"The cover drips", "Great"}


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("x", "should be"),
        ({"text": 5}, "columns.text: should be a column's name"),
        ({"text": ["a", 5]}, "columns.text"),
    ],
)
def test_columns_of_the_wrong_type(columns: object, words: str) -> None:
    mistakes: list[str] = []
    read_sources({"sources": {"it": {"kind": "file", "columns": columns}}}, mistakes)
    assert words in "\n".join(mistakes)


@pytest.mark.parametrize(
    ("conf", "words"),
    [
        (declared({"txt": ("a",)}, path="a.csv"), "columns.txt: no such field; did you mean 'text'?"),
        (declared(path="a.csv", timezone="Europa/Berlin"), "is no time zone"),
        (declared(path="a.csv", only="role"), "should be written as column=value"),
        (declared(path="a.csv", header_row="3"), "should be int"),
        (SourceConfig("in", "feed", "https://a.test", columns={"text": ("a",)}), "only kind 'file' has columns"),
    ],
)
def test_mistakes_of_a_block_are_told(conf: SourceConfig, words: str) -> None:
    assert words in "; ".join(check_config(conf))


def test_all_mistakes_at_once() -> None:
    with pytest.raises(SettingsError, match=r"columns.txt.*no time zone"):
        layout_of(declared({"txt": ("a",)}, timezone="nowhere"))


ANY = st.one_of(st.none(), st.booleans(), st.integers(-9, 60000), st.floats(), st.text(max_size=9), st.lists(st.none()))


@given(
    st.dictionaries(st.sampled_from(["text", "nps", "date", "id", "Score", "likes", "a.b"]), ANY),
    st.sampled_from(PostKind),
)
def test_no_record_raises_but_an_input_error(record: dict[str, object], kind: PostKind) -> None:
    layout = layout_of(declared({"url": ("a.b.c",)}))
    with suppress(InputError):
        post = read_record(record, source="in", kind=kind, layout=layout)
        assert post is None or post.body or post.title or post.score is not None


def test_a_file_as_a_source_may_be_a_workbook(tmp_path: Path) -> None:
    path = sheet_file(tmp_path, ("id", "text"), (1, "one"), (2, None), (3, "three"))
    kept = Kept().night(config("file", str(path), post_kind="ticket"))
    assert [post.body for post in kept.posts.values()] == ["one", "three"]
    assert "a.xlsx line 3: there are no words in it" in kept.warnings[0]


def test_no_damaged_workbook_raises(tmp_path: Path) -> None:
    whole = sheet_file(tmp_path, ("id", "text", "date"), *((n, f"t{n}", WHEN) for n in range(40))).read_bytes()
    chance = random.Random(5)  # noqa: S311 -- no secret
    for _ in range(60):
        body = bytearray(whole)
        for _ in range(chance.randint(1, 30)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        (tmp_path / "b.xlsx").write_bytes(bytes(body))
        posts, errors = read(tmp_path / "b.xlsx")
        assert len(posts) + len(errors) > 0


# --- exports as programs write them


def test_a_list_in_one_json_file_is_read_like_lines(tmp_path: Path) -> None:
    rows = [{"reviewId": "a1", "userName": "Ann", "content": "It broke", "score": 2, "at": "2026-05-04 08:07:00"}]
    for name, whole in (("a.json", rows), ("b.jsonl", rows), ("c.json", {"reviews": rows, "total": 1})):
        for indent in (None, 2):
            (tmp_path / name).write_text(json.dumps(whole, indent=indent), encoding="utf-8")
            posts, wrong = read(tmp_path / name, PostKind.REVIEW)
            assert [(one.native_id, one.body, one.score) for one in posts] == [("a1", "It broke", 2.0)]
            assert wrong == []


def test_an_object_of_one_json_file_is_one_record_and_a_bad_list_names_its_record(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{\n "id": 1,\n "comment": "It broke"\n}', encoding="utf-8")
    assert [one.body for one in read(tmp_path / "a.json")[0]] == ["It broke"]
    (tmp_path / "b.json").write_text('[{"id": 1, "comment": "It broke"}, 7]', encoding="utf-8")
    posts, wrong = read(tmp_path / "b.json")
    assert len(posts) == 1
    assert "b.json record 2: no JSON object" in wrong[0]


def test_lines_of_an_old_mac_are_lines(tmp_path: Path) -> None:
    path = csv_file(tmp_path, 'id,date,comment\r1,2026-05-04,hello there\r2,2026-05-05,"two\nlines"\r')
    assert [(one.native_id, one.body) for one in read(path)[0]] == [("1", "hello there"), ("2", "two\nlines")]


def test_a_scale_or_a_zone_in_a_header_is_no_part_of_its_name(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "ID ,Review Content,Review Created (UTC),Score (0-10)\n1,It broke,2026-05-04 08:07,9\n")
    posts, wrong = read(path)
    assert wrong == []
    assert [(one.body, one.score, one.metric) for one in posts] == [("It broke", 9.0, "nps")]
    assert posts[0].created_at == datetime(2026, 5, 4, 8, 7, tzinfo=UTC)
    noted = csv_file(tmp_path, "id,comment (internal),comment\n1,do not tell,It broke\n")
    assert [one.body for one in read(noted)[0]] == ["It broke"]


def test_german_days_in_a_file_of_semicolons_are_days(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "\ufeffid;datum;kommentar;nps\n1;12.05.2026;Schade;3,0\n2;04.05.2026;Gut;9,5\n")
    posts, wrong = read(path)
    assert wrong == []
    told = [(one.created_at and one.created_at.date(), one.score) for one in posts]
    assert told == [(date(2026, 5, 12), 3.0), (date(2026, 5, 4), 9.5)]
