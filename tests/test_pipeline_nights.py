"""When a night is, and that there is only one at a time."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from nights_houses import House
from nights_world import MONDAY, lasting

from listening import pipeline
from listening.demo.mailbox import Mailbox
from listening.errors import NightRunning
from listening.store import reads, writes

pytest_plugins = ("nights_fixtures",)
KEPT = ("documents", "signals", "memberships", "pain_points", "emergences", "alerts")  # a clock cannot change these


class TestNights:
    @pytest.mark.parametrize(
        ("moment", "night"),
        [
            ("2026-01-15T22:59", "2026-01-15"),
            ("2026-01-15T23:00", "2026-01-16"),
            ("2026-03-28T23:30", "2026-03-29"),  # the clock goes forward at 02:00
            ("2026-03-29T21:59", "2026-03-29"),
            ("2026-03-29T22:00", "2026-03-30"),
            ("2026-10-24T22:00", "2026-10-25"),  # the clock goes back at 03:00: a day of 25 hours
            ("2026-10-25T22:59", "2026-10-25"),
            ("2026-10-25T23:00", "2026-10-26"),
        ],
    )
    def test_a_night_is_the_local_day_through_both_clock_changes(self, house: House, moment: str, night: str) -> None:
        now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        assert pipeline.night_of(house.settings, now).isoformat() == night

    @pytest.mark.parametrize("back", [2, 4])  # within the same local day, and into the day before
    def test_a_clock_that_is_set_back_doubles_nothing(self, lived: House, mailbox: Mailbox, back: int) -> None:
        lived.night(MONDAY)
        told, before = len(mailbox.mails()), lasting(lived.store)
        again = lived.night(MONDAY - timedelta(hours=back))
        after = lasting(lived.store)
        assert told >= 3
        assert (again.cleaned, again.read, again.clustered.born) == (0, 0, 0)
        assert len(mailbox.mails()) == told
        assert {name: after[name] for name in KEPT} == {name: before[name] for name in KEPT}

    def test_a_second_night_is_told_who_runs_and_since_when(self, house: House) -> None:
        clock = datetime(2026, 3, 9, 1, 30, tzinfo=UTC)
        until = clock + timedelta(hours=6)
        writes.take_lease(house.store, "night", holder="elsewhere:4711:99", now=clock, until=until, takeover=bool)
        with pytest.raises(NightRunning) as told:
            pipeline.begin_night(house.store, house.settings, now=MONDAY, clock=clock + timedelta(minutes=5))
        assert "elsewhere:4711 began it at 2026-03-09 02:30:00" in str(told.value)
        assert "ends at 2026-03-09 07:30 UTC" in str(told.value)
        assert not told.value.permanent
        late = pipeline.begin_night(house.store, house.settings, now=MONDAY, clock=until)
        assert late != "elsewhere:4711:99"

    @pytest.mark.parametrize("pid", ["gone", "taken by another"])
    def test_a_night_that_died_is_taken_over(self, house: House, pid: str) -> None:
        child = subprocess.Popen([sys.executable, "-c", ""])
        child.wait()
        number = child.pid if pid == "gone" else os.getpid()
        clock = datetime(2026, 3, 9, 1, 30, tzinfo=UTC)
        until = clock + timedelta(hours=6)
        dead = f"{socket.gethostname()}:{number}:1"
        writes.take_lease(house.store, "night", holder=dead, now=clock, until=until, takeover=bool)
        holder = pipeline.begin_night(house.store, house.settings, now=MONDAY, clock=clock)
        assert holder.startswith(f"{socket.gethostname()}:{os.getpid()}:")

    def test_a_night_ends_partial_where_a_source_failed_and_gives_its_lease_back(self, house: House) -> None:
        holder = pipeline.begin_night(house.store, house.settings, now=MONDAY, clock=MONDAY)
        crawls = [replace(one, state="failed") if one.source == "yard" else one for one in house.night().crawls]
        ended = pipeline.end_night(house.store, house.settings, crawls=crawls, holder=holder, now=MONDAY)
        assert (ended.state, ended.note) == ("partial", "failed: yard")
        assert reads.nights(house.store)[-1].state == "partial"
        other = writes.take_lease(
            house.store, "night", holder="b", now=MONDAY, until=MONDAY + timedelta(1), takeover=bool
        )
        assert other is None
