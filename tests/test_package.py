"""The contract `municipal-plans` promises what the design says; a broken contract is named."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from opendata.errors import PackageError
from opendata.package import available, load
from opendata.package.contract import READINGS, TYPES, published
from opendata.validate.readings import _READERS
from opendata.validate.typed import ARROW
from tests.builders import PACKAGE, package

TABLES = {
    "plans": """plan_id municipality_code title plan_type parent_plan predecessor_plan
        start_fiscal_year end_fiscal_year original_end_fiscal_year department adopted landing_page
        note""",
    "policy_nodes": """node_id plan_id parent_node_id level number position title is_priority stage
        department""",
    "indicators": """indicator_id plan_id node_id name kind unit direction is_cumulative definition
        data_source""",
    "indicator_values": """indicator_id value_type fiscal_year value comparator value_low value_high
        status raw note""",
    "progress": "node_id fiscal_year rating rating_class note",
    "evaluation_counts": "plan_id goal rating item_count",
    "indicator_progress": """indicator_id fiscal_year baseline target actual achievement_rate
        expected judgement""",
}
KEYS = {
    "plans": "plan_id",
    "policy_nodes": "node_id",
    "indicators": "indicator_id",
    "indicator_values": "indicator_id value_type fiscal_year",
    "progress": "node_id fiscal_year",
    "evaluation_counts": "plan_id goal rating",
    "indicator_progress": "indicator_id fiscal_year",
}
ENUMS = {
    "plans.plan_type": """basic_concept basic_plan implementation_plan comprehensive_strategy
        sector_plan guideline""",
    "policy_nodes.level": "vision goal policy measure initiative project",
    "policy_nodes.stage": "introduction consideration research",
    "indicators.kind": "activity outcome",
    "indicators.direction": "up down maintain",
    "indicator_values.value_type": "baseline midterm_target target actual forecast",
    "indicator_values.comparator": "eq ge le approx range",
    "indicator_values.status": """normal provisional revised missing not_yet not_applicable
        suppressed""",
    "progress.rating_class": """completed expanded on_track under_construction under_consideration
        not_started delayed cancelled""",
    "indicator_progress.judgement": "achieved on_track behind reversed unknown",
}


def test_the_tables_are_those_of_the_design() -> None:
    assert {one.name: [field.name for field in one.published] for one in package()} == {
        name: fields.split() for name, fields in TABLES.items()
    }
    assert {one.name: list(one.primary_key) for one in package()} == {
        name: key.split() for name, key in KEYS.items()
    }


def test_the_choices_are_those_of_the_design() -> None:
    found = {
        f"{resource.name}.{field.name}": list(field.enum)
        for resource in package()
        for field in resource.fields
        if field.enum
    }
    assert found == {name: values.split() for name, values in ENUMS.items()}


def test_names_are_english_titles_japanese() -> None:
    for resource in package():
        assert re.search(r"[ぁ-ヿ一-鿿]", resource.title), resource.name
        for field in resource.fields:
            assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", field.name)
            assert re.search(r"[ぁ-ヿ一-鿿]", field.title), field.name


def test_every_category_has_a_label_and_no_label_two_meanings() -> None:
    for resource in package():
        for field in resource.fields:
            categories = field.descriptor.get("categories", ())
            if categories:
                assert [one["value"] for one in categories] == list(field.enum), field.name
            assert set(field.labels.values()) <= set(field.enum)


def test_every_way_of_reading_and_every_type_is_known_to_the_validator() -> None:
    assert set(_READERS) == READINGS
    assert set(ARROW) == set(TYPES)


def test_what_is_private_is_not_published() -> None:
    assert "opendata:" not in str(published(package().descriptor))
    assert [one.name for one in package().resource("plans").fields if not one.is_published] == [
        "slug",
        "period_years",
    ]
    assert [one.name for one in package() if one.is_derived] == ["indicator_progress"]


def test_a_foreign_key_of_a_table_to_itself() -> None:
    keys = {key.field: key for key in package().resource("policy_nodes").foreign_keys}
    assert keys["parent_node_id"].resource == "policy_nodes"
    assert keys["plan_id"].resource == "plans"


# --- broken contracts ----------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copied = tmp_path / "municipal-plans"
    shutil.copytree(PACKAGE, copied, ignore=shutil.ignore_patterns("examples"))
    return copied


def test_the_fingerprint_is_that_of_everything_in_the_folder(folder: Path) -> None:
    assert load(folder).fingerprint == package().fingerprint
    seen = {package().fingerprint}
    for part in ("datapackage.yaml", "layouts/action-list.yaml", "rules/missing-unit.yaml"):
        with folder.joinpath(part).open("a") as file:
            file.write("# changed\n")
        seen.add(load(folder).fingerprint)
    folder.joinpath("layouts/action-list.yaml").rename(folder / "layouts/renamed.yaml")
    seen.add(load(folder).fingerprint)
    assert len(seen) == 5


def test_available_are_the_folders_with_a_descriptor(folder: Path) -> None:
    (folder.parent / "empty").mkdir()
    (folder.parent / "README.md").write_text("not a package")
    assert available(folder.parent) == ("municipal-plans",)
    assert available(folder.parent / "nowhere") == ()


def changed(folder: Path, change: str) -> None:
    path = folder / "datapackage.yaml"
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    plans = document["resources"][0]
    match change:
        case "no resources":
            del document["resources"]
        case "no schema":
            del plans["schema"]
        case "no fields":
            del plans["schema"]["fields"]
        case "a field without a name":
            del plans["schema"]["fields"][0]["name"]
        case "a key that is no field":
            plans["schema"]["primaryKey"] = ["plan"]
        case "a reference to no table":
            nodes = document["resources"][1]
            nodes["schema"]["foreignKeys"][0]["reference"]["resource"] = "plan"
        case "a way of reading that nobody knows":
            plans["schema"]["fields"][2]["opendata:read"] = "fiscal-year"
        case "a type that nobody knows":
            plans["schema"]["fields"][2]["type"] = "text"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        "no resources",
        "no schema",
        "no fields",
        "a field without a name",
        "a key that is no field",
        "a reference to no table",
        "a way of reading that nobody knows",
        "a type that nobody knows",
    ],
)
def test_a_broken_descriptor(folder: Path, change: str) -> None:
    changed(folder, change)
    with pytest.raises(PackageError, match="municipal-plans") as caught:
        load(folder)
    assert caught.value.code == "broken-package"


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("datapackage.yaml", None),
        ("datapackage.yaml", b"name: [unclosed"),
        ("datapackage.yaml", "name: 計画".encode("cp932")),
        ("datapackage.yaml", b"- a list"),
        ("layouts/action-list.yaml", b"title: {broken"),
        ("layouts/action-list.yaml", b""),
        ("rules/missing-unit.yaml", b"severity: error"),
        ("rules/missing-unit.yaml", b"just text"),
    ],
)
def test_a_broken_part(folder: Path, part: str, content: bytes | None) -> None:
    path = folder / part
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(PackageError) as caught:
        load(folder)
    assert caught.value.code in ("broken-package", "broken-rule")
    assert "/municipal-plans" in caught.value.sentence().en or "missing-unit" in str(caught.value)


def test_a_rule_may_not_speak_of_a_table_or_field_that_is_not_there(folder: Path) -> None:
    rule = folder / "rules/missing-unit.yaml"
    source = rule.read_text(encoding="utf-8")
    for old, new in (("table: indicators", "table: indicator"), ("field: unit", "field: units")):
        rule.write_text(source.replace(old, new), encoding="utf-8")
        with pytest.raises(PackageError) as caught:
            load(folder)
        assert caught.value.code == "broken-rule"
        assert "missing-unit" in caught.value.sentence().ja
