"""A layout proposed for one file."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from opendata.errors import OpendataError, UnreadableWorkbook, UsageError
from opendata.errors.catalogue import Language
from opendata.extract.draft import Draft
from opendata.extract.draft import draft as propose
from opendata.pipeline.contracts import package_of, packages
from opendata.pipeline.memory import limit_memory
from opendata.pipeline.settings import Settings
from opendata.review import masked, picture, proposed_layout
from opendata.validate.personal_data import screen
from opendata.workbook import Limits, Workbook, address
from opendata.workbook import read as read_workbook


@dataclass(frozen=True)
class Drafted:
    """The proposal for a file, and the workbook it was made of."""

    file: str
    package: str
    draft: Draft
    workbook: Workbook

    @property
    def source(self) -> str:
        """The layout's YAML, without what looks like personal data."""
        return proposed_layout(self.draft, self.workbook).decode()

    def picture(self, language: Language = "ja") -> bytes:
        """The sheets, each cell marked with what it was taken for, as a page."""
        return picture(self.draft, self.workbook, language)

    def to_json(self, language: Language = "ja") -> dict[str, Any]:
        """The document that `draft --json` prints."""
        personal = screen(self.workbook, frozenset())
        told = masked([*self.draft.problems, *personal], self.workbook)
        return {
            "file": self.file,
            "package": self.package,
            "layout": dict(self.draft.document) if self.draft.layout else None,
            "confidence": self.draft.confidence,
            "columns": [
                {
                    "sheet": one.sheet,
                    "column": address(0, one.column).rstrip("1"),
                    "header": "/".join(one.parts),
                    "taken_for": one.role,
                    "value_type": one.value_type,
                    "year": one.year,
                    "confidence": one.confidence,
                    "reasons": [reason.in_(language) for reason in one.reasons],
                }
                for one in self.draft.guesses
            ],
            "problems": [one.to_json(language) for one in told if one.code != "personal-data"],
        }


@contextmanager
def bounded(limits: Limits) -> Iterator[None]:
    """Limits on this process while it opens a file: a command that serves one file needs no other.

    Raises UnreadableWorkbook where memory or processor time run out.
    """
    memory = resource.getrlimit(resource.RLIMIT_AS)
    limit_memory(limits.memory_bytes)
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    soft = ceil(used + limits.seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    before = signal.signal(signal.SIGXCPU, _too_costly)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
    try:
        yield
    except (MemoryError, _TooLongError) as error:
        raise UnreadableWorkbook(
            "too-costly",
            memory=f"{limits.memory_bytes // 2**20} MB",
            seconds=f"{limits.seconds:g}",
        ) from error
    finally:
        resource.setrlimit(resource.RLIMIT_AS, memory)
        resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))
        signal.signal(signal.SIGXCPU, before)


class _TooLongError(Exception):
    """The processor time of a file has run out."""


def _too_costly(_number: int, _frame: object) -> None:
    raise _TooLongError


def draft_file(settings: Settings, path: Path, name: str | None = None) -> Drafted:
    """Propose a layout for a file; its package comes from the settings or the folders it lies in.
    `name` is the layout's, the file's own when None.

    Raises OpendataError for a file that is not there or cannot be read.
    """
    contracts = packages(settings)
    if not path.is_file():
        raise UsageError("file-not-found", path=str(path))
    package = package_of(path, contracts)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise OpendataError("unreadable-file", path=str(path), reason=str(error)) from error
    with bounded(settings.limits.limits()):
        workbook = read_workbook(path.name, content, settings.limits.limits())
        proposal = propose(workbook, contracts[package], name or path.stem)
    return Drafted(str(path), package, proposal, workbook)
