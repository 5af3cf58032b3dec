"""What a steward answers on the sheet 確認結果 of the workbook they give back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opendata.errors import Place, Problem, Text, problem
from opendata.japanese import squash
from opendata.validate import Answer
from opendata.workbook import RESULTS_SHEET, Sheet, Value, Workbook, address

ANSWER = Text("このままで正しいですか", "Is this right?")
REASON = Text("理由", "Reason")
QUESTION = Text("番号", "Number")
YES = Text("はい", "Yes")
NO = Text("いいえ", "No")

_ALSO = {True: ("ハイ", "はい。", "Y", "OK", "○", "〇", "◯", "正しい"),
         False: ("イイエ", "いいえ。", "N", "NG", "×", "✕", "誤り")}  # fmt: skip
_WORDS = {
    squash(word).casefold(): says
    for text, says in ((YES, True), (NO, False))
    for word in (*text, *_ALSO[says])
}


def read_answers(workbook: Workbook) -> tuple[list[Answer], list[Problem]]:
    """The answers on a workbook's sheet of results, and what is wrong with any of them.

    A yes needs a reason, for it is published data that it lets through.
    """
    answers: list[Answer] = []
    problems: list[Problem] = []
    for sheet in workbook.sheets:
        if sheet.name == RESULTS_SHEET:
            for row, said, reason, subject in _rows(sheet):
                found = _WORDS.get(squash(said).casefold())
                if found is None or (found and not reason):
                    code = "unknown-answer" if found is None else "answer-without-reason"
                    problems.append(problem(code, row, value=said))
                else:
                    answers.append(Answer.given(subject, reason, "steward", is_right=found))
    return answers, problems


def _rows(sheet: Sheet) -> Iterator[tuple[Place, str, str, str]]:
    """The place of every answer, what it says, why, and of which question."""
    columns: list[int] | None = None
    for row, cells in enumerate(sheet.rows):
        if columns is None:
            columns = _columns(cells)
            continue
        said, reason, subject = (str(cells[column] or "").strip() for column in columns)
        if said and subject:
            yield Place(sheet=sheet.name, cell=address(row, columns[0])), said, reason, subject


def _columns(cells: Sequence[Value]) -> list[int] | None:
    """Where the three columns stand, in a row that names them all."""
    shown = [squash(str(cell or "")) for cell in cells]
    for titles in zip(ANSWER, REASON, QUESTION, strict=True):
        wanted = [squash(title) for title in titles]
        if all(title in shown for title in wanted):
            return [shown.index(title) for title in wanted]
    return None
