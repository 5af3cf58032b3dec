"""Every rule of a package tells its own examples apart; every code of the design is raised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import yaml

from opendata.errors import PackageError, messages
from opendata.extract import ROLE, TOTALS
from opendata.package import Resource, load
from opendata.validate.records import Columns
from opendata.validate.rules import LAST, check_rules
from opendata.validate.typed import typed
from tests.builders import PACKAGE, ROOT, package

CODES = """era-year-mismatch era-year-never-existed period-mismatch kind-stage-mismatch
    total-mismatch period-outside-parent missing-unit missing-value not-a-number unknown-label
    duplicate-indicator stale-hidden-data personal-data target-before-baseline indicator-renamed
    value-jump"""
PACKAGES = [load(one.parent) for one in sorted(PACKAGE.parent.glob("*/datapackage.yaml"))]

Example = Mapping[str, Mapping[str, list[dict[str, Any]]]]


def columns(resource: Resource, rows: list[dict[str, Any]], *, is_total: bool = False) -> Columns:
    """Rows given in part as a table: what is not given is null."""
    names = [one.name for one in resource.fields] + ([ROLE] if is_total else [])
    unknown = {name for row in rows for name in row} - set(names)
    assert not unknown, f"{resource.name} has no {unknown}"
    values = {name: [_lexical(row.get(name)) for row in rows] for name in names}
    return Columns(resource, values, {name: [f"表!{name}"] * len(rows) for name in names})


def _lexical(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def examples() -> Iterator[Any]:
    for contract in PACKAGES:
        for rule in contract.rules:
            for number, example in enumerate(rule.examples):
                verdict = next(iter(example))
                name = f"{contract.name}-{rule.code}-{rule.field}-{number}-{verdict}"
                yield pytest.param(replace(contract, rules=(rule,)), example, id=name)


@pytest.mark.parametrize(("contract", "example"), [*examples()])
def test_a_rule_tells_its_examples_apart(contract: Any, example: Example) -> None:
    ((verdict, given),) = example.items()
    assert verdict in ("passes", "fails")
    last = {name.removeprefix(LAST) for name in given if name.startswith(LAST)}
    tables, before = {}, {}
    for resource in contract.read:
        tables[resource.name] = columns(resource, given.get(resource.name, []))
        totals = resource.name + TOTALS
        tables[totals] = columns(resource, given.get(totals, []), is_total=True)
        if resource.name in last:
            known = columns(resource, given[LAST + resource.name])
            before[resource.name] = typed(known, resource.published)
    assert set(given) <= {*tables, *(LAST + name for name in before)}

    hits = check_rules(tables, contract, before)

    (rule,) = contract.rules
    assert len(hits) == (verdict == "fails")
    for hit in hits:
        assert hit.code == rule.code
        assert hit.severity == rule.message.severity
        assert hit.place.sheet == "表"
        assert "—" not in hit.message.ja + hit.remedy.ja, "every place of the message is filled"


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


@pytest.mark.parametrize("code", CODES.split())
def test_every_code_of_the_design_is_raised(code: str) -> None:
    of_rules = {rule.code for rule in package().rules}
    sources = "".join(one.read_text(encoding="utf-8") for one in ROOT.glob("src/**/*.py"))
    descriptor = (PACKAGE / "datapackage.yaml").read_text(encoding="utf-8")
    raised = f'"{code}"' in sources or f"opendata:repeats: {code}" in descriptor
    assert (code in of_rules) != (raised and code in messages()), "once, by a rule or by the source"


def test_the_severities_that_the_design_gives() -> None:
    known = {rule.code: rule.message for rule in package().rules} | dict(messages())
    ask = {"indicator-renamed", "value-jump", "kind-stage-mismatch", "stale-hidden-data"}
    assert {known[code].severity for code in (*ask, "era-year-never-existed")} == {"warning"}
    assert known["era-year-mismatch"].severity == "error"


def test_a_rule_that_cannot_be_run_is_named() -> None:
    source = yaml.safe_load((PACKAGE / "rules/missing-unit.yaml").read_text(encoding="utf-8"))
    rule = replace(package().rules[0], query=source["query"].replace("i.unit", "i.units"))
    tables = {
        one.name + suffix: columns(one, [], is_total=bool(suffix))
        for one in package().read
        for suffix in ("", TOTALS)
    }
    with pytest.raises(PackageError) as caught:
        check_rules(tables, replace(package(), rules=(rule,)), {})
    assert caught.value.code == "broken-rule"
    assert "units" in caught.value.sentence().en


def test_a_rule_cannot_reach_out_of_the_tables() -> None:
    rule = replace(package().rules[0], query="select 0 as row from read_csv('/etc/hostname')")
    tables = {
        one.name + suffix: columns(one, [], is_total=bool(suffix))
        for one in package().read
        for suffix in ("", TOTALS)
    }
    with pytest.raises(PackageError):
        check_rules(tables, replace(package(), rules=(rule,)), {})


def test_a_rule_must_name_the_rows_that_break_it() -> None:
    rule = replace(package().rules[0], query="select 1 as line")
    tables = {
        one.name + suffix: columns(one, [], is_total=bool(suffix))
        for one in package().read
        for suffix in ("", TOTALS)
    }
    with pytest.raises(PackageError, match="no column row"):
        check_rules(tables, replace(package(), rules=(rule,)), {})
