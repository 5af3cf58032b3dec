"""Where a published number comes from: the file, the sheet and the cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.compute

from opendata.errors import Text, UsageError, sentence
from opendata.errors.catalogue import Language
from opendata.pipeline.settings import Settings
from opendata.pipeline.versions import Shelf
from opendata.release import Previous, read_parquet, text

pc: Any = pyarrow.compute
SEPARATORS = ("|", "/")
"""What may stand between the parts of a key, as in `changes.csv` or as in a path."""
SHOWN = 20
"""How many rows a partial key may name before more is asked for."""
POOL = 2000
"""How many keys that look alike are compared letter by letter."""

Row = tuple[str, int]
"""A table and the number of a row of it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One line of the lineage, with the value it is about."""

    table: str
    key: str
    field: str
    value: str | None
    how: str
    file: str
    sha256: str
    sheet: str | None
    cell: str | None


@dataclass(frozen=True)
class Origins:
    """What `opendata lineage` tells of one version."""

    package: str
    version: str
    field: str | None
    found: tuple[Origin, ...]

    def to_json(self) -> dict[str, Any]:
        """The document that `lineage --json` prints."""
        origins = [asdict(one) for one in self.found]
        return {"package": self.package, "version": self.version, "origins": origins}

    def sentences(self, language: Language) -> list[str]:
        """A line for each row, or for each value where one field is asked for."""
        rows = groupby(self.found, key=lambda one: (one.table, one.key))
        return [_line(list(group), self.field).in_(language) for _, group in rows]


def _line(origins: Sequence[Origin], field: str | None) -> Text:
    first = origins[0]
    if not field:  # what was made says nothing that its record does not
        origins = [one for one in origins if one.how != "made"] or origins
    about = "lineage-value" if field else "lineage-row"
    files = [
        sentence(
            "lineage-file",
            file=file,
            sha256=sha256,
            cells=_joined([_cells(list(group), field) for group in _by_sheet(list(one))]),
        )
        for (file, sha256), one in groupby(
            sorted(origins, key=lambda one: (one.file, one.sha256)),
            key=lambda one: (one.file, one.sha256),
        )
    ]
    value = sentence("diff-empty") if first.value is None else Text(*[first.value] * 2)
    return sentence(
        about, table=first.table, key=first.key, field=field, value=value, files=_joined(files)
    )


def _by_sheet(origins: Sequence[Origin]) -> Iterator[Iterator[Origin]]:
    for _, group in groupby(origins, key=lambda one: (one.sheet, one.cell is None)):
        yield group


def _cells(origins: Sequence[Origin], field: str | None) -> Text:
    """The cells of one sheet; those of a whole row with the fields that they tell."""
    sheet = origins[0].sheet
    if origins[0].cell is None:
        return sentence("lineage-folder", fields=", ".join(one.field for one in origins))
    cells: dict[str, list[str]] = {}
    for one in origins:
        cells.setdefault(str(one.cell), []).append(one.field)
    told = [cell if field else f"{cell} ({', '.join(fields)})" for cell, fields in cells.items()]
    found = Text("、".join(told), ", ".join(told))
    how = {"made": "lineage-made", "computed": "lineage-computed"}.get(origins[0].how)
    if field and how:
        found = sentence(how, cells=found)
    return sentence("lineage-sheet", sheet=sheet, cells=found) if sheet else found


def _joined(words: Sequence[Text]) -> Text:
    return Text("、".join(one.ja for one in words), ", ".join(one.en for one in words))


def lineage(
    settings: Settings,
    package: str,
    version: str,
    keys: Sequence[str],
    *,
    table: str | None = None,
    field: str | None = None,
) -> Origins:
    """Where the values of a row come from, or one of them.

    `keys` are one key, its parts with `/` or `|` between them, or pairs `field=value`, which may
    name several rows. Raises UsageError for a version, table, field or key that there is not, with
    those that are most like it; StoreError where the version is damaged.
    """
    number, files = Shelf.open(settings, package).files(version)
    known = Previous.read(files)
    schemas = {
        str(one["name"]): [str(name) for name in one["schema"]["primaryKey"]]
        for one in known.descriptor["resources"]
        if one["name"] in known.tables
    }
    if table is not None and table not in schemas:
        raise UsageError("unknown-table", table=table, known=tuple(schemas))
    tables = {name: known.tables[name] for name in schemas if table in (None, name)}
    if field is not None:
        fields = _fields(tables, schemas, keys)
        tables = {name: one for name, one in tables.items() if field in one.column_names}
        if not tables:
            raise UsageError("unknown-field", field=field, known=fields)
    rows = _rows(tables, schemas, keys)
    if not rows:
        asked = " ".join(keys)
        nearest = tuple(_nearest(tables, schemas, keys)) or "—"
        raise UsageError("unknown-key", key=asked, package=package, version=number, known=nearest)
    if len(rows) > SHOWN:
        raise UsageError("many-keys", key=" ".join(keys), count=len(rows), limit=SHOWN)
    lines = read_parquet(files["lineage.parquet"])
    found = [one for row in rows for one in _origins(row, tables, schemas, lines, field)]
    if not found:
        raise UsageError("no-origin", key=" ".join(keys), field=field or "")
    return Origins(package, number, field, tuple(found))


def _fields(
    tables: Mapping[str, pa.Table], schemas: Mapping[str, Sequence[str]], keys: Sequence[str]
) -> tuple[str, ...]:
    """What can be asked for: the fields of the tables that hold the row, of all where none does."""
    named = {name for name, _ in _rows(tables, schemas, keys)} or tables.keys()
    return tuple(sorted({field for name in named for field in tables[name].column_names}))


def _origins(
    row: Row,
    tables: Mapping[str, pa.Table],
    schemas: Mapping[str, Sequence[str]],
    lines: pa.Table,
    field: str | None,
) -> Iterator[Origin]:
    name, number = row
    table = tables[name].slice(number, 1)
    (key,) = _key(table, schemas[name], "|").to_pylist()
    about = pc.and_(pc.equal(lines.column("table"), name), pc.equal(lines.column("key"), key))
    for line in lines.filter(about).to_pylist():
        if field in (None, line["field"]):
            (value,) = text(table.column(line["field"])).to_pylist()
            yield Origin(value=value, **line)


def _key(table: pa.Table, names: Sequence[str], separator: str) -> Any:
    parts = [text(table.column(name)) for name in names]
    return pc.binary_join_element_wise(
        *parts, separator, null_handling="replace", null_replacement=""
    )


def _rows(
    tables: Mapping[str, pa.Table], schemas: Mapping[str, Sequence[str]], keys: Sequence[str]
) -> list[Row]:
    """The rows that the keys name: whole ones first, else pairs of field and value."""
    whole = [
        (name, row)
        for name, table in tables.items()
        for row in sorted({r for one in keys for r in _whole(table, schemas[name], one)})
    ]
    pairs = [tuple(one.split("=", 1)) for one in keys if "=" in one]
    if whole or len(pairs) < len(keys):
        return whole
    found = []
    for name, table in tables.items():
        if all(field in table.column_names for field, _ in pairs):
            fits = [pc.equal(text(table.column(field)), value) for field, value in pairs]
            mask = pc.fill_null(_all(fits), False)
            found += [(name, row) for row in pc.indices_nonzero(mask).to_pylist()]
    return found


def _whole(table: pa.Table, names: Sequence[str], key: str) -> Iterator[int]:
    for separator in SEPARATORS:
        found = pc.indices_nonzero(pc.equal(_key(table, names, separator), key))
        yield from found.to_pylist()


def _all(masks: Sequence[Any]) -> Any:
    every = masks[0]
    for one in masks[1:]:
        every = pc.and_(every, one)
    return every


def _nearest(
    tables: Mapping[str, pa.Table], schemas: Mapping[str, Sequence[str]], keys: Sequence[str]
) -> list[str]:
    """Keys that look like those asked for, the most alike first."""
    asked = "|".join(one.partition("=")[2] or one for one in keys).replace("/", "|")
    pool: dict[str, None] = {}
    for name, table in tables.items():
        known = _key(table, schemas[name], "|").unique()
        for size in range(len(asked), -1, -1):
            near = known.filter(pc.match_substring(known, asked[:size]))
            if len(near):
                pool |= dict.fromkeys(near.slice(0, POOL).to_pylist())
                break
    return get_close_matches(asked, pool, n=5, cutoff=0.3) or list(pool)[:5]
