"""docs/worked-examples.md: real files of a city, carried through the layouts of that page."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from opendata.pipeline import check
from opendata.pipeline.settings import load_settings
from opendata.pipeline.submission import Outcome
from opendata.workbook import read
from tests.builders import ROOT, sheet, table_of

PAGE = (ROOT / "docs/worked-examples.md").read_text(encoding="utf-8")
FENCE = re.compile(r"(?ms)^```(yaml|sheet|records|problems) (.*?)\n(.*?)^```$")
LAYOUTS = ROOT / "docs" / "examples"
PUBLISHED = {
    "0068_future_population.xlsx": "takamatsu-city__0068_future_population.xlsx",
    "0097_citytax_R2.xlsx": "takamatsu-city__old_data_0097_citytax_R2.xlsx",
    "0097_citytax_R2.csv": "takamatsu-city__0097_citytax_R2_b82c684.csv",
    "0097_citytax_R4.xlsx": "takamatsu-city__0097_citytax_fb3cdb7.xlsx",
    "0097_citytax_R6.xlsx": "takamatsu-city__0097_citytax_f8240dc.xlsx",
}
"""The files by the names under which the page speaks of them."""

Check = Callable[..., dict[str, Outcome]]
Value = tuple[tuple[str, ...], int, float | None]


def fences(kind: str) -> dict[str, str]:
    """The page's fenced parts of a kind, by what stands behind the kind."""
    return {name: body for found, name, body in FENCE.findall(PAGE) if found == kind}


@pytest.fixture(scope="module")
def cities(shared: Path) -> Path:
    return shared / "workbooks" / "cities"


@pytest.fixture(scope="module")
def checked(cities: Path, tmp_path_factory: pytest.TempPathFactory) -> Check:
    """`opendata check` of files in the city's folder, with these layouts among the package's."""

    def outcomes(*files: str, **layouts: str) -> dict[str, Outcome]:
        root = tmp_path_factory.mktemp("desk")
        shutil.copytree(ROOT / "datapackages", root / "datapackages")
        for name, source in layouts.items():
            path = root / "datapackages/municipal-plans/layouts" / f"{name}.yaml"
            path.write_text(source, encoding="utf-8")
        inbox = root / "inbox" / "municipal-plans" / "372013"
        inbox.mkdir(parents=True)
        for file in files:
            shutil.copy(cities / PUBLISHED[file], inbox / file)
        settings = load_settings(packages_folder=root / "datapackages")
        now = datetime(2026, 4, 1, tzinfo=UTC)
        found = check(settings, [inbox / file for file in files], now=now, draft=False)
        return dict(zip(files, found.outcomes, strict=True))

    return outcomes


@pytest.fixture(scope="module")
def outcomes(checked: Check) -> dict[str, Outcome]:
    """Every file of the page with the finished layouts."""
    return checked(*PUBLISHED, **finished())


def finished() -> dict[str, str]:
    return {
        path.name.removesuffix(".layout.yaml"): path.read_text(encoding="utf-8")
        for path in LAYOUTS.glob("*.layout.yaml")
    }


def values(outcome: Outcome) -> set[Value]:
    """Every published value: the names of its nodes and indicator, its year, its figure."""
    assert outcome.dataset is not None
    tables = {name: table.to_pylist() for name, table in outcome.dataset.tables.items()}
    nodes = {one["node_id"]: one for one in tables["policy_nodes"]}
    indicators = {one["indicator_id"]: one for one in tables["indicators"]}

    def path(node: str | None) -> tuple[str, ...]:
        return (*path(nodes[node]["parent_node_id"]), nodes[node]["title"]) if node else ()

    told = [
        (
            (
                *path(indicators[one["indicator_id"]]["node_id"]),
                indicators[one["indicator_id"]]["name"],
            ),
            one["fiscal_year"],
            one["value"],
        )
        for one in tables["indicator_values"]
    ]
    assert len(told) == len(set(told))
    return set(told)


def grid(path: Path) -> list[list[Any]]:
    """The cells of a published file, without the house's reader."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return [[*line] for line in csv.reader(lines)]
    page = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    return [[*row] for row in page.iter_rows(values_only=True)]


def test_the_layouts_of_the_page_are_the_files_beside_it() -> None:
    written = {name: body for name, body in fences("yaml").items() if name != "first"}
    assert written == finished()


@pytest.mark.parametrize("name", sorted(fences("sheet")))
def test_the_excerpts_are_what_is_published(name: str, cities: Path) -> None:
    file, corner = name.split()
    drawn = sheet(fences("sheet")[name])
    cells = grid(cities / PUBLISHED[file])
    assert corner == "A1"
    for row, line in enumerate(drawn.rows):
        there = cells[row][: len(line)]
        assert [_text(one) for one in line] == [_text(one) for one in there]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def test_before_there_is_a_layout_nothing_fits(checked: Check) -> None:
    for outcome in checked("0068_future_population.xlsx", "0097_citytax_R2.xlsx").values():
        assert [one.code for one in outcome.problems] == ["unknown-layout"]


def test_a_first_layout_is_told_what_it_leaves_out(checked: Check) -> None:
    ((file, expected),) = fences("problems").items()
    outcome = checked(file, first=fences("yaml")["first"])[file]
    told = [f"{one.place.cell} {one.code}" for one in outcome.problems]
    assert told == expected.split("\n")[:-1]


@pytest.mark.parametrize("file", sorted(fences("records")))
def test_the_tables_are_what_the_page_says(file: str, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[file]
    assert outcome.problems == ()
    assert outcome.dataset is not None
    tables = outcome.dataset.tables
    drawn = re.findall(r"(?m)^(\w+) (\d+)\n((?:\|.*\n)+)", fences("records")[file])
    derived = {"indicator_progress"}
    assert {name for name, table in tables.items() if table.num_rows} - derived == {
        name for name, _, _ in drawn
    }
    for name, count, body in drawn:
        expected = table_of(body)
        rows = tables[name].select([*expected[0]]).slice(0, len(expected)).to_pylist()
        assert tables[name].num_rows == int(count)
        assert [{key: _plain(value) for key, value in row.items()} for row in rows] == expected


def _plain(value: Any) -> str | None:
    return None if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)


def test_every_forecast_is_its_cell(outcomes: dict[str, Outcome], cities: Path) -> None:
    outcome = outcomes["0068_future_population.xlsx"]
    names = ["総人口", "年少人口", "生産年齢人口", "老年人口"]
    names += [f"{name}（Takamatsu）" for name in names]
    head, *lines = grid(cities / PUBLISHED["0068_future_population.xlsx"])
    assert len(head) == 10
    truth: set[Value] = {
        ((name,), int(line[1]), float(line[2 + at]))
        for line in lines
        for at, name in enumerate(names)
    }
    assert len(truth) == 88
    assert values(outcome) == truth


def tax_truth(cells: list[list[Any]], year: int) -> Iterator[Value]:
    """The values of a tax file, by the places of its columns."""
    names = ["調定額", "収入額", "不納欠損額", "収入未済額", "収入率"]
    for line in cells:
        if str(line[0]).isdigit() and line[2] != "全税目":
            parts = tuple(one for one in line[2:5] if one != "－")
            for at, name in enumerate(names, start=5):
                missing = str(line[at]) in ("-", "－")
                yield (*parts, name), year, None if missing else float(line[at])


@pytest.mark.parametrize(
    ("file", "year", "warned"),
    [
        ("0097_citytax_R2.xlsx", 2020, []),
        ("0097_citytax_R2.csv", 2020, []),
        ("0097_citytax_R4.xlsx", 2022, ["personal-data-in-properties"]),
        ("0097_citytax_R6.xlsx", 2024, ["personal-data-in-properties"]),
    ],
)
def test_every_amount_is_its_cell(
    file: str, year: int, warned: list[str], outcomes: dict[str, Outcome], cities: Path
) -> None:
    outcome = outcomes[file]
    assert [one.code for one in outcome.problems] == warned
    truth = set(tax_truth(grid(cities / PUBLISHED[file]), year))
    assert len(truth) == 90
    assert values(outcome) == truth


def test_the_rate_is_in_percent_of_the_amounts(outcomes: dict[str, Outcome]) -> None:
    told = {name: value for name, _, value in values(outcomes["0097_citytax_R2.xlsx"])}
    rates = {name[:-1]: value for name, value in told.items() if name[-1] == "収入率"}
    for name, rate in rates.items():
        due, paid = told[*name, "調定額"], told[*name, "収入額"]
        assert due is not None
        assert paid is not None
        if due:
            assert rate == pytest.approx(100 * paid / due, abs=0.06)


def test_what_the_layout_adds_has_no_cell(outcomes: dict[str, Outcome], cities: Path) -> None:
    outcome = outcomes["0068_future_population.xlsx"]
    assert outcome.dataset is not None
    places = outcome.dataset.cells["indicators"].to_pylist()
    assert {one["unit"] for one in places} == {one["name"] for one in places} == {None}
    assert [one["definition"] for one in places] == [f"Sheet1!{letter}1" for letter in "CDEFGHIJ"]
    book = read("x.xlsx", (cities / PUBLISHED["0068_future_population.xlsx"]).read_bytes())
    assert book.sheets[0].rows[0][2] == "headCount"
    assert yaml.safe_load(finished()["future-population"])["set"] == {
        "plans.title": "高松市の将来推計人口"
    }
