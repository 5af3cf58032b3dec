"""The layout language, as docs/layouts.md tells it and as the package uses it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
import yaml

from opendata.errors import PackageError
from opendata.extract import read_layout, read_layouts
from opendata.workbook import Sheet
from tests.builders import INBOX, ROOT, extracted, package, rows, sheet, table_of, workbook

BLOCK = re.compile(r"(?ms)^```(yaml|sheet|records) ?(.*?)\n(.*?)^```$")


@dataclass
class Example:
    """One example of the page: a layout, the sheets it is held against, the records they give."""

    layout: str
    sheets: list[Sheet] = field(default_factory=list)
    records: dict[str, list[dict[str, str | None]]] = field(default_factory=dict)


def examples() -> list[Example]:
    page = (ROOT / "docs/layouts.md").read_text(encoding="utf-8")
    found: list[Example] = []
    for kind, name, body in BLOCK.findall(page):
        if kind == "yaml":
            found.append(Example(body))
        elif kind == "sheet":
            found[-1].sheets.append(sheet(body, name or "表"))
        else:
            for table, drawn in re.findall(r"(?m)^(\w+)\n((?:\|.*\n)+)", body):
                found[-1].records[table] = table_of(drawn)
    return found


@pytest.mark.parametrize(
    "example", examples(), ids=lambda one: str(yaml.safe_load(one.layout)["title"])
)
def test_the_examples_of_the_page_are_true(example: Example) -> None:
    read = extracted(workbook(*example.sheets), example.layout)

    assert read.problems == ()
    assert {name for name, table in read.texts.items() if table.num_rows} == set(example.records)
    for name, expected in example.records.items():
        fields = " ".join(expected[0])
        told = [tuple(value or None for value in row) for row in rows(read.texts[name], fields)]
        assert told == [tuple(one.values()) for one in expected]


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


FINE = {"title": "様式", "blocks": [{"table": [{"header": "施策", "to": "policy_nodes.title"}]}]}


def test_a_fine_layout() -> None:
    assert read_layout(package(), "fine", FINE).name == "fine"


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"title": "様式"}, "blocks: Field required"),
        ({**FINE, "blocks": "施策"}, "blocks"),
        ({**FINE, "blocks": []}, "would fit any file"),
        ({**FINE, "then": "drop"}, "then: Extra inputs are not permitted"),
        (
            {**FINE, "blocks": [{"table": [{"header": "施策", "too": "x"}]}]},
            "blocks.0.table.0.too:",
        ),
        ({**FINE, "blocks": [{"table": [{"header": "施", "to": "plans.titel"}]}]}, "plans.titel"),
        ({**FINE, "blocks": [{"table": [{"header": "施", "to": "plan.title"}]}]}, "plan.title"),
        ({**FINE, "blocks": [{"table": [{"header": "施", "fill": "up"}]}]}, "fill"),
        ({**FINE, "blocks": [{"form": [{"label": "計画名", "to": "plans.title"}]}]}, "required"),
        ({**FINE, "set": {"plans.slugg": "x"}}, "plans.slugg"),
        (
            {
                **FINE,
                "blocks": [
                    {"table": [{"header": "A", "to": "plans.title", "set": {"levl": "goal"}}]}
                ],
            },
            "plans.levl",
        ),
        (
            {
                **FINE,
                "blocks": [
                    {"table": [{"header": "達成", "to": "indicator_progress.achievement_rate"}]}
                ],
            },
            "indicator_progress.achievement_rate",
        ),
        (
            {**FINE, "blocks": [{"table": [{"header": "A", "set": {"plans.title": "$heading"}}]}]},
            "$heading",
        ),
        (
            {
                **FINE,
                "blocks": [{"table": [{"header": "A", "set": {"plans.note": "$title.unit"}}]}],
            },
            "$title.unit",
        ),
        (["施策"], "mapping"),
        (None, "mapping"),
    ],
)
def test_a_broken_layout_is_named_with_what_is_wrong(broken: object, reason: str) -> None:
    with pytest.raises(PackageError) as caught:
        read_layout(package(), "broken", broken)

    sentence = caught.value.sentence()
    assert caught.value.code == "broken-layout"
    assert "「broken」" in sentence.ja
    assert reason in sentence.en
