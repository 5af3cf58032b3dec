"""What every store promises: a folder, S3 as moto plays it, and S3 as Ceph's gateway really is."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from opendata.catalogue import Pages
from opendata.errors import ConfigurationError, ConflictError, StoreError
from opendata.store import (
    FolderStore,
    Store,
    commit,
    complete,
    locked,
    open_store,
    previous,
    read_state,
    refresh,
    stage,
    verify,
)
from opendata.store.media import media_type
from tests.release_samples import BRANCHES, ROOT, libraries, part, released, sample
from tests.s3 import KEYS, client, new_bucket, s3_store

Opened = Callable[..., Store]
"""Opens the store of a test: again, or with other options."""


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def buckets() -> dict[str, str]:
    return {}


@pytest.fixture(params=["folder", "moto", "ceph"])
def opened(request: pytest.FixtureRequest, tmp_path: Path, buckets: dict[str, str]) -> Opened:
    if request.param == "folder":
        return lambda place="store", **_: FolderStore(tmp_path / place)
    endpoint = request.getfixturevalue(request.param)
    if request.param not in buckets:
        buckets[request.param] = new_bucket(endpoint)
    prefix = f"{buckets[request.param]}/{tmp_path.name}"

    def opened(place: str = "store", **options: Any) -> Store:
        return s3_store(endpoint, f"{prefix}/{place}", **options)

    return opened


@pytest.fixture
def store(opened: Opened) -> Store:
    return opened()


in_a_race = pytest.mark.parametrize("opened", ["folder", "ceph"], indirect=True)
"""Of moto's stores, two may win."""


def test_what_is_written_is_read(store: Store) -> None:
    assert store.read("a/b.csv") is None
    assert not store.exists("a/b.csv")
    assert store.paths() == []
    store.put("a/b.csv", b"1")
    store.replace("a.csv", b"2")
    assert store.read("a/b.csv") == b"1"
    assert store.exists("a/b.csv")
    assert not store.exists("a")
    assert store.read("a") is None
    assert store.paths() == ["a.csv", "a/b.csv"]
    assert store.paths("a/") == ["a/b.csv"]
    assert store.paths("a") == ["a.csv", "a/b.csv"]
    many = {f"many/{number % 3}/{number}.html": bytes([number]) for number in range(20)}
    store.replace_all({**many, "a.csv": b"3", "a/b.csv": b"1"})
    assert {path: store.read(path) for path in store.paths("many/")} == many
    assert (store.read("a.csv"), store.read("a/b.csv")) == (b"3", b"1")
    assert store.paths("b/c/") == []
    assert store.empty_folders() == []


NAMES = ["計画 (1)/第2次.xlsx", "a+b&c=d?#%20.csv", "か\u3099.csv", "~$x", "x" * 200, "SHA256SUMS"]


def test_names_as_people_give_them(store: Store) -> None:
    for name in NAMES:
        store.put(name, name.encode())
    assert store.paths() == sorted(NAMES)
    assert [store.read(name) for name in NAMES] == [name.encode() for name in NAMES]
    for name in NAMES:
        store.delete(name)
    assert store.paths() == []


def test_more_objects_than_a_page_lists(opened: Opened) -> None:
    store = opened("many")
    names = [f"{number:04}" for number in range(1003)]
    threads = [threading.Thread(target=_put_all, args=(store, names[at::8])) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.paths() == names


def _put_all(store: Store, names: list[str]) -> None:
    for name in names:
        store.put(name, b"")


def test_stores_side_by_side_do_not_see_each_other(opened: Opened) -> None:
    one, other = opened("a"), opened("ab")
    one.put("x", b"1")
    other.put("y", b"2")
    assert (one.paths(), other.paths()) == (["x"], ["y"])


def test_put_is_for_ever(store: Store) -> None:
    store.put("a", b"1")
    store.put("a", b"1")
    with pytest.raises(StoreError) as raised:
        store.put("a", b"2")
    assert raised.value.code == "store-immutable"
    assert store.read("a") == b"1"
    store.replace("a", b"2")
    assert store.read("a") == b"2"
    store.replace("a", b"")
    assert store.read("a") == b""


@in_a_race
def test_of_many_that_put_at_once_one_wins(opened: Opened) -> None:
    store, told = opened(), []
    barrier = threading.Barrier(8)

    def put(number: int) -> None:
        barrier.wait()
        try:
            store.put("a", str(number).encode())
        except StoreError as error:
            told.append(error.code)

    threads = [threading.Thread(target=put, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ["store-immutable"] * 7
    assert store.paths() == ["a"]


LARGE = bytes(range(256)) * (11 * 2**12)  # 11 MiB: two parts of 5 and one of 1


def test_large_files_go_in_parts(opened: Opened) -> None:
    store = opened(multipart_bytes=5 * 2**20)
    store.put("large", LARGE)
    store.put("large", LARGE)
    with pytest.raises(StoreError) as raised:
        store.put("large", LARGE[:-1] + b"x")
    assert raised.value.code == "store-immutable"
    assert store.read("large") == LARGE
    store.replace("large", LARGE[1:])
    assert store.read("large") == LARGE[1:]


def test_delete(store: Store) -> None:
    store.put("a/b/c", b"")
    store.put("a/d", b"")
    store.delete("a/b/c")
    store.delete("a/b/c")
    store.delete("never/was")
    assert store.paths() == ["a/d"]
    assert store.empty_folders() == []


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
    ".probe",
    ".unfinished-1",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_no_path_leaves_the_store(store: Store, path: str) -> None:
    store.put("a", b"1")
    calls = (
        lambda: store.read(path),
        lambda: store.exists(path),
        lambda: store.put(path, b""),
        lambda: store.replace(path, b""),
        lambda: store.delete(path),
        lambda: store.read_state(path),
        lambda: store.swap_state(path, b"", None),
    )
    for call in calls:
        with pytest.raises(StoreError) as raised:
            call()
        assert raised.value.code == "store-path"
    assert store.paths() == ["a"]


def test_swap_takes_only_the_token_it_was_given(store: Store) -> None:
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
    store.delete("state.json")
    with pytest.raises(ConflictError):
        store.swap_state("state.json", b"3", second)
    assert store.paths() == []


@in_a_race
def test_of_many_that_swap_at_once_one_wins(opened: Opened) -> None:
    store = opened()
    token = store.swap_state("state.json", b"0", None)
    for _ in range(5):
        won: list[str] = []
        barrier = threading.Barrier(8)

        def swap(number: int, token: str, won: list[str], barrier: threading.Barrier) -> None:
            barrier.wait()
            with suppress(ConflictError):
                won.append(store.swap_state("state.json", f"{token}{number}".encode(), token))

        threads = [threading.Thread(target=swap, args=(n, token, won, barrier)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == 1
        assert store.read_state("state.json")[1] == won[0]
        token = won[0]


def test_the_lock_keeps_others_out_until_it_is_given_back(opened: Opened) -> None:
    store = opened()
    with locked(store):
        with pytest.raises(ConflictError) as raised, locked(opened(), 0.1):
            pass
        assert raised.value.code == "run-conflict"
        store.put("a", b"")
    with locked(opened()):
        assert store.paths() == ["a"]


HOLDER = """
import sys
from pathlib import Path
from opendata.store import FolderStore, locked
from tests.s3 import s3_store
kind, place, endpoint = sys.argv[1:]
with locked(FolderStore(Path(place)) if kind == "folder" else s3_store(endpoint, place)):
    print("in", flush=True)
    input()
"""


@pytest.mark.parametrize("kind", ["folder", "ceph"])
def test_the_lock_of_a_dead_process_is_taken_over(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    endpoint = request.getfixturevalue("ceph") if kind == "ceph" else ""
    place = new_bucket(endpoint) if kind == "ceph" else str(tmp_path / "store")
    store = s3_store(endpoint, place) if kind == "ceph" else FolderStore(Path(place))
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, kind, place, endpoint],
        cwd=ROOT,
        env={**os.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "in\n"
        # Longer than a lease: it is alive, and says so.
        with pytest.raises(ConflictError) as raised, locked(store, 2.5):
            pass
        assert raised.value.code == "run-conflict"
        other.kill()
    with locked(store, 60):
        pass
    assert store.paths() == []


def test_the_way_of_a_release(opened: Opened, tmp_path: Path) -> None:
    """Two versions staged, committed and put in place; nothing else is left anywhere."""
    workspace, public = opened("workspace", is_private=True), opened("public")
    package = libraries(tmp_path / "contract")
    first = released(package, part(package, branches=BRANCHES[:2]))
    second = released(package, sample(package), previous=first)
    history: list[dict[str, Any]] = []
    for release in (first, second):
        state, token = read_state(workspace)
        stage(workspace, public, state, release)
        assert public.paths(f"datasets/libraries/{release.version}/") == []
        history.append(release.entry)
        commit(workspace, token, {"releases": {"libraries": history}})
        refresh(workspace, public, lambda _: Pages({"index.html": b"<!doctype html>"}))
    assert workspace.paths() == ["state.copy.json", "state.json"]
    assert verify(public) == []
    state, _ = read_state(workspace)
    complete(workspace, public, state)
    before = previous(public, state, "libraries")
    assert before is not None
    assert before.version == second.version == "1.1.0"
    for release in (first, second):
        for name, content in release.files.items():
            assert public.read(f"datasets/libraries/{release.version}/{name}") == content


@pytest.mark.parametrize("server", ["moto", "ceph"])
def test_how_objects_are_served(server: str, request: pytest.FixtureRequest) -> None:
    endpoint = request.getfixturevalue(server)
    bucket = new_bucket(endpoint)
    public = s3_store(endpoint, f"{bucket}/public", multipart_bytes=5 * 2**20)
    private = s3_store(endpoint, f"{bucket}/workspace", is_private=True)
    version = "datasets/計画/1.0.0"
    served = {
        f"{version}/plans.csv": ("text/csv; charset=utf-8", 31536000),
        f"{version}/SHA256SUMS": ("text/plain; charset=utf-8", 31536000),
        f"{version}/large.parquet": ("application/vnd.apache.parquet", 31536000),
        "datasets/計画/datapackage.json": ("application/json", 60),
        "datasets/計画/latest/plans.csv": ("text/csv; charset=utf-8", 60),
        "index.html": ("text/html; charset=utf-8", 60),
        "catalog.jsonld": ("application/ld+json", 60),
        "catalog.ttl": ("text/turtle; charset=utf-8", 60),
        "feed.atom": ("application/atom+xml; charset=utf-8", 60),
    }
    for path, (kind, seconds) in served.items():
        content = LARGE if "large" in path else b"1"
        public.put(path, content) if seconds > 60 else public.replace(path, content)
        head = client(endpoint).head_object(Bucket=bucket, Key=f"public/{path}")
        assert head["ContentType"] == kind
        kept = f"public, max-age={seconds}" + (", immutable" if seconds > 60 else "")
        assert head["CacheControl"] == kept
    private.put("archive/x.csv", b"")
    head = client(endpoint).head_object(Bucket=bucket, Key="workspace/archive/x.csv")
    assert head["CacheControl"] == "private, no-store"


def test_media_types_go_by_the_ending_alone() -> None:
    assert media_type("a.html/b") == "application/octet-stream"
    assert media_type("a/計画.XLSX").endswith("spreadsheetml.sheet")


def test_a_folder_that_a_console_made_is_no_object(ceph: str) -> None:
    bucket = new_bucket(ceph)
    client(ceph).put_object(Bucket=bucket, Key="public/folder/", Body=b"")
    store = s3_store(ceph, f"{bucket}/public")
    assert store.paths() == []
    assert store.empty_folders() == ["folder"]


def refused(call: Callable[[], object]) -> StoreError:
    with pytest.raises(StoreError) as raised:
        call()
    assert "SK" not in raised.value.sentence().en.split()
    assert "wrong-secret" not in str(raised.value)
    return raised.value


def test_who_may_not_enter_is_told_so(ceph: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = new_bucket(ceph)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-secret")
    store = s3_store(ceph, bucket, attempts=1)
    for call in (lambda: store.read("a"), lambda: store.put("a", b""), lambda: store.exists("a")):
        assert refused(call).code == "store-denied"
    with pytest.raises(StoreError), locked(store):
        pass


def test_without_keys_nobody_asks(ceph: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.delenv(name)
    store = s3_store(ceph, "bucket", attempts=3)
    assert refused(lambda: store.read("a")).code == "store-no-keys"


@pytest.mark.parametrize("server", ["moto", "ceph"])
def test_a_bucket_that_is_not_there(server: str, request: pytest.FixtureRequest) -> None:
    store = s3_store(request.getfixturevalue(server), "no-such-bucket")
    for call in (lambda: store.read("a"), lambda: store.put("a", b""), store.paths):
        assert refused(call).code == "store-no-bucket"


def test_a_server_that_is_not_there() -> None:
    store = s3_store("http://127.0.0.1:9", "bucket", attempts=1)
    error = refused(lambda: store.read("a"))
    assert (error.code, error.details["reason"]) == ("store-unreachable", "EndpointConnectionError")


def test_a_profile_that_is_not_there() -> None:
    with pytest.raises(ConfigurationError) as raised:
        s3_store("http://127.0.0.1:9", "bucket", profile="nobody")
    assert raised.value.details["setting"] == "s3.profile"


@pytest.mark.parametrize(
    "url", ["s3://", "s3:///x", "s3://B_cket/x", "s3://bucket//x", "s3://bucket/../x", "s3://a@b/x"]
)
def test_what_is_no_bucket(url: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        open_store(url)
    assert raised.value.code == "configuration-error"


@pytest.mark.parametrize("name", ["My_Bucket", "ab", "-bucket", "バケット"])
def test_a_name_that_no_bucket_has_is_told_with_what_it_may_be(name: str) -> None:
    with pytest.raises(ConfigurationError, match="3 to 63 small letters") as raised:
        open_store(f"s3://{name}/x")
    assert name in str(raised.value)


def test_a_key_in_the_url_is_not_repeated() -> None:
    with pytest.raises(ConfigurationError) as raised:
        open_store("s3://AK:verysecret@bucket/x")
    assert "verysecret" not in str(raised.value)
