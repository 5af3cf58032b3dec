"""The inbox: one of the two doors. People write here; we only read."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from fnmatch import translate
from pathlib import Path
from typing import Literal, NamedTuple

from opendata.errors import OpendataError, Place, Problem, problem
from opendata.japanese import is_municipality_code

IGNORED = ("~$*", ".*", "*.tmp", "*.part", "*.crdownload", "Thumbs.db", "desktop.ini", "*~")
"""Names that office programs and file systems leave behind; never submissions."""
_IGNORED = re.compile("|".join(translate(pattern) for pattern in IGNORED))
_GIVEN_BACK = re.compile(
    r"(?<=.)(?:\.(?:checked|proposed))+(\.xls[xm])\Z", re.IGNORECASE | re.DOTALL
)
"""The names of what a review gives back."""
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\\]")


Why = Literal["link", "leftover", "superseded", "other"]
"""A link, what a program left behind or keeps hidden, the older one of a file and what a review
gave back of it, or neither a file nor a folder to be read."""


class PassedOver(NamedTuple):
    """Something in the inbox that is no submission, and why not."""

    place: str
    why: Why


class UnreadableFile(OpendataError):
    """A file in the inbox that cannot be opened."""


class Submission(NamedTuple):
    """One file at one place in the inbox. `place` is its path there, with `/`; `path` leads to the
    file, from wherever the inbox was named."""

    place: str
    path: str
    size: int
    modified_ns: int
    changed_ns: int
    """When anything was last written to it or said of it: no program can set this time."""
    inode: int

    @property
    def package(self) -> str:
        """The package its folder names; empty where the file lies outside of one."""
        parts = self.place.split("/")
        return parts[0] if len(parts) > 2 else ""

    @property
    def municipality_code(self) -> str:
        parts = self.place.split("/")
        return parts[1] if len(parts) > 2 else ""

    @property
    def stamp(self) -> str:
        """What the file system says of it; another file, or other content, has another one."""
        return f"{self.size}:{self.modified_ns}:{self.changed_ns}:{self.inode}"

    def read(self) -> tuple[bytes, str]:
        """The file's bytes and their SHA-256. Raises UnreadableFile."""
        try:
            content = Path(self.path).read_bytes()
        except OSError as error:
            reason = error.strerror or str(error)
            raise UnreadableFile("unreadable-file", path=self.place, reason=reason) from error
        return content, hashlib.sha256(content).hexdigest()

    def sha256(self) -> str:
        """The SHA-256 of the file, read in pieces; empty where it cannot be read."""
        try:
            # plain, unbuffered: it is done for ten thousand files a night
            with open(self.path, "rb", buffering=0) as file:  # noqa: PTH123
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return ""

    def misplaced(self, packages: tuple[str, ...]) -> Problem | None:
        """What is wrong with where the file lies, or None."""
        place = Place(file=self.place)
        if not self.package:
            return problem("misplaced-file", place)
        if self.package not in packages:
            return problem("unknown-package", place, name=self.package, known=packages)
        if not is_municipality_code(self.municipality_code):
            return problem("unknown-municipality", place, value=self.municipality_code)
        return None


def scan(inbox: Path) -> tuple[Submission, ...]:
    """Every file in the inbox that counts, by place. Raises OpendataError where there is none."""
    return survey(inbox)[0]


def survey(inbox: Path) -> tuple[tuple[Submission, ...], tuple[PassedOver, ...]]:
    """Everything in the inbox, by place: what counts, and what does not. Raises OpendataError where
    there is no inbox.

    Links are not followed: nothing outside the inbox is ever read.
    """
    if not inbox.is_dir():
        raise OpendataError("file-not-found", path=str(inbox))
    found, passed_over = _walk(str(inbox))
    newest: dict[str, Submission] = {}
    for one in _as_submitted(found):
        other = newest.get(one.place)
        if other is not None:
            passed_over.append(PassedOver(one.place, "superseded"))
        if other is None or one.modified_ns >= other.modified_ns:
            newest[one.place] = one
    return tuple(newest[place] for place in sorted(newest)), tuple(passed_over)


def _as_submitted(found: Sequence[Submission]) -> Iterator[Submission]:
    """Every file at the place of its submission: what a review gave back (`計画.checked.xlsx`,
    `計画.proposed.xlsx`) is a newer state of `計画.xlsx`. The originals come first."""
    given_back = [(one, match) for one in found if (match := _GIVEN_BACK.search(one.place))]
    if not given_back:
        yield from found
        return
    others = {one.place for one, _ in given_back}
    originals: dict[str, list[str]] = {}
    for one in found:
        if one.place not in others:
            originals.setdefault(one.place.rpartition(".")[0], []).append(one.place)
            yield one
    for one, match in given_back:
        stem, ending = one.place[: match.start()], match[1]
        known = originals.get(stem, [])
        yield one._replace(place=known[0] if len(known) == 1 else stem + ending)


def _walk(inbox: str) -> tuple[list[Submission], list[PassedOver]]:
    """The files below a folder, and what is passed over, each by place."""
    found: list[Submission] = []
    passed_over: list[PassedOver] = []
    folders = [(inbox, "")]
    while folders:
        folder, above = folders.pop()
        try:
            entries = os.scandir(folder)
        except OSError:
            passed_over.append(PassedOver(above.rstrip("/") or ".", "other"))
            continue
        with entries:
            for entry in entries:
                place = above + _printable(entry.name)
                if _IGNORED.match(entry.name):
                    passed_over.append(PassedOver(place, "leftover"))
                    continue
                try:
                    known = entry.stat(follow_symlinks=False)
                except OSError:
                    continue
                if stat.S_ISREG(known.st_mode):
                    times = known.st_mtime_ns, known.st_ctime_ns
                    one = Submission(place, entry.path, known.st_size, *times, known.st_ino)
                    found.append(one)
                elif stat.S_ISDIR(known.st_mode):
                    folders.append((entry.path, f"{place}/"))
                else:
                    is_link = stat.S_ISLNK(known.st_mode)
                    passed_over.append(PassedOver(place, "link" if is_link else "other"))
    return sorted(found), sorted(passed_over)


def _printable(name: str) -> str:
    """A name as text that a store takes and a page shows, whatever the file system holds."""
    if name.isprintable() and "\\" not in name:
        return name
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _UNPRINTABLE.sub("\ufffd", text)
