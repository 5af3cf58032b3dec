"""From raw named values to typed tables, and everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from opendata.errors import Problem
from opendata.extract import Extract
from opendata.package import Package
from opendata.validate.answers import Answer, unanswered
from opendata.validate.dataset import Dataset, Validation
from opendata.validate.formula_text import check_formula_text
from opendata.validate.personal_data import MASK, screen
from opendata.validate.progress import indicator_progress
from opendata.validate.records import Columns, read_records
from opendata.validate.rules import check_rules
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
    records, problems = read_records(extract, package)
    dataset = _dataset(records, package)
    problems.extend(check_schema(records, package))
    # A query's own rule says how bad its finds are, also where another rule has the same code.
    queried = check_rules(records, package, last or {}, extract.legends)
    beside: list[Problem] = []
    for resource in package.read:
        beside.extend(check_value_years(records[resource.name]))
    beside.extend(check_formula_text({one.name: records[one.name] for one in package.read}))
    published = _published(dataset)
    beside.extend(check_struck(workbook, published))
    beside.extend(screen(workbook, published))
    found = (*rated(problems, package), *queried, *rated(beside, package))
    still = unanswered(dict.fromkeys(found), answers or {})
    return Validation(_without_personal_data(dataset, still), tuple(still))


def _dataset(records: Mapping[str, Columns], package: Package) -> Dataset:
    tables, cells = {}, {}
    for resource in package.read:
        columns = records[resource.name]
        tables[resource.name] = typed(columns, resource.published)
        cells[resource.name] = places(columns, tables[resource.name])
    for resource in package:
        if resource.is_derived:
            derived = indicator_progress(tables)
            tables[resource.name] = derived
            none = pa.nulls(derived.num_rows, pa.string())
            cells[resource.name] = pa.table(dict.fromkeys(derived.column_names, none))
    return Dataset(tables, cells)


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
    return Dataset(tables, dataset.cells)


def _published(dataset: Dataset) -> frozenset[str]:
    found: set[str] = set()
    for table in dataset.cells.values():
        for column in table.columns:
            found.update(place for place in pc.unique(column).to_pylist() if place)
    return frozenset(found)
