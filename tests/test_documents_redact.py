"""Each case is a line that somebody could have written, and what is left of it."""

from __future__ import annotations

import pytest

from listening.documents import redact

GONE = [
    ("write to nora.lind@example.org please", "write to [email] please"),
    ("Nora.Lind+orders@mail.example.co.uk answered", "[email] answered"),
    ("mail:o'neil@example.ie.", "mail:[email]."),
    ("<kim_99@example.museum>", "<[email]>"),
    ("two: a@b.example, c@d.example", "two: [email], [email]"),
    ("ask joe (at) example (dot) org", "ask [email]"),
    ("ask joe[at]example.org", "ask [email]"),
    ("it is joe at example dot com", "it is [email]"),
    ("root@[192.0.2.7] bounced", "[email] bounced"),
    ("müller@bücher.example", "[email]"),
    ("call 212-555-0142 now", "call [phone] now"),
    ("(212) 555-0142", "[phone]"),
    ("212.555.0142 x123", "[phone]"),
    ("1-800-555-0199", "[phone]"),
    ("+1 212 555 0142", "[phone]"),
    ("+44 20 7946 0958.", "[phone]."),
    ("020 7946 0958", "[phone]"),
    ("07700 900123", "[phone]"),
    ("+49 (0)151 2345678", "[phone]"),
    ("0151/2345678", "[phone]"),
    ("0049 151 2345678", "[phone]"),
    ("01 23 45 67 89 in Paris", "[phone] in Paris"),
    ("+33.1.23.45.67.89", "[phone]"),
    ("2125550142", "[phone]"),
    ("001-212-555-0142", "[phone]"),
    ("my mobile is 612 345 678", "my mobile is [phone]"),
    ("text me on 91234567", "text me on [phone]"),
    ("555-0142", "[phone]"),
    ("079 123 45 67", "[phone]"),
    ("https://wa.me/491512345678", "https://wa.me/[phone]"),
    ("card 4111 1111 1111 1111 12/25", "card [card] 12/25"),
    ("4111111111111111", "[card]"),
    ("4111-1111-1111-1111", "[card]"),
    ("3782 822463 10005", "[card]"),
    ("5555555555554444, again", "[card], again"),
    ("6011 0009 9013 9424", "[card]"),
    ("30569309025904", "[card]"),
    ("GB82 WEST 1234 5698 7654 32 please", "[iban] please"),
    ("DE89370400440532013000", "[iban]"),
    ("fr14 2004 1010 0505 0001 3m02 606", "[iban]"),
    ("NO93 8601 1117 947", "[iban]"),
    ("server 192.0.2.55 is down", "server [ip] is down"),
    ("from 198.51.100.0/24", "from [ip]"),
    ("http://203.0.113.9:8080/login", "http://[ip]:8080/login"),
    ("2001:db8::ff00:42:8329", "[ip]"),
    ("ping fe80::1%eth0", "ping [ip]"),
    ("[::1] answers", "[[ip]] answers"),
    ("::ffff:192.0.2.1", "::ffff:[ip]"),
    ("my ssn 078-05-1120", "my ssn [ssn]"),
    ("078 05 1120", "[ssn]"),
    ("thanks @nora_lind!", "thanks [name]!"),
    ("@Nora's tip", "[name]'s tip"),
    ("hey @kim.99 there", "hey [name] there"),
    ("u/slow_router said", "[name] said"),
    ("/u/slow_router", "[name]"),
    ("https://forum.example/user/nora-l/posts", "https://forum.example/user/[name]/posts"),
    ("https://blog.example/@nora/12", "https://blog.example/[name]/12"),
]

STAYS = [
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    "since 2013-05-06 12:30 it fails",
    "on 06.05.2013 and 6/5/2013",
    "from 2013-05-06 - 2013-05-09",
    "it cost $1,234,567.89 or 1234567 dollars",
    "1 234 567 users",
    "800-1200 rpm",
    "order 12345678901 is late",
    "ticket #4471234567",
    "tracking number 123456789012",
    "at 1382000000 in the log",
    "2012 2013 2014",
    "20130506",
    "firmware 10.0.19.1",
    "v1.2.3.4",
    "version 2.4.1 on 3.5.2",
    "at 12:30:45 sharp",
    "std::vector and ::",
    "999.1.2.3",
    "4111 1111",
    "@ 5pm at home, @3pm, @60fps, @home",
    "see https://shop.example/item/1234567890123?ref=9876543210",
    "24/7, 50/50, 16:9 and 1-2-3",
    "meet at noon, at the dot of two",
    "1.5 to 2.75 volts, 1000000 times",
    "between 2010-2014 and 1999/2000",
]


@pytest.mark.parametrize(("said", "left"), GONE)
def test_people_are_taken_out(said: str, left: str) -> None:
    assert redact(said) == left


@pytest.mark.parametrize("said", STAYS)
def test_what_names_nobody_stays(said: str) -> None:
    assert redact(said) == said


@pytest.mark.parametrize("said", [said for said, _ in GONE])
def test_a_second_time_changes_nothing(said: str) -> None:
    once = redact(said)
    assert redact(once) == once


NAMES = [
    ("as Noralind wrote, noralind is right", ["noralind"], "as [name] wrote, [name] is right"),
    ("the noralinds left", ["noralind"], "the noralinds left"),
    ("ask max_77 or MAX_77", ["max_77"], "ask [name] or [name]"),
    (
        "I hope that Hope reads this. Hope is all we have",
        ["Hope"],
        "I hope that [name] reads this. Hope is all we have",
    ),
    ("Thanks Will, it will do", ["will"], "Thanks [name], it will do"),
    ("go with Al, not al", ["al"], "go with [name], not al"),
    ("so I think, Q", ["I", "Q"], "so I think, Q"),
    ("Nora Lind fixed it, thanks Nora, nora", ["Nora Lind"], "[name] fixed it, thanks [name], nora"),
    ("my Windows box, ask Support", ["windows", "Support"], "my Windows box, ask Support"),
    ("anna.b-9's fix", ["anna.b-9"], "[name]'s fix"),
    ("[TB]Fritzo helped", ["[TB]Fritzo"], "[[name] helped"),
    ("my e-mail and [email]", ["email", "name"], "my e-mail and [email]"),
    ("İlkayx came", ["İlkayx"], "[name] came"),
    ("nothing", ["", "  ", "!!"], "nothing"),
]


@pytest.mark.parametrize(("said", "names", "left"), NAMES)
def test_authors_are_taken_out_by_name(said: str, names: list[str], left: str) -> None:
    assert redact(said, names) == left


def test_the_order_of_names_does_not_matter() -> None:
    names = ["nora", "Nora Lind", "lind", "noralind9"]
    said = "Nora Lind and nora, Lind, noralind9"
    assert redact(said, names) == redact(said, names[::-1]) == "[name] and [name], [name], [name]"
