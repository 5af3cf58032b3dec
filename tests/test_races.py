"""Many that publish at once, and readers that look all the while."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.inbox import fill
from opendata.catalogue import Pages
from opendata.errors import ConflictError, StoreError
from opendata.package import Package
from opendata.pipeline import load_settings
from opendata.release import Part, build, gather, sha256
from opendata.store import (
    FolderStore,
    Store,
    commit,
    complete,
    previous,
    read_state,
    refresh,
    stage,
    verify,
)
from opendata.store.layout import POINTER
from tests.release_samples import BRANCHES, CREATED, PUBLISHER, libraries, part
from tests.s3 import KEYS, new_bucket, s3_store
from tests.test_killed import Passes, described, order_of

SOAK = os.environ.get("SOAK") == "1"
RACERS = 8
ROUNDS = 4 if SOAK else 1
RELEASES = 100 if SOAK else 10


@pytest.fixture(params=["folder", "ceph"])
def url(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where stores may lie, and the settings that lead there."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    if request.param == "folder":
        yield str(tmp_path), {}
    else:
        endpoint = request.getfixturevalue("ceph")
        yield f"s3://{new_bucket(endpoint)}", {"s3": {"endpoint_url": endpoint}}


on_a_server = pytest.mark.parametrize(
    "url", ["folder", "ceph"] if SOAK else ["ceph"], indirect=True
)


class Reader:
    """Somebody who follows the pointers again and again, and notes what does not agree."""

    def __init__(self, public: Store) -> None:
        self.public = public
        self.seen: list[str] = []
        self.wrong: list[str] = []
        self.over = threading.Event()

    def read(self) -> None:
        while not self.over.is_set():
            for path in self.public.paths("datasets/"):
                if POINTER.fullmatch(path):
                    self.follow(path)

    def follow(self, path: str) -> None:
        pointer = json.loads(self.public.read(path) or b"{}")
        version = pointer.get("version")
        for one in described(pointer):
            content = self.public.read(f"{path.rpartition('/')[0]}/{one['path']}")
            if content is None or one["hash"] != f"sha256:{sha256(content)}":
                self.wrong.append(f"{version}: {one['path']}")
            if not one["path"].startswith(f"{version}/"):
                self.wrong.append(f"{version} names {one['path']}")
        if not self.seen or self.seen[-1] != version:
            self.seen.append(str(version))


@contextmanager
def reading(public: Store) -> Iterator[Reader]:
    reader = Reader(public)
    thread = threading.Thread(target=reader.read)
    thread.start()
    try:
        yield reader
    finally:
        reader.over.set()
        thread.join()


def numbers(versions: list[str]) -> list[tuple[int, ...]]:
    return [tuple(int(part) for part in version.split(".")) for version in versions]


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return libraries(tmp_path / "contract")


def stores(url: tuple[str, dict[str, Any]]) -> tuple[Store, Store]:
    place, settings = url
    if not settings:
        return FolderStore(Path(place) / "workspace"), FolderStore(Path(place) / "public")
    endpoint = settings["s3"]["endpoint_url"]
    bucket = place.removeprefix("s3://")
    return s3_store(endpoint, f"{bucket}/workspace"), s3_store(endpoint, f"{bucket}/public")


def publish(workspace: Store, public: Store, package: Package, *parts: Part) -> None:
    """A pass that takes no lock."""
    state, token = read_state(workspace)
    complete(workspace, public, state)
    before = previous(public, state, package.name)
    release = build(gather(package, parts), previous=before, created=CREATED, publisher=PUBLISHER)
    assert release is not None
    stage(workspace, public, state, release)
    history = [*state.get("releases", {}).get(package.name, []), release.entry]
    commit(workspace, token, {"releases": {package.name: history}})
    refresh(workspace, public, lambda _: Pages({"index.html": release.version.encode()}))


def branches(number: int) -> list[dict[str, Any]]:
    return [{**one, "seats": number} for one in BRANCHES]


def test_a_reader_never_sees_a_mixture(url: tuple[str, dict[str, Any]], package: Package) -> None:
    workspace, public = stores(url)
    publish(workspace, public, package, part(package, branches=branches(0)))
    with reading(stores(url)[1]) as reader:
        for number in range(1, RELEASES):
            publish(workspace, public, package, part(package, branches=branches(number)))
    assert reader.wrong == []
    assert len(reader.seen) > 2
    assert numbers(reader.seen) == sorted(set(numbers(reader.seen)))
    state, _ = read_state(workspace)
    assert len(state["releases"]["libraries"]) == RELEASES
    assert verify(public) == []


@on_a_server
def test_without_any_lock_nothing_is_lost_and_nothing_mixed(
    url: tuple[str, dict[str, Any]], package: Package
) -> None:
    """Every thread publishes a branch of its own, from whatever was committed last."""
    barrier = threading.Barrier(RACERS)
    lost: list[BaseException] = []

    def add(number: int) -> None:
        workspace, public = stores(url)
        mine = {**BRANCHES[0], "code": f"{number:03}"}
        barrier.wait()
        while True:
            try:
                state, _ = read_state(workspace)
                complete(workspace, public, state)
                before = previous(public, state, package.name)
                known = before.tables["branches"].to_pylist() if before else []
                publish(workspace, public, package, part(package, branches=[*known, mine]))
            except ConflictError:
                continue
            except BaseException as error:
                lost.append(error)
                raise
            return

    threads = [threading.Thread(target=add, args=(number,)) for number in range(RACERS)]
    workspace, public = stores(url)
    with reading(public) as reader:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (lost, reader.wrong) == ([], [])
    assert verify(public) == []
    state, _ = read_state(workspace)
    assert [one["version"] for one in state["releases"]["libraries"]] == [
        f"1.{number}.0" for number in range(RACERS)
    ]
    final = previous(public, state, "libraries")
    assert final is not None
    codes = final.tables["branches"].column("code").to_pylist()
    assert codes == [f"{number:03}" for number in range(RACERS)]
    assert workspace.paths() == ["state.copy.json", "state.json"]


def race(
    passes: Passes, settings: Mapping[str, Any], files: Sequence[Sequence[tuple[str, str]]]
) -> None:
    """Let as many processes as there are lists of files start at once; all must come through."""
    told = passes.race([order_of(settings, 0, files=mine) for mine in files])
    assert [one.get("error", "killed") for one in told] == [None for _ in files]


@pytest.fixture
def passes() -> Iterator[Passes]:
    started = Passes()
    yield started
    started.end()


@on_a_server
def test_eight_processes_publish_at_once(
    url: tuple[str, dict[str, Any]], tmp_path: Path, passes: Passes
) -> None:
    place, s3 = url
    fill(tmp_path / "waiting", RACERS * ROUNDS)
    waiting = sorted((tmp_path / "waiting").rglob("*.xlsx"))
    pairs = []
    for source in waiting:
        goal = tmp_path / "inbox" / source.relative_to(tmp_path / "waiting")
        goal.parent.mkdir(parents=True, exist_ok=True)
        pairs.append((str(source), str(goal)))
    at_once = {
        **s3,
        "inbox": str(tmp_path / "inbox"),
        "workspace": f"{place}/workspace",
        "public": f"{place}/public",
        "workers": 1,
    }
    settings = load_settings(**at_once)
    workspace, public = settings.stores()
    with reading(public) as reader:
        race(passes, at_once, [pairs[number::RACERS] for number in range(RACERS)])
    assert reader.wrong == []
    assert verify(public) == []
    alone = {**at_once, "workspace": str(tmp_path / "w"), "public": str(tmp_path / "p"), "s3": {}}
    shutil.copy(pairs[0][1], tmp_path / "last.xlsx")
    race(passes, alone, [[(str(tmp_path / "last.xlsx"), pairs[0][1])]])
    serial_workspace, serial_public = load_settings(**alone).stores()
    ours, theirs = read_state(workspace)[0], read_state(serial_workspace)[0]
    assert len(ours["submissions"]) == RACERS * ROUNDS
    assert {one["status"] for one in ours["submissions"].values()} == {"accepted"}
    assert ours["submissions"] == theirs["submissions"]
    for path in serial_public.paths("datasets/municipal-plans/latest/"):
        if path.endswith(".csv") and "changes" not in path:
            assert public.read(path) == serial_public.read(path), path
    history = [one["version"] for one in ours["releases"]["municipal-plans"]]
    assert numbers(history) == sorted(set(numbers(history)))
    folders = {path.split("/")[2] for path in public.paths("datasets/municipal-plans/")}
    pages = {"index.html", "index.en.html"}
    assert folders == {*history, "latest", "datapackage.json", *pages}
    assert not workspace.paths("staged/")
    with pytest.raises(StoreError):
        public.put(f"datasets/municipal-plans/{history[0]}/SHA256SUMS", b"")
