"""Publishing: immutable files, one commit point, pointers re-derived from it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from opendata.catalogue import ORIGINS, Current, Pages
from opendata.errors import ConflictError, StoreError, sentence
from opendata.release import (
    Files,
    Previous,
    Release,
    checksums,
    pointer,
    read_checksums,
    sha256,
)
from opendata.store.gone import gone
from opendata.store.layout import (
    COPY,
    DATASETS,
    DESCRIPTOR,
    LATEST,
    NEXT,
    POINTER,
    SUMS,
    VERSION,
    folder_of,
)
from opendata.store.protocol import Store
from opendata.store.sections import lead_to_sections
from opendata.store.state import SERIAL, STATE, State, is_current, read_state

STAGED = "staged"
_IN = re.compile(rf"{STAGED}/([0-9]+)/([0-9a-f]+)(?=/)")
"""The folder of a staged version: the serial of the state it is built upon, its checksum."""


def stage(workspace: Store, public: Store, state: State, release: Release) -> None:
    """Write a version's files beside the state and read them back. `commit` makes them published,
    `complete` puts them where readers look.

    They lie apart by the state they were built upon and by their content, so that of passes that
    run at once none can touch what another one commits. Raises ConflictError where `state` is no
    longer the committed one, StoreError where the public store holds what it does not know.
    """
    with _unless_outdated(workspace, state):
        refuse_lost_state(public, state)
        _refuse_taken_folder(public, release)
    folder = _staged(state, release.sums)
    for name, content in sorted(release.files.items()):
        workspace.put(f"{folder}/{name}", content)
    for name, content in release.files.items():
        if workspace.read(f"{folder}/{name}") != content:
            raise StoreError(
                "damaged-release", path=f"{folder}/{name}", reason=sentence("reads-back-changed")
            )


def complete(workspace: Store, public: Store, state: State) -> None:
    """Put every committed version that is still staged in its place, and clear what was staged.

    Whoever comes first does it, any number at once: all write the same bytes. What was staged upon
    an earlier state and is in no release can never be committed any more, and goes.
    """
    known = {
        str(one["sums"]): (package, str(one["version"]))
        for package, history in state.get("releases", {}).items()
        for one in history
    }
    staged = [(path, match) for path in workspace.paths(f"{STAGED}/") if (match := _IN.match(path))]
    announced = {f"{folder_of(*one)}/{SUMS}": sums for sums, one in known.items()}
    for folder, sums in sorted({(match[0], match[2]) for _, match in staged}):
        if sums in known:
            _put_in_place(workspace, public, folder, folder_of(*known[sums]), announced)
    for path, match in staged:
        if match[2] in known or int(match[1]) < state.get(SERIAL, 0):
            workspace.delete(path)


def pending(workspace: Store, public: Store, state: State) -> dict[tuple[str, str], str]:
    """Committed versions that are not in their place yet: package and version, to the folder of
    the workspace where they are staged. Writes nothing."""
    found = (_IN.match(path) for path in workspace.paths(f"{STAGED}/"))
    staged = {match[2]: match[0] for match in found if match}
    return {
        (package, str(one["version"])): staged[str(one["sums"])]
        for package, history in state.get("releases", {}).items()
        for one in history
        if str(one["sums"]) in staged
        and not _can_be_read(public, folder_of(package, one["version"]), str(one["sums"]))
    }


def unfinished(workspace: Store, public: Store, state: State) -> set[tuple[str, str]]:
    """Committed versions, package and version, that readers are not led to yet: not in their place,
    or announced only."""
    announced = read_checksums(public.read(NEXT) or b"") or {}
    led = read_checksums(public.read(SUMS) or b"") or {}
    matches = (VERSION.fullmatch(path) for path in announced.keys() - led.keys())
    coming = {match.group(1, 2) for match in matches if match}
    return {*pending(workspace, public, state)} | {*(_committed(state) & coming)}


def _can_be_read(public: Store, folder: str, digest: str) -> bool:
    try:
        return _is_in_place(public, folder, digest)
    except StoreError:
        return False


def _put_in_place(
    workspace: Store, public: Store, staged: str, folder: str, announced: Mapping[str, str]
) -> None:
    digest = announced[f"{folder}/{SUMS}"]
    if not _is_in_place(public, folder, digest):
        try:
            _announce(public, announced)
            _copy(workspace, public, staged, folder, digest)
        except StoreError:  # another pass may have done it meanwhile, and cleared what was staged
            if not _is_in_place(public, folder, digest):
                raise


def _is_in_place(public: Store, folder: str, digest: str) -> bool:
    """A version's SHA256SUMS are written last: where they lie, everything they name does."""
    present = public.read(f"{folder}/{SUMS}")
    return present is not None and sha256(present) == digest


def _announce(public: Store, versions: Mapping[str, str]) -> None:
    """Say what is going to lie there: every committed version, and what an interrupted publication
    has said already, for that may lie there in part."""
    found = (read_checksums(public.read(path) or b"") or {} for path in (SUMS, NEXT))
    said = {path: digest for sums in found for path, digest in sums.items()}
    _write_if_changed(public, NEXT, checksums({**said, **versions}))


def _copy(workspace: Store, public: Store, staged: str, folder: str, digest: str) -> None:
    sums = read_checksums(_verified(workspace, f"{staged}/{SUMS}", digest))
    if sums is None:
        raise StoreError(
            "damaged-release", path=f"{staged}/{SUMS}", reason=sentence("not-checksums")
        )
    for name, expected in [*sums.items(), (SUMS, digest)]:
        path = f"{folder}/{name}"
        found = public.read(path)
        if found is None or sha256(found) != expected:
            public.put(path, _verified(workspace, f"{staged}/{name}", expected))
            _verified(public, path, expected)


def _staged(state: State, sums: str) -> str:
    return f"{STAGED}/{state.get(SERIAL, 0)}/{sums}"


@contextmanager
def _unless_outdated(workspace: Store, state: State) -> Iterator[None]:
    """What contradicts a state that is no longer the committed one is no damage."""
    try:
        yield
    except StoreError as error:
        committed, _ = read_state(workspace)
        if committed.get(SERIAL, 0) != state.get(SERIAL, 0):
            raise ConflictError("state-conflict", path=STATE) from error
        raise


def _refuse_taken_folder(public: Store, release: Release) -> None:
    """Raise StoreError where something else lies where the version is going to be: it could not be
    put in its place once it is committed."""
    folder = folder_of(release.package, release.version)
    for path in public.paths(f"{folder}/"):
        content = release.files.get(path.removeprefix(f"{folder}/"))
        if content is not None and public.read(path) != content:
            raise StoreError("unknown-release", path=folder)


def _history(state: State, package: str) -> Sequence[Mapping[str, Any]]:
    history: Sequence[Mapping[str, Any]] = state.get("releases", {}).get(package, ())
    return history


def _committed(state: State) -> set[tuple[str, str]]:
    """Every package and version that the state knows."""
    releases = state.get("releases", {})
    return {(package, one["version"]) for package, history in releases.items() for one in history}


def refuse_lost_state(public: Store, state: State) -> None:
    """Raise StoreError where readers were led to a version that the state does not know.

    Pointers and the root's checksums are written after a commit only. So the state was lost, is an
    old copy, or belongs to another store: going on would overwrite or remove published versions.
    A pointer to a version that does not lie there is damage only: it is made anew.
    """
    committed = _committed(state)
    for path in read_checksums(public.read(SUMS) or b"") or ():
        if (match := VERSION.fullmatch(path)) and match.group(1, 2) not in committed:
            raise StoreError("unknown-release", path=folder_of(match[1], match[2]))
    for path in public.paths(f"{DATASETS}/"):
        match = POINTER.fullmatch(path)
        if match:
            version = _version_of(public.read(path) or b"")
            if version is None or (match[1], version) in committed:
                continue
            folder = folder_of(match[1], version)
            if VERSION.fullmatch(f"{folder}/{SUMS}") and public.exists(f"{folder}/{SUMS}"):
                raise StoreError("unknown-release", path=folder)


def _version_of(descriptor: bytes) -> str | None:
    """The version a descriptor says it is of; None for what is no descriptor."""
    try:
        found = json.loads(descriptor)
    except (ValueError, RecursionError):
        return None
    version = found.get("version") if isinstance(found, dict) else None
    return version if isinstance(version, str) else None


def release_files(
    place: Store, state: State, package: str, version: str, folder: str | None = None
) -> Files:
    """Every file of a committed version, each held against its checksum. They lie in their place,
    or in the `folder` where they are staged. Raises StoreError."""
    folder = folder or folder_of(package, version)
    sums = _committed_sums(place, state, package, version, folder)
    return {SUMS: checksums(sums)} | {
        name: _verified(place, f"{folder}/{name}", expected) for name, expected in sums.items()
    }


def _committed_sums(
    public: Store, state: State, package: str, version: str, folder: str
) -> dict[str, str]:
    entries = [one for one in _history(state, package) if one["version"] == version]
    path = f"{folder}/{SUMS}"
    if not entries:
        raise StoreError("damaged-release", path=path, reason=sentence("in-no-commit"))
    sums = read_checksums(_verified(public, path, str(entries[-1]["sums"])))
    if sums is None:
        raise StoreError("damaged-release", path=path, reason=sentence("not-checksums"))
    return sums


def _verified(public: Store, path: str, expected: str) -> bytes:
    content = public.read(path)
    if content is None:
        is_empty = next(iter(public.paths()), None) is None
        code = "public-is-empty" if is_empty else "damaged-release"
        raise StoreError(code, path=path, reason=sentence("is-missing"))
    if sha256(content) != expected:
        raise StoreError("damaged-release", path=path, reason=sentence("not-as-published"))
    return content


def previous(public: Store, state: State, package: str) -> Previous | None:
    """The package's current version, to build the next one upon; None before the first."""
    history = _history(state, package)
    if not history:
        return None
    return Previous.read(release_files(public, state, package, history[-1]["version"]))


def current(workspace: Store, public: Store, state: State) -> list[Current]:
    """What the catalogue shows: every package's current version and its history."""
    found = []
    for package in sorted(state.get("releases", {})):
        before = previous(public, state, package)
        if before is not None:
            shown = Current(
                before.descriptor,
                _history(state, package),
                before.tables,
                before.origins(ORIGINS),
                before.corrections,
                before.changes,
                _earlier_schema_changes(public, state, package),
                before.judged,
            )
            read = partial(_file, public, state, package)
            found.append(replace(shown, gone=gone(workspace, shown, read)))
    return found


def _file(public: Store, state: State, package: str, version: str, name: str) -> bytes:
    """A file of a committed version, held against its checksum. Raises StoreError, and KeyError
    where the version has none of the name."""
    folder = folder_of(package, version)
    sums = _committed_sums(public, state, package, version, folder)
    return _verified(public, f"{folder}/{name}", sums[name])


def _earlier_schema_changes(
    public: Store, state: State, package: str
) -> dict[str, Sequence[Mapping[str, Any]]]:
    """By version the changes of the schema that earlier ones tell; a damaged one tells none."""
    found = {}
    for entry in _history(state, package)[:-1]:
        if entry.get("schema_changes"):
            version = str(entry["version"])
            try:
                content = _file(public, state, package, version, DESCRIPTOR)
            except StoreError:
                continue
            found[version] = json.loads(content).get("schemaChanges", ())
    return found


def refresh(
    workspace: Store,
    public: Store,
    build: Callable[[Sequence[Current]], Pages],
    *,
    is_thorough: bool = False,
) -> None:
    """Make what readers follow say what the committed state says; `build` makes the catalogue.

    First versions that a dead pass left staged. Then per package the pointer
    `datasets/<package>/datapackage.json` and the plain copies in `latest/`; then the catalogue and
    those of its sections that have changed, or with `is_thorough` all; then what no longer belongs
    is removed; last the root's SHA256SUMS. Only what differs is written.

    A version's file is copied only if it is the one that was published: otherwise StoreError, and
    readers keep what they have. So they do where the public store has published what the state
    does not know. Where somebody else commits meanwhile, all of it again: the last to write has
    written what was committed last.
    """
    while True:
        state, token = read_state(workspace)
        try:
            complete(workspace, public, state)
            refuse_lost_state(public, state)
            site = build(current(workspace, public, state))
            wanted = _lead_readers(public, state, site.files)
            wanted |= lead_to_sections(workspace, public, site.sections, is_thorough=is_thorough)
        except StoreError:
            if is_current(workspace, token):
                raise
            continue
        if is_current(workspace, token):
            _tidy(public, state, wanted)
        if is_current(workspace, token):
            workspace.sweep()
            return


def _lead_readers(public: Store, state: State, files: Files) -> dict[str, str]:
    """Write pointers, copies and the catalogue; gives the checksum of everything that belongs.

    What it will be is said first, so that every file can be judged at any moment.
    """
    wanted: dict[str, str] = {}
    pages = dict(files)
    copies: dict[str, tuple[str, str]] = {}
    for package, history in sorted(state.get("releases", {}).items()):
        for one in history:
            wanted[f"{folder_of(package, one['version'])}/{SUMS}"] = str(one["sums"])
        if history:
            found = _followed(public, state, package, history[-1])
            pages |= found[0]
            copies |= found[1]
    wanted |= {path: sha256(content) for path, content in pages.items()}
    wanted |= {path: expected for path, (_, expected) in copies.items()}
    if public.read(SUMS) != checksums(wanted):
        _write_if_changed(public, NEXT, checksums(wanted))
    for path, content in sorted(pages.items(), key=lambda one: (not POINTER.match(one[0]), one)):
        _write_if_changed(public, path, content)
    for path, (source, expected) in copies.items():
        present = public.read(path)
        if present is None or sha256(present) != expected:
            public.replace(path, _verified(public, source, expected))
    return wanted


def _tidy(public: Store, state: State, wanted: Mapping[str, str]) -> None:
    for path in _left_over(public, state, wanted):
        public.delete(path)
    _write_if_changed(public, SUMS, checksums(wanted))
    if public.exists(NEXT):
        public.delete(NEXT)
    public.sweep()


def _followed(
    public: Store, state: State, package: str, entry: Mapping[str, Any]
) -> tuple[dict[str, bytes], dict[str, tuple[str, str]]]:
    """The pointer; and the copies: where each comes from, and its checksum."""
    version = str(entry["version"])
    folder, home = folder_of(package, version), f"{DATASETS}/{package}"
    sums = _committed_sums(public, state, package, version, folder)
    descriptor = json.loads(_verified(public, f"{folder}/{DESCRIPTOR}", sums[DESCRIPTOR]))
    copies = {
        f"{home}/{LATEST}/{name}": (f"{folder}/{name}", expected)
        for name, expected in sums.items()
        if name != DESCRIPTOR
    }
    return {f"{home}/{DESCRIPTOR}": pointer(descriptor, str(entry["created"]))}, copies


def _write_if_changed(public: Store, path: str, content: bytes) -> None:
    if public.read(path) != content:
        public.replace(path, content)


def _left_over(public: Store, state: State, wanted: Mapping[str, str]) -> Iterator[str]:
    """What we wrote and nobody refers to any more; what we did not write is left alone.

    Files that the last SHA256SUMS of the root names, and copies in `latest/`. Of a version nothing
    is ever removed.
    """
    listed = read_checksums(public.read(SUMS) or b"") or {}
    packages = {package for package, _ in _committed(state)}
    copies = (
        path
        for path in public.paths(f"{DATASETS}/")
        if (match := COPY.fullmatch(path)) and match[1] in packages
    )
    for path in sorted({*listed, *copies}):
        if path not in wanted and not VERSION.fullmatch(path):
            yield path
