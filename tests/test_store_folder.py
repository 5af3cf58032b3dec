"""A folder as a store: durable, atomic, and closed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from opendata.errors import ConfigurationError, StoreError
from opendata.store import FolderStore, open_store


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "new/store")


def test_delete_leaves_no_empty_folders(store: FolderStore) -> None:
    store.put("a/b/c", b"")
    store.put("a/d", b"")
    store.delete("a/b/c")
    store.delete("a/b/c")
    store.delete("never/was")
    assert [path.name for path in store.root.joinpath("a").iterdir()] == ["d"]
    store.delete("a/d")
    assert [*store.root.iterdir()] == []


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
        ("s3://bucket?x", "configuration-error"),
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
