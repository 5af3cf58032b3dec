"""References that people write in words: the name or number of a record instead of its id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from opendata.japanese import squash
from opendata.package import Resource

_NAMES = ("title", "name")
_NUMBER = "number"


@dataclass(frozen=True)
class Names:
    """The rows of a table by what their records are called.

    Of several meanings of a text the first that any row has counts: an id, a number and name, a
    name, a number.
    """

    rows: tuple[Mapping[str, tuple[int, ...]], ...]

    def find(self, text: str) -> tuple[int, ...]:
        """The rows that a text may mean."""
        return next((found for one in self.rows if (found := one.get(squash(text)))), ())


def names_of(
    resource: Resource, values: Mapping[str, Sequence[str | None]], key: str | None = None
) -> Names:
    """The names in a table's columns; `key` is the column that other tables refer to."""
    name = next((values[one] for one in _NAMES if resource.has(one)), ())
    number = values[_NUMBER] if resource.has(_NUMBER) else ()
    both = [f"{a}{b}" if a and b else None for a, b in zip(number, name, strict=False)]
    told = (values[key] if key else (), both, name, number)
    return Names(tuple(_by_text(texts) for texts in told))


def _by_text(texts: Sequence[str | None]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for row, text in enumerate(texts):
        if text and (known := squash(text)):
            found[known] = (*found.get(known, ()), row)
    return found


def parents_first(above: Sequence[int | None]) -> Iterator[tuple[int, bool]]:
    """Every row behind the one above it, and whether its way upwards leads back to itself."""
    done: set[int] = set()
    for row in range(len(above)):
        way: list[int] = []
        at: int | None = row
        while at is not None and at not in done and at not in way:
            way.append(at)
            at = above[at]
        circle = way[way.index(at) :] if at is not None and at in way else []
        done.update(way)
        yield from ((one, one in circle) for one in reversed(way))
