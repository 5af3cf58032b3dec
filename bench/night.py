"""What a night costs over many submissions, held against hashing every one of them.

A first night reads them all; then nights on which nothing changed, each beside a process that
hashes the same files; then a night with one submission changed, and one with 1 % changed.
`NIGHT=1000 make bench ONLY=night` takes fewer than 10,000.
"""

import json
import os
import sys
import tempfile
import time
from contextlib import redirect_stdout
from pathlib import Path

from bench.pairs import Pair, Spent, print_machine, print_pair, run_pair, spent

RUNS = 5


def main() -> None:
    from bench import inbox  # what fills an inbox is no part of what is measured

    count = int(os.environ.get("NIGHT", "10000"))
    print(f"night: {count:,} submissions of {inbox.INDICATORS} indicators each")
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        inbox.fill(root / "inbox", count)
        night, hashing = ("bench.night", "pass", made), ("bench.night", "hash", made)
        _told("first night, all of them read", spent(night), count)
        print("nothing changed: CPU time of whole processes, the median of pairs run in turn")
        print_pair("hashing them all", run_pair(night, hashing, RUNS))
        print("the same, in one process: without what either takes to start")
        print_pair("hashing them all", alone(root))
        for changed in (1, max(count // 100, 1)):
            for path in sorted((root / "inbox").rglob("*.xlsx"))[:changed]:
                inbox.write(path, int(path.stem[-5:]), first=200 + changed)
            _told(f"{changed:,} changed", spent(night), _examined(root))
    print_machine("pyarrow", "duckdb")


def _told(what: str, one: Spent, examined: int) -> None:
    print(
        f"  {what}: {one.cpu_s:.0f} s of CPU, {one.peak_mib:,.0f} MiB in the largest process,"
        f" {examined:,} examined"
    )


def _examined(root: Path) -> int:
    summary = json.loads((root / "summary.json").read_text(encoding="utf-8"))
    return sum(one["status"] != "unchanged" for one in summary["submissions"])


def alone(root: Path) -> Pair:
    """Both in this process, in turn, once each has been done before."""
    taken: dict[str, list[float]] = {"pass": [], "hash": []}
    for _ in range(RUNS + 1):
        for name, work in (("hash", hash_all), ("pass", one_pass)):
            before = time.process_time()
            work(root)
            taken[name].append(time.process_time() - before)
    return Pair(tuple(taken["pass"][1:]), tuple(taken["hash"][1:]))


def one_pass(root: Path) -> None:
    """The command itself; what it says is kept."""
    from opendata.cli import main

    stores = (f"--{one}={root / one}" for one in ("inbox", "workspace", "public"))
    sys.argv = ["opendata", "run", "--json", *stores]
    with (root / "summary.json").open("w", encoding="utf-8") as said, redirect_stdout(said):
        try:
            main()
        except SystemExit as ended:
            if ended.code:
                raise


def hash_all(root: Path) -> None:
    import hashlib

    for folder, _, names in os.walk(root / "inbox"):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:  # noqa: PTH118, PTH123 - the least
                hashlib.file_digest(file, "sha256")


if __name__ == "__main__":
    {"pass": one_pass, "hash": hash_all}[sys.argv[1]](Path(sys.argv[2]))
