"""Other programs hear of pain points, signed and once; teams get one ticket a pain point, and its state comes home."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from store_nouns import NIGHT, NOW, document, emergence, pain_point, told
from ticket_fakes import Fake, FakeGitHub, FakeGitLab, FakeJira, FakeReceiver, serving

from listening import journey
from listening.errors import DeliveryError, DeliveryUnavailable, InputError, NotConfigured, NotFound
from listening.outputs.tickets import make_ticket, open_system
from listening.outputs.webhook import key_of, post, signed
from listening.pipeline import order_ticket, write_back, write_out
from listening.settings import Settings, load
from listening.store import Store, reads, writes
from listening.types import Delivery, Ticket, TicketDraft, TicketPlace

pytest_plugins = ("store_fixtures",)
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
JOURNEY = """
id = "bikes"
name = "Bikes"
[[owners]]
id = "ann"
name = "Ann"
email = "ann@house.test"
[[stages]]
id = "use"
name = "Use"
[[touchpoints]]
id = "rain_cover"
name = "Rain cover"
stage = "use"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    configs = tmp_path / "configs"
    configs.mkdir()
    for name, content in (("listening.toml", ""), ("sources.toml", ""), ("journey.toml", JOURNEY)):
        (configs / name).write_text(content)
    return load(configs, {})


@pytest.fixture
def bikes(sqlite_store: Store) -> Store:
    told(sqlite_store, document("d1"), document("d2"), point=pain_point(name='drips "a lot"\n<b>'))
    return sqlite_store


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with serving(FakeGitHub()) as fake:
        assert isinstance(fake, FakeGitHub)
        yield fake


@pytest.fixture
def receiver() -> Iterator[Fake]:
    with serving(FakeReceiver()) as fake:
        yield fake


def at_github(settings: Settings, fake: Fake, **more: str) -> Settings:
    tickets = replace(settings.tickets, system="github", url=fake.url, project="acme/shop", token="t0ken")
    return replace(settings, tickets=replace(tickets, **{"allow_hosts": "127.0.0.1", **more}))


def with_webhook(settings: Settings, fake: Fake, **more: str) -> Settings:
    hook = replace(settings.webhook, url=f"{fake.url}/hook", secret=SECRET)
    return replace(settings, webhook=replace(hook, **{"allow_hosts": "127.0.0.1", **more}))


def history(store: Store) -> list[tuple[str, str, str]]:
    return [(one.who, one.what, one.detail) for one in reads.ledger(store, "pp-1") if one.what != "born"]


PLACES = {
    "github": (FakeGitHub, TicketPlace("github", "", "acme/shop", "t0ken"), "7"),
    "gitlab": (FakeGitLab, TicketPlace("gitlab", "", "acme/shop", "t0ken"), "3"),
    "jira": (FakeJira, TicketPlace("jira", "", "SHOP", "t0ken", user="bot@house.test"), "SHOP-11"),
}


class TestSystems:
    @pytest.mark.parametrize("system", PLACES)
    def test_a_ticket_is_made_once_found_again_and_looked_at(self, system: str) -> None:
        make, place, key = PLACES[system]
        draft = TicketDraft("listening-pp-1", 'It "drips"', "First.\n\nSecond & last.", ("pain",))
        with serving(make()) as fake, httpx.Client() as client:
            way = open_system(client, replace(place, url=fake.url, labels=("listening",)))
            assert way.find(draft.marker) is None
            made = make_ticket(way, draft)
            assert (made.key, made.state) == (key, "open")
            assert made.url.endswith(key)
            assert make_ticket(way, draft) == way.look(key) == made
            assert way.look("99") is None
        assert len(fake.issues) == 1

    def test_states_are_those_of_one_list(self) -> None:
        with serving(FakeGitHub()) as github, httpx.Client() as client:
            assert isinstance(github, FakeGitHub)
            way = open_system(client, replace(PLACES["github"][1], url=github.url))
            made = way.create(TicketDraft("m", "t", "b"))
            github.close()
            assert way.look(made.key) == replace(made, state="done")
            github.close("not_planned")
            assert way.look(made.key) == replace(made, state="refused")
        with serving(FakeJira()) as jira, httpx.Client() as client:
            assert isinstance(jira, FakeJira)
            way = open_system(client, replace(PLACES["jira"][1], url=jira.url))
            key = way.create(TicketDraft("m", "t", "b")).key
            for move, state in (
                (("indeterminate",), "doing"),
                (("done", "Done"), "done"),
                (("done", "Won't Do"), "refused"),
            ):
                jira.move(*move)
                assert way.look(key) == Ticket(key, f"{jira.url}/browse/{key}", state)
        with serving(FakeGitLab()) as gitlab, httpx.Client() as client:
            assert isinstance(gitlab, FakeGitLab)
            way = open_system(client, replace(PLACES["gitlab"][1], url=gitlab.url))
            key = way.create(TicketDraft("m", "t", "b")).key
            gitlab.close()
            assert way.look(key) == Ticket(key, "https://gitlab.test/acme/shop/-/issues/3", "done")

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (401, DeliveryError),
            (403, DeliveryError),
            (422, DeliveryError),
            (429, DeliveryUnavailable),
            (502, DeliveryUnavailable),
        ],
    )
    def test_trouble_says_whether_trying_again_helps(
        self, github: FakeGitHub, status: int, kind: type[DeliveryError]
    ) -> None:
        github.down = [status]
        with httpx.Client() as client, pytest.raises(kind) as told:
            open_system(client, replace(PLACES["github"][1], url=github.url)).find("m")
        assert told.value.permanent == (kind is DeliveryError)
        assert "t0ken" not in f"{told.value}{told.value!r}"

    def test_an_unknown_system_names_those_that_there_are(self) -> None:
        with httpx.Client() as client, pytest.raises(InputError, match="use one of github, gitlab, jira"):
            open_system(client, TicketPlace("trello", "", ""))

    def test_nobody_there_can_be_tried_again(self) -> None:
        with httpx.Client() as client, pytest.raises(DeliveryUnavailable, match=r"127\.0\.0\.1 did not answer"):
            open_system(client, TicketPlace("github", "http://127.0.0.1:9", "a/b")).find("m")


class TestTickets:
    def test_one_ticket_a_pain_point_with_no_customers_words_but_the_name(
        self, bikes: Store, settings: Settings, github: FakeGitHub
    ) -> None:
        mine = at_github(settings, github)
        made = order_ticket(bikes, mine, "pp-1", who="ann", now=NOW)
        assert made == order_ticket(bikes, mine, "pp-1", who="bob", now=NOW + timedelta(days=1))
        assert made is not None
        assert (made.ticket.key, made.system) == ("7", "github")
        assert len(github.issues) == 1
        assert [one["name"] for one in github.issues[0]["labels"]] == ["listening-pp-1", "listening"]
        assert "2 different people" in github.issues[0]["body"]
        assert "passage" not in github.issues[0]["body"]
        assert history(bikes) == [("ann", "ticket", "7 https://github.test/acme/shop/issues/7")]

    def test_killed_between_making_and_keeping_it_makes_no_second(
        self, bikes: Store, settings: Settings, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mine = at_github(settings, github)
        with monkeypatch.context() as patched:
            patched.setattr(writes, "mark_delivered", _killed)
            with pytest.raises(KeyboardInterrupt):
                order_ticket(bikes, mine, "pp-1", who="ann", now=NOW)
        assert (len(github.issues), reads.tickets(bikes)) == (1, [])
        write_back(bikes, mine, now=NOW + timedelta(hours=1))
        assert [one.ticket.key for one in reads.tickets(bikes)] == ["7"]
        assert len(github.issues) == 1

    def test_a_system_that_is_down_is_tried_again_with_growing_waits_and_given_up_at_last(
        self, bikes: Store, settings: Settings, github: FakeGitHub
    ) -> None:
        mine = at_github(settings, github)
        github.down = [503] * 99
        assert order_ticket(bikes, mine, "pp-1", who="ann", now=NOW) is None
        waits = []
        when = NOW
        for _ in range(4):
            (waiting,) = reads.deliveries(bikes, states=("queued",))
            assert waiting.next_try is not None
            waits.append(waiting.next_try - when)
            when = waiting.next_try
            write_back(bikes, mine, now=when)
        assert waits == [timedelta(minutes=minutes) for minutes in (5, 10, 20, 40)]
        write_back(bikes, mine, now=NOW + timedelta(days=6))
        (dead,) = reads.deliveries(bikes, states=("dead",))
        assert "503" in dead.last_error
        github.down = []
        assert journey.retry(bikes, dead.id, now=NOW + timedelta(days=6))
        assert write_back(bikes, mine, now=NOW + timedelta(days=6)).sent == 1

    def test_a_refusal_is_told_at_once(self, bikes: Store, settings: Settings, github: FakeGitHub) -> None:
        with pytest.raises(DeliveryError, match="check the token"):
            order_ticket(bikes, at_github(settings, github, token="wrong"), "pp-1", who="ann", now=NOW)
        assert order_ticket(bikes, at_github(settings, github), "pp-1", who="ann", now=NOW) is not None

    def test_what_cannot_have_a_ticket_says_why(self, bikes: Store, settings: Settings, github: FakeGitHub) -> None:
        with pytest.raises(NotConfigured, match=r"\[tickets\]"):
            order_ticket(bikes, settings, "pp-1", who="ann", now=NOW)
        with pytest.raises(NotFound):
            order_ticket(bikes, at_github(settings, github), "pp-9", who="ann", now=NOW)
        told(bikes, document("d3"), point=pain_point("pp-2"))
        journey.merge(bikes, "pp-1", "pp-2", who="ann", now=NOW)
        with pytest.raises(InputError, match="use pp-2"):
            order_ticket(bikes, at_github(settings, github), "pp-1", who="ann", now=NOW)

    def test_a_private_address_is_called_only_where_it_is_named(
        self, bikes: Store, settings: Settings, github: FakeGitHub
    ) -> None:
        with pytest.raises(DeliveryError, match="private or reserved"):
            order_ticket(bikes, at_github(settings, github, allow_hosts=""), "pp-1", who="ann", now=NOW)
        assert github.asked == []


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


class TestComingHome:
    @pytest.mark.parametrize(
        "closed",
        [("completed", "watch", "7 is done"), ("not_planned", "open", "7 is refused")],
    )
    def test_a_closed_ticket_is_a_line_and_a_fix_is_watched(
        self, bikes: Store, settings: Settings, github: FakeGitHub, closed: tuple[str, str, str]
    ) -> None:
        reason, status, detail = closed
        mine = at_github(settings, github)
        order_ticket(bikes, mine, "pp-1", who="ann", now=NOW)
        assert write_back(bikes, mine, now=NOW + timedelta(hours=1)).synced == 0
        github.close(reason)
        assert write_back(bikes, mine, now=NOW + timedelta(days=1)).synced == 1
        assert write_back(bikes, mine, now=NOW + timedelta(days=2)).synced == 0
        point = reads.point(bikes, "pp-1")
        assert (point.status, point.resolved_on) == (status, NIGHT + timedelta(days=1) if status == "watch" else None)
        assert history(bikes)[1:] == [("github", "ticket", detail)]

    def test_an_opened_again_ticket_opens_the_pain_point(
        self, bikes: Store, settings: Settings, github: FakeGitHub
    ) -> None:
        mine = at_github(settings, github)
        order_ticket(bikes, mine, "pp-1", who="ann", now=NOW)
        github.close()
        write_back(bikes, mine, now=NOW + timedelta(days=1))
        github.issues[0] |= {"state": "open", "state_reason": "reopened"}
        write_back(bikes, mine, now=NOW + timedelta(days=2))
        assert (reads.point(bikes, "pp-1").status, reads.point(bikes, "pp-1").resolved_on) == ("open", None)

    def test_a_system_that_is_down_costs_nothing(self, bikes: Store, settings: Settings, github: FakeGitHub) -> None:
        mine = at_github(settings, github)
        order_ticket(bikes, mine, "pp-1", who="ann", now=NOW)
        github.down = [500]
        assert write_back(bikes, mine, now=NOW + timedelta(days=1)).synced == 0


class TestWebhook:
    def test_news_and_changes_are_told_once_and_signed(self, bikes: Store, settings: Settings, receiver: Fake) -> None:
        mine = with_webhook(settings, receiver)
        writes.keep_emergences(bikes, [emergence()])
        journey.rename(bikes, "pp-1", "Cover drips", who="ann", now=NOW)
        assert write_back(bikes, mine, now=NOW + timedelta(hours=1)).sent == 2
        assert write_back(bikes, mine, now=NOW + timedelta(hours=2)).sent == 0
        bodies = {one.body["type"]: one.body for one in receiver.asked}
        assert bodies["pain_point.emerged"]["data"]["kind"] == "new"
        changed = bodies["pain_point.changed"]
        assert (changed["data"]["what"], changed["data"]["who"], changed["timestamp"]) == (
            "renamed",
            "ann",
            NOW.isoformat(),
        )
        assert changed["data"]["pain_point"]["name"] == "Cover drips"
        for one in receiver.asked:
            said = f"{one.headers['webhook-id']}.{one.headers['webhook-timestamp']}.".encode() + one.raw
            digest = base64.b64encode(hmac.new(bytes(range(32)), said, hashlib.sha256).digest()).decode()
            assert one.headers["webhook-signature"] == f"v1,{digest}"

    def test_the_outbox_keeps_no_customers_words(self, bikes: Store, settings: Settings, receiver: Fake) -> None:
        journey.rename(bikes, "pp-1", "my own secret words", who="ann", now=NOW)
        receiver.down = [500]
        write_back(bikes, with_webhook(settings, receiver), now=NOW)
        assert "secret" not in repr(reads.deliveries(bikes))

    def test_what_is_not_taken_is_told_again_under_the_same_id(
        self, bikes: Store, settings: Settings, receiver: Fake
    ) -> None:
        mine = with_webhook(settings, receiver)
        writes.keep_emergences(bikes, [emergence()])
        receiver.down = [500, 302]
        assert write_back(bikes, mine, now=NOW).waiting == 1
        assert write_back(bikes, mine, now=NOW + timedelta(hours=1)).dead == 1  # a redirect is never followed
        assert len({one.headers["webhook-id"] for one in receiver.asked}) == 1
        assert "302" in reads.deliveries(bikes, states=("dead",))[0].last_error

    def test_between_the_nights_what_waits_and_what_people_did_goes_out(
        self, bikes: Store, settings: Settings, receiver: Fake
    ) -> None:
        mine = with_webhook(settings, receiver)
        writes.keep_emergences(bikes, [emergence()])
        receiver.down = [503]
        assert write_back(bikes, mine, now=NOW).waiting == 1
        journey.assign(bikes, mine, "pp-1", "ann", who="ann", now=NOW)
        told = write_out(bikes, mine, now=NOW + timedelta(minutes=30))
        assert (told.queued, told.sent, told.waiting) == (1, 2, 0)

    @pytest.mark.parametrize(
        ("secret", "why"), [("", "shorter than 24"), ("whsec_!", "no base64"), ("whsec_YQ==", "shorter")]
    )
    def test_without_a_good_secret_nothing_leaves(
        self, bikes: Store, settings: Settings, receiver: Fake, secret: str, why: str
    ) -> None:
        writes.keep_emergences(bikes, [emergence()])
        assert write_back(bikes, with_webhook(settings, receiver, secret=secret), now=NOW).dead == 1
        assert why in reads.deliveries(bikes)[0].last_error
        assert receiver.asked == []

    def test_a_private_address_must_be_named(self, bikes: Store, settings: Settings, receiver: Fake) -> None:
        writes.keep_emergences(bikes, [emergence()])
        assert write_back(bikes, with_webhook(settings, receiver, allow_hosts=""), now=NOW).sent == 0
        assert receiver.asked == []

    def test_the_standards_own_example_is_signed_as_it_says(self) -> None:
        from datetime import UTC, datetime  # noqa: PLC0415 - only here

        secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        made = signed(
            b'{"test": 2432232314}',
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            secret=secret,
            now=datetime.fromtimestamp(1614265330, UTC),
        )
        assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        assert len(key_of(secret)) == 24

    def test_a_gone_address_is_given_up(self, receiver: Fake) -> None:
        receiver.down = [410]
        with httpx.Client() as client, pytest.raises(DeliveryError, match="410"):
            post(client, receiver.url, delivery_id="d", body={}, secret=SECRET, now=NOW)


class TestOutbox:
    def test_a_delivery_is_queued_once_and_claimed_by_one(self, store: Store) -> None:
        one = Delivery("d-1", "webhook", "x", "pp-1", {"k": "v"}, NOW)
        assert [writes.queue_deliveries(store, [one], now=NOW) for _ in range(2)] == [1, 0]
        claimed = writes.claim_delivery(store, by="a", now=NOW, channels=("webhook",))
        assert claimed is not None
        assert (claimed.id, claimed.detail, claimed.tries, claimed.at) == ("d-1", {"k": "v"}, 1, NOW)
        assert writes.claim_delivery(store, by="b", now=NOW, channels=("webhook",)) is None
        assert writes.claim_delivery(store, by="b", now=NOW + timedelta(hours=1), channels=("ticket",)) is None
        later = writes.claim_delivery(store, by="b", now=NOW + timedelta(hours=1), channels=("webhook",))
        assert later is not None  # the first worker is held for dead

    def test_a_dead_workers_claim_is_free_at_once(self, store: Store) -> None:
        writes.queue_deliveries(store, [Delivery("d-1", "ticket", "x", "pp-1", {}, NOW)], now=NOW)
        writes.claim_delivery(store, by="gone", now=NOW, channels=("ticket",))
        assert writes.free_deliveries(store, dead=lambda worker: worker == "other") == 0
        assert writes.free_deliveries(store, dead=lambda worker: worker == "gone") == 1
        assert writes.claim_delivery(store, by="b", now=NOW, channels=("ticket",)) is not None
        assert not writes.requeue_delivery(store, "d-1", now=NOW)  # it is claimed
