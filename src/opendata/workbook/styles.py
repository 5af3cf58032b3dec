"""The cell styles of an xlsx or xls workbook, reduced to what changes the meaning of a cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, TypeVar, overload

from opendata.workbook.shown import (
    BUILT_IN,
    Moment,
    Shower,
    looker,
    moment,
    moment_of,
    shower,
)
from opendata.workbook.types import Value

Place = tuple[int, int]
Style = int | bytes
"""A style's number: as an xlsx file writes it, the first one also as nothing; in xls a number."""
T = TypeVar("T")


class Shown(Mapping[Place, str]):
    """What the filled cells of a sheet show by their styles, each worked out when it is asked for.

    `known` is told already, whatever the styles say.
    """

    def __init__(
        self,
        rows: Sequence[Sequence[Value]],
        styles: Sequence[Sequence[Style]],
        show: Mapping[Style, Shower],
        known: Mapping[Place, str],
    ) -> None:
        self._rows, self._styles, self._show, self._known = rows, styles, show, known

    def _told(self, place: Place) -> str | None:
        if (known := self._known.get(place)) is not None:
            return known
        row, column = place
        if row >= len(self._styles) or column >= len(self._styles[row]):
            return None
        show = self._show.get(self._styles[row][column])
        value = self._rows[row][column]
        return None if show is None or value is None else show(value)

    def __getitem__(self, place: Place) -> str:
        if (text := self._told(place)) is None:
            raise KeyError(place)
        return text

    @overload
    def get(self, place: Place, /) -> str | None: ...
    @overload
    def get(self, place: Place, default: str, /) -> str: ...
    @overload
    def get(self, place: Place, default: T, /) -> str | T: ...
    def get(self, place: Place, default: T | None = None, /) -> str | T | None:
        text = self._told(place)
        return default if text is None else text

    def __contains__(self, place: object) -> bool:
        return isinstance(place, tuple) and self._told(place) is not None

    def __iter__(self) -> Iterator[Place]:
        yield from self._known
        for row, styles in enumerate(self._styles):
            for column, style in enumerate(styles):
                place = (row, column)
                if style in self._show and place not in self._known and place in self:
                    yield place

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __reduce__(self) -> tuple[type, tuple[dict[Place, str]]]:
        return dict, (dict(self),)

    def __repr__(self) -> str:
        return repr(dict(self))


@dataclass
class Styles:
    """By style number: format, how values are shown, which are moments, which are struck out, how
    far texts are indented."""

    codes: dict[Style, Shower] = field(default_factory=dict)
    texts: dict[Style, Shower] = field(default_factory=dict)
    looks: dict[Style, Shower] = field(default_factory=dict)
    moments: dict[Style, Moment] = field(default_factory=dict)
    struck: set[Style] = field(default_factory=set)
    indents: dict[Style, int] = field(default_factory=dict)
    inks: dict[Style, str] = field(default_factory=dict)
    from_1904: bool = False

    def add(
        self, number: Style, code: str, *, struck: bool, indent: int = 0, ink: str = ""
    ) -> None:
        """Note one style with its format code."""
        meaning = _meaning(code)
        if meaning.named is not None:
            self.codes[number] = meaning.named
        if meaning.text is not None:
            self.texts[number] = meaning.text
        if meaning.look is not None:
            self.looks[number] = meaning.look
        if meaning.moment is not None:
            self.moments[number] = meaning.moment
        if struck:
            self.struck.add(number)
        if indent:
            self.indents[number] = indent
        if ink:
            self.inks[number] = ink

    def moment(self, number: float, style: Style) -> Value:
        """The date, time or length of time that a number in this style is."""
        return moment(number, self.moments[style], from_1904=self.from_1904)

    def struck_out(
        self, rows: Sequence[Sequence[Value]], styles: Sequence[Sequence[Style]]
    ) -> frozenset[Place]:
        """The filled cells that are struck out as a whole."""
        found = _having(self.struck, styles)
        return frozenset((row, column) for row, column, _ in found if rows[row][column] is not None)

    def indented(
        self, rows: Sequence[Sequence[Value]], styles: Sequence[Sequence[Style]]
    ) -> dict[Place, int]:
        """How far the texts are indented that are."""
        return {
            (row, column): self.indents[style]
            for row, column, style in _having(self.indents.keys(), styles)
            if isinstance(rows[row][column], str)
        }


def _having(
    wanted: Set[Style], styles: Sequence[Sequence[Style]]
) -> Iterator[tuple[int, int, Style]]:
    """The places of cells in one of these styles, each with its style."""
    for row, line in enumerate(styles if wanted else ()):
        if not wanted.isdisjoint(line):
            yield from ((row, column, one) for column, one in enumerate(line) if one in wanted)


class _Meaning(NamedTuple):
    """What a format code means for the cells that have it."""

    named: Shower | None
    text: Shower | None
    look: Shower | None
    moment: Moment | None


@lru_cache(maxsize=4096)
def _meaning(code: str) -> _Meaning:
    show, look = shower(code), looker(code)
    merely = look
    if show is not None and look is not None:
        told, looked = show, look

        def merely(value: Value) -> str | None:
            return None if told(value) else looked(value)

    named = None if code in ("", "General") else lambda _: code
    return _Meaning(named, show, merely, moment_of(code))


def format_code(number: int, codes: dict[int, str]) -> str:
    """The code of a number format, own or built in."""
    return codes.get(number) or BUILT_IN.get(number, "General")
