"""Publishing: all or nothing, whenever the run dies."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from opendata.catalogue import Pages
from opendata.errors import ConflictError, StoreError
from opendata.package import Package
from opendata.release import Part, build, gather, read_checksums, sha256
from opendata.store import (
    FolderStore,
    commit,
    complete,
    current,
    locked,
    previous,
    read_state,
    refresh,
    release_files,
    stage,
    verify,
)
from tests.release_samples import BRANCHES, CREATED, PUBLISHER, libraries, part, sample

SITE = {"index.html": b"<!doctype html>", "catalog.jsonld": b"{}"}


class Killed(BaseException):
    """What a SIGKILL looks like from inside: no handler runs on its way."""


class Mortal(FolderStore):
    """A folder whose process dies at its n-th effect, before it or half-way through."""

    life: list[int]

    def _spend(self) -> None:
        self.life[0] -= 1
        if self.life[0] < 0:
            raise Killed

    def _write(
        self, path: str, content: bytes, settle: Any = None, *, is_last: bool = True
    ) -> bool:
        self._spend()
        place = self._place(path)
        if self.life[0] == 0:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.with_name(".unfinished-killed").write_bytes(content[: len(content) // 2])
            self._spend()
        return super()._write(path, content, settle, is_last=is_last)

    def delete(self, path: str) -> None:
        self._spend()
        super().delete(path)


def stores(root: Path, life: list[int] | None = None) -> tuple[FolderStore, FolderStore]:
    """Public and workspace."""
    if life is None:
        return FolderStore(root / "public"), FolderStore(root / "workspace")
    found = Mortal(root / "public"), Mortal(root / "workspace")
    for one in found:
        one.life = life
    return found


def run(
    public: FolderStore,
    workspace: FolderStore,
    package: Package,
    *parts: Part,
    site: Mapping[str, bytes] = SITE,
) -> dict[str, Any]:
    """One pass, as the pipeline makes it; gives the state."""
    with locked(workspace):
        state, token = read_state(workspace)
        complete(workspace, public, state)
        before = previous(public, state, package.name)
        release = build(
            gather(package, parts), previous=before, created=CREATED, publisher=PUBLISHER
        )
        if release is not None:
            stage(workspace, public, state, release)
            history = [*state.get("releases", {}).get(package.name, []), release.entry]
            state = {**state, "releases": {**state.get("releases", {}), package.name: history}}
        commit(workspace, token, state)
        refresh(workspace, public, lambda _: Pages(site))
    return state


def content(store: FolderStore) -> dict[str, bytes | None]:
    return {path: store.read(path) for path in store.paths()}


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return libraries(tmp_path / "contract")


def two_versions(root: Path, package: Package) -> tuple[FolderStore, FolderStore]:
    public, workspace = stores(root)
    run(public, workspace, package, part(package, branches=BRANCHES[:2]))
    run(public, workspace, package, sample(package))
    return public, workspace


def test_where_things_lie(tmp_path: Path, package: Package) -> None:
    public, workspace = two_versions(tmp_path, package)
    tables = ("branches", "changes", "corrections", "visits")
    names = [
        "SHA256SUMS",
        *(f"{name}.csv" for name in tables),
        *(f"{name}.csv-metadata.json" for name in tables),
        "branches.parquet",
        "csv-metadata.json",
        "datapackage.json",
        "libraries.xlsx",
        "lineage.parquet",
        "quality.json",
        "visits.parquet",
    ]
    home = "datasets/libraries"
    assert public.paths() == sorted(
        [
            "SHA256SUMS",
            "catalog.jsonld",
            "index.html",
            f"{home}/datapackage.json",
            *(f"{home}/1.0.0/{name}" for name in names),
            *(f"{home}/1.1.0/{name}" for name in names),
            *(f"{home}/latest/{name}" for name in names if name[0] != "S" and name[:4] != "data"),
        ]
    )
    assert workspace.paths() == ["state.copy.json", "state.json"]
    pointer = json.loads(public.read(f"{home}/datapackage.json") or b"")
    assert pointer["version"] == "1.1.0"
    assert public.read(f"{home}/latest/branches.csv") == public.read(f"{home}/1.1.0/branches.csv")
    assert verify(public) == []
    done = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=public.root, capture_output=True
    )
    assert done.returncode == 0


def test_the_state_knows_every_version(tmp_path: Path, package: Package) -> None:
    public, workspace = two_versions(tmp_path, package)
    state, _ = read_state(workspace)
    assert [one["version"] for one in state["releases"]["libraries"]] == ["1.0.0", "1.1.0"]
    for one in state["releases"]["libraries"]:
        sums = public.read(f"datasets/libraries/{one['version']}/SHA256SUMS")
        assert sums is not None
        assert one["sums"] == sha256(sums)
    (shown,) = current(workspace, public, state)
    assert shown.descriptor["version"] == "1.1.0"
    assert shown.history == state["releases"]["libraries"]
    assert shown.tables["branches"].num_rows == 3
    files = release_files(public, state, "libraries", "1.0.0")
    assert files.keys() == (read_checksums(files["SHA256SUMS"]) or {}).keys() | {"SHA256SUMS"}


def test_a_second_pass_writes_nothing(
    tmp_path: Path, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    public, workspace = two_versions(tmp_path, package)
    before = content(public), content(workspace)

    def forbidden(self: FolderStore, path: str, content: bytes) -> None:
        raise AssertionError(path)

    monkeypatch.setattr(FolderStore, "_write", forbidden)
    run(public, workspace, package, sample(package))
    assert (content(public), content(workspace)) == before


def test_an_older_token_commits_nothing(tmp_path: Path) -> None:
    _, workspace = stores(tmp_path)
    state, token = read_state(workspace)
    assert (state, token) == ({}, None)
    first = commit(workspace, None, {"releases": {}, "計画": 1})
    assert commit(workspace, first, {"計画": 1, "releases": {}}) == first
    second = commit(workspace, first, {"releases": {}})
    assert second != first
    for stale in (None, first):
        with pytest.raises(ConflictError):
            commit(workspace, stale, {"releases": {}, "x": 1})
    assert read_state(workspace) == ({"releases": {}, "serial": 2}, second)


def test_a_state_that_says_the_same_again_has_another_token(tmp_path: Path) -> None:
    """Else a pass that slept from one to the other could commit upon what it never saw."""
    _, workspace = stores(tmp_path)
    first = commit(workspace, None, {"releases": {}})
    second = commit(workspace, first, {"releases": {}, "x": 1})
    third = commit(workspace, second, {"releases": {}})
    assert third != first
    with pytest.raises(ConflictError):
        commit(workspace, first, {"releases": {}, "x": 2})


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"releases": []}',
        b'{"releases": {"a": {}}}',
        b'{"releases": {"a": [{}]}}',
    ],
)
def test_a_broken_state_stops_the_pass(tmp_path: Path, broken: bytes) -> None:
    _, workspace = stores(tmp_path)
    workspace.replace("state.json", broken)
    with pytest.raises(StoreError) as raised:
        read_state(workspace)
    assert raised.value.code == "damaged-state"


def test_killed_at_every_effect(tmp_path: Path) -> None:
    """A reader sees the old version or the new; the next pass ends as an undisturbed one would."""
    package = libraries(tmp_path / "small", lambda descriptor: descriptor["resources"].pop())
    origin = tmp_path / "origin"
    run(*stores(origin), package, part(package, branches=BRANCHES[:2]))
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(origin, undisturbed)
    site = {"index.html": b"new", "site.css": b"x"}
    run(*stores(undisturbed), package, sample(package), site=site)
    wanted = [content(store) for store in stores(undisturbed)]

    deaths = 0
    while True:
        root = tmp_path / str(deaths)
        shutil.copytree(origin, root)
        try:
            run(*stores(root, [deaths]), package, sample(package), site=site)
        except Killed:
            deaths += 1
        else:
            break
        public, workspace = stores(root)
        seen = json.loads(public.read("datasets/libraries/datapackage.json") or b"")
        assert seen["version"] in ("1.0.0", "1.1.0")
        for resource in seen["resources"]:
            file = public.read(f"datasets/libraries/{resource['path']}")
            assert file is not None
            assert resource["hash"] == f"sha256:{sha256(file)}"
        assert {one.code for one in verify(public)} <= {"unfinished-publication"}
        run(public, workspace, package, sample(package), site=site)
        assert [content(store) for store in stores(root)] == wanted
        assert not [*root.rglob(".unfinished-*")]
        assert verify(public) == []
        shutil.rmtree(root)
    assert deaths > 20


def test_what_a_dead_run_staged_is_seen_by_nobody_and_goes(
    tmp_path: Path, package: Package
) -> None:
    """Its version was never committed; its number is taken by other content."""
    public, workspace = stores(tmp_path)
    run(public, workspace, package, part(package, branches=BRANCHES[:1]))
    before = content(public)
    with pytest.raises(Killed):
        run(*stores(tmp_path, [5]), package, sample(package))
    assert workspace.paths("staged/1/")
    assert content(public) == before
    state, _ = read_state(workspace)
    complete(workspace, public, state)
    assert workspace.paths("staged/1/")  # somebody may be about to commit it
    run(public, workspace, package, part(package, branches=BRANCHES[:2]))
    assert workspace.paths() == ["state.copy.json", "state.json"]
    assert verify(public) == []
    state, _ = read_state(workspace)
    assert state["releases"]["libraries"][-1]["version"] == "1.1.0"


def staged(
    tmp_path: Path, package: Package, *parts: Part
) -> tuple[FolderStore, FolderStore, str | None, dict[str, Any]]:
    """A pass that has staged a version; with the token and the state it is going to commit."""
    public, workspace = stores(tmp_path)
    state, token = read_state(workspace)
    before = previous(public, state, package.name)
    release = build(gather(package, parts), previous=before, created=CREATED, publisher=PUBLISHER)
    assert release is not None
    stage(workspace, public, state, release)
    history = [*state.get("releases", {}).get(package.name, []), release.entry]
    return public, workspace, token, {"releases": {package.name: history}}


def test_of_two_that_stage_the_same_number_one_wins_and_none_mixes(
    tmp_path: Path, package: Package
) -> None:
    run(*stores(tmp_path), package, part(package, branches=BRANCHES[:1]))
    *_, token, slow = staged(tmp_path, package, sample(package))
    public, workspace, same, fast = staged(tmp_path, package, part(package, branches=BRANCHES[:2]))
    assert token == same
    commit(workspace, same, fast)
    refresh(workspace, public, lambda _: Pages(SITE))
    seen = content(public)
    with pytest.raises(ConflictError):
        commit(workspace, token, slow)
    run(public, workspace, package, part(package, branches=BRANCHES[:2]))
    assert content(public) == seen
    assert verify(public) == []
    assert workspace.paths() == ["state.copy.json", "state.json"]


def test_a_pass_upon_an_older_state_is_told_that_it_is_late(
    tmp_path: Path, package: Package
) -> None:
    public, workspace = stores(tmp_path)
    run(public, workspace, package, part(package, branches=BRANCHES[:1]))
    state, _ = read_state(workspace)
    before = previous(public, state, package.name)
    late = build(
        gather(package, [sample(package)]), previous=before, created=CREATED, publisher=PUBLISHER
    )
    assert late is not None
    run(public, workspace, package, part(package, branches=BRANCHES[:2]))
    seen = content(public)
    with pytest.raises(ConflictError):
        stage(workspace, public, state, late)
    assert content(public) == seen


def test_a_commit_whose_version_is_not_in_place_is_completed_by_anybody(
    tmp_path: Path, package: Package
) -> None:
    public, workspace, token, state = staged(tmp_path, package, sample(package))
    commit(workspace, token, state)
    committed, _ = read_state(workspace)
    public.put("datasets/libraries/1.0.0/branches.csv", b"")
    with pytest.raises(StoreError) as raised:
        complete(workspace, public, committed)
    assert raised.value.code == "store-immutable"
    public.delete("datasets/libraries/1.0.0/branches.csv")
    for _ in range(2):
        complete(workspace, public, committed)
        assert previous(public, committed, "libraries") is not None
        assert workspace.paths() == ["state.copy.json", "state.json"]


def test_what_others_put_into_the_folder_of_the_next_version_stops_it_before_the_commit(
    tmp_path: Path, package: Package
) -> None:
    public, workspace = stores(tmp_path)
    run(public, workspace, package, part(package, branches=BRANCHES[:1]))
    public.put("datasets/libraries/1.1.0/branches.csv", b"not ours")
    before = content(public), content(workspace)
    with pytest.raises(StoreError) as raised:
        run(public, workspace, package, sample(package))
    assert raised.value.code == "unknown-release"
    assert (content(public), content(workspace)) == before


def test_a_lost_state_overwrites_nothing_published(tmp_path: Path, package: Package) -> None:
    public, workspace = two_versions(tmp_path, package)
    before = content(public)
    workspace.delete("state.json")
    with pytest.raises(StoreError) as raised:
        run(public, workspace, package, part(package, branches=BRANCHES[:1]))
    assert raised.value.code == "unknown-release"
    assert content(public) == before


@pytest.mark.parametrize("lost", ["state", "state and checksums", "newest entry"])
def test_an_unchanged_pass_upon_a_lost_state_changes_nothing(
    tmp_path: Path, package: Package, lost: str
) -> None:
    public, workspace = two_versions(tmp_path, package)
    state, _ = read_state(workspace)
    history = state["releases"]["libraries"]
    old = {"releases": {"libraries": history[:1]} if lost == "newest entry" else {}}
    workspace.replace("state.json", json.dumps(old).encode())
    if "checksums" in lost:
        public.delete("SHA256SUMS")
    before = content(public)
    with pytest.raises(StoreError) as raised:
        refresh(workspace, public, lambda _: Pages(SITE))
    assert raised.value.code == "unknown-release"
    assert content(public) == before


def test_a_damaged_version_is_neither_copied_nor_built_upon(
    tmp_path: Path, package: Package
) -> None:
    public, workspace = two_versions(tmp_path, package)
    good = public.read("datasets/libraries/latest/branches.csv")
    public.replace("datasets/libraries/1.1.0/branches.csv", b"flipped")
    for rows in (BRANCHES, BRANCHES[:1]):
        with pytest.raises(StoreError) as raised:
            run(public, workspace, package, part(package, branches=rows))
        assert raised.value.code == "damaged-release"
        assert raised.value.details["path"] == "datasets/libraries/1.1.0/branches.csv"
    public.delete("datasets/libraries/latest/branches.csv")
    with pytest.raises(StoreError):
        refresh(workspace, public, lambda _: Pages(SITE))
    assert good is not None


@pytest.mark.parametrize(
    "path",
    [
        "index.html",
        "SHA256SUMS",
        "datasets/libraries/datapackage.json",
        "datasets/libraries/latest/visits.csv",
    ],
)
@pytest.mark.parametrize("damage", [None, b"", b"{", b"\xff"])
def test_what_is_derivable_is_derived_again(
    tmp_path: Path, package: Package, path: str, damage: bytes | None
) -> None:
    public, workspace = two_versions(tmp_path, package)
    before = content(public)
    public.delete(path) if damage is None else public.replace(path, damage)
    assert {one.place.file for one in verify(public)} == {path}
    run(public, workspace, package, sample(package))
    assert content(public) == before


def test_pages_that_went_are_removed_and_others_files_are_left(
    tmp_path: Path, package: Package
) -> None:
    public, workspace = two_versions(tmp_path, package)
    public.put("google123.html", b"not ours")
    public.put("datasets/libraries/latest/old.csv", b"stray copy")
    run(public, workspace, package, sample(package), site={"index.html": b"only"})
    assert not public.exists("catalog.jsonld")
    assert not public.exists("datasets/libraries/latest/old.csv")
    assert public.read("google123.html") == b"not ours"
    assert [(one.code, one.place.file) for one in verify(public)] == [
        ("stray-file", "google123.html")
    ]
