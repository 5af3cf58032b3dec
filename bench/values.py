"""Tables of indicator values as a city would publish them, and their schema."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TYPES = ("baseline", "midterm_target", "target", "actual", "forecast")
COMPARATORS = ("eq", "ge", "le", "approx")
STATUSES = ("normal", "provisional", "revised", "missing")
ID = "[0-9]{6}-[a-z]+-[0-9]+"
KEY = ("indicator_id", "value_type", "fiscal_year", "series")
SCHEMA: dict[str, Any] = {
    "fields": [
        {
            "name": "indicator_id",
            "type": "string",
            "constraints": {"required": True, "pattern": ID, "maxLength": 40},
        },
        {
            "name": "value_type",
            "type": "string",
            "constraints": {"required": True, "enum": list(TYPES)},
        },
        {
            "name": "fiscal_year",
            "type": "year",
            "constraints": {"required": True, "minimum": 1950, "maximum": 2100},
        },
        {"name": "series", "type": "integer", "constraints": {"required": True, "minimum": 1}},
        {"name": "value", "type": "number", "constraints": {"minimum": 0, "maximum": 1000000}},
        {"name": "comparator", "type": "string", "constraints": {"enum": list(COMPARATORS)}},
        {
            "name": "status",
            "type": "string",
            "constraints": {"required": True, "enum": list(STATUSES)},
        },
        {"name": "raw", "type": "string", "constraints": {"minLength": 1, "maxLength": 60}},
        {"name": "updated", "type": "date", "constraints": {"minimum": "2015-01-01"}},
        {"name": "note", "type": "string", "constraints": {"maxLength": 200}},
    ],
    "primaryKey": list(KEY),
}
NAMES = [field["name"] for field in SCHEMA["fields"]]


def write_values(path: Path, count: int, *, bad: float = 0.0) -> None:
    """A CSV file of that many rows, of which about the share `bad` have something wrong."""
    chance = random.Random(count)
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(NAMES) + "\n")
        for row in _rows(count, chance):
            if chance.random() < bad:
                _spoil(row, chance)
            file.write(",".join(row) + "\n")


def _rows(count: int, chance: random.Random) -> Iterator[list[str]]:
    for number in range(count):
        indicator = number // 50
        value = chance.randrange(10**6) / 10
        month, day = 1 + chance.randrange(12), 1 + chance.randrange(28)
        yield [
            f"{130000 + indicator % 1000}-kpi-{indicator}",
            TYPES[number % 5],
            str(2015 + number // 5 % 10),
            "1",
            str(value),
            chance.choice(COMPARATORS),
            chance.choice(STATUSES),
            f"{value}件",
            f"{2015 + chance.randrange(10)}-{month:02}-{day:02}",
            "" if chance.random() < 0.7 else "担当課による速報値",
        ]


_FAULTS = (
    ("value", "abc"),
    ("value_type", "goal"),
    ("fiscal_year", "20x5"),
    ("indicator_id", "no id"),
    ("value", "-5"),
    ("updated", "2024/04/01"),
    ("status", ""),
    ("fiscal_year", "2015"),  # where another row has this year, the key stands twice
)


def _spoil(row: list[str], chance: random.Random) -> None:
    name, text = chance.choice(_FAULTS)
    row[NAMES.index(name)] = text
