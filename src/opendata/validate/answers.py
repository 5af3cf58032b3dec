"""Questions that a person has answered: what they said is right is not asked again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from opendata.errors import Place, Problem, problem

By = Literal["steward", "operator"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said of a question, known by its subject (`Problem.subject`), and why."""

    subject: str
    is_right: bool
    reason: str
    by: By
    was: str | None = None
    """The key of the record of the last release that the one asked about is, where somebody has
    said that it is not another one."""

    @classmethod
    def given(cls, subject: str, reason: str, by: By, *, is_right: bool = True) -> Answer:
        """What somebody says; a reason that holds personal data is not kept."""
        # Imported here: most nights only read what was answered before.
        from opendata.validate.personal_data import MASK, personal_data

        return cls(subject, is_right, MASK if personal_data(reason) else reason, by)


def unanswered(problems: Iterable[Problem], answers: Mapping[str, Answer]) -> list[Problem]:
    """The problems without those that somebody has said are right as they stand: of those only
    how many there are."""
    found = list(problems)
    still = [one for one in found if not is_settled(one, answers)]
    if settled := len(found) - len(still):
        still.append(problem("answered-before", Place(), count=settled))
    return still


def is_settled(found: Problem, answers: Mapping[str, Answer]) -> bool:
    """Whether somebody has said that what is asked about is right."""
    answer = answers.get(found.subject or "")
    return answer is not None and answer.is_right
