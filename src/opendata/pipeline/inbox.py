"""The inbox: one of the two doors. People write here; we only read."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from opendata.errors import OpendataError, Place, Problem, problem
from opendata.japanese import is_municipality_code

IGNORED = ("~$*", ".*", "*.tmp", "*.part", "*.crdownload", "Thumbs.db", "desktop.ini", "*~")
"""Names that office programs and file systems leave behind; never submissions."""
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\\]")


class UnreadableFile(OpendataError):
    """A file in the inbox that cannot be opened."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One file at one place in the inbox. `place` is its path there, with `/`."""

    place: str
    path: Path
    size: int
    modified_ns: int

    @property
    def package(self) -> str:
        """The package its folder names; empty where the file lies outside of one."""
        parts = self.place.split("/")
        return parts[0] if len(parts) > 2 else ""

    @property
    def municipality_code(self) -> str:
        parts = self.place.split("/")
        return parts[1] if len(parts) > 2 else ""

    def read(self) -> tuple[bytes, str]:
        """The file's bytes and their SHA-256. Raises UnreadableFile."""
        try:
            content = self.path.read_bytes()
        except OSError as error:
            reason = error.strerror or str(error)
            raise UnreadableFile("unreadable-file", path=self.place, reason=reason) from error
        return content, hashlib.sha256(content).hexdigest()

    def sha256(self) -> str:
        """The SHA-256 of the file, read in pieces; empty where it cannot be read."""
        digest = hashlib.sha256()
        try:
            with self.path.open("rb") as file:
                while piece := file.read(1 << 20):
                    digest.update(piece)
        except OSError:
            return ""
        return digest.hexdigest()

    def misplaced(self, packages: tuple[str, ...]) -> Problem | None:
        """What is wrong with where the file lies, or None."""
        place = Place(file=self.place)
        if not self.package:
            return problem("misplaced-file", place)
        if self.package not in packages:
            known = "、".join(packages)
            return problem("unknown-package", place, name=self.package, known=known)
        if not is_municipality_code(self.municipality_code):
            return problem("unknown-municipality", place, value=self.municipality_code)
        return None


def scan(inbox: Path) -> tuple[Submission, ...]:
    """Every file in the inbox that counts, by place. Raises OpendataError where there is none.

    Links are not followed: nothing outside the inbox is ever read.
    """
    if not inbox.is_dir():
        raise OpendataError("file-not-found", path=str(inbox))
    return tuple(sorted(_walk(inbox, inbox), key=lambda one: one.place))


def _walk(folder: Path, inbox: Path) -> Iterator[Submission]:
    try:
        entries = sorted(os.scandir(folder), key=lambda one: one.name)
    except OSError:
        return
    for entry in entries:
        if any(fnmatchcase(entry.name, pattern) for pattern in IGNORED):
            continue
        try:
            found = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        path = Path(entry.path)
        if stat.S_ISDIR(found.st_mode):
            yield from _walk(path, inbox)
        elif stat.S_ISREG(found.st_mode):
            place = path.relative_to(inbox).as_posix()
            yield Submission(_printable(place), path, found.st_size, found.st_mtime_ns)


def _printable(place: str) -> str:
    """A place as text that a store takes and a page shows, whatever the file system holds."""
    text = place.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _UNPRINTABLE.sub("\ufffd", text)
