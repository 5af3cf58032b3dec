"""References that people write in words: the name or number of a record instead of its id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

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
    called: tuple[str, ...] = ()
    """The records' names as they are written, without their numbers."""

    def find(self, text: str) -> tuple[int, ...]:
        """The rows that a text may mean."""
        return next((found for one in self.rows if (found := one.get(squash(text)))), ())

    def near(self, text: str) -> str | None:
        """The name that a mistaken one must mean, where it is the only one like it: they differ in
        a few letters or by what one leaves out, never in a figure."""
        wanted = squash(text)
        like = {squash(one): one for one in self.called if _is_like(squash(one), wanted)}
        if len(like) != 1:
            return None
        (name,) = like.values()
        return name if len(self.find(name)) == 1 else None


def names_of(
    resource: Resource, values: Mapping[str, Sequence[str | None]], key: str | None = None
) -> Names:
    """The names in a table's columns; `key` is the column that other tables refer to."""
    name = next((values[one] for one in _NAMES if resource.has(one)), ())
    number = values[_NUMBER] if resource.has(_NUMBER) else ()
    both = [f"{a}{b}" if a and b else None for a, b in zip(number, name, strict=False)]
    told = (values[key] if key else (), both, name, number)
    called = tuple(one for one in dict.fromkeys(name) if one)
    return Names(tuple(_by_text(texts) for texts in told), called)


_LIKE = 0.75
"""How much of two names has to be the same, where neither is the beginning of the other."""
_BEGUN = 3
"""How many letters of a name are enough to tell it by."""


def _is_like(name: str, text: str) -> bool:
    """Whether a text may be a slip of the pen for a name."""
    if [one for one in name if one.isdigit()] != [one for one in text if one.isdigit()]:
        return False
    short, long = sorted((name, text), key=len)
    if len(short) >= _BEGUN and short in long:
        return True
    return SequenceMatcher(None, name, text).ratio() >= _LIKE


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
