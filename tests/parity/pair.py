"""A schema and a table to hold against it, and how the table is written to its file."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

Descriptor = dict[str, Any]
Record = list[str] | str
"""A row as its cells, or the very text of a line (without its end) that no writer would write."""


@dataclass(frozen=True, slots=True)
class Writing:
    """How rows become bytes."""

    delimiter: str = ","
    line_end: str = "\n"
    quote_all: bool = False
    encoding: str = "utf-8"
    ends: bool = True
    suffix: str = "csv"
    tail: bytes = b""

    def bytes_of(self, records: tuple[Record, ...]) -> bytes:
        lines = [one if isinstance(one, str) else self._line(one) for one in records]
        text = self.line_end.join(lines) + (self.line_end if lines and self.ends else "")
        content = text.encode(self.encoding, "replace") + self.tail
        if self.suffix == "parquet":
            return _as_parquet(content)
        return gzip.compress(content, mtime=0) if self.suffix.endswith("gz") else content

    def _line(self, cells: list[str]) -> str:
        line = io.StringIO()
        csv.writer(
            line,
            delimiter=self.delimiter,
            quoting=csv.QUOTE_ALL if self.quote_all else csv.QUOTE_MINIMAL,
            lineterminator="",
        ).writerow(cells)
        return line.getvalue()


_RETYPED: dict[str, tuple[pa.DataType, ...]] = {
    "int64": (
        pa.int32(),
        pa.uint16(),
        pa.float64(),
        pa.float32(),
        pa.decimal128(20, 2),
        pa.string(),
    ),
    "double": (pa.float32(), pa.decimal128(20, 3), pa.int64(), pa.string()),
    "string": (pa.dictionary(pa.int32(), pa.string()), pa.large_string(), pa.binary()),
    "timestamp[s]": (
        pa.timestamp("ms"),
        pa.timestamp("us"),
        pa.timestamp("ns", "UTC"),
        pa.date32(),
    ),
    "date32[day]": (pa.date64(), pa.timestamp("us"), pa.string()),
    "bool": (pa.string(), pa.int8()),
}
"""What else a column of a type may be in a Parquet file."""


def _as_parquet(content: bytes) -> bytes:
    """The text as a Parquet file, its columns typed as Arrow takes them, or otherwise; where Arrow
    cannot read it, the text itself."""
    found = io.BytesIO()
    parsing = pa_csv.ParseOptions(invalid_row_handler=lambda _: "skip", newlines_in_values=True)
    chance = Random(zlib.crc32(content))
    try:
        table = pa_csv.read_csv(io.BytesIO(content), parse_options=parsing)
        columns = [_retyped(column, chance) for column in table.columns]
        table = pa.table(columns, names=table.column_names)
        pq.write_table(table, found, row_group_size=chance.choice((2, 1000)))
    except pa.ArrowException:
        return content
    return found.getvalue()


def _retyped(column: Any, chance: Random) -> Any:
    wanted = chance.choice((column.type, *_RETYPED.get(str(column.type), ())))
    try:
        return column.cast(wanted)
    except pa.ArrowException:
        return column


@dataclass(frozen=True, slots=True)
class Pair:
    """One question for both validators."""

    schema: Descriptor
    records: tuple[Record, ...]
    writing: Writing = field(default_factory=Writing)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Put both files into a folder and say where: the table, the schema."""
        table, schema = folder / f"table.{self.writing.suffix}", folder / "schema.json"
        table.write_bytes(self.writing.bytes_of(self.records))
        schema.write_text(json.dumps(self.schema, ensure_ascii=False), "utf-8")
        return table, schema

    def __str__(self) -> str:
        rows = "\n".join(f"    {one!r}," for one in self.records)
        return f"Pair(\n  {self.schema!r},\n  (\n{rows}\n  ),\n  {self.writing!r},\n)"
