"""What lies over the cells of a sheet: pictures, shapes, charts, text boxes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opendata.workbook.types import Range

MOST_OBJECTS = 1_000
"""So many objects of a sheet are told."""

_ANCHOR = re.compile(rb"<(?:\w+:)?(?:twoCell|oneCell|absolute)Anchor\b")
_AHEAD = 2_000
"""Within so many bytes an anchor says where it begins and ends."""
_CORNER = re.compile(
    rb"<(?:\w+:)?(from|to)>\s*<(?:\w+:)?col>\s*([0-9]{1,5})\s*</.*?"
    rb"<(?:\w+:)?row>\s*([0-9]{1,7})\s*</",
    re.S,
)


def drawn(data: bytes) -> Iterator[Range]:
    """The cells over which the objects of a drawing part lie; of one without, the first cell."""
    for number, anchor in enumerate(_ANCHOR.finditer(data)):
        if number == MOST_OBJECTS:
            return
        start = anchor.end()
        following = _ANCHOR.search(data, start, start + _AHEAD)
        end = following.start() if following else start + _AHEAD
        corners = {one[1]: (int(one[3]), int(one[2])) for one in _CORNER.finditer(data, start, end)}
        top, left = corners.get(b"from", (0, 0))
        bottom, right = corners.get(b"to", (top, left))
        yield Range(top, left, max(top, bottom), max(left, right))
