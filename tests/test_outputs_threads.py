"""A mail's thread and pictures, and the other channels on loopback: what they get, and which replies may pass."""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from outputs_nouns import NOW, alert

from listening.errors import MailError, MailUnavailable
from listening.outputs import compose, deliver
from listening.outputs.sparkline import HEIGHT, WIDTH, sparkline
from listening.types import Alert, AlertItem

SENDER = "listening@house.test"


def item(kind: str, *thread: str) -> AlertItem:
    (one,) = alert().items
    return replace(one, emergence=replace(one.emergence, kind=kind), thread=thread)


def headers(*items: AlertItem) -> tuple[str | None, str | None]:
    made = compose(replace(alert(), items=items), sender=SENDER, base_url="", now=NOW)
    return made["In-Reply-To"], made["References"]


class TestThread:
    def test_something_new_begins_one(self) -> None:
        assert headers(item("new")) == (None, None)
        assert headers(item("new"), item("rising", "al-1")) == (None, None)

    def test_what_was_told_before_goes_on_in_its_own(self) -> None:
        assert headers(item("rising", "al-1", "al-2", "al-3")) == (
            "<al-3@house.test>",
            "<al-1@house.test> <al-3@house.test>",
        )

    def test_the_leading_pain_point_is_the_parent(self) -> None:
        told = headers(item("rising", "al-7", "al-8"), item("back", "al-1", "al-2"))
        assert told == (
            "<al-2@house.test>",
            "<al-7@house.test> <al-8@house.test> <al-1@house.test> <al-2@house.test>",
        )


class TestPicture:
    @pytest.mark.parametrize("trend", [(), (0,), (0, 0, 1, 5), tuple(range(12)), (10**9, 1)])
    def test_is_a_sound_png_of_its_size(self, trend: tuple[int, ...]) -> None:
        found = sparkline(trend)
        assert found.startswith(b"\x89PNG\r\n\x1a\n")
        assert (int.from_bytes(found[16:20]), int.from_bytes(found[20:24])) == (WIDTH, HEIGHT)
        data = found[found.index(b"IDAT") + 4 : found.index(b"IEND") - 8]
        assert len(zlib.decompress(data)) == HEIGHT * (WIDTH + 1)

    def test_the_fullest_week_reaches_the_top_and_nobody_is_a_stub(self) -> None:
        found = sparkline((0, 4))
        pixels = zlib.decompress(found[found.index(b"IDAT") + 4 : found.index(b"IEND") - 8])
        column = [pixels[y * (WIDTH + 1) + 1 :][:WIDTH] for y in range(HEIGHT)]
        assert [row[0] for row in column].count(2) == 4
        assert {row[WIDTH // 2] for row in column} == {1}

    def test_hangs_on_the_page_that_names_it(self) -> None:
        made = compose(alert(), sender=SENDER, base_url="", now=NOW)
        (picture,) = [part for part in made.walk() if part.get_content_type() == "image/png"]
        page = made.get_body(("html",))
        assert page is not None
        assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in page.get_content()


@contextmanager
def hook(status: int = 200) -> Iterator[tuple[str, list[tuple[dict[str, str], dict[str, object]]]]]:
    """A receiver on loopback that always gives this reply, and what it got."""
    got: list[tuple[dict[str, str], dict[str, object]]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((dict(self.headers), json.loads(body)))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hook", got
        server.shutdown()


def through(channel: str) -> Alert:
    return replace(alert(), channel=channel)


def send(made: Alert) -> None:
    deliver(made, base_url="https://board.test", now=NOW, smtp=None)


class TestChannels:
    def test_a_webhook_gets_the_alert_with_its_id_as_key(self) -> None:
        with hook() as (address, got):
            send(through(f"webhook {address}"))
            send(through(f"webhook {address}"))
        assert {head["Idempotency-Key"] for head, _ in got} == {alert().id}
        body = got[0][1]
        assert (body["format"], body["night"]) == ("listening.alert.v1", "2026-03-31")
        (point,) = body["pain_points"]  # type: ignore[misc]  # a list in JSON
        assert point["link"] == "https://board.test/pain-points/pp-0a1b2c3d4e"
        assert point["why"] == alert().items[0].emergence.sentence

    @pytest.mark.parametrize(
        ("status", "kind"),
        [(429, MailUnavailable), (500, MailUnavailable), (503, MailUnavailable), (302, MailError), (404, MailError)],
    )
    def test_a_webhooks_reply_says_whether_to_try_again(self, status: int, kind: type[MailError]) -> None:
        with hook(status) as (address, _), pytest.raises(MailError) as caught:
            send(through(f"webhook {address}"))
        assert type(caught.value) is kind

    def test_nobody_at_a_webhook_is_tried_again(self) -> None:
        with hook() as (address, _):
            pass
        with pytest.raises(MailUnavailable):
            send(through(f"webhook {address}"))

    def test_apprise_posts_a_short_text(self) -> None:
        with hook() as (address, got):
            send(through("apprise " + address.replace("http://", "json://")))
        assert got[0][1]["title"] == "Rising: Helmet buckle never closes"
        assert "4 people in 3 nights" in str(got[0][1]["message"])

    @pytest.mark.parametrize("channel", ["pigeon x", "webhook ftp://house.test", "apprise nothing://"])
    def test_what_is_no_channel_is_refused_for_good(self, channel: str) -> None:
        with pytest.raises(MailError) as caught:
            send(through(channel))
        assert type(caught.value) is MailError
