"""A workbook package: its sheets, what relates to what, and one sheet more."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from opendata.review.marked.archive import Archive
from opendata.review.marked.markup import (
    Edit,
    Element,
    Unpatchable,
    attribute,
    child,
    children,
    escaped,
    grown,
    integer,
    namespaces,
    root,
    spliced,
    with_attribute,
)
from opendata.review.marked.styles import plain

_TYPES = "[Content_Types].xml"
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml."
CONTENT = {
    "worksheet": _SPREADSHEET + "worksheet+xml",
    "comments": _SPREADSHEET + "comments+xml",
    "styles": _SPREADSHEET + "styles+xml",
    "vmlDrawing": "application/vnd.openxmlformats-officedocument.vmlDrawing",
}
_STRICT = "http://purl.oclc.org/ooxml/"
_BEFORE_VIEWS = (b"fileVersion", b"fileSharing", b"workbookPr", b"AlternateContent",
                 b"workbookProtection")  # fmt: skip
_BEFORE_NAMES = (b"sheets", b"functionGroups", b"externalReferences")
_A1 = re.compile(
    rb"<(?:[^\s/>!?]+:)?c\s(?=[^>]*\br\s*=\s*[\"']A1[\"'])[^>]*(?<!/)>(.*?)</(?:[^\s/>]+:)?c\s*>",
    re.S,
)
_TITLES = re.compile(
    rb"<((?:[^\s/>!?]+:)?(?:HeadingPairs|TitlesOfParts))(?:\s[^>]*)?>.*?</\1\s*>\s*", re.S
)


@dataclass(frozen=True, slots=True)
class Relation:
    """How one part refers to another: `kind` is the last word of its type."""

    id: str
    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A sheet as the workbook lists it; `path` is empty where no part is found."""

    name: str
    path: str


class Book:
    """A package whose parts are changed one by one. Raises Unpatchable where one is unusual."""

    def __init__(self, content: bytes) -> None:
        self.archive = Archive(content)
        main = [one for one in self.relations("") if one.kind == "officeDocument"]
        self.path = main[0].path if main else "xl/workbook.xml"
        self.folder = self.path[: self.path.rfind("/") + 1]
        self._data = self.archive.read(self.path)
        self._root = root(self._data)
        self._prefix = self._root.prefix
        spaces = namespaces(self._root.tag(self._data))
        self.namespace = spaces.get(self._prefix, b"").decode("ascii", "replace")
        office = "officeDocument/2006/relationships"
        is_strict = self.namespace.startswith(_STRICT)
        self.office = (
            f"{_STRICT}officeDocument/relationships"
            if is_strict
            else f"http://schemas.openxmlformats.org/{office}"
        )
        self._own = self.relations(self.path)
        if any(one.kind == "revisionHeaders" for one in self._own):
            raise Unpatchable("a shared workbook keeps a log of its sheets")
        self.sheets = tuple(self._listed())

    # --- parts ----------------------------------------------------------------------------------

    def relations(self, part: str) -> list[Relation]:
        """What a part relates to; `""` is the package itself. Links out of it are left out."""
        path = _relations_path(part)
        if path not in self.archive:
            return []
        data = self.archive.read(path)
        found = []
        for one in children(data, root(data)):
            tag = one.tag(data)
            if attribute(tag, b"TargetMode") == b"External":
                continue
            target = _text(attribute(tag, b"Target"))
            folder = part.rpartition("/")[0]
            joined = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            kind = _text(attribute(tag, b"Type")).rpartition("/")[2]
            found.append(Relation(_text(attribute(tag, b"Id")), kind, joined))
        return found

    def related(self, part: str, kind: str) -> str | None:
        """The part of a kind that another one refers to, or None."""
        return next((one.path for one in self.relations(part) if one.kind == kind), None)

    def relate(self, part: str, kind: str, target: str) -> str:
        """Let a part refer to another; returns the relation's id."""
        path = _relations_path(part)
        if path in self.archive:
            data = self.archive.read(path)
        else:
            data = (
                b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns='
                b'"http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
            )
        taken = {one.id for one in self.relations(part)} | {
            _text(value) for value in re.findall(rb"\sId\s*=\s*[\"']([^\"']*)", data)
        }
        number = 1
        while f"rId{number}" in taken:
            number += 1
        top = root(data)
        target = posixpath.relpath(f"/{target}", posixpath.join("/", part.rpartition("/")[0]))
        made = (
            f'<{top.prefix.decode()}Relationship Id="rId{number}" Type="{self.office}/{kind}"'
            f' Target="{html.escape(target)}"/>'
        )
        self.archive.write(
            path, spliced(data, grown(data, top, last=made.encode("ascii", "xmlcharrefreplace")))
        )
        return f"rId{number}"

    def add(self, kind: str, pattern: str, data: bytes) -> str:
        """Add a part under the first free name of a pattern; returns its name."""
        name = self.archive.free(self.folder + pattern)
        self.archive.write(name, data)
        types = self.archive.read(_TYPES)
        top = root(types)
        made = (
            f'<{top.prefix.decode()}Override PartName="/{html.escape(name)}"'
            f' ContentType="{CONTENT[kind]}"/>'
        )
        new = made.encode("ascii", "xmlcharrefreplace")
        self.archive.write(_TYPES, spliced(types, grown(types, top, last=new)))
        return name

    def styles(self) -> tuple[str, bytes]:
        """The part of cell formats and what it holds; made where there is none."""
        found = self.related(self.path, "styles")
        if found is not None and found in self.archive:
            return found, self.archive.read(found)
        name = self.add("styles", "styles{}.xml", plain())
        self.relate(self.path, "styles", name)
        return name, self.archive.read(name)

    # --- sheets ---------------------------------------------------------------------------------

    def _listed(self) -> list[Listed]:
        by_id = {one.id: one.path for one in self._own}
        spaces = namespaces(self._root.tag(self._data))
        found = []
        for one in children(self._data, self._sheets()):
            tag = one.tag(self._data)
            own = spaces | namespaces(tag)
            prefix = next(
                (key for key, value in own.items() if value.endswith(b"/relationships")), b"r:"
            )
            path = by_id.get(_text(attribute(tag, prefix + b"id")), "")
            found.append(Listed(_text(attribute(tag, b"name")), path))
        return found

    def _sheets(self) -> Element:
        found = child(self._data, self._root, b"sheets")
        if found is None:
            raise Unpatchable("no list of sheets")
        return found

    def text_of_a1(self, path: str) -> str:
        """What stands in the first cell of a sheet, if it is a text."""
        data = self.archive.read(path) if path in self.archive else b""
        found = _A1.search(data)
        if found is None:
            return ""
        if re.search(rb"\bt\s*=\s*[\"']s[\"']", found[0][: found[0].index(b">")]) is None:
            return _texts(found[1])
        number = re.search(rb">\s*([0-9]+)\s*<", found[1])
        strings = self.related(self.path, "sharedStrings")
        if number is None or strings is None or strings not in self.archive:
            return ""
        shared = self.archive.read(strings)
        for at, one in enumerate(children(shared, root(shared))):
            if at == int(number[1]):
                return _texts(shared[one.start : one.end])
        return ""

    def put_sheet(self, name: str, data: bytes, heading: int, last: int, *, is_shown: bool) -> None:
        """Put a sheet of results in: in front, or where the one of an earlier check is.

        Behind the others where the workbook has macros, which may count its sheets. Its row
        `heading` is repeated on every page, and filtered down to `last`.
        """
        known = [one.name for one in self.sheets]
        if name in known and self.sheets[known.index(name)].path:
            at = known.index(name)
            path = self.sheets[at].path
            self.archive.write(path, data)
            self.archive.drop(_relations_path(path))
            edits: list[Edit] = []
            shift = 0
        else:
            path = self.add("worksheet", "worksheets/sheet{}.xml", data)
            at = len(known) if self.has_macros else 0
            shift = 1 if at == 0 else 0
            edits = self._entered(name, self.relate(self.path, "worksheet", path), at)
        edits += self._views(at, shift, is_shown=is_shown)
        edits += self._names(name, at, shift, heading, last, is_new=name not in known)
        self._write(edits)
        self._forget_titles()

    def recalculate(self) -> None:
        """Let formulas be worked out anew when the workbook is opened."""
        found = child(self._data, self._root, b"calcPr")
        if found is not None:
            tag = with_attribute(found.tag(self._data), b"fullCalcOnLoad", b"1")
            self._write([Edit(found.start, found.inner, tag)])
            return
        before = (*_BEFORE_NAMES, b"definedNames")
        at = self._after(before)
        self._write([Edit(at, at, b'<%scalcPr fullCalcOnLoad="1"/>' % self._prefix)])

    @property
    def has_macros(self) -> bool:
        """Whether it is a workbook with macros."""
        return b"ms-excel.sheet.macroEnabled" in self.archive.read(_TYPES)

    def _write(self, edits: list[Edit]) -> None:
        self._data = spliced(self._data, edits)
        self._root = root(self._data)
        self.archive.write(self.path, self._data)

    def _after(self, names: tuple[bytes, ...]) -> int:
        ends = [one.end for one in children(self._data, self._root) if one.local in names]
        return max(ends, default=self._root.inner)

    def _entered(self, name: str, relation: str, at: int) -> list[Edit]:
        sheets = self._sheets()
        tags = [one.tag(self._data) for one in children(self._data, sheets)]
        number = max((integer(tag, b"sheetId") for tag in tags), default=0) + 1
        entry = b'<%ssheet name="%s" sheetId="%d" xmlns:r="%s" r:id="%s"/>' % (
            self._prefix, escaped(name), number, self.office.encode(), relation.encode(),
        )  # fmt: skip
        if at == 0:
            return grown(self._data, sheets, first=entry)
        return grown(self._data, sheets, last=entry)

    def _views(self, at: int, shift: int, *, is_shown: bool) -> list[Edit]:
        """The edits after which the same sheet is shown as before, or ours."""
        views = child(self._data, self._root, b"bookViews")
        found = list(children(self._data, views)) if views else []
        if not found:
            if is_shown and at == 0:
                return []
            made = b'<{0}bookViews><{0}workbookView activeTab="%d"/></{0}bookViews>'.replace(
                b"{0}", self._prefix
            )
            where = self._after(_BEFORE_VIEWS)
            new = made % (at if is_shown else shift)
            if views is not None:
                return [Edit(views.start, views.end, new)]
            return [Edit(where, where, new)]
        edits = []
        for view in found:
            tag = view.tag(self._data)
            active = at if is_shown else integer(tag, b"activeTab") + shift
            new = with_attribute(tag, b"activeTab", b"%d" % active)
            if attribute(tag, b"firstSheet") is not None:
                first = 0 if at == 0 else integer(tag, b"firstSheet") + shift
                new = with_attribute(new, b"firstSheet", b"%d" % first)
            if new != tag:
                edits.append(Edit(view.start, view.inner, new))
        return edits

    def _names(
        self, sheet: str, at: int, shift: int, heading: int, last: int, *, is_new: bool
    ) -> list[Edit]:
        """The edits that move the names of single sheets along, and add those of ours."""
        names = child(self._data, self._root, b"definedNames")
        edits: list[Edit] = []
        for one in children(self._data, names) if names else ():
            tag = one.tag(self._data)
            if attribute(tag, b"localSheetId") is None:
                continue
            number = integer(tag, b"localSheetId")
            if not is_new and number == at:
                edits.append(Edit(one.start, one.end, b""))
            elif shift:
                new = with_attribute(tag, b"localSheetId", b"%d" % (number + shift))
                edits.append(Edit(one.start, one.inner, new))
        quoted = escaped("'" + sheet.replace("'", "''") + "'")
        own = [(b"_xlnm.Print_Titles", b"", b"$%d:$%d" % (heading, heading))]
        if last > heading:
            area = b"$A$%d:$I$%d" % (heading, last)
            own.insert(0, (b"_xlnm._FilterDatabase", b' hidden="1"', area))
        p = self._prefix
        made = b"".join(
            b'<%sdefinedName name="%s" localSheetId="%d"%s>%s!%s</%sdefinedName>'
            % (p, name, at, hidden, quoted, area, p)
            for name, hidden, area in own
        )
        if names is not None:
            return [*edits, *grown(self._data, names, last=made)]
        where = self._after(_BEFORE_NAMES)
        return [Edit(where, where, b"<%sdefinedNames>%s</%sdefinedNames>" % (p, made, p))]

    def _forget_titles(self) -> None:
        """Take the list of sheets out of the properties: programs write it anew when they save."""
        path = self.related("", "extended-properties")
        if path is not None and path in self.archive:
            data = self.archive.read(path)
            new = _TITLES.sub(b"", data)
            if new != data:
                self.archive.write(path, new)


def related_id(tag: bytes, spaces: Mapping[bytes, bytes]) -> str:
    """The relation that an element names, by the namespaces around it."""
    prefix = next((one for one, uri in spaces.items() if uri.endswith(b"/relationships")), b"r:")
    return _text(attribute(tag, prefix + b"id"))


def _relations_path(part: str) -> str:
    folder, slash, name = part.rpartition("/")
    return f"{folder}{slash}_rels/{name}.rels"


def _text(value: bytes | None) -> str:
    return html.unescape((value or b"").decode("utf-8", "replace"))


def _texts(data: bytes) -> str:
    """The text of a string item, without the readings of its characters."""
    data = re.sub(rb"<(?:[^\s/>!?]+:)?rPh\b.*?</(?:[^\s/>]+:)?rPh>", b"", data, flags=re.S)
    return "".join(
        _text(one) for one in re.findall(rb"<(?:[^\s/>!?]+:)?t(?:\s[^>]*)?(?<!/)>([^<]*)<", data)
    )
