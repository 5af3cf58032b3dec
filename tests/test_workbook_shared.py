"""Real, hard and hostile workbooks: each ends in cells or in a named code, and openpyxl agrees."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from opendata.workbook import Sheet, Value, Workbook, address, read

PRACTICE = [f"practice/p{number:02}" for number in range(1, 15)]

REFUSED = {
    "apache__57893-many-merges.xlsx": "no-cells",
    "apache__clusterfuzz-testcase-minimized-POIHSSFFuzzer-6137883240824832.xls": "damaged-file",
    "apache__clusterfuzz-testcase-minimized-XLSX2CSVFuzzer-5636439151607808.xlsx": "damaged-file",
    "apache__invalid.xlsx": "damaged-file",
    "apache__password.xls": "password-protected",
    "apache__poc-xmlbomb.xlsx": "unsafe-xml",
    "apache__protected_passtika.xlsx": "password-protected",
    "apache__xlsx-corrupted.xlsx": "damaged-file",
    "apache__xor-encryption-abc.xls": "password-protected",
    "nacnudus__xfd1048576.xlsx": "too-many-cells",
    "nolze__example_password.xlsx": "password-protected",
    "nolze__rc4cryptoapi_password.xls": "password-protected",
    "nolze__xor_password_123456789012345.xls": "password-protected",
    "python-excel__biff4_no_format_no_window2.xls": "unsupported-format",
    "tafia__capitalized_wbook_stream.xls": "no-cells",
    "tafia__pass_protected.ods": "password-protected",
    "tafia__pass_protected.xlsx": "password-protected",
    "takamatsu-city__0097_zero_bytes.xlsx": "empty-file",
}

READ_ALL = """
import resource, sys
from pathlib import Path
limit = 2 << 30
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
from opendata.errors import UnreadableWorkbook
from opendata.workbook import read
for line in sys.stdin:
    path = Path(line.rstrip("\\n"))
    try:
        book = read(path.name, path.read_bytes())
        cells = sum(value is not None for one in book.sheets for row in one.rows for value in row)
        print(path.name, cells, sep="\\t", flush=True)
    except UnreadableWorkbook as error:
        print(path.name, error.code, sep="\\t", flush=True)
"""


def test_each_ends_in_cells_or_in_a_named_code(shared: Path) -> None:
    """In a process of 2 GB that must survive them all."""
    folders = [shared / "workbooks" / name for name in ("hard", "cities", "practice")]
    files = [one for folder in folders for one in sorted(folder.iterdir())]
    books = [one for one in files if one.suffix not in (".json", ".md")]
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL],
        input="".join(f"{one}\n" for one in books),
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"RUST_BACKTRACE": "0"},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = dict(line.split("\t") for line in done.stdout.splitlines())
    assert len(found) == len(books)
    assert {name: end for name, end in found.items() if not end.isdigit()} == REFUSED
    assert all(int(end) > 0 for end in found.values() if end.isdigit())


def practice(shared: Path, stem: str) -> tuple[Workbook, Path, dict[str, Any]]:
    """A practice workbook, its path and its truth."""
    folder = shared / "workbooks" / "practice"
    (truth,) = folder.glob(stem.removeprefix("practice/") + "*.truth.json")
    described = json.loads(truth.read_text(encoding="utf-8"))
    path = folder / described["file"]
    return read(path.name, path.read_bytes()), path, described


@pytest.mark.parametrize("stem", PRACTICE)
def test_every_true_value_stands_at_its_address(shared: Path, stem: str) -> None:
    book, _, truth = practice(shared, stem)
    cells = {
        (sheet.name, address(r, c)): sheet.texts.get((r, c))
        or sheet.looks.get((r, c))
        or _plain(value)
        for sheet in book.sheets
        for r, row in enumerate(sheet.rows)
        for c, value in enumerate(row)
        if value is not None
    }
    missed = []
    for record in truth["records"]:
        text = cells.get((record["sheet"] or "", record["cell"]), "")
        if text not in (record["raw"], record["raw"].rpartition("\n")[2]):
            missed.append((record["cell"], record["raw"], text))
    assert missed == []


def _plain(value: Value) -> str:
    if isinstance(value, float):
        return format(value, ".15g")
    return str(value)


def _same(ours: Value, theirs: object) -> bool:
    if isinstance(ours, str) and isinstance(theirs, str):
        return ours.replace("\r\n", "\n") == theirs.replace("\r\n", "\n")
    if isinstance(ours, date) and isinstance(theirs, (int, float)):
        return True  # openpyxl does not know eras
    if isinstance(theirs, datetime) and not isinstance(ours, datetime):
        return theirs.time() == time() and ours == theirs.date()
    return ours == theirs


def _at(sheet: Sheet, row: int, column: int) -> Value:
    within = row < len(sheet.rows) and column < len(sheet.rows[row])
    return sheet.rows[row][column] if within else None


def openpyxl_books(shared: Path) -> list[Path]:
    folders = (shared / "workbooks" / "practice", shared / "workbooks" / "cities")
    return [
        one
        for folder in folders
        for one in sorted(folder.glob("*.xlsx"))
        if one.name not in REFUSED and one.stat().st_size < 500_000
    ]


def test_openpyxl_reads_the_same(shared: Path) -> None:
    books = openpyxl_books(shared)
    assert len(books) > 25
    for path in books:
        ours = read(path.name, path.read_bytes())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = openpyxl.load_workbook(path, data_only=True)
        worksheets = theirs.worksheets
        assert [sheet.name for sheet in ours.sheets] == [sheet.title for sheet in worksheets]
        for sheet, other in zip(ours.sheets, worksheets, strict=True):
            where = f"{path.name} {sheet.name}"
            assert sheet.visibility == {"veryHidden": "very_hidden"}.get(
                other.sheet_state, other.sheet_state
            ), where
            different = [
                (sheet.name, address(r, c), mine, value)
                for r, row in enumerate(other.iter_rows(values_only=True))
                for c, value in enumerate(row)
                if not _same(mine := _at(sheet, r, c), None if value == "" else value)
            ]
            assert different == [], where
            ranges = {
                f"{address(one.top, one.left)}:{address(one.bottom, one.right)}"
                for one in sheet.merged
            }
            assert ranges == {str(one) for one in other.merged_cells.ranges}, where
            hidden = {number - 1 for number, row in other.row_dimensions.items() if row.hidden}
            assert sheet.hidden_rows == {row for row in hidden if row < len(sheet.rows)}, where
            letters = {get_column_letter(one + 1) for one in sheet.hidden_columns}
            assert letters <= _hidden_letters(other), where


def _hidden_letters(sheet: Any) -> set[str]:
    return {
        get_column_letter(number)
        for column in sheet.column_dimensions.values()
        if column.hidden
        for number in range(column.min, column.max + 1)
    }
