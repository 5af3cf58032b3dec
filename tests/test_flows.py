"""Real Prefect: a nightly run by hand, then `opendata serve` on the same inbox.

One workspace goes through the whole file, as it would at a city: the example inbox is published by
the nightly flow; serving then sees files come, a night (here: a minute) pass, and hard ends.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import openpyxl
import pytest

from opendata.pipeline import Settings, load_settings, run_pass
from tests.builders import DX, INBOX, SHIMOTSUKE

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0  # seconds: for a machine busy with other things; the figures are printed
Print = Callable[[str], None]


class Desk:
    """An operator's inbox, workspace and public folder, and the commands used there."""

    def __init__(self, root: Path, prefect: Path | None = None) -> None:
        self.root = root
        self.prefect = prefect or root / "workspace" / "prefect"
        self.inbox = root / "inbox"
        self.workspace = root / "workspace"
        self.public = root / "public"
        self.mark = f"FLOWS_TEST_MARK={uuid4()}"

    @property
    def environment(self) -> dict[str, str]:
        name, mark = self.mark.split("=")
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
        return kept | {name: mark, "PREFECT_HOME": str(self.prefect)}

    @property
    def options(self) -> list[str]:
        named = {"--inbox": self.inbox, "--workspace": self.workspace, "--public": self.public}
        return [part for name, path in named.items() for part in (name, str(path))]

    def settings(self) -> Settings:
        return load_settings(
            inbox=self.inbox, workspace=str(self.workspace), public=str(self.public)
        )

    def nightly(self, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "flows.nightly", *self.options, *more],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def processes(self) -> list[str]:
        """Command lines of all processes that a command of this desk has started."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                marked = self.mark.encode() in (folder / "environ").read_bytes().split(b"\0")
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if marked and command:
                found.append(command.replace(b"\0", b" ").decode())
        return found

    def all_gone(self, seconds: float) -> bool:
        return within(seconds, lambda: not self.processes()) is not None

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads((self.workspace / "state.json").read_text())
        return state

    def status(self, place: str) -> str | None:
        account = self.state["submissions"].get(place)
        return account and str(account["status"])

    def version(self) -> str:
        path = self.public / "datasets" / "municipal-plans" / "datapackage.json"
        return str(json.loads(path.read_text())["version"])

    def review(self, place: str) -> Path:
        return self.workspace / "reviews" / place / "report.html"


class Serving:
    """`opendata serve` at a desk, until it is ready, and what it says."""

    def __init__(self, desk: Desk, *more: str) -> None:
        self.desk = desk
        self.said = desk.root / f"serve-{uuid4()}.txt"
        with self.said.open("w") as output:
            self.process = subprocess.Popen(
                [Path(sys.executable).parent / "opendata", "serve", *desk.options, *more],
                cwd=ROOT,
                env=desk.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        assert within(PATIENCE, lambda: "Ready." in self.text), self.text

    @property
    def text(self) -> str:
        return self.said.read_text()

    def runs(self, **chosen: Any) -> list[dict[str, Any]]:
        """Flow runs from Prefect's history."""
        address = re.search(r"http://127\.0\.0\.1:\d+", self.text)
        assert address, self.text
        request = urllib.request.Request(
            f"{address[0]}/api/flow_runs/filter",
            json.dumps(chosen).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found

    def end(self, how: signal.Signals) -> float:
        """Seconds until the process has ended."""
        start = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(PATIENCE)
        return time.monotonic() - start


def within(seconds: float, holds: Callable[[], bool]) -> float | None:
    """The seconds until something holds, None where it does not in time."""
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        if holds():
            return time.monotonic() - start
        time.sleep(0.1)
    return None


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The example inbox, but for one city's workbook that comes later."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    shutil.copytree(INBOX, desk.inbox)
    (desk.inbox / SHIMOTSUKE).unlink()
    yield desk
    assert desk.all_gone(PATIENCE), desk.processes()


@pytest.fixture(scope="module")
def first(desk: Desk) -> subprocess.CompletedProcess[str]:
    """The first nightly run."""
    return desk.nightly("--lang", "en")


@pytest.fixture(scope="module")
def served(desk: Desk, first: object) -> Iterator[Serving]:
    """`opendata serve`, whose night comes every minute."""
    serving = Serving(desk, "--lang", "en", "--cron", "* * * * *")
    assert within(PATIENCE, lambda: "nothing new to publish" in serving.text), serving.text
    yield serving
    if serving.process.poll() is None:
        serving.end(signal.SIGKILL)


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]) -> Print:
    def shown(line: str) -> None:
        with capsys.disabled():
            print(f"\n  {line}")

    return shown


# --- nightly -------------------------------------------------------------------------------------


def test_the_nightly_flow_does_what_a_pass_in_process_does(
    desk: Desk, first: subprocess.CompletedProcess[str], tmp_path: Path
) -> None:
    assert (first.returncode, first.stderr) == (0, ""), first.stdout
    report = desk.review(DX).with_name("report.json")
    now = datetime.fromisoformat(json.loads(report.read_text())["received"])

    twin = Desk(tmp_path)
    shutil.copytree(desk.inbox, twin.inbox)
    summary = run_pass(twin.settings(), now=now)

    assert files(twin.public) == files(desk.public)
    for part in ("archive", "reviews"):
        assert files(twin.workspace / part) == files(desk.workspace / part)
    said = first.stdout.replace(str(desk.root), str(tmp_path)).splitlines()
    assert said[-len(summary.sentences("en")) :] == summary.sentences("en")
    assert "Traceback" not in (desk.workspace / "logs" / "opendata.log").read_text()
    assert desk.all_gone(PATIENCE), desk.processes()


def test_a_second_night_publishes_nothing(desk: Desk, first: object) -> None:
    before = files(desk.public)
    second = desk.nightly("--lang", "en")
    assert (second.returncode, second.stderr) == (0, "")
    assert "nothing new to publish" in second.stdout
    assert files(desk.public) == before


def test_what_stops_a_night_is_said_in_a_sentence(
    desk: Desk, first: object, tmp_path: Path
) -> None:
    empty = Desk(tmp_path, desk.prefect)  # a database that is there already: seconds less
    nowhere = empty.nightly("--lang", "en")
    assert (nowhere.returncode, nowhere.stderr) == (2, "")
    assert nowhere.stdout.splitlines()[0].startswith(f'There is no file or folder "{empty.inbox}"')

    empty.inbox.mkdir()
    empty.public.write_text("a file where a folder should be")
    unwritable = empty.nightly("--lang", "en")
    assert unwritable.returncode == 1
    assert "Traceback" not in unwritable.stdout + unwritable.stderr
    assert empty.all_gone(PATIENCE), empty.processes()


def test_a_night_that_is_stopped_leaves_no_process_and_is_made_good(
    desk: Desk, first: object, tmp_path: Path
) -> None:
    stopped = Desk(tmp_path, desk.prefect)
    shutil.copytree(INBOX, stopped.inbox)
    command = [sys.executable, "-m", "flows.nightly", *stopped.options, "--lang", "en"]
    with subprocess.Popen(
        command, cwd=ROOT, env=stopped.environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert within(PATIENCE, (stopped.workspace / "archive").is_dir), "it never began"
        process.terminate()
        said, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said.splitlines()[-1]) == (130, "Stopped; the next run goes on.")
    assert stopped.all_gone(PATIENCE), stopped.processes()
    assert run_pass(stopped.settings()).has_news
    assert stopped.version() == "1.0.0"


# --- serve ---------------------------------------------------------------------------------------


def test_a_workbook_that_is_dropped_slowly_is_published(
    desk: Desk, served: Serving, show: Print
) -> None:
    before = desk.version()
    content = (INBOX / SHIMOTSUKE).read_bytes()
    place = desk.inbox / SHIMOTSUKE
    place.parent.mkdir(exist_ok=True)
    with place.open("wb") as file:
        file.write(content[: len(content) // 2])
        file.flush()
        time.sleep(1.5)
        file.write(content[len(content) // 2 :])
    took = within(PATIENCE, lambda: desk.version() != before)
    assert took, served.text
    show(f"dropped to published: {took:.1f} s, of which 2 s to see that the file has settled")
    assert desk.status(SHIMOTSUKE) == "accepted"
    assert within(PATIENCE, lambda: f"✓ {SHIMOTSUKE}" in served.text), served.text


def test_a_bad_file_is_refused_with_a_review(desk: Desk, served: Serving, show: Print) -> None:
    before, place = desk.version(), "municipal-plans/132292/こわれた.xlsx"
    (desk.inbox / place).write_bytes(b"PK\x03\x04 this is no workbook")
    took = within(PATIENCE, lambda: desk.status(place) is not None)
    assert took, served.text
    show(f"dropped to refused: {took:.1f} s")
    assert desk.status(place) == "unreadable"
    assert desk.review(place).is_file()
    assert desk.version() == before


def test_every_file_of_a_burst_is_accounted_for(desk: Desk, served: Serving, show: Print) -> None:
    places = [f"municipal-plans/141500/一覧{number}.csv" for number in range(20)]
    for place in places:
        (desk.inbox / place).write_text(f"何の,表でもない\n{place},1\n", encoding="utf-8")
    took = within(PATIENCE, lambda: None not in map(desk.status, places))
    assert took, served.text
    show(f"20 files dropped to all accounted for: {took:.1f} s")
    assert all(desk.review(place).is_file() for place in places)


def test_a_night_really_comes(served: Serving, show: Print) -> None:
    nights = {
        "flows": {"name": {"any_": ["nightly"]}},
        "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}},
    }
    took = within(100, lambda: any(run["auto_scheduled"] for run in served.runs(**nights)))
    assert took is not None, (served.text, served.runs())
    show(f"waited {took:.1f} s for a scheduled run to be completed")


def test_no_traceback_reaches_the_operator(served: Serving) -> None:
    assert "Traceback" not in served.text
    assert served.process.poll() is None


def test_a_second_serve_is_kept_out(desk: Desk, served: Serving) -> None:
    command = [sys.executable, "-m", "flows.serve", *desk.options, "--lang", "en"]
    second = subprocess.run(
        command, cwd=ROOT, env=desk.environment, capture_output=True, text=True, check=False
    )
    assert (second.returncode, second.stderr) == (1, "")
    assert "already running" in second.stdout


def test_after_a_hard_end_amid_work_serving_goes_on(
    desk: Desk, served: Serving, show: Print
) -> None:
    before = desk.version()
    book = openpyxl.load_workbook(INBOX / DX)
    book["取組一覧"]["E4"] = "令和７年度（2025年度）"
    book.save(desk.inbox / DX)
    assert within(PATIENCE, lambda: any("prefect.engine" in one for one in desk.processes()))
    served.end(signal.SIGKILL)
    assert desk.all_gone(PATIENCE), desk.processes()

    again = Serving(desk, "--lang", "en")
    try:
        took = within(PATIENCE, lambda: desk.version() != before)
        assert took is not None, again.text
        show(f"ready after a hard end to published: {took:.1f} s")
        assert within(PATIENCE, lambda: desk.status(DX) == "accepted")
        unfinished = {"flow_runs": {"state": {"type": {"any_": ["PENDING", "RUNNING"]}}}}
        assert within(PATIENCE, lambda: again.runs(**unfinished) == []), again.runs(**unfinished)
    finally:
        took = again.end(signal.SIGTERM)
    show(f"stopped in {took:.1f} s")
    assert again.process.returncode == 0
    assert again.text.endswith("Stopping.\n")
    assert desk.all_gone(PATIENCE), desk.processes()
