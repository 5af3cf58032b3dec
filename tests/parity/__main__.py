"""Ask both validators about random pairs until stopped: `make fuzz [MINUTES=n] [SEED=n]`."""

from __future__ import annotations

import os
import sys
import time
from itertools import count
from pathlib import Path
from random import SystemRandom

from tests.parity.compare import Tally, compare, say_so
from tests.parity.generate import pair
from tests.parity.oracle import we_say
from tests.parity.pieces import in_pieces

FOUND = Path("var/fuzz")


def main() -> int:
    """Print a line now and then, every difference at once; 1 where there was any."""
    minutes = float(os.environ.get("MINUTES") or "inf")
    first = int(os.environ.get("SEED") or SystemRandom().randrange(10**9))
    until = time.monotonic() + 60 * minutes
    tally = Tally()
    sys.stdout.write(f"seeds from {first}; differences go to {FOUND}/\n")
    try:
        for seed in count(first):
            if time.monotonic() > until:
                break
            judge = in_pieces(seed) if seed % 3 == 0 else we_say
            found = compare(pair(seed, longest=200 if seed % 50 == 0 else 14), tally, judge)
            if found:
                text = say_so(seed, found)
                FOUND.mkdir(parents=True, exist_ok=True)
                (FOUND / f"{seed}.txt").write_text(text, "utf-8")
                sys.stdout.write(f"{text}\n")
            if tally.pairs % 1000 == 0:
                sys.stdout.write(f"{tally}\n")
                sys.stdout.flush()
    except KeyboardInterrupt:
        pass
    sys.stdout.write(f"{tally}\n")
    return 1 if tally.differences else 0


if __name__ == "__main__":
    sys.exit(main())
