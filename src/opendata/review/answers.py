"""What a steward answers on the sheet 確認結果 of the workbook they give back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from opendata.errors import Problem, Text, problem
from opendata.japanese import squash
from opendata.validate import Answer
from opendata.validate.personal_data import MASK
from opendata.workbook import RESULTS_SHEET, Sheet, Value, Workbook

ANSWER = Text("ご回答", "Answer")
_ANSWER_BEFORE = Text("このままで正しいですか", "Is this right?")
"""The heading of the answers in workbooks that were given back earlier."""
REASON = Text("理由", "Reason")
QUESTION = Text("番号", "Number")
ASKED = Text("このままで正しいですか", "Is this right as it is?")
"""What is asked of a row that asks nothing else."""
YES = Text("はい", "Yes")
NO = Text("いいえ", "No")

_ALSO = {True: ("ハイ", "はい。", "Y", "OK", "○", "〇", "◯", "正しい"),
         False: ("イイエ", "いいえ。", "N", "NG", "×", "✕", "誤り")}  # fmt: skip
_WORDS = {
    squash(word).casefold(): says
    for text, says in ((YES, True), (NO, False))
    for word in (*text, *_ALSO[says])
}


@dataclass(frozen=True, slots=True)
class Unclear:
    """What somebody wrote that is no answer yet: no word that is known, or a yes without a
    reason."""

    subject: str
    said: str
    word: Text | None
    reason: str

    def problem(self, question: Problem) -> Problem:
        """What is missing, told where the question is."""
        code = "unknown-answer" if self.word is None else "answer-without-reason"
        return problem(code, question.place, value=self.said, question=question.title)


def read_answers(workbook: Workbook) -> tuple[list[Answer], list[Unclear]]:
    """The answers on a workbook's sheet of results, and what is none yet.

    A yes needs a reason, for it is published data that it lets through.
    """
    answers: list[Answer] = []
    others: list[Unclear] = []
    for sheet in workbook.sheets:
        if sheet.name == RESULTS_SHEET:
            for said, reason, subject in _rows(sheet):
                found = _WORDS.get(squash(said).casefold())
                answer = Answer.given(subject, reason, "steward", is_right=bool(found))
                if found is None or (found and not reason):
                    word = None if found is None else YES
                    others.append(Unclear(subject, said, word, answer.reason))
                else:
                    answers.append(answer)
    return answers, others


def unclear(given: Iterable[Unclear], problems: Iterable[Problem]) -> Iterator[Problem]:
    """What is missing in the answers to the questions that are still open."""
    open_ones = {one.subject: one for one in problems if one.subject is not None}
    for one in given:
        if one.subject in open_ones:
            yield one.problem(open_ones[one.subject])


def filled_in(
    answers: Iterable[Answer], others: Iterable[Unclear]
) -> dict[str, tuple[Text | None, str]]:
    """What stays written beside a question that is asked again: the word and the reason, by its
    subject. A reason that is only its mask does not."""
    kept: dict[str, tuple[Text | None, str]] = {
        one.subject: (YES if one.is_right else NO, one.reason) for one in answers
    }
    kept |= {one.subject: (one.word, one.reason) for one in others}
    return {
        subject: (word, "" if MASK in reason else reason)
        for subject, (word, reason) in kept.items()
    }


def _rows(sheet: Sheet) -> Iterator[tuple[str, str, str]]:
    """What every answer says, why, and of which question."""
    columns: list[int] | None = None
    for cells in sheet.rows:
        if columns is None:
            columns = _columns(cells)
            continue
        said, reason, subject = (str(cells[column] or "").strip() for column in columns)
        if said and subject:
            yield said, reason, subject


def _columns(cells: Sequence[Value]) -> list[int] | None:
    """Where the three columns stand, in a row that names them all."""
    shown = [squash(str(cell or "")) for cell in cells]
    for answer in (ANSWER, _ANSWER_BEFORE):
        for titles in zip(answer, REASON, QUESTION, strict=True):
            wanted = [squash(title) for title in titles]
            if all(title in shown for title in wanted):
                return [shown.index(title) for title in wanted]
    return None
