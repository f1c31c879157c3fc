"""The command line: what each command prints, writes and ends with, on a small installation."""

from __future__ import annotations

import csv
import json
import os
import re
import signal as signals_of_the_system
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cli_nouns import Run
from store_nouns import NIGHT, NOW, alert, at, document, keep

from listening.cli import findings, opened
from listening.cli.interrupt import ctrl_c_heard
from listening.store import Store, open_store, reads, writes
from listening.types import Crawl

pytest_plugins = ("cli_fixtures",)
ROOT = Path(__file__).resolve().parent.parent
LATER = opened.current().date() + timedelta(days=9)


def python(*words: str, **more: object) -> subprocess.CompletedProcess[str]:
    """Run Python in this checkout."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, env=env, check=False, **more)  # type: ignore[call-overload,no-any-return] # noqa: S603 - our own interpreter


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let programs that are started hear Ctrl-C, also where the tests run in the background, which ignores it."""
    before = signals_of_the_system.signal(signals_of_the_system.SIGINT, signals_of_the_system.default_int_handler)
    yield
    signals_of_the_system.signal(signals_of_the_system.SIGINT, before)


class TestTheDoor:
    def test_help_loads_none_of_the_heavy_rooms(self) -> None:
        told = python("-X", "importtime", "-m", "listening", "--help")
        assert "Usage: listening" in told.stdout
        heavy = ("torch", "spacy", "sklearn", "sqlalchemy", "prefect", "numpy", "praw", "rich", "httpx")
        assert [name for name in heavy if f"| {name}\n" in told.stderr.replace("|   ", "| ").replace("  ", "")] == []
        assert "typer" in told.stderr

    def test_version_and_wrong_use(self, cli: Run) -> None:
        assert cli("pain-points", "list", "--nonsense").code == 2
        assert cli("export", "nonsense", "-o", "x.csv").code == 2
        assert cli("nonsense").code == 2

    def test_an_error_is_one_line_with_the_mend(self, cli: Run) -> None:
        got = cli("doctor", "--config", "/no/such/folder")
        assert (got.code, got.out) == (1, "")
        assert got.err == "listening: no settings folder /no/such/folder -> give --config DIR or set LISTENING_CONFIG\n"

    def test_wrong_settings_are_told_all_at_once(self, cli: Run, bikes_home: Path) -> None:
        (bikes_home / "configs" / "listening.toml").write_text('[mail]\nhots = "x"\n[nihgt]\n')
        got = cli("sources", "list")
        assert got.code == 1
        assert "mail.hots: no such key; did you mean 'host'?" in got.err
        assert "nihgt: no such key; did you mean 'night'?" in got.err
        assert "Traceback" not in got.err

    def test_the_settings_folder(self, cli: Run, bikes_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert opened.config_folder(None) == bikes_home / "configs"
        monkeypatch.chdir("/")
        assert opened.config_folder(None) == ROOT / "configs"
        monkeypatch.setenv("LISTENING_CONFIG", str(bikes_home / "configs"))
        assert "bikes" in cli("doctor").out

    def test_a_reader_that_leaves_gets_no_complaint(self, bikes_home: Path) -> None:
        command = f"{sys.executable} -m listening settings docs | head -1; echo ${{PIPESTATUS[0]}}"
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        got = subprocess.run(  # noqa: S603 - our own words
            ["bash", "-c", command],  # noqa: S607 - any bash
            capture_output=True,
            text=True,
            env=env,
            cwd=bikes_home,
            check=True,
        )
        assert got.stdout.startswith("# Settings\n")
        assert got.stderr == ""

    @pytest.mark.usefixtures("interruptible")
    def test_ctrl_c_is_quiet_and_leaves_no_half_file(self, bikes_home: Path) -> None:
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        words = [sys.executable, "-m", "listening", "read", "-", "-o", "out.jsonl"]
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=env, cwd=bikes_home)  # noqa: S603 - our own words
        until = time.monotonic() + 60
        while not list(bikes_home.glob(".out.jsonl.*.part")) and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signals_of_the_system.SIGINT)
        _, told = process.communicate(timeout=60)
        assert (process.returncode, told) == (130, b"")
        assert [path.name for path in bikes_home.iterdir()] == ["configs"]

    @pytest.mark.usefixtures("interruptible")
    def test_ctrl_c_is_heard_where_python_cannot_raise_it(self) -> None:
        lost = """
            import time
            from listening.cli.interrupt import ctrl_c_heard

            class Callback:
                def __del__(self):
                    raise KeyboardInterrupt

            with ctrl_c_heard():
                Callback()
                time.sleep(20)
                print("not heard")
        """
        got = python("-c", textwrap.dedent(lost))
        assert (got.returncode, got.stdout, got.stderr) == (130, "", "")

    def test_another_lost_error_is_told_as_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        told: list[object] = []
        monkeypatch.setattr(sys, "unraisablehook", lambda lost: told.append(lost.exc_type))

        class Callback:
            def __del__(self) -> None:
                raise OSError

        with ctrl_c_heard():
            Callback()
        assert told == [OSError]


class TestPainPoints:
    def test_list_and_show(self, cli: Run, bikes_store: Store) -> None:
        head, row = cli("pain-points", "list").out.splitlines()
        assert head.split()[:2] == ["id", "people"]
        assert row.split()[:2] == ["pp-1", "3"]
        assert row.endswith("the cover drips")
        shown = cli("pain-points", "show", "pp-1").out
        assert "s-d1-0  2026-03-08  yard  passage 0 of d1" in shown
        assert "listening  born" in shown
        assert cli("pain-points", "list", "--status", "done").out.startswith("no pain points yet")
        assert reads.point(bikes_store, "pp-1").status == "open"

    def test_figures_and_fixes_are_those_of_the_last_night_not_of_today(self, cli: Run, bikes_store: Store) -> None:
        writes.open_night(bikes_store, NIGHT, NOW)
        writes.close_night(bikes_store, NIGHT, state="done", now=NOW, note="")
        cli("pain-points", "resolve", "pp-1", "--on", f"{NIGHT}")
        shown = cli("pain-points", "show", "pp-1").out
        assert f"measured, 2026-02-11 to {NIGHT}\npeople          3 outside" in shown
        assert "0 days ago" not in shown
        (fix,) = (line for line in shown.splitlines() if line.startswith("fix "))
        assert "10 March 2026" in fix or "2026" not in fix
        cli("export", "measures", "-o", "m.csv")
        assert len(Path("m.csv").read_text().splitlines()) > 1

    @pytest.mark.usefixtures("bikes_store")
    def test_an_unknown_one(self, cli: Run) -> None:
        got = cli("pain-points", "show", "pp-9")
        assert (got.code, got.err) == (1, "listening: no pain point pp-9 -> see `listening pain-points list`\n")

    def test_what_an_owner_does_is_kept_with_who(self, cli: Run, bikes_store: Store) -> None:
        for words in (
            ("assign", "pp-1", "--owner", "ann", "--importance", "4", "--who", "Bo"),
            ("rename", "pp-1", "cover leaks", "--who", "Bo"),
            ("mute", "pp-1", "--until", f"{LATER}", "--who", "Bo"),
            ("resolve", "pp-1", "--on", "2026-03-09", "--who", "Bo"),
        ):
            assert cli("pain-points", *words).code == 0, words
        point = reads.point(bikes_store, "pp-1")
        assert (point.owner, point.department, point.importance) == ("ann", "Product", 4)
        assert (point.name, point.named_by, point.status) == ("cover leaks", "Bo", "watch")
        assert (f"{point.resolved_on}", f"{point.muted_until}") == ("2026-03-09", f"{LATER}")
        assert cli("pain-points", "reopen", "pp-1").code == 0
        assert reads.point(bikes_store, "pp-1").status == "open"
        who = [line.who for line in reads.ledger(bikes_store, "pp-1")]
        assert who[:5] == ["listening", "Bo", "Bo", "Bo", "Bo"]

    @pytest.mark.parametrize(
        ("words", "code", "part"),
        [
            (("assign", "pp-1", "--owner", "nobody"), 1, "use one of ann"),
            (("assign", "pp-1", "--owner", "ann", "--ease", "6"), 2, "--ease"),
            (("mute", "pp-1", "--until", "soon"), 2, "is no date"),
            (("mute", "pp-1"), 2, "--until"),
            (("merge", "pp-1", "pp-9"), 1, "no pain point pp-9"),
            (("move", "s-nope", "pp-1"), 1, "is not in pp-1"),
        ],
    )
    def test_mistakes(self, cli: Run, bikes_store: Store, words: tuple[str, ...], code: int, part: str) -> None:
        before = reads.ledger(bikes_store)
        got = cli("pain-points", *words)
        assert got.code == code
        assert part in got.err
        assert reads.ledger(bikes_store) == before

    def test_split_and_merge(self, cli: Run, bikes_store: Store) -> None:
        new = cli("pain-points", "split", "pp-1", "s-d3-0").out.split()[-1]
        assert {point.id: point.size for point in reads.points(bikes_store, map_id="bikes")} == {"pp-1": 2, new: 1}
        assert cli("pain-points", "merge", new, "pp-1").code == 0
        assert [point.id for point in reads.points(bikes_store, map_id="bikes")] == ["pp-1"]

    def test_move(self, cli: Run, bikes_store: Store) -> None:
        assert cli("pain-points", "move", "s-d1-0", "pp-1").code == 0
        assert reads.apart(bikes_store) == {("s-d1-0", "pp-1")}


class TestInAndOut:
    def test_import_keeps_the_good_lines(self, cli: Run, bikes_home: Path) -> None:
        (bikes_home / "tickets.csv").write_text("id,text,author\n1,the seam drips,zoe\n2,,\n3,the chain jumps,kim\n")
        got = cli("import", "tickets.csv", "--source", "tickets", "--kind", "ticket")
        assert (got.code, got.out) == (3, "2 seen, 2 new, 0 changed, 1 not understood\n")
        assert "line 3" in got.err
        again = cli("import", "tickets.csv", "--source", "tickets", "--kind", "ticket")
        assert "2 seen, 0 new" in again.out

    def test_an_import_of_nothing_failed(self, cli: Run, bikes_home: Path) -> None:
        (bikes_home / "x.jsonl").write_text("no json\n")
        assert cli("import", "x.jsonl", "--source", "x").code == 1
        assert cli("import", "nowhere.jsonl", "--source", "x").code == 2

    @pytest.mark.usefixtures("bikes_store")
    @pytest.mark.parametrize("what", ["posts", "signals", "pain-points", "members", "assignments", "alerts", "history"])
    def test_export(self, cli: Run, bikes_home: Path, what: str) -> None:
        got = cli("export", what, "-o", "out.csv")
        with (bikes_home / "out.csv").open(newline="") as file:
            count = len(list(csv.reader(file)))
        assert (got.code, got.out) == (0, f"{max(0, count - 1)} {what} in out.csv\n")

    @pytest.mark.usefixtures("bikes_store")
    def test_report(self, cli: Run, bikes_home: Path) -> None:
        got = cli("report", "--map", "bikes", "--since", "2026-01-01", "--until", "2026-03-31", "-o", "out.json")
        assert (got.code, got.out) == (0, "1 pain point, 2026-01-01 to 2026-03-31, in out.json\n")
        assert "the cover drips" in (bikes_home / "out.json").read_text()
        assert "no map 'boats' -> use one of bikes" in cli("report", "--map", "boats", "-o", "x.html").err
        assert cli("report", "--since", "2026-03-02", "--until", "2026-03-01", "-o", "x.html").code == 2
        assert cli("report", "-o", "x.docx").code == 1

    @pytest.mark.usefixtures("bikes_store")
    def test_backup_and_restore(self, cli: Run, bikes_home: Path) -> None:
        assert cli("backup", "copy.db").code == 0
        cli("pain-points", "rename", "pp-1", "another name")
        assert cli("restore", "copy.db").code == 0
        assert "the cover drips" in cli("pain-points", "list").out
        (bikes_home / "bad.db").write_text("no database")
        assert cli("restore", "bad.db").code == 1

    @pytest.mark.usefixtures("bikes_store")
    def test_the_doctor_tells_how_old_the_copies_are(self, cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        def told() -> str:
            return next(line for line in cli("doctor").out.splitlines() if " backup " in line)

        assert "none is known -> run `listening backup FILE`" in told()
        cli("backup", "copy.db")
        assert "ok" in told()
        assert "1 known, the newest 0 days old" in told()
        late = findings.current() + timedelta(days=31)
        monkeypatch.setattr(findings, "current", lambda: late)
        assert "copy.db is 31 days old: it holds posts and people that were deleted since -> delete it" in told()
        Path("copy.db").unlink()
        assert "none is known" in told()

    def test_the_doctor_tells_of_posts_that_nobody_drops(
        self, cli: Run, bikes_store: Store, bikes_home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def told() -> str:
            return next(line for line in cli("doctor").out.splitlines() if " retention " in line)

        assert told().startswith("ok")
        keep(bikes_store, document("old", day=-480))
        monkeypatch.setattr(findings, "current", lambda: NOW)
        assert told().startswith("ill")
        assert "1 post should be gone: older than 456 days and a week -> let `listening serve` keep the week" in told()
        writes.drop_older(bikes_store, at(-456))
        assert told().startswith("ok")
        (bikes_home / "configs" / "listening.toml").write_text("[store]\nretention_days = 0\n")
        assert told().startswith("off")


class TestUpkeep:
    def test_erase(self, cli: Run, bikes_home: Path) -> None:
        (bikes_home / "a.jsonl").write_text('{"id": "1", "text": "the seam drips", "author": "zoe"}\n')
        cli("import", "a.jsonl", "--source", "a")
        assert cli("erase", "--author", "u/Zoe", "--source", "b").out.startswith("forgotten: 0 posts")
        assert cli("erase", "--author", "u/Zoe").out.startswith("forgotten: 1 post,")
        assert "0 seen" in cli("import", "a.jsonl", "--source", "a").out

    def test_retention(self, cli: Run, bikes_home: Path, bikes_store: Store) -> None:
        keep(bikes_store, document("ancient", day=-9000))
        assert cli("retention", "run").out.startswith("1 post dropped")
        (bikes_home / "configs" / "listening.toml").write_text("[store]\nretention_days = 0\n")
        assert cli("retention", "run").out == "0 posts dropped\n"

    def test_alerts(self, cli: Run, bikes_store: Store) -> None:
        writes.queue_alerts(bikes_store, [alert()], map_id="bikes", now=NOW)
        claimed = writes.claim_alert(bikes_store, by="w", now=NOW)
        assert claimed
        writes.mark_dead(bikes_store, "a-1", by="w", error="550 no such box")
        assert "550 no such box" in cli("alerts", "list", "--state", "dead").out
        assert cli("alerts", "list", "--state", "daed").code == 2
        assert cli("alerts", "retry").out.startswith("1 put back")
        assert [row.state for row in reads.alerts(bikes_store)] == ["queued"]
        assert cli("alerts", "retry", "a-9").code == 1


class TestSources:
    SOURCES = """
[sources.archive]
kind = "file"
path = "{path}"
[sources.reddit]
kind = "reddit"
subreddits = ["bikes"]
[sources.gone]
kind = "file"
path = "nowhere.jsonl"
enabled = false
"""

    @pytest.fixture(autouse=True)
    def sources(self, bikes_home: Path) -> None:
        path = bikes_home / "archive.jsonl"
        lines = [{"id": str(n), "text": f"Mail me at zoe@house.test, {n}", "author": "zoe"} for n in range(7)]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        (bikes_home / "configs" / "sources.toml").write_text(self.SOURCES.format(path=path))

    def test_check_shows_five_posts_as_they_would_be_stored(self, cli: Run) -> None:
        got = cli("sources", "check", "archive")
        assert got.code == 0
        assert got.out.count("Mail me at [email]") == 5
        assert "zoe" not in got.out
        assert "no posts yet" not in cli("sources", "list").out

    def test_off_is_not_broken_and_one_failure_is_part(self, cli: Run) -> None:
        got = cli("sources", "check")
        assert got.code == 0
        assert "off: Reddit is off" in got.out
        assert cli("sources", "check", "archive", "gone").code == 3
        assert cli("sources", "check", "gone").code == 1
        assert "it knows archive, reddit, gone" in cli("sources", "check", "nope").err

    def test_list(self, cli: Run, bikes_store: Store) -> None:
        writes.keep_crawl(bikes_store, Crawl("archive", NIGHT, "failed", error="it did not answer"))
        rows = [line.split() for line in cli("sources", "list").out.splitlines()]
        assert [row[:3] for row in rows] == [
            ["archive", "file", "on"],
            ["reddit", "reddit", "on"],
            ["gone", "file", "off"],
        ]
        assert "it did not answer" in " ".join(rows[0])

    def test_night_names_the_sources_it_knows(self, cli: Run) -> None:
        got = cli("night", "--source", "arhcive")
        assert (got.code, got.out) == (1, "")
        assert "it knows archive, reddit, gone" in got.err
        assert cli("night", "--now", "tonight").code == 2

    def test_doctor(self, cli: Run, bikes_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        writes.open_night(bikes_store, NIGHT, NOW)
        writes.keep_crawl(bikes_store, Crawl("archive", NIGHT, "failed", error="it did not answer"))
        with socket.create_server(("127.0.0.1", 0)) as server:
            monkeypatch.setenv("LISTENING_MAIL_HOST", "127.0.0.1")
            port = str(server.getsockname()[1])
            monkeypatch.setenv("LISTENING_MAIL_PORT", port)
            states = {re.split("  +", line)[1]: line for line in cli("doctor").out.splitlines()[1:-1]}
        assert states["mail"].startswith("ok")
        assert states["source archive"].startswith("BROKEN")
        assert "reddit.com/prefs/apps" in states["source reddit"]
        assert states["source reddit"].startswith("off")
        assert states["models"].startswith("ok")
        assert states["database"].startswith("ok")
        got = cli("doctor")  # the server is gone
        assert got.code == 1
        said = f"the mail server 127.0.0.1:{port} does not answer: nothing listens there; mails wait -> start it, or"
        assert said in next(line for line in got.out.splitlines() if line.startswith("BROKEN  mail"))
        assert "Errno" not in got.out

    def test_a_night_of_some_days_ago_is_ill_however_well_it_ended(
        self, cli: Run, bikes_store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        writes.open_night(bikes_store, NIGHT, NOW)
        writes.close_night(bikes_store, NIGHT, state="done", now=NOW, note="")
        for days, said in (
            (1, "ok   night"),
            (2, "ill  night"),
            (9, "done; none for 9 days -> is `listening serve` run"),
        ):
            monkeypatch.setattr(findings, "current", lambda late=NOW + timedelta(days=days): late)
            assert said in cli("doctor").out


class TestDoctorOnAFreshMachine:
    def test_looking_makes_nothing(self, cli: Run, bikes_home: Path) -> None:
        got = cli("doctor")
        assert got.code == 0
        assert "BROKEN" not in got.out
        assert not (bikes_home / "data").exists()

    def test_a_place_where_no_database_can_be_made(
        self, cli: Run, bikes_home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (bikes_home / "file").write_text("no folder")
        monkeypatch.setenv("LISTENING_DATABASE_URL", f"sqlite:///{bikes_home / 'file' / 'sub' / 'a.db'}")
        got = cli("doctor")
        assert got.code == 1
        said = f"a.db cannot be made -> let this user write to {bikes_home / 'file'}, or correct store.var"
        assert said in next(line for line in got.out.splitlines() if line.startswith("BROKEN  database"))

    def test_a_database_that_is_none(self, cli: Run, bikes_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (bikes_home / "bad.db").write_bytes(b"no database at all" * 100)
        monkeypatch.setenv("LISTENING_DATABASE_URL", f"sqlite:///{bikes_home / 'bad.db'}")
        got = cli("doctor")
        assert got.code == 1
        assert "BROKEN  database" in got.out

    def test_broken_models_and_an_empty_key(self, cli: Run, bikes_home: Path) -> None:
        (bikes_home / "data" / "var").mkdir(parents=True)
        (bikes_home / "data" / "var" / "key").write_text("")
        (bikes_home / "configs" / "listening.toml").write_text('[reading]\nmodels = "nowhere"\n')
        out = cli("doctor").out
        assert "BROKEN  models" in out
        assert "BROKEN  key" in out
        assert cli("models", "list").code == 1
        assert cli("models", "gate").code == 1

    def test_models_list(self, cli: Run) -> None:
        assert "reader/heads.safetensors" in cli("models", "list").out

    def test_the_store_is_where_the_settings_say(self, cli: Run, bikes_home: Path) -> None:
        cli("pain-points", "list")
        assert (bikes_home / "data" / "var" / "listening.db").is_file()
        open_store(f"sqlite:///{bikes_home / 'data' / 'var' / 'listening.db'}").close()
