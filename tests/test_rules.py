"""Every rule of a package tells its own examples apart; every code of the design is one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args

import pyarrow as pa
import pytest
import yaml

from opendata.errors import PackageError, Problem, messages
from opendata.extract import ROLE, TOTALS, extract, read_layout
from opendata.package import Package, Resource, Rule, load
from opendata.package.contract import FoundBy
from opendata.package.rule import read_rule
from opendata.validate import rated, validate
from opendata.validate.database import connected
from opendata.validate.readings import Reading, read
from opendata.validate.records import Columns
from opendata.validate.rules import LAST, SAID, WRITTEN, check_rules
from opendata.validate.typed import typed
from opendata.workbook import address
from tests.builders import PACKAGE, ROOT, package, sheet, workbook

CODES = """era-year-mismatch era-year-never-existed period-mismatch kind-stage-mismatch
    total-mismatch period-outside-parent missing-unit missing-value not-a-number unknown-label
    duplicate-indicator stale-hidden-data personal-data target-before-baseline indicator-renamed
    value-jump"""
PACKAGES = [load(one.parent) for one in sorted(PACKAGE.parent.glob("*/datapackage.yaml"))]
CODE = "141500"
"""A municipality for drawn sheets."""

Given = Mapping[str, Any]


def examples() -> Iterator[Any]:
    for contract in PACKAGES:
        for rule in contract.rules:
            for number, example in enumerate(rule.examples):
                ((verdict, given),) = example.items()
                name = f"{contract.name}-{rule.code}-{rule.field}-{number}-{verdict}"
                yield pytest.param(replace(contract, rules=(rule,)), verdict, given, id=name)


@pytest.mark.parametrize(("contract", "verdict", "given"), [*examples()])
def test_a_rule_tells_its_examples_apart(contract: Package, verdict: str, given: Given) -> None:
    """An example is a cell's text, a drawn sheet, or rows of the tables."""
    assert verdict in ("passes", "fails")
    if "text" in given:
        hold_text(contract, verdict, given)
    elif "sheet" in given:
        hold_sheet(contract, verdict, given)
    else:
        hold_rows(contract, verdict, given)


def hold_text(contract: Package, verdict: str, given: Given) -> None:
    """What one field makes of one text."""
    table, _, name = given["field"].partition(".")
    reading: Reading = read(given["text"], contract.resource(table).field(name))
    (rule,) = contract.rules
    hits = [one for one in reading.findings if one.code == rule.code]
    assert len(hits) == (verdict == "fails") == len(reading.findings)
    assert [one.suggestion for one in hits] == [given.get("suggestion")] * len(hits)


def hold_sheet(contract: Package, verdict: str, given: Given) -> None:
    """What the whole way from a drawn sheet makes of its cells."""
    (rule,) = contract.rules
    hits = problems_of(contract, given, rule.code)
    assert {one.place.cell: one.suggestion for one in hits} == given.get("cells", {})
    assert bool(hits) == (verdict == "fails")
    for hit in hits:
        assert hit.severity == rule.severity or rule.severity is None
        assert_told(hit)


def problems_of(contract: Package, given: Given, code: str) -> list[Problem]:
    """What of a code is told of a drawn sheet."""
    book = workbook(sheet(given["sheet"], hidden=given.get("hidden", "")))
    form = read_layout(contract, "様式", given["layout"])
    extracted = extract(book, contract, [form], {"plans.municipality_code": CODE})
    assert extracted.layout, [one.message.en for one in extracted.problems]
    result = validate(extracted, book, contract)
    problems = (*rated(extracted.problems, contract), *result.problems)
    return [one for one in problems if one.code == code]


def hold_rows(contract: Package, verdict: str, given: Given) -> None:
    """What a query finds in the tables; a field that is not given is null."""
    last = {name.removeprefix(LAST) for name in given if name.startswith(LAST)}
    tables, before = {}, {}
    for resource in contract.read:
        tables[resource.name] = columns(resource, given.get(resource.name, []))
        totals = resource.name + TOTALS
        tables[totals] = columns(resource, given.get(totals, []), is_total=True)
        if resource.name in last:
            known = columns(resource, given[LAST + resource.name])
            before[resource.name] = typed(known, resource.published)
    assert set(given) - {"suggestion"} <= {*tables, *(LAST + name for name in before)}

    hits = [one.problem for one in check_rules(tables, contract, before)]

    (rule,) = contract.rules
    assert len(hits) == (verdict == "fails")
    for hit in hits:
        assert hit.code == rule.code
        assert hit.severity == rule.message.severity
        assert hit.place.sheet == "表"
        assert "suggestion" not in given or hit.suggestion == given["suggestion"]
        assert_told(hit)


def assert_told(hit: Problem) -> None:
    assert "—" not in hit.message.ja + hit.remedy.ja, "every place of the message is filled"


def columns(resource: Resource, rows: list[dict[str, Any]], *, is_total: bool = False) -> Columns:
    """Rows given in part as a table: what is not given is null."""
    names = [one.name for one in resource.fields] + ([ROLE] if is_total else [])
    unknown = {name for row in rows for name in row} - {*names, WRITTEN, SAID}
    assert not unknown, f"{resource.name} has no {unknown}"
    values = {name: [_lexical(row.get(name)) for row in rows] for name in names}
    cells: dict[str, list[str | None]] = {
        name: [f"表!{address(at, column)}" for at in range(1, len(rows) + 1)]
        for column, name in enumerate(names)
    }
    texts, said = (
        {name: [row.get(one, {}).get(name) for row in rows] for name in names}
        for one in (WRITTEN, SAID)
    )
    return Columns(resource, values, cells, texts, said)


def _lexical(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def no_rows() -> dict[str, Columns]:
    return {
        one.name + suffix: columns(one, [], is_total=bool(suffix))
        for one in package().read
        for suffix in ("", TOTALS)
    }


# --- the package's own ---------------------------------------------------------------------------


def test_every_rule_has_both_kinds_of_examples() -> None:
    for contract in PACKAGES:
        for rule in contract.rules:
            verdicts = [next(iter(example)) for example in rule.examples]
            assert {"passes", "fails"} == set(verdicts), rule.code


def test_every_rule_speaks_both_languages() -> None:
    for contract in PACKAGES:
        for rule in contract.rules:
            for words in (rule.message.title, rule.message.text, rule.message.remedy):
                assert re.search(r"[ぁ-ヿ一-鿿]", words.ja)
                assert set(re.findall(r"\{(\w+)\}", words.ja)) == set(
                    re.findall(r"\{(\w+)\}", words.en)
                ), rule.code
            assert rule.message.text.ja.endswith("。") or rule.message.text.ja.endswith("か。")


def test_every_code_of_the_design_is_a_rule_beside_the_schema() -> None:
    assert {*CODES.split()} <= {rule.code for rule in package().rules}


def test_the_severities_that_the_design_gives() -> None:
    known = {rule.code: rule.message.severity for rule in package().rules}
    ask = {"indicator-renamed", "value-jump", "kind-stage-mismatch", "stale-hidden-data"}
    assert {known[code] for code in (*ask, "era-year-never-existed")} == {"warning"}
    assert known["era-year-mismatch"] == "error"


# --- docs/rules.md -------------------------------------------------------------------------------

PAGE = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
FENCE = re.compile(r"(?ms)^```(?:yaml|text) (\S+)\n(.*?)^```$")


def written_on_the_page() -> tuple[Rule, Rule]:
    fences = dict(FENCE.findall(PAGE))
    names = ("target-backwards", "era-year-never-existed")
    query, off = (
        read_rule(one, yaml.safe_load(fences[f"{one}.yaml"]), package().resources) for one in names
    )
    return query, off


def test_the_rule_on_the_page_tells_its_examples_apart() -> None:
    query, off = written_on_the_page()
    for example in query.examples:
        ((verdict, given),) = example.items()
        hold = hold_sheet if "sheet" in given else hold_rows
        hold(replace(package(), rules=(query,)), verdict, given)
    assert off.is_off


def test_the_steward_reads_what_the_page_says() -> None:
    query, _ = written_on_the_page()
    given = next(one["fails"] for one in query.examples if "fails" in one)
    contract = replace(package(), rules=(query,))
    (hit,) = problems_of(contract, given, query.code)
    assert [*dict(FENCE.findall(PAGE))["ja"].splitlines()] == [hit.message.ja, hit.remedy.ja]
    assert hit.subject, "a warning may be answered"


def test_the_page_knows_every_way_of_finding() -> None:
    rows = dict(re.findall(r"(?m)^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", PAGE))
    for way in get_args(FoundBy):
        own = {one.code for one in package().rules if one.found_by == way}
        assert way == "query" or own == set(re.findall("`([a-z-]+)`", rows[way]))


# --- what a package may say of a rule ------------------------------------------------------------


def rule(code: str, **document: Any) -> Rule:
    return read_rule(code, document, package().resources)


def test_a_package_may_turn_a_severity_up_down_or_off() -> None:
    names = ("stale-hidden-data", "unknown-label", "era-year-never-existed", "not-a-number")
    drawn = sheet("| 指標 |\n| 来場 |\n| 12 |", hidden="3")
    found = [Problem(one, *_told(one)) for one in names]
    contract = replace(
        package(),
        rules=(
            rule("stale-hidden-data", found_by="sheet", severity="error"),
            rule("unknown-label", found_by="reading", severity="warning"),
            rule("era-year-never-existed", found_by="reading", severity="off"),
            rule("not-a-number", found_by="reading"),
        ),
    )
    assert drawn.hidden_rows
    assert [(one.code, one.severity, one.subject) for one in rated(found, contract)] == [
        ("stale-hidden-data", "error", None),
        ("unknown-label", "warning", "asked"),
        ("not-a-number", "error", "asked"),
    ]


@pytest.mark.parametrize("code", ["missing-value", "unknown-label"])
def test_a_query_is_as_severe_as_it_says_beside_another_rule_of_its_code(code: str) -> None:
    """A blank key is an error, a blank among figures a question: of one code, by two rules."""
    ways = {one.found_by: one for one in package().rules if one.code == code}
    assert len(ways) == 2
    given = next(one["fails"] for one in ways["query"].examples if "fails" in one)
    told = problems_of(package(), given, code)
    assert [one.severity for one in told] == ["warning"]
    assert told[0].subject, "it may be answered"


def _told(code: str) -> tuple[Any, ...]:
    told = messages()[code]
    return told.severity, None, None, None, told.title, told.text, told.remedy, "asked"


def test_a_query_that_is_off_is_not_run() -> None:
    source = yaml.safe_load((PACKAGE / "rules/missing-unit.yaml").read_text(encoding="utf-8"))
    off = rule("missing-unit", **{**source, "severity": False, "query": "select nothing"})
    assert off.is_off
    assert check_rules(no_rows(), replace(package(), rules=(off,)), {}) == []


def test_what_a_rule_does_not_say_the_house_says() -> None:
    own = rule(
        "unknown-label", found_by="reading", title={"ja": "区分の外です", "en": "Not in the list"}
    )
    assert own.message.title.ja == "区分の外です"
    assert own.message.text == messages()["unknown-label"].text
    assert own.severity is None


@pytest.mark.parametrize(
    ("code", "document", "reason"),
    [
        ("unknown-label", {}, "found_by"),
        ("unknown-label", {"found_by": "chance"}, "chance"),
        ("too-good", {"found_by": "sheet"}, "too-good"),
        ("personal-data", {"found_by": "screening", "severity": "off"}, "always looked for"),
        ("missing-value", {"query": "select 0 as row", "table": "plans"}, "field"),
        ("missing-value", {"query": "x", "table": "plans", "field": "color"}, "plans.color"),
        ("missing-value", {"found_by": "records", "severity": "loud"}, "loud"),
    ],
)
def test_a_broken_rule_is_named(code: str, document: dict[str, Any], reason: str) -> None:
    with pytest.raises(PackageError, match=reason) as caught:
        read_rule(code, document, package().resources)
    assert caught.value.code == "broken-rule"


def test_a_rule_that_cannot_be_run_is_named() -> None:
    (known,) = (one for one in package().rules if one.code == "missing-unit")
    broken = replace(known, query=known.query.replace("written.unit", "written.units"))
    with pytest.raises(PackageError) as caught:
        check_rules(no_rows(), replace(package(), rules=(broken,)), {})
    assert caught.value.code == "broken-rule"
    assert "units" in caught.value.sentence().en


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("select 0 as row from read_csv('/etc/hostname')", "disabled"),
        ("select 1 as line", "no column row"),
        ("select error('[' || current_setting('temp_directory') || ']') as row", r"\[\]"),
    ],
)
def test_a_query_reads_the_tables_and_names_the_rows(query: str, reason: str) -> None:
    (known,) = (one for one in package().rules if one.code == "missing-unit")
    broken = replace(known, query=query)
    with pytest.raises(PackageError, match=reason):
        check_rules(no_rows(), replace(package(), rules=(broken,)), {})


def test_nothing_of_a_file_is_left_for_the_next_one() -> None:
    """The files that one process judges share a database."""
    known = (
        "select table_name from duckdb_tables() where not internal"
        " union select view_name from duckdb_views() where not internal"
    )
    with pytest.raises(PackageError), connected() as database:
        database.register("indicators", pa.table({"name": ["秘密"]}))
        database.execute("create table kept as from indicators; create temp view seen as from kept")
        raise PackageError("broken-rule", rule="", reason="")
    with connected() as database:
        assert database.execute(known).fetchall() == []
