"""The example workbooks are what their script writes, byte for byte."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from pathlib import Path
from types import ModuleType

import openpyxl
import pytest

EXAMPLES = Path(__file__).parents[1] / "datapackages" / "municipal-plans" / "examples"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("examples_build", EXAMPLES / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def built(script: ModuleType) -> dict[str, bytes]:
    files = script.build()
    assert isinstance(files, dict)
    return files


def test_build_is_deterministic(script: ModuleType, built: dict[str, bytes]) -> None:
    assert script.build() == built


def test_committed_workbooks_are_the_built_ones(built: dict[str, bytes]) -> None:
    committed = {
        path.relative_to(EXAMPLES).as_posix(): path.read_bytes()
        for path in (EXAMPLES / "inbox").rglob("*")
        if path.is_file()
    }
    assert sorted(committed) == sorted(built)
    stale = [path for path, data in built.items() if committed[path] != data]
    assert not stale, "run `make examples`"


def test_bytes_depend_on_no_clock_and_no_compressor(built: dict[str, bytes]) -> None:
    for data in built.values():
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
        assert {entry.date_time for entry in entries} == {(2024, 4, 1, 9, 0, 0)}
        assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}


def test_workbooks_open_and_hold_no_formula(built: dict[str, bytes]) -> None:
    # Nothing has ever calculated these files, so a formula would have no value to read.
    for path, data in built.items():
        workbook = openpyxl.load_workbook(io.BytesIO(data))
        for sheet in workbook.worksheets:
            kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
            assert kinds <= {"s", "n"}, f"{path} {sheet.title}"
