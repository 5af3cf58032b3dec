"""Cells of every type: such as are taken, such as are nearly taken, and such as nobody expects."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar

from tests.parity.pair import Descriptor

T = TypeVar("T")


class Chance(Random):
    """A seeded source of chance."""

    def odds(self, share: float) -> bool:
        return self.random() < share

    def some(self, values: Sequence[T], share: float) -> list[T]:
        return [one for one in values if self.odds(share)]

    def weighed(self, weights: dict[T, float]) -> T:
        return self.choices(list(weights), list(weights.values()))[0]


# fmt: off
WORDS = (
    "a", "b", "ab", "abc", "A", "東京都", "八王子市", "計画", "か", "がが", "ｶﾞ", "高尾山口駅", "e\u0301", "é",
    "👨‍👩‍👧", "𠮷野家", "x y", " x", "x ", "\u3000", "　全角　", "0", "-", "NA", "None", "null", "true", "abc123",
)
EMAILS = ("a@b.co", "info@city.example.jp", "first.last+tag@sub.example.org")
ODD_EMAILS = (
    "a@b", "@b.co", "a b@c.jp", "日本@例え.jp", "a@例え.jp", "a.@b.co", "a@localhost", '"a b"@c.co', "a@[127.0.0.1]",
    "a@b.co\n", "A@B.CO", "a@b..co", "a@-b.co", "a" * 70 + "@b.co", "a@b.c", "ａ@ｂ.co", "a@@b.co", "a@1.2.3.4",
)
URIS = ("https://example.org/a?b=c#d", "http://example.com", "mailto:a@b.co", "urn:isbn:1")
ODD_URIS = (
    "example.org", "//example.org", "http://日本.jp/", "http://[::1]/", "http://[::1", "http://a b/", "://x", "HTTP:",
    "file:///etc", "http://a:99999/", "http://%zz/", "1http://a", "http://", ":", "a:b", "http://a/?q=日本", " http://a",
    "http://u:p@h:80/", "http://999.1.1.1/", "http://a\n",
)
BINARIES = ("YWJj", "YQ==", "YWI=", "")
ODD_BINARIES = ("YW Jj", "YWJ", "a", "====", "日本", "YWJj\n", "abcd=", "ab=c", "=abc", "YWJj====", "_-_-", "あ===")
UUIDS = ("123e4567-e89b-12d3-a456-426614174000", "00000000-0000-0000-0000-000000000000")
ODD_UUIDS = (
    "123E4567-E89B-12D3-A456-426614174000", "123e4567e89b12d3a456426614174000",
    "{123e4567-e89b-12d3-a456-426614174000}", "urn:uuid:123e4567-e89b-12d3-a456-426614174000",
    "123e4567-e89b-12d3-a456-42661417400", "123e4567-e89b-12d3-a456-42661417400g",
    " 123e4567-e89b-12d3-a456-426614174000", "12-3e4567e89b12d3a456426614174000", "１23e4567-e89b-12d3-a456-426614174000",
)
WKTS = ("POINT (30 10)", "LINESTRING (30 10, 10 30)", "POLYGON ((0 0, 1 0, 1 1, 0 0))", "POINT EMPTY")
ODD_WKTS = ("point (1 2)", "POINT (1 2", "POINT (1)", "POINT Z (1 2 3)", "POINT(1 2)", "SQUARE (1 2)", "POINT (a b)")
ODD_INTEGERS = (
    "+3", "-0", "007", " 12 ", "１２", "٣", "²", "Ⅳ", "1_000", "1__0", "_1", "1_", "1,000", "1.0", "1.", "1e3", "--5", "+-5",
    "- 5", "−5", "△3", "▲3", "12abc", "¥1,200", "5%", "9" * 30, "1" * 4301, "0x10", "0b1", "1 000", "\u00a05", "\u30005",
    "5\n", "5\x1c", "5\x85", "\u200b5", "NaN", "true", "-", "+", "a-5b", "a5-b", "1-2", "百", "１_０", "5\x00", "-１",
)
ODD_NUMBERS = (
    "NaN", "nan", "-NaN", "NaN12", "sNaN", "INF", "inf", "-INF", "Infinity", "+Infinity", "-inf", "infinit", "1e5", "1E5",
    "1E+5", "1e-400", "1e999999999", "1e1000000000000000000000", "-0", "-0.0", "0.10", "0.1", "1.", ".5", ".", "１２．５", "1．5",
    "1_0.0_1", "1._5", "1,234.5", "1.234,5", "1.234.567", "$1.5", "1.5円", "5%", "1 234", "1e", "e5", "0.1e", "1.5.5",
    "0." + "3" * 60, "1" * 5000, "٣.٣", "¥-1.5", "a.5", "1'234", "1.0\n", " 1.0", "1,5", "1;5", "1 5",
)
ODD_BOOLEANS = ("True ", "tRUE", "ｔｒｕｅ", "yes", "no", "○", "×", "はい", "1.0", "01", "t", "", "0", "1", "TRUE", "False")
ODD_DATES = (
    "2024-4-1", "2024-04-1", "2024-02-30", "2024-02-29", "2023-02-29", "２０２４-０４-０１", " 2024-04-01", "2024-04-01 ",
    "20240401", "2024/04/01", "令和6年4月1日", "2024-04-01T00:00:00", "0001-01-01", "0000-01-01", "9999-12-31", "10000-01-01",
    "24-04-01", "2024-13-01", "2024-00-01", "2024-04-00", "2024-04-01\n", "April 1 2024", "1/4/2024", "2024", "10:00",
    "yesterday", "2024-W14-1", "2024-092", "2024.04.01", "1 Apr 2024", "-2024-04-01", "2024-04-01Z", "Apr", "32", "12",
)
ODD_TIMES = (
    "10:20", "102030", "10:20:30Z", "10:20:30+09:00", "10:20:30+0900", "24:00:00", "25:00:00", "10:60:00", "10:20:60",
    "10:20:30.5", "10:20:30,5", "10:20:30.123456789", "１０:20:30", " 10:20:30", "10:20:30 ", "1:20:30", "10:20:3", "10am",
    "10:20 PM", "noon", "10h20", "00:00:00", "23:59:59", "10:20:30-00:00", "10:20:30 JST",
)
ODD_DATETIMES = (
    "2024-04-01T10:20", "2024-04-01 10:20:30", "2024-04-01T10:20:30Z", "2024-04-01T10:20:30+09:00", "2024-04-01T24:00:00",
    "2024-04-01T10:20:30.123456", "2024-04-01T10:20:30,5", "2024-W14-1T10:20:30", "20240401T102030", "2024-04-01",
    "2024-02-30T10:20:30", "２０２４-04-01T10:20:30", " 2024-04-01T10:20:30", "2024-04-01T10:20:30 ", "2024-04-01t10:20:30",
    "2024/04/01 10:20:30", "1 Apr 2024 10:20", "0001-01-01T00:00:00Z", "2024-04-01T10:20:30-00:00", "2024-04-01T10:20:61",
    "9999-12-31T23:59:59", "2024-04-01T10:20:30 JST", "2024-04-01T00:00:00.000001",
)
ODD_YEARS = ("０２０２", "２０２４", "-001", "+123", " 202", "202 ", "20 4", "1_00", "0000", "9999", "99999", "2024 ", "24", "20.4", "R006")
ODD_YEARMONTHS = (
    "2024-4", "2024-13", "2024-0", "2024/04", "-2024-04", "２０２４-０４", " 2024 - 4 ", "2_0-1", "99999-1", "2024-04-01",
    "2024", "-1", "2024-", "202404", "2024-１２", "-0-1", "0-1", "2024-+4",
)
DURATIONS = ("P1Y", "P1M", "P1D", "PT24H", "P1Y2M10DT2H30M", "PT5M", "P1W", "P7D", "PT0S", "P12M")
ODD_DURATIONS = (
    "P", "PT", "-P1D", "+P1D", "P0.5D", "P1,5D", "P1Y2M3W", "p1d", "P0001-00-04T00:00:00", "1D", "P-1D", "P１D", " P1D", "P1D ",
    "PT1.5S", "P1S", "PT1Y", "P99999999999Y", "P9999999999D", "P1.5Y", "P1.5M", "PT1H1", "P0Y", "P0D", "PT1e5S",
)
GEOPOINTS = {
    "default": ("139.7,35.6", "139.7, 35.6", "0,0", "-180,-90", "180,90"),
    "array": ("[139.7, 35.6]", '["139.7", "35.6"]', "[0, 0]"),
    "object": ('{"lon": 139.7, "lat": 35.6}', '{"lat": "35.6", "lon": "139.7"}'),
}
ODD_GEOPOINTS = (
    "35.6,139.7", "1,2,3", "1", "a,b", "181,0", "0,90.0001", "180.0000000000000000001,0", "NaN,1", "1,NaN", "INF,1", "１,２", " 1 , 2 ",
    "1;2", "[1]", "[1,2,3]", "[null,1]", "[true,1]", '"12"', "[1,2", '{"lon":1}', '{"lon":1,"lat":2,"x":3}', '{"lon":1,"lat":null}',
    "{}", "[]", "1_0,2", "1e1,2", ",", "1,", "[[1],2]", '["",""]', '{"lon":[1],"lat":2}', "12", "sNaN,1", "null", "[NaN, 1]",
    '[[0,[1],0],[0,[2],0]]',
)
GEOJSONS = (
    '{"type":"Point","coordinates":[1,2]}', '{"type": "LineString", "coordinates": [[1,2],[3,4]]}',
    '{"type":"Feature","geometry":null,"properties":{}}', '{"type":"FeatureCollection","features":[]}',
    '{"type":"Topology","objects":{},"arcs":[]}',
)
ODD_GEOJSONS = (
    "{}", "[]", "null", '{"type":"Point"}', '{"type":"point","coordinates":[1,2]}', '{"type":"Point","coordinates":[1]}',
    '{"type":"Point","coordinates":["1","2"]}', "{", '{"type":"Topology"}', '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]}',
    '{"type":"Point","coordinates":[NaN,2]}', '{"a":1}', '"x"', "1",
)
OBJECTS = ("{}", '{"a":1}', '{"a": 1}', '{"b":2,"a":1}', '{"a":{"b":[1,null]}}')
ODD_OBJECTS = ('{"a":1,"a":2}', "[]", "null", '{"a":NaN}', "{'a':1}", "{", '"a"', "1", "{} ", " {}", '{"a":1.0}', "\ufeff{}", '{"a":"\\ud800"}')
ARRAYS = ("[]", "[1,2]", '["a","b"]', "[1.5]", '["2024-04-01"]', "[[1]]", "[ 1 ]", "[1]")
ODD_ARRAYS = ('[1,"a"]', "[NaN]", "[null]", "[true]", "{}", "null", "[", "[1,]", "1", '["",""]', "[1,1]", "[1.0]", '[{"a":1}]', '["1"]', "[" * 1100)
HOSTILE = (
    "", " ", "\t", "\u00a0", "\u3000", "\x00", "a\x00b", "\ufeff", "\u200b", "\x1a", "\x0c", "\x85", "\u2028", "\x7f", "\n", "\r\n", "\r", "a\nb",
    '"', '""', "'", "\\", "\\N", ",", ";", "|", "a,b", "#", "=1+1", "@x", "N/A", "NULL", "nil", "undefined", "0", "00", "1", "01", "1.0", "-1",
    "true", "TRUE", "[]", "{}", "None", "nan", "x" * 500, "あ" * 300, "ﾃｽﾄ", "①", "㈱", "～", "〜", "－", "∥", "\ud7ff", "\U0010ffff", "é", "ß", "İ", "%s", "{0}",
)
# fmt: on
STRAY = "0１ ,.-+e_\u3000\u00a0\n\t\"'\x00Z:/Tあ#%\\"


def good(field: Descriptor, chance: Chance) -> str:
    """A cell that a field of this description most likely takes."""
    enum = field.get("constraints", {}).get("enum")
    if isinstance(enum, list) and enum and chance.odds(0.9):
        return as_cell(chance.choice(enum))
    kind = str(field.get("type", "string"))
    return _GOOD.get(kind, _string)(field, chance)


def odd(field: Descriptor, chance: Chance) -> str:
    """A cell near the edge of what the field takes, on either side of it."""
    if chance.odds(0.3):
        return strained(good(field, chance), chance)
    kind, form = str(field.get("type", "string")), str(field.get("format", "default"))
    pool = _ODD.get((kind, form)) or _ODD.get((kind, "default")) or HOSTILE
    return chance.choice(pool)


def hostile(chance: Chance) -> str:
    """A cell that nobody expects in any column."""
    if chance.odds(0.3):
        return chance.choice(chance.choice(list(_ODD.values())))
    return chance.choice(HOSTILE)


def strained(cell: str, chance: Chance) -> str:
    """The same cell, written a little differently."""
    at = chance.randrange(len(cell) + 1)
    changes: tuple[Callable[[], str], ...] = (
        lambda: cell[:at] + chance.choice(STRAY) + cell[at:],
        lambda: cell[:at] + cell[at + 1 :],
        lambda: f" {cell}",
        lambda: f"{cell} ",
        lambda: f"{cell}\n",
        lambda: cell.upper(),
        lambda: cell + cell,
        lambda: f"0{cell}",
        lambda: f"{cell}.0",
        lambda: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in cell),
    )
    return chance.choice(changes)()


def as_cell(value: Any) -> str:
    """A value of a schema as it would stand in a cell."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _string(field: Descriptor, chance: Chance) -> str:
    pool = _STRINGS.get(str(field.get("format")), WORDS)
    if pool is WORDS and chance.odds(0.4):
        return chance.choice(WORDS) + str(chance.randrange(100))
    return chance.choice(pool)


def _integer(field: Descriptor, chance: Chance) -> str:
    value = str(chance.choice((chance.randrange(10), chance.randrange(-20, 3000))))
    if field.get("bareNumber") is False and chance.odds(0.5):
        return chance.choice(("¥{}", "{}円", "約{}人", "{} %", "a{}b")).format(value)
    return value


def _number(field: Descriptor, chance: Chance) -> str:
    value = chance.choice((
        str(chance.randrange(10)),
        f"{chance.uniform(-50, 3000):.{chance.randrange(4)}f}",
        f"{chance.randrange(10)}.{chance.choice(('0', '5', '50', '00'))}",
    ))  # fmt: skip
    if field.get("groupChar") and chance.odds(0.5):
        value = f"{chance.randrange(10**7):,}".replace(",", str(field["groupChar"]))
    value = value.replace(".", str(field.get("decimalChar", ".")) or ".")
    if field.get("bareNumber") is False and chance.odds(0.5):
        return chance.choice(("${}", "{}€", "{} %", "EUR {} net")).format(value)
    return value


def _boolean(field: Descriptor, chance: Chance) -> str:
    values = [
        *field.get("trueValues", ["true", "True", "TRUE", "1"]),
        *field.get("falseValues", ["false", "False", "FALSE", "0"]),
    ]
    return chance.choice(values) if values else "true"


def _moment(chance: Chance) -> datetime:
    return datetime(2015, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(400_000_000))


def _temporal(default: str) -> Callable[[Descriptor, Chance], str]:
    def cell(field: Descriptor, chance: Chance) -> str:
        form = str(field.get("format", "default")).removeprefix("fmt:")
        if form == "any":
            form = chance.choice((default, "%Y/%m/%d %H:%M", "%d %B %Y", "%m/%d/%Y", "%H:%M"))
        try:
            return _moment(chance).strftime(default if form == "default" else form)
        except ValueError:
            return _moment(chance).strftime(default)

    return cell


def _year(_: Descriptor, chance: Chance) -> str:
    return str(chance.randrange(1990, 2040))


def _yearmonth(_: Descriptor, chance: Chance) -> str:
    return f"{chance.randrange(1990, 2040)}-{chance.randrange(1, 13):02}"


def _geopoint(field: Descriptor, chance: Chance) -> str:
    return chance.choice(GEOPOINTS.get(str(field.get("format")), GEOPOINTS["default"]))


def _list(field: Descriptor, chance: Chance) -> str:
    item = {"type": field.get("itemType", "string")}
    items = [good(item, chance) for _ in range(chance.randrange(1, 4))]
    return str(field.get("delimiter", ",")).join(items)


def _array(field: Descriptor, chance: Chance) -> str:
    item = field.get("arrayItem")
    if not isinstance(item, dict) or chance.odds(0.5):
        return chance.choice(ARRAYS)
    return json.dumps([good(item, chance) for _ in range(chance.randrange(4))], ensure_ascii=False)


def _from(pool: Sequence[str]) -> Callable[[Descriptor, Chance], str]:
    return lambda _, chance: chance.choice(pool)


_STRINGS = {"email": EMAILS, "uri": URIS, "binary": BINARIES, "uuid": UUIDS, "wkt": WKTS}
_GOOD: dict[str, Callable[[Descriptor, Chance], str]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _temporal("%Y-%m-%d"),
    "time": _temporal("%H:%M:%S"),
    "datetime": _temporal("%Y-%m-%dT%H:%M:%S"),
    "year": _year,
    "yearmonth": _yearmonth,
    "duration": _from(DURATIONS),
    "geopoint": _geopoint,
    "geojson": _from(GEOJSONS),
    "object": _from(OBJECTS),
    "array": _array,
    "list": _list,
    "any": _string,
}
_ODD: dict[tuple[str, str], Sequence[str]] = {
    ("string", "default"): HOSTILE,
    ("string", "email"): ODD_EMAILS,
    ("string", "uri"): ODD_URIS,
    ("string", "binary"): ODD_BINARIES,
    ("string", "uuid"): ODD_UUIDS,
    ("string", "wkt"): ODD_WKTS,
    ("integer", "default"): ODD_INTEGERS,
    ("number", "default"): (*ODD_NUMBERS, *ODD_INTEGERS),
    ("boolean", "default"): ODD_BOOLEANS,
    ("date", "default"): ODD_DATES,
    ("time", "default"): ODD_TIMES,
    ("datetime", "default"): (*ODD_DATETIMES, *ODD_DATES),
    ("year", "default"): ODD_YEARS,
    ("yearmonth", "default"): ODD_YEARMONTHS,
    ("duration", "default"): ODD_DURATIONS,
    ("geopoint", "default"): ODD_GEOPOINTS,
    ("geojson", "default"): ODD_GEOJSONS,
    ("object", "default"): ODD_OBJECTS,
    ("array", "default"): ODD_ARRAYS,
    ("list", "default"): (
        *HOSTILE,
        *ODD_INTEGERS,
        "1,,2",
        ",",
        "1;2",
        "a|b",
        "1, 2",
        "true,false",
        "2024-04-01,x",
    ),
    ("any", "default"): HOSTILE,
}
KINDS = tuple(_GOOD)
