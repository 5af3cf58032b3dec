"""A failing pair made small: whatever can go while it still fails goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.parity.pair import Pair, Writing


def shrink(pair: Pair, fails: Callable[[Pair], bool], *, tries: int = 2000) -> Pair:
    """The smallest failing pair that taking away, greedily, leads to."""
    left = tries
    is_smaller = True
    while is_smaller:
        is_smaller = False
        for candidate in _smaller(pair):
            if left <= 0:
                return pair
            left -= 1
            if fails(candidate):
                pair, is_smaller = candidate, True
                break
    return pair


def _smaller(pair: Pair) -> Iterator[Pair]:
    if pair.writing != Writing():
        yield replace(pair, writing=Writing())
        yield from (replace(pair, writing=one) for one in _plainer(pair.writing))
    yield from _fewer_rows(pair)
    yield from _fewer_columns(pair)
    for schema in _fewer_words(pair.schema):
        yield replace(pair, schema=schema)
    yield from _simpler_cells(pair)


def _plainer(writing: Writing) -> Iterator[Writing]:
    plain = Writing()
    for name in writing.__slots__:
        if getattr(writing, name) != getattr(plain, name):
            yield replace(writing, **{name: getattr(plain, name)})


def _fewer_rows(pair: Pair) -> Iterator[Pair]:
    count = len(pair.records)
    step = count // 2
    while step:
        for at in range(0, count, step):
            yield replace(pair, records=pair.records[:at] + pair.records[at + step :])
        step //= 2


def _fewer_columns(pair: Pair) -> Iterator[Pair]:
    fields = pair.schema.get("fields", [])
    for at in range(len(fields)):
        schema = {**pair.schema, "fields": fields[:at] + fields[at + 1 :]}
        records = tuple(
            one if isinstance(one, str) else one[:at] + one[at + 1 :] for one in pair.records
        )
        yield replace(pair, schema=schema, records=records)
        yield replace(pair, schema=schema)
    width = max((len(one) for one in pair.records if isinstance(one, list)), default=0)
    for at in range(width):
        yield replace(
            pair,
            records=tuple(
                one if isinstance(one, str) else one[:at] + one[at + 1 :] for one in pair.records
            ),
        )


def _fewer_words(value: Any) -> Iterator[Any]:
    """The same description without one of its properties, anywhere inside."""
    if isinstance(value, dict):
        for key in value:
            if key not in ("name", "fields"):
                yield {k: v for k, v in value.items() if k != key}
        for key in value:
            for inner in _fewer_words(value[key]):
                yield {**value, key: inner}
    elif isinstance(value, list):
        for at, one in enumerate(value):
            if not _is_field(one) and len(value) > 1:
                yield value[:at] + value[at + 1 :]
            for inner in _fewer_words(one):
                yield [*value[:at], inner, *value[at + 1 :]]


def _is_field(value: Any) -> bool:
    return isinstance(value, dict) and "name" in value


def _simpler_cells(pair: Pair) -> Iterator[Pair]:
    for row, record in enumerate(pair.records):
        if isinstance(record, str):
            continue
        for at, cell in enumerate(record):
            for simpler in _simpler(cell):
                cells = [*record[:at], simpler, *record[at + 1 :]]
                yield replace(pair, records=(*pair.records[:row], cells, *pair.records[row + 1 :]))


def _simpler(cell: str) -> Iterator[str]:
    if cell not in ("", "1", "a"):
        yield from ("", "1", "a")
    if len(cell) > 4:
        yield cell[: len(cell) // 2]
        yield cell[len(cell) // 2 :]
