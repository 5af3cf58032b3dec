"""Everything published and kept, read again; what is damaged is made again where it can be.

Nothing is repaired by guess: a file counts as restored only with the checksum it was published
with, each is one atomic replacement, and what a reader can reach is never removed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from opendata import release, store
from opendata.errors import OpendataError, Place, Problem, StoreError, problem
from opendata.pipeline.accounts import Account, Accounts
from opendata.pipeline.archive import Archive
from opendata.pipeline.cache import unpack
from opendata.pipeline.contracts import packages
from opendata.pipeline.guard import workers
from opendata.pipeline.inbox import survey
from opendata.pipeline.publication import LOCK_SECONDS, record_of, refresh
from opendata.pipeline.recovery import lying, recovered
from opendata.pipeline.settings import Settings
from opendata.release import Judged, Part, sha256
from opendata.store import STATE, STATE_COPY, Store

ARCHIVE, EXTRACTS = "archive/", "extracts/"
SUMS, DESCRIPTOR = "SHA256SUMS", "datapackage.json"
Entry = Mapping[str, Any]


def inspect(settings: Settings) -> list[Problem]:
    """What is damaged, missing or does not belong: in the workspace, by its place there, and in
    the public store, which is held against the state where there is one."""
    workspace, public = settings.stores()
    kept = _Kept(settings, workspace)
    problems = [*kept.problems()]
    pending = store.pending(workspace, public, kept.state)
    return [*problems, *store.verify(public, kept.state, pending, kept.records())]


@dataclass(frozen=True)
class Repaired:
    """What was wrong and no longer is, and what is left."""

    fixed: tuple[Problem, ...]
    left: tuple[Problem, ...]


def repair(settings: Settings) -> Repaired:
    """Make again what is damaged, as far as it can be told from what is sound.

    Killed at any moment it has done no harm, and may be started again. Raises ConflictError where a
    pass is under way.
    """
    workspace, public = settings.stores()
    with store.locked(workspace, LOCK_SECONDS):
        before = inspect(settings)
        _restore_state(workspace)
        _recover(workspace, public)
        _restore_archive(settings, workspace)
        for path in _damaged_extracts(workspace):
            workspace.delete(path)
        try:
            state, _ = store.read_state(workspace)
        except StoreError:
            state = {}
        if state.get("releases"):
            _restore_public(settings, workspace, public, state)
        after = inspect(settings)
    left = {(one.code, one.place.file) for one in after}
    fixed = (one for one in before if (one.code, one.place.file) not in left)
    return Repaired(tuple(fixed), tuple(after))


@dataclass
class _Kept:
    """What the workspace keeps."""

    settings: Settings
    workspace: Store
    state: dict[str, Any] = field(default_factory=dict)

    def problems(self) -> Iterator[Problem]:
        yield from self._state()
        yield from self._archive()
        for path in _damaged_extracts(self.workspace):
            yield problem("damaged-extract", self._place(path))
        for package, history in self.state.get("releases", {}).items():
            for entry in history:
                path = record_of(package, str(entry["sums"]))
                content = lying(self.workspace, path)
                if content is not None and not _is_descriptor(content, entry):
                    yield problem("damaged-record", self._place(path))

    def records(self) -> dict[tuple[str, str], bytes]:
        """The descriptors kept in the workspace, by package and version."""
        return {
            (package, str(entry["version"])): content
            for package, history in self.state.get("releases", {}).items()
            for entry in history
            if (content := lying(self.workspace, record_of(package, str(entry["sums"]))))
        }

    def _state(self) -> Iterator[Problem]:
        try:
            self.state, token = store.read_state(self.workspace)
            if token is None and self._was_used():
                yield problem("missing-state", self._place(STATE))
            elif token is not None and not self.workspace.exists(STATE_COPY):
                yield problem("missing-state-copy", self._place(STATE_COPY))
        except StoreError as error:
            yield replace(error.problem(self._place(STATE)))
        copy = lying(self.workspace, STATE_COPY)
        try:
            if copy is not None:
                store.parsed(copy)
        except StoreError as error:
            yield error.problem(self._place(STATE_COPY))

    def _was_used(self) -> bool:
        """Whether a pass has ever come to its end here: nothing lies here for a store of which
        somebody has the public part only."""
        return self.workspace.exists(STATE_COPY) or any(self.workspace.paths("releases/"))

    def _archive(self) -> Iterator[Problem]:
        present = set(self.workspace.paths(ARCHIVE))
        for path in sorted(present):
            content = lying(self.workspace, path)
            if content is None or sha256(content) != path.removeprefix(ARCHIVE):
                yield problem("damaged-archive", self._place(path), path=path)
        for place, account in Accounts.read(self.state).submissions.items():
            for digest in dict.fromkeys(one for one in (account.sha256, account.accepted) if one):
                path = f"{ARCHIVE}{digest}"
                if path not in present:
                    found = problem("missing-archive", Place(file=place), path=path)
                    yield replace(found, place=self._place(path))

    def _place(self, path: str) -> Place:
        return Place(file=f"{self.settings.workspace}/{path}")


def _damaged_extracts(workspace: Store) -> list[str]:
    return [
        path
        for path in workspace.paths(EXTRACTS)
        if (content := lying(workspace, path)) is not None and unpack(content) is None
    ]


def _is_descriptor(content: bytes, entry: Entry) -> bool:
    sums = store.derived_checksums(content)
    return sums is not None and sha256(release.checksums(sums)) == entry["sums"]


def _restore_state(workspace: Store) -> None:
    """Put the copy in the place of a state that is gone or damaged, or write the copy anew."""
    content, token = workspace.read_state(STATE)
    copy = lying(workspace, STATE_COPY)
    if _is_state(content):
        if not _is_state(copy):
            workspace.replace(STATE_COPY, content or b"")
    elif copy is not None and _is_state(copy):
        workspace.swap_state(STATE, copy, token)


def _recover(workspace: Store, public: Store) -> None:
    """Take over what was published and is in no state: this one is lost, or an old copy."""
    content, token = workspace.read_state(STATE)
    is_sound = _is_state(content)
    known = Accounts.read(store.parsed(content or b"") if is_sound else {})
    found = recovered(public, known)
    if found != known:
        if content is not None and not is_sound:
            workspace.delete(STATE)
            token = None
        store.commit(workspace, token, found.to_state())


def _is_state(content: bytes | None) -> bool:
    try:
        return content is not None and bool(store.parsed(content))
    except StoreError:
        return False


def _restore_archive(settings: Settings, workspace: Store) -> None:
    """Take from the inbox what the archive has lost and still lies there."""
    wanted = {
        found.place.file.rpartition("/")[2]
        for found in _Kept(settings, workspace).problems()
        if found.code in ("damaged-archive", "missing-archive")
    }
    if not wanted or not settings.inbox.is_dir():
        return
    submissions, _ = survey(settings.inbox)
    for one in submissions:
        if one.sha256() in wanted:
            content, digest = one.read()
            if digest in wanted:
                workspace.replace(f"{ARCHIVE}{digest}", content)


def _restore_public(
    settings: Settings, workspace: Store, public: Store, state: Mapping[str, Any]
) -> None:
    accounts = Accounts.read(state)
    with workers(1, settings.worker_log()) as examined:
        archive = Archive(workspace, settings, examined, {})
        try:
            store.complete(workspace, public, state)
            for package, history in sorted(accounts.releases.items()):
                restoring = _Restoring(settings, workspace, public, archive, accounts, package)
                for entry in history:
                    restoring.version(entry, history)
            refresh(workspace, public, settings, is_thorough=True)
        except OpendataError:
            pass  # what is left is found again, and told
    for folder in public.empty_folders():
        public.delete(f"{folder}/{DESCRIPTOR}")


@dataclass
class _Restoring:
    """The versions of one package, made again one after the other, the oldest first."""

    settings: Settings
    workspace: Store
    public: Store
    archive: Archive
    accounts: Accounts
    package: str
    copies: dict[str, str] = field(default_factory=dict)
    """By SHA-256 where in the public store that content lies; filled when first needed."""

    def version(self, entry: Entry, history: Iterable[Entry]) -> None:
        folder = f"datasets/{self.package}/{entry['version']}"
        descriptor = self._descriptor(folder, entry)
        if descriptor is None:
            return
        sums = store.derived_checksums(descriptor) or {}
        files = {DESCRIPTOR: descriptor, SUMS: release.checksums(sums)}
        sums = {**sums, SUMS: str(entry["sums"])}
        record = record_of(self.package, str(entry["sums"]))
        if lying(self.workspace, record) != descriptor:
            self.workspace.replace(record, descriptor)
        sound = {name: self._sound(f"{folder}/{name}", sums[name]) for name in sums}
        damaged = {name: sums[name] for name, content in sound.items() if content is None}
        if not damaged:
            return
        known = {name: content for name, content in sound.items() if content is not None}
        for made in self._candidates(json.loads(descriptor), {**known, **files}, entry, history):
            for name, content in made.items():
                if sha256(content) == damaged.get(name):
                    self.public.replace(f"{folder}/{name}", content)
                    known[name] = content
                    del damaged[name]
            if not damaged:
                return

    def _descriptor(self, folder: str, entry: Entry) -> bytes | None:
        """The version's descriptor as published: its own, the one kept in the workspace, or that of
        which the pointer was made."""
        pointer = lying(self.public, f"datasets/{self.package}/{DESCRIPTOR}")
        found = (
            lying(self.public, f"{folder}/{DESCRIPTOR}"),
            lying(self.workspace, record_of(self.package, str(entry["sums"]))),
            release.unpointed(pointer or b""),
        )
        return next((one for one in found if one and _is_descriptor(one, entry)), None)

    def _sound(self, path: str, digest: str) -> bytes | None:
        content = lying(self.public, path)
        return content if content is not None and sha256(content) == digest else None

    def _candidates(
        self,
        descriptor: Mapping[str, Any],
        known: Mapping[str, bytes],
        entry: Entry,
        history: Iterable[Entry],
    ) -> Iterator[Mapping[str, bytes]]:
        """Contents that the version's files may have had, what costs least first."""
        yield known
        copied = dict(self._copied(store.derived_checksums(known[DESCRIPTOR]) or {}, known))
        yield copied
        known = {**known, **copied}
        previous = self._previous(entry, history)
        tables, cells = release.read_again(descriptor, known)
        if cells is None and entry.get("restores"):
            other = lying(
                self.public, f"datasets/{self.package}/{entry['restores']}/lineage.parquet"
            )
            cells = _lineage(other)
        reason = entry.get("reason")
        yield release.rebuild(descriptor, tables, cells, previous, reason)
        received = self._received(descriptor)
        if received is not None:
            made, lines, judged = received
            yield release.rebuild(descriptor, made, lines, previous, reason, judged)
            yield release.rebuild(descriptor, {**made, **tables}, lines, previous, reason, judged)

    def _copied(
        self, sums: Mapping[str, str], known: Mapping[str, bytes]
    ) -> Iterator[tuple[str, bytes]]:
        """What lies elsewhere in the store: in `latest/`, or in a version that says the same."""
        if not self.copies:
            for path in self.public.paths("datasets/"):
                self.copies[sha256(lying(self.public, path) or b"")] = path
        for name, digest in sums.items():
            if name not in known and digest in self.copies:
                content = lying(self.public, self.copies[digest])
                if content is not None:
                    yield name, content

    def _previous(self, entry: Entry, history: Iterable[Entry]) -> release.Previous | None:
        if not entry.get("previous"):
            return None
        state = {"releases": {self.package: list(history)}}
        try:
            return release.Previous.read(
                store.release_files(self.public, state, self.package, str(entry["previous"]))
            )
        except StoreError:
            return None

    def _received(
        self, descriptor: Mapping[str, Any]
    ) -> tuple[dict[str, pa.Table], pa.Table, list[Judged]] | None:
        """The tables and the lineage that the archived files make today, and how machine-readable
        they are; None where they make none."""
        try:
            contract = packages(self.settings)[self.package]
            parts = []
            for one in descriptor.get("sources", ()):
                place, digest = str(one["title"]), str(one["hash"]).removeprefix("sha256:")
                account = self.accounts.submissions.get(place) or self._account(place, digest)
                account = account._replace(accepted=digest, dataset=None)
                _, dataset = self.archive.dataset(place, account, contract)
                parts.append(Part(digest, place, dataset))
            return release.merged(release.gather(contract, parts))
        except (OpendataError, KeyError, pa.ArrowException):
            return None

    def _account(self, place: str, digest: str) -> Account:
        code = place.split("/")[1] if place.count("/") > 1 else ""
        received = "1970-01-01T00:00:00Z"
        return Account(digest, "accepted", "accepted", self.package, code, received)


def _lineage(content: bytes | None) -> pa.Table | None:
    try:
        return release.read_parquet(content) if content is not None else None
    except pa.ArrowException:
        return None
