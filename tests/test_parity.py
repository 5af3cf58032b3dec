"""Our validator and frictionless say the same of every table: written by hand, or by chance."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.builders import ROOT
from tests.parity.adversarial import ADVERSARIAL, KEPT, LIKE_FRICTIONLESS, SCHEMA_FILES
from tests.parity.compare import Tally, compare, differing, say_so
from tests.parity.generate import V2, pair
from tests.parity.oracle import Verdict, difference, frictionless_says, we_say
from tests.parity.pair import Pair
from tests.parity.pieces import in_pieces


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_written_to_be_hard(name: str) -> None:
    assert differing(ADVERSARIAL[name]) is None


@pytest.mark.parametrize("name", LIKE_FRICTIONLESS)
def test_the_kinds_of_table_that_frictionless_is_tested_with(name: str) -> None:
    assert differing(LIKE_FRICTIONLESS[name]) is None


@pytest.mark.parametrize("part", range(16))
def test_random_pairs(part: int) -> None:
    tally = Tally()
    for seed in range(part * 100, part * 100 + 100):
        found = compare(pair(seed), tally)
        assert found is None, say_so(seed, found)
    assert tally.pairs == 100
    assert tally.errors > 300


@pytest.mark.parametrize("seed", range(5000, 5012))
def test_random_pairs_of_many_rows(seed: int) -> None:
    found = compare(pair(seed, longest=900), Tally())
    assert found is None, say_so(seed, found)


@pytest.mark.parametrize(("ending", "content"), SCHEMA_FILES)
def test_schema_files(ending: str, content: str | bytes, tmp_path: Path) -> None:
    table, schema = tmp_path / "table.csv", tmp_path / f"schema.{ending}"
    table.write_text("a,b\n5,x\nq,\n,1\n")
    schema.write_bytes(content.encode() if isinstance(content, str) else content)
    assert difference(frictionless_says(table, schema), we_say(table, schema)) is None


@pytest.mark.parametrize("ending", ["yml", "YAML", "Yml"])
def test_every_ending_of_yaml_is_read(ending: str, tmp_path: Path) -> None:
    table, schema = tmp_path / "table.csv", tmp_path / f"schema.{ending}"
    table.write_text("a\nx\n")
    schema.write_text("fields: [{name: a, type: integer}]")
    assert frictionless_says(table, schema).kind == "refused"
    assert [one[0] for one in we_say(table, schema).errors] == ["type-error"]


def test_every_kept_difference_is_listed() -> None:
    text = (ROOT / "docs/validate.md").read_text("utf-8").partition("## How we know")[0]
    listed = re.findall(r"^\| (.+?) \|", text, re.MULTILINE)[2:]
    held_elsewhere = {"a schema in a `.yml` file, or `.YAML`", "Parquet values it falls over"}
    assert set(listed) == {*KEPT, *held_elsewhere}


@pytest.mark.parametrize("name", KEPT)
def test_kept_differences(name: str, tmp_path: Path) -> None:
    for at, (kept, expected) in enumerate(KEPT[name]):
        folder = tmp_path / str(at)
        folder.mkdir()
        files = kept.write(folder)
        theirs, ours = frictionless_says(*files), we_say(*files)
        assert theirs.kind == "fell" or (theirs.kind, theirs.rows) == ("judged", 0)
        assert ours.kind == ("refused" if expected == "refused" else "judged")
        assert [one[0] for one in ours.errors.elements()] == [expected] * (
            expected not in ("", "refused")
        )


DAY, NOON = date(2024, 4, 1), datetime(2024, 4, 1, 12)  # noqa: DTZ001  # as they stand in files
PARQUET: dict[str, tuple[str, Any]] = {
    "whole numbers": ("integer", pa.array([1, 2, 2, 3])),
    "whole numbers with gaps": ("integer", pa.array([1, None, 2, 2])),
    "years with gaps": ("year", pa.array([2024, None, 2025, 2024])),
    "years": ("year", pa.array([2024, 2025, 99999, 2024], pa.int32())),
    "figures": ("number", pa.array([1.5, None, math.nan, math.inf])),
    "figures for whole numbers": ("integer", pa.array([1.0, 2.5, None, 1.0])),
    "decimals": ("number", pa.array([Decimal("1.50"), None, Decimal("1.5"), Decimal(2)])),
    "texts": ("string", pa.array(["a", "", None, "a"])),
    "texts for whole numbers": ("integer", pa.array(["1", " 1", None, "x"])),
    "texts that repeat": ("string", pa.array(["a", "b", None, "a"]).dictionary_encode()),
    "truth": ("boolean", pa.array([True, False, True, True])),
    "truth with gaps": ("boolean", pa.array([True, None, False, True])),
    "days": ("date", pa.array([DAY, None, date(1, 1, 1), DAY])),
    "moments": ("datetime", pa.array([NOON, datetime(2000, 1, 1), NOON, NOON])),  # noqa: DTZ001
    "moments with gaps": ("datetime", pa.array([NOON, None, NOON, None])),
    "moments for days": ("date", pa.array([NOON, datetime(2000, 1, 1), NOON, NOON])),  # noqa: DTZ001
    "times": ("time", pa.array([time(1, 2, 3), None, time(0), time(1, 2, 3)])),
    "spans": ("duration", pa.array([timedelta(1), None, timedelta(0), timedelta(1)])),
    "lists": ("array", pa.array([[1], None, [], [1]])),
    "bytes": ("string", pa.array([b"a", None, b"\xff", b"a"])),
    "nothing": ("string", pa.nulls(4)),
    "anything": ("any", pa.array([1, None, 1, 2])),
    "whole numbers for texts": ("string", pa.array([1, 2, 3, 4])),
    "moments with gaps for days": ("date", pa.array([NOON, None, NOON, None])),
}


@pytest.mark.parametrize("name", PARQUET)
@pytest.mark.parametrize("rule", [{}, {"required": True}, {"unique": True}], ids=str)
def test_parquet(name: str, rule: dict[str, bool], tmp_path: Path) -> None:
    kind, values = PARQUET[name]
    schema = {
        "$schema": V2,
        "fields": [{"name": "a", "type": kind, "constraints": rule}, {"name": "b"}],
    }
    table, path = tmp_path / "table.parquet", tmp_path / "schema.json"
    pq.write_table(pa.table({"a": values, "b": pa.array(["x"] * 4)}), table)
    path.write_text(json.dumps(schema))
    assert difference(frictionless_says(table, path), we_say(table, path)) is None


@pytest.mark.parametrize(
    ("kind", "values", "rule"),
    [
        ("date", pa.array([NOON, None]), {}),
        ("object", pa.array([{"x": 1}, {"x": 2}]), {"unique": True}),
        ("datetime", pa.array([NOON, NOON]), {"minimum": "2024-01-01T00:00:00Z"}),
    ],
)
def test_parquet_that_frictionless_falls_over(
    kind: str, values: Any, rule: dict[str, Any], tmp_path: Path
) -> None:
    table, schema = tmp_path / "table.parquet", tmp_path / "schema.json"
    _parquet(table, [values, TWO], ["a", "b"])
    fields = [{"name": "a", "type": kind, "constraints": rule}, {"name": "b"}]
    schema.write_text(json.dumps({"fields": fields}))
    assert frictionless_says(table, schema).kind == "fell"
    ours = we_say(table, schema)
    assert (ours.kind, "cannot be held against" in ours.reason) == ("refused", True)


FRAME = pd.DataFrame({"a": [1, 2, 2], "b": ["x", None, "z"]})
TWO = pa.array(["x", "y"])
PARQUET_FILES: dict[str, Callable[[Path], object]] = {
    "of pandas": FRAME.to_parquet,
    "of pandas without an index": lambda path: FRAME.to_parquet(path, index=False),
    "an index of its own": lambda path: FRAME.set_index("a").to_parquet(path),
    "an index of two": lambda path: FRAME.assign(c=1).set_index(["a", "b"]).to_parquet(path),
    "an index without a name": lambda path: FRAME.set_index(pd.Index([*"uvw"])).to_parquet(path),
    "an index that starts later": lambda path: FRAME.iloc[1:].to_parquet(path),
    "categories": lambda path: FRAME.astype({"b": "category"}).to_parquet(path),
    "numbers of pandas that may be missing": lambda path: FRAME.assign(
        a=pd.array([1, None, 3], "Int64")
    ).to_parquet(path),
    "names twice": lambda path: _parquet(path, [TWO, TWO], ["a", "a"]),
    "a name that is empty": lambda path: _parquet(path, [TWO, TWO], ["a", ""]),
    "no rows": lambda path: _parquet(path, [pa.array([], pa.int64()), pa.nulls(0)], ["a", "b"]),
    "no columns": lambda path: _parquet(path, [], []),
    "structures": lambda path: _parquet(path, [pa.array([{"x": 1}, None]), TWO], ["a", "b"]),
    "numbers of 64 bits": lambda path: _parquet(
        path, [pa.array([2**63, 2**64 - 1], pa.uint64()), TWO], ["a", "b"]
    ),
    "numbers that no double holds": lambda path: _parquet(
        path, [pa.array([2**53 + 1, None]), TWO], ["a", "b"]
    ),
    "moments that no nanosecond counts": lambda path: _parquet(
        path, [pa.array([-(2**55), 2**55], pa.timestamp("us")), TWO], ["a", "b"]
    ),
    "texts that look missing": lambda path: _parquet(
        path, [pa.array(["nan", "None"]), TWO], ["a", "b"]
    ),
    "nothing": lambda path: path.write_bytes(b""),
    "not Parquet": lambda path: path.write_bytes(b"PAR1 a,b PAR1"),
    "cut off": lambda path: (FRAME.to_parquet(path), path.write_bytes(path.read_bytes()[:-20])),
}


def _parquet(path: Path, columns: list[Any], names: list[str]) -> None:
    pq.write_table(pa.table(columns, names=names), path)


@pytest.mark.parametrize("mode", ["exact", "subset"])
@pytest.mark.parametrize("kind", ["integer", "string", "datetime"])
@pytest.mark.parametrize("name", PARQUET_FILES)
def test_parquet_files(name: str, kind: str, mode: str, tmp_path: Path) -> None:
    table, schema = tmp_path / "table.parquet", tmp_path / "schema.json"
    PARQUET_FILES[name](table)
    fields = [{"name": "a", "type": kind, "constraints": {"unique": True}}, {"name": "b"}]
    schema.write_text(json.dumps({"fields": fields, "fieldsMatch": mode}))
    assert difference(frictionless_says(table, schema), we_say(table, schema)) is None


@pytest.mark.parametrize("part", range(6))
def test_random_pairs_in_small_pieces(part: int) -> None:
    tally = Tally()
    for seed in range(10_000 + part * 100, 10_000 + part * 100 + 100):
        found = compare(pair(seed, longest=40), tally, in_pieces(seed))
        assert found is None, say_so(seed, found)
    assert tally.errors > 500


# --- the judge itself can find fault --------------------------------------------------------------


def test_the_same_seed_gives_the_same_pair() -> None:
    assert pair(7) == pair(7) != pair(8)


@pytest.mark.parametrize("change", ["note", "row", "field", "missing", "doubled", "rows"])
def test_one_wrong_error_is_noticed(change: str) -> None:
    text = differing(
        ADVERSARIAL["many errors of one row"], lambda *files: _changed(we_say(*files), change)
    )
    assert text is not None
    assert len(text.splitlines()) == (2 if change in ("note", "row", "field") else 1)


def _changed(verdict: Verdict, change: str) -> Verdict:
    errors = verdict.errors.copy()
    kind, row, name, note = one = min(errors, key=repr)
    if change == "rows":
        return replace(verdict, rows=verdict.rows + 1)
    if change == "doubled":
        errors[one] += 1
        return replace(verdict, errors=errors)
    errors[one] -= 1
    other = {"note": (kind, row, name, f"{note}."), "row": (kind, 99, name, note)}
    other["field"] = (kind, row, f"{name}x", note)
    if change in other:
        errors[other[change]] += 1
    return replace(verdict, errors=+errors)


def test_what_differs_is_made_small() -> None:
    """A judge that lets every table with a full-width 1 pass is found out by one cell."""

    def forgetful(table: Path, schema: Path) -> Verdict:
        verdict = we_say(table, schema)
        return (
            Verdict("judged", rows=verdict.rows) if "１".encode() in table.read_bytes() else verdict
        )

    seeds = (compare(pair(seed), Tally(), forgetful) for seed in range(1000))
    small = next(one for one in seeds if one).smallest()
    assert small.text
    assert len(small.pair.records) <= 2
    assert len(small.pair.schema["fields"]) <= 1


def test_a_validator_that_falls_is_a_difference() -> None:
    fell: Pair = ADVERSARIAL["a header alone"]
    assert differing(fell, lambda *_: Verdict("fell", reason="KeyError()")) is not None
    assert differing(fell, frictionless_says) is None
