"""Text that a spreadsheet would calculate is told, published unchanged, and stored as text."""

from __future__ import annotations

import pytest

from opendata.validate.formula_text import is_formula_like
from tests.builders import sheet, validated


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("http://example.com","x")',
        "@SUM(A1)",
        "+A1",
        "-A1",
        "\t=1",
        "-5人",
        "=計",
    ],
)
def test_a_spreadsheet_would_calculate_this(text: str) -> None:
    assert is_formula_like(text)


@pytest.mark.parametrize(
    "text",
    ["", "-", "- 項目", "-3.5", "+2.0%", "-1,200", "▲3", "−3", "1=1", "施策1-1", "－"],
)
def test_and_would_leave_this(text: str) -> None:
    assert not is_formula_like(text)


def test_the_steward_is_told_once_for_a_cell_and_the_value_stays() -> None:
    read = validated(
        sheet(
            """
            | 計画名 | 情報計画 |
            | 備考   | =1+1     |
            """
        ),
        """
        blocks:
          - form:
              - {label: 計画名, to: plans.title, required: true}
              - {label: 備考, to: plans.note}
        """,
    )

    (told,) = [one for one in read.problems if one.code == "formula-like-text"]
    assert (told.place.cell, told.severity, told.value) == ("B2", "notice", "=1+1")
    assert read.dataset.tables["plans"].column("note").to_pylist() == ["=1+1"]
