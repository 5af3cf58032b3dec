"""Records that wait for an answer, as readers see them meanwhile: as the last release has them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

import pyarrow as pa

from opendata.package import Package, dependents
from opendata.release.formats import lineage_to_parquet
from opendata.release.model import Part, Previous
from opendata.release.tables import by_field, fitted, key_text, schema
from opendata.validate import Dataset, derived

Key = tuple[str, str]
"""A table, and the key of one of its rows (see `keys`)."""


def with_last(
    package: Package,
    part: Part,
    previous: Previous | None,
    others: Callable[[Key], bool] = lambda key: False,
) -> list[Part]:
    """The part without the records that are held, and what stands for them: the same records of
    the last release, a part for each file that they were read from.

    What refers to a held record is held with it, and what a record that stays refers to stays, so
    that every reference still has its record. `others` says of a key whether another part has it:
    it is not published twice.
    """
    own = _Tables(package, part.dataset.tables)
    out, wanted = _held(own, part)
    rest = own.without(out)
    there = {name: set(own.texts(name, table)) for name, table in rest.items()}

    def is_there(name: str, key: str) -> bool:
        return key in there[name] or others((name, key))

    staying = _staying(package, wanted, previous, is_there)
    older = list(_parts(package, part, staying, previous))
    whole = {
        name: pa.concat_tables([table, *(one.dataset.tables[name] for one in older)])
        for name, table in rest.items()
    }
    made = derived(Dataset(whole, {}), package)
    cells = {name: _left(table, out.get(name, set())) for name, table in part.dataset.cells.items()}
    mine = Dataset(
        {**made.tables, **rest}, {**cells, **made.cells}, readability=part.dataset.readability
    )
    return [replace(part, dataset=mine), *older]


def narrowed(package: Package, parts: Sequence[Part], previous: Previous | None) -> Previous | None:
    """As much of the last release as can stand for what these parts hold: for many of them it is
    looked through once."""
    if previous is None:
        return None
    last = _Tables(package, previous.tables)
    wanted: dict[str, set[str]] = {}
    for part in parts:
        _, keys = _held(_Tables(package, part.dataset.tables), part)
        for name, some in keys.items():
            wanted.setdefault(name, set()).update(some)
    rows = last.hanging(wanted)
    _add_referenced(package, last, rows, lambda name, key: False)
    tables = {
        name: table.take(pa.array(sorted(rows.get(name, ())), pa.int64()))
        for name, table in last.tables.items()
    }
    texts = {key for name, table in tables.items() for key in last.texts(name, table)}
    lines = previous.origins({"table": [*tables], "key": sorted(texts)})
    lineage = None if lines is None else lineage_to_parquet(by_field(lines), {})
    return replace(previous, tables=tables, lineage=lineage)


def _held(own: _Tables, part: Part) -> tuple[dict[str, set[int]], dict[str, set[str]]]:
    """The rows of a part that are held, with what refers to them, and the keys of all these: of a
    record that is gone from the file, too."""
    wanted = {name: set(own.texts(name, rows)) for name, rows in part.dataset.held.items()}
    out = own.hanging(wanted)
    for name, gone in out.items():
        texts = own.texts(name)
        wanted.setdefault(name, set()).update(texts[row] for row in gone)
    return out, wanted


class _Tables:
    """Tables of the package's shape, and the rows of their keys."""

    def __init__(self, package: Package, tables: Mapping[str, pa.Table]) -> None:
        self.package = package
        self.tables = {one.name: fitted(tables.get(one.name), schema(one)) for one in package.read}
        self.values_of = cache(self._values_of)

    def _values_of(self, table: str, field: str) -> list[object]:
        values: list[object] = self.tables[table].column(field).to_pylist()
        return values

    def texts(self, name: str, rows: pa.Table | None = None) -> list[str]:
        """The keys of a table's rows, or of these."""
        key = self.package.resource(name).primary_key
        found: list[str] = key_text(self.tables[name] if rows is None else rows, key).to_pylist()
        return found

    def hanging(self, keys: Mapping[str, Collection[str]]) -> dict[str, set[int]]:
        """The rows of these keys, and what refers to them."""
        rows = {
            name: {at for at, key in enumerate(self.texts(name)) if key in wanted}
            for name, wanted in keys.items()
        }
        return dependents(self.package, self.values_of, rows)

    def without(self, rows: Mapping[str, set[int]]) -> dict[str, pa.Table]:
        return {name: _left(table, rows.get(name, set())) for name, table in self.tables.items()}


def _left(table: pa.Table, out: Collection[int]) -> pa.Table:
    left = (at for at in range(table.num_rows) if at not in out)
    return table.take(pa.array(left, pa.int64())) if out else table


def _staying(
    package: Package,
    wanted: Mapping[str, set[str]],
    previous: Previous | None,
    is_there: Callable[[str, str], bool],
) -> dict[str, pa.Table]:
    """The rows of the last release that stand for those that are held."""
    if previous is None:
        return {}
    last = _Tables(package, previous.tables)
    staying = {}
    for name, found in last.hanging(wanted).items():
        texts = last.texts(name)
        staying[name] = {row for row in found if not is_there(name, texts[row])}
    _add_referenced(package, last, staying, is_there)
    return {name: last.tables[name].take(sorted(found)) for name, found in staying.items() if found}


def _add_referenced(
    package: Package,
    last: _Tables,
    rows: dict[str, set[int]],
    is_there: Callable[[str, str], bool],
) -> None:
    """Add what the rows refer to, as far as it is not there."""
    grown = True
    while grown:
        grown = False
        for resource in package.read:
            for key in resource.foreign_keys:
                values = last.values_of(resource.name, key.field)
                wanted = {values[row] for row in rows.get(resource.name, ())} - {None}
                texts = last.texts(key.resource) if wanted else []
                targets = enumerate(last.values_of(key.resource, key.reference) if wanted else ())
                known = rows.setdefault(key.resource, set())
                new = {
                    row
                    for row, value in targets
                    if value in wanted and not is_there(key.resource, texts[row])
                } - known
                known |= new
                grown = grown or bool(new)


def _parts(
    package: Package, part: Part, staying: Mapping[str, pa.Table], previous: Previous | None
) -> Iterator[Part]:
    """The rows that stay by the files that they were read from, every value with its cell."""
    cells = _cells(package, staying, previous)
    sources: dict[tuple[str, str], dict[str, list[int]]] = {}
    for name, table in staying.items():
        key = package.resource(name).primary_key
        for row, text in enumerate(key_text(table, key).to_pylist()):
            known = cells.get((name, text))
            source = known[0] if known else (part.source, part.file)
            sources.setdefault(source, {}).setdefault(name, []).append(row)
    for (sha256, file), rows in sorted(sources.items()):
        tables, places = {}, {}
        for resource in package:
            name, wanted = resource.name, schema(resource)
            table = staying.get(name, wanted.empty_table())
            tables[name] = table = table.take(pa.array(rows.get(name, []), pa.int64()))
            texts: Sequence[str] = key_text(table, resource.primary_key).to_pylist()
            found = [cells[name, text][1] if (name, text) in cells else {} for text in texts]
            places[name] = pa.table(
                {one: pa.array([at.get(one) for at in found], pa.string()) for one in wanted.names}
            )
        yield Part(sha256, file, Dataset(tables, places))


def _cells(
    package: Package, staying: Mapping[str, pa.Table], previous: Previous | None
) -> dict[Key, tuple[tuple[str, str], dict[str, str]]]:
    """By record that stays: the source (SHA-256) and file it was read from, and by field the cell
    (`<sheet>!<A1>`)."""
    found: dict[Key, tuple[tuple[str, str], dict[str, str]]] = {}
    for name, table in staying.items() if previous else ():
        keys: list[str] = key_text(table, package.resource(name).primary_key).to_pylist()
        lines = previous.origins({"table": [name], "key": keys}) if previous else None
        for line in lines.to_pylist() if lines else ():
            source = line["sha256"], line["file"]
            _, cells = found.setdefault((name, line["key"]), (source, {}))
            if line["how"] == "read":
                cells[line["field"]] = f"{line['sheet'] or ''}!{line['cell']}"
    return found
