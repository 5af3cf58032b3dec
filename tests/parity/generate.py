"""Random schemas, and random tables that nearly keep to them. The same seed, the same pair."""

from __future__ import annotations

from itertools import islice
from typing import Any

from tests.parity.cells import HOSTILE, KINDS, WORDS, Chance, as_cell, good, hostile, odd, strained
from tests.parity.pair import Descriptor, Pair, Record, Writing

NAMES = (
    "id", "name", "value", "date", "code", "kind", "plan_id", "fiscal_year", "名称", "値", "ID", "Name", "x y", "a.b", "n1", "1",
)  # fmt: skip
V2 = "https://datapackage.org/profiles/2.0/tableschema.json"
V1 = "https://specs.frictionlessdata.io/schemas/table-schema.json"
COMMON = {"string": 5, "integer": 4, "number": 4, "date": 2, "boolean": 2}
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_BOUNDED = frozenset({"integer", "number", "date", "time", "datetime", "year", "yearmonth"})
_SIZED = frozenset({"string", "array", "object", "list"})
_UNHASHABLE = frozenset({"array", "object", "geojson", "list"})  # frictionless falls over as keys
_FORMATS: dict[str, tuple[str, ...]] = {
    "string": ("email", "uri", "binary", "uuid") * 6 + ("default", "wkt"),
    "date": ("default", "any", "%Y/%m/%d", "%d.%m.%Y", "%Y年%m月%d日", "%y%m%d", "%d %B %Y", "%j %Y", "fmt:%Y/%m/%d", "%Y", "%H:%M", "%Q", "%", "x", "%Y-%m-%d ", "%G-W%V-%u", "%m/%d", "%x"),
    "time": ("default", "any", "%H:%M", "%H時%M分", "%I:%M %p", "%H%M%S", "%H:%M:%S.%f", "%H:%M:%S%z", "%Y", "%X"),
    "datetime": ("default", "any", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S%z", "%d.%m.%Y", "%Y%m%d%H%M%S", "%c", "%s"),
    "geopoint": ("default", "array", "object"),
    "geojson": ("default", "topojson"),
}  # fmt: skip
PATTERNS = (
    "[a-z]+", "a|b", "^ab?$", "\\d+", "\\d{2,4}", "[ぁ-ん]+", "(?!x).*", "(?=a).+", ".*", ".", "", "\\w+", "\\s*", "\\S+", "[^0-9]*", "x{2}",
    "(a)\\1", "(?P<n>.)(?P=n)", "\\bab\\b", "ab\\Z", "\\u3042", "[一-龥]+", "a.c", "(?:ab|cd)+", "[A-Z]{2}-\\d", "a*?b", ".+\\.0", "\\Aa", "a$|b",
    "(?i:AB)", "[０-９]+", "\\D*", "(|a)", "[\\w\\-]+", "a\\n", "(?#note)a", "[[:alpha:]]", "\\p{L}", "(?<=a)b", "x++", "(?>a|ab)c", "é", "\\x61",
)  # fmt: skip
# fmt: off
MISSING = ("", "-", "NA", "N/A", "…", "null", " ", "0", "None", "x", "1.0", "nan", "true", "\u3000", "[]", "2024-04-01", "a\nb")
# fmt: on


def pair(seed: int, *, longest: int = 14) -> Pair:
    """The pair of this seed; tables have up to `longest` rows (most have fewer)."""
    chance = Chance(seed)
    schema = _schema(chance)
    fields = [one for one in schema["fields"] if isinstance(one, dict)]
    labels, columns = _header(chance, schema, fields)
    mood = chance.choice((0.01, 0.05, 0.15, 0.5))
    size = chance.choice((0, 1, 2, longest // 2, chance.randrange(longest + 1), longest))
    rows = list(islice(_rows(chance, schema, columns, mood), size))
    records: list[Record] = [labels, *rows] if chance.odds(0.98) else [*rows]
    writing = _writing(chance)
    if chance.odds(0.25):
        _stray_lines(chance, records, writing)
    return Pair(schema, tuple(records), writing)


# --- schemas --------------------------------------------------------------------------------------


def _schema(chance: Chance) -> Descriptor:
    width = chance.weighed({1: 1, 2: 2, 3: 3, 4: 3, 5: 2, 6: 1, 9: 0.5})
    names = chance.sample(NAMES, width)
    is_plain = chance.odds(0.5)
    version = chance.weighed({V2: 5, "": 4, V1: 1})
    fields = [_field(chance, name, is_plain, version) for name in names]
    schema: Descriptor = {"fields": fields}
    if version:
        schema["$schema"] = version
    if chance.odds(0.25):
        schema["missingValues"] = _missing_values(chance, schema)
    keys = [one["name"] for one in fields if one.get("type") not in _UNHASHABLE]
    if len(keys) < width and chance.odds(0.03):
        keys = names
    if keys and chance.odds(0.4):
        schema["primaryKey"] = _key(chance, keys)
    if keys and chance.odds(0.15):
        count = chance.choice((1, 1, 2))
        schema["foreignKeys"] = [_foreign_key(chance, keys) for _ in range(count)]
    if chance.odds(0.3):
        schema["fieldsMatch"] = chance.choice(("exact", "equal", "subset", "superset", "partial"))
    if chance.odds(0.1):
        schema["uniqueKeys"] = [chance.sample(names, min(2, width))]
    if chance.odds(0.03):
        _break(chance, schema)
    return schema


def _break(chance: Chance, schema: Descriptor) -> None:
    """Something that makes the schema none, or nearly."""
    schema.update(chance.choice((
        {"fields": []},
        {"fields": [{"type": "string"}]},
        {"fields": [{"name": "a", "type": "text"}]},
        {"fields": [{"name": "a"}, {"name": "a"}]},
        {"fields": [{"name": "a", "constraints": {"jsonSchema": {"type": "object"}}}]},
        {"fields": [{"name": "a", "type": "object", "constraints": {"jsonSchema": {"type": "object"}}}]},
        {"fields": [{"name": "a", "type": "integer", "constraints": {"minimum": "x"}}]},
        {"fields": [{"name": "a", "type": "integer", "constraints": {"pattern": "x"}}]},
        {"fields": [{"name": "a", "constraints": {"pattern": "["}}]},
        {"fields": [{"name": "a", "constraints": {"pattern": "(?i)a"}}]},
        {"fields": [{"name": "a", "required": True}]},
        {"fields": [{"name": "a", "type": "date", "example": "x"}]},
        {"fields": [{"name": "a", "format": "ipv4"}]},
        {"fields": [{"name": "a", "type": "boolean", "trueValues": [1]}]},
        {"fields": [{"name": "a", "type": "list", "itemType": "object"}]},
        {"fields": [{"name": 1}]},
        {"fields": [{"name": ""}]},
        {"fields": ["a"]},
        {"primaryKey": ["nowhere"]},
        {"primaryKey": []},
        {"primaryKey": 1},
        {"foreignKeys": [{"fields": "nowhere", "reference": {"fields": "id"}}]},
        {"foreignKeys": [{"fields": ["id", "name"], "reference": {"resource": "", "fields": ["id"]}}]},
        {"fieldsMatch": ["equal"]},
        {"fieldsMatch": "any"},
        {"missingValues": "-"},
        {"missingValues": [None]},
        {"missingValues": ["-", "-"]},
        {"missingValues": [{"value": "-", "label": "none"}, {"value": "x"}]},
    )))  # fmt: skip


def _field(chance: Chance, name: str, is_plain: bool, version: str) -> Descriptor:
    kind = chance.weighed(dict(COMMON)) if is_plain or chance.odds(0.2) else chance.choice(KINDS)
    field: Descriptor = {"name": name, "type": kind}
    if kind == "string" and chance.odds(0.1):
        del field["type"]
    if kind in _FORMATS and chance.odds(0.4):
        field["format"] = chance.choice(_FORMATS[kind])
    field.update(_properties(chance, kind))
    if chance.odds(0.1):
        field["missingValues"] = _missing_values(chance, {})
    constraints = _constraints(chance, field, version)
    if constraints or chance.odds(0.1):
        field["constraints"] = constraints
    return field


def _properties(chance: Chance, kind: str) -> Descriptor:
    """What only some types have."""
    found: Descriptor = {}
    if kind in ("integer", "number") and chance.odds(0.2):
        found["bareNumber"] = chance.odds(0.2)
    if kind in ("integer", "number") and chance.odds(0.15):
        found["groupChar"] = chance.choice((",", " ", ".", "'", "，", ""))
    if kind == "number" and chance.odds(0.15):
        found["decimalChar"] = chance.choice((",", ".", "．", "@", "e"))
    if kind == "number" and chance.odds(0.07):
        found["floatNumber"] = chance.odds(0.8)
    if kind == "boolean" and chance.odds(0.4):
        found["trueValues"] = chance.choice(
            (["○"], ["yes", "はい"], ["1"], [], ["true", "x"], ["有", "1"])
        )
    if kind == "boolean" and chance.odds(0.4):
        found["falseValues"] = chance.choice(
            (["×"], ["no", "いいえ"], ["0", ""], [], ["x"], ["無", "0"])
        )
    if kind == "list" and chance.odds(0.5):
        found["delimiter"] = chance.choice((",", ";", "|", "、", "ab", " "))
    if kind == "list" and chance.odds(0.6):
        found["itemType"] = chance.choice(
            ("string", "integer", "boolean", "number", "datetime", "date", "time")
        )
    if kind == "array" and chance.odds(0.4):
        found["arrayItem"] = chance.choice((
            {"type": "integer"},
            {"type": "string", "constraints": {"minLength": 2}},
            {"type": "number", "constraints": {"minimum": 1, "required": True}},
            {"type": "date"},
            {},
            {"constraints": {"required": True}},
            {"type": "array", "arrayItem": {"type": "integer"}},
        ))  # fmt: skip
    if kind == "string" and chance.odds(0.05):
        found["categories"] = ["a", "b"]
    return found


def _constraints(chance: Chance, field: Descriptor, version: str) -> Descriptor:
    kind = str(field.get("type", "string"))
    found: Descriptor = {}
    if chance.odds(0.2):
        found["required"] = chance.odds(0.85)
    if chance.odds(0.01 if kind in _UNHASHABLE else 0.2):
        found["unique"] = chance.odds(0.9)
    if kind in _BOUNDED and chance.odds(0.3):
        known = _BOUNDS if version == V2 or chance.odds(0.02) else _BOUNDS[:2]
        for name in chance.sample(known, chance.choice((1, 1, 2))):
            found[name] = _value(chance, field)
    if kind in _SIZED and chance.odds(0.25):
        for name in chance.sample(("minLength", "maxLength"), chance.choice((1, 1, 2))):
            found[name] = chance.choice((0, 1, 2, 3, 5, 20))
    if kind == "string" and chance.odds(0.25):
        found["pattern"] = chance.choice(PATTERNS)
    if kind != "list" and chance.odds(0.15):
        found["enum"] = [_value(chance, field) for _ in range(chance.choice((1, 2, 3, 6)))]
    return found


def _value(chance: Chance, field: Descriptor) -> Any:
    """A value for a bound or an enumeration: mostly as a cell would have it, sometimes native."""
    kind = str(field.get("type", "string"))
    text = good({**field, "constraints": {}}, chance)
    if kind in ("integer", "year") and chance.odds(0.5):
        return chance.randrange(1990, 2030) if kind == "year" else chance.randrange(-5, 100)
    if kind == "number" and chance.odds(0.5):
        return chance.choice((0, 1, 1.5, 0.1, 10, 2.50, 1e3))
    if kind == "boolean" and chance.odds(0.5):
        return chance.odds(0.5)
    if kind in ("object", "array") and chance.odds(0.5):
        return {"a": 1} if kind == "object" else [1, 2]
    return odd(field, chance) if chance.odds(0.05) else text


def _missing_values(chance: Chance, schema: Descriptor) -> list[Any]:
    found = chance.sample(MISSING, chance.choice((0, 1, 2, 3)))
    if chance.odds(0.8) and "" not in found:
        found.insert(0, "")
    if schema.get("$schema") == V2 and chance.odds(0.2):
        return [{"value": one, "label": f"label {at}"} for at, one in enumerate(found)]
    return list(found)


def _key(chance: Chance, names: list[str]) -> str | list[str]:
    if chance.odds(0.2):
        return chance.choice(names)
    return chance.sample(names, min(len(names), chance.choice((1, 1, 2, 2, 3, 4))))


def _foreign_key(chance: Chance, names: list[str]) -> Descriptor:
    width = min(len(names), chance.choice((1, 1, 2)))
    reference: Descriptor = {"fields": chance.sample(names, width)}
    if chance.odds(0.9):
        reference["resource"] = chance.weighed({"": 8, "table": 2, "elsewhere": 0.5})
    return {"fields": chance.sample(names, width), "reference": reference}


# --- tables ---------------------------------------------------------------------------------------


def _header(
    chance: Chance, schema: Descriptor, fields: list[Descriptor]
) -> tuple[list[str], list[Descriptor]]:
    """The labels, and the field that each column is filled for."""
    columns = list(fields)
    if schema.get("fieldsMatch", "exact") != "exact" or chance.odds(0.05):
        if chance.odds(0.6):
            chance.shuffle(columns)
        if columns and chance.odds(0.3):
            del columns[chance.randrange(len(columns))]
        if chance.odds(0.3):
            columns.insert(chance.randrange(len(columns) + 1), {"name": "surplus"})
    labels = [str(one.get("name", "")) for one in columns]
    if labels and chance.odds(0.12):
        at = chance.randrange(len(labels))
        labels[at] = chance.choice((
            labels[at].upper(), f"{labels[at]} ", f" {labels[at]}", "", "other", chance.choice(labels),
            f"\ufeff{labels[at]}", chance.choice(NAMES), "1", "a\nb", '"',
        ))  # fmt: skip
    if labels and chance.odds(0.05):
        labels = chance.choice((labels[:-1], labels[:1], [*labels, "surplus"], [*labels, ""], []))
    return labels, columns


def _rows(chance: Chance, schema: Descriptor, columns: list[Descriptor], mood: float) -> Any:
    """Rows without end; `mood` is the share of cells that are not simply good."""
    missing = [as_cell(one) for one in schema.get("missingValues", [""]) if isinstance(one, str)]
    before: list[list[str]] = []
    habits = [_habit(chance, one) for one in columns]
    while True:
        cells = [
            chance.choice(habit)
            if habit and chance.odds(0.9)
            else _cell(chance, one, missing, mood)
            for one, habit in zip(columns, habits, strict=True)
        ]
        if before and chance.odds(0.15):
            cells = _alike(chance, chance.choice(before), cells)
        before.append(cells)
        yield _misshapen(chance, cells) if chance.odds(mood / 2) else cells


def _habit(chance: Chance, field: Descriptor) -> list[str]:
    """The few cells that a column mostly repeats, as those of a category do; mostly none."""
    return [good(field, chance) for _ in range(chance.choice((1, 2, 4)))] * chance.odds(0.25)


def _cell(chance: Chance, field: Descriptor, missing: list[str], mood: float) -> str:
    if not chance.odds(mood):
        return good(field, chance)
    pick = chance.random()
    if pick < 0.3:
        return chance.choice(missing or [""])
    return odd(field, chance) if pick < 0.8 else hostile(chance)


def _alike(chance: Chance, one: list[str], other: list[str]) -> list[str]:
    """A row that repeats an earlier one, all of it or some cells, perhaps otherwise written."""
    return [
        (strained(a, chance) if chance.odds(0.1) else a) if chance.odds(0.7) else b
        for a, b in zip(one, other, strict=True)
    ]


def _misshapen(chance: Chance, cells: list[str]) -> list[str]:
    return chance.choice((
        cells[:-1],
        cells[:1],
        [],
        [""],
        ["" for _ in cells],
        [" " for _ in cells],
        [*cells, "surplus"],
        [*cells, "", ""],
        [*cells, "a", "b", "c"],
    ))  # fmt: skip


def _writing(chance: Chance) -> Writing:
    if chance.odds(0.06):
        return Writing(suffix="parquet")
    tail = b""
    if chance.odds(0.03):
        tail = chance.choice(
            (b"\x00", b"\x1a", b"\xff\xfe", b'"', b"\n\n\n", b"\xe3\x81", b"\x82", b"\r")
        )
    return Writing(
        delimiter=chance.weighed({",": 16, ";": 2, "\t": 2, "|": 1, ":": 0.3}),
        line_end=chance.weighed({"\n": 10, "\r\n": 6, "\r": 1}),
        quote_all=chance.odds(0.15),
        encoding=chance.weighed(
            {"utf-8": 14, "utf-8-sig": 4, "cp932": 3, "utf-16": 1, "utf-16-le": 0.3, "latin-1": 1, "euc_jp": 0.5, "utf-32": 0.2}
        ),
        ends=chance.odds(0.9),
        suffix=chance.weighed({"csv": 30, "tsv": 1, "csv.gz": 0.7, "CSV": 0.5}),
        tail=tail,
    )  # fmt: skip


def _stray_lines(chance: Chance, records: list[Record], writing: Writing) -> None:
    """Lines that no writer would write."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        mark = writing.delimiter
        line = chance.choice((
            "", " ", mark, mark * 3, "# a note", "題名", f"題名{mark}", '"', '"a', 'a"b', f'"a"b{mark}c', f'"a" {mark}"b"',
            f"'a{mark}b'{mark}c", f"a\\{mark}b{mark}c", f"1{mark} 2{mark} 3", "\x00", f"\x00{mark}\x00", "\x1a", "\x0c", "\x85",
            "\u2028", "\r", f"a{mark}\rb", f'"a\rb"{mark}1', '""', f'""""{mark}""', "x" * 3000, f'"{chance.choice(WORDS)}"""{mark}',
            chance.choice(HOSTILE), mark.join(chance.choice(WORDS) for _ in range(4)), "合計;1,2|3\t4",
        ))  # fmt: skip
        at = chance.weighed({0: 2, len(records): 3, chance.randrange(len(records) + 1): 5})
        records.insert(at, line)
