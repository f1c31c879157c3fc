"""Dates as forums of many languages show them, and which number is the day."""

# ruff: noqa: RUF001 -- letters of other alphabets are meant
from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.sources.date_words import MONTHS, fold
from listening.sources.dates import EARLIEST, find_date, find_moment, writes_day_first

NOW = datetime(2026, 3, 20, 3, 0, tzinfo=UTC)  # a Friday

SHOWN = [
    # numbers
    ("2016-03-11 02:09:43", "2016-03-11T02:09"),
    ("03.03.2011, 14:17", "2011-03-03T14:17"),
    ("04-25-2015, 09:47 PM", "2015-04-25T21:47"),
    ("am 26/10/13, 03:48 pm", "2013-10-26T15:48"),
    ("2010-04-17 13:16:39 -0500", "2010-04-17T18:16"),
    ("15.11.2015 17.09", "2015-11-15T17:09"),
    ("10/11/2012 at 3:00", "2012-11-10T03:00"),
    ("2014-02-07 10:53:03Z, License: CC BY-SA 3.0", "2014-02-07T10:53"),
    # month names
    ("Nov 15, 2015 at 5:09 PM", "2015-11-15T17:09"),
    ("Posted: January 20th, 2016, 6:40 pm", "2016-01-20T18:40"),
    ("« Reply #3 on: May 04, 2012, 01:12:33 am »", "2012-05-04T01:12"),
    ("on April 24, 2016, 22:38:43 PM", "2016-04-24T22:38"),
    ("Thu May 12 10:15:00 2011", "2011-05-12T10:15"),
    ("Mon 13 Jun '16, 3:08pm", "2016-06-13T15:08"),
    ("Posted 15 May 2014 - 03:21 PM", "2014-05-15T15:21"),
    ("05-Mar-2013 04:12 PM", "2013-03-05T16:12"),
    ("1 Sep 2014, 9pm", "2014-09-01T21:00"),
    ("Re: 3/4/2012 thing » Sun May 26, 2019 4:34 pm", "2019-05-26T16:34"),
    # other languages
    ("12. Dezember 2014 um 10:11 Uhr", "2014-12-12T10:11"),
    ("Do 5. Mär 2015, 17:33", "2015-03-05T17:33"),
    ("le 12 août 2014 à 14h05", "2014-08-12T14:05"),
    ("lun. 05 janv. 2015 18:21", "2015-01-05T18:21"),
    ("5 de marzo de 2013, 10:20", "2013-03-05T10:20"),
    ("2 Diciembre 2014 a las 3:05 PM", "2014-12-02T15:05"),
    ("3 gennaio 2013, 09:00", "2013-01-03T09:00"),
    ("7 mei 2012 om 20:15", "2012-05-07T20:15"),
    ("3. maaliskuuta 2015 klo 12.34", "2015-03-03T12:34"),
    ("pon 15 lis 2010, 12:15", "2010-11-15T12:15"),
    ("20 мая 2015, 14:33", "2015-05-20T14:33"),
    ("15 Mayıs 2015 12:30", "2015-05-15T12:30"),
    ("12 Tháng 3, 2015", "2015-03-12T00:00"),
    ("2016/03/11(金) 02:09:43", "2016-03-11T02:09"),
    ("2016年3月11日 午後2:09", "2016-03-11T14:09"),
    ("2016년 3월 11일 오후 2:09", "2016-03-11T14:09"),
    ("١٢ مارس ٢٠١٥", "2015-03-12T00:00"),
    # beside tonight
    ("Today at 2:11 AM", "2026-03-20T02:11"),
    ("Gestern, 18:22", "2026-03-19T18:22"),
    ("Hier à 12:30", "2026-03-19T12:30"),
    ("yesterday", "2026-03-19T00:00"),
    ("Monday at 5:09 PM", "2026-03-16T17:09"),
    ("Montag um 14:05", "2026-03-16T14:05"),
    ("11:32AM", "2026-03-19T11:32"),
    ("Dec 24", "2025-12-24T00:00"),
    ("just now", "2026-03-20T03:00"),
    ("5 mins ago", "2026-03-20T02:55"),
    ("3h", "2026-03-20T00:00"),
    ("1 hour, 20 minutes ago", "2026-03-20T01:40"),
    ("1 day 4 hours ago", "2026-03-18T23:00"),
    ("vor einem Tag", "2026-03-19T03:00"),
    ("vor 2 Stunden", "2026-03-20T01:00"),
    ("il y a 3 jours", "2026-03-17T03:00"),
    ("hace 5 días", "2026-03-15T03:00"),
    ("há 2 semanas", "2026-03-06T03:00"),
    ("3 giorni fa", "2026-03-17T03:00"),
    ("2 uur geleden", "2026-03-20T01:00"),
    ("för 3 dagar sedan", "2026-03-17T03:00"),
    ("2 godziny temu", "2026-03-20T01:00"),
    ("3 дня назад", "2026-03-17T03:00"),
    ("6 hari-hari, 13 jam yang lalu", "2026-03-13T14:00"),
    ("3日前", "2026-03-17T03:00"),
    ("5 小时前", "2026-03-19T22:00"),
    ("2시간 전", "2026-03-20T01:00"),
    ("vor mehr als 2 Stunden", "2026-03-20T01:00"),
    ("hace aproximadamente 2 horas", "2026-03-20T01:00"),
    ("il y a 2 j", "2026-03-18T03:00"),
    ("il y a moins d'une minute", "2026-03-20T02:59"),
    ("il y a quelques secondes", "2026-03-20T03:00"),
    ("un'ora fa", "2026-03-20T02:00"),
    ("godzinę temu", "2026-03-20T02:00"),
    ("przed 5 minutami", "2026-03-20T02:55"),
    ("przed chwilą", "2026-03-20T03:00"),
    ("час назад", "2026-03-20T02:00"),
    ("21 минуту назад", "2026-03-20T02:39"),
    ("неделю назад", "2026-03-13T03:00"),
    ("2 ч. назад", "2026-03-20T01:00"),
    ("позавчера в 14:02", "2026-03-18T14:02"),
    ("anteayer 14:02", "2026-03-18T14:02"),
    ("przedwczoraj, 14:02", "2026-03-18T14:02"),
    ("一昨日 14:02", "2026-03-18T14:02"),
]


@pytest.mark.parametrize(("shown", "want"), SHOWN)
def test_dates_of_many_tongues(shown: str, want: str) -> None:
    found = find_moment(shown, now=NOW)
    assert found is not None
    assert found.isoformat()[:16] == want


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "Posts: 26",
        "Join Date: Jan 2005",
        "10.0.0.1",
        "3 replies",
        "Level 12",
        "July 2013",
        "may be",
        "31.02.2015",
        "99-99-2016",
        "un jour, un autre jour",
        "каждый час",
    ],
)
def test_what_is_no_date(shown: str) -> None:
    assert find_moment(shown, now=NOW) is None


@pytest.mark.parametrize(
    ("shown", "exact"),
    [("3 hours ago", "relative"), ("4 May 2015", "day"), ("4 May 2015 10:00", "time"), ("2015-05-04T10:00", "time")],
)
def test_how_exact_a_date_is(shown: str, exact: str) -> None:
    found = find_date(shown, now=NOW)
    assert found is not None
    assert found.exact == exact


def test_the_sites_zone_and_a_shown_offset_count() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert find_moment("04.07.2025, 14:00", now=NOW, zone=berlin) == datetime(2025, 7, 4, 12, tzinfo=UTC)
    assert find_moment("Today, 01:30 AM", now=NOW, zone=berlin) == datetime(2026, 3, 20, 0, 30, tzinfo=UTC)
    assert find_moment("2025-07-04 14:00 +0100", now=NOW, zone=berlin) == datetime(2025, 7, 4, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("everywhere", "in_order", "language", "want"),
    [
        (["05/04/2015", "25/04/2015"], [], "", True),
        (["05/04/2015", "04/25/2015"], [], "", False),
        (["03/04/2026"], ["03/04/2026"], "", False),  # read with the day first it would be to come
        (["03/04/2015"], ["03/04/2015", "04/04/2015", "02/05/2015"], "", True),  # a thread goes forward
        (["03/04/2015"], ["03/04/2015"], "en-US", False),
        (["03/04/2015"], ["03/04/2015"], "en-GB", None),
    ],
)
def test_which_number_is_the_day(everywhere: list[str], in_order: list[str], language: str, want: bool | None) -> None:
    assert writes_day_first(everywhere, in_order, language, NOW) is want


def test_the_page_decides_over_the_marks() -> None:
    assert find_moment("03/04/2015 10:00", now=NOW, day_first=False) == datetime(2015, 3, 4, 10, tzinfo=UTC)
    assert find_moment("03/04/2015 10:00", now=NOW, day_first=True) == datetime(2015, 4, 3, 10, tzinfo=UTC)
    assert find_moment("25/04/2015 10:00", now=NOW, day_first=False) == datetime(2015, 4, 25, 10, tzinfo=UTC)


def test_every_month_of_the_table_is_read_back() -> None:
    for word, month in MONTHS.items():
        found = find_moment(f"12 {word} 2015", now=NOW)
        assert found is not None, word
        assert (found.month, found.day) == (month, 12), word


@given(st.text(max_size=120))
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    found = find_moment(text, now=NOW)
    assert found is None or found >= EARLIEST
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="0123456789:/.- apmjanmrtvoeuil,'年月日前агоh", max_size=60))
def test_no_mix_of_date_letters_breaks_it(text: str) -> None:
    found = find_moment(text, now=NOW)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("shown", "moment"),
    [
        ("12.05.2026", "2026-05-12T00:00"),
        ("04.05.2026", "2026-05-04T00:00"),
        ("12.05.26", "2026-05-12T00:00"),
        ("31.12.2025", "2025-12-31T00:00"),
        ("12 \u043d\u043e\u044f\u0431\u0440\u044f 2025 \u0433. \u0432 8:07", "2025-11-12T08:07"),
        ("08:07:15.250", "2026-07-01T08:07"),
    ],
)
def test_a_day_in_dots_is_no_time_of_today(shown: str, moment: str) -> None:
    found = find_moment(shown, now=datetime(2026, 7, 1, 12, tzinfo=UTC))
    assert found is not None
    assert found.isoformat()[:16] == moment
