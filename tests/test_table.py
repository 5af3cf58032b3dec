"""Tables against their schemas: that every way of reading them comes to one verdict."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from opendata.errors import OpendataError
from opendata.validate import validate_table
from opendata.validate.table import batches, blocks, hashes, keys, screens
from opendata.validate.table.arrays import text_array
from opendata.validate.table.hashes import (
    Hashes,
    hash_floats,
    hash_integers,
    hash_texts,
    hash_values,
)
from tests.parity.compare import differing
from tests.parity.generate import pair
from tests.parity.oracle import difference, frictionless_says, we_say


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small tables take the way of large ones: many blocks, every screen, keys in a file."""
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 150)
    monkeypatch.setattr(batches, "_ROWS", 7)
    monkeypatch.setattr(screens, "_FEW", 1)
    monkeypatch.setattr(keys, "_IN_MEMORY", 16)


@pytest.mark.usefixtures("tiny")
def test_keys_are_confirmed_on_their_values(monkeypatch: pytest.MonkeyPatch) -> None:
    def few(codes: Sequence[Hashes]) -> Hashes:
        """Keys of many values have the same number."""
        joined: Hashes = hashes.join(codes) & np.uint64(3)
        return joined

    monkeypatch.setattr("opendata.validate.table.judge.join", few)
    for seed in range(40_000, 40_025):
        assert differing(pair(seed)) is None, seed


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 5), max_size=60), st.integers(1, 20))
def test_repeated_numbers_are_found_in_memory_and_in_a_file(many: list[int], size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "_IN_MEMORY", size)
        known = keys.Keys()
        for at in range(0, len(many), 7):
            known.add(np.array(many[at : at + 7], np.uint64))
        assert known.repeated().tolist() == sorted(n for n, c in Counter(many).items() if c > 1)
        assert [n for batch in known.batches() for n in batch.tolist()] == many


@given(st.lists(st.text(max_size=20), max_size=20))
def test_texts_have_the_codes_of_their_values(texts: list[str]) -> None:
    codes = hash_texts(text_array(texts)).tolist()
    assert codes == hash_values(texts, "string").tolist()
    assert len(set(codes)) == len(set(texts))


def test_figures_have_the_codes_of_their_values() -> None:
    integers = [0, 1, -1, 2**63 - 1, -(2**63)]
    assert hash_integers(np.array(integers)).tolist() == hash_values(integers, "integer").tolist()
    written = ["0", "-0", "1.50", "1.5", "0.1", "-7"]
    codes = hash_floats(np.array([float(one) for one in written]))
    values = hash_values([Decimal(one) for one in written], "number")
    assert codes.tolist() == values.tolist()
    assert len(set(codes.tolist())) == 4


# --- Parquet ---

_DAY = date(2024, 4, 1)
_COLUMNS: tuple[tuple[pa.DataType, list[Any]], ...] = (
    (pa.string(), ["a", "ab", "", "1", "x", "日本", "nan", "None"]),
    (pa.large_string(), ["a", "ab"]),
    (pa.int64(), [0, 1, 2, -3, 2024, 2**60]),
    (pa.int32(), [0, 1, -3, 2024]),
    (pa.float64(), [0.0, 1.0, 1.5, float("nan"), float("inf"), 100.0, 0.1]),
    (pa.bool_(), [True, False]),
    (pa.date32(), [_DAY, _DAY.replace(month=5)]),
    (pa.decimal128(9, 2), [Decimal("1.00"), Decimal("2.50")]),
    (pa.timestamp("us"), [datetime(2024, 4, 1)]),  # noqa: DTZ001
)
_FIELDS: tuple[dict[str, Any], ...] = (
    {"type": "string", "constraints": {"pattern": "a.*", "minLength": 1}},
    {"type": "string", "constraints": {"enum": ["a", "ab"], "required": True}},
    {"type": "integer", "constraints": {"minimum": 0, "maximum": 2024}},
    {"type": "integer", "constraints": {"unique": True}},
    {"type": "number", "constraints": {"minimum": 0, "maximum": 100}},
    {"type": "number", "missingValues": ["1.0", "-"]},
    {"type": "boolean"},
    {"type": "date", "constraints": {"minimum": "2024-04-02"}},
    {"type": "year"},
    {"type": "any", "constraints": {"required": True}},
)


def _random_table(chance: random.Random) -> tuple[pa.Table, dict[str, Any]]:
    names = [f"f{number}" for number in range(chance.randint(1, 5))]
    columns = {name: _column(chance, chance.choice([0, 1, 5, 30])) for name in names}
    rows = min(map(len, columns.values()))
    schema: dict[str, Any] = {"fields": [{"name": n, **chance.choice(_FIELDS)} for n in names]}
    if chance.random() < 0.5:
        schema["primaryKey"] = chance.sample(names, chance.randint(1, len(names)))
    return pa.table({name: column[:rows] for name, column in columns.items()}), schema


def _column(chance: random.Random, count: int) -> pa.Array[Any]:
    kind, values = chance.choice(_COLUMNS)
    nulls = chance.choice([0, 0, 0.3])
    return pa.array(
        [None if chance.random() < nulls else chance.choice(values) for _ in range(count)], kind
    )


def _differing(folder: Path, seed: int) -> str | None:
    table, schema = _random_table(random.Random(seed))
    parquet.write_table(table, folder / "t.parquet", row_group_size=7)
    (folder / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    files = folder / "t.parquet", folder / "schema.json"
    return difference(frictionless_says(*files), we_say(*files))


def test_parquet_is_judged_as_frictionless_does(tmp_path: Path) -> None:
    for seed in range(30):
        assert _differing(tmp_path, seed) is None, seed


# --- what Data Package v2 asks for beyond frictionless ---

_STRICT: dict[str, tuple[dict[str, Any], str, list[tuple[str, int | None, str | None]]]] = {
    "categories": (
        {"fields": [{"name": "a", "categories": ["x", {"value": "y", "label": "Y"}]}]},
        "a\nx\ny\nz\n",
        [("constraint-error", 4, "a")],
    ),
    "categories of integers": (
        {"fields": [{"name": "a", "type": "integer", "categories": [1, 2]}]},
        "a\n01\n3\n",
        [("constraint-error", 3, "a")],
    ),
    "unique keys, where no part is missing": (
        {"fields": [{"name": "a"}, {"name": "b"}], "uniqueKeys": [["a", "b"]]},
        "a,b\n1,2\n1,\n1,\n1,2\n2,1\n",
        [("unique-error", 5, "a, b")],
    ),
    "missing values with labels": (
        {
            "fields": [{"name": "a", "type": "integer"}, {"name": "b"}],
            "missingValues": [{"value": "x", "label": "suppressed"}, {"value": ""}],
        },
        "a,b\nx,1\n,1\ny,1\n",
        [("type-error", 4, "a")],
    ),
    "bounds that are left out": (
        {
            "fields": [
                {
                    "name": "a",
                    "type": "number",
                    "constraints": {"exclusiveMinimum": 0, "exclusiveMaximum": 1},
                }
            ]
        },
        "a\n0\n0.5\n1\n",
        [("constraint-error", 2, "a"), ("constraint-error", 4, "a")],
    ),
    "objects by a JSON schema": (
        {
            "fields": [
                {
                    "name": "a",
                    "type": "object",
                    "constraints": {"jsonSchema": {"required": ["k"]}},
                }
            ]
        },
        'a\n"{""k"": 1}"\n{}\n',
        [("constraint-error", 3, "a")],
    ),
    "groups in integers": (
        {"fields": [{"name": "a", "type": "integer", "groupChar": ","}, {"name": "b"}]},
        'a,b\n"1,000",x\n"1,00x",x\n',
        [("type-error", 3, "a")],
    ),
    "a key without one of its parts": (
        {"fields": [{"name": "a"}, {"name": "b"}], "primaryKey": ["a", "b"]},
        "a,b\n1,\n1,2\n",
        [("constraint-error", 2, "b")],
    ),
}


@pytest.mark.parametrize("name", _STRICT)
def test_the_standard_is_enforced_where_it_is_asked_for(name: str, tmp_path: Path) -> None:
    schema, text, expected = _STRICT[name]
    table = tmp_path / "table.csv"
    table.write_text(text, encoding="utf-8")
    report = validate_table(table, schema, like_frictionless=False)
    assert [(one.type, one.row_number, one.field_name) for one in report.errors] == expected
    assert _lenient(table, schema) != expected


def _lenient(table: Path, schema: dict[str, Any]) -> list[tuple[str, int | None, str | None]]:
    """What is found like frictionless, to which some of these schemas are none."""
    try:
        report = validate_table(table, schema)
    except OpendataError as error:
        assert error.code == "broken-schema"
        return []
    return [(one.type, one.row_number, one.field_name) for one in report.errors]


# --- start ---


def test_a_plain_table_is_judged_without_what_is_slow_to_load(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,日本\n2,x\n", encoding="utf-8")
    (tmp_path / "s.json").write_text(
        '{"fields": [{"name": "a", "type": "integer"}, {"name": "b"}], "primaryKey": "a"}'
    )
    program = (
        "import sys; from opendata.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "slow = {'pandas', 'frictionless', 'prefect', 'chardet', 'duckdb', 'typer', 'pydantic'}\n"
        "assert not slow & set(sys.modules), slow & set(sys.modules)\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, "validate", "t.csv", "--schema", "s.json"],
        cwd=tmp_path,
        check=True,
    )
