"""What reading a workbook costs us above bare python-calamine.

CPU time of both on the same million cells, in pairs within one process: on a shared machine the
ratio means something where the seconds do not. Run it with `make bench`.
"""

import gc
import io
import statistics
import time
from collections.abc import Callable

import xlsxwriter
from python_calamine import CalamineWorkbook

from opendata.workbook import read

SHEETS, ROWS, COLUMNS = 10, 2_000, 50
PAIRS = 5


def example() -> bytes:
    """A million cells, as in a KPI sheet: a name and a unit, then figures."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        for number in range(SHEETS):
            sheet = book.add_worksheet(f"施策{number}")
            for row in range(ROWS):
                sheet.write_row(row, 0, [f"指標{number}-{row}", "％"])
                sheet.write_row(row, 2, [row + column / 8 for column in range(COLUMNS - 2)])
    return content.getvalue()


def bare(content: bytes) -> object:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [
        book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names
    ]


def ours(content: bytes) -> object:
    return read("bench.xlsx", content)


def cpu_s(reader: Callable[[bytes], object], content: bytes) -> float:
    """Both keep all they read until the clock is stopped, or one would reuse its memory."""
    gc.collect()
    started = time.process_time()
    kept = reader(content)
    taken = time.process_time() - started
    del kept
    return taken


def main() -> None:
    content = example()
    bare(content)  # the first of anything is slow
    pairs = [(cpu_s(bare, content), cpu_s(ours, content)) for _ in range(PAIRS)]
    ratios = sorted(second / first for first, second in pairs)
    print(f"{SHEETS * ROWS * COLUMNS:,} cells, CPU seconds, the median of {PAIRS} pairs")
    print(f"  python-calamine     {statistics.median(first for first, _ in pairs):.2f}")
    print(f"  opendata.workbook   {statistics.median(second for _, second in pairs):.2f}")
    print(
        f"  ratio               {statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"
    )


if __name__ == "__main__":
    main()
