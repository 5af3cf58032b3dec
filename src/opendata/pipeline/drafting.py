"""A layout proposed for one file, and accepted."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import yaml

from opendata.errors import OpendataError, PackageError, UnreadableWorkbook, UsageError, sentence
from opendata.errors.catalogue import Language
from opendata.extract import read_layout
from opendata.extract.draft import Draft
from opendata.extract.draft import draft as propose
from opendata.pipeline.accounts import Accounts
from opendata.pipeline.check import package_of
from opendata.pipeline.run import packages
from opendata.pipeline.settings import Settings
from opendata.pipeline.worker import limit_memory
from opendata.review import masked, picture, proposed_layout
from opendata.store import open_store, read_state
from opendata.validate.personal_data import screen
from opendata.workbook import Limits, Workbook, address
from opendata.workbook import read as read_workbook


@dataclass(frozen=True)
class Accepted:
    """A layout saved among its package's."""

    package: str
    path: Path

    def to_json(self) -> dict[str, Any]:
        """The document that `draft --accept --json` prints."""
        return {"package": self.package, "accepted": str(self.path)}

    def sentences(self, language: Language) -> list[str]:
        """What the operator is told."""
        return [sentence("layout-accepted", path=self.path).in_(language)]


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
def _bounded(limits: Limits) -> Iterator[None]:
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
    with _bounded(settings.limits.limits()):
        workbook = read_workbook(path.name, content, settings.limits.limits())
        proposal = propose(workbook, contracts[package], name or path.stem)
    return Drafted(str(path), package, proposal, workbook)


def accept_layout(settings: Settings, file: Path, name: str | None = None) -> Accepted:
    """Save a layout among those of its package, under `name` or the file's own.

    `file` is a layout (YAML), a workbook to draft one for, or the place in the inbox of a
    submission whose review proposes one. From then on runs read the form; what they refused for
    want of a layout they look at again. Raises OpendataError, and saves nothing, for a layout that
    is broken, of a name that is taken, or not there.
    """
    contracts = packages(settings)
    if proposed := _in_review(settings, file):
        source, own = proposed, file.stem
    elif file.suffix.lower() in (".yaml", ".yml") and file.is_file():
        source, own = _text_of(file), file.stem.removesuffix(".layout")
    else:
        drafted = draft_file(settings, file, name)
        if drafted.draft.layout is None:
            raise OpendataError("not-a-plan")
        source, own = drafted.source, file.stem
    package = contracts[package_of(file, contracts)]
    stem = name or own
    try:
        document = yaml.safe_load(source)
    except yaml.YAMLError as error:
        raise PackageError(
            "broken-layout", layout=stem, file=str(file), reason=str(error)
        ) from error
    read_layout(package, stem, document)
    path = settings.packages_root() / package.name / "layouts" / f"{stem}.yaml"
    if path.exists():
        raise UsageError("layout-exists", path=str(path))
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_suffix(".part")  # a pass that starts now reads all of it or nothing
    unfinished.write_text(source, encoding="utf-8")
    unfinished.replace(path)
    return Accepted(package.name, path)


def _in_review(settings: Settings, place: Path) -> str | None:
    """The layout that the review of a submission proposes, by the submission's place; None for
    what is no submission. Raises UsageError where its review proposes none."""
    state, _ = read_state(workspace := open_store(settings.workspace))
    account = Accounts.read(state).submissions.get(place.as_posix())
    if account is None:
        return None
    path = f"reviews/{place.as_posix()}/{account.proposal}"
    content = workspace.read(path) if account.proposal else None
    if content is None:
        raise UsageError("no-proposal", file=place.as_posix())
    return content.decode()


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OpendataError("unreadable-file", path=str(path), reason=str(error)) from error
