"""The blank workbook of a package, made to be handed to a department."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from opendata.errors import OpendataError, UsageError
from opendata.errors.catalogue import Language
from opendata.extract import Layout, extract, known_layouts
from opendata.extract.standard import NAME
from opendata.package import Package, available, load
from opendata.pipeline.settings import Settings
from opendata.review.template import blank
from opendata.workbook import read as read_workbook

FIRST_MONTH = 4
"""The month in which a fiscal year begins."""


def make_template(
    settings: Settings,
    package: str,
    path: Path,
    *,
    today: date,
    layout: str | None = None,
    year: int | None = None,
    language: Language = "ja",
    replace: bool = False,
) -> Path:
    """Write a package's blank workbook to `path`: its own form, or that of one of its layouts.

    `year` is the first fiscal year of the columns for figures by year, today's unless given. Raises
    OpendataError, and writes nothing, for a package or layout that is not there, a layout that a
    blank workbook cannot be made of, and a file that exists unless it may be replaced.
    """
    root = settings.packages_root()
    if package not in (known := available(root)):
        raise UsageError("no-such-package", name=package, known=tuple(known))
    if path.suffix.lower() != ".xlsx":
        raise UsageError("not-an-xlsx-name", path=str(path))
    if not path.parent.is_dir():
        raise UsageError("file-not-found", path=str(path.parent))
    if path.is_dir() or (path.exists() and not replace):
        raise UsageError("file-exists", path=str(path))
    contract = load(root / package)
    form = _layout(contract, layout or NAME)
    first = year or today.year - (today.month < FIRST_MONTH)
    content = blank(contract, form, year=first, language=language)
    found = extract(read_workbook(path.name, content), contract, [form])
    if [one.code for one in found.problems] != ["nothing-filled-in"]:
        raise UsageError("no-template", package=package, name=form.name)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OpendataError("store-error", path=str(path), reason=str(error.strerror)) from error
    return path


def _layout(package: Package, name: str) -> Layout:
    layouts = {one.name: one for one in known_layouts(package)}
    if name not in layouts:
        known = tuple(layouts)
        raise UsageError("unknown-form", package=package.name, name=name, known=known)
    return layouts[name]
