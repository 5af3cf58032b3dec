"""What a run would say about files, without publishing anything."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import mkstemp
from typing import Any

import pyarrow as pa

from opendata.errors import OpendataError, UsageError
from opendata.errors.catalogue import Language
from opendata.japanese import is_municipality_code
from opendata.pipeline.contracts import package_of, packages
from opendata.pipeline.guard import workers
from opendata.pipeline.jobs import Job
from opendata.pipeline.settings import Settings
from opendata.pipeline.submission import Drafting, Outcome, Received
from opendata.release import to_csv

UNKNOWN_MUNICIPALITY = "000000"
"""Stands in for the municipality of a file that lies in no municipality's folder."""


@dataclass(frozen=True)
class Checked:
    """The outcomes of files, in the order they were given, and the package of each."""

    outcomes: tuple[Outcome, ...]

    @property
    def has_errors(self) -> bool:
        return any(one.status != "accepted" for one in self.outcomes)

    def to_json(self, language: Language = "ja") -> dict[str, Any]:
        """The document that `check --json` prints."""
        return {
            "files": [
                {
                    "file": one.place,
                    "package": one.package,
                    "layout": one.layout,
                    "drafted": one.drafted,
                    "problems": [found.to_json(language) for found in one.problems],
                    "records": dict(one.records),
                }
                for one in self.outcomes
            ]
        }

    def records(self) -> Mapping[str, bytes]:
        """The extracted tables of all files as CSV, and `lineage.csv` (table,row,field,sheet,cell).

        Row 1 is the first data row of that table's CSV.
        """
        datasets = [one.dataset for one in self.outcomes if one.dataset is not None]
        files: dict[str, bytes] = {}
        lines: list[tuple[str, int, str, str, str]] = []
        for name in dict.fromkeys(name for one in datasets for name in one.tables):
            table = pa.concat_tables(one.tables[name] for one in datasets)
            cells = pa.concat_tables(one.cells[name] for one in datasets)
            files[f"{name}.csv"] = to_csv(table)
            lines.extend(_lineage(name, cells))
        columns = _LINEAGE.names
        rows = [dict(zip(columns, line, strict=True)) for line in lines]
        files["lineage.csv"] = to_csv(pa.Table.from_pylist(rows, schema=_LINEAGE))
        return files


def _lineage(name: str, cells: pa.Table) -> Iterator[tuple[str, int, str, str, str]]:
    for field in cells.column_names:
        for row, place in enumerate(cells.column(field).to_pylist(), start=1):
            if place:
                sheet, _, cell = place.rpartition("!")
                yield (name, row, field, sheet, cell)


_COLUMNS: Mapping[str, pa.DataType] = {
    "table": pa.string(),
    "row": pa.int64(),
    "field": pa.string(),
    "sheet": pa.string(),
    "cell": pa.string(),
}
_LINEAGE = pa.schema(_COLUMNS)


def check(
    settings: Settings,
    files: Sequence[Path],
    *,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
    draft: bool = True,
) -> Checked:
    """Examine files as a run would. Their package and municipality come from the folders they lie
    in (`<package>/<municipality_code>/…`), else from the settings. With `draft`, a file that no
    layout fits is read with a drafted one, which is said.

    Raises OpendataError for a file that is not there.
    """
    contracts = packages(settings)
    root = settings.packages_root()
    limits = settings.limits.limits()
    for path in files:
        if not path.is_file():
            raise UsageError("file-not-found", path=str(path))

    def job(path: Path) -> Job:
        package = package_of(path, contracts)
        code = _municipality_of(path) or settings.publisher.code or UNKNOWN_MUNICIPALITY
        try:
            content = path.read_bytes()
        except OSError as error:
            raise OpendataError("unreadable-file", path=str(path), reason=str(error)) from error
        sha256 = hashlib.sha256(content).hexdigest()
        drafting: Drafting = "read" if draft else "never"
        received = Received(str(path), content, sha256, package, code, now, drafting=drafting)
        return Job(received, root / package, {}, limits)

    def made(path: Path) -> Callable[[], Job]:
        return lambda: job(path)

    outcomes = []
    with _log() as log, workers(min(settings.workers or 2, len(files)), log) as examined:
        for outcome in examined([made(path) for path in files]):
            outcomes.append(outcome)
            if progress:
                progress(len(outcomes), len(files))
    return Checked(tuple(outcomes))


@contextmanager
def _log() -> Iterator[Path]:
    """A log for the workers, kept only when they had something to say."""
    handle, name = mkstemp(prefix="opendata-check-", suffix=".log")
    os.close(handle)
    path = Path(name)
    try:
        yield path
    finally:
        if not path.stat().st_size:
            path.unlink()


def _municipality_of(path: Path) -> str | None:
    parts = PurePosixPath(path.absolute()).parent.parts
    return next((part for part in reversed(parts) if is_municipality_code(part)), None)
