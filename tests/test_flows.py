"""The flows with a real Prefect server: a night, a source that fails once, a second night, the week, the schedule."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from nights_world import MONDAY, FewLines, lasting, settings_of, settle, write_posts
from prefect.client.orchestration import get_client
from prefect.client.schemas.schedules import CronSchedule
from prefect.settings import PREFECT_API_URL, temporary_settings
from ruamel.yaml import YAML

from flows import house
from flows.nightly import run_night
from flows.outbox import outbox
from flows.serving import deployments, private, server
from flows.weekly import weekly
from listening import pipeline, sources
from listening.demo.mailbox import Mailbox
from listening.errors import ModelError, NightRunning, NotFound, SourceUnavailable, StoreUnavailable
from listening.pipeline import crawling, reading
from listening.store import open_store, reads
from listening.types import Memory, SourceConfig

pytestmark = pytest.mark.flow
FIRST = MONDAY - timedelta(days=14)
SHOPS = 'id = "shops"\nname = "Shops"'
OURS = ("LISTENING_DATABASE_URL", "LISTENING_KEY", "LISTENING_CONFIG", "PREFECT_API_URL")


@pytest.fixture(scope="module")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the servers of this module keep their own database: only the first of them has to make it."""
    return tmp_path_factory.mktemp("prefect")


@pytest.fixture(scope="class")
def prefect(prefect_home: Path) -> Iterator[None]:
    """A Prefect server for a class of tests, without the services that only schedules need."""
    before = os.environ.pop("PREFECT_API_URL", None)
    with private(prefect_home):
        yield
    if before is not None:
        os.environ["PREFECT_API_URL"] = before


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    with Mailbox(tmp_path / "mails") as opened:
        yield opened


@pytest.fixture
def home(tmp_path: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with two sources, a mailbox and a reader of a few lines; two weeks ago it had its first night."""
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LISTENING_KEY", "a key for tests")
    reader = FewLines()
    monkeypatch.setattr(reading, "reader", lambda _settings: reader)
    configs = settle(tmp_path, sources=("yard", "board"), port=mailbox.port)
    for name in ("yard", "board"):
        write_posts(tmp_path / f"{name}.jsonl", 15, seed=1, start=FIRST - timedelta(days=9), days=9, troubles=())
    settings = settings_of(configs)
    store = open_store(settings.database_url)
    for source in settings.sources:
        pipeline.crawl(store, settings, source, key=b"a key for tests", now=FIRST)
    store.close()
    for name in ("yard", "board"):
        write_posts(tmp_path / f"{name}.jsonl", 80, seed=2, start=FIRST, days=13.5)
    return tmp_path


def rows(home: Path) -> dict[str, list[str]]:
    store = open_store(settings_of(home / "configs").database_url)
    try:
        return lasting(store)
    finally:
        store.close()


def steps(home: Path) -> dict[str, str]:
    """What stopped each step of Monday's night, by name."""
    store = open_store(settings_of(home / "configs").database_url)
    try:
        return {one.step: one.error for one in reads.steps(store, MONDAY.date())}
    finally:
        store.close()


def failing(times: int, error: Exception, name: str = "board") -> Callable[..., sources.Source]:
    """Stand in for opening a source: the one named fails so many times."""
    left = [times]

    def opened(config: SourceConfig, *, now: datetime, memory: Memory, secrets: dict[str, str]) -> sources.Source:
        if config.name == name and left[0]:
            left[0] -= 1
            raise error
        return sources.open_source(config, now=now, memory=memory, secrets=secrets)

    return opened


@pytest.mark.usefixtures("prefect")
class TestNightly:
    def test_a_night_goes_from_posts_to_mails_and_a_second_one_changes_nothing(
        self, home: Path, mailbox: Mailbox
    ) -> None:
        result = run_night(home / "configs", now=MONDAY)
        assert result.state == "done"
        assert [(one.source, one.new) for one in result.crawls] == [("board", 80), ("yard", 80)]
        assert result.read > 60
        assert result.born >= 3
        assert result.emergences >= 3
        assert result.sent == len(mailbox.mails()) >= 3
        before = rows(home)
        again = run_night(home / "configs", now=MONDAY)
        assert (again.state, again.read, again.born, again.sent) == ("done", 0, 0, 0)
        assert rows(home) == before
        assert [one for one in steps(home) if steps(home)[one]] == []
        assert sorted(steps(home)) == sorted(set(pipeline.STEPS) - {"write back"})

    def test_what_stops_a_step_is_kept_with_it(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def stops(*_: object, **__: object) -> None:
            raise ModelError("the weights are gone", "fetch them")

        def words(*_: object, **__: object) -> None:
            raise ValueError("what somebody wrote")

        monkeypatch.setattr(pipeline, "read", stops)
        monkeypatch.setattr(pipeline, "recheck", words)
        with pytest.raises(ModelError):
            run_night(home / "configs", now=MONDAY)
        assert list(steps(home)) == ["clean", "crawl", "read", "recheck"]
        assert steps(home)["read"] == str(ModelError("the weights are gone", "fetch them"))
        assert steps(home)["recheck"] == "ValueError: the log tells more"
        monkeypatch.undo()

    def test_a_disk_without_room_ends_the_night_and_is_no_sources_failure(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object, **__: object) -> None:
            raise StoreUnavailable("the database is full", "free some disk space")

        with monkeypatch.context() as patch:
            patch.setattr(crawling.writes, "keep_crawl", full)
            with pytest.raises(StoreUnavailable):
                run_night(home / "configs", now=MONDAY)
        assert steps(home) == {"crawl": "the database is full -> free some disk space"}
        assert run_night(home / "configs", now=MONDAY).state == "done"

    def test_a_night_over_two_maps_counts_both(self, home: Path, mailbox: Mailbox) -> None:
        configs = home / "configs"
        first = (configs / "journey.toml").read_text()
        (configs / "journeys").mkdir()
        (configs / "journeys" / "shops.toml").write_text(first.replace('id = "bags"\nname = "Bags"', SHOPS))
        with (configs / "sources.toml").open("a") as file:
            file.write('map = "shops"\n')  # the last source's
        result = run_night(configs, now=MONDAY)
        store = open_store(settings_of(configs).database_url)
        born = [len(reads.points(store, map_id=one)) for one in ("bags", "shops")]
        store.close()
        assert result.state == "done"
        assert min(born) >= 1
        assert result.born == sum(born)
        assert len({mail.to for mail in mailbox.mails()}) == len(mailbox.mails()) == result.sent

    def test_a_source_that_fails_once_is_tried_again_in_the_same_night(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gone = SourceUnavailable("board.test does not answer", "it is tried again")
        monkeypatch.setattr(crawling, "open_source", failing(1, gone))
        result = run_night(home / "configs", now=MONDAY)
        assert result.state == "done"
        assert [(one.source, one.state, one.new) for one in result.crawls] == [
            ("board", "done", 80),
            ("yard", "done", 80),
        ]

    def test_a_source_that_stays_away_is_named_and_the_rest_of_the_night_is_done(
        self, home: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gone = SourceUnavailable("board.test does not answer", "it is tried again")
        monkeypatch.setattr(crawling, "open_source", failing(9, gone))
        result = run_night(home / "configs", now=MONDAY)
        assert (result.state, result.note) == ("partial", "failed: board")
        assert [one.state for one in result.crawls] == ["failed", "done"]
        assert "board.test does not answer" in result.crawls[0].error
        assert result.sent
        text = mailbox.mails()[0].path.read_text()
        assert "board.test does not answer" in text.replace("=\n", "")

    def test_what_no_second_try_can_mend_is_not_tried_again(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (home / "board.jsonl").unlink()
        opened: list[str] = []
        real = failing(0, RuntimeError())

        def count(config: SourceConfig, **given: object) -> sources.Source:
            opened.append(config.name)
            return real(config, **given)

        monkeypatch.setattr(crawling, "open_source", count)
        assert run_night(home / "configs", now=MONDAY).state == "partial"
        assert sorted(opened) == ["board", "yard"]

    def test_without_crawling_only_what_is_stored_is_read(self, home: Path) -> None:
        result = run_night(home / "configs", now=MONDAY, crawl=False)
        assert (result.crawls, result.read) == ((), 30)

    def test_chosen_sources_only(self, home: Path) -> None:
        for chosen in (["yard"], ["yard", "board", "yard"]):
            result = run_night(home / "configs", now=MONDAY + len(chosen) * timedelta(days=1), only=chosen)
            assert [one.source for one in result.crawls] == sorted(set(chosen))

    def test_a_source_that_is_not_there_is_named_with_those_that_are(self, home: Path) -> None:
        with pytest.raises(NotFound, match="'yrad' is switched on -> use one of yard, board"):
            run_night(home / "configs", now=MONDAY, only=["yard", "yrad"])

    def test_a_second_night_at_the_same_time_says_why_it_does_not_start(self, home: Path) -> None:
        settings = settings_of(home / "configs")
        store = open_store(settings.database_url)
        began = datetime.now(UTC)
        other = "another-host:77:1"
        try:
            until = began + timedelta(hours=6)
            assert not pipeline.nights.writes.take_lease(
                store, "night", holder=other, now=began, until=until, takeover=bool
            )
            local = began.astimezone(ZoneInfo("Europe/Berlin"))
            with pytest.raises(NightRunning, match=f"another-host:77 began it at {local:%Y-%m-%d %H:%M:%S}"):
                run_night(home / "configs", now=MONDAY)
            assert reads.nights(store) == []
        finally:
            store.close()

    def test_a_night_that_breaks_off_gives_its_lease_back(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as broken:
            broken.setattr(pipeline, "read", lambda *_, **__: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                run_night(home / "configs", now=MONDAY)
        assert run_night(home / "configs", now=MONDAY).state == "done"

    def test_the_week_sends_a_digest_with_the_sources_health(self, home: Path, mailbox: Mailbox) -> None:
        run_night(home / "configs", now=MONDAY, only=["yard"])
        before = len(mailbox.mails())
        configs = str(home / "configs")
        assert weekly(configs, (MONDAY + timedelta(hours=5)).isoformat()) == 1
        house.leave(configs)
        (digest,) = mailbox.mails()[before:]
        assert digest.to.endswith("rest@house.test>") or digest.to == "rest@house.test"
        assert "board: no good visit this week" in digest.path.read_text().replace("=\n", "")

    def test_a_mail_that_was_put_off_goes_out_by_the_outbox_flow_and_once(self, home: Path, mailbox: Mailbox) -> None:
        main = home / "configs" / "listening.toml"
        well = main.read_text()
        main.write_text(well.replace(f"port = {mailbox.port}", f"port = {free_port()}"))
        assert run_night(home / "configs", now=MONDAY).sent == 0
        main.write_text(well)
        configs = str(home / "configs")
        told = [outbox(configs, (MONDAY + timedelta(minutes=wait)).isoformat()) for wait in (5, 10, 40)]
        house.leave(configs)
        assert [one["sent"] for one in told] == [len(mailbox.mails()), 0, 0]
        assert [one["calls"] for one in told] == [0, 0, 0]
        assert len(mailbox.mails()) >= 3


def test_where_teams_deploy_it_is_what_one_machine_serves(home: Path) -> None:
    given = YAML(typ="safe").load(Path(__file__).parent.parent / "prefect.yaml")["deployments"]
    theirs = {(one["name"], one["schedules"][0]["cron"], one["schedules"][0]["timezone"]) for one in given}
    ours = set()
    for one in deployments(home / "configs"):
        (schedule,) = one.schedules or ()
        assert isinstance(schedule.schedule, CronSchedule)
        ours.add((one.name, schedule.schedule.cron, schedule.schedule.timezone))
    assert ours == theirs


def test_an_empty_cron_begins_nothing_by_itself(home: Path) -> None:
    main = home / "configs" / "listening.toml"
    main.write_text(main.read_text().replace("[night]\n", '[night]\ncron = ""\n'))
    assert [one.name for one in deployments(home / "configs")] == ["weekly", "outbox"]


def test_the_cron_deployment_really_yields_a_scheduled_run_at_the_local_time(
    home: Path, prefect_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all of the server's services on: what `listening serve` relies on, and what a newer SQLAlchemy breaks."""
    main = home / "configs" / "listening.toml"
    main.write_text(main.read_text().replace('"Europe/Berlin"', '"Pacific/Auckland"\ncron = "30 3 * * *"'))
    monkeypatch.setenv("PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS", "2")
    port = free_port()
    with server(port, {"PREFECT_HOME": str(prefect_home)}) as url, temporary_settings({PREFECT_API_URL: url}):
        (nightly,) = [one for one in deployments(home / "configs") if one.name == "nightly"]
        nightly.apply()
        with get_client(sync_client=True) as client:
            runs = scheduled(url)
            assert client.read_deployment_by_name("nightly/nightly").parameters == {"config": str(home / "configs")}
    zone = ZoneInfo("Pacific/Auckland")
    local = [datetime.fromisoformat(one).astimezone(zone) for one in runs]
    assert local
    assert {(one.hour, one.minute) for one in local} == {(3, 30)}
    assert min(local) > datetime.now(UTC) - timedelta(minutes=5)


def scheduled(url: str) -> list[str]:
    """When the scheduled runs start; asked for until there is one, a minute at most."""
    wanted = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    until = time.monotonic() + 60
    with httpx.Client() as client:
        while time.monotonic() < until:
            answer = client.post(f"{url}/flow_runs/filter", json=wanted).raise_for_status().json()
            if answer:
                return [one["expected_start_time"] for one in answer]
            time.sleep(0.5)
    return []


def free_port() -> int:
    import socket  # noqa: PLC0415 - only here

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
