"""Exports as the usual survey tools and help desks head them, with rows of our own: no head becomes an answer."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from listening.errors import InputError
from listening.sources import import_file
from listening.types import Post, PostKind, SourceConfig

WHY, LIKELY = "What is the main reason for your score?", "How likely are you to recommend us to a friend?"

# name: (rows, declared columns, options, (id, words, score, author) of each answer)
Told = tuple[str, str, float | None, str | None]
Case = tuple[Sequence[Sequence[str]], Mapping[str, tuple[str, ...]], Mapping[str, Any], Sequence[Told]]
IMPORT_IDS = (
    "startDate", "endDate", "status", "finished", "recordedDate", "_recordId", "recipientEmail", "QID1_NPS_GROUP",
    "QID1", "QID2_TEXT",
)  # fmt: skip
QUALTRICS = (
    ("StartDate", "EndDate", "Status", "Finished", "RecordedDate", "ResponseId", "RecipientEmail", "Q1_NPS_GROUP",
     "Q1", "Q2"),
    ("Start Date", "End Date", "Response Type", "Finished", "Recorded Date", "Response ID", "Recipient Email",
     f"{LIKELY} - Group", LIKELY, WHY),
    tuple(f'{{"ImportId":"{name}"}}' for name in IMPORT_IDS),
    ("2026-03-02 14:00:00", "2026-03-02 14:05:00", "IP Address", "True", "2026-03-02 14:05:01", "R_1aB", "ann@h.test",
     "Detractor", "3", "The cover drips"),
    ("2026-03-02 15:00:00", "2026-03-02 15:05:00", "Survey Preview", "True", "2026-03-02 15:05:01", "R_2cD", "",
     "Promoter", "10", "A trial of ours"),
    ("2026-03-03 15:00:00", "2026-03-03 15:05:00", "IP Address", "True", "2026-03-03 15:05:01", "R_3eF", "", "Passive",
     "8", ""),
)  # fmt: skip
QUALTRICS_TOLD: Sequence[Told] = [("R_1aB", "The cover drips", 3, "ann@h.test"), ("R_3eF", "", 8, None)]
ONLY = {"only": "Status=IP Address", "metric": "nps"}
MONKEY = (
    ("Respondent ID", "Collector ID", "Date Created", "Date Modified", "IP Address", "Email Address", "First Name",
     LIKELY, WHY, "Which did you use?", ""),
    ("", "", "", "", "", "", "", "Response", "Open-Ended Response", "App", "Shop"),
    ("114100", "9", "03/25/2026 02:05:00 PM", "03/25/2026 02:06:00 PM", "", "", "", "3", "The cover drips", "App", ""),
    ("114101", "9", "03/26/2026 02:05:00 PM", "03/26/2026 02:06:00 PM", "", "bo@h.test", "", "9", "Good", "", "Shop"),
)  # fmt: skip
CASES: dict[str, Case] = {
    "qualtrics by the names of its first row": (
        QUALTRICS, {"text": ("Q2",), "score": ("Q1",), "author": ("RecipientEmail",)}, ONLY, QUALTRICS_TOLD,
    ),
    "qualtrics by its questions": (
        QUALTRICS, {"text": (WHY,), "score": (LIKELY,), "author": ("Recipient Email",), "id": ("Response ID",)},
        {"only": "Response Type=IP Address", "metric": "nps"}, QUALTRICS_TOLD,
    ),
    "surveymonkey": (
        MONKEY, {"text": (WHY,), "score": (LIKELY,), "id": ("Respondent ID",), "author": ("Email Address",)}, {},
        [("114100", "The cover drips", 3, None), ("114101", "Good", 9, "bo@h.test")],
    ),
    "surveymonkey, an option of a question": (
        MONKEY,
        {"text": (WHY, "Which did you use? / Shop"), "score": (LIKELY,), "id": ("Respondent ID",), "author": ()},
        {}, [("114100", "The cover drips", 3, None), ("114101", "Good\n\nShop", 9, None)],
    ),
    "typeform": (
        (("#", LIKELY, WHY, "Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Submit Date (UTC)", "Network ID",
          "Tags"),
         ("k2x9", "2", "The cover drips", "completed", "2026-03-02 14:00:00", "", "2026-03-02 14:05:00", "a1b2", ""),
         ("k3x9", "10", "Good", "completed", "2026-03-02 14:00:00", "", "2026-03-02 14:05:00", "a1b2", "")),
        {"text": (WHY,), "score": (LIKELY,), "id": ("#",), "author": ("Network ID",)}, {},
        [("k2x9", "The cover drips", 2, "a1b2"), ("k3x9", "Good", 10, "a1b2")],
    ),
    "delighted": (
        (("Response ID", "Survey Type", "Score", "Comment", "Permalink", "Person ID", "Person Email", "Created At"),
         ("501", "nps", "2", "The cover drips", "https://s.example/r/501", "77", "ann@h.test", "1772460300"),
         ("502", "ces", "5", "Good", "https://s.example/r/502", "78", "bo@h.test", "1772460300")),
        {}, {}, [("501", "The cover drips", 2, "77"), ("502", "Good", 5, "78")],
    ),
    "zendesk tickets with what was said of their solving": (
        (("Id", "Subject", "Requester", "Requester id", "Group", "Created at", "Satisfaction Score",
          "Satisfaction Comment"),
         ("31", "Cover", "Ann", "7", "Support", "2026-03-02 14:05", "Bad", "Nobody ever answered"),
         ("32", "Cap", "Bo", "8", "Support", "2026-03-02 14:05", "Good", "Quick"),
         ("33", "Cap", "Cy", "9", "Support", "2026-03-02 14:05", "Offered", "")),
        {"title": (), "author": ("Requester id",)}, {},
        [("31", "Nobody ever answered", 0, "7"), ("32", "Quick", 100, "8")],
    ),
}  # fmt: skip


def read(path: Path, case: Case) -> tuple[list[Post], list[str]]:
    block = SourceConfig("in", "file", options=case[2], columns=case[1])
    found = list(import_file(path, source="in", kind=PostKind.SURVEY, config=block))
    return [one for one in found if isinstance(one, Post)], [str(one) for one in found if isinstance(one, InputError)]


def written(folder: Path, rows: Sequence[Sequence[str]], ending: str) -> Path:
    path = folder / f"a.{ending}"
    if ending == "xlsx":
        with xlsxwriter.Workbook(path) as book:
            page = book.add_worksheet("Answers")
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    else:
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows(rows)
    return path


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("name", CASES)
def test_an_export_gives_its_answers_and_nothing_else(tmp_path: Path, name: str, ending: str) -> None:
    case = CASES[name]
    posts, errors = read(written(tmp_path, case[0], ending), case)
    assert [(one.native_id, one.body, one.score, one.author) for one in posts] == case[3]
    assert all(one.created_at and one.created_at.date().isoformat() >= "2026-03-02" for one in posts)
    asked_only = [error for error in errors if "there are no words in it" not in error]
    assert asked_only == []
    assert len(errors) == ("zendesk" in name)  # who was asked and said nothing


def test_a_measure_stands_in_the_record(tmp_path: Path) -> None:
    case = CASES["delighted"]
    posts, _ = read(written(tmp_path, case[0], "csv"), case)
    assert [one.metric for one in posts] == ["nps", "ces"]


def test_ratings_of_a_help_desk_as_its_api_gives_them(tmp_path: Path) -> None:
    ratings = [
        {"id": 35436, "ticket_id": 208, "requester_id": 7881, "score": "bad", "comment": "It took a week",
         "created_at": "2026-03-02T14:05:00Z", "updated_at": "2026-03-02T14:05:00Z"},
        {"id": 35437, "ticket_id": 209, "requester_id": 7882, "score": "good", "comment": None,
         "created_at": "2026-03-02T14:05:00Z", "updated_at": "2026-03-02T14:05:00Z"},
    ]  # fmt: skip
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"satisfaction_ratings": ratings, "next_page": None, "count": 2}), encoding="utf-8")
    posts, errors = read(path, ((), {}, {"metric": "csat"}, ()))
    assert errors == []
    assert [(one.native_id, one.body, one.metric, one.score) for one in posts] == [
        ("35436", "It took a week", "csat", 0.0),
        ("35437", "", "csat", 100.0),
    ]
    assert posts[0].created_at == datetime(2026, 3, 2, 14, 5, tzinfo=UTC)


def test_an_answer_that_says_response_is_an_answer(tmp_path: Path) -> None:
    rows = (("id", "comment", "nps"), ("1", "Response", "3"), ("2", "response", "4"))
    posts, errors = read(written(tmp_path, rows, "csv"), (rows, {}, {}, ()))
    assert (len(posts), errors) == (2, [])
