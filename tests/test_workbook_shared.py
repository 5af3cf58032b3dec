"""Real, hard and hostile workbooks: each ends in cells or in a named code, and openpyxl agrees."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from opendata.workbook import Value, Workbook, address, read

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

READ_EACH = """
import os, resource, sys
from pathlib import Path
from opendata.errors import UnreadableWorkbook
from opendata.workbook import read

def ends_in(path):
    try:
        book = read(path.name, path.read_bytes())
    except UnreadableWorkbook as error:
        return error.code
    return sum(value is not None for one in book.sheets for row in one.rows for value in row)

for line in sys.stdin:
    path = Path(line.rstrip("\\n"))
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
        print(path.name, ends_in(path), sep="\\t", end="\\t", flush=True)
        os._exit(0)
    _, status, used = os.wait4(child, 0)
    cpu = round(used.ru_utime + used.ru_stime, 2)
    print(status, used.ru_maxrss >> 10, cpu, sep="\\t", flush=True)
"""
"""Every file is read in a process of its own, whose whole address space is 1 GB, in 10 CPU s."""


def test_each_ends_in_cells_or_in_a_named_code_within_its_limits(shared: Path) -> None:
    folders = [shared / "workbooks" / name for name in ("hard", "cities", "practice")]
    files = [one for folder in folders for one in sorted(folder.iterdir())]
    books = [one for one in files if one.suffix not in (".json", ".md")]
    done = subprocess.run(
        [sys.executable, "-c", READ_EACH],
        input="".join(f"{one}\n" for one in books),
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"RUST_BACKTRACE": "0"},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = [line.split("\t") for line in done.stdout.splitlines()]
    assert [line[0] for line in told] == [one.name for one in books]
    assert [line for line in told if line[2] != "0"] == [], "ended by a limit"
    assert [line for line in told if int(line[3]) > 1024 or float(line[4]) > 10] == []
    found = {name: end for name, end, *_ in told}
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


DIFFERENT: dict[str, tuple[str, int]] = {
    "p13_kanko_shihyo.xlsx": ("a number in an era format is a date to us, not to openpyxl", 6),
    "tafia__has_x000D_.xlsx": ("_x000D_ is how Excel writes a carriage return in XML", 1),
}
"""Where we and openpyxl do not agree: why, and in how many cells. Nothing else may differ."""

OPENPYXL_FAILS = {
    "tafia__empty_s_attribute.xlsx",  # a style attribute without a number
}
FROM = 300_000
"""From so many bytes on, openpyxl is only asked for values: its full mode takes a minute a file."""


def openpyxl_books(shared: Path) -> list[Path]:
    folders = [shared / "workbooks" / name for name in ("hard", "cities", "practice")]
    files = [one for folder in folders for one in sorted(folder.glob("*.xlsx"))]
    return [one for one in files if one.name not in REFUSED.keys() | OPENPYXL_FAILS]


def _same(ours: Value, theirs: object) -> bool:
    if isinstance(theirs, datetime) and not isinstance(ours, datetime):
        return theirs.time() == time() and ours == theirs.date()
    return ours == theirs


def _filled(rows: Iterable[Iterable[Any]]) -> dict[tuple[int, int], Any]:
    return {
        (row, column): value
        for row, line in enumerate(rows)
        for column, value in enumerate(line)
        if value not in (None, "")
    }


def test_openpyxl_reads_the_same_cells(shared: Path) -> None:
    """Every value of every xlsx that both can read, at the same address."""
    books = openpyxl_books(shared)
    assert len(books) > 55
    different: dict[str, int] = {}
    for path in books:
        ours = read(path.name, path.read_bytes())
        theirs = _openpyxl(path, read_only=path.stat().st_size > FROM)
        assert [one.name for one in ours.sheets] == [one.title for one in theirs.worksheets]
        for sheet, other in zip(ours.sheets, theirs.worksheets, strict=True):
            other.reset_dimensions() if hasattr(other, "reset_dimensions") else None
            mine, its = _filled(sheet.rows), _filled(other.iter_rows(values_only=True))
            count = sum(
                not _same(mine.get(place), its.get(place)) for place in mine.keys() | its.keys()
            )
            if count:
                different[path.name] = different.get(path.name, 0) + count
    assert different == {name: count for name, (_, count) in DIFFERENT.items()}


def test_openpyxl_knows_the_same_merged_ranges_and_hidden_parts(shared: Path) -> None:
    for path in openpyxl_books(shared):
        if path.stat().st_size > FROM:
            continue
        ours = read(path.name, path.read_bytes())
        for sheet, other in zip(ours.sheets, _openpyxl(path).worksheets, strict=True):
            where = f"{path.name} {sheet.name}"
            assert sheet.visibility == {"veryHidden": "very_hidden"}.get(
                other.sheet_state, other.sheet_state
            ), where
            ranges = {
                f"{address(one.top, one.left)}:{address(one.bottom, one.right)}"
                for one in sheet.merged
            }
            assert ranges == {str(one) for one in other.merged_cells.ranges}, where
            hidden = {number - 1 for number, row in other.row_dimensions.items() if row.hidden}
            assert sheet.hidden_rows == {row for row in hidden if row < len(sheet.rows)}, where
            letters = {get_column_letter(one + 1) for one in sheet.hidden_columns}
            assert letters <= _hidden_letters(other), where


@pytest.mark.parametrize("folder", ["hard", "cities"])
def test_large_books_have_the_merged_ranges_that_stand_in_their_parts(
    shared: Path, folder: str
) -> None:
    """Those that openpyxl is too slow for, parsed here in the plainest way."""
    for path in sorted((shared / "workbooks" / folder).glob("*.xlsx")):
        if path.name in REFUSED or path.stat().st_size <= FROM:
            continue
        with zipfile.ZipFile(path) as archive:
            parts = [one for one in archive.namelist() if one.startswith("xl/worksheets/sheet")]
            expected = Counter(
                element.attrib["ref"]
                for part in parts
                for element in ET.fromstring(archive.read(part)).iter()
                if element.tag.endswith("}mergeCell")
            )
        found = Counter(
            f"{address(one.top, one.left)}:{address(one.bottom, one.right)}"
            for sheet in read(path.name, path.read_bytes()).sheets
            for one in sheet.merged
        )
        assert found == expected, path.name


def _openpyxl(path: Path, *, read_only: bool = False) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path, data_only=True, read_only=read_only)


def _hidden_letters(sheet: Any) -> set[str]:
    return {
        get_column_letter(number)
        for column in sheet.column_dimensions.values()
        if column.hidden
        for number in range(column.min, column.max + 1)
    }
