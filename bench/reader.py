"""What reading workbooks costs: values, merged ranges, hidden parts and number formats together.

Held against python-calamine, which reads values and merged ranges, and openpyxl, which reads all.
The large sheet comes in two kinds, because what a cell holds decides what openpyxl spends on it:
a register with texts, dates, merged cells and sums, as departments keep them, and bare figures,
the least that a cell can hold. What each sheet holds is told in `bench.books`.
"""

import tempfile
from pathlib import Path

from bench.books import write_books, write_register, write_table
from bench.pairs import print_machine, print_pair, run_pair

SHAPES = (
    ("one sheet of 1,000,000 cells: a department's register", write_register, 5, 3),
    ("one sheet of 1,000,000 cells: bare figures", write_table, 5, 3),
    ("2,000 small books", write_books, 5, 3),
)


def main() -> None:
    print("reader: CPU time of whole processes, the median of pairs run in turn")
    for title, write, with_calamine, with_openpyxl in SHAPES:
        with tempfile.TemporaryDirectory() as made:
            write(Path(made))
            print(title)
            ours = ("bench.reading", "opendata", made)
            for other, runs in (("calamine", with_calamine), ("openpyxl", with_openpyxl)):
                pair = run_pair(ours, ("bench.reading", other, made), runs)
                print_pair({"calamine": "python-calamine"}.get(other, other), pair)
    print_machine("python-calamine", "openpyxl")
