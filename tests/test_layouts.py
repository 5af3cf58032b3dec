"""The layout language, as docs/layouts.md tells it and as the package uses it."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from opendata.errors import PackageError
from opendata.extract import read_layout, read_layouts
from opendata.package import load
from opendata.workbook import Sheet
from tests.builders import (
    INBOX,
    PACKAGE,
    ROOT,
    extracted,
    package,
    rows,
    sheet,
    table_of,
    validated,
    workbook,
)

BLOCK = re.compile(r"(?ms)^```(yaml|sheet|records|values|problems) ?(.*?)\n(.*?)^```$")


@dataclass
class Example:
    """One example of the page: a layout, the sheets it is held against, what they give: the texts
    of the records, the published values, the problems."""

    layout: str
    sheets: list[Sheet] = field(default_factory=list)
    records: dict[str, list[dict[str, str | None]]] = field(default_factory=dict)
    values: list[dict[str, str | None]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def examples(at: str = "A1") -> list[Example]:
    """The examples in order, their sheets drawn from this cell on."""
    page = (ROOT / "docs/layouts.md").read_text(encoding="utf-8")
    found: list[Example] = []
    for kind, name, body in BLOCK.findall(page):
        if kind == "yaml":
            found.append(Example(body))
        elif kind == "sheet":
            found[-1].sheets.append(sheet(body, name or "表", at=at))
        elif kind == "values":
            found[-1].values = table_of(body)
        elif kind == "problems":
            found[-1].problems = body.splitlines()
        else:
            for table, drawn in re.findall(r"(?m)^(\w+)\n((?:\|.*\n)+)", body):
                found[-1].records[table] = table_of(drawn)
    return found


@pytest.mark.parametrize(
    "example", examples(), ids=lambda one: str(yaml.safe_load(one.layout)["title"])
)
def test_the_examples_of_the_page_are_true(example: Example) -> None:
    read = extracted(workbook(*example.sheets), example.layout)

    assert sorted(f"{one.place.cell} {one.code}" for one in read.problems) == example.problems
    assert example.records or example.values or example.problems
    if example.records:
        filled = {name for name, table in read.texts.items() if table.num_rows}
        assert filled == set(example.records)
    for name, expected in example.records.items():
        fields = " ".join(expected[0])
        told = [tuple(value or None for value in row) for row in rows(read.texts[name], fields)]
        assert told == [tuple(one.values()) for one in expected]


def test_the_mistake_of_the_page_is_told_as_it_says() -> None:
    page = (ROOT / "docs/layouts.md").read_text(encoding="utf-8")
    ((source, sentences),) = re.findall(r"(?ms)^```mistake\n(.*?)^```\n\n```told\n(.*?)^```", page)
    with pytest.raises(PackageError) as caught:
        read_layout(package(), "page", yaml.safe_load(source))
    for said, expected in zip(caught.value.sentence(), sentences.splitlines(), strict=True):
        assert said.startswith(expected)


@pytest.mark.parametrize(
    "example", examples("C5"), ids=lambda one: str(yaml.safe_load(one.layout)["title"])
)
def test_it_may_stand_anywhere_on_the_sheet(example: Example) -> None:
    title = yaml.safe_load(example.layout)["title"]
    here = next(one for one in examples() if yaml.safe_load(one.layout)["title"] == title)
    there = extracted(workbook(*example.sheets), example.layout)
    assert there.texts == extracted(workbook(*here.sheets), here.layout).texts
    assert len(there.problems) == len(here.problems)


WITH_VALUES = [one for one in examples() if one.values]


@pytest.mark.parametrize(
    "example", WITH_VALUES, ids=lambda one: str(yaml.safe_load(one.layout)["title"])
)
def test_the_values_of_the_page_are_true(example: Example) -> None:
    source = yaml.safe_load(example.layout)
    source["set"] = {"plans.title": "計画", **source.get("set", {})}
    result = validated(workbook(*example.sheets), read_layout(package(), "page", source))

    tables = {name: table.to_pylist() for name, table in result.dataset.tables.items()}
    nodes = {one["node_id"]: one for one in tables["policy_nodes"]}
    indicators = {one["indicator_id"]: one for one in tables["indicators"]}

    def path(node: str | None) -> list[str]:
        return [*path(nodes[node]["parent_node_id"]), nodes[node]["title"]] if node else []

    told = []
    for value in tables["indicator_values"]:
        whole = {**indicators[value["indicator_id"]], **value}
        whole["node"] = "/".join(path(whole["node_id"]))
        told.append({name: _plain(whole[name]) for name in example.values[0]})
    assert told == example.values


def _plain(value: object) -> str | None:
    return f"{value:.15g}" if isinstance(value, float) else str(value) if value else None


def test_the_page_tells_every_key() -> None:
    page = (ROOT / "docs/layouts.md").read_text(encoding="utf-8")
    from opendata.extract import layout

    kinds = (layout.Layout, layout.Form, layout.Table, layout.Label, layout.Column, layout.Rows)
    parts = (layout.Line, layout.Row)
    keys = {key for kind in (*kinds, *parts) for key in kind.model_fields} - {"name"}
    assert {key for key in keys if not re.search(rf"(?m)`{key}[`:]|^ *(- )?{key}:", page)} == set()


def test_every_layout_of_the_package_reads_an_example() -> None:
    layouts = read_layouts(package())
    assert len(layouts) == len(list(INBOX.rglob("*.xlsx"))) == 5
    assert all(one.title for one in layouts)


FINE: dict[str, Any] = {
    "title": "様式",
    "blocks": [{"table": [{"header": "施策", "to": "policy_nodes.title"}]}],
}


def test_a_fine_layout() -> None:
    assert read_layout(package(), "fine", FINE).name == "fine"


COLUMN = "blocks[1].table[1](施策)"


def column(**more: Any) -> dict[str, Any]:
    """A layout of one column, with more said of it."""
    spec = {"header": "施策", "to": "policy_nodes.title", **more}
    return {"title": "様式", "blocks": [{"table": [spec]}]}


def block(**more: Any) -> dict[str, Any]:
    """A layout of one table, with more said of it."""
    return {"title": "様式", "blocks": [{**FINE["blocks"][0], **more}]}


def labels(**spec: Any) -> dict[str, Any]:
    """A layout of one label."""
    return {"title": "様式", "blocks": [{"form": [spec]}]}


BROKEN = [
    ({"title": "様式"}, "blocks: this is missing."),
    ({**FINE, "blocks": "施策"}, 'blocks: found "施策", expected a list'),
    ({**FINE, "blocks": ["施策"]}, 'blocks[1]: found "施策", expected keys with values.'),
    ({**FINE, "blocks": []}, "would fit any file"),
    ({**FINE, "blocks": [{"titles": ["表"]}]}, "blocks[1]: a block has a `table` or a `form`."),
    ({**FINE, "then": "drop"}, 'then: there is no key "then" (there are: title, blocks, set,'),
    ({**FINE, "ignoer": "計"}, '(did you mean "ignore"?)'),
    (block(igonre="計"), 'blocks[1].igonre: there is no key "igonre" (did you mean "ignore"?)'),
    (block(rows={"ignroe": "計"}), 'blocks[1].rows.ignroe: there is no key "ignroe"'),
    (block(rows={"other": [{"row": "計"}]}), "blocks[1].rows.other[1](計).set: this is missing."),
    (block(lines=[{"undre": "計"}]), 'blocks[1].lines[1].undre: there is no key "undre"'),
    (block(gap=0), 'blocks[1].gap: found "0", expected a whole number from 1.'),
    (block(era="平静"), 'blocks[1].era: there is no era "平静".'),
    (block(titles=["表（$yaer）"]), 'blocks[1].titles: nothing says "$yaer" here'),
    (column(too="x"), f'{COLUMN}.too: there is no key "too" (did you mean "to"?).'),
    (column(header="現状", fill="up"), 'blocks[1].table[1](現状).fill: found "up", expected'),
    (column(header=2015), 'blocks[1].table[1].header: found "2015", expected a text (figures'),
    (column(header=""), "blocks[1].table[1].header: there is no text."),
    (column(header=[]), "blocks[1].table[1].header: there is no text."),
    (column(header="実績/"), "blocks[1].table[1](実績/).header: nothing stands beside a `/`."),
    (column(header="$yaer"), 'nothing says "$yaer" here (did you mean "$year"?).'),
    (column(required="はい"), f'{COLUMN}.required: found "はい", expected true or false.'),
    (column(split="numbr"), f'{COLUMN}.split: found "numbr", expected one of number, period'),
    (
        column(
            split="number", to=["policy_nodes.number", "policy_nodes.title", "policy_nodes.stage"]
        ),
        f"{COLUMN}: `split: number` makes 2 parts, so `to` has at most 2 fields.",
    ),
    (column(set=["level"]), f"{COLUMN}.set: found"),
    (column(set={"level": 1}), f'{COLUMN}.set.level: found "1", expected a text'),
    (column(set={"levl": "goal"}), 'the table "policy_nodes" has no field "levl" (did you mean'),
    (column(set={"level": "gaol"}), '"policy_nodes.level" has no value "gaol" (did you mean'),
    (column(set={"level": "$heading"}), f'{COLUMN}: nothing says "$heading" here'),
    (column(set={"note": "$title.unit"}), f'{COLUMN}: nothing says "$title.unit" here'),
    (column(words={"上段": "gaol"}, to="policy_nodes.level"), 'has no value "gaol"'),
    (column(indent=["goal", "施柵"]), '"policy_nodes.level" has no value "施柵"'),
    (column(to="plans.titel"), f'{COLUMN}: "plans.titel": the table "plans" has no field "titel"'),
    (column(to="plan.title"), 'there is no table "plan" (did you mean "plans"?)'),
    (column(to="title"), 'there is no table "title" (there are: plans, policy_nodes, indicators'),
    (column(to="indicator_progress.judgement"), "is computed and never read from a sheet."),
    ({**FINE, "set": {"plans.slugg": "x"}}, 'set: "plans.slugg": the table "plans" has no field'),
    ({**FINE, "set": {"plans.plan_type": "計画"}}, '"plans.plan_type" has no value "計画"'),
    ({**FINE, "signs": {"―": "n/a"}}, 'signs.―: found "n/a", expected one of normal'),
    (labels(label="計画名", to="plans.title"), "no block with a required label or header"),
    (labels(lable="計画名", required=True), 'blocks[1].form[1].lable: there is no key "lable"'),
    (labels(label="計画", value="over"), 'blocks[1].form[1](計画).value: found "over", expected'),
    (labels(label="$header", required=True), 'nothing says "$header" here'),
    (["施策"], "not a mapping of keys and values."),
    (None, "not a mapping of keys and values."),
]


@pytest.mark.parametrize(("broken", "reason"), BROKEN)
def test_a_broken_layout_is_named_with_what_is_wrong(broken: object, reason: str) -> None:
    with pytest.raises(PackageError) as caught:
        read_layout(package(), "broken", broken)

    sentence = caught.value.sentence()
    assert caught.value.code == "broken-layout"
    assert "「broken」" in sentence.ja
    assert "municipal-plans/layouts/broken.yaml" in sentence.ja
    assert not re.search("input|valid|field", sentence.ja, re.I)
    assert reason in sentence.en


def test_every_mistake_of_a_layout_is_told_at_once() -> None:
    spec = {"header": "施策", "to": "plans.titel", "set": {"plans.nott": "$haeder"}}
    with pytest.raises(PackageError) as caught:
        read_layout(package(), "broken", {"title": "様式", "blocks": [{"table": [spec]}] * 2})
    sentence = caught.value.sentence()
    for text in (sentence.ja, sentence.en):
        assert text.count("$haeder") == text.count("plans.titel") == 2


@pytest.mark.parametrize(
    ("source", "japanese", "english"),
    [
        ("", "何も書かれていません", "the file says nothing"),
        ("# 様式", "何も書かれていません", "the file says nothing"),
        ("- 施策", "「項目: 値」の並び", "not a mapping"),
        (
            "title: 様式\nblocks: []\ntitle: 別",
            "3行目の「title」は1行目に",
            '"title" stands in line 1',
        ),
        ("a: {b: 1, c: 2, b: 3}", "1行目の「b」は1行目に", 'line 1: "b"'),
        ("title: 様式\nblocks:\n\t- form: []", "3行目の1文字目から", "line 3, character 1"),
        ("title: 様式\n  blocks: []", "2行目の", "line 2"),
        ("blocks: [{form: []}", "YAML として読めません", "is not YAML"),
        ("title: 様式".encode("cp932"), "1行目が UTF-8 ではありません", "line 1 is not UTF-8"),
        (b"a: 1\n" + "b: 様式".encode("euc-jp"), "2行目が UTF-8", "line 2 is not UTF-8"),
    ],
)
def test_a_layout_that_is_no_yaml_is_named_with_its_line(
    source: str | bytes, japanese: str, english: str, tmp_path: Path
) -> None:
    folder = tmp_path / "municipal-plans"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("examples"))
    path = folder / "layouts" / "mine.yaml"
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    with pytest.raises(PackageError) as caught:
        read_layouts(load(folder))
    sentence = caught.value.sentence()
    assert str(path) in sentence.ja
    assert str(path) in sentence.en
    assert japanese in sentence.ja
    assert english in sentence.en
