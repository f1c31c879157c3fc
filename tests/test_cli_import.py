"""`listening import`: exports of the own house into the store, by what their columns are called or declared to be."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import xlsxwriter
from cli_nouns import Run

pytest_plugins = ("cli_fixtures",)
SURVEY = (
    "Respondent,When,Recommend us?,Why?,Anything else?,Role\n"
    "C-1,03/02/2026,3,The rain cover drips,Please mend it,end-user\n"
    "C-2,04/02/2026,10 - sure,All is well,,end-user\n"
    "C-3,05/02/2026,99,A wrong score,,end-user\n"
    "A-1,05/02/2026,1,Thank you for writing,,agent\n"
)
HOW = ("--column", "text=Why?", "--column", "text=Anything else?", "--column", "score=Recommend us?",
       "--column", "created_at=When", "--date-format", "%d/%m/%Y", "--timezone", "Europe/Berlin",
       "--only", "Role=end-user")  # fmt: skip


def posts(cli: Run, home: Path) -> list[dict[str, str]]:
    assert cli("export", "posts", "-o", home / "posts.csv").code == 0
    with (home / "posts.csv").open(encoding="utf-8-sig", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: row["created_at"])


def told(rows: list[dict[str, str]]) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in ("text", "metric", "score", "kind")) for row in rows]


WANTED = [("The rain cover drips\n\nPlease mend it", "nps", "3.0", "survey"), ("All is well", "nps", "10.0", "survey")]


def test_a_survey_by_declared_columns(cli: Run, bikes_home: Path) -> None:
    (bikes_home / "a.csv").write_text(SURVEY)
    got = cli("import", "a.csv", "--source", "survey", "--kind", "survey", *HOW)
    assert (got.code, got.out) == (3, "2 seen, 2 new, 0 changed, 1 not understood\n")
    assert "a.csv line 4: Recommend us? '99' is no NPS answer (0 to 10)" in got.err
    rows = posts(cli, bikes_home)
    assert told(rows) == WANTED
    assert rows[0]["created_at"].startswith("2026-02-02T23:00")


def test_its_block_in_sources_toml_says_how_to_read_it(cli: Run, bikes_home: Path) -> None:
    (bikes_home / "configs" / "sources.toml").write_text(
        '[sources.survey]\nkind = "file"\npath = "nowhere.csv"\npost_kind = "survey"\nonly = "Role=end-user"\n'
        'date_formats = "%d/%m/%Y"\n'
        '[sources.survey.columns]\ntext = ["Why?", "Anything else?"]\nscore = "Recommend us?"\ncreated_at = "When"\n'
    )
    (bikes_home / "a.csv").write_text(SURVEY)
    assert cli("import", "a.csv", "--source", "survey").code == 3
    assert told(posts(cli, bikes_home)) == WANTED
    again = cli("import", "a.csv", "--source", "survey", "--metric", "csat")
    assert again.out == "3 seen, 1 new, 0 changed, 0 not understood\n"
    assert {(row["metric"], row["score"]) for row in posts(cli, bikes_home)} == {
        ("csat", s) for s in ("3.0", "10.0", "99.0")
    }


def test_a_workbook_of_reviews(cli: Run, bikes_home: Path) -> None:
    with xlsxwriter.Workbook(bikes_home / "a.xlsx") as book:
        for name in ("Shop", "App"):
            page = book.add_worksheet(name)
            page.write_row(0, 0, ("Review Id", "Review", "Stars", "Reviewer"))
            page.write_row(1, 0, (f"{name}1", f"It drips, says the {name}", "★★☆☆☆", "ann@house.test"))
    got = cli("import", "a.xlsx", "--source", "reviews", "--kind", "review")
    assert (got.code, got.out) == (0, "2 seen, 2 new, 0 changed, 0 not understood\n")
    rows = posts(cli, bikes_home)
    assert {(row["metric"], row["score"], row["kind"]) for row in rows} == {("rating", "2.0", "review")}
    assert "ann@house" not in str(rows)
    one = cli("import", "a.xlsx", "--source", "reviews", "--kind", "review", "--sheet", "app")
    assert one.out.startswith("1 seen, 0 new")


@pytest.mark.parametrize(
    ("words", "code", "told_"),
    [
        (("--column", "text"), 2, "should be FIELD=COLUMN"),
        (("--column", "txt=Why?"), 1, "did you mean 'text'?"),
        (("--column", "text=Wy?"), 1, "did you mean 'Why?'?"),
        (("--timezone", "Mars"), 1, "is no time zone"),
        (("--header-row", "3", "--column", "text=Why?"), 1, "line 3: there is no column 'Why?'"),
        (("--kind", "poem"), 2, "poem"),
    ],
)
def test_what_cannot_be_followed_is_told_and_nothing_is_kept(
    cli: Run, bikes_home: Path, words: tuple[str, ...], code: int, told_: str
) -> None:
    (bikes_home / "a.csv").write_text(SURVEY)
    got = cli("import", "a.csv", "--source", "survey", *words)
    assert (got.code, told_ in got.err) == (code, True), got.err
    assert posts(cli, bikes_home) == []
