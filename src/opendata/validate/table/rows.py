"""Every error of a row: its cells, its length, and its keys among the rows before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from opendata.validate.table.cells import Cell, Memory
from opendata.validate.table.report import TableError
from opendata.validate.table.schema import Field, ForeignKey, TableSchema

Lookup = Mapping[ForeignKey, frozenset[tuple[Any, ...]]]
"""For every foreign key, the values that stand in its reference."""


class Foreign(NamedTuple):
    """A foreign key, where its fields stand, and the values it may take."""

    key: ForeignKey
    positions: list[int]
    known: frozenset[tuple[Any, ...]]

    def knows(self, values: tuple[Any, ...]) -> bool:
        return all(value is None for value in values) or _key(values) in self.known


class RowJudge:
    """Judges the rows of one table in their order, and remembers their keys.

    `fields` are those of the columns. Errors come as frictionless lists them: it reads the fields
    of keys first, and the others when it has to tell of the row.
    """

    def __init__(self, fields: Sequence[Field], schema: TableSchema, lookup: Lookup) -> None:
        self.fields = fields
        self.memories = [Memory(one, is_strict=schema.is_strict) for one in fields]
        position = {field.name: at for at, field in enumerate(fields)}
        self.unique = [at for at, field in enumerate(fields) if field.is_unique]
        self.primary = _positions(schema.primary_key, position)
        self.foreign = [
            Foreign(key, positions, lookup[key])
            for key in schema.foreign_keys
            if key in lookup and (positions := _positions(key.fields, position))
        ]
        self.groups = [
            (names, positions)
            for names in schema.unique_keys
            if (positions := _positions(names, position))
        ]
        self.wanted = self.primary if schema.is_strict else []
        self.keys = [
            *([(self.primary, True)] if self.primary else []),
            *(([at], False) for at in self.unique),
            *((positions, False) for _, positions in self.groups),
        ]
        """The positions of every key, and whether its missing parts are compared as well."""
        self._seen_values: dict[int, dict[Any, int]] = {at: {} for at in self.unique}
        self._seen_keys: dict[tuple[Any, ...], int] = {}
        self._seen_groups: list[dict[tuple[Any, ...], int]] = [{} for _ in self.groups]

    def cells(self, contents: Sequence[Any]) -> list[Cell]:
        """The cells of a row as its columns read them; a short row's last ones have no content."""
        lacking = len(self.fields) - len(contents)
        padded = [*contents, *[None] * lacking] if lacking > 0 else contents
        return [memory.cell(one) for memory, one in zip(self.memories, padded, strict=False)]

    def judge(self, number: int, contents: Sequence[Any]) -> list[TableError]:
        """The errors of the row of that number."""
        row = _Row(number, contents, self.fields, self.cells(contents))
        self._judge_unique(row)
        self._judge_primary(row)
        self._judge_foreign(row)
        if self.groups or self.wanted:
            self._judge_v2(row)
        return row.finish()

    def _judge_unique(self, row: _Row) -> None:
        for at in self.unique:
            value = row.value(at)
            if value is None:
                continue
            earlier = _remember(self._seen_values[at], _hashable(value), row.number)
            if earlier:
                row.add("unique-error", self.fields[at].name, _same_as(earlier))

    def _judge_primary(self, row: _Row) -> None:
        if not self.primary:
            return
        key = _key(row.value(at) for at in self.primary)
        if all(part is None for part in key):
            row.add("primary-key", None, 'cells composing the primary keys are all "None"')
            return
        earlier = _remember(self._seen_keys, key, row.number)
        if earlier:
            row.add("primary-key", None, _same_as(earlier))

    def _judge_foreign(self, row: _Row) -> None:
        for foreign in self.foreign:
            values = tuple(row.value(at) for at in foreign.positions)
            if not foreign.knows(values):
                row.add("foreign-key", None, _not_found(foreign.key, values))

    def _judge_v2(self, row: _Row) -> None:
        """Parts of a primary key may not be missing; unique keys hold where no part is."""
        for at in self.wanted:
            if row.lacks(at) and not self.fields[at].is_required:
                row.add("constraint-error", self.fields[at].name, 'constraint "required" is "True"')
        for (names, positions), seen in zip(self.groups, self._seen_groups, strict=True):
            key = _key(row.value(at) for at in positions)
            earlier = None if None in key else _remember(seen, key, row.number)
            if earlier:
                row.add("unique-error", ", ".join(names), _same_as(earlier))


class _Row:
    """One row while it is judged: its cells are told of in the order in which they are asked for,
    and all the rest of them as soon as there is something to add."""

    __slots__ = ("_cells", "_contents", "_errors", "_fields", "_is_told", "_told", "number")

    def __init__(
        self, number: int, contents: Sequence[Any], fields: Sequence[Field], cells: list[Cell]
    ) -> None:
        self.number = number
        self._contents = contents
        self._fields = fields
        self._cells = cells
        self._told: set[int] = set()
        self._is_told = False
        self._errors: list[TableError] = []

    def value(self, at: int) -> Any:
        self._tell(at)
        return self._cells[at][0]

    def lacks(self, at: int) -> bool:
        """Whether a cell says that there is no value, which one that cannot be read does not."""
        value, notes = self._cells[at]
        return value is None and not any(kind == "type-error" for kind, _ in notes)

    def add(self, kind: str, field_name: str | None, note: str) -> None:
        self.finish()
        self._errors.append(TableError(kind, self.number, field_name, note))

    def finish(self) -> list[TableError]:
        if not self._is_told:
            self._is_told = True
            for at, (_, notes) in enumerate(self._cells):
                if notes:
                    self._tell(at)
            if len(self._contents) != len(self._fields):
                self._errors.extend(self._length_errors())
            if self._is_blank():
                self._errors[:] = [TableError("blank-row", self.number, None, "")]
        return self._errors

    def _tell(self, at: int) -> None:
        notes = self._cells[at][1]
        if notes and at not in self._told:
            self._told.add(at)
            name = self._fields[at].name
            self._errors.extend(TableError(kind, self.number, name, note) for kind, note in notes)

    def _length_errors(self) -> Iterator[TableError]:
        for _ in self._contents[len(self._fields) :]:
            yield TableError("extra-cell", self.number, "", "")
        for field in self._fields[len(self._contents) :]:
            yield TableError("missing-cell", self.number, field.name, "")

    def _is_blank(self) -> bool:
        has_value = any(value is not None for value, _ in self._cells)
        return not has_value and all(self.lacks(at) for at in range(len(self._cells)))


def read_lookup(
    key: ForeignKey, fields: Sequence[Field], rows: Iterable[Sequence[Any]]
) -> frozenset[tuple[Any, ...]]:
    """All that stands in the fields a foreign key refers to; rows with none of them left out."""
    memories = {field.name: (at, Memory(field)) for at, field in enumerate(fields)}
    places = [memories.get(name) for name in key.reference]
    found = (
        tuple(
            memory.cell(row[at] if at < len(row) else None)[0]
            for at, memory in (place or (len(row), _NOTHING) for place in places)
        )
        for row in rows
    )
    return frozenset(_key(one) for one in found if any(value is not None for value in one))


_NOTHING = Memory(Field({"name": "", "type": "any"}))


def _positions(names: Sequence[str], position: Mapping[str, int]) -> list[int]:
    """Where the fields stand; empty where the table lacks one of them."""
    return [position[name] for name in names] if set(names) <= set(position) else []


def _remember(seen: dict[Any, int], key: Any, number: int) -> int | None:
    """The latest row with this key before this one, which takes its place."""
    earlier = seen.get(key)
    seen[key] = number
    return earlier


def _key(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(_hashable(value) for value in values)


def _hashable(value: Any) -> Any:
    """A value as part of a key; lists and objects by their JSON, a signalling NaN by its name."""
    if isinstance(value, (list, dict)):
        import json

        return json.dumps(value, sort_keys=True, default=str)
    return str(value) if isinstance(value, Decimal) and value.is_snan() else value


def _same_as(number: int) -> str:
    return f"the same as in the row at position {number}"


def _not_found(key: ForeignKey, values: Sequence[Any]) -> str:
    return (
        f'for "{", ".join(key.fields)}": values "{", ".join(map(str, values))}" not found in the '
        f'lookup table "{key.resource}" as "{", ".join(key.reference)}"'
    )
