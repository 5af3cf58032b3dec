"""From raw named values to typed tables, and everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from opendata.errors import Problem
from opendata.extract import Extract
from opendata.package import Package
from opendata.validate.answers import Answer, unanswered
from opendata.validate.asked import (
    held,
    keep_keys,
    note_reasons,
    same_as_before,
    told,
    waiting,
)
from opendata.validate.dataset import Dataset, Validation
from opendata.validate.dated import check_dated
from opendata.validate.formula_text import check_formula_text
from opendata.validate.personal_data import MASK, screen
from opendata.validate.progress import indicator_progress
from opendata.validate.records import Columns, read_records
from opendata.validate.rules import Hit, check_rules
from opendata.validate.schema import check_schema
from opendata.validate.severities import rated
from opendata.validate.struck import check_struck
from opendata.validate.typed import places, typed
from opendata.validate.value_year import check_value_years
from opendata.workbook import Workbook


def validate(
    extract: Extract,
    workbook: Workbook,
    package: Package,
    last: Mapping[str, pa.Table] | None = None,
    answers: Mapping[str, Answer] | None = None,
) -> Validation:
    """Read, check and type what was extracted. `last` are the tables of the last release, by name,
    `answers` those of people to earlier questions, by subject: what they said is right is no
    problem any more.

    All problems are found at once: readings, schema and keys, rules, personal data; their
    severities are those that the package gives them.
    """
    last = last or {}
    records, problems = read_records(extract, package)
    judged = _judged(records, package, last, dict(answers or {}), extract.legends)
    dataset = _dataset(records, package)
    problems.extend(check_schema(records, package))
    # A query's own rule says how bad its finds are, also where another rule has the same code.
    queried = [told(one, records, last, judged.known) for one in judged.hits]
    beside: list[Problem] = []
    for resource in package.read:
        beside.extend(check_value_years(records[resource.name]))
    beside.extend(check_formula_text({one.name: records[one.name] for one in package.read}))
    published = _published(dataset)
    beside.extend(check_dated(workbook, {one.name: records[one.name] for one in package.read}))
    beside.extend(check_struck(workbook, published))
    beside.extend(screen(workbook, published))
    found = (*rated(problems, package), *queried, *rated(beside, package))
    still = unanswered(dict.fromkeys(found), judged.known)
    if note_reasons(records, package, judged.known):
        dataset = _dataset(records, package)
    keys = held(waiting(judged.hits, judged.known), dataset.tables, package)
    dataset = _without_personal_data(replace(dataset, held=keys), still)
    return Validation(dataset, tuple(still), judged.given)


@dataclass(frozen=True)
class _Judged:
    """What the rules found, and the answers: as they were given, and what they say of the records
    under the keys that these have now."""

    hits: list[Hit]
    given: dict[str, Answer]
    known: Mapping[str, Answer]


def _judged(
    records: Mapping[str, Columns],
    package: Package,
    last: Mapping[str, pa.Table],
    given: dict[str, Answer],
    legends: Mapping[str, Sequence[Sequence[str]]],
) -> _Judged:
    """Run the rules; a record that somebody has said is one of the last release gets its key, and
    is judged under it."""
    known = keep_keys(records, package, given)
    hits = check_rules(records, package, last, legends)
    learned = same_as_before(hits, known)
    if not learned:
        return _Judged(hits, given, known)
    known = keep_keys(records, package, {**known, **learned})
    hits = check_rules(records, package, last, legends)
    return _Judged(hits, given | learned, known)


def _dataset(records: Mapping[str, Columns], package: Package) -> Dataset:
    tables, cells = {}, {}
    for resource in package.read:
        columns = records[resource.name]
        tables[resource.name] = typed(columns, resource.published)
        cells[resource.name] = places(columns, tables[resource.name])
    return derived(Dataset(tables, cells), package)


def derived(dataset: Dataset, package: Package) -> Dataset:
    """The dataset with the tables that are computed from its others."""
    tables, cells = dict(dataset.tables), dict(dataset.cells)
    for resource in package:
        if resource.is_derived:
            made = indicator_progress(tables)
            tables[resource.name] = made
            none = pa.nulls(made.num_rows, pa.string())
            cells[resource.name] = pa.table(dict.fromkeys(made.column_names, none))
    return replace(dataset, tables=tables, cells=cells)


def _without_personal_data(dataset: Dataset, problems: Iterable[Problem]) -> Dataset:
    """The dataset without the texts that refuse it: also a table that nobody publishes is kept."""
    told = {
        f"{one.place.sheet or ''}!{one.place.cell}"
        for one in problems
        if one.code == "personal-data" and one.severity == "error"
    }
    if not told:
        return dataset
    hidden = pa.array(sorted(told), pa.string())
    tables = {}
    for name, table in dataset.tables.items():
        for at, field in enumerate(table.column_names):
            column = table.column(field)
            mask = pa.scalar(MASK if pa.types.is_string(column.type) else None, column.type)
            is_hidden = pc.is_in(dataset.cells[name].column(field), hidden)
            table = table.set_column(at, field, pc.if_else(is_hidden, mask, column))
        tables[name] = table
    return replace(dataset, tables=tables)


def _published(dataset: Dataset) -> frozenset[str]:
    found: set[str] = set()
    for table in dataset.cells.values():
        for column in table.columns:
            found.update(place for place in pc.unique(column).to_pylist() if place)
    return frozenset(found)
