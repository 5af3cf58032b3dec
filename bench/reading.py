"""Reads every workbook of a folder with one reader: `python -m bench.reading opendata FOLDER`."""

import io
import sys
from pathlib import Path


def with_opendata(paths: list[Path]) -> None:
    from opendata.workbook import read

    for path in paths:
        read(path.name, path.read_bytes())


def with_calamine(paths: list[Path]) -> None:
    """Values and merged ranges: it tells no hidden rows and no number formats."""
    from python_calamine import CalamineWorkbook

    for path in paths:
        book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            sheet.to_python(skip_empty_area=False)
            _ = sheet.merged_cell_ranges


def with_openpyxl(paths: list[Path]) -> None:
    import openpyxl

    for path in paths:
        openpyxl.load_workbook(path, data_only=True)


if __name__ == "__main__":
    reader, folder = sys.argv[1:]
    readers = {"opendata": with_opendata, "calamine": with_calamine, "openpyxl": with_openpyxl}
    readers[reader](sorted(Path(folder).iterdir()))
