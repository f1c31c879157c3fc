"""Days and numbers at the end of all days and numbers break no page: they are left out, or refused with the mend."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from test_web_api import call
from web_nouns import NOON, SAMPLES, Clients

from listening.web.access import RULES
from listening.web.days import FIRST, LAST, read_day

pytest_plugins = ("store_fixtures", "web_fixtures")
PATHS = sorted(
    {re.sub(r"{(\w+)}", lambda found: SAMPLES[found[1]][0], rule.path) for rule in RULES if rule.method == "GET"}
)
HUGE = "9" * 25


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-10", date(2026, 3, 10)),
        (str(FIRST), FIRST),
        (str(LAST), LAST),
        ("0001-01-01", None),  # nothing lies before it, not even the same moment in another zone
        ("9999-12-31", None),  # nor after it
        ("2026-02-30", None),
        ("20260310", None),
        ("2026-W11-2", None),
        ("\u0662\u0660\u0662\u0666-03-10", None),  # digits, but not ours
        ("1700000000", None),
        ("", None),
    ],
)
def test_a_day(text: str, day: date | None) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize(
    "query",
    [
        f"since=0001-01-01&page={HUGE}&q=%00",
        f"until=9999-12-31&offset={HUGE}&limit={HUGE}&point=%00&who=%00",
        "since=9999-12-31&until=9999-12-31&page=-5&map=%00&stage=%00&touchpoint=%00&source=%F0%9F%98%80",
    ],
)
def test_no_page_breaks(browser: Clients, query: str) -> None:
    admin = browser("admin")
    key = {"authorization": f"Bearer {admin.key}"}
    answers = {path: admin.get(f"{path}?{query}", headers=key).status_code for path in PATHS}
    assert {path: status for path, status in answers.items() if status not in (200, 303, 404, 422)} == {}


@pytest.mark.parametrize(
    "path", [f"/map/versions/{HUGE}", f"/api/v1/map/versions/{HUGE}", "/nights/9999-12-31", "/nights/0001-01-01"]
)
def test_nor_one_by_its_path(browser: Clients, path: str) -> None:
    admin = browser("admin")
    assert admin.get(path, headers={"authorization": f"Bearer {admin.key}"}).status_code in (404, 422)


def test_a_review_looks_back(client: Clients) -> None:
    admin, today = client("admin"), NOON.date()
    for until in ("9999-12-31", str(LAST), str(today + timedelta(days=2))):
        assert call(admin, "/reviews", {"since": "2026-03-01", "until": until})[0] == 422
        assert admin.post("/reviews", since="2026-03-01", until=until).status_code == 422
    assert call(admin, "/reviews", {"since": "2026-03-01", "until": str(today)})[0] == 200
    assert admin.get("/reviews").status_code == 200
