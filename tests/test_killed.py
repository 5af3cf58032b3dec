"""A pass is killed wherever it touches a store: readers see one complete version, and the next pass
ends where an undisturbed one would.

`make test` kills once at every kind of effect on a folder, on the S3 server at those by which a
version becomes published, and at some random moments; `make soak` at every effect and at 200 random
moments.
"""

from __future__ import annotations

import json
import os
import random
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bench.inbox import write
from opendata.pipeline import inspect, load_settings
from opendata.release import read_checksums, sha256
from opendata.store import Store, verify
from tests.release_samples import ROOT
from tests.s3 import KEYS, new_bucket

SOAK = os.environ.get("SOAK") == "1"
EACH = int(os.environ.get("EACH", "1"))
"""A soak takes each effect, or one of so many: the first by chance, so that two soaks differ."""
MOMENTS = max(200 // EACH, 2) if SOAK else 2
TURNS = ("workspace staged", "workspace root", "public version", "public pointer", "public root")
"""Where a version is on its way from nowhere to its readers."""
START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HOME = "datasets/municipal-plans"
Content = Mapping[str, bytes]


class Passes:
    """The program in which passes are run, and die."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.mortal"],
            cwd=ROOT,
            env={**os.environ, **KEYS},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def order(self, settings: Mapping[str, Any], day: int, **more: Any) -> dict[str, Any]:
        told: dict[str, Any] = self._tell(order_of(settings, day, **more))
        return told

    def race(self, orders: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = self._tell({"race": orders})
        return told

    def _tell(self, order: Mapping[str, Any]) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.communicate()


def order_of(settings: Mapping[str, Any], day: int, **more: Any) -> dict[str, Any]:
    """A pass on some day, as tests/mortal.py takes it."""
    return {"settings": settings, "now": (START + timedelta(days=day)).isoformat(), **more}


@pytest.fixture(scope="module")
def passes() -> Iterator[Passes]:
    started = Passes()
    yield started
    started.end()


@dataclass
class Place:
    """Where the stores of one trial lie, with copies of what they held at the beginning."""

    root: Path
    endpoint: str | None = None
    bucket: str = ""
    name: str = ""
    made: list[str] = field(default_factory=list)

    def settings(self, **s3: Any) -> dict[str, Any]:
        base = {"inbox": str(self.root / "inbox"), "workers": 1}
        if self.endpoint is None:
            at = str(self.root / self.name)
        else:
            at = f"s3://{self.bucket}/{self.name}"
            base["s3"] = {"endpoint_url": self.endpoint, "attempts": 2, **s3}
        return {**base, "workspace": f"{at}/workspace", "public": f"{at}/public"}

    def stores(self) -> tuple[Store, Store]:
        return load_settings(**self.settings()).stores()

    def content(self) -> tuple[Content, Content]:
        """Everything in the workspace and in the public store, logs apart."""
        workspace, public = (
            {path: store.read(path) or b"" for path in store.paths() if path[:5] != "logs/"}
            for store in self.stores()
        )
        return workspace, public

    def fresh(self, origin: str) -> Place:
        """Stores that hold what those of `origin` do."""
        made = Place(self.root, self.endpoint, self.bucket, f"trial-{secrets.token_hex(4)}")
        if self.endpoint is None:
            if (self.root / origin).exists():
                shutil.copytree(self.root / origin, self.root / made.name)
            return made
        source = Place(self.root, self.endpoint, self.bucket, origin)
        for one, other in zip(source.stores(), made.stores(), strict=True):
            for path in one.paths():
                other.put(path, one.read(path) or b"")
        return made

    def forget(self) -> None:
        """The server's memory is large enough for a few trials, and deleting takes long."""
        if self.endpoint is None:
            shutil.rmtree(self.root / self.name, ignore_errors=True)
        elif SOAK:
            for store in self.stores():
                for path in store.paths():
                    store.delete(path)


@dataclass
class Trial:
    """A night to be disturbed: what was there before it, and what an undisturbed one makes."""

    place: Place
    passes: Passes
    before: tuple[Content, Content]
    after: tuple[Content, Content]
    effects: Sequence[str]
    seconds: float

    def kill(self, **how: Any) -> bool:
        """Kill a pass, look with a reader's eyes, and let the next pass finish. False where the
        pass had ended before it was killed."""
        place = self.place.fresh("origin")
        # The one that dies shows no sign of life, so that its effects can be counted; the next
        # one does not wait long for it.
        told = self.passes.order(place.settings(lease_seconds=600.0), 2, **how)
        try:
            self.look(place, how)
            again = self.passes.order(place.settings(lease_seconds=0.3), 2)
            assert (again["killed"], again.get("error")) == (False, None), (how, again)
            workspace, public = place.content()
            assert public == self.after[1], how
            assert without_serial(workspace) == without_serial(self.after[0]), how
            assert inspect(load_settings(**place.settings())) == []
        finally:
            place.forget()
        return bool(told["killed"])

    def look(self, place: Place, how: object) -> None:
        """What a reader finds: every file whole, of before or of after; the pointer and what it
        names of one version; that of before as it was; nothing that can be reached damaged."""
        before, after, seen = self.before[1], self.after[1], place.content()[1]
        for path, content in seen.items():
            if path != "SHA256SUMS.next":  # only there while a publication is under way
                assert content in (before.get(path), after.get(path)), (how, path)
        for path, content in before.items():
            assert path in seen or path not in after, (how, path)
            if VERSION.match(path):
                assert seen[path] == content, (how, path)
        follow(seen, how)
        settings = load_settings(**place.settings())
        for problems in (verify(place.stores()[1]), inspect(settings)):
            assert {one.code for one in problems} <= {"unfinished-publication"}, (how, problems)


VERSION = re.compile(rf"{HOME}/\d+\.\d+\.\d+/")


def follow(seen: Content, how: object) -> None:
    """Read the pointer and everything it names, as a program outside would."""
    for path in named(seen):
        assert path in seen, (how, path)
    if f"{HOME}/datapackage.json" not in seen:
        return
    pointer = json.loads(seen[f"{HOME}/datapackage.json"])
    for one in described(pointer):
        content = seen[f"{HOME}/{one['path']}"]
        assert one["hash"] == f"sha256:{sha256(content)}", (how, one["path"])
    folder = f"{HOME}/{pointer['version']}"
    sums = read_checksums(seen[f"{folder}/SHA256SUMS"]) or {}
    for name, expected in sums.items():
        assert sha256(seen[f"{folder}/{name}"]) == expected, (how, name)


def named(seen: Content) -> set[str]:
    """Every file that the pointer leads to."""
    if f"{HOME}/datapackage.json" not in seen:
        return set()
    pointer = json.loads(seen[f"{HOME}/datapackage.json"])
    sums = f"{HOME}/{pointer['version']}/SHA256SUMS"
    return {sums} | {f"{HOME}/{one['path']}" for one in described(pointer)}


def described(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, dict):
        if {"path", "hash"} <= node.keys():
            yield node
        for value in node.values():
            yield from described(value)
    elif isinstance(node, list):
        for value in node:
            yield from described(value)


def without_serial(workspace: Content) -> dict[str, Any]:
    """A pass that died before its commit is not counted, one that died after it is."""
    states = ("state.json", "state.copy.json")
    return {
        **workspace,
        **{name: {**json.loads(workspace[name]), "serial": None} for name in states},
    }


def nights(root: Path) -> None:
    """The inbox of the first night, then that of the second: a file corrected, one new, one that
    cannot be read, one taken away that had been refused."""
    folder = root / "inbox/municipal-plans/132012"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "計画1.xlsx").exists():
        (folder / "計画1.xlsx").write_bytes(workbook(1, 100))
        (folder / "壊れた.xlsx").write_bytes(b"PK")
        return
    (folder / "計画1.xlsx").write_bytes(workbook(1, 200))
    (folder / "計画2.xlsx").write_bytes(workbook(2, 100))
    (folder / "壊れた.xlsx").unlink()
    (folder / "切れた.xlsx").write_bytes(workbook(2, 100)[:2000])


@cache
def workbook(number: int, first: int) -> bytes:
    """Made once: a workbook says when it was."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "計画.xlsx"
        write(path, number, first=first)
        return path.read_bytes()


@pytest.fixture(scope="module", params=["folder", "ceph"])
def trial(
    request: pytest.FixtureRequest, passes: Passes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Trial]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        root = tmp_path_factory.mktemp("killed")
        endpoint = request.getfixturevalue("ceph") if request.param == "ceph" else None
        place = Place(root, endpoint, new_bucket(endpoint) if endpoint else "", "origin")
        nights(root)
        first = passes.order(place.settings(), 1)
        assert first.get("error", "killed") is None, first
        nights(root)
        undisturbed = place.fresh("origin")
        told = passes.order(undisturbed.settings(lease_seconds=600.0), 2)
        assert told.get("error", "killed") is None, told
        before, after = place.content(), undisturbed.content()
        assert before[1] != after[1]
        yield Trial(place, passes, before, after, told["effects"], told["seconds"])


def kind(effect: str) -> str:
    """What is done, and to what kind of thing: `link public version`."""
    action, _, place = effect.partition(" ")
    store, path = ("public", "/public/") if "/public/" in place else ("workspace", "/workspace/")
    path = place.partition(path)[2]
    if VERSION.match(path):
        return f"{action} {store} version"
    if path.startswith("datasets/"):
        return f"{action} {store} {'latest' if '/latest' in path else 'pointer'}"
    return f"{action} {store} {path.split('/')[0] if '/' in path else 'root'}"


def points(effects: Sequence[str]) -> list[int]:
    """Every effect; or one of every kind, of those kinds that leave something else behind."""
    if SOAK:
        return [*range(1 + random.randrange(EACH), len(effects) + 1, EACH)]
    kinds: dict[str, list[int]] = {}
    for number, effect in enumerate(effects, start=1):
        if effect.startswith(("rename", "link", "Put")) or "remove workspace staged" in kind(
            effect
        ):
            kinds.setdefault(kind(effect), []).append(number)
    torn = next(n for n, one in enumerate(effects, start=1) if one.startswith(("fsync", "Put")))
    return sorted({torn, *(numbers[len(numbers) // 2] for numbers in kinds.values())})


def test_killed_at_every_effect(trial: Trial) -> None:
    chosen = points(trial.effects)
    if trial.place.endpoint and not SOAK:  # a trial takes seconds there
        chosen = [one for one in chosen if kind(trial.effects[one - 1]).endswith(TURNS)]
    assert len(chosen) >= len(TURNS)
    for number in chosen:
        assert trial.kill(fatal=number), trial.effects[number - 1]


def test_killed_at_random_moments(trial: Trial) -> None:
    chance = random.Random(None if SOAK else 6)
    killed = sum(trial.kill(seconds=chance.uniform(0, trial.seconds)) for _ in range(MOMENTS))
    span = trial.seconds
    while not killed:  # a busy machine has become quiet: the pass had ended each time
        span /= 2
        killed += trial.kill(seconds=span)


def test_what_happens_is_counted(trial: Trial) -> None:
    """The kill test sees every kind of effect there is: else it would prove nothing."""
    kinds = {kind(effect) for effect in trial.effects}
    if trial.place.endpoint:
        wanted = {
            "PutObject workspace archive",
            "PutObject workspace reviews",
            "DeleteObject workspace reviews",
            "PutObject workspace staged",
            "PutObject workspace root",
            "PutObject public version",
            "PutObject public pointer",
            "PutObject public latest",
            "PutObject public root",
            "DeleteObject workspace staged",
        }
    else:
        wanted = {
            *("open workspace archive", "fsync workspace archive", "link workspace archive"),
            *("rename workspace reviews", "remove workspace reviews", "rmdir workspace reviews"),
            *("mkdir workspace staged", "link workspace staged", "rename workspace root"),
            *("link public version", "rename public pointer", "rename public latest"),
            *("rename public root", "remove workspace staged"),
        }
    assert wanted <= kinds
