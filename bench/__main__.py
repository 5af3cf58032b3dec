"""Runs the benches: `python -m bench` all of them, `python -m bench reader` one.

A bench is a module of this folder with a `main()` that prints what it measured; it is listed here.
"""

import importlib
import sys

BENCHES = ("reader", "validate", "release", "night", "site")


def main(names: list[str]) -> None:
    unknown = sorted(set(names) - set(BENCHES))
    if unknown:
        sys.exit(f"no such bench: {', '.join(unknown)}. There are: {', '.join(BENCHES)}")
    for name in names or BENCHES:
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
