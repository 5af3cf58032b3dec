"""Parts merged into the tables of a release, and the cell behind every value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute

from opendata.package import Resource
from opendata.reader.types import ARROW_TYPES
from opendata.validate.progress import progress_cells

if TYPE_CHECKING:
    from opendata.release.gathered import Gathered, Rows

pc: Any = pyarrow.compute
"""Untyped: its stubs refuse much of what it takes (plain values, mixed arguments)."""

Column = Any
"""A pyarrow.ChunkedArray; untyped like the functions that take and make it."""

CODE = "municipality_code"
"""The field that the folder of a file tells where its layout reads none."""
_OPERANDS = ("baseline", "target", "actual")
_VALUES: list[tuple[str, pa.DataType]] = [
    ("indicator_id", pa.string()),
    ("value_type", pa.string()),
    ("fiscal_year", pa.int64()),
    ("value", pa.float64()),
    ("status", pa.string()),
    ("comparator", pa.string()),
]
VALUES = pa.schema(_VALUES)
"""What derived values are computed from."""

LINEAGE = pa.schema(
    [
        (name, pa.string())
        for name in ("table", "key", "field", "how", "sha256", "file", "sheet", "cell")
    ]
)


def schema(resource: Resource) -> pa.Schema:
    """The Arrow schema of a published table."""
    return pa.schema(
        [(one.name, ARROW_TYPES.get(one.type, pa.string())) for one in resource.published]
    )


def fitted(table: pa.Table | None, wanted: pa.Schema) -> pa.Table:
    """A table in another contract's shape: what it has not is null. One that cannot have that
    shape has nothing to say."""
    if table is None:
        return wanted.empty_table()
    try:
        columns = [
            table.column(one.name).cast(one.type)
            if one.name in table.column_names
            else pa.nulls(table.num_rows, one.type)
            for one in wanted
        ]
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return wanted.empty_table()
    return pa.table(columns, schema=wanted)


def merge(resource: Resource, rows: Rows) -> pa.Table:
    """All parts' rows of one table, sorted by its key.

    Empty text and NaN become null: CSV cannot tell them apart, and every format must say the same.
    """
    columns = [_without_blanks(column) for column in rows.table.columns]
    table = pa.Table.from_arrays(columns, schema=rows.table.schema)
    return table.sort_by([(name, "ascending") for name in resource.primary_key]).combine_chunks()


def _without_blanks(column: Column) -> Column:
    if pa.types.is_string(column.type):
        blank = pc.equal(column, "")
    elif pa.types.is_floating(column.type):
        blank = pc.is_nan(column)
    else:
        return column
    return pc.if_else(pc.fill_null(blank, False), pa.scalar(None, column.type), column)


def text(column: Column) -> Column:
    """A column as it is written in CSV, before quoting; null stays null."""
    if pa.types.is_string(column.type):
        return column
    written = pc.cast(column, pa.string())
    return _in_full(written) if pa.types.is_floating(column.type) else written


def _in_full(written: Column) -> Column:
    """Figures without exponents: 2.4420760388e+10 is for machines, 24420760388 for everybody."""
    if not pc.any(pc.match_substring(written, "e")).as_py():
        return written
    texts = [
        format(Decimal(one), "f") if one is not None and "e" in one else one
        for one in written.to_pylist()
    ]
    return pa.chunked_array([pa.array(texts, pa.string())])


def key_text(table: pa.Table, key: Sequence[str]) -> Column:
    """The key of every row as text: its values joined by `|`."""
    parts = [text(table.column(name)) for name in key if name in table.column_names]
    if not parts:
        return pa.chunked_array([pa.array([""] * table.num_rows, pa.string())])
    return pc.binary_join_element_wise(*parts, "|", null_handling="replace", null_replacement="")


def lineage(gathered: Gathered) -> Iterator[pa.Table]:
    """For every published value where it comes from: source file, sheet and cell; table by table
    and field by field (in the package's order), for all of it is many times as large as the values.

    Each is sorted by key. `how` says whether the value was
    read in that cell, was made for the record that stands there (an id, a reference, what the
    layout settles), was computed from it (a line for each cell), or is told by the file's folder.
    """
    for resource in gathered.package:
        rows = gathered.rows[resource.name]
        keys = key_text(rows.table, resource.primary_key)
        computed = _computed(resource, gathered) if resource.is_derived else None
        for field in resource.published:
            lines = [*_lines(gathered, resource, field.name, keys)]
            if computed is not None:
                filled = pc.is_valid(_without_blanks(rows.table.column(field.name)))
                lines.append(_of_field(resource, field.name, computed, keys.filter(filled)))
            found = pa.concat_tables(lines)
            if found.num_rows:
                yield found.sort_by([("key", "ascending")])


def by_field(lineage: pa.Table) -> Iterator[pa.Table]:
    """A lineage that was read, as it was made."""
    of = pc.binary_join_element_wise(lineage.column("table"), lineage.column("field"), "/")
    ends = pc.run_end_encode(of.combine_chunks()).run_ends.to_pylist()
    for start, end in zip([0, *ends], ends, strict=False):
        yield lineage.slice(start, end - start)


def _lines(gathered: Gathered, resource: Resource, field: str, keys: Column) -> Iterator[pa.Table]:
    """The values of one field that were read, and those that were made."""
    rows = gathered.rows[resource.name]

    def origins(how: str, cells: Column, wanted: Column) -> pa.Table:
        def same(value: str) -> pa.Array[Any]:
            return pa.repeat(pa.scalar(value, pa.string()), len(found))

        found = keys.filter(wanted)
        files = _files(gathered, rows.part.filter(wanted))
        columns = (same(resource.name), found, same(field), same(how), *files)
        return pa.Table.from_arrays([*columns, *_places(cells.filter(wanted))], schema=LINEAGE)

    known = rows.cells.column(field)
    yield origins("read", known, pc.is_valid(known))
    unknown = pc.and_(pc.is_valid(_without_blanks(rows.table.column(field))), pc.is_null(known))
    if resource.is_derived or not pc.any(unknown).as_py():
        return
    if field == CODE:
        yield origins("folder", pa.nulls(len(keys), pa.string()), unknown)
    else:
        yield origins("made", pc.coalesce(*rows.cells.columns), unknown)


def _files(gathered: Gathered, part: Column) -> tuple[Column, Column]:
    """The SHA-256 and the places of files, by the numbers of the parts."""
    sources = pa.array([one.source for one in gathered.parts], pa.string())
    files = pa.array([one.file for one in gathered.parts], pa.string())
    return sources.take(part), files.take(part)


def _places(cells: Column) -> tuple[Column, Column]:
    """Sheets and cells. A sheet's name may hold "!", an address cannot."""
    places = pc.extract_regex(cells, r"(?s)^(?P<sheet>.*)!(?P<cell>[^!]*)$")
    return pc.struct_field(places, "sheet"), pc.struct_field(places, "cell")


def _computed(resource: Resource, gathered: Gathered) -> pa.Table:
    """The cells of what each row of a derived table is computed from, whichever part has them:
    `used` beside the columns of LINEAGE, without the field and those that say which table."""
    values = gathered.rows["indicator_values"]
    number = pc.cast(values.part, pa.string())
    numbered = pc.binary_join_element_wise(number, values.cells.column("value"), "\n")
    found = progress_cells(values.table.select(VALUES.names).cast(VALUES), numbered)
    split = pc.extract_regex(found.column("cell"), r"(?s)^(?P<part>[0-9]+)\n(?P<cell>.*)$")
    sha256, file = _files(gathered, pc.cast(pc.struct_field(split, "part"), pa.int64()))
    sheet, cell = _places(pc.struct_field(split, "cell"))
    columns: dict[str, Any] = {
        "used": found.column("used"),
        "key": key_text(found, resource.primary_key),
        "sha256": sha256,
        "file": file,
        "sheet": sheet,
        "cell": cell,
    }
    return pa.table(columns)


def _of_field(resource: Resource, field: str, computed: pa.Table, keys: Column) -> pa.Table:
    """The lines of one field of a derived table: an operand has one cell, a result all of them."""
    computed = computed.filter(pc.is_in(computed.column("key"), keys))
    own = field if field in _OPERANDS else "actual" if field in resource.primary_key else None
    if own is not None:
        computed = computed.filter(pc.equal(computed.column("used"), own))

    def same(value: str) -> pa.Array[Any]:
        return pa.repeat(pa.scalar(value, pa.string()), computed.num_rows)

    given = {"table": same(resource.name), "field": same(field), "how": same("computed")}
    columns: dict[str, Any] = given | {
        name: computed.column(name) for name in computed.column_names
    }
    return pa.table({name: columns[name] for name in LINEAGE.names}, schema=LINEAGE)
