"""Stores that fail: a sentence, exit status 1, nothing damaged, and the next pass finishes."""

from __future__ import annotations

import errno
import os
import random
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from botocore.client import BaseClient

from opendata.errors import ConfigurationError, StoreError
from opendata.pipeline import load_settings
from opendata.store import verify
from tests.faulty import Fault, Plan, faulty
from tests.release_samples import ROOT
from tests.s3 import KEYS, new_bucket, s3_store
from tests.test_killed import EACH, SOAK, Passes, Place, Trial, follow, nights, without_serial

EVERY = EACH if SOAK else 250
"""At which of the effects a store begins to fail."""


@pytest.fixture(scope="module")
def passes() -> Iterator[Passes]:
    started = Passes()
    yield started
    started.end()


@pytest.fixture(autouse=True, scope="module")
def keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        yield


def made(place: Place, passes: Passes) -> Trial:
    """A night to be disturbed; see tests/test_killed.py."""
    nights(place.root)
    assert passes.order(place.settings(), 1).get("error", "killed") is None
    nights(place.root)
    undisturbed = place.fresh("origin")
    told = passes.order(undisturbed.settings(lease_seconds=600.0), 2)
    assert told.get("error", "killed") is None
    return Trial(
        place, passes, place.content(), undisturbed.content(), told["effects"], told["seconds"]
    )


@pytest.fixture(scope="module")
def folder(passes: Passes, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return made(Place(tmp_path_factory.mktemp("disturbed"), name="origin"), passes)


@pytest.fixture(scope="module")
def server(passes: Passes, ceph: str, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    root = tmp_path_factory.mktemp("disturbed")
    return made(Place(root, ceph, new_bucket(ceph), "origin"), passes)


def finished(trial: Trial, place: Place) -> None:
    """The next pass, with nothing in its way, ends where an undisturbed one would."""
    again = trial.passes.order(place.settings(lease_seconds=0.3), 2)
    assert (again["killed"], again.get("error")) == (False, None), again
    workspace, public = place.content()
    assert public == trial.after[1]
    assert without_serial(workspace) == without_serial(trial.after[0])
    place.forget()


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS])
def test_a_folder_that_takes_no_more(folder: Trial, error: int) -> None:
    """Full, or read-only, from some effect on."""
    for number in range(1, len(folder.effects) + 1, EVERY):
        place = folder.place.fresh("origin")
        told = folder.passes.order(place.settings(), 2, refusing=[number, error])
        assert told["error"] in (None, "store-error"), told
        # Who has come to removing only notices nothing.
        assert told["error"] or number > len(folder.effects) * 0.9
        folder.look(place, number)
        finished(folder, place)


def test_a_clock_that_goes_back(folder: Trial) -> None:
    place = folder.place.fresh("origin")
    told = folder.passes.order(place.settings(), -5)
    assert told["error"] is None
    seen = place.content()[1]
    follow(seen, "")
    assert verify(place.stores()[1]) == []
    assert {path for path in seen if "/1.1.0/" in path} == {
        path for path in folder.after[1] if "/1.1.0/" in path
    }
    again = folder.passes.order(place.settings(), -9)
    assert again["error"] is None
    assert place.content()[1] == seen
    place.forget()


def test_the_command_says_it_in_a_sentence(folder: Trial) -> None:
    """A limit of the system on the size of files, as the command meets it."""
    place = folder.place.fresh("origin")
    done = opendata_run(place, preexec_fn=lambda: resource.setrlimit(_SIZE, (2000, 2000)))
    assert done.returncode == 1
    assert "could not be read or written in the store: File too large" in done.stderr
    assert "Traceback" not in done.stderr
    folder.look(place, "")
    finished(folder, place)


_SIZE = resource.RLIMIT_FSIZE


def opendata_run(
    place: Place,
    preexec_fn: Callable[[], None] | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> subprocess.CompletedProcess[str]:
    settings = place.settings()
    stores = [f"--{name}={settings[name]}" for name in ("inbox", "workspace", "public")]
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from opendata.cli import main; main()",
            "run",
            "--lang=en",
            *stores,
        ],
        cwd=ROOT,
        # Python would keep compiled modules that a limit has cut short.
        env={**os.environ, "OPENDATA_WORKERS": "1", "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        preexec_fn=preexec_fn,
    )


def through(trial: Trial, place: Place, url: str, **s3: object) -> dict[str, object]:
    """A pass over the faulty server at the URL. Its settings are those of the real one."""
    settings = place.settings(lease_seconds=600.0, **s3)
    settings["s3"] |= {"endpoint_url": url}
    told: dict[str, object] = trial.passes.order(settings, 2)
    return told


def test_what_fails_now_and_then_is_tried_again(server: Trial) -> None:
    """Answers that are lost among it: what was written then is found to be our own."""
    chance = random.Random(3)
    faults: list[Fault] = ["500", "503", "drop", "lose", "cut"]

    def now_and_then(number: int, method: str) -> Fault | None:
        return chance.choice(faults) if chance.random() < 0.1 else None

    place = server.place.fresh("origin")
    with faulty(str(server.place.endpoint), now_and_then) as url:
        told = through(server, place, url, attempts=8)
    assert told["error"] is None, told
    finished(server, place)


def from_then_on(first: int, fault: Fault, methods: tuple[str, ...] = ()) -> Plan:
    def plan(number: int, method: str) -> Fault | None:
        return fault if number >= first and (not methods or method in methods) else None

    return plan


OUTAGES: list[tuple[Fault, str]] = [
    ("503", "store-failing"),
    ("403", "store-denied"),
    ("hang", "store-unreachable"),
]
if SOAK:
    OUTAGES += [("500", "store-failing"), ("drop", "store-unreachable")]


@pytest.mark.parametrize(("fault", "code"), OUTAGES)
def test_a_server_that_fails_for_good(server: Trial, fault: Fault, code: str) -> None:
    requests = 3 * len(server.effects)
    share = (1 + [one for one, _ in OUTAGES].index(fault)) / len(OUTAGES)
    moments = range(1, requests, requests // 40 * EACH) if SOAK else [int(share * requests * 0.8)]
    for first in moments:
        place = server.place.fresh("origin")
        with faulty(str(server.place.endpoint), from_then_on(first, fault)) as url:
            patience = 0.5 if fault == "hang" else 10.0
            told = through(server, place, url, attempts=1, read_seconds=patience)
        assert told["error"] in (None, code), told
        server.look(place, first)
        finished(server, place)


def test_a_server_that_may_only_be_read(server: Trial) -> None:
    place = server.place.fresh("origin")
    before = place.content()
    with faulty(
        str(server.place.endpoint), from_then_on(1, "403", ("PUT", "POST", "DELETE"))
    ) as url:
        assert through(server, place, url)["error"] == "store-denied"
        done = opendata_run(place, environment={"OPENDATA_S3__ENDPOINT_URL": url})
    assert place.content() == before
    assert done.returncode == 1
    assert "denies access (AccessDenied)" in done.stderr
    assert "Traceback" not in done.stderr
    finished(server, place)


@pytest.mark.parametrize("ignored", ["IfMatch", "IfNoneMatch"])
def test_a_server_that_ignores_conditions_is_not_used(
    ceph: str, ignored: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = BaseClient._make_api_call

    def careless(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        return call(client, operation, {k: v for k, v in arguments.items() if k != ignored})

    monkeypatch.setattr(BaseClient, "_make_api_call", careless)
    store = s3_store(ceph, new_bucket(ceph))
    with pytest.raises(StoreError) as raised, store.lock(0):
        pass
    assert raised.value.code == "store-unconditional"


def test_both_stores_publish_the_same_bytes(folder: Trial, server: Trial) -> None:
    assert folder.after[1] == server.after[1]


def test_what_is_private_may_not_lie_in_what_is_public(folder: Trial, tmp_path: Path) -> None:
    place = Place(tmp_path, name="trial")
    for workspace, public in (("a/b", "a"), ("a", "a/b"), ("a", "a"), ("a/../b", "b")):
        settings = {**place.settings(), "workspace": workspace, "public": public}
        told = folder.passes.order(settings, 1)
        assert told["error"] == "configuration-error"
    for one, other in (("s3://bucket/a", "s3://bucket/a/b"), ("s3://bucket", "s3://bucket/a")):
        with pytest.raises(ConfigurationError) as raised:
            load_settings(workspace=one, public=other).stores()
        assert raised.value.code == "configuration-error"
    load_settings(workspace="s3://bucket/a", public="s3://bucket/ab").stores()
