"""Legends: the notes of a sheet that explain its labels, `Ａ：達成　Ｂ：順調　Ｃ：遅れ`."""

from __future__ import annotations

import re

from opendata.extract.grid import Grid
from opendata.japanese import fold, squash

_LABEL = re.compile(r"(?:^|(?<=[\s、。,;/※(\[]))([^\s、。,;/※()\[\]:=]{1,8})\s*[:=](?!//)")
"""A short word before a colon; longer ones are headings or sentences."""


def legends(grid: Grid) -> tuple[tuple[str, ...], ...]:
    """The labels of each legend of a sheet, squashed: those that one cell explains together, and
    those that are explained a cell each."""
    found: list[tuple[str, ...]] = []
    single: list[str] = []
    for cell in grid.sentences:
        labels = [squash(one) for one in _LABEL.findall(fold(cell.shown).text)]
        if len(labels) > 1:
            found.append(tuple(dict.fromkeys(labels)))
        single.extend(labels if len(labels) == 1 else ())
    if len(single) > 1:
        found.append(tuple(dict.fromkeys(single)))
    return tuple(found)
