"""A folder as a store: durable, atomic, and closed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from opendata.errors import ConfigurationError, ConflictError, StoreError
from opendata.store import FolderStore, Store, locked, open_store
from tests.release_samples import ROOT


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "new/store")


def test_a_store_is_a_store(store: FolderStore) -> None:
    typed: Store = store
    assert typed.read("a/b.csv") is None
    assert not typed.exists("a/b.csv")
    assert typed.paths() == []
    typed.put("a/b.csv", b"1")
    typed.replace("a.csv", b"2")
    assert typed.read("a/b.csv") == b"1"
    assert typed.exists("a/b.csv")
    assert not typed.exists("a")
    assert typed.read("a") is None
    assert typed.paths() == ["a.csv", "a/b.csv"]
    assert typed.paths("a/") == ["a/b.csv"]
    assert typed.paths("a") == ["a.csv", "a/b.csv"]
    assert typed.paths("b/c/") == []


def test_put_is_for_ever(store: FolderStore) -> None:
    store.put("a", b"1")
    store.put("a", b"1")
    with pytest.raises(StoreError) as raised:
        store.put("a", b"2")
    assert raised.value.code == "store-immutable"
    assert store.read("a") == b"1"
    store.replace("a", b"2")
    assert store.read("a") == b"2"


def test_delete_leaves_no_empty_folders(store: FolderStore) -> None:
    store.put("a/b/c", b"")
    store.put("a/d", b"")
    store.delete("a/b/c")
    store.delete("a/b/c")
    store.delete("never/was")
    assert [path.name for path in store.root.joinpath("a").iterdir()] == ["d"]
    store.delete("a/d")
    assert [*store.root.iterdir()] == []


OUTSIDE = [
    "",
    "/etc/passwd",
    "..",
    "../x",
    "a/../../x",
    "a/..",
    "./a",
    "a//b",
    "a/",
    "a\\b",
    "a\0b",
    "a\nb",
    ".lock",
    ".unfinished-1",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_no_path_leaves_the_root(store: FolderStore, path: str) -> None:
    store.put("a", b"1")
    calls = (
        lambda: store.read(path),
        lambda: store.exists(path),
        lambda: store.put(path, b""),
        lambda: store.replace(path, b""),
        lambda: store.delete(path),
        lambda: store.swap_state(path, b"", None),
    )
    for call in calls:
        with pytest.raises(StoreError) as raised:
            call()
        assert raised.value.code == "store-path"
    assert store.paths() == ["a"]


def test_no_link_leads_out(store: FolderStore, tmp_path: Path) -> None:
    tmp_path.joinpath("secret").write_bytes(b"1")
    store.put("inside", b"")
    store.root.joinpath("link").symlink_to(tmp_path)
    store.root.joinpath("file").symlink_to(tmp_path / "secret")
    for path in ("link/secret", "file"):
        with pytest.raises(StoreError):
            store.read(path)
        with pytest.raises(StoreError):
            store.replace(path, b"2")
    assert tmp_path.joinpath("secret").read_bytes() == b"1"


def test_what_a_killed_writer_left_is_invisible_and_swept(store: FolderStore) -> None:
    store.put("a/b", b"1")
    left = store.root / "a/.unfinished-123"
    left.write_bytes(b"half")
    assert store.paths() == ["a/b"]
    store.sweep()
    assert not left.exists()
    assert store.read("a/b") == b"1"


def test_swap_takes_only_the_token_it_was_given(store: FolderStore) -> None:
    assert store.read_state("state.json") == (None, None)
    first = store.swap_state("state.json", b"1", None)
    assert store.read_state("state.json") == (b"1", first)
    with pytest.raises(ConflictError):
        store.swap_state("state.json", b"2", None)
    second = store.swap_state("state.json", b"2", first)
    with pytest.raises(ConflictError) as raised:
        store.swap_state("state.json", b"3", first)
    assert raised.value.code == "state-conflict"
    assert store.read_state("state.json") == (b"2", second)
    assert store.paths() == ["state.json"]


def test_of_many_that_swap_at_once_one_wins(store: FolderStore) -> None:
    token = store.swap_state("state.json", b"0", None)
    won = []
    barrier = threading.Barrier(8)

    def swap(number: int) -> None:
        barrier.wait()
        with suppress(ConflictError):
            won.append(store.swap_state("state.json", str(number).encode(), token))

    threads = [threading.Thread(target=swap, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert store.read_state("state.json")[1] == won[0]


def test_a_second_pass_waits_and_then_says_so(store: FolderStore) -> None:
    program = f"""
from pathlib import Path
from opendata.store import FolderStore, locked
with locked(FolderStore(Path({str(store.root)!r}))):
    print("in", flush=True)
    input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "in\n"
        with pytest.raises(ConflictError) as raised, locked(store, 0.2):
            pass
        assert raised.value.code == "run-conflict"
        other.kill()
    with locked(store):
        pass
    assert store.paths() == []


def test_what_the_system_refuses_is_a_store_error(store: FolderStore) -> None:
    store.put("a", b"1")
    with pytest.raises(StoreError) as raised:
        store.put("a/b", b"1")
    assert raised.value.code == "store-error"
    with pytest.raises(StoreError):
        store.replace("x" * 300, b"1")
    store.root.joinpath("folder").mkdir()
    with pytest.raises(StoreError):
        store.replace("folder", b"1")
    assert store.paths() == ["a"]
    assert sorted(one.name for one in store.root.iterdir()) == ["a", "folder"]


def test_a_full_disk_leaves_the_old_file(
    store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.replace("a", b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError) as raised:
        store.replace("a", b"new")
    assert "No space left" in str(raised.value)
    assert store.read("a") == b"old"
    assert [one.name for one in store.root.iterdir()] == ["a"]


def test_published_files_may_be_read_by_a_web_server(store: FolderStore) -> None:
    mask = os.umask(0o022)
    try:
        store.put("a/b", b"")
    finally:
        os.umask(mask)
    assert store.root.joinpath("a/b").stat().st_mode & 0o777 == 0o644
    assert store.root.joinpath("a").stat().st_mode & 0o777 == 0o755


def test_opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for url in ("a b", f"{tmp_path}/a b", f"{tmp_path.as_uri()}/a%20b"):
        store = open_store(url)
        assert isinstance(store, FolderStore)
        assert store.root == tmp_path / "a b"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("s3://bucket/prefix", "store-not-yet"),
        ("https://example.jp/", "configuration-error"),
        ("file://elsewhere/x", "configuration-error"),
        ("file://", "configuration-error"),
        ("", "configuration-error"),
        ("a\0b", "configuration-error"),
    ],
)
def test_what_cannot_be_opened(url: str, code: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        open_store(url)
    assert raised.value.code == code
    assert raised.value.sentence().ja
