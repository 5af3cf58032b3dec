"""A delimited text as batches of columns: parsed by Arrow, or by Python's csv where Arrow might
read it otherwise than frictionless does."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import IO, Any, Literal, cast

import numpy as np
import pyarrow as pa

from opendata.validate.table.arrays import Array, Numbers, is_indexed, place_array, text_array
from opendata.validate.table.blocks import Odd, read_blocks
from opendata.validate.table.delimited import Delimited, dialect
from opendata.validate.table.report import Unreadable

_ROWS = 20_000
"""How many records Python's csv reads into one batch."""
_FEW = 0.3
"""A column of which fewer cells than this share are distinct is read by its distinct texts."""
_INDEXED = pa.dictionary(pa.int32(), pa.string())

Row = tuple[int, Sequence[Any]]
"""The number of a record, and its cells."""


@dataclass(frozen=True)
class Batch:
    """Records that follow each other, the first of which has the number `first`.

    `columns` hold the texts of those as wide as the table, plain or dictionary-encoded; `ragged`
    are all the others.
    """

    first: int
    columns: list[Array]
    ragged: list[Row] = field(default_factory=list)

    @property
    def even(self) -> int:
        """How many records have the table's width."""
        return len(self.columns[0])

    @property
    def size(self) -> int:
        return self.even + len(self.ragged)

    @cached_property
    def numbers(self) -> Numbers:
        """The number of every record, those of the table's width first."""
        numbers = np.arange(self.first, self.first + self.size)
        if not self.ragged:
            return numbers
        ragged = np.array([number for number, _ in self.ragged])
        return np.concatenate([np.setdiff1d(numbers, ragged, assume_unique=True), ragged])

    def rows(self, at: Numbers) -> Iterator[Row]:
        """The records at these places of `numbers`."""
        even = at[at < self.even]
        texts = zip(*(_texts(column, even) for column in self.columns), strict=True)
        yield from zip(self.numbers[even].tolist(), texts, strict=True)
        yield from (self.ragged[one - self.even] for one in at[at >= self.even])


def _texts(column: Array, at: Numbers) -> list[Any]:
    taken: Any = column.take(place_array(at))
    return list((taken.dictionary_decode() if is_indexed(taken) else taken).to_pylist())


class PythonBatches:
    """The records as Python's csv reads them."""

    def __init__(self, source: Delimited, width: int) -> None:
        self._source = source
        self._width = width

    def read(self, _: Sequence[bool]) -> Iterator[Batch]:
        """All records. Raises Unreadable after the last of them."""
        rows = self._source.rows()
        stop = None
        while stop is None:
            taken: list[tuple[int, list[str]]] = []
            try:
                for row in islice(rows, _ROWS):
                    taken.append(row)  # noqa: PERF402  # those before an error are kept
            except Unreadable as error:
                stop = error
            if taken:
                yield _batch(taken, self._width)
            elif stop is None:
                return
        raise stop

    def rows(self, numbers: Numbers) -> Iterator[Row]:
        """The records of these numbers, in their order."""
        wanted = set(numbers.tolist())
        with suppress(Unreadable):
            yield from (row for row in self._source.rows() if row[0] in wanted)


def _batch(rows: list[tuple[int, list[str]]], width: int) -> Batch:
    even = [cells for _, cells in rows if len(cells) == width]
    ragged = [row for row in rows if len(row[1]) != width]
    columns = list(zip(*even, strict=True)) if even else [()] * width
    return Batch(rows[0][0], [text_array(one) for one in columns], list(ragged))


class ArrowBatches:
    """The records as Arrow parses them; Odd is raised where that is not surely as Python does.

    With `minds_empty_lines`, the difference between an empty line and empty cells matters.
    """

    def __init__(self, source: Delimited, width: int, *, minds_empty_lines: bool) -> None:
        if source.skips_spaces or width != source.first_width:
            raise Odd
        self._source = source
        self._names = [str(number) for number in range(width)]
        self._minds_empty_lines = minds_empty_lines or width == 1
        self._sizes: list[int] = []

    def read(self, indexed: Sequence[bool]) -> Iterator[Batch]:
        """All records. Columns that are `indexed` come by their distinct texts, the others where
        they repeat in the first batch."""
        types: dict[str, Any] = dict.fromkeys(self._names, pa.string())
        first = self._source.header_row + 1
        for block in read_blocks(self._source):
            if self._minds_empty_lines and _has_empty_line(block):
                raise Odd
            batch = self._parsed(block, types, first)
            if not self._sizes:
                types = self._types(batch, indexed)
            self._sizes.append(batch.size)
            first += batch.size
            yield batch

    def rows(self, numbers: Numbers) -> Iterator[Row]:
        """The records of these numbers, in their order; without quotes, each is a line."""
        first = self._source.header_row + 1
        for block, size in zip(read_blocks(self._source), self._sizes, strict=True):
            start, end = np.searchsorted(numbers, (first, first + size))
            wanted = numbers[start:end]
            if len(wanted) and b'"' not in block:
                for number, line in zip(
                    wanted.tolist(), _lines(block, wanted - first), strict=True
                ):
                    yield number, self._cells(line)
            elif len(wanted):
                batch = self._parsed(block, dict.fromkeys(self._names, pa.string()), first)
                yield from batch.rows(np.flatnonzero(np.isin(batch.numbers, wanted)))
            first += size

    def _types(self, batch: Batch, indexed: Sequence[bool]) -> dict[str, Any]:
        columns = zip(self._names, indexed, batch.columns, strict=True)
        return {
            name: _INDEXED if must or _repeats(column) else pa.string()
            for name, must, column in columns
        }

    def _cells(self, text: str) -> list[str]:
        how = dialect(self._source.delimiter, self._source.skips_spaces)
        return next(csv.reader(io.StringIO(text, newline=""), how), [])

    def _parsed(self, block: bytes, types: dict[str, Any], first: int) -> Batch:
        from pyarrow import csv as arrow

        ragged: list[Row] = []

        def keep(row: Any) -> Literal["skip"]:
            ragged.append((first + row.number - 1, self._cells(row.text)))
            return "skip"

        has_quotes = b'"' in block
        table = arrow.read_csv(
            cast("IO[Any]", pa.BufferReader(block)),
            arrow.ReadOptions(
                column_names=self._names, block_size=len(block) + 1, use_threads=False
            ),
            arrow.ParseOptions(
                delimiter=self._source.delimiter,
                quote_char='"' if has_quotes else False,
                newlines_in_values=has_quotes,
                ignore_empty_lines=False,
                invalid_row_handler=keep,
            ),
            arrow.ConvertOptions(column_types=types, check_utf8=False),
        )
        return Batch(first, [_whole(column) for column in table.columns], ragged)


def _lines(block: bytes, at: Numbers) -> Iterator[str]:
    """The lines at these places of a block without quotes."""
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n"))
    starts = np.concatenate([[0], ends + 1])
    ends = np.concatenate([ends, [len(block)]])
    for start, end in zip(starts[at].tolist(), ends[at].tolist(), strict=True):
        yield block[start:end].decode()


def _whole(column: Any) -> Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _repeats(column: Array) -> bool:
    return len(column.unique()) < _FEW * len(column)


def _has_empty_line(block: bytes) -> bool:
    return block.startswith((b"\n", b"\r\n")) or b"\n\n" in block or b"\n\r\n" in block
