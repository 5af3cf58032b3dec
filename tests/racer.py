"""One of several processes that publish at once (`python -m tests.racer`).

It says that it is there, waits for a line, then drops its files into the inbox, one after another,
and makes a pass after each. The order, JSON, is its argument: `settings`, `now` and `files`, pairs
of where a workbook lies and where in the inbox it goes.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

from opendata.pipeline import guard, load_settings, run_pass
from tests.mortal import Inside


def main() -> None:
    order = json.loads(sys.argv[1])
    guard.Worker = Inside  # type: ignore[misc]
    settings = load_settings(**order["settings"])
    print("there", flush=True)
    sys.stdin.readline()
    for source, place in order["files"]:
        Path(source).rename(place)
        run_pass(settings, now=datetime.fromisoformat(order["now"]))


if __name__ == "__main__":
    main()
