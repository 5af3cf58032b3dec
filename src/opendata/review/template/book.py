"""Drawing a template: headings, validations, protection, the example and the instructions."""

from __future__ import annotations

import io
import math
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from opendata.errors.catalogue import Language
from opendata.extract.layout import Label, Layout
from opendata.extract.standard import CHOICES, EXAMPLE, GUIDE, NAME, REQUIRED, sheet_title
from opendata.package import Package
from opendata.review.template import words
from opendata.review.template.example import Value, example_rows
from opendata.review.template.plan import (
    GUIDANCE,
    LABEL,
    MARK,
    NOTE,
    TITLE,
    VALUE,
    Block,
    Entry,
    plan,
)
from opendata.review.template.validation import choices, fits_inline, in_language, twice, validation

FONT = "Yu Gothic"
DRAWN = 40
"""How many rows of a table are drawn with lines; those below are written in just as well."""
COLUMNS = 16_384
Rows = Sequence[Sequence[Value]]
"""The values of an example, row by row."""
_FORM_WIDTHS = {MARK: 8.0, LABEL: 22.0, VALUE: 48.0, NOTE: 62.0}
_GUIDE_WIDTHS = (16.0, 22.0, 10.0, 84.0)
_LINE = 15.0
_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Stands in for the clock: the same form has the same bytes."""
_FREE = (
    "objects", "scenarios", "format_cells", "format_columns", "format_rows", "insert_columns",
    "insert_rows", "insert_hyperlinks", "delete_columns", "delete_rows", "sort", "autofilter",
    "pivot_tables", "select_locked_cells", "select_unlocked_cells",
)  # fmt: skip
"""All that protecting the headings leaves allowed."""


def blank(package: Package, layout: Layout, *, year: int, language: Language = "ja") -> bytes:
    """An xlsx workbook to be filled in, that the layout reads back.

    `year` is the first fiscal year of the columns for figures by year. The same arguments give the
    same bytes.
    """
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "default_format_properties": {"font_name": FONT, "font_size": 11},
    }
    book = xlsxwriter.Workbook(out, options)
    title = str(package.descriptor.get("title", package.name))
    book.set_properties({"title": f"{title} {layout.title}", "created": _CREATED})
    _Drawing(book, package, layout, plan(package, layout, year), year, language).draw()
    book.close()
    return out.getvalue()


class _Drawing:
    """One template in the making."""

    def __init__(
        self,
        book: Any,
        package: Package,
        layout: Layout,
        blocks: Sequence[Block],
        year: int,
        language: Language,
    ) -> None:
        self.book, self.package, self.layout = book, package, layout
        self.blocks, self.year, self.language = blocks, year, language
        self.is_standard = layout.name == NAME
        self.formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.lists: dict[tuple[str, ...], str] = {}

    def draw(self) -> None:
        """Add every sheet to the book; the first one to write in is the one that opens."""
        guide = self.book.add_worksheet(GUIDE) if self.is_standard else None
        sheets = {
            name: self.book.add_worksheet(name)
            for name in dict.fromkeys(block.sheet for block in self.blocks)
        }
        self._lists()
        for name, sheet in sheets.items():
            self._sheet(sheet, name, [one for one in self.blocks if one.sheet == name])
        if guide is not None:
            self._example(self.book.add_worksheet(EXAMPLE))
            self._guide(guide)
            guide.activate()

    def _format(self, **given: Any) -> Any:
        """A cell's format, made once."""
        key = tuple(sorted(given.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"valign": "vcenter", **given})
        return self.formats[key]

    def _head(self, entry: Entry, *, is_free: bool = False) -> Any:
        dark = entry.is_required
        return self._format(
            bold=True,
            text_wrap=True,
            align="center",
            border=1,
            border_color="#8EA9C1",
            bg_color="#FFF7DB" if is_free else "#2F5574" if dark else "#DCE6F0",
            font_color="#FFFFFF" if dark and not is_free else "#1F2D3A",
            locked=not is_free,
        )

    def _cell(self, entry: Entry, *, is_drawn: bool) -> Any:
        lines = {"border": 1, "border_color": "#BFC7CF"} if is_drawn else {}
        given = {"align": "left", "indent": 1} if isinstance(entry.part, Label) else {}
        return self._format(
            locked=False, text_wrap=True, num_format=_number(entry), **lines, **given
        )

    def _note(self) -> Any:
        return self._format(font_size=9, font_color="#5A6570", text_wrap=True, valign="bottom")

    def _lists(self) -> None:
        """The lists that are too long for a validation, on a hidden sheet."""
        every = dict.fromkeys(choices(entry) for block in self.blocks for entry in block.entries)
        long = [one for one in every if one and not fits_inline(one)]
        if not long:
            return
        sheet = self.book.add_worksheet(CHOICES)
        sheet.hide()
        for column, texts in enumerate(long):
            for row, text in enumerate(texts):
                sheet.write_string(row, column, text)
            letter = xl_col_to_name(column)
            self.lists[texts] = f"='{CHOICES}'!${letter}$1:${letter}${len(texts)}"

    def _sheet(self, sheet: Any, name: str, blocks: Sequence[Block]) -> None:
        """One sheet to fill in."""
        free = self._format(locked=False)
        sheet.set_column(0, COLUMNS - 1, 10, free)
        sheet.hide_gridlines(2)
        self._top(sheet, name, blocks)
        for block in blocks:
            self._form(sheet, block) if block.is_form else self._table(sheet, block)
        first = blocks[0]
        frozen = _frozen(first)
        sheet.freeze_panes(first.first, frozen)
        if not first.is_form:
            sheet.repeat_rows(first.top - 1, first.first - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&9&A&R&9&P / &N")
        sheet.protect("", dict.fromkeys(_FREE, True))

    def _top(self, sheet: Any, name: str, blocks: Sequence[Block]) -> None:
        """The title, by which the form is known, and one line of guidance.

        The title is merged: on a sheet without merged cells a note could be taken for a value.
        """
        right = NOTE if blocks[0].is_form else max(len(blocks[0].entries) - 1, 1)
        title = sheet_title(self.package, name) if self.is_standard else f"※ {name}"
        style = self._format(bold=True, font_size=16, font_color="#2F5574")
        sheet.merge_range(TITLE, 0, TITLE, right, "", style)
        sheet.write_string(TITLE, 0, title, style)
        sheet.set_row(TITLE, 30)
        text = words.GUIDANCE.in_(self.language)
        text += words.SEE_EXAMPLE.in_(self.language) if self.is_standard else ""
        resource = blocks[0].resource
        about = str(resource.descriptor.get("description", "")).strip() if resource else ""
        if self.language == "ja" and about and not blocks[0].is_form:
            text = f"※ {about}{text.removeprefix('※ ')}"
        note = self._format(font_size=10, font_color="#5A6570", valign="top", text_wrap=True)
        widths = _FORM_WIDTHS.values() if blocks[0].is_form else map(_width, blocks[0].entries)
        sheet.merge_range(GUIDANCE, 0, GUIDANCE, right, "", note)
        sheet.write_string(GUIDANCE, 0, text, note)
        sheet.set_row(GUIDANCE, _height(text, sum(widths)) + 4)

    def _form(self, sheet: Any, block: Block) -> None:
        for column, width in _FORM_WIDTHS.items():
            sheet.set_column(column, column, width, self._format(locked=False))
        is_alone = all(one.is_form for one in self.blocks if one.sheet == block.sheet)
        for at, entry in enumerate(block.entries):
            row, column = block.position(at)
            note = words.note(entry, self.package, self.blocks).in_(self.language)
            if entry.is_required:
                mark = f"※{words.REQUIRED.in_(self.language)}"
                red = self._format(bold=True, font_color="#B3261E", align="right", font_size=9)
                sheet.write_string(row, MARK, mark, red)
            sheet.write_string(row, LABEL, self._heading(entry), self._head(entry))
            sheet.write_blank(row, column, None, self._cell(entry, is_drawn=True))
            if note:
                left = self._format(font_size=9, font_color="#5A6570", text_wrap=is_alone, indent=1)
                sheet.write_string(row, NOTE, f"※ {note}", left)
            sheet.set_row(row, max(30.0, _height(note, _FORM_WIDTHS[NOTE]) if is_alone else 0))
            self._validate(sheet, block, at)

    def _heading(self, entry: Entry) -> str:
        mark = REQUIRED[self.language] if entry.is_required and self.is_standard else ""
        if isinstance(entry.part, Label) and entry.part.value == "inline":
            return f"{entry.title}："
        return f"{entry.title}{mark}"

    def _table(self, sheet: Any, block: Block) -> None:
        notes = []
        for at, entry in enumerate(block.entries):
            sheet.set_column(at, at, _width(entry), self._cell(entry, is_drawn=False))
            told = words.note(entry, self.package, self.blocks).in_(self.language)
            if entry.is_across and entry.year is not None:
                told = ""
            if told:
                sheet.write_string(block.top - 1, at, f"※ {told}", self._note())
            notes.append(_height(f"※ {told}", _width(entry)))
            self._heads(sheet, block, at)
            for row in range(block.first, block.first + DRAWN):
                sheet.write_blank(row, at, None, self._cell(entry, is_drawn=True))
            self._validate(sheet, block, at)
        sheet.set_row(block.top - 1, min(max(notes), 150))
        for row in range(block.top, block.first):
            sheet.set_row(row, 36 if block.depth == 1 else 24)

    def _heads(self, sheet: Any, block: Block, at: int) -> None:
        """The cells of a column's heading, one below the other, the last down to the data."""
        entry = block.entries[at]
        style = self._head(entry, is_free=bool(entry.kinds))
        texts = [self._heading(entry)] if len(entry.heads) == 1 else list(entry.heads)
        for depth, text in enumerate(texts):
            bottom = block.first - 1 if depth == len(texts) - 1 and entry.year is None else None
            row = block.top + depth
            if bottom is not None and bottom > row:
                sheet.merge_range(row, at, bottom, at, "", style)
            sheet.write_string(row, at, text, style)
        if entry.kinds:
            kinds = {"validate": "list", "source": list(entry.kinds)}
            told = self._prompt(words.KIND.in_(self.language), kinds)
            sheet.data_validation(block.top, at, block.top, at, told)
        if entry.year is not None:
            free = self._format(
                bold=True, align="center", border=1, border_color="#8EA9C1", bg_color="#FFF7DB",
                num_format='0"年度"', locked=False,
            )  # fmt: skip
            row = block.first - 1
            sheet.write_number(row, at, entry.year, free)
            years = {"validate": "integer", "criteria": "between", "minimum": 1912, "maximum": 2100}
            sheet.data_validation(
                row, at, row, at, self._prompt(words.YEAR.in_(self.language), years)
            )

    def _prompt(self, text: str, rule: Mapping[str, Any]) -> dict[str, Any]:
        told = in_language(rule, self.language)
        error = told.get("error_message") or text
        return {**told, "input_message": text[:255], "error_message": str(error)[:255]}

    def _validate(self, sheet: Any, block: Block, at: int) -> None:
        """What Excel checks and says in an entry's cells, and the colour of one still missing."""
        entry = block.entries[at]
        row, column = block.position(at)
        last = row if block.is_form else block.last
        note = words.note(entry, self.package, self.blocks).in_(self.language)
        rule = validation(block, at, self.blocks, self.lists) or {"validate": "any"}
        if entry.refers_above:
            topmost = {"validate": "length", "criteria": "==", "value": 0, "error_type": "warning"}
            told = {**topmost, "error_message": words.TOPMOST}
            sheet.data_validation(row, column, row, column, self._prompt(note, told))
            row += 1
        told = self._prompt(note, rule)
        if note:
            told["input_title"] = entry.title[:32]
        if told != {"validate": "any", "input_message": "", "error_message": ""}:
            sheet.data_validation(row, column, last, column, told)
        if entry.is_required and not block.is_form:
            cell = f"{xl_col_to_name(at)}{block.first + 1}"
            end = xl_col_to_name(len(block.entries) - 1)
            begun = f"COUNTA($A{block.first + 1}:${end}{block.first + 1})>0"
            missing = self._format(bg_color="#FBE3DF", border=1, border_color="#B3261E")
            criteria = f"=AND(ISBLANK({cell}),{begun})"
            told = {"type": "formula", "criteria": criteria, "format": missing}
            sheet.conditional_format(block.first, at, block.last, at, told)

        if (again := twice(block, at)) is not None:
            same = self._format(bg_color="#FBE3DF", border=1, border_color="#B3261E")
            told = {"type": "formula", "criteria": again, "format": same}
            sheet.conditional_format(block.first, at, block.last, at, told)

    def _example(self, sheet: Any) -> None:
        """The sheets again, filled in, one below the other."""
        sheet.hide_gridlines(2)
        style = self._format(bold=True, font_size=16, font_color="#2F5574")
        sheet.write_string(0, 0, EXAMPLE, style)
        note = self._format(font_size=10, font_color="#5A6570")
        sheet.write_string(1, 0, words.EXAMPLE_NOTE.in_(self.language), note)
        widths: dict[int, float] = {}
        row = 3
        for block in self.blocks:
            band = self._format(bold=True, font_size=12, bottom=2, bottom_color="#2F5574")
            sheet.write_string(row, 0, block.sheet, band)
            rows = example_rows(self.package, block, self.year)
            row = (self._filled_form if block.is_form else self._filled_table)(
                sheet, block, row + 1, rows, widths
            )
            row += 2
        for column, width in widths.items():
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def _filled_form(
        self,
        sheet: Any,
        block: Block,
        row: int,
        rows: Rows,
        widths: dict[int, float],
    ) -> int:
        for entry, value in zip(block.entries, rows[0], strict=True):
            sheet.write_string(row, 0, self._heading(entry), self._head(entry))
            sheet.merge_range(row, 1, row, 3, "", self._cell(entry, is_drawn=True))
            self._value(sheet, row, 1, entry, value)
            row += 1
        widths[0] = max(widths.get(0, 0), 24)
        return row

    def _filled_table(
        self,
        sheet: Any,
        block: Block,
        row: int,
        rows: Rows,
        widths: dict[int, float],
    ) -> int:
        for at, entry in enumerate(block.entries):
            years = f"\n{entry.year}年度" if entry.year is not None else ""
            heading = f"{self._heading(entry)}{years}" if entry.heads else years.strip()
            sheet.write_string(row, at, heading, self._head(entry))
            for below, values in enumerate(rows, start=1):
                self._value(sheet, row + below, at, entry, values[at])
            widths[at] = max(widths.get(at, 0), _width(entry))
        sheet.set_row(row, 36)
        for below, values in enumerate(rows, start=1):
            told = zip(block.entries, values, strict=True)
            heights = [_height(str(one or ""), _width(entry), 18.75) for entry, one in told]
            sheet.set_row(row + below, max(heights))
        return row + len(rows) + 1

    def _value(self, sheet: Any, row: int, column: int, entry: Entry, value: Value) -> None:
        style = self._format(
            border=1,
            border_color="#BFC7CF",
            text_wrap=True,
            num_format=_number(entry),
            align="left",
            font_color="#1F4E79",
        )
        if value is None:
            sheet.write_blank(row, column, None, style)
        elif isinstance(value, str):
            sheet.write_string(row, column, value, style)
        else:
            sheet.write_number(row, column, value, style)

    def _guide(self, sheet: Any) -> None:
        """The instructions, and what each cell is for."""
        sheet.hide_gridlines(2)
        for column, width in enumerate(_GUIDE_WIDTHS):
            sheet.set_column(column, column, width)
        title = self._format(bold=True, font_size=16, font_color="#2F5574")
        sheet.write_string(0, 0, GUIDE, title)
        sheet.set_row(0, 30)
        row = 2
        head = self._format(bold=True, valign="top", font_color="#2F5574", text_wrap=True)
        body = self._format(text_wrap=True, valign="top")
        for heading, text in words.instructions(self.package, self.blocks):
            sheet.write_string(row, 0, heading.in_(self.language), head)
            sheet.merge_range(row, 1, row, len(_GUIDE_WIDTHS) - 1, "", body)
            sheet.write_string(row, 1, text.in_(self.language), body)
            lines = _height(text.in_(self.language), sum(_GUIDE_WIDTHS[1:]) * 0.92, 18.75)
            sheet.set_row(row, max(lines, _height(heading.in_(self.language), 14, 18.75)) + 6)
            row += 1
        self._fields(sheet, row + 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def _fields(self, sheet: Any, row: int) -> None:
        band = self._format(bold=True, bg_color="#DCE6F0", border=1, border_color="#8EA9C1")
        for column, one in enumerate(words.HEADS):
            sheet.write_string(row, column, one.in_(self.language), band)
        cell = self._format(text_wrap=True, valign="top", border=1, border_color="#BFC7CF")
        told: set[tuple[str, str]] = set()
        for block in self.blocks:
            for entry in block.entries:
                name = words.FIGURES.in_(self.language) if entry.is_across else entry.title
                if (block.sheet, name) in told:
                    continue
                told.add((block.sheet, name))
                row += 1
                note = words.note(entry, self.package, self.blocks).in_(self.language)
                is_needed = words.REQUIRED.in_(self.language) if entry.is_required else ""
                note = note.removeprefix("必須。").removeprefix("Required. ")
                listed = ("、" if self.language == "ja" else ", ").join(choices(entry))
                if listed:
                    note = f"{note}（{listed}）" if self.language == "ja" else f"{note} ({listed})"
                texts = (block.sheet, name, is_needed, note)
                for column, text in enumerate(texts):
                    sheet.write_string(row, column, text, cell)
                sheet.set_row(row, _height(note, _GUIDE_WIDTHS[-1] * 0.95, 18.75))


def _number(entry: Entry) -> str:
    """The number format of an entry's cells: text stays text (1-1 is no date)."""
    field = entry.field
    if field is None:
        return "General"
    if field.is_day:  # a month that is typed stays one: no day is shown
        return "General"
    is_figure = field.is_figure or field.reading == "quantity"
    return "General" if is_figure and not field.enum else "@"


def _frozen(block: Block) -> int:
    """How many columns stay when one scrolls right: those up to the name of a row."""
    if block.is_form:
        return 0
    for at, entry in enumerate(block.entries[:4]):
        if entry.field and entry.field.name in ("title", "name"):
            return at + 1
    return 1


def _width(entry: Entry) -> float:
    field = entry.field
    if entry.year is not None:
        return 10.0
    if field is None or entry.reference is not None or field.name in ("title", "name"):
        return 26.0
    if listed := choices(entry):
        return max(10.0, min(24.0, max(map(_columns, listed)) + 5.0), _columns(entry.title) + 2.0)
    if field.is_day:
        return 16.0
    if field.is_figure:
        return max(11.0, _columns(entry.title) + 3.0)
    return max(8.0 if field.reading == "unit" else 20.0, _columns(entry.title) + 3.0)


def _columns(text: str) -> int:
    """How many narrow characters wide a text is."""
    return sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in text)


def _height(text: str, width: float, line: float = _LINE) -> float:
    """The height in points of a wrapped text in a column of this width."""
    return line * max(1, math.ceil(_columns(text) * 1.02 / max(width, 1)))
