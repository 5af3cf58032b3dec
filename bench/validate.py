"""What holding a table against its schema costs: ours, frictionless, a bare parse, and others.

The table is bench.values', clean and with 1 % of its rows spoilt. What is not installed is named
and left out; the others come with `pip install -e '.[bench]'`.
"""

import json
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from bench.pairs import OURS, ROOT, print_machine, print_pair, run_pair
from bench.values import SCHEMA, write_values

TABLES = (
    ("1,000,000 rows, clean", 1_000_000, 0.0, 1),
    ("1,000,000 rows, 1 % bad", 1_000_000, 0.01, 1),
    ("100,000 rows, clean", 100_000, 0.0, 3),
)
"""Title, rows, share of bad ones, pairs with frictionless."""
OTHERS = ("pyarrow", "polars", "duckdb", "pandera", "pointblank")
PAIRS = 5
MANY = 10_000_000


def main() -> None:
    print("validate: CPU time of whole processes, the median of pairs run in turn")
    others = [name for name in OTHERS if _is_there(name)]
    with tempfile.TemporaryDirectory() as made:
        table, schema = Path(made, "values.csv"), Path(made, "schema.json")
        schema.write_text(json.dumps(SCHEMA), encoding="utf-8")
        for title, count, bad, with_frictionless in TABLES:
            print(title)
            write_values(table, count, bad=bad)
            for other in ("frictionless", *others):
                runs = with_frictionless if other == "frictionless" else PAIRS
                pair = run_pair(
                    _judging("opendata", table, schema), _judging(other, table, schema), runs
                )
                print_pair("pyarrow's parse" if other == "pyarrow" else other, pair)
        write_values(table, MANY)
        peak = _peak_mib(_judging("opendata", table, schema))
        print(f"{MANY:,} rows, clean\n  {peak} MiB at most in memory")
    print_machine("frictionless", *others)


def _is_there(name: str) -> bool:
    if find_spec(name):
        return True
    print(f"  {name} is not installed: left out")
    return False


def _judging(tool: str, table: Path, schema: Path) -> tuple[str, ...]:
    return ("bench.judging", tool, str(table), str(schema))


def _peak_mib(arguments: tuple[str, ...]) -> int:
    """The resident memory of a process at its largest."""
    path = os.pathsep.join([*OURS, os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, arguments)
    return usage.ru_maxrss // 1024
