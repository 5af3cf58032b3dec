"""A layout saved among its package's, once an operator has looked it through."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from opendata.errors import OpendataError, PackageError, UsageError, sentence
from opendata.errors.catalogue import Language
from opendata.extract import extract, known_layouts, read_layout
from opendata.package import Package
from opendata.pipeline.accounts import Accounts
from opendata.pipeline.contracts import package_of, packages
from opendata.pipeline.drafting import bounded, draft_file
from opendata.pipeline.settings import Settings
from opendata.review import review_folder
from opendata.store import read_state
from opendata.workbook import Workbook
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


def accept_layout(settings: Settings, file: Path, name: str | None = None) -> Accepted:
    """Save a layout among those of its package, under `name` or the file's own.

    `file` is a layout (YAML), a workbook to draft one for, or the place in the inbox of a
    submission whose review proposes one. From then on runs read the form; what they refused for
    want of a layout they look at again. Raises OpendataError, and saves nothing, for a layout that
    is broken, of a name that is taken, or not there, and for a form that is known already.
    """
    contracts = packages(settings)
    package = contracts[package_of(file, contracts)]
    is_layout = file.suffix.lower() in (".yaml", ".yml") and file.is_file()
    stem = name or file.stem.removesuffix(".layout" if is_layout else "")
    if is_layout:
        source = _text_of(file)
    else:
        source = _in_review(settings, file, package) or _drafted(settings, file, package)
    _check(source, stem, file, package)
    path = settings.packages_root() / package.name / "layouts" / f"{stem}.yaml"
    if path.exists():
        raise UsageError("layout-exists", path=str(path))
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_suffix(".part")  # a pass that starts now reads all of it or nothing
    unfinished.write_text(source, encoding="utf-8")
    unfinished.replace(path)
    return Accepted(package.name, path)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OpendataError("unreadable-file", path=str(path), reason=str(error)) from error


def _in_review(settings: Settings, file: Path, package: Package) -> str | None:
    """The layout that the review of a submission proposes, by the submission's place; None for
    what is no submission. Raises UsageError where its review proposes none."""
    place = file.as_posix()
    state, _ = read_state(workspace := settings.workspace_store())
    account = Accounts.read(state).submissions.get(place)
    if account is None:
        return None
    path = f"{review_folder(place)}/{account.proposal}"
    proposed = workspace.read(path) if account.proposal else None
    if proposed is None:
        raise UsageError("no-proposal", file=place)
    if received := workspace.read(f"archive/{account.sha256}"):
        limits = settings.limits.limits()
        with bounded(limits):
            _refuse_known(place, read_workbook(file.name, received, limits), package)
    return proposed.decode()


def _drafted(settings: Settings, file: Path, package: Package) -> str:
    drafted = draft_file(settings, file)
    if drafted.draft.layout is None:
        raise OpendataError("not-a-plan")
    _refuse_known(str(file), drafted.workbook, package)
    return drafted.source


def _refuse_known(file: str, workbook: Workbook, package: Package) -> None:
    """Of several files of one new form, the first is accepted and the others need nothing."""
    known = extract(workbook, package, known_layouts(package)).layout
    if known is not None:
        raise UsageError("known-form", file=file, layout=known.name)


def _check(source: str, name: str, file: Path, package: Package) -> None:
    """Raises PackageError for what is no layout: it would stop every pass."""
    try:
        document = yaml.safe_load(source)
    except yaml.YAMLError as error:
        raise PackageError(
            "broken-layout", layout=name, file=str(file), reason=str(error)
        ) from error
    read_layout(package, name, document)
