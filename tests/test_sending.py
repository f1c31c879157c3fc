"""No mail is lost: a real server that fails at every step in every way, six hours without one, and kill -9."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest
import trustme
from kill_sending import kill_while_sending
from nights_houses import House
from nights_world import MONDAY
from smtp_faults import STEPS, WAYS, Mind, serving

from listening import journey, pipeline
from listening.pipeline import Told
from listening.store import reads

pytest_plugins = ("nights_fixtures",)
SHORT, LONG = 0.5, 30.0  # seconds that we wait for the server: short only where it stalls
HALF_AN_HOUR, FIVE_MINUTES = timedelta(minutes=30), timedelta(minutes=5)
TAKEN_UNANSWERED = {("end", "drop"), ("end", "stall")}  # the server has the mail, and we cannot know


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def mind(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mind:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = SSLContext(PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return Mind(context)


@pytest.fixture
def posting(lived: House, mind: Mind) -> Iterator[House]:
    """A house with mails to send, by STARTTLS and with a password, to the server with this mind."""
    with serving(mind) as port:
        mail = {"host": "127.0.0.1", "port": port, "security": "starttls", "user": "ann", "password": "right"}
        lived.change(mail=mail | {"timeout": LONG})
        yield lived


def wanted(house: House) -> list[str]:
    """The Message-IDs of all mails of the outbox."""
    return sorted(f"<{row.id}@house.test>" for row in reads.alerts(house.store) if row.channel == "mail")


def send_until_quiet(house: House, *, hours: int) -> Told:
    """Let the outbox try every half hour, as its schedule does; what became of all of it."""
    sent = dead = 0
    for number in range(1, 2 * hours + 1):
        told = pipeline.send_waiting(house.store, house.settings, now=MONDAY + number * HALF_AN_HOUR)
        sent, dead = sent + told.sent, dead + told.dead
    return Told(sent=sent, dead=dead, waiting=len(reads.alerts(house.store, states=("queued", "claimed"))))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("step", STEPS)
def test_a_server_that_fails_at_any_step_in_any_way_loses_nothing(
    posting: House, mind: Mind, step: str, way: str
) -> None:
    mind.fault = step, way
    posting.change(mail={"timeout": SHORT if way == "stall" else LONG})
    told = pipeline.tell(posting.store, posting.settings, now=MONDAY)
    mails = wanted(posting)
    assert len(mails) >= 3
    assert (told.sent, told.dead, told.waiting) == (0, *((len(mails), 0) if way == "5xx" else (0, len(mails))))
    first = Counter(mind.got)
    assert first == Counter(mails if (step, way) in TAKEN_UNANSWERED else ())
    posting.change(mail={"timeout": LONG})
    mind.fault = None
    mind.healed.set()
    if way == "5xx":
        assert not send_until_quiet(posting, hours=2).sent  # it was refused for good; a person says when to try again
        for row in reads.alerts(posting.store, states=("dead",)):
            journey.retry(posting.store, row.id, now=MONDAY)
    after = send_until_quiet(posting, hours=2)
    assert (after.sent, after.dead, after.waiting) == (len(mails), 0, 0)
    assert Counter(mind.got) == first + Counter(mails)


@pytest.mark.parametrize("step", ["connect", "EHLO", "STARTTLS", "AUTH"])
@pytest.mark.parametrize("way", ["drop", "4xx"])
def test_six_hours_without_a_server_and_each_mail_arrives_once_at_the_next_run(
    posting: House, mind: Mind, step: str, way: str
) -> None:
    mind.fault = step, way
    waiting = pipeline.tell(posting.store, posting.settings, now=MONDAY).waiting
    for number in range(1, 73, 8):
        pipeline.send_waiting(posting.store, posting.settings, now=MONDAY + number * FIVE_MINUTES)
    assert len(reads.alerts(posting.store, states=("queued",))) == waiting >= 3
    assert mind.got == []
    mind.fault = None
    after = pipeline.send_waiting(posting.store, posting.settings, now=MONDAY + 73 * FIVE_MINUTES)
    assert (after.sent, after.waiting) == (waiting, 0)
    assert sorted(mind.got) == wanted(posting)


def test_while_the_server_is_down_each_run_knocks_once(posting: House, mind: Mind) -> None:
    mind.fault = "connect", "4xx"
    for number in range(4):
        assert pipeline.send_waiting(posting.store, posting.settings, now=MONDAY + number * FIVE_MINUTES).sent == 0
    assert mind.callers == 0
    assert pipeline.tell(posting.store, posting.settings, now=MONDAY).waiting >= 3
    assert mind.callers == 1


def test_a_mail_that_the_server_refuses_for_now_waits_longer_each_time(posting: House, mind: Mind) -> None:
    mind.fault = "RCPT", "4xx"
    pipeline.tell(posting.store, posting.settings, now=MONDAY)
    now, waits = MONDAY, []
    assert (
        pipeline.send_waiting(posting.store, posting.settings, now=now + 2 * FIVE_MINUTES).waiting == 0
    )  # not due yet
    for _ in range(7):
        row = reads.alerts(posting.store, states=("queued",))[0]
        waits.append((row.next_try - now) / timedelta(minutes=1))
        now = row.next_try
        pipeline.send_waiting(posting.store, posting.settings, now=now)
    assert waits == [30, 60, 120, 240, 480, 720, 720]


def test_an_outage_makes_no_wait_of_a_later_refusal_longer(posting: House, mind: Mind) -> None:
    mind.fault = "connect", "drop"
    pipeline.tell(posting.store, posting.settings, now=MONDAY)
    for number in range(1, 6):
        pipeline.send_waiting(posting.store, posting.settings, now=MONDAY + number * FIVE_MINUTES)
    mind.fault = "RCPT", "4xx"
    now = MONDAY + 6 * FIVE_MINUTES
    pipeline.send_waiting(posting.store, posting.settings, now=now)
    assert {row.next_try - now for row in reads.alerts(posting.store, states=("queued",))} == {HALF_AN_HOUR}


def test_killed_while_sending_nothing_is_lost_and_only_an_answered_mail_is_doubled(lived: House, mind: Mind) -> None:
    lived.store.close()
    result = kill_while_sending(lived.home / "configs", mind, kills=5, chance=random.Random(3))  # noqa: S311 -- chance, no secret
    assert result.kills == 5
    assert result.lost == ()
    assert result.outside_the_window == ()
    assert result.doubles <= result.kills
