"""One worksheet: marks put on its cells, and nothing else changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from opendata.review.causes import position
from opendata.review.marked.markup import (
    Edit,
    Element,
    Unpatchable,
    attribute,
    children,
    escaped,
    grown,
    integer,
    legal,
    pieces,
    with_attribute,
)
from opendata.review.marked.styles import Styles
from opendata.workbook.types import address

Place = tuple[int, int]

_BEFORE_LEGACY = frozenset(
    (
        b"sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection "
        b"protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews "
        b"mergeCells phoneticPr conditionalFormatting dataValidations hyperlinks printOptions "
        b"pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches "
        b"ignoredErrors smartTags drawing"
    ).split()
)
"""What the schema puts in front of the drawing of a sheet's comments."""
_NEAR = 12
"""The heights of so many rows below a mark matter to the size of its comment."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is done to a cell: it gets a colour of `FILLS` or, with None, loses one that an earlier
    check gave it; and where it is changed, its new value."""

    fill: str | None
    value: str | float | None = None


@dataclass
class Sheet:
    """The part of one worksheet."""

    data: bytes
    root: Element = field(init=False)
    prefix: bytes = field(init=False)
    cells: Element = field(init=False)
    heights: dict[int, float] = field(default_factory=dict)
    """The heights in points of rows near marks, where the sheet gives them. 0-based."""
    _around: list[Element] = field(init=False)

    def __post_init__(self) -> None:
        self.root, self.cells, self._around = _outline(self.data)
        self.prefix = self.root.prefix

    def child(self, local: bytes) -> Element | None:
        """A child of the sheet, cells apart."""
        return next((one for one in self._around if one.local == local), None)

    def unselected(self) -> list[Edit]:
        """The edits after which another sheet may be the one that is shown."""
        tags = [(view, view.tag(self.data)) for view in self._views()]
        return [
            Edit(view.start, view.inner, with_attribute(tag, b"tabSelected", b"0"))
            for view, tag in tags
            if attribute(tag, b"tabSelected") is not None
        ]

    def marked(self, marks: Mapping[Place, Mark], styles: Styles) -> tuple[list[Edit], set[Place]]:
        """The edits that put marks on cells, in order, and the places whose value was changed.

        Formulas keep their place: what a formula gives wrong is not wrong in its own cell.
        """
        by_row: dict[int, dict[int, Mark]] = {}
        for (row, column), mark in sorted(marks.items()):
            by_row.setdefault(row, {})[column] = mark
        painter = _Painter(self, styles, by_row)
        edits = list(painter.edits())
        return [*self._dimension(marks), *edits], painter.changed

    def with_legacy_drawing(self, relation: bytes, namespace: bytes) -> Edit:
        """The edit that names the drawing of the sheet's comments."""
        before = [one.end for one in self._around if one.local in _BEFORE_LEGACY]
        at = max([self.cells.end, *before])
        tag = b'<%slegacyDrawing xmlns:r="%s" r:id="%s"/>' % (self.prefix, namespace, relation)
        return Edit(at, at, tag)

    def widths(self) -> Iterator[tuple[int, int, float]]:
        """The widths of columns in letters, as (first, last, width), 0-based; -1 for the rest."""
        default = self.child(b"sheetFormatPr")
        tag = default.tag(self.data) if default else b""
        base = integer(tag, b"baseColWidth", 8)
        yield -1, -1, _figure(attribute(tag, b"defaultColWidth"), base + 0.7)
        for tag in self._columns():
            width = _figure(attribute(tag, b"width"), base + 0.7)
            if attribute(tag, b"hidden") in (b"1", b"true"):
                width = 0.0
            yield integer(tag, b"min", 1) - 1, integer(tag, b"max", 1) - 1, width

    def default_height(self) -> float:
        """The height of a row in points where nothing else is said."""
        default = self.child(b"sheetFormatPr")
        height = attribute(default.tag(self.data), b"defaultRowHeight") if default else None
        return _figure(height, 15.0)

    def column_styles(self) -> list[tuple[int, int, int]]:
        """The formats of whole columns, as (first, last, style), 0-based."""
        return [
            (integer(tag, b"min", 1) - 1, integer(tag, b"max", 1) - 1, integer(tag, b"style"))
            for tag in self._columns()
        ]

    def _columns(self) -> list[bytes]:
        found = self.child(b"cols")
        return [one.tag(self.data) for one in children(self.data, found)] if found else []

    def _views(self) -> list[Element]:
        found = self.child(b"sheetViews")
        views = children(self.data, found) if found else ()
        return [one for one in views if one.local == b"sheetView"]

    def _dimension(self, marks: Mapping[Place, Mark]) -> list[Edit]:
        """The edit that makes the sheet say that it reaches as far as its marks."""
        found = self.child(b"dimension")
        if found is None:
            return []
        tag = found.tag(self.data)
        first, _, last = (attribute(tag, b"ref") or b"").decode("ascii", "replace").partition(":")
        start, end = position(first), position(last or first)
        if start is None or end is None or not marks:
            return []
        rows, columns = zip(*marks, start, end, strict=True)
        if (min(rows), min(columns)) == start and (max(rows), max(columns)) == end:
            return []
        reach = f"{address(min(rows), min(columns))}:{address(max(rows), max(columns))}"
        return [Edit(found.start, found.inner, with_attribute(tag, b"ref", reach.encode()))]


def _figure(text: bytes | None, default: float) -> float:
    try:
        return float(text) if text else default
    except ValueError:
        return default


def _outline(data: bytes) -> tuple[Element, Element, list[Element]]:
    """The sheet, its cells, and its other children. What is inside the cells is not looked at."""
    start = re.search(
        rb"<(?:[^\s/>!?]+:)?worksheet(?=[\s>])(?:[^>\"']|\"[^\"]*\"|'[^']*')*+>", data
    )
    if start is None:
        raise Unpatchable("no worksheet")
    name = start[0][1:].split(None, 1)[0].rstrip(b">")
    end = data.rfind(b"</" + name)
    prefix = name[: -len(b"worksheet")]
    found = re.compile(b"<" + prefix + rb"sheetData\s*(?P<empty>/?)>").search(data, start.end())
    if found is None or end < 0:
        raise Unpatchable("no sheetData")
    last = stop = found.end()
    if not found["empty"]:
        closing = re.compile(b"</" + prefix + rb"sheetData\s*>").search(data, found.end())
        if closing is None:
            raise Unpatchable("sheetData without its end")
        last, stop = closing.span()
    if any(data.find(odd, found.end(), last) >= 0 for odd in (b"<!--", b"<![CDATA[", b"<?")):
        raise Unpatchable("comments among the cells")
    cells = Element(prefix + b"sheetData", found.start(), found.end(), last, stop)
    sheet = Element(name, start.start(), start.end(), end, data.index(b">", end) + 1)
    head = replace(sheet, inner_end=cells.start)
    tail = replace(sheet, inner=cells.end)
    return sheet, cells, [*children(data, head), *children(data, tail)]


_REST = rb"(?=[\s/>])((?:[^>\"']|\"[^\"]*\"|'[^']*')*+)>"
_NUMBER = re.compile(rb"\sr\s*=\s*[\"']([0-9]{1,7})[\"']")
_WHERE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"']")


class _Painter:
    """Goes once through the rows of a sheet, those with marks in hand."""

    def __init__(self, sheet: Sheet, styles: Styles, by_row: Mapping[int, dict[int, Mark]]) -> None:
        self.changed: set[Place] = set()
        self._sheet, self._styles, self._by_row = sheet, styles, by_row
        self._data, self._prefix = sheet.data, sheet.prefix
        self._columns = sheet.column_styles()
        self._row = re.compile(b"<" + self._prefix + b"row" + _REST)
        self._cell = re.compile(b"<" + self._prefix + b"c" + _REST)
        self._row_end = re.compile(b"</" + self._prefix + rb"row\s*>")
        self._cell_end = re.compile(b"</" + self._prefix + rb"c\s*>")
        self._formula = b"<" + self._prefix + b"f"

    def edits(self) -> Iterator[Edit]:
        cells = self._sheet.cells
        left = sorted(self._by_row, reverse=True)
        if cells.inner == cells.end:  # <sheetData/>
            if left:
                rows = b"".join(self._new_row(row) for row in reversed(left))
                yield from grown(self._data, cells, last=rows)
            return
        number, near = -1, -1
        for match in self._row.finditer(self._data, cells.inner, cells.inner_end):
            if not left and number > near >= 0:
                break
            found = _NUMBER.search(match[1])
            number = int(found[1]) - 1 if found else number + 1
            while left and left[-1] < number:
                yield Edit(match.start(), match.start(), self._new_row(left.pop()))
            if number in self._by_row:  # more than once in a damaged file
                near = number + _NEAR
                if left and left[-1] == number:
                    left.pop()
                yield from self._painted(match, number)
            if number <= near and b"ht=" in match[1]:
                height = _figure(attribute(match[0], b"ht"), 15.0)
                is_hidden = attribute(match[0], b"hidden") in (b"1", b"true")
                self._sheet.heights[number] = 0.0 if is_hidden else height
        if left:
            rows = b"".join(self._new_row(row) for row in reversed(left))
            yield Edit(cells.inner_end, cells.inner_end, rows)

    def _painted(self, match: re.Match[bytes], row: int) -> Iterator[Edit]:
        """The edits of one row that is there."""
        tag = match[0]
        style = integer(tag, b"s") if attribute(tag, b"customFormat") in (b"1", b"true") else None
        marks = dict(sorted(self._by_row[row].items(), reverse=True))
        if tag.endswith(b"/>"):
            new = b"".join(self._new_cells(row, sorted(marks.items()), style))
            opened = tag[:-2].rstrip() + b">" + new + b"</" + self._prefix + b"row>"
            yield Edit(match.start(), match.end(), opened)
            return
        end = self._row_end.search(self._data, match.end())
        if end is None:
            raise Unpatchable("a row without its end")
        column, at, added = -1, match.end(), list[int]()
        while marks and (cell := self._cell.search(self._data, at, end.start())):
            found = _WHERE.search(cell[1])
            column = _column(found[1]) if found else column + 1
            at = cell.end() if cell[0].endswith(b"/>") else self._end_of(cell)
            while marks and (wanted := next(reversed(marks))) < column:
                added.append(wanted)
                new = b"".join(self._new_cells(row, [(wanted, marks.pop(wanted))], style))
                yield Edit(cell.start(), cell.start(), new)
            if column in marks:
                yield self._painted_cell(cell, at, (row, column), marks.pop(column))
        if marks:
            added += marks
            new = b"".join(self._new_cells(row, sorted(marks.items()), style))
            yield Edit(end.start(), end.start(), new)
        if added:
            yield from self._spans(match, added)

    def _end_of(self, cell: re.Match[bytes]) -> int:
        end = self._cell_end.search(self._data, cell.end())
        if end is None:
            raise Unpatchable("a cell without its end")
        return end.end()

    def _spans(self, match: re.Match[bytes], added: list[int]) -> Iterator[Edit]:
        """The edit that makes a row say that it reaches as far as its cells."""
        first, _, last = (attribute(match[0], b"spans") or b"").partition(b":")
        if first.isdigit() and last.isdigit():
            reach = min(int(first), *(one + 1 for one in added)), max(int(last), max(added) + 1)
            if reach != (int(first), int(last)):
                tag = with_attribute(match[0], b"spans", b"%d:%d" % reach)
                yield Edit(match.start(), match.end(), tag)

    def _painted_cell(self, cell: re.Match[bytes], end: int, place: Place, mark: Mark) -> Edit:
        tag, style = cell[0], integer(cell[0], b"s")
        has_formula = self._data.find(self._formula, cell.end(), end) >= 0
        if mark.value is not None and not has_formula:
            self.changed.add(place)
            return Edit(cell.start(), end, self._written(place, mark, style))
        if mark.fill == "changed":
            mark = replace(mark, fill="error")
        number = self._style(style, mark)
        if number == style:
            return Edit(cell.start(), cell.end(), tag)
        return Edit(cell.start(), cell.end(), with_attribute(tag, b"s", b"%d" % number))

    def _new_row(self, row: int) -> bytes:
        cells = b"".join(self._new_cells(row, sorted(self._by_row[row].items()), None))
        return b'<%srow r="%d">%s</%srow>' % (self._prefix, row + 1, cells, self._prefix)

    def _new_cells(
        self, row: int, marks: list[tuple[int, Mark]], style: int | None
    ) -> Iterator[bytes]:
        """Cells that are not there yet; they look like their row, or else their column."""
        for column, mark in marks:
            own = style
            if own is None:
                of_column = (one[2] for one in self._columns if one[0] <= column <= one[1])
                own = next(of_column, 0)
            if mark.value is not None:
                self.changed.add((row, column))
            yield self._written((row, column), mark, own)

    def _written(self, place: Place, mark: Mark, style: int) -> bytes:
        return written(self._prefix, *place, mark.value, self._style(style, mark))

    def _style(self, style: int, mark: Mark) -> int:
        if mark.fill is None:
            return self._styles.cleared(style)
        is_quoted = isinstance(mark.value, str) and mark.value[:1] in ("=", "+", "-", "@")
        return self._styles.derived(style, mark.fill, is_quoted=is_quoted)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def written(prefix: bytes, row: int, column: int, value: str | float | None, style: int) -> bytes:
    """A cell as XML: text in place, never a formula."""
    start = b'<%sc r="%s" s="%d"' % (prefix, address(row, column).encode(), style)
    if value is None:
        return start + b"/>"
    if isinstance(value, str):
        text = escaped(legal(value))
        inner = b'<%sis><%st xml:space="preserve">%s</%st></%sis>' % (
            prefix, prefix, text, prefix, prefix,
        )  # fmt: skip
        return start + b' t="inlineStr">%s</%sc>' % (inner, prefix)
    figure = repr(value).encode()
    return start + b"><%sv>%s</%sv></%sc>" % (prefix, figure, prefix, prefix)


def joined(sheet: Sheet, edits: list[Edit]) -> bytes:
    """The part with its edits; of those at one place, the earlier comes first."""
    return b"".join(pieces(sheet.data, sorted(edits, key=lambda one: (one.start, one.end))))
