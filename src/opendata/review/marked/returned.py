"""What a steward gets back: their own workbook, its wrong cells marked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from xml.parsers import expat

from opendata.errors import Place, Problem, Text
from opendata.errors.catalogue import Language
from opendata.review.causes import position
from opendata.review.marked import comments, notes
from opendata.review.marked.book import Book, related_id
from opendata.review.marked.markup import Edit, Unpatchable, attribute, integer, namespaces
from opendata.review.marked.proposals import CERTAIN, Spot, proposals
from opendata.review.marked.rendering import rendering, title
from opendata.review.marked.results import KIND, Names, results
from opendata.review.marked.sheet import Mark, Sheet, joined
from opendata.review.marked.styles import Styles
from opendata.review.reviewed import Reviewed, plural
from opendata.review.shown import sheet_of, shown
from opendata.workbook import RESULTS_SHEET, Workbook, address

RESULTS = RESULTS_SHEET
"""The added sheet. Whoever reads a workbook again passes over a sheet of this name."""

RENDERED_CELLS = 1_000_000
"""A file that is no xlsx is copied up to so many cells; beyond this it gets the list alone."""

_COMMENT = 3_000
_COPY = Text(
    "この確認用ファイルは、元のファイルの値を Excel の表に写したものです。"
    "書式や数式は写していません。直すのは元のファイルです。",
    "This is a copy of the values of your file as an Excel workbook, without its formats and "
    "formulas. Correct your own file.",
)
_LIST = Text(
    "元のファイルが大きいため、このファイルには確認結果の一覧だけを載せています。",
    "Your file is large, so this one holds the list of results alone.",
)


@dataclass(frozen=True, slots=True)
class Returned:
    """The marked workbook, and the one with the certain proposals where there are any."""

    names: Names
    checked: bytes
    proposed: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Source:
    """A package to mark. `names` leads from the submission's sheets to those of the package."""

    content: bytes
    names: Mapping[str, str]
    remarks: tuple[Text, ...] = ()


def mark(reviewed: Reviewed, language: Language = "ja") -> Returned | None:
    """The workbook with marks, comments and the sheet of results; None without cells.

    xlsx and xlsm are the steward's own file, in which only what is marked differs. Everything
    else, and a package that is built in a way that we cannot change, is a rendering of its cells;
    the sheet of results says so.
    """
    workbook = reviewed.workbook
    if workbook is None:
        return None
    for opening in (_own, _rendering):
        # A package may be broken in ways that its readers forgive; a rendering is still of use.
        try:
            source = opening(reviewed, workbook)
            if source is not None:
                return _returned(source, reviewed, workbook, language)
        except Exception:  # noqa: BLE001, S112
            continue
    content, _ = rendering(workbook, is_empty=True)
    return _returned(_Source(content, {}, (_LIST,)), reviewed, workbook, language)


def _own(reviewed: Reviewed, workbook: Workbook) -> _Source | None:
    if workbook.format not in ("xlsx", "xlsm"):
        return None
    return _Source(reviewed.content, {one.name: one.name for one in workbook.sheets})


def _rendering(_: Reviewed, workbook: Workbook) -> _Source | None:
    if sum(sum(map(len, sheet.rows)) for sheet in workbook.sheets) > RENDERED_CELLS:
        return None
    return _Source(*rendering(workbook), (_COPY,))


def _returned(
    source: _Source, reviewed: Reviewed, workbook: Workbook, language: Language
) -> Returned:
    spots = _spots(reviewed, workbook)
    told: dict[Spot, list[Problem]] = {}
    for one in reviewed.problems:
        if one.severity != "notice" and (spot := spots.get(one.place)) is not None:
            told.setdefault(spot, []).append(one)
    task = _Task(source, reviewed, workbook, spots, told, language)
    ending = ".xlsm" if Book(source.content).has_macros else ".xlsx"
    checked, proposed = (reviewed.beside(f".{one}{ending}") for one in ("checked", "proposed"))
    values = proposals(reviewed.problems, spots, workbook, reviewed.numeric)
    filled = task.done(Names(checked, proposed), values) if values else None
    names, content = filled if filled is not None else (Names(checked), None)
    marked = task.done(names, {})
    if marked is None:
        raise Unpatchable("nothing was made")
    return Returned(names, marked[1], content)


def _spots(reviewed: Reviewed, workbook: Workbook) -> dict[Place, Spot]:
    """The cells that the problems' places mean; of merged cells the first."""
    spots: dict[Place, Spot] = {}
    for place in {one.place for one in reviewed.problems}:
        at, sheet = position(place.cell), sheet_of(workbook, place)
        if at is not None and sheet is not None:
            spots[place] = Spot(sheet.name, *at)
    heads: dict[Spot, Spot] = {}
    for sheet in workbook.sheets:
        columns: dict[int, list[int]] = {}
        for spot in spots.values():
            if spot.sheet == sheet.name:
                columns.setdefault(spot.row, []).append(spot.column)
        rows = sorted(columns)
        for merge in sheet.merged if rows else ():
            for row in rows[bisect_left(rows, merge.top) : bisect_right(rows, merge.bottom)]:
                for column in columns[row]:
                    if merge.left <= column <= merge.right:
                        first = Spot(sheet.name, merge.top, merge.left)
                        heads[Spot(sheet.name, row, column)] = first
    return {place: heads.get(spot, spot) for place, spot in spots.items()}


@dataclass(frozen=True, slots=True)
class _Task:
    """All that the marks of one review are made from."""

    source: _Source
    reviewed: Reviewed
    workbook: Workbook
    spots: Mapping[Place, Spot]
    told: Mapping[Spot, list[Problem]]
    language: Language

    def done(self, names: Names, values: Mapping[Spot, str | float]) -> tuple[Names, bytes] | None:
        """The package with marks and, where `values` has any, those written into their cells;
        None where none of them could be. The names say how many errors that puts right."""
        book = Book(self.source.content)
        where, data = book.styles()
        styles = Styles(data)
        paths = {one.name: one.path for one in book.sheets if one.path in book.archive}
        marked = {self._path(paths, spot.sheet) for spot in self.told}
        ours = _title_of_results(book)
        is_shown = all(
            path in marked or name == ours or not _is_selected(book, path)
            for name, path in paths.items()
        )
        by_sheet: dict[str, dict[Spot, list[Problem]]] = {}
        for spot, problems in self.told.items():
            by_sheet.setdefault(spot.sheet, {})[spot] = problems
        changed: set[Spot] = set()
        for sheet in self.workbook.sheets:
            part = self._path(paths, sheet.name)
            if part is not None and sheet.name != ours:
                own = by_sheet.get(sheet.name, {})
                changed |= self._mark(book, part, styles, own, values, is_shown=is_shown)
        if values and not changed:
            return None
        remarks = list(self.source.remarks)
        if values:
            names = replace(names, repaired=self._repaired(changed))
            left = self.reviewed.count("error") - names.repaired
            remarks.append(_proposed(len(changed), left))
        made = results(
            self.reviewed, names, remarks, self._target(paths), styles, self.language,
            namespace=book.namespace, is_shown=is_shown,
        )  # fmt: skip
        book.archive.write(where, styles.data())
        book.put_sheet(ours, made.data, made.heading, made.last, is_shown=is_shown)
        if values:
            book.recalculate()
        _prove(book.archive.changed())
        return names, book.archive.packed()

    def _repaired(self, changed: set[Spot]) -> int:
        """How many errors are put right by writing what is proposed into these cells."""
        return sum(
            one.severity == "error" and one.code in CERTAIN and one.suggestion is not None
            for spot in changed
            for one in self.told[spot]
        )

    def _path(self, paths: Mapping[str, str], sheet: str) -> str | None:
        return paths.get(self.source.names.get(sheet, ""))

    def _target(self, paths: Mapping[str, str]) -> Callable[[Place], tuple[str, str] | None]:
        def target(place: Place) -> tuple[str, str] | None:
            spot = self.spots.get(place)
            if spot is None or self._path(paths, spot.sheet) is None:
                return None
            return self.source.names[spot.sheet], address(spot.row, spot.column)

        return target

    def _mark(
        self,
        book: Book,
        path: str,
        styles: Styles,
        told: Mapping[Spot, list[Problem]],
        values: Mapping[Spot, str | float],
        *,
        is_shown: bool,
    ) -> set[Spot]:
        """Mark the cells of one sheet; returns those that were given a new value."""
        earlier = _marked_earlier(book, path)
        if not told and not earlier:
            return set()
        sheet = Sheet(book.archive.read(path))
        fixed = _named(book, path)
        marks = {place: Mark(None) for place in earlier}
        for spot, problems in told.items():
            value = None if (spot.row, spot.column) in fixed else values.get(spot)
            fill = "error" if any(one.severity == "error" for one in problems) else "warning"
            marks[spot.row, spot.column] = Mark("changed" if value is not None else fill, value)
        edits, changed = sheet.marked(marks, styles)
        if is_shown:
            edits += sheet.unselected()
        texts = {
            (spot.row, spot.column): self._comment(spot, problems, values, changed)
            for spot, problems in told.items()
        }
        edits += _commented(book, path, sheet, texts)
        book.archive.write(path, joined(sheet, edits))
        return {spot for spot in told if (spot.row, spot.column) in changed}

    def _comment(
        self,
        spot: Spot,
        problems: list[Problem],
        values: Mapping[Spot, str | float],
        changed: set[tuple[int, int]],
    ) -> str:
        lines = list(dict.fromkeys(_told(one, self.language) for one in problems))
        if (spot.row, spot.column) in changed:
            sheet = next(one for one in self.workbook.sheets if one.name == spot.sheet)
            before = shown(sheet, spot.row, spot.column)
            lines.insert(
                0,
                Text(
                    f"提案した値に書き換えました（前の値：{before}）。",
                    f"The proposed value was written here (before: {before}).",
                ).in_(self.language),
            )
        return "\n\n".join(lines)


def _proposed(changed: int, left: int) -> Text:
    if left > 0:
        return Text(
            f"{changed:,}個のセル（青色）に、提案した値を書き込んであります。残り{left:,}件は"
            "まだ直っていません。確かめて、残りを直してから、このファイルを元のファイルと同じ"
            "受付フォルダーに入れてください。",
            f"The proposed values are written into {plural(changed, 'cell')} (blue); "
            f"{plural(left, 'error')} remain. Check them, correct the rest, and put this file into "
            "the inbox folder of your own file.",
        )
    return Text(
        f"{changed:,}個のセル（青色）に、提案した値を書き込んであります。確かめて、よければ"
        "このファイルをそのまま、元のファイルと同じ受付フォルダーに入れてください。",
        f"The proposed values are written into {plural(changed, 'cell')} (blue). If they are right,"
        " put this file as it is into the inbox folder of your own file.",
    )


def _told(problem: Problem, language: Language) -> str:
    lines = [
        f"【{KIND[problem.severity].in_(language)}】{problem.title.in_(language)}",
        problem.message.in_(language),
        problem.remedy.in_(language),
    ]
    if problem.suggestion:
        proposed = Text("提案する値：", "Proposed: ").in_(language)
        lines.append(f"{proposed}{problem.suggestion}")
    return "\n".join(lines)[:_COMMENT]


# --- the package --------------------------------------------------------------------------------


def _title_of_results(book: Book) -> str:
    """What our sheet is called: one of an earlier check makes way, one of the steward's stays."""
    paths = {one.name: one.path for one in book.sheets}
    if RESULTS in paths and book.text_of_a1(paths[RESULTS]) == RESULTS:
        return RESULTS
    return title(RESULTS, paths)


def _is_selected(book: Book, path: str) -> bool:
    data = book.archive.read(path)
    head = data[: max(data.find(b"sheetData"), 0) or len(data)]
    return b'tabSelected="1"' in head or b'tabSelected="true"' in head or b"tabSelected='" in head


def _marked_earlier(book: Book, path: str) -> set[tuple[int, int]]:
    """The cells of a sheet that carry the marks of an earlier check."""
    part = book.related(path, "comments")
    if part is None or part not in book.archive:
        return set()
    return comments.Comments(book.archive.read(part)).ours()


def _named(book: Book, path: str) -> set[tuple[int, int]]:
    """The first and last rows of Excel tables: the table holds the names and totals there, too."""
    found: set[tuple[int, int]] = set()
    for one in book.relations(path):
        if one.kind != "table" or one.path not in book.archive:
            continue
        data = book.archive.read(one.path)
        first, _, last = (attribute(data, b"ref") or b"").decode("ascii", "replace").partition(":")
        start, end = position(first), position(last or first)
        if start is not None and end is not None:
            columns = range(start[1], end[1] + 1)
            found |= {(start[0], column) for column in columns}
            if integer(data, b"totalsRowCount"):
                found |= {(end[0], column) for column in columns}
    return found


def _commented(
    book: Book, path: str, sheet: Sheet, texts: Mapping[tuple[int, int], str]
) -> list[Edit]:
    """Put comments beside the cells of a sheet; returns the edits of the sheet itself."""
    edits: list[Edit] = []
    part = book.related(path, "comments")
    if part is None or part not in book.archive:
        part = book.add("comments", "comments{}.xml", comments.empty(book.namespace))
        book.relate(path, "comments", part)
    drawing = _drawing(book, path, sheet)
    if drawing is None:
        drawing = book.add("vmlDrawing", "drawings/vmlDrawing{}.vml", notes.EMPTY)
        relation = book.relate(path, "vmlDrawing", drawing)
        edits.append(sheet.with_legacy_drawing(relation.encode(), book.office.encode()))
    data, places = comments.Comments(book.archive.read(part)).told(texts)
    book.archive.write(part, data)
    before = book.archive.read(drawing)
    book.archive.write(drawing, notes.noted(before, sheet, texts, places))
    return edits


def _drawing(book: Book, path: str, sheet: Sheet) -> str | None:
    """The part in which the comments of a sheet are drawn; None where it has none."""
    named = sheet.child(b"legacyDrawing")
    if named is None:
        return None
    tag = named.tag(sheet.data)
    spaces = namespaces(sheet.root.tag(sheet.data)) | namespaces(tag)
    wanted = related_id(tag, spaces)
    found = next((one.path for one in book.relations(path) if one.id == wanted), None)
    if found is None or found not in book.archive:
        raise Unpatchable("a drawing that is not there")
    return found


def _prove(parts: Mapping[str, bytes]) -> None:
    """Parse what was changed once more. Raises Unpatchable."""
    for name, data in parts.items():
        if name.endswith(".vml"):
            continue
        try:
            expat.ParserCreate().Parse(data, True)
        except expat.ExpatError as error:
            raise Unpatchable(f"{name}: {error}") from error
