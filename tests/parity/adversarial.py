"""Tables written by hand to be hard: the name says what each is about.

The second list has the kinds of table and schema that frictionless's own tests hold up.
"""

from __future__ import annotations

from typing import Any

from tests.parity.generate import V2
from tests.parity.pair import Descriptor, Pair, Record, Writing


def column(kind: str, *cells: str, **field: Any) -> Pair:
    """One column of a type; a second keeps a row with an empty cell from being blank."""
    schema = {"fields": [{"name": "a", "type": kind, **field}, {"name": "z"}]}
    return Pair(schema, (["a", "z"], *([one, "z"] for one in cells)))


def table(schema: Descriptor | list[Any], *records: Record, **writing: Any) -> Pair:
    fields = schema if isinstance(schema, list) else schema["fields"]
    full = [dict(one) if isinstance(one, dict) else {"name": one} for one in fields]
    rest = {} if isinstance(schema, list) else schema
    return Pair({**rest, "fields": full}, records, Writing(**writing))


def lines(schema: Descriptor | list[Any], text: str, **writing: Any) -> Pair:
    """A table as the text of its file."""
    return table(schema, text, ends=False, **writing)


def whole(name: str, **constraints: Any) -> Descriptor:
    return {"name": name, "type": "integer", "constraints": constraints}


_KEY = {"fields": [whole("a"), whole("b")], "primaryKey": ["a", "b"]}
_TREE = {
    "fields": [whole("a"), whole("b")],
    "foreignKeys": [{"fields": "b", "reference": {"resource": "", "fields": "a"}}],
}
_LONG = [[f"{n}", "x" * (n % 7)] for n in range(250)]


def _match(mode: str, *records: Record, **more: Any) -> Pair:
    fields = [whole("a"), {"name": "b", "constraints": {"required": True}}, {"name": "c"}]
    return table({"fields": fields, "fieldsMatch": mode, **more}, *records)


ADVERSARIAL: dict[str, Pair] = {
    # how figures are written
    "integers: signs, blanks, full width, underscores": column(
        "integer", "+1", "-0", " 12 ", "１２", "٣", "1_000", "1__0", "_1", "²", "5\n", "\u00a05", "5\x1c", "5\x00", "−5"
    ),
    "integers: beyond 64 bits and beyond what int() reads": column(
        "integer", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "9" * 40, "1" * 4300, "1" * 4301
    ),
    "integers: bounds beyond 64 bits": column(
        "integer", "9223372036854775806", "9223372036854775808", "9" * 40, constraints={"maximum": 9223372036854775807, "unique": True}
    ),
    "integers that are not bare": column(
        "integer", "¥1,200", "1,200", "12人", "a-5b", "a5-b", "--5", "", "abc", "5%", "約 3 人", "1-2", "１円", "-", bareNumber=False
    ),
    "numbers: NaN, infinities, exponents, many digits": column(
        "number", "NaN", "nan", "-NaN", "NaN12", "INF", "-inf", "Infinity", "1e5", "1E-400", "1e999999999", "-0", "0." + "3" * 60, "1_0.5", "１．５"
    ),
    "numbers: equal however written": column(
        "number", "1", "1.0", "01", "1e0", "+1", " 1 ", "１", "-0", "0", "0.0", "NaN", "NaN", "INF", "inf", constraints={"unique": True}
    ),
    "numbers: NaN against bounds": column("number", "NaN", "INF", "-INF", "5", constraints={"minimum": 1, "maximum": 9}),
    "numbers: bounds that no double holds": column(
        "number", "0.1", "0.10000000000000001", "0.3", "9007199254740993", constraints={"minimum": "0.10000000000000001", "maximum": 9007199254740992}
    ),
    "numbers: a float as a bound in the schema": column("number", "0.1", "0.3", "0.29999999999999998", constraints={"maximum": 0.3}),
    "numbers: comma as the decimal sign, point as the group": column(
        "number", "1.234,5", "1,5", "1.5", "1.234", "1234", "1,2,3", decimalChar=",", groupChar="."
    ),
    "numbers: a decimal sign of another kind forbids the point": column("number", "1.5", "1,5", "1", decimalChar=","),
    "numbers: groups anywhere": column("number", "1,234.5", "12,34,5", ",1", "1,", ",", groupChar=","),
    "numbers that are not bare": column("number", "$1.5", "1.5€", "a.5", "-¥3", "¥-3", "5 %", "1e5x", "NaN", "", bareNumber=False),
    "numbers read as floats": column("number", "0.1", "1e400", "1_0", "nan", "0.30000000000000004", floatNumber=True, constraints={"maximum": 0.3}),
    "numbers: a signalling NaN": column("number", "1", "sNaN"),
    "numbers: enumeration by value": column("number", "1.0", "01", "2.50", "3", "NaN", constraints={"enum": ["1", 2.5, "NaN"]}),
    "integers: enumeration with a value that is none": column("integer", "1", "x", "2", constraints={"enum": ["1", "x"]}),
    # what is missing
    "missing values are not trimmed": table(
        {"fields": [whole("a", required=True), {"name": "b"}], "missingValues": ["", "-"]}, ["a", "b"], ["-", "-"], [" -", " - "], ["", "x"]
    ),
    "missing values of a field replace the schema's": table(
        {"fields": [{**whole("a"), "missingValues": ["x"]}, {"name": "b"}], "missingValues": ["-"]}, ["a", "b"], ["-", "-"], ["x", "x"], ["", "b"]
    ),
    "nothing is missing": table({"fields": [whole("a"), whole("b")], "missingValues": []}, ["a", "b"], ["", "1"], ["", ""], []),
    "a short row's cell is None, and so is a missing value": table(
        {"fields": [whole("a"), whole("b", required=True)], "missingValues": ["None"]}, ["a", "b"], ["1"], ["None", "None"]
    ),
    "missing values with labels": table(
        {"$schema": V2, "fields": [whole("a"), {"name": "b"}], "missingValues": [{"value": "-", "label": "none"}]}, ["a", "b"], ["-", "1"], ["", "2"]
    ),
    "exclusive bounds": table(
        {"$schema": V2, "fields": [whole("a", exclusiveMinimum=1, exclusiveMaximum="3"), {"name": "b"}]}, ["a", "b"], ["1", ""], ["2", ""], ["3", ""]
    ),
    "exclusive bounds without the version that has them": table([whole("a", exclusiveMinimum=1)], ["a"], ["1"]),
    "exclusive bounds beside a foreign key": table(
        {"$schema": V2, **_TREE, "fields": [whole("a", exclusiveMinimum=1), whole("b")]}, ["a", "b"], ["1", "1"], ["2", "3"]
    ),
    # text
    "lengths count code points": column(
        "string", "e\u0301", "é", "👨‍👩‍👧", "𠮷", "ｶﾞ", "", "ab", "abc", constraints={"minLength": 2, "maxLength": 2}
    ),
    "a pattern of alternatives is anchored at one end each": column("string", "a", "axx", "xxb", "b", "xx", constraints={"pattern": "a|b"}),
    "a dollar allows a newline": column("string", "a", "a\n", "a\n\n", "\na", constraints={"pattern": "a"}),
    "digits of every script": column("string", "12", "１２", "٣", "²", constraints={"pattern": "\\d+"}),
    "words, blanks, dots and newlines": column("string", "a b", "ａ", "あ", "a\nb", "\u3000", "", constraints={"pattern": "[\\w\\s]+."}),
    "looking ahead and back": column("string", "ab", "ac", "b", constraints={"pattern": "(?=a)(?!ac).(?<=a).*"}),
    "back references": column("string", "aa", "ab", "a", constraints={"pattern": "(?P<n>.)(?P=n)"}),
    "a broken pattern": column("string", "a", constraints={"pattern": "["}),
    "an empty pattern": column("string", "", "a", "\n", constraints={"pattern": ""}),
    "a pattern on an address": column("string", "a@b.co", "x", "A@B.CO", format="email", constraints={"pattern": "[a-z@.]+"}),
    "addresses": column("string", "a@b", "日本@例え.jp", "a@例え.jp", '"a b"@c.co', "a@[127.0.0.1]", "a@b.co\n", "a" * 65 + "@b.co", format="email"),
    "links": column("string", "http://日本.jp", "http://[::1", "a:b", "//x", "http://a b", "http://a:99999/", "HTTP:", "", format="uri"),
    "base64": column("string", "YWJj", "YW Jj", "YWJ", "a", "日本", "====", "ab=c", format="binary"),
    "identifiers": column("string", "123E4567-E89B-12D3-A456-426614174000", "{123e4567-e89b-12d3-a456-426614174000}", "x", format="uuid"),
    "well-known text": column("string", "POINT (1 2)", format="wkt"),
    # dates and times
    "dates without leading zeros": column("date", "2024-4-1", "2024-04-1", "２０２４-０４-０１", " 2024-04-01", "2024-04-01 ", "2024-04-01\n"),
    "dates that never were": column("date", "2023-02-29", "2024-02-29", "2024-13-01", "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01"),
    "dates against bounds, not as text": column("date", "2024-4-1", "2024-03-31", "2024-10-1", constraints={"minimum": "2024-04-01", "maximum": "2024-9-30"}),
    "dates of any kind": column("date", "1 April 2024", "04/01/2024", "2024年4月1日", "20240401", "x", "", "2024-04-01T10:00:00", format="any"),
    "dates by pattern": column("date", "2024年4月1日", "2024年04月01日", "２０２４年４月１日", "2024-04-01", format="%Y年%m月%d日"),
    "dates by a pattern that is none": column("date", "2024-04-01", format="%Q"),
    "times": column("time", "10:20", "10:20:30Z", "10:20:30+09:00", "24:00:00", "10:20:60", "10:20:30.5", "10:20:30,123456", "102030"),
    "times with and without a zone, all different": column("time", "10:20:30Z", "10:20:30+00:00", "19:20:30+09:00", "10:20:30", constraints={"unique": True}),
    "moments": column(
        "datetime", "2024-04-01T10:20", "2024-04-01 10:20:30", "2024-04-01T24:00:00", "2024-W14-1T10:20:30", "2024-04-01T10:20:30.5", "2024-04-01T10:20:30Z"
    ),
    "moments equal in different zones": column(
        "datetime", "2024-04-01T10:20:30Z", "2024-04-01T19:20:30+09:00", "2024-04-01T10:20:30", constraints={"unique": True}
    ),
    "moments with a zone against a bound without": column("datetime", "2024-04-01T10:20:30Z", constraints={"minimum": "2024-01-01T00:00:00"}),
    "years": column("year", "2024", "２０２４", "-001", "+123", " 202", "1_00", "0000", "99999", "", constraints={"minimum": 1}),
    "months": column("yearmonth", "2024-4", "2024-04", "2024-13", "-2024-04", " 2024 - 4 ", "２０２４-０４", constraints={"minimum": "2024-04", "unique": True}),
    "durations equal however written": column("duration", "P1D", "PT24H", "P7D", "P1W", "P1Y", "P12M", "-P1D", "P", "PT", "P1,5D", "p1d", constraints={"unique": True}),
    # places and structures
    "places": column("geopoint", "139.7,35.6", "35.6,139.7", "181,0", "180,90", "NaN,1", "1,2,3", "１,２", "1", ""),
    "places in a list": column("geopoint", "[1,2]", '["1","2"]', '"12"', "[true,1]", "[null,1]", "[NaN,1]", "[1]", "[[1],2]", format="array"),
    "places in an object": column("geopoint", '{"lon":1,"lat":2}', '{"lon":1,"lat":2,"x":3}', '{"lon":1}', "[1,2]", '{"lon":"1","lat":[2]}', format="object"),
    "shapes": column("geojson", '{"type":"Point","coordinates":[1,2]}', '{"type":"Point"}', "{}", "[]", "null", "{", '{"type":"Point","coordinates":[NaN,2]}'),
    "topologies": column("geojson", '{"type":"Topology","objects":{},"arcs":[]}', '{"type":"Topology"}', "{}", format="topojson"),
    "objects": column("object", "{}", '{"a":1}', '{"a":1,"a":2}', "[]", "null", "{'a':1}", '{"a":NaN}', constraints={"minLength": 1, "enum": [{"a": 2}, '{"a":1}']}),
    "arrays and their items": column("array", "[]", "[1]", '["1"]', '["x"]', "[1.5]", "[null]", "{}", "[" * 2000, arrayItem={"type": "integer", "constraints": {"minimum": 2}}),
    "lists and their items": column("list", "1", "1;2", "1;;2", "x;1", "", " 1 ; 2", "1_0;２", delimiter=";", itemType="integer", constraints={"maxLength": 2}),
    "arrays as a key": table({"fields": [{"name": "a", "type": "array"}, {"name": "b"}], "primaryKey": "a"}, ["a", "b"], ["[1]", ""]),
    "truth in other words": column("boolean", "○", "×", "true", "1", "", " ○", trueValues=["○", "1"], falseValues=["×", "1"], constraints={"enum": [True]}),
    "truth without words": column("boolean", "true", "false", trueValues=[], falseValues=[]),
    "anything": column("any", "1", "", "x", "1", constraints={"enum": ["1", "x"], "unique": True}),
    "no type at all": table(["a", {"name": "b", "constraints": {"pattern": "x*"}}], ["a", "b"], ["1", "xy"]),
    # the shape of rows
    "short, long, empty and blank rows": table(
        [whole("a", required=True), {"name": "b", "constraints": {"required": True}}], ["a", "b"], ["1"], [], ["", ""], ["", "", ""], [" ", " "], ["1", "b", "c", ""], ["x"]
    ),
    "blank rows keep their key errors": table(_KEY, ["a", "b"], [], ["", ""], ["1", "1"], ["1", "1"], []),
    "blank rows inside one column": table([whole("a", required=True)], ["a"], "", "1", "", '""', " "),
    "one column with commas in it": lines(["a"], "a\n1,2\n3\n"),
    "a header alone": table([whole("a")], ["a"]),
    "an empty file": table([whole("a")]),
    "an empty file of blank lines": lines([whole("a")], "\n\n\n"),
    "a schema without fields": table([], ["a"], ["1"]),
    "a title above the header": lines([whole("a"), "b", "c"], "人口の表\n\na,b,c\n1,2,3\n4,5,6\n"),
    "a header that is shorter than its rows": lines([whole("a"), "b", "c"], "a\n1,2,3\nx,5,6\n7,8,9\n"),
    "the header comes later than the sample expects": lines([whole("a"), "b"], "x\n" * 3 + "a,b\n" + "1,2\n" * 30),
    # keys
    "keys: parts that are missing or of the wrong type": table(_KEY, ["a", "b"], ["1", ""], ["1", ""], ["x", "1"], ["", "1"], ["", ""], ["x", "y"]),
    "keys: the latest earlier row is named": table({**_KEY, "primaryKey": "a"}, ["a", "b"], ["1", "1"], ["01", "2"], [" 1", "3"], ["１", "4"], ["x", ""]),
    "keys: four columns": table(
        {"fields": ["a", whole("b"), {"name": "c", "type": "number"}, {"name": "d", "type": "date"}], "primaryKey": ["d", "c", "b", "a"]},
        ["a", "b", "c", "d"], ["x", "1", "1.0", "2024-4-1"], ["x", "01", "1", "2024-04-01"], ["y", "1", "1", "2024-04-01"],
    ),
    "keys: a column that is not there": table({**_KEY, "fieldsMatch": "subset"}, ["a"], ["1"], ["1"]),
    "keys: the same column twice": table({**_KEY, "primaryKey": ["a", "a"]}, ["a", "b"], ["1", "1"], ["1", "2"]),
    "keys and unique at once": table({"fields": [whole("a", unique=True), "b"], "primaryKey": "a"}, ["a", "b"], ["1", ""], ["1", ""], ["x", ""], ["x", ""]),
    "keys far apart": table({"fields": [whole("a", unique=True), "b"], "primaryKey": "a"}, ["a", "b"], *_LONG, ["0", ""], ["249", ""], ["0", ""]),
    "references to the table itself": table(_TREE, ["a", "b"], ["1", ""], ["2", "1"], ["3", "9"], ["x", "01"], ["4", "x"], ["", "2"]),
    "references of two columns": table(
        {**_KEY, "foreignKeys": [{"fields": ["b", "a"], "reference": {"resource": "", "fields": ["a", "b"]}}]}, ["a", "b"], ["1", "2"], ["2", "1"], ["3", ""], ["", "3"], ["4", "4"]
    ),
    "references to a name of its own": table(
        {**_TREE, "foreignKeys": [{"fields": ["b"], "reference": {"resource": "table", "fields": ["a"]}}]}, ["a", "b"], ["1", "1"], ["2", "3"]
    ),
    "references to another table": table(
        {**_TREE, "foreignKeys": [{"fields": ["b"], "reference": {"resource": "other", "fields": ["a"]}}]}, ["a", "b"], ["1", "1"]
    ),
    "references to a column that is not there": table(
        {**_TREE, "foreignKeys": [{"fields": ["b"], "reference": {"resource": "", "fields": ["q"]}}]}, ["a", "b"], ["1", "1"], ["2", ""]
    ),
    "references by two keys to the same column": table({**_TREE, "foreignKeys": _TREE["foreignKeys"] * 2}, ["a", "b"], ["1", "1"], ["2", "3"]),
    # labels
    "labels: blank, double, wrong, in another case": table(
        [whole("a"), "b", "c", "d", "e"], ["a", "", "A", "a", "d", "e", "e"], ["1", "2", "3", "4", "5", "6", "7"]
    ),
    "labels: three times the same": table([whole("a"), "b", "c"], ["a", "a", "a"], ["1", "2", "3"]),
    "labels: too few and too many": table([whole("a", required=True), "b"], ["a"], ["1"], ["2", "3"]),
    "labels: figures and blanks": table(["1", " a", "b"], ["1", "a", "b "], ["x", "y", "z"]),
    "labels with a newline": table(["a\nb", "c"], ["a\nb", "c"], ["1", "2"]),
    "fields match: any order": _match("equal", ["c", "a", "b"], ["x", "1", "y"], ["x", "q", ""]),
    "fields match: a missing one that is required": _match("superset", ["c", "a"], ["x", "1"], ["y", "z"]),
    "fields match: more labels than fields": _match("subset", ["d", "b", "a", "c", ""], ["1", "", "x", "y", "z"]),
    "fields match: some": _match("partial", ["b", "q"], ["", ""], ["x", "y", "z"]),
    "fields match: none": _match("partial", ["q", "r"], ["1", "2"]),
    "fields match: double labels": _match("equal", ["a", "b", "c", "c"], ["1", "2", "3", "4"]),
    "fields match: the key is not there": _match("partial", ["b", "c"], ["x", "y"], ["x", "y"], primaryKey=["a", "b"]),
    "fields match: no header row": _match("equal", ["1", "x", "y"], ["2", "x", "y"]),
    # how the file is written
    "half a quote": lines([whole("a"), "b"], 'a,b\n1,"x\n2,y\n3,z\n'),
    "quotes inside a cell": lines([whole("a"), "b"], 'a,b\n1,x"y"z\n2,"x"y\n3,"x""y"\n'),
    "a quote after a blank": lines([whole("a"), "b"], 'a,b\n1, "x,y"\n2, "z"\n'),
    "single quotes": lines([whole("a"), "b"], "a,b\n1,'x,y'\n2,'z'\n'3',''\n"),
    "newlines of every kind inside quotes": lines([whole("a"), "b"], 'a,b\r\n1,"x\ny"\r\n2,"x\r\ny"\r\n3,"x\ry"\r\n'),
    "carriage returns alone": table([whole("a"), "b"], ["a", "b"], ["1", "x"], ["q", "y"], line_end="\r"),
    "line ends of three kinds": lines([whole("a"), "b"], "a,b\n1,x\r\n2,y\rq,z\n\r3,w\r\r\n"),
    "other line ends of Unicode are none": lines([whole("a"), "b"], "a,b\n1,x\u2028y\n2,x\x85y\n3,x\x0by\n4,x\x0cy\n"),
    "null bytes": lines([whole("a"), "b"], "a,b\n1,\x00\n\x00,x\n2,x\x00y\n"),
    "control-Z at the end": table([whole("a"), "b"], ["a", "b"], ["1", "x"], tail=b"\x1a"),
    "semicolons, and commas in the figures": table([{"name": "a", "type": "number", "decimalChar": ","}, "b"], ["a", "b"], ["1,5", "x"], ["2.5", "y"], delimiter=";"),
    "tabs": table([whole("a"), "b"], ["a", "b"], ["1", "x y"], ["x", ""], delimiter="\t", suffix="tsv"),
    "bars": table([whole("a"), "b"], ["a", "b"], ["1", "x,y"], ["x", ""], delimiter="|"),
    "two delimiters as often as each other": lines([whole("a"), "b"], "a,b;c\n1,2;3\n4,5;6\n"),
    "a delimiter that no sniffer knows": lines([whole("a"), "b"], "a:b\n1:2\nx:3\n"),
    "backslashes": lines([whole("a"), "b"], "a,b\n1,x\\,y\n2,\\\"z\n"),
    "a byte order mark": table([whole("a"), "b"], ["a", "b"], ["1", "東京"], encoding="utf-8-sig"),
    "two byte order marks": table([whole("a"), "b"], ["\ufeffa", "b"], ["1", "東京"], encoding="utf-8-sig"),
    "byte order marks within": lines([{"name": "a", "constraints": {"unique": True}}, "b"], "a,b\n\ufeffx,1\nx,2\n\ufeff,3\n\ufeff\n"),
    "newlines of two characters inside quotes, between tabs": lines(
        [{"name": "a", "constraints": {"unique": True, "maxLength": 3}}, "b"], 'a\tb\r\n"x\r\ny"\t1\r\n"x\ny"\t2\r\n', suffix="tsv"
    ),
    "Windows Japanese": table([whole("a"), "名称"], ["a", "名称"], *(["1", "八王子市～①㈱"] for _ in range(20)), encoding="cp932"),
    "Windows Japanese, too short to tell": table([whole("a"), "b"], ["a", "b"], ["1", "ｱ"], encoding="cp932"),
    "EUC": table([whole("a"), "名称"], ["a", "名称"], *(["1", "八王子市の計画"] for _ in range(20)), encoding="euc_jp"),
    "UTF-16": table([whole("a"), "名称"], ["a", "名称"], ["1", "東京"], ["x", ""], encoding="utf-16"),
    "UTF-16 without its mark": table([whole("a"), "名称"], ["a", "名称"], ["1", "東京"], encoding="utf-16-le"),
    "Latin-1": table([whole("a"), "b"], ["a", "b"], ["1", "Zürich"], ["x", "naïve"], encoding="latin-1"),
    "a wrong byte at the end": table([whole("a"), "b"], ["a", "b"], ["1", "東京"], tail=b"2,\xff\n"),
    "a wrong byte far behind what is looked at": table(
        [whole("a"), "b"], ["a", "b"], *([str(n), "東京都八王子市元本郷町"] for n in range(4000)), tail=b"x,\xff\nx,1\n"
    ),
    "half a character at the end": table([whole("a"), "b"], ["a", "b"], ["1", "東京"], tail=b"2,\xe6\x9d"),
    "Japanese only behind what is looked at": table(
        [whole("a"), "b"], ["a", "b"], *([str(n), "x" * 90] for n in range(1200)), ["x", "東京"], encoding="cp932"
    ),
    "a very long cell": table([whole("a"), {"name": "b", "constraints": {"maxLength": 5}}], ["a", "b"], ["1", "x" * 300_000], ["x", ""]),
    "a very wide table": table([f"c{n}" for n in range(300)], [f"c{n}" for n in range(300)], ["1"] * 299, ["1"] * 301, ["" for _ in range(300)]),
    "compressed": table([whole("a"), "b"], ["a", "b"], ["1", "x"], ["x", ""], suffix="csv.gz"),
    "many errors of one row": table(
        [whole("a", required=True, unique=True, minimum=5), {"name": "b", "constraints": {"pattern": "x+", "enum": ["xx"], "minLength": 3}}],
        ["a", "b"], ["1", "y"], ["1", "y", "z"], ["", "xx"], ["x"],
    ),
}  # fmt: skip


LIKE_FRICTIONLESS: dict[str, Pair] = {
    "a sound table": table([whole("id"), "name"], ["id", "name"], ["1", "english"], ["2", "中国人"]),
    "nothing but wrong": lines(
        [whole("id"), "name", "field3", "name2"], "id,name,,name\n1,english\n1,english\n\n2,german,1,2,3\n", suffix="csv"
    ),
    "blank headers": table(["a", "b", "c"], ["a", "", "c"], ["1", "2", "3"]),
    "double headers": table(["a", "b", "a2", "a3"], ["a", "b", "a", "a"], ["1", "2", "3", "4"]),
    "defective rows": table(["a", "b", "c"], ["a", "b", "c"], ["1", "2"], ["1", "2", "3", "4"]),
    "one blank row": table(["a", "b"], ["a", "b"], ["1", "2"], []),
    "several blank rows": table(["a", "b"], ["a", "b"], ["1", "2"], [], [], [], ["", ""]),
    "blank rows under no fields": table([], ["a", "b"], [], ["1", "2"]),
    "blank cells that need not be filled": table(["a", "b"], ["a", "b"], ["1", ""], ["", "2"]),
    "an empty source": table([whole("id")]),
    "no rows": table([whole("id"), "name"], ["id", "name"]),
    "no headers": table([whole("id"), "name"], ["1", "english"], ["2", "中国人"]),
    "errors of several kinds against a full schema": table(
        {"fields": [whole("id", required=True), {"name": "name", "constraints": {"required": True}}, whole("age", required=True)], "primaryKey": "id"},
        ["id", "name", "age"], ["1", "Alex", "20"], ["a", "John", ""], ["3", "Paul", "x"], ["3", "", "25", "extra"],
    ),
    "extra headers and cells": table([whole("id")], ["id", "name"], ["1", "english"], ["2", "中国人"]),
    "unique values and a key": table(
        {"fields": [whole("id"), {"name": "unique_number", "type": "number", "constraints": {"unique": True}}], "primaryKey": "id"},
        ["id", "unique_number"], *([str(n % 9), str(n % 8)] for n in range(12)), ["x", "y"], ["x", "y"],
    ),
    "a type error beside an equal value": column("integer", "1", "a", "1", "", "4", "a", constraints={"unique": True}),
    "a composite key, once missing": table(
        {"fields": [whole("id"), "name"], "primaryKey": ["id", "name"]}, ["id", "name"], ["1", "John"], ["", "John"], ["1", "John"], ["", ""]
    ),
    "minimum and maximum lengths": column("string", "1", "11", "111", "", constraints={"minLength": 2, "maxLength": 2}),
    "minimum and maximum": column("integer", "1", "2", "3", "", "9", constraints={"minimum": 2, "maximum": 3}),
    "a self-reference": table(
        {"fields": [whole("id"), whole("cat"), "name"], "foreignKeys": [{"fields": "cat", "reference": {"resource": "", "fields": "id"}}]},
        ["id", "cat", "name"], ["1", "", "Japan"], ["2", "1", "Tokyo"], ["3", "4", "?"],
    ),
    "fewer fields than a required one": table([whole("id"), "name", {"name": "bad", "type": "any", "constraints": {"required": True}}], ["id", "name"], ["1", "x"]),
    "an enumeration beside an empty cell": column("string", "a", "", "c", constraints={"enum": ["a", "b"]}),
    "numbers with grouping and another decimal sign": column("number", "1 000,5", "1000", "10.5", decimalChar=",", groupChar=" "),
    "leading zeros": column("integer", "01", "002", "0"),
    "figures as labels": table(["2019", "2020"], ["2019", "2020"], ["1", "2"]),
    "yes and no": column("boolean", "yes", "no", "true", "", trueValues=["yes"], falseValues=["no"]),
    "a time zone": column("datetime", "2020-01-01T00:00:00+01:00", "2020-01-01T00:00:00Z", "2020-01-01 00:00", format="any"),
    "JSON inside cells": lines(["id", {"name": "o", "type": "object"}], 'id,o\n1,"{""a"": 1, ""b"": \'x\'}"\n2,"{""a"": ""it\'s""}"\n'),
    "accents": table(["n°", "été"], ["n°", "été"], ["1", "à"], encoding="latin-1"),
    "rows above the header": lines(["id", "name"], "a note\nid,name\n1,x\n2,y\n"),
    "a wide table in another order": table(
        {"fields": [{"name": f"c{n}"} for n in range(30)], "fieldsMatch": "equal"}, [f"c{29 - n}" for n in range(30)], [str(n) for n in range(30)]
    ),
    "labels with a newline": lines(["a\nb", "c"], '"a\nb",c\n1,2\n'),
    "large cells": table(["a", "b"], ["a", "b"], ["x" * 140_000, "1"], ["y", "2"]),
    "values missing by another word": table(
        {"fields": [whole("id"), whole("n")], "missingValues": ["N/A", "-"]}, ["id", "n"], ["1", "N/A"], ["2", "-"], ["3", ""], ["4", "n/a"]
    ),
    "points as objects": column("geopoint", '{"lon": 2.35, "lat": 48.85}', '{"lon": 200, "lat": 1}', "2,3", format="object"),
    "a superset": table({"fields": [whole("a"), "b", "c"], "fieldsMatch": "superset"}, ["c", "a"], ["x", "1"], ["y", "z"]),
    "required fields that only one table has": table(
        {"fields": [whole("A"), "B", {"name": "C", "constraints": {"required": True}}], "primaryKey": ["A"], "fieldsMatch": "superset"}, ["B"], ["b"], ["c"]
    ),
    "escaped quotes": lines(["id", "name"], 'id,name\n1,"say ""hi"""\n2,""\n3,""""\n'),
}  # fmt: skip


_ZONE = "2024-04-01T10:20:30Z"
_NAIVE = {"minimum": "2024-01-01T00:00:00"}

KEPT: dict[str, list[tuple[Pair, str]]] = {
    "no table by its name": [(table([whole("a")], ["a"], ["x"], suffix="txt"), "refused")],
    "a pattern that is no pattern": [(column("string", constraints={"pattern": "["}), "refused")],
    "a bound that is no value of its type": [
        (column("integer", "1", constraints={"minimum": "x"}), "refused"),
        (column("integer", constraints={"maximum": 1.5}), "refused"),
        (column("date", "2024-04-01", constraints={"maximum": "tomorrow"}), "refused"),
    ],
    "values that cannot be compared with their bound": [
        (column("datetime", _ZONE, constraints=_NAIVE), "constraint-error"),
        (column("time", "10:20:30Z", constraints={"maximum": "11:00:00"}), "constraint-error"),
        (column("number", "sNaN", constraints={"minimum": 1}), "constraint-error"),
        (column("number", "sNaN", constraints={"enum": [1]}), "constraint-error"),
        (column("datetime", _ZONE, format="any", constraints=_NAIVE), "type-error"),
    ],
    "lists and objects as keys": [
        (column("array", "[1]", "[2]", "[ 1]", constraints={"unique": True}), "unique-error"),
        (column("object", "{}", "{ }", constraints={"unique": True}), "unique-error"),
        (column("list", "1,2", "1,2", constraints={"unique": True}), "unique-error"),
        (column("geojson", '{"type":"Point","coordinates":[1,2]}', constraints={"unique": True}), ""),
        (table({"fields": [{"name": "a", "type": "array"}, "b"], "primaryKey": "a"}, ["a", "b"], ["[1]", ""], ["[1]", ""]), "primary-key"),
    ],
    "a signalling NaN as a key": [
        (column("number", "sNaN", "1", "sNaN", constraints={"unique": True}), "unique-error"),
    ],
}  # fmt: skip
"""What is said here where frictionless falls, or has not looked: `refused`, or the one error."""

_AB = '{"name":"a"},{"name":"b"}'
SCHEMA_FILES: tuple[tuple[str, str | bytes], ...] = (
    # what the file is
    ("json", f'{{"fields":[{_AB}]}}'),
    ("json", b"\xef\xbb\xbf" + f'{{"fields":[{_AB}]}}'.encode()),
    ("json", f'{{"fields":[{_AB}]}}'.encode("utf-16")),
    ("json", '{"fields":[{"name":"a"},{"name":"名"}]}'),
    ("json", '{"fields":[{"name":"a"},{"name":"名"}]}'.encode("cp932")),
    ("json", ""), ("json", "{"), ("json", "null"), ("json", "[]"), ("json", "1"), ("json", '"x"'), ("json", "{}"), ("json", "fields: []"),
    ("yaml", "fields: [{name: a, type: integer, constraints: {maximum: 3}}, {name: b}]"),
    ("yaml", f'{{"fields":[{_AB}]}}'), ("yaml", ""), ("yaml", "{"), ("yaml", "- 1"), ("yaml", "fields: !!python/object:os.system {}"),
    ("yaml", "a: &x {name: a}\nfields: [*x, {name: b}]"),
    ("yaml", "fields: [{name: a, type: date, constraints: {minimum: 2024-01-01}}, {name: b}]"),
    ("yaml", "fields: [{name: 1}, {name: b}]"), ("yaml", "fields: [{name: a}, {name: yes}]"),
    ("yaml", "fields: [{name: a}, {name: b}]\nmissingValues: [-, 1]"), ("yaml", "fields: [{name: a}, {name: b, type: boolean, trueValues: [yes]}]"),
    ("txt", f'{{"fields":[{_AB}]}}'), ("JSON", f'{{"fields":[{_AB}]}}'),
    # what it holds
    *(("json", text) for text in (
        '{"fields":null}', '{"fields":{}}', '{"fields":[null]}', '{"fields":[[]]}', '{"fields":["a"]}', '{"fields":[{"name":null}]}', '{"fields":[{}]}',
        f'{{"fields":[{{"name":"x"}}],"fields":[{_AB}]}}', f'{{"fields":[{_AB}],"primaryKey":null}}', f'{{"fields":[{_AB}],"primaryKey":""}}',
        f'{{"fields":[{_AB}],"primaryKey":{{}}}}', f'{{"fields":[{_AB}],"foreignKeys":null}}', f'{{"fields":[{_AB}],"foreignKeys":[null]}}',
        f'{{"fields":[{_AB}],"foreignKeys":[{{}}]}}', f'{{"fields":[{_AB}],"foreignKeys":[{{"fields":"a"}}]}}', f'{{"fields":[{_AB}],"foreignKeys":{{"fields":"a"}}}}',
        f'{{"fields":[{_AB}],"foreignKeys":[{{"fields":"a","reference":"b"}}]}}', f'{{"fields":[{_AB}],"missingValues":null}}', f'{{"fields":[{_AB}],"missingValues":[5]}}',
        f'{{"fields":[{_AB}],"fieldsMatch":null}}', f'{{"fields":[{_AB}],"uniqueKeys":[["nowhere"]]}}', f'{{"name":"X Y","fields":[{_AB}]}}', f'{{"type":"schema","fields":[{_AB}]}}',
        f'{{"$schema":"x","fields":[{_AB}]}}', f'{{"$schema":5,"fields":[{_AB}]}}', f'{{"profile":"x","fields":[{_AB}]}}', f'{{"title":[],"fields":[{_AB}]}}',
        f'{{"$schema":"https://datapackage.org/profiles/1.0/tableschema.json","fields":[{_AB}]}}', f'{{"$schema":"https://datapackage.org/profiles/2.1/tableschema.json","fields":[{_AB}]}}',
        '{"fields":[{"name":"a"},{"name":"A"},{"name":"b"}],"fieldsMatch":"subset"}',
    )),
    *(("json", f'{{"fields":[{{"name":"a",{field}}},{{"name":"b"}}]}}') for field in (
        '"type":null', '"type":1', '"type":"Integer"', '"constraints":null', '"constraints":[]', '"format":null', '"type":"date","format":""', '"type":"integer","format":"x"', '"type":"any","format":"x"',
        '"missingValues":null', '"missingValues":[]', '"missingValues":["5"]', '"constraints":{"required":"true"}', '"constraints":{"required":null}', '"constraints":{"minLength":"2"}',
        '"constraints":{"minLength":2.0}', '"constraints":{"minLength":null}', '"constraints":{"maxLength":true}', '"constraints":{"enum":"x"}', '"constraints":{"enum":[]}', '"constraints":{"enum":[NaN]}',
        '"constraints":{"enum":["5",null]}', '"type":"integer","constraints":{"enum":null,"minimum":null}', '"type":"integer","constraints":{"minimum":true}', '"constraints":{"custom":1}',
        '"constraints":{"unique":"yes"}', '"constraints":{"pattern":5}', '"type":"number","decimalChar":""', '"type":"number","groupChar":""', '"type":"number","decimalChar":1', '"type":"number","bareNumber":"no"',
        '"type":"number","decimalChar":"ab"', '"type":"list","delimiter":""', '"type":"list","itemType":"list"', '"title":1', '"example":"x","type":"integer"', '"example":"5","type":"integer"', '"required":false',
        '"type":"array","arrayItem":[]', '"type":"array","arrayItem":{"type":"x"}', '"categories":["5"]', '"categories":[{"value":"5","label":"five"}]', '"rdfType":5', '"type":"boolean","trueValues":"5"',
        '"type":"boolean","trueValues":["5","q"],"falseValues":["q"]', '"schema":1', '"type":"geopoint","format":"x"', '"type":"time","format":"%H"', '"type":"year","constraints":{"minimum":"05"}',
    )),
)  # fmt: skip
"""Endings and contents of schema files, for a table of two columns, a and b."""
