"""What refers to a record, by foreign keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from opendata.package.contract import Package

ValuesOf = Callable[[str, str], Sequence[object]]
"""From a table and a field to the field's values, row by row."""


def dependents(
    package: Package, values_of: ValuesOf, rows: Mapping[str, Iterable[int]]
) -> dict[str, set[int]]:
    """These rows (0-based, by table) and every row that refers to one of them, however far."""
    found = {name: set(some) for name, some in rows.items()}
    grown = set(found)
    while grown:
        before, grown = grown, set()
        for resource in package.read:
            for key in resource.foreign_keys:
                if key.resource not in before:
                    continue
                targets = values_of(key.resource, key.reference)
                wanted = {targets[row] for row in found[key.resource]} - {None}
                known = found.setdefault(resource.name, set())
                pointing = enumerate(values_of(resource.name, key.field) if wanted else ())
                new = {row for row, value in pointing if value in wanted} - known
                if new:
                    known |= new
                    grown.add(resource.name)
    return found
