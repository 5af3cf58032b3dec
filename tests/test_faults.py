"""Faults that a clerk makes in a good workbook: told once, at their cells, stopping nothing."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import openpyxl
from openpyxl.cell import Cell

from opendata.errors import Problem
from opendata.extract import read_layouts
from opendata.validate import Validation
from opendata.workbook import read
from tests.builders import DX, INBOX, NISHITOKYO, SAGAMIHARA, edited, found, package, validated


def validation(place: str, content: bytes) -> Validation:
    _, code, name = place.split("/")
    return validated(read(name, content), *read_layouts(package()), code=code)


def problems_of(place: str, content: bytes) -> Sequence[Problem]:
    return validation(place, content).problems


def saved(book: openpyxl.Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def corrected_dx() -> bytes:
    return edited((INBOX / DX).read_bytes(), E4="令和７年度（2025年度）")


def sagamihara(sheet: str, /, **cells: object) -> Validation:
    return validation(SAGAMIHARA, edited((INBOX / SAGAMIHARA).read_bytes(), sheet, **cells))


def test_figures_of_an_indicator_without_name_and_unit_are_refused_at_its_name() -> None:
    read = sagamihara("成果指標", C10=None, D10=None)
    assert ("missing-value", "成果指標!C10") in found(read.problems)
    assert [one.severity for one in read.problems] == ["error"]
    both = sagamihara("成果指標", C10=None, D10=None, C11=None, D11=None)
    assert {("missing-value", "成果指標!C10"), ("missing-value", "成果指標!C11")} == set(
        found(both.problems)
    )


def test_a_column_without_its_heading_is_told_at_the_blank_cell() -> None:
    content = edited((INBOX / NISHITOKYO).read_bytes(), L15=None, F16="%", L16=3)
    assert ("unmapped-column", "KPI管理シート!L15") in found(problems_of(NISHITOKYO, content))
    content = edited((INBOX / SAGAMIHARA).read_bytes(), "現計画の評価", D6=None)
    assert ("unmapped-column", "現計画の評価!D6") in found(problems_of(SAGAMIHARA, content))


def test_a_hidden_column_that_the_layout_maps_is_told_though_it_holds_no_figures() -> None:
    book = openpyxl.load_workbook(BytesIO((INBOX / SAGAMIHARA).read_bytes()))
    book["施策体系"].column_dimensions["E"].hidden = True
    assert ("stale-hidden-data", "施策体系!E4") in found(problems_of(SAGAMIHARA, saved(book)))


def test_a_hidden_sheet_is_named_as_hidden() -> None:
    book = openpyxl.load_workbook(BytesIO((INBOX / SAGAMIHARA).read_bytes()))
    book["現計画の評価"].sheet_state = "hidden"
    (told,) = problems_of(SAGAMIHARA, saved(book))
    assert (told.code, told.severity, told.place.sheet) == (
        *("hidden-sheet", "error"),
        "現計画の評価",
    )


def test_a_wrong_number_of_years_is_quoted_as_written_and_nothing_is_proposed() -> None:
    (told,) = sagamihara("計画概要", C9="平成22年度から平成26年度（4年間）").problems
    assert (told.code, told.value, told.suggestion) == (
        *("period-mismatch", "平成22年度から平成26年度（4年間）"),
        None,
    )


def test_rules_do_not_judge_what_could_not_be_read() -> None:
    content = edited((INBOX / NISHITOKYO).read_bytes(), C5="2019（令和2）年度～2023（令和5）年度")
    assert [one.code for one in problems_of(NISHITOKYO, content)] == ["era-year-mismatch"]
    told = sagamihara("現計画の評価", C7=19.5).problems
    assert found(told) == [("not-a-whole-number", "現計画の評価!C7")]


def test_a_fault_of_a_heading_is_told_once() -> None:
    told = sagamihara("成果指標", G5="目標値\n(H30)").problems
    assert found(told) == [("period-mismatch", "成果指標!G5")]
    assert told[0].value == "目標値\n(H30)"


def test_a_month_that_does_not_exist_is_no_date() -> None:
    told = sagamihara("計画概要", E6="平成22年13月").problems
    assert found(told) == [("not-a-date", "計画概要!E6")]


def test_a_required_label_with_a_blank_value_is_told() -> None:
    content = edited((INBOX / DX).read_bytes(), E4=None)
    assert ("missing-value", "取組一覧!E4") in found(problems_of(DX, content))


def test_rewording_the_vision_changes_no_id_below_it() -> None:
    before = validation(DX, corrected_dx())
    after = validation(DX, edited(corrected_dx(), B8="別の言い方のビジョン"))
    ids = [one.dataset.tables["policy_nodes"]["node_id"].to_pylist() for one in (before, after)]
    assert ids[0] == ids[1]


def test_a_figure_under_a_merged_cell_is_told_and_not_published() -> None:
    book = openpyxl.load_workbook(BytesIO((INBOX / SAGAMIHARA).read_bytes()))
    page = book["成果指標"]
    page.merge_cells("E6:F6")
    page._cells[6, 6] = Cell(page, row=6, column=6, value=99)  # as other programs leave it
    read = validation(SAGAMIHARA, saved(book))
    assert ("stale-hidden-data", "成果指標!F6") in found(read.problems)
    assert 99.0 not in read.dataset.tables["indicator_values"]["value"].to_pylist()
