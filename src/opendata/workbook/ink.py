"""The colours of cells, as far as they set one cell apart from another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import overload
from xml.etree import ElementTree as ET

from opendata.workbook.markup import local
from opendata.workbook.types import RESULTS_FILLS

_PLAIN_FONTS = frozenset({"FF000000", "00000000", "theme1", "indexed8", "indexed64", ""})
_PLAIN_FILLS = frozenset(
    {"FFFFFFFF", "00FFFFFF", "00000000", "theme0", "indexed9", "indexed64", ""}
)
_PLAIN_FILLS |= frozenset(RESULTS_FILLS.values())


def font_ink(font: ET.Element) -> str:
    """The colour of a font; empty where it is the plain one."""
    colour = next((_colour(one) for one in font if local(one.tag) == "color"), "")
    return "" if colour in _PLAIN_FONTS else f"font {colour} "


def fill_ink(fill: ET.Element) -> str:
    """The colour or pattern behind a cell; empty where there is none, or only a review's mark."""
    pattern = next((one for one in fill if local(one.tag) == "patternFill"), None)
    if pattern is None:
        return "gradient " if len(fill) else ""
    kind = pattern.get("patternType", "none")
    if kind != "solid":
        return "" if kind == "none" else f"fill {kind} "
    colour = next((_colour(one) for one in pattern if local(one.tag) == "fgColor"), "")
    return "" if colour in _PLAIN_FILLS else f"fill {colour} "


def inked(inks: Sequence[str], number: str | None) -> str:
    """The ink of the font or fill of that number."""
    at = int(number) if number and number.isascii() and number.isdigit() else 0
    return inks[at] if at < len(inks) else ""


def _colour(element: ET.Element) -> str:
    if rgb := element.get("rgb"):
        return rgb.upper()
    for name in ("theme", "indexed"):
        if (value := element.get(name)) is not None:
            tint = element.get("tint", "")
            return f"{name}{value}{f' {tint}' if tint not in ('', '0') else ''}"
    return ""


class Inks(Sequence[Sequence[str]]):
    """How the cells of a sheet are coloured, row by row, worked out when it is asked for."""

    def __init__(self, styles: Sequence[Sequence[bytes]], inks: Mapping[bytes | int, str]) -> None:
        self._styles, self._inks = styles, inks

    def __bool__(self) -> bool:
        return bool(self._inks)

    def __len__(self) -> int:
        return len(self._styles) if self._inks else 0

    @overload
    def __getitem__(self, row: int) -> Sequence[str]: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Sequence[str]]: ...
    def __getitem__(self, row: int | slice) -> Sequence[str] | Sequence[Sequence[str]]:
        if isinstance(row, slice):
            return [self[one] for one in range(*row.indices(len(self)))]
        return [self._inks.get(one, "") for one in self._styles[row]]

    def __iter__(self) -> Iterator[Sequence[str]]:
        return (self[row] for row in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type, tuple[list[Sequence[str]]]]:
        return list, ([*self],)
