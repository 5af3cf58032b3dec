"""Everything published, read again and held against what was published."""

from __future__ import annotations

import json
from collections.abc import Collection, Container, Iterator, Mapping
from typing import Any

from opendata.errors import Place, Problem, StoreError, problem
from opendata.release import checksums, pointer, read_checksums, sha256
from opendata.store.layout import (
    DATASETS,
    DESCRIPTOR,
    IN_SECTION,
    LATEST,
    MOMENT,
    NEXT,
    SECTION,
    SUMS,
    VERSION,
    folder_of,
)
from opendata.store.protocol import Store
from opendata.store.state import State


def verify(
    public: Store,
    state: State | None = None,
    pending: Collection[tuple[str, str]] = (),
    records: Mapping[tuple[str, str], bytes] | None = None,
) -> list[Problem]:
    """What is damaged, missing or does not belong in a public store; `place.file` is its path.

    With the committed `state`, which knows every version's checksums and which is current, that is
    the authority over the root's SHA256SUMS. Its versions that are `pending`, package and version,
    were committed and are not in their place yet. `records` are descriptors of versions kept
    elsewhere: each counts where it fits the checksum of the version's SHA256SUMS.

    Each file is held against one authority only, so that one damage is one problem: a version's
    files and the copies in `latest/` against that version's SHA256SUMS, that one and everything
    else against the SHA256SUMS of the root. A line of the root that is wrong about a file found
    sound by another authority is a damage of the root.

    While a publication is under way, or where one was interrupted, what it is going to replace may
    be as it was before or as it will be.
    """
    return list(_Reading(public, state or {}, pending, records or {}).problems())


class _Reading:
    """One walk over a store: what it lists and what was found to belong."""

    def __init__(
        self,
        public: Store,
        state: State,
        pending: Collection[tuple[str, str]],
        records: Mapping[tuple[str, str], bytes],
    ) -> None:
        self.public = public
        self.records = records
        self.pending = sorted(pending)
        self.committed: Mapping[str, Any] = {
            package: known
            for package, history in state.get("releases", {}).items()
            if (known := [one for one in history if (package, one["version"]) not in pending])
        }
        self.releases = self.committed
        """What the state says readers are led to."""
        self.sizes: dict[tuple[str, str], Mapping[str, int]] = {}
        """How many bytes each file of a version has, as far as it is known for sure."""
        self.versions: set[tuple[str, str]] = set()
        """The versions whose files were judged."""
        self.present = set(public.paths())
        self.belonging = {SUMS}
        self.before: Mapping[str, str] = {}
        self.next: Mapping[str, str] = {}
        """What the root says, and will say once the publication under way is done."""
        self.named: set[str] = set()
        """Files that a problem names: what the root says of them is not told again."""

    def problems(self) -> Iterator[Problem]:
        yield from self._under_way()
        if not self.present:
            if not self.pending:
                yield problem("nothing-published", Place(file=""))
            return
        unreadable = list(self._file(SUMS, None))
        self.before = read_checksums(self._read(SUMS) or b"") or {}
        yield from unreadable
        if SUMS in self.present and not unreadable and not self.before:
            yield problem("broken-checksums", Place(file=SUMS))
        root = {**self.before, **self.next}
        found = list(self._content(root))
        self.named |= {one.place.file for one in found}
        misnamed = set() if self.next else self._misnamed(root)
        if misnamed or (root and self._demanded() - root.keys()):
            yield problem("broken-checksums", Place(file=SUMS))
        yield from (one for one in found if one.place.file not in misnamed)
        if not self.next:
            yield from self._root(root)
        if root:
            known = {root[path] for path in misnamed}
            strays = [
                path
                for path in sorted(self.present - self.belonging)
                if not known or sha256(self._read(path) or b"") not in known
            ]
            for code, place in dict.fromkeys(self._stray(path) for path in strays):
                yield problem(code, Place(file=place))
            # A publication under way makes folders before there is something in them.
            for folder in () if self.next else self.public.empty_folders():
                if not any(path.startswith(f"{folder}/") for path in self.belonging):
                    yield problem("stray-folder", Place(file=f"{folder}/"))

    def _stray(self, path: str) -> tuple[str, str]:
        """What to say of a file that nothing names. That of a version which nothing names may be
        all that is left of it, or the beginning: nobody is told to remove it."""
        match = VERSION.fullmatch(path)
        if match and (match[1], match[2]) not in self.versions:
            return "unlisted-version", f"{folder_of(match[1], match[2])}/"
        return "stray-file", path

    def _under_way(self) -> Iterator[Problem]:
        for one in self.pending:
            folder = f"{folder_of(*one)}/"
            self.belonging |= {path for path in self.present if path.startswith(folder)}
            yield problem("unfinished-publication", Place(file=folder))
        if NEXT in self.present:
            self.belonging |= {NEXT, *filter(IN_SECTION.fullmatch, self.present)}
            self.next = read_checksums(self._read(NEXT) or b"") or {}
            self.releases = {}  # readers may not have been led yet to what the state says
            yield problem("unfinished-publication", Place(file=NEXT))

    def _may_be_absent(self, path: str) -> bool:
        """Whether the publication under way brings the file, or takes it away."""
        return bool(self.next) and (path not in self.before or path not in self.next)

    def _content(self, root: Mapping[str, str]) -> Iterator[Problem]:
        """Versions, pointers and copies, then what only the root knows."""
        versions = self.versions = self._versions(root)
        sums: dict[tuple[str, str], Mapping[str, str] | None] = {}
        for package, version in sorted(versions):
            folder = folder_of(package, version)
            entry = self._entry(package, version)
            expected = str(entry["sums"]) if entry else root.get(f"{folder}/{SUMS}")
            kept = (self.records.get((package, version)), self._read(f"{folder}/{DESCRIPTOR}"))
            vouched = next((one for one in kept if one and _vouches(one, expected)), None)
            found, problems = self._version(folder, version, expected, vouched)
            self.sizes[package, version] = _sizes(vouched)
            sums[package, version] = found
            yield from problems
        for package in sorted({package for package, _ in versions}):
            yield from self._package(
                package, {one[1]: sums[one] for one in versions if one[0] == package}
            )
        for path, digest in sorted(root.items()):
            if section := SECTION.fullmatch(path):
                yield from self._section(section[1], digest)
            elif path not in self.belonging:
                yield from self._file(path, digest)

    def _section(self, folder: str, digest: str) -> Iterator[Problem]:
        """The pages of a section of the site, which its own SHA256SUMS name. While a publication
        is under way they are between before and after."""
        path = f"{folder}/{SUMS}"
        if self.next:
            return
        found = list(self._file(path, digest))
        sums = read_checksums(self._read(path) or b"")
        if found or sums is None:
            # What it says may be wrong, so it accuses nobody: all of its pages are made anew.
            inside = (f"{folder}/", f"api/{folder}/", f"api/{folder}.")
            self.belonging |= {one for one in self.present if one.startswith(inside)}
            yield from found or [problem("broken-checksums", Place(file=path))]
            return
        for name, expected in sums.items():
            yield from self._file(name, expected)

    def _entry(self, package: str, version: str) -> Mapping[str, Any] | None:
        """What the state says of a version."""
        history = self.committed.get(package, ())
        return next((one for one in history if one["version"] == version), None)

    def _demanded(self) -> set[str]:
        """What the root must name by the state."""
        versions = {
            f"{folder_of(package, one['version'])}/{SUMS}"
            for package, history in self.releases.items()
            for one in history
        }
        return versions | {f"{DATASETS}/{name}/{DESCRIPTOR}" for name in self.releases}

    def _misnamed(self, root: Mapping[str, str]) -> set[str]:
        """Paths that only the root knows, of content that lies elsewhere: it is the root that was
        changed."""
        gone = {path for path in root if path in self.named and path not in self.present}
        if not gone:
            return gone
        demanded = self._demanded()
        unnamed = (self.present - self.belonging) | (self.present & demanded - root.keys())
        contents = {sha256(self._read(path) or b"") for path in unnamed}
        return {path for path in gone if root[path] in contents and path not in demanded}

    def _root(self, root: Mapping[str, str]) -> Iterator[Problem]:
        """Lines of the root that disagree with a file of which nothing else was wrong."""
        for path, digest in sorted(root.items()):
            content = None if path in self.named else self._read(path)
            if content is not None and sha256(content) != digest:
                yield problem(
                    "wrong-checksum",
                    Place(file=SUMS),
                    value=digest,
                    expected=sha256(content),
                    path=path,
                )

    def _read(self, path: str) -> bytes | None:
        """The content; None where there is nothing or it cannot be read."""
        try:
            return self.public.read(path) if path in self.present else None
        except StoreError:
            return None

    def _versions(self, root: Mapping[str, str]) -> set[tuple[str, str]]:
        """The versions that the state knows, else those that the root names; without both, those
        that are there."""
        committed = {
            (package, str(one["version"]))
            for package, history in self.committed.items()
            for one in history
        }
        if self.releases:
            return committed
        matches = [one for path in root or self.present if (one := VERSION.fullmatch(path))]
        named = {one for one in matches if one[3] == SUMS}
        coming = {
            (one[1], one[2])
            for one in named
            if one[0] not in self.present and self._may_be_absent(one[0])
        }
        for package, version in coming:
            folder = folder_of(package, version)
            self.belonging |= {path for path in self.present if path.startswith(f"{folder}/")}
        return ({(one[1], one[2]) for one in named} | committed) - coming - {*self.pending}

    def _version(
        self, folder: str, version: str, expected: str | None, vouched: bytes | None
    ) -> tuple[Mapping[str, str] | None, list[Problem]]:
        """Its checksums, where they can be trusted, and what is wrong with its files."""
        path = f"{folder}/{SUMS}"
        inside = {one for one in self.present if one.startswith(f"{folder}/")}
        sizes = _sizes(vouched)
        problems = list(self._file(path, expected, sizes.get(SUMS)))
        sums = read_checksums(self._read(path) or b"")
        derived = derived_checksums(vouched or b"")
        if problems and derived:
            # Its descriptor names the same files, and the authority vouches for it.
            for name, digest in derived.items():
                problems.extend(self._file(f"{folder}/{name}", digest, sizes.get(name)))
            return derived, problems
        if not sums:
            self.belonging |= inside
            return None, problems or [problem("broken-checksums", Place(file=path))]
        files = [
            one
            for name, digest in sums.items()
            for one in self._file(f"{folder}/{name}", digest, sizes.get(name))
        ]
        if problems and files:
            # Checksums that were changed themselves may accuse nobody.
            self.belonging |= inside
            return None, problems
        # Where they agree with every file, it is the root that is wrong about them.
        problems = []
        damaged = {one.place.file for one in files}
        if f"{folder}/{DESCRIPTOR}" not in damaged:
            files.extend(self._descriptor(folder, version, sums, damaged))
        return sums, problems + files

    def _file(self, path: str, expected: str | None, size: int | None = None) -> Iterator[Problem]:
        self.belonging.add(path)
        try:
            content = self.public.read(path) if path in self.present else None
        except StoreError as error:
            yield error.problem(Place(file=path))
            return
        if content is None:
            if not self._may_be_absent(path):
                yield problem("missing-file", Place(file=path))
        elif (
            expected is not None
            and not self._is_coming(path)
            and sha256(content) not in self._allowed(path, expected)
        ):
            if size is not None and len(content) < size:
                yield problem("cut-short", Place(file=path), value=str(len(content)), expected=size)
                return
            yield problem(
                "checksum-mismatch", Place(file=path), value=sha256(content), expected=expected
            )

    def _is_coming(self, path: str) -> bool:
        """Whether readers were never led to the file: it may be of a publication that was
        interrupted before the one under way."""
        return bool(self.next) and path not in self.before and not VERSION.fullmatch(path)

    def _allowed(self, path: str, expected: str) -> set[str]:
        if not self.next or VERSION.fullmatch(path):
            return {expected}
        return {expected, *(one[path] for one in (self.before, self.next) if path in one)}

    def _descriptor(
        self, folder: str, version: str, sums: Mapping[str, str], damaged: Container[str]
    ) -> Iterator[Problem]:
        path = f"{folder}/{DESCRIPTOR}"
        descriptor = _mapping(self._read(path))
        if descriptor is None:
            yield problem("broken-descriptor", Place(file=path), reason="JSON")
            return
        if descriptor.get("version") != version:
            yield problem("broken-descriptor", Place(file=path), reason="version")
        for one in _described(descriptor):
            name = str(one.get("path"))
            if one.get("hash") != f"sha256:{sums.get(name)}":
                yield problem("broken-descriptor", Place(file=path), reason=f"{name}: hash")
            elif f"{folder}/{name}" not in damaged and (
                one.get("bytes") != len(self._read(f"{folder}/{name}") or b"")
            ):
                yield problem("broken-descriptor", Place(file=path), reason=f"{name}: bytes")

    def _package(
        self, package: str, versions: Mapping[str, Mapping[str, str] | None]
    ) -> Iterator[Problem]:
        """The pointer and the copies in `latest/`."""
        home = f"{DATASETS}/{package}"
        path = f"{home}/{DESCRIPTOR}"
        yield from self._file(path, None)
        content = self._read(path)
        if content is None:
            return
        version = str((_mapping(content) or {}).get("version"))
        history = self.releases.get(package)
        if version not in versions or (history and history[-1]["version"] != version):
            yield problem("broken-pointer", Place(file=path), reason=version)
            return
        sums = versions[version] or {}
        original = self._read(f"{home}/{version}/{DESCRIPTOR}") or b""
        intact = sha256(original) == sums.get(DESCRIPTOR)
        entry = self._entry(package, version)
        created = entry["created"] if entry else (_mapping(content) or {}).get("created")
        if intact and _pointer(_mapping(original) or {}, created) != content:
            yield problem("broken-pointer", Place(file=path), reason=f"≠ {version}/{DESCRIPTOR}")
        for name, digest in sums.items():
            if name != DESCRIPTOR:
                size = self.sizes[package, version].get(name)
                yield from self._file(f"{home}/{LATEST}/{name}", digest, size)


def derived_checksums(descriptor: bytes) -> dict[str, str] | None:
    """A version's checksums as its descriptor tells them, path to SHA-256: they are what was
    published only if their own checksum is. None for what is no descriptor."""
    found = _mapping(descriptor)
    if found is None:
        return None
    try:
        sums = {
            str(one["path"]): str(one["hash"]).removeprefix("sha256:") for one in _described(found)
        }
    except RecursionError:
        return None
    return {**sums, DESCRIPTOR: sha256(descriptor)}


def _vouches(descriptor: bytes, expected: str | None) -> bool:
    """Whether the SHA256SUMS of that checksum are those that the descriptor tells."""
    sums = derived_checksums(descriptor)
    return sums is not None and sha256(checksums(sums)) == expected


def _sizes(descriptor: bytes | None) -> dict[str, int]:
    """How many bytes each file has of the version that the descriptor is of."""
    if descriptor is None:
        return {}
    sizes = {
        str(one["path"]): one["bytes"]
        for one in _described(_mapping(descriptor))
        if isinstance(one.get("bytes"), int)
    }
    sums = checksums(derived_checksums(descriptor) or {})
    return {**sizes, DESCRIPTOR: len(descriptor), SUMS: len(sums)}


def _mapping(content: bytes | None) -> Mapping[str, Any] | None:
    try:
        found = json.loads(content or b"")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _pointer(descriptor: Mapping[str, Any], created: Any) -> bytes | None:
    if not isinstance(created, str) or not MOMENT.fullmatch(created):
        return None
    try:
        return pointer(descriptor, created)
    except (KeyError, TypeError, RecursionError):
        return None


def _described(descriptor: Any) -> Iterator[Mapping[str, Any]]:
    """Every part of a descriptor that names a file of the version with its checksum."""
    if isinstance(descriptor, Mapping):
        if "path" in descriptor and "hash" in descriptor:
            yield descriptor
        for value in descriptor.values():
            yield from _described(value)
    elif isinstance(descriptor, list):
        for value in descriptor:
            yield from _described(value)
