"""From raw texts to records: values read, ids made, links resolved, repeated records made one."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa

from opendata.errors import Place, Problem, Severity, message, problem
from opendata.extract import ROLE, TOTALS, Extract
from opendata.japanese import Quantity, is_measure, is_scale, is_unit, scale_of, squash, tidy
from opendata.package import Field, ForeignKey, IdForm, Package, Resource
from opendata.package.contract import PRIVATE
from opendata.validate.readings import Finding, Reading, plain, read
from opendata.validate.references import names_of, parents_first
from opendata.validate.years import settle_years

_FORM_PLACE = re.compile(r"\{([a-z_|]+)(?::([a-z]+))?\}")


@dataclass
class Columns:
    """One table, column by column: lexical values and where each was read; lists of one length."""

    resource: Resource
    values: dict[str, list[str | None]]
    places: dict[str, list[str | None]]
    texts: dict[str, list[str | None]] = field(default_factory=dict)
    """All that the cells show, of which the values may be a part."""
    said: dict[str, list[str | None]] = field(default_factory=dict)
    """The parts of the cells that the values were read from."""
    refused: set[tuple[int, str]] = field(default_factory=set)
    """Fields without a value of which the cause is reported: their cell could not be read, or
    what they are made of is missing."""
    doubtful: set[int] = field(default_factory=set)
    """Rows in which an error was found while reading: what they say is not judged further."""
    either: dict[tuple[str, str], dict[int, str | None]] = field(default_factory=dict)
    """By field and cell the two years of which a cell names both, each with the cell's text
    corrected to it, where that cell alone can be."""

    called: Callable[[Place], str | None] = field(default=lambda place: None)
    """What the sheet itself calls the field of a place."""

    def __len__(self) -> int:
        return len(next(iter(self.values.values())))

    def written(self, row: int, name: str) -> str | None:
        """A value in the words of the workbook: its cell's text, else the label of a category."""
        text = self.texts[name][row] if name in self.texts else None
        if text is not None:
            return text
        value = self.values[name][row]
        labels = self.resource.field(name).labels.items()
        return next((label for label, known in labels if known == value), value)

    def place(self, row: int, name: str | None = None) -> Place:
        """Where a field of a row was read; failing that, where anything of the row was."""
        names = [name, *self.places] if name in self.places else [*self.places]
        found = next((p for one in names if one and (p := self.places[one][row])), None)
        return place_of(found, self.resource.name, name)


def place_of(found: str | None, table: str | None, name: str | None) -> Place:
    """`<sheet>!<A1>` as a problem's place."""
    sheet, _, cell = (found or "").rpartition("!")
    return Place(sheet=sheet or None, cell=cell or None, table=table, field=name)


def read_records(extract: Extract, package: Package) -> tuple[dict[str, Columns], list[Problem]]:
    """Read every text of an extract. Tables by name, totals (`<table>_totals`) among them."""
    problems: list[Problem] = []
    tables: dict[str, Columns] = {}
    rows_of: dict[str, list[int]] = {}
    doubled: dict[str, dict[int, Problem]] = {}
    for resource in _referenced_first(package):
        for name in (resource.name, resource.name + TOTALS):
            columns = _read_values(extract, name, resource, problems)
            _resolve_links(columns, extract.links[name], tables, rows_of)
            problems.extend(_resolve_names(columns, tables))
            if name == resource.name:
                problems.extend(_make_ids(columns, extract.links[name]))
                _settle_units(columns, extract.links[name], tables, rows_of, problems)
                _tell_apart(columns)
                settle_years(columns, problems)
                conflicts: dict[int, list[Problem]] = {}
                columns, rows_of[name], doubled[name] = _merge(columns, conflicts)
                twice = [*_written_twice(resource, extract, rows_of[name], doubled)]
                problems.extend(_told_once(twice, conflicts))
                _number_positions(columns)
            tables[name] = columns
    return tables, problems


def _referenced_first(package: Package) -> Iterator[Resource]:
    waiting = list(package.read)
    done: set[str] = set()
    while waiting:
        ready = [
            one
            for one in waiting
            if all(key.resource in done or key.resource == one.name for key in one.foreign_keys)
        ]
        for one in ready or waiting[:1]:
            waiting.remove(one)
            done.add(one.name)
            yield one


def _read_values(
    extract: Extract, name: str, resource: Resource, problems: list[Problem]
) -> Columns:
    texts = extract.texts[name].to_pydict()
    places = extract.places[name].to_pydict()
    is_total = name.endswith(TOTALS)
    count = extract.texts[name].num_rows
    names = [one.name for one in resource.fields]
    columns = Columns(
        resource,
        {one: [None] * count for one in names},
        places,
        {one: [None] * count for one in names},
        {one: [None] * count for one in names},
    )
    columns.called = extract.heading
    columns.values |= {ROLE: texts[ROLE]} if is_total else {}
    reported: set[tuple[str, str | None, str]] = set()
    for target in resource.fields:
        memory: dict[tuple[str, str], Reading] = {}
        for row, text in enumerate(texts[target.name]):
            if text is None or not text.strip():
                if text is not None and target.reading == "fiscal_year":
                    # the heading, in which a year was looked for
                    columns.texts[target.name][row] = extract.wholes.get(
                        places[target.name][row] or ""
                    )
                continue
            sheet = _sheet(places[target.name][row] or "")
            if (text, sheet) not in memory:
                signs = extract.signs.get(sheet)
                memory[text, sheet] = read(text, _relaxed(target) if is_total else target, signs)
            reading = memory[text, sheet]
            whole = extract.wholes.get(places[target.name][row] or "", text)
            columns.texts[target.name][row] = whole if places[target.name][row] else None
            columns.said[target.name][row] = text if places[target.name][row] else None
            if columns.values[target.name][row] is None:
                columns.values[target.name][row] = reading.value
            for sibling, value in _siblings(reading, extract, places[target.name][row]):
                _put_sibling(columns, row, sibling, value, places[target.name][row])
            for finding in () if is_total else _own(reading, text, whole):
                if reading.value is None:
                    columns.refused.add((row, target.name))
                if message(finding.code).severity == "error":
                    columns.doubtful.add(row)
                if finding.either and (cell := places[target.name][row]):
                    columns.either[target.name, cell] = {
                        year: _in_whole(said, text, whole) for year, said in finding.either.items()
                    }
                place = columns.place(row, target.name)
                known = (finding.code, places[target.name][row], text)
                if known not in reported:
                    reported.add(known)
                    problems.append(_located(finding, place, text, whole))
    return columns


def _own(reading: Reading, text: str, whole: str) -> Iterator[Finding]:
    """What is wrong with the cell itself: an era that it takes from its neighbours is not its own
    mistake. （36年度） below 平成 is read as it is meant."""
    is_own = squash(text) in squash(whole) or squash(whole) in squash(text)
    return (one for one in reading.findings if is_own or one.code != "era-year-never-existed")


def _siblings(reading: Reading, extract: Extract, place: str | None) -> Iterator[tuple[str, str]]:
    """What a reading says of other fields; `raw` is all that the cell shows."""
    for name, value in reading.siblings.items():
        shown = extract.wholes.get(place or "") if name == "raw" else None
        yield name, tidy(shown) if shown else value


def _relaxed(target: Field) -> Field:
    """The field as a total or ratio row may write it: any number where the field counts."""
    if target.reading == "integer":
        return Field({**target.descriptor, PRIVATE + "read": "number"}, target.is_published)
    return target


def _put_sibling(columns: Columns, row: int, name: str, value: str, place: str | None) -> None:
    if name in columns.values and columns.values[name][row] is None:
        columns.values[name][row] = value
        columns.places[name][row] = place
    elif name == "unit":
        columns.values.setdefault("_unit", [None] * len(columns))[row] = value


def _located(finding: Finding, place: Place, text: str, whole: str) -> Problem:
    suggestion = finding.suggestion
    if suggestion is not None:
        suggestion = _in_whole(suggestion, text, whole)
    return problem(finding.code, place, value=whole, suggestion=suggestion, **finding.details)


def _in_whole(suggestion: str, text: str, whole: str) -> str | None:
    """What to put into a cell, of which `text` is the part to be corrected, or more than the cell;
    None where another cell would have to change."""
    if text in whole:
        return whole.replace(text, suggestion)
    if not text.endswith(whole):
        return suggestion
    before = text.removesuffix(whole)
    return suggestion.removeprefix(before) if suggestion.startswith(before) else None


def _resolve_links(
    columns: Columns,
    links: Mapping[str, pa.Array[Any]],
    tables: Mapping[str, Columns],
    rows_of: Mapping[str, Sequence[int]],
) -> None:
    """Fill foreign keys to other tables with the ids of the records they point at."""
    for key in columns.resource.foreign_keys:
        if key.resource == columns.resource.name:
            continue
        ids = tables[key.resource].values[key.reference]
        for row, target in enumerate(links[key.field].to_pylist()):
            if target is not None and columns.values[key.field][row] is None:
                columns.values[key.field][row] = ids[rows_of[key.resource][target]]
                if columns.values[key.field][row] is None:
                    columns.refused.add((row, key.field))


def _resolve_names(columns: Columns, tables: Mapping[str, Columns]) -> Iterator[Problem]:
    """Put ids in the place of the names that people write of records of other tables."""
    for key in columns.resource.foreign_keys:
        if key.resource == columns.resource.name:
            continue
        owner = tables[key.resource]
        names = names_of(owner.resource, owner.values, key.reference)
        for row, text in enumerate(columns.values[key.field]):
            found = names.find(text) if text and columns.places[key.field][row] else ()
            if len(found) == 1:
                columns.values[key.field][row] = owner.values[key.reference][found[0]]
                if columns.values[key.field][row] is None:
                    columns.refused.add((row, key.field))
            elif found:
                yield _ambiguous(columns, row, key.field, len(found))


def _ambiguous(columns: Columns, row: int, name: str, count: int) -> Problem:
    text = columns.values[name][row]
    columns.values[name][row] = None
    columns.refused.add((row, name))
    place = columns.place(row, name)
    return problem("ambiguous-reference", place, value=text, count=count)


def _named_above(
    columns: Columns, key: ForeignKey, pointed: Sequence[int | None]
) -> Iterator[tuple[int | None, Problem | None]]:
    """Of every row the one that its reference into its own table means, and what is wrong."""
    names = names_of(columns.resource, columns.values, key.reference)
    for row, text in enumerate(columns.values[key.field]):
        found = names.find(text) if text and columns.places[key.field][row] else ()
        if len(found) > 1:
            yield None, _ambiguous(columns, row, key.field, len(found))
            continue
        if found:
            columns.values[key.field][row] = None
        yield (found[0] if found else pointed[row]), None


def _make_ids(columns: Columns, links: Mapping[str, pa.Array[Any]]) -> list[Problem]:
    """Make the ids that the workbook does not write, a parent's before those below it."""
    resource = columns.resource
    own: dict[str, tuple[str, list[int | None]]] = {}
    problems: list[Problem] = []
    order: list[int] = list(range(len(columns)))
    for key in resource.foreign_keys:
        if key.resource != resource.name:
            continue
        told = [*_named_above(columns, key, links[key.field].to_pylist())]
        problems.extend(found for _, found in told if found)
        above = [row for row, _ in told]
        order = []
        for row, is_circular in parents_first(above):
            order.append(row)
            if is_circular:
                above[row] = None
                columns.refused.add((row, key.field))
                problems.append(_circular(columns, row, key.field))
        own[key.field] = key.reference, above
    targets = [one for one in resource.fields if one.id_forms]
    taken = {one.name: _shared_ids(columns, one) for one in targets}
    for row in order:
        record = {name: values[row] for name, values in columns.values.items()}
        for name, (reference, pointed) in own.items():
            parent = pointed[row]
            if parent is not None and record[name] is None:
                record[name] = columns.values[name][row] = columns.values[reference][parent]
        for target in targets:
            if record[target.name] is None:
                made = _fill(target.id_forms, record, taken[target.name])
                columns.values[target.name][row] = made
                if columns.values[target.name][row] is None:
                    columns.refused.add((row, target.name))
    return problems


def _shared_ids(columns: Columns, target: Field) -> frozenset[str]:
    """The ids that a form without anything of the record's own ({plan_id}-vision) would give to
    records of different names: it is for one record only."""
    foreign = {one.field for one in columns.resource.foreign_keys}
    forms = [one for one in target.id_forms if foreign.issuperset(_places(one.form))]
    naming = next((one for one in ("name", "title") if one in columns.values), None)
    names: dict[str, set[str]] = {}
    for row in range(len(columns)) if forms and naming else ():
        record = {name: values[row] for name, values in columns.values.items()}
        built, own = _fill(forms, record), _fill(target.id_forms, record)
        if built is not None and built == own:
            names.setdefault(built, set()).add(squash(record[str(naming)] or ""))
    return frozenset(one for one, texts in names.items() if len(texts) > 1)


def _places(form: str) -> list[str]:
    return [name for place in _FORM_PLACE.finditer(form) for name in place[1].split("|")]


def _circular(columns: Columns, row: int, name: str) -> Problem:
    return problem("circular-reference", columns.place(row, name), value=columns.texts[name][row])


def _tell_apart(columns: Columns) -> None:
    """Give records of one id that are named by one cell ids of their own, where they differ in
    the field that says so: 訪問介護 counted in 回/月 and, on the next row, in 人/月."""
    apart = columns.resource.descriptor.get(PRIVATE + "apart")
    naming = next((one for one in ("name", "title") if one in columns.places), None)
    if not apart or naming is None:
        return
    (key,) = columns.resource.primary_key
    groups: dict[tuple[str | None, str | None], dict[str, list[int]]] = {}
    for row in range(len(columns)):
        named = columns.values[key][row], columns.places[naming][row]
        if None not in named and (value := columns.values[apart][row]):
            groups.setdefault(named, {}).setdefault(value, []).append(row)
    for values in (one for one in groups.values() if len(one) > 1):
        for value, rows in values.items():
            for row in rows:
                columns.values[key][row] = f"{columns.values[key][row]}-{_digest(value)}"


def _digest(text: str) -> str:
    return hashlib.sha256(squash(text).encode()).hexdigest()[:8]


def _fill(
    forms: Sequence[IdForm],
    record: Mapping[str, str | None],
    taken: Collection[str] = frozenset(),
) -> str | None:
    """The first form that is meant for the record, of which every place can be filled, and which
    gives an id that is not `taken`."""
    for form in (one.form for one in forms if one.is_for(record)):
        built = ""
        at = 0
        for place in _FORM_PLACE.finditer(form):
            part = _part(place[1].split("|"), place[2], record, built + form[at : place.start()])
            if part is None:
                break
            built += form[at : place.start()] + part
            at = place.end()
        else:
            if (made := built + form[at:]) not in taken:
                return made
    return None


def _part(
    names: Sequence[str], how: str | None, record: Mapping[str, str | None], before: str
) -> str | None:
    value = next((one for name in names if (one := record.get(name))), None)
    if value is None:
        return None
    if how == "digest":
        return _digest(value)
    if how == "local":
        return _local_number(value, before)
    return value


def _local_number(number: str, before: str) -> str:
    """A number below its parent's id: `1-2` below `…-1-` is `2`."""
    plain = unicodedata.normalize("NFKC", number).lower()
    parts = [part for part in re.split(r"[^0-9a-z]+", plain) if part]
    if not parts or not plain.isascii():
        return _digest(number)
    for count in range(len(parts) - 1, 0, -1):
        if before.endswith("-" + "-".join(parts[:count]) + "-"):
            return "-".join(parts[count:])
    return "-".join(parts)


def _settle_units(
    columns: Columns,
    links: Mapping[str, pa.Array[Any]],
    tables: Mapping[str, Columns],
    rows_of: Mapping[str, Sequence[int]],
    problems: list[Problem],
) -> None:
    """A unit written in a value's cell is the unit of what the value belongs to.

    Where that has a unit of its own, the value is put into it: 98万人 counted in 人 is 980000.
    """
    units = columns.values.pop("_unit", None)
    for key in columns.resource.foreign_keys if units else ():
        owner = tables.get(key.resource)
        if owner is None or "unit" not in owner.values:
            continue
        for row, target in enumerate(links[key.field].to_pylist()):
            unit = units[row] if units else None
            if target is None or unit is None:
                continue
            at = rows_of[key.resource][target]
            known = owner.values["unit"][at]
            if known is None and is_scale(unit):
                _convert(columns, row, unit, "")
            elif known is None:
                owner.values["unit"][at] = unit
                owner.places["unit"][at] = columns.places.get("value", [None] * len(columns))[row]
            elif not _is_short_for(unit, known) and not _convert(columns, row, unit, known):
                place = columns.place(row, "value")
                value = columns.values["raw"][row] if "raw" in columns.values else None
                if _is_stray(unit):
                    columns.doubtful.add(row)
                    problems.append(problem("not-a-number", place, value=value, hint=""))
                    continue
                severity: Severity = "warning"
                if _contradicts(unit, known) and "比" not in (value or ""):
                    severity = "error"
                    columns.doubtful.add(row)
                problems.append(
                    problem(
                        "unit-mismatch",
                        place,
                        value=value,
                        severity=severity,
                        unit=unit,
                        expected=known,
                    )
                )


def _is_short_for(unit: str, known: str) -> bool:
    """Whether a value's cell writes only what its unit counts: 7人 of 人/年, 5t of t-CO2."""
    return squash(unit).lower() in (squash(known).lower(), _counted(known))


def _counted(unit: str) -> str:
    return re.split("[/・-]", squash(unit).lower())[0]


def _is_stray(unit: str) -> bool:
    """Whether what stands behind a figure is no unit but a letter that slipped in: 3q."""
    return not is_unit(unit) and re.fullmatch("[A-Za-z]", squash(unit)) is not None


def _contradicts(unit: str, known: str) -> bool:
    """Whether a figure in one unit is certainly not one in the other.

    件 may be the 回 of another department; 万人 is not 世帯, and % is not 人.
    """
    if _counted(unit) == _counted(known):
        return False
    if scale_of(unit) != scale_of(known):
        return True
    return is_unit(unit) and is_unit(known) and (is_measure(unit) or is_measure(known))


def _convert(columns: Columns, row: int, unit: str, known: str) -> bool:
    """Put a row's figures into another unit, or "" for none; False where they are unrelated."""
    names = [name for name in ("value", "value_low", "value_high") if name in columns.values]
    figures = [columns.values[name][row] for name in names]
    converted = []
    for figure in figures:
        if figure is None or (number := _decimal(figure)) is None:
            converted.append(figure)
            continue
        quantity = Quantity(number, unit=unit).in_unit(known)
        if quantity.unit != known:
            return False
        converted.append(plain(quantity.value))
    for name, figure in zip(names, converted, strict=True):
        columns.values[name][row] = figure
    return True


def _decimal(figure: str) -> Decimal | None:
    try:
        return Decimal(figure)
    except InvalidOperation:
        return None


def _merge(
    columns: Columns, conflicts: dict[int, list[Problem]]
) -> tuple[Columns, list[int], dict[int, Problem]]:
    """Make the records of one key one: each fills the other's blanks, two values are a conflict,
    added to `conflicts` by row.

    Returns the merged table; for every row there was, the row it is now; and by row what there is
    to say if the record turns out to be written twice, not in parts.
    """
    resource = columns.resource
    rows: dict[tuple[str | None, ...], int] = {}
    merged = Columns(
        resource,
        {name: [] for name in columns.values},
        {name: [] for name in columns.places},
        {name: [] for name in columns.texts},
        {name: [] for name in columns.said},
    )
    now: list[int] = []
    doubled: dict[int, Problem] = {}
    repeats = resource.descriptor.get(PRIVATE + "repeats")
    for row in range(len(columns)):
        key = tuple(columns.values[name][row] for name in resource.primary_key)
        at = rows.get(key) if None not in key else None
        if at is None:
            at = rows[key] = len(merged)
            for name, values in columns.values.items():
                merged.values[name].append(values[row])
            for name, places in columns.places.items():
                merged.places[name].append(places[row])
            for name, texts in columns.texts.items():
                merged.texts[name].append(texts[row])
                merged.said[name].append(columns.said[name][row])
        else:
            if found_here := [*_fold(columns, row, merged, at)]:
                conflicts[row] = found_here
            if repeats and (found := _again(columns, row, merged, at, repeats)):
                doubled[row] = found
        now.append(at)
    merged.refused = {(now[row], name) for row, name in columns.refused}
    merged.called = columns.called
    merged.doubtful = {now[row] for row in columns.doubtful}
    return merged, now, doubled


def _again(columns: Columns, row: int, merged: Columns, at: int, code: str) -> Problem | None:
    """The problem of a record that another cell of its sheet names, too."""
    naming = next((one for one in ("name", "title") if one in columns.places), None)
    here, there = (
        one.places[naming][n] if naming else None for one, n in ((columns, row), (merged, at))
    )
    if not here or not there or here == there or _sheet(here) != _sheet(there):
        return None
    value = columns.values[str(naming)][row]
    other = there.rpartition("!")[2]
    return problem(code, columns.place(row, naming), value=value, other_cell=other)


def _written_twice(
    resource: Resource,
    extract: Extract,
    now: Sequence[int],
    doubled: Mapping[str, dict[int, Problem]],
) -> Iterator[tuple[Problem, list[int]]]:
    """The records named in two places of which one thing is said in both: the value of one year.
    With each the rows of `resource` that belong to it.

    What is said of different years belongs together: a table a year, one below the other.
    """
    for key in resource.foreign_keys:
        suspects = doubled.get(key.resource, {})
        if not suspects or key.resource == resource.name:
            continue
        told: dict[int, set[int]] = {}
        rows: dict[int, list[int]] = {}
        for row, target in enumerate(extract.links[resource.name][key.field].to_pylist()):
            if target is not None:
                told.setdefault(now[row], set()).add(target)
                rows.setdefault(target, []).append(row)
        twice = {one for targets in told.values() if len(targets) > 1 for one in targets}
        yield from ((suspects.pop(one), rows[one]) for one in sorted(twice & suspects.keys()))


def _told_once(
    twice: Iterable[tuple[Problem, list[int]]], conflicts: dict[int, list[Problem]]
) -> Iterator[Problem]:
    """A record written twice, and not again each of its values that differs for it. That they do
    makes it an error: which of them to publish nobody knows."""
    for found, rows in twice:
        differ = [conflicts.pop(row) for row in rows if row in conflicts]
        yield replace(found, severity="error", subject=None) if differ else found
    for one in conflicts.values():
        yield from one


def _fold(columns: Columns, row: int, merged: Columns, at: int) -> Iterator[Problem]:
    """Fill the blanks of a record; yields what both say differently."""
    told: set[str] = set()
    for name, values in columns.values.items():
        value, known = values[row], merged.values[name][at]
        if value is None or value == known:
            continue
        if known is None:
            merged.values[name][at] = value
            if name in columns.places:
                merged.places[name][at] = columns.places[name][row]
                merged.texts[name][at] = columns.texts[name][row]
                merged.said[name][at] = columns.said[name][row]
            continue
        cell = columns.places[name][row] if name in columns.places else None
        if cell and cell not in told:
            told.add(cell)
            other = merged.places[name][at]
            yield problem(
                "conflicting-value",
                columns.place(row, name),
                value=columns.written(row, name),
                other_cell=(other or "").replace("!", " "),
                other_value=merged.written(at, name),
            )


def _sheet(place: str) -> str:
    return place.rpartition("!")[0]


def _number_positions(columns: Columns) -> None:
    """Number the records among those with the same parent, in the order they are written."""
    for target in columns.resource.fields:
        within = target.descriptor.get(PRIVATE + "position_in")
        if within is None:
            continue
        counts: dict[tuple[str | None, ...], int] = {}
        for row in range(len(columns)):
            parent = tuple(columns.values[name][row] for name in within)
            counts[parent] = counts.get(parent, 0) + 1
            if columns.values[target.name][row] is None:
                columns.values[target.name][row] = str(counts[parent])
