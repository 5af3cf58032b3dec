"""Publishing: immutable files, one commit point, pointers re-derived from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from opendata.catalogue import Current
from opendata.errors import StoreError
from opendata.release import (
    Files,
    Previous,
    Release,
    checksums,
    pointer,
    read_checksums,
    sha256,
)
from opendata.store.layout import (
    COPY,
    DATASETS,
    DESCRIPTOR,
    LATEST,
    POINTER,
    SUMS,
    VERSION,
    folder_of,
)
from opendata.store.protocol import Store

STATE = "state.json"
State = Mapping[str, Any]


@contextmanager
def locked(workspace: Store, wait_seconds: float = 0) -> Iterator[None]:
    """Keep other passes out of the workspace. Raises ConflictError where one stays in it."""
    with workspace.lock(wait_seconds):
        workspace.sweep()
        yield


def read_state(workspace: Store) -> tuple[dict[str, Any], str | None]:
    """The committed state and its token: `{}` and None before the first commit.

    Raises StoreError for a state that is not ours: nothing may be built upon it.
    """
    content, token = workspace.read_state(STATE)
    if content is None:
        return {}, None
    try:
        state = json.loads(content)
    except ValueError as error:
        raise StoreError("damaged-state", path=STATE, reason=str(error)) from error
    if not isinstance(state, dict) or not _are_releases(state.get("releases", {})):
        raise StoreError("damaged-state", path=STATE, reason="not a state document")
    return state, token


def _are_releases(releases: object) -> bool:
    return isinstance(releases, dict) and all(
        isinstance(history, list)
        and all(
            isinstance(one, dict) and {"version", "sums", "created"} <= one.keys()
            for one in history
        )
        for history in releases.values()
    )


def commit(workspace: Store, token: str | None, state: State) -> str:
    """Swap the state: the one step by which a release becomes published. Gives the new token.

    A state equal to the committed one writes nothing. Raises ConflictError where somebody else
    committed since `token` was read.
    """
    content = (json.dumps(state, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    if token is not None and workspace.read_state(STATE) == (content, token):
        return token
    return workspace.swap_state(STATE, content, token)


def publish(public: Store, state: State, release: Release) -> None:
    """Write a version's files and read them back. Readers find them only after `commit`.

    A folder of that version which no commit knows is what a dead run left, and is cleared first.
    Raises StoreError where the public store has published what the state does not know.
    """
    _refuse_lost_state(public, state)
    folder = folder_of(release.package, release.version)
    public.sweep()
    if (release.package, release.version) not in _committed(state):
        for path in public.paths(f"{folder}/"):
            if public.read(path) != release.files.get(path.removeprefix(f"{folder}/")):
                public.delete(path)
    for name in sorted(release.files, key=lambda name: (name == SUMS, name)):
        public.put(f"{folder}/{name}", release.files[name])
    for name, content in release.files.items():
        if public.read(f"{folder}/{name}") != content:
            raise StoreError(
                "damaged-release", path=f"{folder}/{name}", reason="reads back changed"
            )


def _history(state: State, package: str) -> Sequence[Mapping[str, Any]]:
    history: Sequence[Mapping[str, Any]] = state.get("releases", {}).get(package, ())
    return history


def _committed(state: State) -> set[tuple[str, str]]:
    """Every package and version that the state knows."""
    releases = state.get("releases", {})
    return {(package, one["version"]) for package, history in releases.items() for one in history}


def _refuse_lost_state(public: Store, state: State) -> None:
    """Raise StoreError where readers were led to a version that the state does not know.

    Pointers and the root's checksums are written after a commit only. So the state was lost, is an
    old copy, or belongs to another store: going on would overwrite or remove published versions.
    """
    committed = _committed(state)
    for path in read_checksums(public.read(SUMS) or b"") or ():
        if (match := VERSION.fullmatch(path)) and match.group(1, 2) not in committed:
            raise StoreError("unknown-release", path=folder_of(match[1], match[2]))
    for path in public.paths(f"{DATASETS}/"):
        match = POINTER.fullmatch(path)
        if match:
            version = _version_of(public.read(path) or b"")
            if version is not None and (match[1], version) not in committed:
                raise StoreError("unknown-release", path=folder_of(match[1], version))


def _version_of(descriptor: bytes) -> str | None:
    """The version a descriptor says it is of; None for what is no descriptor."""
    try:
        found = json.loads(descriptor)
    except (ValueError, RecursionError):
        return None
    version = found.get("version") if isinstance(found, dict) else None
    return version if isinstance(version, str) else None


def release_files(public: Store, state: State, package: str, version: str) -> Files:
    """Every file of a committed version, each held against its checksum. Raises StoreError."""
    folder = folder_of(package, version)
    sums = _committed_sums(public, state, package, version)
    return {SUMS: checksums(sums)} | {
        name: _verified(public, f"{folder}/{name}", expected) for name, expected in sums.items()
    }


def _committed_sums(public: Store, state: State, package: str, version: str) -> dict[str, str]:
    entries = [one for one in _history(state, package) if one["version"] == version]
    path = f"{folder_of(package, version)}/{SUMS}"
    if not entries:
        raise StoreError("damaged-release", path=path, reason="no commit knows this version")
    sums = read_checksums(_verified(public, path, str(entries[-1]["sums"])))
    if sums is None:
        raise StoreError("damaged-release", path=path, reason="not checksums")
    return sums


def _verified(public: Store, path: str, expected: str) -> bytes:
    content = public.read(path)
    if content is None:
        raise StoreError("damaged-release", path=path, reason="missing")
    if sha256(content) != expected:
        raise StoreError("damaged-release", path=path, reason="not the bytes that were published")
    return content


def previous(public: Store, state: State, package: str) -> Previous | None:
    """The package's current version, to build the next one upon; None before the first."""
    history = _history(state, package)
    if not history:
        return None
    return Previous.read(release_files(public, state, package, history[-1]["version"]))


def current(public: Store, state: State) -> list[Current]:
    """What the catalogue shows: every package's current version and its history."""
    found = []
    for package in sorted(state.get("releases", {})):
        before = previous(public, state, package)
        if before is not None:
            found.append(Current(before.descriptor, _history(state, package), before.tables))
    return found


def refresh(public: Store, state: State, files: Files) -> None:
    """Make what readers follow say what the committed state says; `files` is the catalogue.

    Per package the pointer `datasets/<package>/datapackage.json` and the plain copies in
    `latest/`; then the catalogue; then what no longer belongs is removed; last the root's
    SHA256SUMS. Only what differs is written. A version's file is copied only if it is the one
    that was published: otherwise StoreError, and readers keep what they have. So they do where
    the public store has published what the state does not know.
    """
    _refuse_lost_state(public, state)
    wanted: dict[str, str] = {}
    for package, history in sorted(state.get("releases", {}).items()):
        for one in history:
            wanted[f"{folder_of(package, one['version'])}/{SUMS}"] = str(one["sums"])
        if history:
            wanted |= _refresh_package(public, state, package, history[-1])
    for path, content in sorted(files.items()):
        _write_if_changed(public, path, content)
        wanted[path] = sha256(content)
    for path in _left_over(public, state, wanted):
        public.delete(path)
    _write_if_changed(public, SUMS, checksums(wanted))
    public.sweep()


def _refresh_package(
    public: Store, state: State, package: str, entry: Mapping[str, Any]
) -> dict[str, str]:
    version = str(entry["version"])
    sums = _committed_sums(public, state, package, version)
    folder, home = folder_of(package, version), f"{DATASETS}/{package}"
    descriptor = json.loads(_verified(public, f"{folder}/{DESCRIPTOR}", sums[DESCRIPTOR]))
    content = pointer(descriptor, str(entry["created"]))
    wanted = {f"{home}/{DESCRIPTOR}": sha256(content)}
    _write_if_changed(public, f"{home}/{DESCRIPTOR}", content)
    for name, expected in sums.items():
        if name != DESCRIPTOR:
            path = f"{home}/{LATEST}/{name}"
            wanted[path] = expected
            present = public.read(path)
            if present is None or sha256(present) != expected:
                public.replace(path, _verified(public, f"{folder}/{name}", expected))
    return wanted


def _write_if_changed(public: Store, path: str, content: bytes) -> None:
    if public.read(path) != content:
        public.replace(path, content)


def _left_over(public: Store, state: State, wanted: Mapping[str, str]) -> Iterator[str]:
    """What we wrote and nobody refers to any more; what we did not write is left alone.

    Files that the last SHA256SUMS of the root names, copies in `latest/`, and folders of versions
    that were never committed; of those that were, nothing is ever removed.
    """
    listed = read_checksums(public.read(SUMS) or b"")
    committed = _committed(state)
    packages = {package for package, _ in committed}
    for path in public.paths():
        version = VERSION.fullmatch(path)
        if version is not None:
            # Without the root's checksums nobody can tell what was never published.
            if listed is not None and version.group(1, 2) not in committed:
                yield path
        elif path not in wanted and path != SUMS:
            copy = COPY.fullmatch(path)
            if path in (listed or ()) or (copy is not None and copy[1] in packages):
                yield path
