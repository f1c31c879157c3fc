"""The review pack on the board: download it in every format, give a filled-in workbook back by way of a preview."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import date

import pytest
from round_trip_nouns import edited, fill
from web_nouns import Browser

from listening.store import Store, reads
from listening.web.pages.pack import FORMATS

pytest_plugins = ("store_fixtures", "web_fixtures")
Clients = Callable[[str], Browser]
PERIOD = "?since=2026-01-01&until=2026-03-31"


def workbook(browser: Browser, **cells: object) -> bytes:
    content = browser.get(f"/pack/xlsx{PERIOD}").content
    return edited(content, lambda book: fill(book, {("pp-1", head): value for head, value in cells.items()}))


def upload(browser: Browser, path: str, content: bytes = b"", **form: str) -> str:
    files = {"file": ("q1 <b>.xlsx", content)} if content else {"nothing": ("", b"")}
    answer = browser.http.post(path, data={"csrf": browser.csrf, **form}, files=files)
    assert answer.status_code in (200, 422), answer.text
    return answer.text


@pytest.mark.parametrize("ending", [one for one in FORMATS if one != "pdf"])
def test_each_format_is_a_file_to_keep(client: Clients, ending: str) -> None:
    answer = client("viewer").get(f"/pack/{ending}{PERIOD}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="review-bikes-2026-03-31.{ending}"'
    assert answer.headers["content-type"] == FORMATS[ending][2]
    assert len(answer.content) > 300
    if ending == "json":
        assert {one["id"] for one in json.loads(answer.content)["pain_points"]} == {"pp-1", "pp-2"}


@pytest.mark.parametrize("path", ["/pack/exe", "/pack/json?since=x", "/pack/json?since=2026-02-01&until=2026-01-01"])
def test_what_cannot_be_is_said(client: Clients, path: str) -> None:
    assert client("viewer").get(path).status_code in (404, 422, 400)


def test_a_workbook_is_previewed_and_then_applied(client: Clients, board_store: Store) -> None:
    editor = client("editor")
    page = upload(editor, "/pack/preview", workbook(editor, Owner="Bob", Name='<script>alert("x")</script>'))
    assert "2 changes to apply" in page
    assert "q1 &lt;b&gt;.xlsx" in page
    assert "<script>alert" not in page
    assert reads.point(board_store, "pp-1").owner == "ann"
    held = re.findall(r'name="held" value="([^"]+)"', page)[0]
    assert "2 changes of the workbook were applied." in upload(editor, "/pack/apply", held=held)
    assert reads.point(board_store, "pp-1").owner == "bob"
    assert {one.who for one in reads.ledger(board_store, "pp-1")} == {"listening", "editor"}


@pytest.mark.parametrize(("head", "value"), [("Importance", 5), ("Cost", 1), ("Ease", 3), ("Due", date(2026, 5, 1))])
def test_numbers_and_days_are_previewed_too(client: Clients, head: str, value: object) -> None:
    editor = client("editor")
    page = upload(editor, "/pack/preview", workbook(editor, **{head: value}))
    assert "1 change to apply" in page
    assert f"<bdi>{value}</bdi>" in page


def test_conflicts_and_refusals_are_shown_with_their_mend(client: Clients) -> None:
    editor = client("editor")
    content = workbook(editor, Owner="Nobody", Department="x")
    page = upload(editor, "/pack/preview", content)
    assert "0 changes to apply" in page
    assert "no owner &#39;Nobody&#39; on the map" in page
    first, second = workbook(editor, Department="mine"), workbook(editor, Department="theirs")
    upload(editor, "/pack/apply", first)
    assert "Conflicts" in upload(editor, "/pack/preview", second)


@pytest.mark.parametrize("content", [b"not a workbook", b"PK\x03\x04"])
def test_what_is_no_workbook_is_refused_with_the_reason(client: Clients, content: bytes) -> None:
    assert "it is no Excel workbook" in upload(client("editor"), "/pack/preview", content)


@pytest.mark.parametrize("held", ["%%%", base64.b64encode(b"no workbook").decode()])
def test_a_broken_apply_changes_nothing(client: Clients, board_store: Store, held: str) -> None:
    before = reads.ledger(board_store)
    upload(client("editor"), "/pack/apply", held=held)
    assert reads.ledger(board_store) == before


def test_a_viewer_sees_downloads_but_no_upload(client: Clients) -> None:
    page = client("viewer").get("/pack").text
    assert "Give the filled-in workbook back" not in page
    assert page.count("formaction=") == len(FORMATS)
    assert "Give the filled-in workbook back" in client("editor").get("/pack").text
