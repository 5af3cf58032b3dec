"""A delimited text as batches of columns: parsed by Arrow, or by Python's csv where Arrow might
read it otherwise than frictionless does."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
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


def python_batches(source: Delimited, width: int) -> Iterator[Batch]:
    """The records as Python's csv reads them. Raises Unreadable after the last of them."""
    rows = source.rows()
    stop = None
    while stop is None:
        taken: list[tuple[int, list[str]]] = []
        try:
            for row in islice(rows, _ROWS):
                taken.append(row)  # noqa: PERF402  # those before an error are kept
        except Unreadable as error:
            stop = error
        if taken:
            yield _batch(taken, width)
        elif stop is None:
            return
    raise stop


def _batch(rows: list[tuple[int, list[str]]], width: int) -> Batch:
    even = [cells for _, cells in rows if len(cells) == width]
    ragged = [row for row in rows if len(row[1]) != width]
    columns = list(zip(*even, strict=True)) if even else [()] * width
    return Batch(rows[0][0], [text_array(one) for one in columns], list(ragged))


def arrow_batches(
    source: Delimited, indexed: Sequence[bool], *, skips_nothing: bool
) -> Iterator[Batch]:
    """The records as Arrow parses them. Raises Odd where that is not surely as Python does.

    Columns that are `indexed` come dictionary-encoded, the others where their texts repeat. With
    `skips_nothing`, the difference between an empty line and empty cells matters.
    """
    width = len(indexed)
    names = [str(number) for number in range(width)]
    types: dict[str, Any] = dict.fromkeys(names, pa.string())
    first = source.header_row + 1
    is_known = False
    for block in read_blocks(source):
        if (skips_nothing or width == 1) and _has_empty_line(block):
            raise Odd
        batch = _parsed(block, names, types, first, source)
        if not is_known:
            is_known = True
            wanted = zip(names, indexed, batch.columns, strict=True)
            types = {
                name: _INDEXED if must or _repeats(column) else pa.string()
                for name, must, column in wanted
            }
        first += batch.size
        yield batch


def _parsed(
    block: bytes, names: list[str], types: dict[str, Any], first: int, source: Delimited
) -> Batch:
    from pyarrow import csv as arrow

    ragged: list[Row] = []

    def keep(row: Any) -> Literal["skip"]:
        text = io.StringIO(row.text, newline="")
        cells = next(csv.reader(text, dialect(source.delimiter, source.skips_spaces)), [])
        ragged.append((first + row.number - 1, cells))
        return "skip"

    has_quotes = b'"' in block
    table = arrow.read_csv(
        cast("IO[Any]", pa.BufferReader(block)),
        arrow.ReadOptions(column_names=names, block_size=len(block) + 1, use_threads=False),
        arrow.ParseOptions(
            delimiter=source.delimiter,
            quote_char='"' if has_quotes else False,
            newlines_in_values=has_quotes,
            ignore_empty_lines=False,
            invalid_row_handler=keep,
        ),
        arrow.ConvertOptions(column_types=types, check_utf8=False),
    )
    return Batch(first, [_whole(column) for column in table.columns], ragged)


def _whole(column: Any) -> Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _repeats(column: Array) -> bool:
    return len(column.unique()) < _FEW * len(column)


def _has_empty_line(block: bytes) -> bool:
    return block.startswith((b"\n", b"\r\n")) or b"\n\n" in block or b"\n\r\n" in block
