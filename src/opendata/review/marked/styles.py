"""The part of cell formats: those of the file, and ours behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from opendata.review.marked.markup import (
    Edit,
    Element,
    Unpatchable,
    children,
    grown,
    integer,
    root,
    spliced,
    with_attribute,
)
from opendata.workbook import RESULTS_FILLS

MOST = 64_000
"""Excel takes so many cell formats."""

FILLS = {**RESULTS_FILLS, "answer": "FFFFFFE0", "head": "FFE7E9EC"}
"""The colours of a marked cell by its gravest problem, of one that was changed, and of the list."""

_ORDER = (
    b"numFmts", b"fonts", b"fills", b"borders", b"cellStyleXfs", b"cellXfs", b"cellStyles", b"dxfs",
    b"tableStyles", b"colors", b"extLst",
)  # fmt: skip
_LEAST: Mapping[bytes, tuple[str, ...]] = {
    b"fonts": ('<{0}font><{0}sz val="11"/><{0}name val="Calibri"/></{0}font>',),
    b"fills": (
        '<{0}fill><{0}patternFill patternType="none"/></{0}fill>',
        '<{0}fill><{0}patternFill patternType="gray125"/></{0}fill>',
    ),
    b"borders": (
        "<{0}border><{0}left/><{0}right/><{0}top/><{0}bottom/><{0}diagonal/></{0}border>",
    ),
    b"cellStyleXfs": ('<{0}xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>',),
    b"cellXfs": ('<{0}xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',),
    b"cellStyles": ('<{0}cellStyle name="Normal" xfId="0" builtinId="0"/>',),
}
"""What stands at the head of each section; Excel takes the first two fills for these anyway."""
_SAME_FONT = (b"name", b"family", b"charset", b"scheme")


@dataclass(frozen=True, slots=True)
class Look:
    """The format of a cell of the list. `line` is none, thin or medium, below the cell."""

    size: int | None = None
    is_bold: bool = False
    is_link: bool = False
    fill: str | None = None
    line: str = "none"
    wraps: bool = False
    is_quoted: bool = False
    """Whether Excel takes what is typed into it for text, `=1` too."""


@dataclass
class _Section:
    """One list of a stylesheet: where it stands, how long it is, and what comes behind."""

    element: Element | None
    count: int
    added: list[bytes] = field(default_factory=list)

    def add(self, item: bytes) -> int:
        """The number of an item, which is added unless it is there."""
        if item in self.added:
            return self.count + self.added.index(item)
        self.added.append(item)
        return self.count + len(self.added) - 1


class Styles:
    """A stylesheet to which formats are added."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._root = root(data)
        self._prefix = self._root.prefix.decode()
        found = {one.local: one for one in children(data, self._root)}
        self._sections: dict[bytes, _Section] = {}
        for name, least in _LEAST.items():
            element = found.get(name)
            items = list(children(data, element)) if element else []
            self._sections[name] = section = _Section(element, len(items))
            for item in least[section.count :]:
                section.added.append(item.format(self._prefix).encode())
            if name == b"cellXfs":
                self._formats = [data[one.start : one.end] for one in items] or section.added[:]
            if name == b"fills":
                self._ours = {at for at, one in enumerate(items) if _is_ours(data, one)}
            if name == b"fonts":
                self._family = self._family_of(items[0]) if items else b""
        self._others = found
        self._derived: dict[tuple[int, str, bool], int] = {}
        self._looks: dict[Look, int] = {}

    def derived(self, style: int, fill: str, *, is_quoted: bool = False) -> int:
        """The number of a cell's own format, filled with a colour of `FILLS`."""
        key = style, fill, is_quoted
        if key not in self._derived:
            own = self._formats[style] if style < len(self._formats) else self._formats[0]
            close = own.index(b">") + 1
            tag = with_attribute(own[:close], b"fillId", b"%d" % self._fill(fill))
            tag = with_attribute(tag, b"applyFill", b"1")
            if is_quoted:
                tag = with_attribute(tag, b"quotePrefix", b"1")
            self._derived[key] = self._add(tag + own[close:])
        return self._derived[key]

    def cleared(self, style: int) -> int:
        """The number of a cell's own format without a colour that an earlier check gave it."""
        own = self._formats[style] if style < len(self._formats) else b"<xf>"
        close = own.index(b">") + 1
        if integer(own[:close], b"fillId") not in self._ours:
            return style
        return self._add(with_attribute(own[:close], b"fillId", b"0") + own[close:])

    def look(self, look: Look) -> int:
        """The number of a format of the list."""
        if look not in self._looks:
            self._looks[look] = self._add(self._format(look))
        return self._looks[look]

    def data(self) -> bytes:
        """The part with what was added."""
        edits: list[Edit] = []
        for name, section in self._sections.items():
            if not section.added:
                continue
            if section.element is None:
                edits.append(self._inserted(name, section))
                continue
            total = section.count + len(section.added)
            tag = with_attribute(section.element.tag(self._data), b"count", b"%d" % total)
            edits += grown(self._data, section.element, last=b"".join(section.added), tag=tag)
        if self._root.inner == self._root.end:  # <styleSheet/>
            inside = b"".join(edit.new for edit in edits)
            return spliced(self._data, grown(self._data, self._root, last=inside))
        return spliced(self._data, edits)

    def _inserted(self, name: bytes, section: _Section) -> Edit:
        """A section that the stylesheet has not, in its place."""
        before = _ORDER[: _ORDER.index(name)]
        ends = [one.end for local, one in self._others.items() if local in before]
        at = max(ends, default=self._root.inner)
        full = b"%s%s" % (self._prefix.encode(), name)
        inside = b"".join(section.added)
        return Edit(at, at, b'<%s count="%d">%s</%s>' % (full, len(section.added), inside, full))

    def _add(self, item: bytes) -> int:
        formats = self._sections[b"cellXfs"]
        if formats.count + len(formats.added) >= MOST:
            raise Unpatchable("too many cell formats")
        return formats.add(item)

    def _fill(self, name: str) -> int:
        return self._put(
            b"fills",
            '<{0}fill><{0}patternFill patternType="solid">'
            f'<{{0}}fgColor rgb="{FILLS[name]}"/><{{0}}bgColor indexed="64"/>'
            "</{0}patternFill></{0}fill>",
        )

    def _put(self, section: bytes, item: str) -> int:
        return self._sections[section].add(item.format(self._prefix).encode())

    def _family_of(self, font: Element) -> bytes:
        """What font the file's cells have, as it is written."""
        named = [one for one in children(self._data, font) if one.local in _SAME_FONT]
        return b"".join(self._data[one.start : one.end] for one in named)

    def _format(self, look: Look) -> bytes:
        font = ("<{0}b/>" if look.is_bold else "") + ('<{0}u val="single"/>' * look.is_link)
        font += f'<{{0}}sz val="{look.size or 11}"/>'
        font += '<{0}color rgb="FF14558F"/>' if look.is_link else ""
        start = f"<{{0}}font>{font}".format(self._prefix).encode()
        font_id = self._sections[b"fonts"].add(
            start + self._family + b"</%sfont>" % self._prefix.encode()
        )
        border_id = 0
        if look.line != "none":
            colour = "FFBFBFBF" if look.line == "thin" else "FF555C64"
            border_id = self._put(
                b"borders",
                "<{0}border><{0}left/><{0}right/><{0}top/>"
                f'<{{0}}bottom style="{look.line}"><{{0}}color rgb="{colour}"/></{{0}}bottom>'
                "<{0}diagonal/></{0}border>",
            )
        fill_id = self._fill(look.fill) if look.fill else 0
        quoted = ' quotePrefix="1"' if look.is_quoted else ""
        wrapped = '<{0}alignment vertical="top" wrapText="1"/>' if look.wraps else ""
        made = (
            f'<{{0}}xf numFmtId="0" fontId="{font_id}" fillId="{fill_id}"'
            f' borderId="{border_id}" xfId="0"{quoted} applyFont="1" applyFill="1"'
            f' applyBorder="1" applyAlignment="1">{wrapped}</{{0}}xf>'
        )
        return made.format(self._prefix).encode()


def _is_ours(data: bytes, fill: Element) -> bool:
    """Whether a fill is a colour of marked cells."""
    raw = data[fill.start : fill.inner_end]
    return any(colour.encode() in raw for colour in RESULTS_FILLS.values())


def plain() -> bytes:
    """A stylesheet for a package that has none."""
    return (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet '
        b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"></styleSheet>'
    )
