"""The alert mail: what it says, that its headers are ours alone, and what a real mail server makes of it."""

# ruff: noqa: RUF001 -- the signs of our own pages are compared as they are

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from outputs_nouns import NOW, WHY, alert, item, quote

from listening.errors import MailError
from listening.outputs import compose
from listening.types import Alert, Interval, Measures, Reminder, Sight, SightItem

BOARD = "https://board.test/"
HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Listening-Night", "X-Listening-Pain-Points",
    "List-Unsubscribe", "MIME-Version", "Content-Type",
]  # fmt: skip


def mail(made: Alert, *, sender: str = "Listening <listening@house.test>", base_url: str = BOARD) -> EmailMessage:
    return compose(made, sender=sender, base_url=base_url, now=NOW)


def over_the_wire(message: EmailMessage) -> EmailMessage:
    """The mail as a reader's program gets it."""
    found = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def body(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


MEASURES = Measures(
    date(2026, 3, 4), date(2026, 3, 31), 24, 4, 27, 312, Interval(-0.42, -0.61, -0.23), 0.6, (), (), 2412,
    Interval(0.857, 0.685, 0.943), 4, "4 = 1 + 2 + 1",
)  # fmt: skip
DAY = date(2026, 3, 31)
SIGHT = Sight("helmets", date(2026, 3, 31), "blind", date(2026, 3, 24), ("yard",), "blind since 24 March: no words")


class TestFigures:
    def test_each_is_told_with_its_interval(self) -> None:
        told = body(mail(alert(item(measures=MEASURES, rate=Interval(9.95, 6.4, 14.8)))))
        for line in (
            "   people in four weeks  24 (4 more told you)", "   per 1,000 posts seen  9.9 (6.4 to 14.8)",
            "   unspoken index        86 % (68 % to 94 %)", "   how they feel         −0.4 (−0.6 to −0.2)",
            "   read it               312 (views or likes, counted apart)",
        ):  # fmt: skip
            assert line in told.splitlines()

    def test_what_nobody_can_know_is_unknown(self) -> None:
        lonely = replace(MEASURES, people_inside=0, unspoken_index=None, sentiment=None, reach=0)
        told = body(mail(alert(item(measures=lonely, rate=Interval(1.2, 0.3, 3.6)))))
        assert "   unspoken index        unknown (until surveys or tickets are imported)" in told
        assert "how they feel" not in told

    def test_a_blind_touchpoint_alone_is_a_mail_of_its_own(self) -> None:
        made = mail(replace(alert(), items=(), sights=(SightItem(SIGHT, "Helmet box", "Ride"),)))
        assert made["Subject"] == "Blind: Helmet box"
        assert "   Blind since 24 March: no words" in body(made)
        assert 'href="https://board.test/pain-points?touchpoint=helmets"' in body(made, "html")

    def test_what_is_due_alone_is_a_mail_of_its_own(self) -> None:
        review = Reminder("late", DAY, "Review of Rides", "It was due on 31 March 2026.", "review of rides")
        step = Reminder("due", DAY, "Buckle & <b>", "Due on 31 March 2026.", "day of pp-1", about="pp-1")
        made = mail(replace(alert(), items=(), not_seen=(), reminders=(step, review)))
        assert made["Subject"] == "Due: Buckle & <b>, and 1 more"
        assert body(made).splitlines()[2] == "2 things of yours are due."
        assert "Late: Review of Rides" in body(made)
        assert "no pain point" not in body(made)
        page = body(made, "html")
        assert "Buckle &amp; &lt;b&gt;" in page
        assert 'href="https://board.test/pain-points/pp-1"' in page
        assert 'href="https://board.test/reviews"' in page

    def test_what_is_due_stands_beside_the_news(self) -> None:
        review = Reminder("due", DAY, "Review of Rides", "Due on 31 March 2026.", "review of rides")
        one = replace(review, map="rides", map_name="Rides")
        made = mail(replace(alert(), reminders=(one,)))
        assert made["Subject"].startswith("Rising: ")
        assert "moved in the night to 31 March 2026.\n1 thing of yours is due." in body(made)
        assert 'href="https://board.test/reviews?map=rides"' in body(made, "html")


class TestCompose:
    @pytest.mark.parametrize("word", ["strap ", "gürtel ", "ремень "])
    def test_a_subject_arrives_as_it_was_wherever_its_lines_are_folded(self, word: str) -> None:
        """At some lengths a sign that had to be encoded, or the first word, came with a blank too many."""
        for length in range(5, 75):
            name = (word * 20)[:length].strip()
            made = mail(alert(item(name)))
            assert over_the_wire(made)["Subject"] == made["Subject"] == f"Rising: {name} (Ride › Helmet box)"
            assert max(len(line) for line in made.as_bytes().split(b"\r\n\r\n")[0].split(b"\r\n")) <= 98

    def test_headers(self) -> None:
        found = over_the_wire(mail(alert()))
        assert list(found) == HEADERS
        assert (found["From"], found["To"]) == ("Listening <listening@house.test>", "Ann Example <ann@house.test>")
        assert found["Subject"] == "Rising: Helmet buckle never closes (Ride › Helmet box)"
        assert found["Message-ID"] == "<a-2026-03-31-ann@house.test>"
        assert found["Date"] == "Wed, 01 Apr 2026 05:30:00 +0000"
        assert (found["X-Listening-Night"], found["X-Listening-Pain-Points"]) == ("2026-03-31", "pp-0a1b2c3d4e")
        leave = "<https://board.test>, <mailto:listening@house.test?subject=unsubscribe>"
        assert (found["Auto-Submitted"], found["List-Unsubscribe"].strip()) == ("auto-generated", leave)

    def test_the_same_alert_is_the_same_mail(self) -> None:
        assert mail(alert()).as_bytes() == mail(alert()).as_bytes()
        later = compose(alert(), sender="listening@house.test", base_url="", now=NOW + timedelta(days=1))
        assert later["Message-ID"] == mail(alert())["Message-ID"]

    def test_new_things_come_first(self) -> None:
        kinds = ("slow_burn", "rising", "back", "new", "rising")
        found = mail(alert(*(item(f"pain {number}", kind) for number, kind in enumerate(kinds))))
        places = [body(found).index(f"pain {number}\n") for number in (3, 2, 1, 4, 0)]
        assert places == sorted(places)
        assert found["Subject"] == "New: pain 3, and 4 more pain points"

    def test_the_text_says_all_of_it(self) -> None:
        told = body(mail(alert()))
        for line in (
            "Good morning Ann Example,", "1 pain point in your part of the map moved in the night to 31 March 2026.",
            "1. Helmet buckle never closes", "   Ride › Helmet box · Rising", f"   Why: {WHY}",
            "   ▁▁▂▁▂▁▂▃▂▅▆█  people a week, the last 12 weeks, at most 6",
            '   "I just bring my own strap, the buckle never closes."', "   - yard, 28 March 2026",
            "     https://yard.test/t/17/3", "   - yard, 2 February 2026",
            "   See it:         https://board.test/pain-points/pp-0a1b2c3d4e",
            "   Give it away:   https://board.test/pain-points/pp-0a1b2c3d4e#assign",
            "What we could not see tonight", " - blog: was down on 3 of the last 7 nights",
        ):  # fmt: skip
            assert line in told.splitlines()

    def test_the_html_says_the_same(self) -> None:
        told = body(mail(alert()), "html")
        for part in (
            "Helmet buckle never closes", WHY, "I just bring my own strap", 'href="https://yard.test/t/17/3"',
            'href="https://board.test/pain-points/pp-0a1b2c3d4e"', "pp-0a1b2c3d4e#assign",
            "People a week, oldest first: 0, 0, 1, 0", "What we could not see tonight", "blog: was down on 3",
        ):  # fmt: skip
            assert part in told

    def test_without_a_board_there_are_no_links_to_it(self) -> None:
        for address in ("", "javascript:alert(1)", "board.test"):
            found = mail(alert(), base_url=address)
            assert found["List-Unsubscribe"] == "<mailto:listening@house.test?subject=unsubscribe>"
            assert "See it" not in body(found)
            assert "configs/journey.toml" in body(found)

    def test_at_most_three_quotes_each_in_one_short_line(self) -> None:
        found = mail(alert(item(quotes=(quote("x\n\nSee it: http://evil.test\n" + "y" * 900),) * 5)))
        lines = [line for line in body(found).splitlines() if line.startswith('   "')]
        assert len(lines) == 3
        assert all(len(line) == 305 for line in lines)

    def test_a_thousand_pain_points_are_counted_not_listed(self) -> None:
        found = mail(alert(*(item(f"pain {number}") for number in range(1000))))
        assert "\n40. " in body(found)
        assert "\n41. " not in body(found)
        assert "And 960 more pain points: https://board.test" in body(found)
        assert found["Subject"].endswith("and 999 more pain points")

    def test_an_alert_that_only_tells_what_was_not_seen(self) -> None:
        found = mail(replace(alert(), items=()))
        assert found["Subject"] == "Nothing new on 31 March 2026"
        assert "no pain point in your part of the map moved" in body(found)

    @pytest.mark.parametrize(
        "text",
        [
            "x\r\nBcc: all@evil.test",
            "x\nSubject: other",
            "x\r\n\r\n<h1>body</h1>",
            "x\u2028Bcc: all@evil.test",
            "x\x85Bcc: all@evil.test",
            "=?utf-8?q?x=0D=0ABcc:_all@evil.test?=",
            "=?utf-8?b?DQpCY2M6IGFAZXZpbC50ZXN0?=",
            "\ud800\x00\x1b]0;x\x07",
            "x" * 5000,
            "ä" * 5000,
            "👩‍👩‍👧‍👦 " * 50,
            '"<x>" (comment), all@evil.test;',
            "a,b@c.test <d@e.test>",
        ],
    )
    def test_hostile_titles_and_names_forge_no_header(self, text: str) -> None:
        made = alert(item(text, stage=text, touchpoint=text), owner=replace(alert().owner, name=text))
        found = over_the_wire(mail(made))
        assert list(found) == HEADERS
        assert [one.addr_spec for one in found["To"].addresses] == ["ann@house.test"]
        assert found["Message-ID"] == "<a-2026-03-31-ann@house.test>"
        assert max(len(line) for line in mail(made).as_bytes().split(b"\r\n")) <= 998

    @pytest.mark.parametrize(
        "address",
        ["", "ann", "ann@", "@house.test", "a@b@c.test", "ann@house.test\r\nBcc: x@evil.test",
         "a b@house.test", "ann@house.test, x@evil.test", "ann@house..test", "<script>", "ann@" + "x" * 70 + ".test",
         "\ud800@house.test"],
    )  # fmt: skip
    def test_what_is_no_address_is_named(self, address: str) -> None:
        with pytest.raises(MailError, match="the address of owner ann is none") as caught:
            mail(alert(owner=replace(alert().owner, email=address)))
        assert caught.value.permanent
        with pytest.raises(MailError, match="the address of smtp sender is none"):
            mail(alert(), sender=address)

    def test_a_domain_in_other_letters_is_written_in_ascii(self) -> None:
        found = mail(alert(owner=replace(alert().owner, email="ann@häuser.test")))
        assert found["To"].addresses[0].addr_spec == "ann@xn--huser-gra.test"

    def test_an_alert_id_cannot_break_the_message_id(self) -> None:
        assert mail(alert(id="a>\r\nBcc: ä@x"))["Message-ID"] == "<a---Bcc----x@house.test>"

    @pytest.mark.shared
    def test_naughty_strings_send(self, shared: Path) -> None:
        texts = json.loads((shared / "corpora" / "blns" / "blns.json").read_text())
        for number in range(0, len(texts), 10):
            some = texts[number : number + 10]
            items = [item(text, stage=text, quotes=(quote(text, source=text, url=text),)) for text in some]
            for one in (*(alert(each, owner=replace(alert().owner, name=each.name)) for each in items), alert(*items)):
                found = over_the_wire(mail(one))
                assert list(found) == HEADERS
                assert [to.addr_spec for to in found["To"].addresses] == ["ann@house.test"]
