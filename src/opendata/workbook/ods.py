"""What an ods document says beyond its values: bounds, hidden parts, shown texts, comments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from opendata.errors import UnreadableWorkbook
from opendata.workbook.figure import figure_told
from opendata.workbook.markup import refuse_declarations
from opendata.workbook.objects import MOST_OBJECTS
from opendata.workbook.types import Limits, Range
from opendata.workbook.worksheet import too_many

_NUMBER = re.compile(r"[-+]?[0-9][0-9,]*(?:\.[0-9]+)?$")
_TRUTHS = {"TRUE": True, "FALSE": False}
_PLAIN_DATE = re.compile(r"[0-9/.\-: ]+$")


@dataclass
class Table:
    """One sheet of a document. Places are 0-based (row, column)."""

    name: str
    bottom: int = -1
    right: int = -1
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[Range] = field(default_factory=list)
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    looks: dict[tuple[int, int], str] = field(default_factory=dict)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    truths: dict[tuple[int, int], bool] = field(default_factory=dict)
    """Results of formulas that are stored as 1 and 0 and shown as TRUE and FALSE."""
    comments: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: list[Range] = field(default_factory=list)
    objects: list[Range] = field(default_factory=list)


def read_tables(data: bytes, limits: Limits) -> dict[str, Table]:
    """The tables of a content.xml. Raises UnreadableWorkbook: too-many-cells, damaged-file."""
    refuse_declarations(data)
    reader = _Reader(limits)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise UnreadableWorkbook("damaged-file", reason=str(error)) from error
    return {table.name: table for table in reader.tables}


class _Reader:
    """Counts rows and columns as they repeat, and refuses before anything is repeated really."""

    def __init__(self, limits: Limits) -> None:
        self.tables: list[Table] = []
        self._limits = limits
        self._total = 0
        self._depth = 0
        self._row = self._column = 0
        self._repeat_row = self._repeat = 1
        self._attributes: dict[str, str] = {}
        self._hidden_row = False
        self._filled_row = False
        self._drawn = 0
        self._text: list[str] | None = None
        self._note: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append(Table(attributes.get("table:name", "")))
                self._row = self._column = 0
        elif self._depth != 1:
            return
        elif name.startswith("draw:") and self._note is None:
            self._drawn += 1
            if self._drawn == 1 and len(self.tables[-1].objects) < MOST_OBJECTS:
                row, column = max(self._row, 0), max(self._column, 0)
                self.tables[-1].objects.append(Range(row, column, row, column))
        elif name == "table:table-column":
            self._columns(attributes)
        elif name == "table:table-row":
            self._column = 0
            self._repeat_row = _count(attributes, "table:number-rows-repeated")
            self._hidden_row = attributes.get("table:visibility", "visible") != "visible"
            self._filled_row = False
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._attributes = attributes
            self._repeat = _count(attributes, "table:number-columns-repeated")
            self._text = []
        elif name == "office:annotation":
            self._note = []
        elif name == "text:p":
            lines = self._note if self._note is not None else self._text
            if lines:
                lines.append("\n")

    def characters(self, text: str) -> None:
        if self._note is not None:
            self._note.append(text)
        elif self._text is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        if name == "table:table":
            self._depth -= 1
        elif self._depth != 1:
            return
        elif name.startswith("draw:") and self._note is None:
            self._drawn -= 1
        elif name == "office:annotation" and self._note is not None:
            self.tables[-1].comments[self._row, self._column] = "".join(self._note).strip()
            self._note = None
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._cell("".join(self._text or ()))
            self._text = None
        elif name == "table:table-row":
            self._end_row()

    def _columns(self, attributes: dict[str, str]) -> None:
        count = _count(attributes, "table:number-columns-repeated")
        if attributes.get("table:visibility", "visible") != "visible":
            last = min(self._column + count, 16384)
            self.tables[-1].hidden_columns.update(range(self._column, last))
        self._column += count

    def _cell(self, text: str) -> None:
        table, attributes = self.tables[-1], self._attributes
        kind = attributes.get("office:value-type") or attributes.get("calcext:value-type")
        if kind or text:
            self._filled_row = True
            table.right = max(table.right, self._column + self._repeat - 1)
            self._check(table)
            self._see(table, attributes, kind or "", text)
        if "table:formula" in attributes:
            bottom, right = self._row + self._repeat_row - 1, self._column + self._repeat - 1
            table.formulas.append(Range(self._row, self._column, bottom, right))
        rows = _count(attributes, "table:number-rows-spanned")
        columns = _count(attributes, "table:number-columns-spanned")
        if rows > 1 or columns > 1:
            table.merged.append(
                Range(self._row, self._column, self._row + rows - 1, self._column + columns - 1)
            )
        self._column += self._repeat

    def _see(self, table: Table, attributes: dict[str, str], kind: str, text: str) -> None:
        if self._repeat > 1000 or self._repeat_row > 1000:
            return
        matters = (
            kind == "percentage"
            or (kind in ("float", "currency") and _says_more(attributes, text))
            or (kind in ("date", "time") and not _PLAIN_DATE.match(text))
        )
        is_error = attributes.get("calcext:value-type") == "error" or text.startswith("#")
        for row in range(self._row, self._row + self._repeat_row):
            for column in range(self._column, self._column + self._repeat):
                if is_error and kind in ("string", "float", "error"):
                    table.errors[row, column] = text
                elif kind == "float" and text in _TRUTHS:
                    table.truths[row, column] = _TRUTHS[text]
                elif matters and text:
                    table.texts[row, column] = text
                elif text and kind in ("float", "currency", "date", "time"):
                    table.looks[row, column] = text

    def _end_row(self) -> None:
        table = self.tables[-1]
        last = self._row + self._repeat_row - 1
        if self._filled_row:
            table.bottom = last
            self._check(table)
        if self._hidden_row:
            table.hidden_rows.update(range(self._row, min(last + 1, 1 << 20)))
        self._row = last + 1

    def _check(self, table: Table) -> None:
        bottom = max(table.bottom, self._row + self._repeat_row - 1)
        if (bottom + 1) * (table.right + 1) > self._limits.cells:
            raise too_many(bottom, table.right, self._limits)


def _says_more(attributes: dict[str, str], text: str) -> bool:
    """Whether a figure is shown with words around it, or as another one than it is."""
    try:
        value = float(attributes.get("office:value", ""))
    except ValueError:
        return False
    return not _NUMBER.match(text) or figure_told(value, text) is not None


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 10 else 1
