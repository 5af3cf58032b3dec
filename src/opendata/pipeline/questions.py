"""An operator's answer to a question of a review: what was asked is right, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from opendata.errors import Problem, UsageError, sentence
from opendata.errors.catalogue import Language
from opendata.pipeline.amending import amending
from opendata.pipeline.archive import Archive
from opendata.pipeline.guard import workers
from opendata.pipeline.settings import Settings
from opendata.store import previous
from opendata.validate import Answer


@dataclass(frozen=True)
class Answered:
    """The questions of a submission that now have their answer."""

    file: str
    questions: tuple[Problem, ...]
    is_right: bool = True

    def to_json(self) -> dict[str, Any]:
        """The document that `answer --json` prints."""
        return {"file": self.file, "answered": len(self.questions)}

    def sentences(self, language: Language) -> list[str]:
        """What the operator is told."""
        name = "answered" if self.is_right else "answered-no"
        return [sentence(name, file=self.file, count=len(self.questions)).in_(language)]


def answer(
    settings: Settings,
    place: str,
    reason: str,
    *,
    cell: str | None = None,
    code: str | None = None,
    is_right: bool = True,
) -> Answered:
    """Remember whether what a review asks about is right, and why; the next pass judges anew.

    `place` is the submission's place in the inbox; `cell` (A1 or `<sheet>!<A1>`) and `code` choose
    among its questions, all of them where neither is given. Raises UsageError where there is no
    reason, no such submission or no such question, ConflictError where a pass commits at the same
    time.
    """
    if not reason.strip():
        raise UsageError("no-reason")
    with amending(settings) as known:
        account = known.accounts.submissions.get(place)
        if account is None:
            raise UsageError("unknown-submission", place=place)
        before = previous(known.public, known.state, account.package)
        last = {account.package: before.tables} if before else {}
        with workers(1, settings.worker_log()) as examined:
            (outcome,) = Archive(known.workspace, settings, examined, last).judge(
                [(place, account, None)]
            )
        asked = tuple(one for one in outcome.problems if _is_asked(one, cell, code))
        if not asked:
            raise UsageError("no-question", place=place)
        answers = {
            one: Answer.given(one, reason, "operator", is_right=is_right)
            for one in _subjects(asked)
        }
        answers = {**account.answers, **answers}
        known.amend(place, account._replace(answers=answers, again=True))
    return Answered(place, asked, is_right)


def _subjects(asked: Iterable[Problem]) -> list[str]:
    return [one.subject for one in asked if one.subject is not None]


def _is_asked(found: Problem, cell: str | None, code: str | None) -> bool:
    if found.subject is None or (code is not None and found.code != code):
        return False
    here = found.place
    return cell is None or cell in (here.cell, f"{here.sheet or ''}!{here.cell}")
