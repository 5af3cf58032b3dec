"""The sheet 確認結果: every problem with its place, and room for the steward's answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from opendata.errors import Place, Problem, Text
from opendata.errors.catalogue import Language
from opendata.review.answers import ANSWER, ASKED, NO, QUESTION, REASON, YES
from opendata.review.causes import causes
from opendata.review.marked.markup import escaped, legal
from opendata.review.marked.sheet import written
from opendata.review.marked.styles import Look, Styles
from opendata.review.reviewed import Reviewed, plural
from opendata.review.verdict import next_steps, reassurance, verdict
from opendata.workbook import RESULTS_SHEET, address

KIND = {
    "error": Text("修正が必要", "To correct"),
    "warning": Text("ご確認を", "Please check"),
    "notice": Text("お知らせ", "Notice"),
}
ANSWERED = (8, 9)
"""The columns that a steward fills in, counted from 1."""

_LINKS = 60_000  # Excel takes 65,530 links on one sheet
_LISTED = 200_000
_HIDDEN = 10
_WIDTHS = (26, 12, 28, 26, 26, 60, 60, 16, 40, 18)
_BLANK: tuple[Text | None, str] = (None, "")
_HEADINGS = (
    Text("内容", "Cause"),
    Text("区分", "Kind"),
    Text("セル", "Cell"),
    Text("見つかった値", "Found"),
    Text("提案する値", "Proposed"),
    Text("説明", "Why"),
    Text("直し方", "What to do"),
    ANSWER,
    REASON,
    QUESTION,
)
_ASKING = Text(
    "黄色い欄のある行では、その左の「お尋ね」に「はい」か「いいえ」でお答えください。"
    "「はい」には理由も書いて、このファイルを元のファイル名で受付フォルダーに入れ直してください。"
    "「はい」とお答えになったことは、次からはお尋ねしません。",
    "Where a row has yellow cells, answer the question to their left with Yes or No, a Yes with "
    "its reason, and put this file back into the inbox under its original name. What you said "
    "Yes to is not asked again.",
)
Target = Callable[[Place], tuple[str, str] | None]
"""From the place of a problem to the name of a sheet and a cell on it, or None."""


@dataclass(frozen=True, slots=True)
class Results:
    """The part of the sheet, the row of the list's headings, and its last row (from 1)."""

    data: bytes
    heading: int
    last: int


@dataclass(frozen=True, slots=True)
class Names:
    """How the workbooks of one review are called; `proposed` where there is one, which puts so
    many errors right."""

    checked: str
    proposed: str | None = None
    repaired: int = 0


def results(
    reviewed: Reviewed,
    names: Names,
    remarks: Sequence[Text],
    target: Target,
    styles: Styles,
    language: Language,
    *,
    namespace: str,
    is_shown: bool,
) -> Results:
    """Write the sheet; `is_shown` where it is the one that a reader sees first."""
    lines = _preamble(reviewed, names, remarks, language)
    heading = len(lines) + 2
    rows = [_row(at, [line], [_top(at)], styles) for at, line in enumerate(lines)]
    head = Look(is_bold=True, fill="head", line="medium")
    titles = [title.in_(language) for title in _HEADINGS]
    rows.append(_row(heading - 1, titles, [head] * len(titles), styles))
    asked: list[int] = []
    links: list[bytes] = []
    last = heading
    for one in islice(_listed(reviewed.problems), _LISTED):
        linked = target(one[1].place) if len(links) < _LINKS else None
        texts = _texts(*one, language, *reviewed.filled_in.get(one[1].subject or "", _BLANK))
        rows.append(
            _row(last, texts, _looks(one[1], is_link=linked is not None), styles, tall=True)
        )
        last += 1
        if one[1].subject:
            asked.append(last)
        if linked is not None:
            links.append(_link(last, *linked, texts[2]))
    data = b"".join(
        (
            b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="%s">'
            % namespace.encode(),
            b'<sheetPr><tabColor rgb="FFC00000"/><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews>'
            b'<sheetView showGridLines="0"%s workbookViewId="0"/></sheetViews>'
            % (b' tabSelected="1"' if is_shown else b""),
            b'<sheetFormatPr defaultRowHeight="15"/>',
            _columns(),
            b"<sheetData>",
            *rows,
            b"</sheetData>",
            b'<autoFilter ref="A%d:I%d"/>' % (heading, last) if last > heading else b"",
            _choices(asked, language),
            b"<hyperlinks>%s</hyperlinks>" % b"".join(links) if links else b"",
            b'<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3"'
            b' footer="0.3"/><pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>',
            b"</worksheet>",
        )
    )
    return Results(data, heading, last)


def _preamble(
    reviewed: Reviewed, names: Names, remarks: Sequence[Text], language: Language
) -> list[str]:
    """The lines above the list: the verdict and what to do."""
    steps = next_steps(reviewed, names.checked, names.proposed, names.repaired)
    lines = [RESULTS_SHEET, verdict(reviewed).in_(language)]
    if reviewed.is_check and (only := reassurance(reviewed)):
        lines.append(only.in_(language))
    lines += [f"{number}. {step.in_(language)}" for number, step in enumerate(steps, 1)]
    lines += [f"※ {remark.in_(language)}" for remark in remarks]
    if any(one.subject for one in reviewed.problems):
        lines.append(f"※ {_ASKING.in_(language)}")
    listed = len(reviewed.problems)
    if listed > _LISTED:
        lines.append(
            Text(
                f"※ 全{listed:,}件のうち、はじめの{_LISTED:,}件を載せています。",
                f"* The first {_LISTED:,} of {plural(listed, 'problem')}.",
            ).in_(language)
        )
    return lines


def _top(line: int) -> Look:
    if line == 0:
        return Look(size=16, is_bold=True)
    return Look(size=12, is_bold=True) if line == 1 else Look()


def _listed(problems: Iterable[Problem]) -> Iterator[tuple[Text, Problem]]:
    """Every problem under its cause, in the order in which the page tells them."""
    for cause in causes(problems):
        for finding in cause.findings:
            for one in finding.problems:
                yield cause.title, one


def _texts(
    cause: Text, one: Problem, language: Language, said: Text | None, reason: str
) -> list[str]:
    place = one.place
    return [
        cause.in_(language),
        KIND[one.severity].in_(language),
        " ".join(filter(None, (place.sheet, place.cell))) or "―",
        one.value or "",
        one.suggestion or "",
        one.message.in_(language),
        _what_to_do(one, language),
        said.in_(language) if said else "",
        reason,
        one.subject or "",
    ]


def _what_to_do(one: Problem, language: Language) -> str:
    """The remedy, and the question that the cells beside it answer."""
    if one.subject is None:
        return one.remedy.in_(language)
    asked = Text("お尋ね：", "Question: ").in_(language) + (one.question or ASKED).in_(language)
    return f"{one.remedy.in_(language)}\n{asked}"


def _looks(one: Problem, *, is_link: bool) -> list[Look]:
    looks = [Look(line="thin", wraps=True)] * len(_WIDTHS)
    if one.severity != "notice":
        looks[1] = Look(line="thin", wraps=True, fill=one.severity)
    if is_link:
        looks[2] = Look(line="thin", wraps=True, is_link=True)
    for column in ANSWERED if one.subject else ():
        looks[column - 1] = Look(line="thin", wraps=True, fill="answer")
    return looks


def _row(
    row: int, texts: Sequence[str], looks: Sequence[Look], styles: Styles, *, tall: bool = False
) -> bytes:
    """A row of texts as XML; `tall` where it is as high as its wrapped texts need."""
    cells = b"".join(
        written(b"", row, column, text or None, styles.look(_quoted(look, text)))
        for column, (text, look) in enumerate(zip(texts, looks, strict=True))
    )
    height = b' ht="%d" customHeight="1"' % _height(texts) if tall else b""
    return b'<row r="%d"%s>%s</row>' % (row + 1, height, cells)


def _quoted(look: Look, text: str) -> Look:
    """The same look for a text that Excel would take for a formula when it is edited."""
    if text[:1] not in ("=", "+", "-", "@"):
        return look
    return Look(look.size, look.is_bold, look.is_link, look.fill, look.line, look.wraps, True)


def _height(texts: Iterable[str]) -> int:
    """The height of a row of wrapped texts, in points; not every program works it out itself."""
    lines = 1
    for text, width in zip(texts, _WIDTHS, strict=True):
        units = 2 * len(text) - len(text.encode("ascii", "ignore"))
        lines = max(lines, -(-units // (width - 2)) + text.count("\n"))
    return min(lines * 15 + 3, 400)


def _columns() -> bytes:
    columns = b"".join(
        b'<col min="%d" max="%d" width="%d" customWidth="1"%s/>'
        % (at, at, width, b' hidden="1"' if at == _HIDDEN else b"")
        for at, width in enumerate(_WIDTHS, 1)
    )
    return b"<cols>%s</cols>" % columns


def _choices(rows: Iterable[int], language: Language) -> bytes:
    """A choice of answers beside every question."""
    column = address(0, ANSWERED[0] - 1)[0]
    ranges = " ".join(f"{column}{first}:{column}{last}" for first, last in _runs(rows))
    if not ranges:
        return b""
    offered = escaped(",".join(word.in_(language) for word in (YES, NO)))
    return (
        b'<dataValidations count="1"><dataValidation type="list" allowBlank="1"'
        b' showErrorMessage="1" sqref="%s"><formula1>"%s"</formula1></dataValidation>'
        b"</dataValidations>" % (ranges.encode(), offered)
    )


def _runs(rows: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Rows that follow one another, as first and last."""
    for _, run in groupby(enumerate(rows), key=lambda at: at[1] - at[0]):
        together = [row for _, row in run]
        yield together[0], together[-1]


def _link(row: int, sheet: str, cell: str, shown: str) -> bytes:
    location = "'" + sheet.replace("'", "''") + f"'!{cell}"
    return b'<hyperlink ref="C%d" location="%s" display="%s"/>' % (
        row, escaped(location), escaped(legal(shown, 255)),
    )  # fmt: skip
