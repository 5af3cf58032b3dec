"""Somebody who fills in a template at random, within what its validations allow."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import openpyxl
from openpyxl.formula.translate import Translator
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

UNREAD = ("記入例", "記入のしかた", "選択肢")


def choices(book: openpyxl.Workbook, sheet: Worksheet, rule: DataValidation, at: str) -> list[Any]:
    """What a list offers in a cell."""
    formula = str(rule.formula1).removeprefix("=")
    if formula.startswith('"'):
        return formula.strip('"').split(",")
    origin = str(rule.sqref).split(" ")[0].split(":")[0]
    moved = Translator("=" + formula, origin=origin).translate_formula(at).removeprefix("=")
    name, _, area = moved.rpartition("!")
    source = book[name.strip("'").replace("''", "'")] if name else sheet
    found = source[area.replace("$", "")]
    cells = [one for row in found for one in row] if isinstance(found, tuple) else [found]
    return [one.value for one in cells if one.value is not None]


@dataclass
class Filler:
    """One filler with a chance of their own."""

    book: openpyxl.Workbook
    chance: random.Random
    count: int = field(default=0)

    def fill(self, rows: int = 6) -> openpyxl.Workbook:
        """Fill in every sheet: forms as a whole, of tables some rows, also far down."""
        for sheet in self.book.worksheets:
            if sheet.title not in UNREAD:
                self._sheet(sheet, rows)
        return self.book

    def _sheet(self, sheet: Worksheet, rows: int) -> None:
        frozen = re.fullmatch(r"([A-Z]+)(\d+)", str(sheet.freeze_panes))
        assert frozen is not None
        first = int(frozen[2])
        width = sheet.max_column
        if sheet.cell(first, 2).protection.locked:  # a form: labels beside their values
            for row in range(first, sheet.max_row + 1):
                self._cell(sheet, row, 3, always=True)
            return
        far = self.chance.sample(range(first + rows, first + 900), 2)
        for row in (*range(first, first + rows), *far):
            for column in range(1, width + 1):
                head = " ".join(
                    str(sheet.cell(one, column).value) for one in (first - 1, first - 2)
                )
                needed = any(mark in head for mark in ("必須", "単位"))
                self._cell(sheet, row, column, always=needed)

    def _cell(self, sheet: Worksheet, row: int, column: int, *, always: bool) -> None:
        if not always and self.chance.random() < 0.4:
            return
        cell = sheet.cell(row, column)
        assert not (cell.has_style and cell.protection.locked)
        rules = [
            one for one in sheet.data_validations.dataValidation if cell.coordinate in one.sqref
        ]
        assert len(rules) <= 1
        rule = rules[0] if rules else None
        cell.value = self._value(sheet, rule, cell.coordinate)

    def _value(self, sheet: Worksheet, rule: DataValidation | None, at: str) -> Any:
        kind = rule.type if rule else None
        if rule is not None and kind == "custom":
            return self._written(str(rule.formula1))
        if rule is None or kind is None:
            return self._text()
        if kind == "list":
            offered = choices(self.book, sheet, rule, at)
            return self.chance.choice(offered) if offered else None
        low, high = self._bounds(sheet, rule)
        if kind == "date":
            return date(1899, 12, 30) + timedelta(days=self.chance.randint(int(low), int(high)))
        if kind == "textLength":
            size = self.chance.randint(int(low) or min(1, int(high)), int(min(high, low + 40)))
            return (self._text() * 50)[:size]
        if kind == "whole":
            return self.chance.randint(int(low), int(min(high, low + 10**6)))
        if low < 50 and high > 90:  # figures of which none is far from its own history
            low, high = 50, 90
        return round(self.chance.uniform(low, high), 2)

    def _bounds(self, sheet: Worksheet, rule: DataValidation) -> tuple[float, float]:
        first = self._number(sheet, str(rule.formula1))
        operator = rule.operator or "between"
        if operator == "between":
            return first, self._number(sheet, str(rule.formula2))
        step = 1 if rule.type in ("whole", "textLength") else 0.01
        return {
            "greaterThanOrEqual": (first, first + 1000),
            "greaterThan": (first + step, first + 1000),
            "equal": (first, first),
            "lessThanOrEqual": (first - 1000, first),
            "lessThan": (first - 1000, first - step),
        }[operator]

    def _number(self, sheet: Worksheet, formula: str) -> float:
        if most := re.fullmatch(r"=?MAX\(([^,]+),(\$?[A-Z]+\$?\d+)\)", formula):
            return max(float(most[1]), float(sheet[most[2].replace("$", "")].value or 0))
        return float(formula)

    def _written(self, formula: str) -> str:
        """A text that a formula of ours lets pass."""
        self.count += 1
        if "http" in formula:
            return f"https://www.city.example.jp/{self.count}.html"
        if "@" in formula:
            return f"madoguchi{self.count}@city.example.jp"
        pieces = re.findall(r'MID\(\w+,\d+,\d+\)="(.)"|TEXT\(--[^"]*"(0+)"\)', formula)
        if pieces:
            return "".join(one or f"{self.count:0{len(zeros)}}" for one, zeros in pieces)
        return self._text()

    def _text(self) -> str:
        self.count += 1
        words = (
            "窓口",
            "防災",
            "子育て",
            "見守り",
            "図書館",
            "GX",
            "Wi-Fi",
            "道路",
            "農業",
            "（試行）",
        )
        return f"{self.chance.choice(words)}{self.chance.choice(words)}{self.count}"
