"""What a version of a million rows costs: all its files, held against writing the table alone.

Against hashing the version's files; against pyarrow (`pyarrow.csv`, `pyarrow.parquet`, zstd) and
pandas (`to_csv`, `to_parquet`), which write the same table once as CSV and once as Parquet. Ours
also sorts it, looks for doubled keys, compares every value with the version before, and writes
lineage, changes, the Excel edition, the descriptor and the checksums.
"""

import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.pairs import ROOT, print_machine, print_pair, run_pairs

RUNS = 3
FILES = 100
INDICATORS = 1_000
YEARS = 10
"""A hundred submissions of a thousand indicators over ten years: a million rows."""
OTHERS = {
    "hash": "hashing its files",
    "pyarrow": "pyarrow writing",
    "pandas": "pandas writing",
}
NIGHTS = (datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC))


def main() -> None:
    rows = FILES * INDICATORS * YEARS
    print(f"release: {rows:,} values; CPU time of whole processes, the median of pairs run in turn")
    with tempfile.TemporaryDirectory() as made:
        prepare(Path(made))
        for work, told in (("first", "the first version"), ("corrected", "1 % corrected")):
            print(f"  {told}:")
            ours = ("bench.release", work, made)
            others = [("bench.release", other, made) for other in OTHERS]
            for other, pair in zip(OTHERS.values(), run_pairs(ours, others, RUNS), strict=True):
                print_pair(other, pair)
    print_machine("pyarrow", "pandas")


def _parts(times: float) -> Any:
    """The submissions; one value in a hundred is `times` what it was."""
    import numpy as np
    import pyarrow as pa

    from opendata.package import load
    from opendata.release import Part
    from opendata.release.tables import schema
    from opendata.validate import Dataset

    package = load(ROOT / "datapackages" / "municipal-plans")
    values = next(one for one in package if one.name == "indicator_values")
    count = INDICATORS * YEARS
    parts = []
    for number in range(FILES):
        figures = np.arange(count, dtype=float) + number
        figures[::100] *= times
        known: dict[str, Any] = {
            "indicator_id": [f"{number:06}-{one // YEARS:04}" for one in range(count)],
            "value_type": ["actual"] * count,
            "fiscal_year": [2016 + one % YEARS for one in range(count)],
            "value": figures,
            "comparator": ["eq"] * count,
            "status": ["normal"] * count,
            "raw": [str(one) for one in figures],
        }
        table = pa.table(
            {
                one.name: pa.array(known.get(one.name, [None] * count), one.type)
                for one in schema(values)
            }
        )
        cells = {
            one.name: [f"指標!{'ABCDEFGHIJKLMNOP'[at]}{row + 2}" for row in range(count)]
            for at, one in enumerate(schema(values))
        }
        dataset = Dataset({values.name: table}, {values.name: pa.table(cells)})
        parts.append(Part(f"{number:064x}", f"municipal-plans/{number:06}/計画.xlsx", dataset))
    return package, parts


def prepare(folder: Path) -> None:
    """Keep the submissions of both nights, the table that others write, and the first version."""
    import pickle

    import pyarrow as pa
    import pyarrow.feather

    package, parts = _parts(1)
    (folder / "first").write_bytes(pickle.dumps((package, parts)))
    (folder / "corrected").write_bytes(pickle.dumps(_parts(3)))
    table = pa.concat_tables(part.dataset.tables["indicator_values"] for part in parts)
    pyarrow.feather.write_feather(table, folder / "table.feather")
    make("first", folder)


def make(work: str, folder: Path) -> None:
    import pickle

    from opendata.release import Previous, Publisher, build, gather

    package, parts = pickle.loads((folder / work).read_bytes())
    before = None
    if work == "corrected":
        files = {one.name: one.read_bytes() for one in (folder / "1.0.0").iterdir()}
        before = Previous.read(files)
    made = build(
        gather(package, parts),
        previous=before,
        created=NIGHTS[before is not None],
        publisher=Publisher("例示市"),
    )
    assert made is not None
    (folder / made.version).mkdir(exist_ok=True)
    for name, content in made.files.items():
        (folder / made.version / name).write_bytes(content)


def with_pyarrow(folder: Path) -> None:
    import pyarrow.csv
    import pyarrow.feather
    import pyarrow.parquet

    table = pyarrow.feather.read_table(folder / "table.feather")
    pyarrow.csv.write_csv(table, folder / "pyarrow.csv")
    pyarrow.parquet.write_table(table, folder / "pyarrow.parquet", compression="zstd")


def with_pandas(folder: Path) -> None:
    import pandas as pd

    table = pd.read_feather(folder / "table.feather")
    table.to_csv(folder / "pandas.csv", index=False)
    table.to_parquet(folder / "pandas.parquet", compression="zstd", index=False)


def hash_all(folder: Path) -> None:
    import hashlib

    for path in (folder / "1.0.0").iterdir():
        with path.open("rb") as file:
            hashlib.file_digest(file, "sha256")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    work, where = sys.argv[1], Path(sys.argv[2])
    others = {"hash": hash_all, "pyarrow": with_pyarrow, "pandas": with_pandas}
    others[work](where) if work in others else make(work, where)
