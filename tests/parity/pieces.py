"""Our validator made to work in small pieces, as it does only on tables of millions of rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

from tests.parity.cells import Chance
from tests.parity.oracle import Judge, Verdict, we_say

_KNOBS: dict[str, dict[str, tuple[float, ...]]] = {
    "blocks": {"_BLOCK_BYTES": (7, 40, 300, 4096)},  # read at a time
    "batches": {"_ROWS": (1, 3, 50), "_FEW": (0.0, 0.3, 1.0)},  # rows at a time; repeated texts
    "screens": {"_FEW": (0, 3)},  # texts too few to screen
    "keys": {"_IN_MEMORY": (1, 10, 1 << 22)},  # keys held in memory
    "cells": {"_KEPT": (1, 10)},  # texts remembered
}


def in_pieces(seed: int) -> Judge:
    """Our verdict with limits drawn by chance, all of them small."""

    def judge(table: Path, schema: Path) -> Verdict:
        with _small(seed):
            return we_say(table, schema)

    return judge


@contextmanager
def _small(seed: int) -> Iterator[None]:
    chance = Chance(seed)
    with ExitStack() as stack:
        for name, knobs in _KNOBS.items():
            module = import_module(f"opendata.validate.table.{name}")
            for knob, values in knobs.items():
                stack.enter_context(patch.object(module, knob, chance.choice(values)))
        yield
