"""A folder as a store."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from opendata.errors import ConflictError, StoreError
from opendata.store.paths import LOCK, OWN, SWAP_LOCK, UNFINISHED, checked

POLL_SECONDS = 0.1
WRITERS = 16
"""Of many files so many are written at once."""
ATTEMPTS = 20
"""How often a file is written again whose folder or unfinished copy another process removed."""


class FolderStore:
    """Files below `root`, which is made when something is first written.

    A file is written beside its place, fsynced and renamed, and its folder fsynced. Links that lead
    out of the root are refused.

    Any number of processes may write at once: one that tidies up may take away the unfinished file
    or the empty folder of another, which then writes again.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    def __repr__(self) -> str:
        return f"FolderStore({str(self.root)!r})"

    def read(self, path: str) -> bytes | None:
        with self._reported(path):
            try:
                return self._place(path).read_bytes()
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return None

    def exists(self, path: str) -> bool:
        with self._reported(path):
            return self._place(path).is_file()

    def paths(self, prefix: str = "") -> Sequence[str]:
        start = self.root / prefix.rpartition("/")[0]
        found = []
        with self._reported(prefix):
            for folder, folders, names in os.walk(start, onerror=_unless_absent):
                inner = Path(folder).relative_to(self.root).as_posix()
                # A link to a folder is no folder of ours, whatever lies behind it.
                links = (name for name in folders if Path(folder, name).is_symlink())
                for name in (*names, *links):
                    path = name if inner == "." else f"{inner}/{name}"
                    if path.startswith(prefix) and not _is_own(path):
                        found.append(path)
        return sorted(found)

    def empty_folders(self) -> Sequence[str]:
        with self._reported(""):
            return sorted(
                Path(folder).relative_to(self.root).as_posix()
                for folder, inner, names in os.walk(self.root, onerror=_unless_absent)
                if not inner and not names and Path(folder) != self.root
            )

    def put(self, path: str, content: bytes) -> None:
        present = self.read(path)
        if present is None and not self._write(path, content, _link):
            present = self.read(path)
        if present not in (None, content):
            raise StoreError("store-immutable", path=path)

    def replace(self, path: str, content: bytes) -> None:
        self._write(path, content)

    def replace_all(self, files: Mapping[str, bytes]) -> None:
        def write(one: tuple[str, bytes]) -> Path | None:
            if self.read(one[0]) == one[1]:
                return None
            self._write(*one, is_last=False)
            return self._place(one[0]).parent

        # A disk makes many files durable in little more than the time of one.
        with ThreadPoolExecutor(WRITERS) as writers:
            folders = {one for one in writers.map(write, sorted(files.items())) if one is not None}
        for folder in sorted(folders):
            with (
                self._reported(""),
                suppress(FileNotFoundError),
            ):  # another has removed what was there
                _sync_folder(folder)

    def delete(self, path: str) -> None:
        with self._reported(path):
            place = self._place(path)
            with suppress(FileNotFoundError, NotADirectoryError):
                place.unlink()
                _sync_folder(place.parent)
            # An empty folder is nothing that a store of objects could show.
            for folder in place.parents:
                if folder == self.root or self.root not in folder.parents:
                    break
                try:
                    folder.rmdir()
                except OSError:
                    break

    def read_state(self, path: str) -> tuple[bytes | None, str | None]:
        content = self.read(path)
        return content, _token(content)

    def swap_state(self, path: str, content: bytes, token: str | None) -> str:
        with self._held(SWAP_LOCK, wait_seconds=30):
            if _token(self.read(path)) != token:
                raise ConflictError("state-conflict", path=path)
            self._write(path, content)
        return str(_token(content))

    def sweep(self) -> None:
        with self._reported(""):
            for folder, _, names in os.walk(self.root, topdown=False, onerror=_unless_absent):
                at = Path(folder)
                for name in names:
                    if name.startswith(UNFINISHED):
                        (at / name).unlink(missing_ok=True)
                if len(at.relative_to(self.root).parts) > 1:
                    with suppress(OSError):  # not empty
                        at.rmdir()

    @contextmanager
    def lock(self, wait_seconds: float) -> Iterator[None]:
        with self._held(LOCK, wait_seconds):
            yield

    @contextmanager
    def _held(self, name: str, wait_seconds: float) -> Iterator[None]:
        with self._reported(name):
            place = self.root / name
            _make_folder(place.parent)
            # The file stays: whoever removed it would let a third process lock another of its name.
            handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            deadline = time.monotonic() + wait_seconds
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() >= deadline:
                        raise ConflictError("run-conflict", path=name) from error
                    time.sleep(POLL_SECONDS)
            yield
        finally:
            os.close(handle)

    @contextmanager
    def _reported(self, path: str) -> Iterator[None]:
        """Tell what the system refuses, and of which store."""
        try:
            yield
        except OSError as error:
            reason = error.strerror or str(error)
            raise StoreError("store-error", path=str(self.root / path), reason=reason) from error

    def _place(self, path: str) -> Path:
        place = self.root.joinpath(*checked(path))
        resolved, root = place.resolve(), self.root.resolve()
        if root not in resolved.parents:
            raise StoreError("store-path", path=repr(path))
        return place

    def _write(
        self,
        path: str,
        content: bytes,
        settle: Callable[[Path, Path], bool] | None = None,
        *,
        is_last: bool = True,
    ) -> bool:
        """Write a file whole; False where `settle` finds its place taken. Where it is not the last,
        its folder is left for the caller to sync."""
        with self._reported(path):
            place = self._place(path)
            for attempt in count(1):
                try:
                    is_ours = self._write_once(place, content, settle or _rename)
                    if is_last:
                        _sync_folder(place.parent)
                    return is_ours
                except FileNotFoundError:
                    if attempt == ATTEMPTS:
                        raise
        raise AssertionError

    def _write_once(
        self, place: Path, content: bytes, settle: Callable[[Path, Path], bool]
    ) -> bool:
        _make_folder(place.parent)
        unfinished = place.with_name(f"{UNFINISHED}{secrets.token_hex(6)}")
        try:
            with unfinished.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            is_ours = settle(unfinished, place)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        return is_ours


def _rename(unfinished: Path, place: Path) -> bool:
    unfinished.replace(place)
    return True


def _link(unfinished: Path, place: Path) -> bool:
    """Give a file its place unless that is taken; by renaming where there are no links."""
    try:
        place.hardlink_to(unfinished)
    except FileExistsError:
        unfinished.unlink()
        return False
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK):
            raise
        return _rename(unfinished, place)
    unfinished.unlink(missing_ok=True)
    return True


def _token(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


def _is_own(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith(UNFINISHED) or path in OWN


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, each durable."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
        _sync_folder(one.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unless_absent(error: OSError) -> None:
    if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
        raise error
