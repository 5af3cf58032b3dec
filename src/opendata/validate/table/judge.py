"""Batches in, errors out: whole columns are screened, and only rows in doubt are judged singly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from opendata.validate.table.arrays import Numbers, indexed, place_array, places
from opendata.validate.table.batches import Batch, Row
from opendata.validate.table.hashes import NONE, Hashes, hash_values, join, mix
from opendata.validate.table.keys import Keys
from opendata.validate.table.report import TableError
from opendata.validate.table.rows import Foreign, Lookup, RowJudge
from opendata.validate.table.schema import Field, TableSchema
from opendata.validate.table.screens import Mask, Screen, Verdict


class TableJudge:
    """Judges the batches of one table in their order: `take` all of them, then `errors`."""

    def __init__(self, fields: Sequence[Field], schema: TableSchema, lookup: Lookup) -> None:
        self.rows = 0
        self._judge = RowJudge(fields, schema, lookup)
        self._keys = [_Key(*one) for one in self._judge.keys]
        self._doubtful: dict[int, Row] = {}
        self._numbers: list[Numbers | int] = []
        """The numbers of each batch's rows; that of the first where one follows the other."""
        compared = {at for key in self._keys for at in key.positions}
        self._screens = [
            Screen(memory, is_key=at in compared) for at, memory in enumerate(self._judge.memories)
        ]

    @property
    def indexed(self) -> list[bool]:
        """The columns of which every distinct text is read."""
        return [screen.reads_texts for screen in self._screens]

    def take(self, batch: Batch) -> None:
        """Screen a batch and keep its rows in doubt."""
        self.rows += batch.size
        self._numbers.append(batch.numbers if batch.ragged else batch.first)
        pairs = zip(self._screens, batch.columns, strict=True)
        verdicts = [screen.judge(column) for screen, column in pairs]
        doubts = [*self._doubts(verdicts), *self._strangers(batch)]
        if doubts:
            self._keep(batch, np.flatnonzero(np.logical_or.reduce(doubts)))
        self._doubtful.update((row[0], row) for row in batch.ragged)
        ragged = [self._judge.cells(row[1]) for row in batch.ragged]
        for key in self._keys:
            kinds = [self._judge.fields[at].type for at in key.positions]
            others = [
                hash_values([cells[at][0] for cells in ragged], kind)
                for at, kind in zip(key.positions, kinds, strict=True)
            ]
            key.take(verdicts, others)

    def errors(self, rows: Callable[[Numbers], Iterable[Row]]) -> Iterator[TableError]:
        """The errors of all rows in doubt, in the order of the rows. `rows` gives those of these
        numbers once more, to look at keys that seem to stand twice."""
        repeated = self._repeated()
        if len(repeated):
            self._doubtful.update((row[0], row) for row in rows(repeated))
        for number in sorted(self._doubtful):
            yield from self._judge.judge(*self._doubtful[number])

    def _keep(self, batch: Batch, at: Numbers) -> None:
        self._doubtful.update((row[0], row) for row in batch.rows(at))

    def _doubts(self, verdicts: Sequence[Verdict]) -> Iterator[Mask]:
        """The rows in which a cell is wrong, or all cells, or those of the key, are empty."""
        yield from (one.wrong for one in verdicts if one.wrong is not None)
        for together in (verdicts, [verdicts[at] for at in self._judge.primary]):
            empty = [one.empty for one in together if one.empty is not None]
            if empty and len(empty) == len(together):
                yield np.logical_and.reduce(empty)
        for at in self._judge.wanted:
            empty_part = verdicts[at].empty
            if empty_part is not None:
                yield empty_part

    def _strangers(self, batch: Batch) -> Iterator[Mask]:
        """The rows whose foreign keys refer to nothing."""
        for foreign in self._judge.foreign:
            columns = [indexed(batch.columns[at]) for at in foreign.positions]
            combined = np.zeros(batch.even, np.int64)
            for column in columns:
                combined = combined * len(column.dictionary) + places(column)
            distinct, first, found = np.unique(combined, return_index=True, return_inverse=True)
            texts = zip(
                *(column.take(place_array(first)).to_pylist() for column in columns), strict=True
            )
            strange = [self._is_strange(foreign, one) for one in texts]
            if any(strange) and len(distinct):
                yield np.array(strange, bool)[found]

    def _is_strange(self, foreign: Foreign, texts: Sequence[str]) -> bool:
        pairs = zip(foreign.positions, texts, strict=True)
        return not foreign.knows(tuple(self._judge.memories[at][text][0] for at, text in pairs))

    def _repeated(self) -> Numbers:
        """The numbers of all rows with keys that seem to stand twice."""
        found = [
            at + numbers if isinstance(numbers := self._numbers[index], int) else numbers[at]
            for key in self._keys
            for index, at in key.repeated()
        ]
        return np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)


class _Key:
    """The numbers of one key. Without `compares_none`, keys lacking a part are like no other."""

    def __init__(self, positions: Sequence[int], compares_none: bool) -> None:
        self.positions = positions
        self._compares_none = compares_none
        self._numbers = Keys()
        self._count = 0

    def take(self, verdicts: Sequence[Verdict], ragged: Sequence[Hashes]) -> None:
        """The codes of a batch's columns, behind them those of the parts in its ragged rows."""
        parts = [
            np.concatenate([_codes(verdicts[at]), more]) if len(more) else _codes(verdicts[at])
            for at, more in zip(self.positions, ragged, strict=True)
        ]
        numbers = join(parts)
        if not self._compares_none:
            lacking = np.flatnonzero(np.logical_or.reduce([part == NONE for part in parts]))
            if len(lacking):
                numbers = numbers.copy()
                numbers[lacking] = mix((lacking + self._count).astype(np.uint64))
        self._count += len(numbers)
        self._numbers.add(numbers)

    def repeated(self) -> Iterator[tuple[int, Numbers]]:
        """The places of numbers that came more than once, batch by batch."""
        twice = self._numbers.repeated()
        if not len(twice):
            return
        for index, numbers in enumerate(self._numbers.batches()):
            nearest = np.minimum(np.searchsorted(twice, numbers), len(twice) - 1)
            at = np.flatnonzero(twice[nearest] == numbers)
            if len(at):
                yield index, at


def _codes(verdict: Verdict) -> Hashes:
    if verdict.codes is None:
        raise AssertionError("a key's column was screened without its codes")
    return verdict.codes
