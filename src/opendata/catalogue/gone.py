"""Plans and indicators that were published and are no more: what the register says of them, and how
they stood in the last version that had them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow.compute

from opendata.catalogue.model import Current, Rows
from opendata.catalogue.tables import completed
from opendata.release import read_parquet

pc: Any = pyarrow.compute
"""Untyped: its stubs refuse much of what it takes."""

Row = Mapping[str, Any]
KEYS: Mapping[str, str] = {"plans": "plan_id", "indicators": "indicator_id"}
"""The tables whose rows have a page of their own, by the field that is its address."""


@dataclass(frozen=True, slots=True)
class Ended:
    """One of them: `version` took it back, `last` is the one before.

    `how` says why it is no more: the content of an older version was `restored`, its file was
    `withdrawn`, or newer files do not have it (`removed`). `row` is what it was, `plan` that of an
    indicator, and `values` are an indicator's; nothing where the last version cannot be read.
    """

    table: str
    key: str
    version: str
    reason: str | None
    how: str
    last: str | None = None
    row: Row | None = None
    plan: Row | None = None
    values: Sequence[Row] = ()

    @property
    def title(self) -> str | None:
        """What it was called, where that is known."""
        return None if self.row is None else self.row["title" if self.table == "plans" else "name"]

    @property
    def code(self) -> str | None:
        """The municipality it was of: as its plan says, else as its id begins."""
        plan = self.row if self.table == "plans" else self.plan
        if plan is not None:
            return str(plan["municipality_code"])
        number, dash, _ = self.key.partition("-")
        return number if dash and number.isdecimal() and len(number) in (5, 6) else None


def ended_keys(current: Current) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """By the version that took them back, the keys of the plans and indicators that are no more, by
    table."""
    found: dict[str, dict[str, list[str]]] = {}
    for (table, key), line in _taken_back(current).items():
        found.setdefault(str(line["version"]), {name: [] for name in KEYS})[table].append(key)
    return found


def last_rows(keys: Mapping[str, Sequence[str]], read: Callable[[str], bytes]) -> Rows:
    """What the pages of those need of the last version that had them, of whose tables `read` gives
    the Parquet files: their rows, the plans of the indicators and these' values. Raises what `read`
    does, and pa.ArrowException."""

    def rows(table: str, field: str, wanted: Sequence[str]) -> Sequence[Row]:
        if not wanted:
            return []
        return completed(table, read_parquet(read(table), {field: wanted})).to_pylist()

    indicators = rows("indicators", "indicator_id", keys["indicators"])
    plans = [*keys["plans"], *(str(one["plan_id"]) for one in indicators)]
    return {
        "plans": rows("plans", "plan_id", [*dict.fromkeys(plans)]),
        "indicators": indicators,
        "indicator_values": rows("indicator_values", "indicator_id", keys["indicators"]),
    }


def _taken_back(current: Current) -> dict[tuple[str, str], Row]:
    """By table and key the last line of the register that took back a plan or an indicator which
    has not come again."""
    register, tables = current.corrections, current.tables
    found: dict[tuple[str, str], Row] = {}
    for name, key in KEYS.items():
        if register is None or key not in (tables[name].column_names if name in tables else ()):
            return {}
        is_row = pc.and_(
            pc.equal(register.column("table"), name), pc.is_null(register.column("field"))
        )
        lines = register.filter(is_row)
        present = tables[name].column(key).combine_chunks()
        for line in lines.filter(pc.invert(pc.is_in(lines.column("key"), present))).to_pylist():
            found[name, str(line["key"])] = line
    return found


def ended(current: Current) -> list[Ended]:
    """All of a package that has plans."""
    history = {str(one["version"]): one for one in current.history}
    known = {version: _Last(rows) for version, rows in current.gone.items()}
    found = []
    for (table, key), line in _taken_back(current).items():
        version = str(line["version"])
        entry, last = history.get(version, {}), known.get(version, _NOTHING)
        row = last.rows[table].get(key)
        plan = last.rows["plans"].get(row["plan_id"]) if row and table != "plans" else None
        found.append(
            Ended(
                table,
                key,
                version,
                line["reason"],
                _how(entry, line),
                entry.get("previous"),
                row,
                plan,
                last.values.get(key, ()) if table == "indicators" else (),
            )
        )
    return found


class _Last:
    """Rows of a version by their keys, the values of indicators by indicator."""

    def __init__(self, tables: Rows) -> None:
        self.rows: Mapping[str, Mapping[str, Row]] = {
            name: {one[key]: one for one in tables.get(name, ())} for name, key in KEYS.items()
        }
        self.values: dict[str, list[Row]] = {}
        for one in tables.get("indicator_values", ()):
            self.values.setdefault(one["indicator_id"], []).append(one)


_NOTHING = _Last({})


def _how(entry: Mapping[str, Any], line: Row) -> str:
    if entry.get("restores"):
        return "restored"
    reason = entry.get("reason")
    is_withdrawn = isinstance(reason, Mapping) and line["reason"] in reason.values()
    return "withdrawn" if is_withdrawn else "removed"
