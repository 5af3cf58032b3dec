"""The boxes in which a sheet's comments are shown: its legacy (VML) drawing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from opendata.review.marked.markup import Unpatchable
from opendata.review.marked.sheet import Sheet

Place = tuple[int, int]

WIDTH = 320
"""How wide a box is, in pixels."""
_LINE, _ACROSS, _MOST = 17, 26, 640
_LAST_ROW, _LAST_COLUMN = 1_048_575, 16_383
_BLOCK = 1024
"""Shapes are numbered in blocks of so many."""
_SHAPE = re.compile(rb"<v:shape\b.*?</v:shape>\s*", re.S)
_ROW = re.compile(rb"<x:Row>\s*([0-9]+)\s*</x:Row>", re.I)
_COLUMN = re.compile(rb"<x:Column>\s*([0-9]+)\s*</x:Column>", re.I)
_NOTE = re.compile(rb"ObjectType\s*=\s*[\"']Note[\"']")
_IDS = re.compile(rb"_x0000_s([0-9]{1,9})\b")
_BLOCKS = re.compile(rb"(<o:idmap\b[^>]*?\bdata\s*=\s*[\"'])([0-9, ]*)([\"'])")
_NAMESPACES = (
    b"urn:schemas-microsoft-com:vml",
    b"urn:schemas-microsoft-com:office:office",
    b"urn:schemas-microsoft-com:office:excel",
)
_TYPE = (
    b'<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202"'
    b' path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    b'<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
EMPTY = (
    b'<xml xmlns:v="urn:schemas-microsoft-com:vml"'
    b' xmlns:o="urn:schemas-microsoft-com:office:office"'
    b' xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    b'<o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>'
)
"""A drawing without shapes."""


def noted(data: bytes, sheet: Sheet, texts: Mapping[Place, str], places: Iterable[Place]) -> bytes:
    """The drawing with a box for every new one of our texts; `places` has all comments there are.

    Boxes of comments that are gone go; all other shapes (buttons, pictures) stay. The part is no
    proper XML in many files, so it is not parsed. Raises Unpatchable where it is not the usual.
    """
    end = data.rfind(b"</xml")
    if end < 0 or any(data.find(one, 0, end) < 0 for one in _NAMESPACES):
        raise Unpatchable("an unusual drawing")
    wanted = set(places)
    boxed: set[Place] = set()
    kept: list[bytes] = []
    at = 0
    for match in _SHAPE.finditer(data, 0, end):
        place = _place(match[0])
        if place is not None and place not in wanted:
            kept.append(data[at : match.start()])
            at = match.end()
        elif place is not None:
            boxed.add(place)
    kept.append(data[at:end])
    head = b"".join(kept)
    new = [place for place in sorted(texts) if place not in boxed]
    if not new:
        return head + data[end:]
    if b'id="_x0000_t202"' not in head:
        head += _TYPE
    first = max((int(one) for one in _IDS.findall(head)), default=_BLOCK) + 1
    head = _announced(head, first + len(new) - 1)
    size = _Size(sheet)
    shapes = (
        _shape(first + number, place, size.anchor(place, texts[place]))
        for number, place in enumerate(new)
    )
    return head + b"".join(shapes) + data[end:]


def _place(shape: bytes) -> Place | None:
    """The cell whose comment a shape shows."""
    row, column = _ROW.search(shape), _COLUMN.search(shape)
    if _NOTE.search(shape) is None or row is None or column is None:
        return None
    return int(row[1]), int(column[1])


def _announced(head: bytes, last: int) -> bytes:
    """The drawing with the blocks of its numbers announced."""
    found = _BLOCKS.search(head)
    if found is None:
        return head
    known = [one for one in found[2].replace(b" ", b"").split(b",") if one]
    highest = max((int(one) for one in known), default=0)
    known += [b"%d" % block for block in range(highest + 1, last // _BLOCK + 1)]
    return head[: found.start()] + found[1] + b",".join(known) + found[3] + head[found.end() :]


def _shape(number: int, place: Place, anchor: str) -> bytes:
    row, column = place
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;'
        'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
        '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
        '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto">'
        '<div style="text-align:left"></div></v:textbox><x:ClientData ObjectType="Note">'
        f"<x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>"
        f"<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column>"
        "</x:ClientData></v:shape>"
    ).encode()


class _Size:
    """How far a box reaches over cells, whose sizes differ."""

    def __init__(self, sheet: Sheet) -> None:
        (_, _, self._default), *self._widths = sheet.widths()
        self._heights, self._height = sheet.heights, sheet.default_height()

    def anchor(self, place: Place, text: str) -> str:
        """Left and right column, top and bottom row, each with its offset in pixels."""
        row, column = place
        lines = 1 + sum(1 + len(line) // _ACROSS for line in text.split("\n"))
        left, top = min(column + 1, _LAST_COLUMN), max(row - 1, 0)
        right, across = self._reach(left, WIDTH, _LAST_COLUMN, self._column)
        bottom, down = self._reach(top, min(lines * _LINE + 10, _MOST), _LAST_ROW, self._row)
        if right == _LAST_COLUMN and left > 4:  # no room on the right
            left, right, across = left - 4, left - 1, 40
        return f"{left}, 12, {top}, 4, {right}, {across}, {bottom}, {down}"

    def _reach(
        self, start: int, pixels: int, last: int, size: Callable[[int], int]
    ) -> tuple[int, int]:
        at, left = start, pixels + 12
        while at < last and left > (taken := size(at)):
            left -= taken
            at += 1
        return at, min(left, pixels)

    def _column(self, column: int) -> int:
        width = next((one[2] for one in self._widths if one[0] <= column <= one[1]), self._default)
        return int(width * 7 + 5) if width else 0

    def _row(self, row: int) -> int:
        return int(self._heights.get(row, self._height) * 4 / 3)
