"""One pair before both validators, and what to say where they differ."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.parity.oracle import Judge, difference, frictionless_says, we_say
from tests.parity.pair import Pair
from tests.parity.shrink import shrink


@dataclass(slots=True)
class Tally:
    """How much has been compared."""

    pairs: int = 0
    differences: int = 0
    errors: int = 0
    rows: int = 0
    types: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        types = ", ".join(f"{name} {count}" for name, count in self.types.most_common())
        kinds = ", ".join(f"{name} {count}" for name, count in self.kinds.most_common())
        return (
            f"{self.pairs} pairs ({kinds}), {self.rows} rows, {self.errors} errors compared,"
            f" {self.differences} differences\n  {types}"
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """A pair on which the two differ, and how."""

    pair: Pair
    text: str
    judge: Judge

    def smallest(self) -> Difference:
        """The same difference on a smaller pair."""
        small = shrink(self.pair, lambda one: differing(one, self.judge) is not None)
        return Difference(small, differing(small, self.judge) or "", self.judge)


def compare(pair: Pair, tally: Tally, judge: Judge = we_say) -> Difference | None:
    """Hold both verdicts on a pair against each other; None where they agree."""
    with tempfile.TemporaryDirectory() as folder:
        files = pair.write(Path(folder))
        theirs, ours = frictionless_says(*files), judge(*files)
    tally.pairs += 1
    tally.kinds[theirs.kind] += 1
    tally.rows += theirs.rows
    tally.errors += theirs.errors.total()
    tally.types.update(one[0] for one in theirs.errors.elements())
    text = difference(theirs, ours)
    if text is None:
        return None
    tally.differences += 1
    return Difference(pair, text, judge)


def differing(pair: Pair, judge: Judge = we_say) -> str | None:
    """What differs on this pair, if anything."""
    found = compare(pair, Tally(), judge)
    return found.text if found else None


def say_so(seed: int, found: Difference) -> str:
    """A difference for people: the seed, what differs, and the smallest pair that shows it."""
    small = found.smallest()
    return f"seed {seed}:\n{found.text}\nsmallest:\n{small.text}\n{small.pair}\n"
