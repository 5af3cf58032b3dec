"""What is published no more is read of the version before once, and remembered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from opendata.catalogue import Current
from opendata.catalogue.naming import named
from opendata.errors import StoreError
from opendata.release import Release
from opendata.store import FolderStore
from opendata.store.gone import gone
from tests.plan_samples import FAR, current, without_far


@pytest.fixture(scope="module")
def versions() -> tuple[Current, Release]:
    return without_far()


def test_it_is_read_once(tmp_path: Path, versions: tuple[Current, Release]) -> None:
    shown, before = versions
    asked: list[tuple[str, str]] = []

    def read(version: str, name: str) -> bytes:
        asked.append((version, name))
        return before.files[name]

    workspace = FolderStore(tmp_path)
    found = gone(workspace, shown, read)[shown.version]
    assert sorted(asked) == [
        (before.version, f"{one}.parquet") for one in ("indicator_values", "indicators", "plans")
    ]
    assert {one["plan_id"]: one["title"] for one in found["plans"]}[f"{FAR}-x"] == "デジタル計画"
    assert {one["indicator_id"] for one in found["indicators"]} == {"down", "far"}
    assert gone(workspace, shown, read)[shown.version] == found
    assert len(asked) == 3
    for path in workspace.paths():
        kept = workspace.read(path) or b""
        for damaged in (b"{", b"", kept.replace("デジタル".encode(), "デシタル".encode())):
            assert damaged != kept
            workspace.replace(path, damaged)
            assert gone(workspace, shown, read)[shown.version] == found


def test_changes_name_what_is_no_more(tmp_path: Path, versions: tuple[Current, Release]) -> None:
    shown, before = versions
    lines = [{"table": "indicator_values", "key": "far|target|2030"}]
    assert named(shown, lines) == {}
    rows = gone(FolderStore(tmp_path), shown, lambda _, name: before.files[name])
    (found,) = named(replace(shown, gone=rows), lines).values()
    assert found.name and found.path == f"places/{FAR}/indicators/far"
    assert "2030年度" in found.more


def test_of_a_damaged_version_nothing_is_told(
    tmp_path: Path, versions: tuple[Current, Release]
) -> None:
    def damaged(version: str, name: str) -> bytes:
        raise StoreError("damaged-release", path=name, reason=version)

    def nameless(version: str, name: str) -> bytes:
        raise KeyError(name)

    workspace = FolderStore(tmp_path)
    for read in (damaged, nameless, lambda _, __: b"no parquet"):
        assert gone(workspace, versions[0], read) == {}
    assert list(workspace.paths()) == []


def test_where_nothing_has_ended_nothing_is_read(tmp_path: Path) -> None:
    def never(version: str, name: str) -> bytes:
        raise AssertionError((version, name))

    assert gone(FolderStore(tmp_path), current(), never) == {}
