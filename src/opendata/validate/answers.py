"""Questions that a person has answered: what they said is right is not asked again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from opendata.errors import Place, Problem, problem

By = Literal["steward", "operator"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said of a question, known by its subject (`Problem.subject`), and why."""

    subject: str
    is_right: bool
    reason: str
    by: By

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def unanswered(problems: Iterable[Problem], answers: Mapping[str, Answer]) -> list[Problem]:
    """The problems without those that somebody has said are right as they stand: of those only
    how many there are."""
    found = list(problems)
    still = [one for one in found if not _is_settled(one, answers)]
    if settled := len(found) - len(still):
        still.append(problem("answered-before", Place(), count=settled))
    return still


def _is_settled(found: Problem, answers: Mapping[str, Answer]) -> bool:
    answer = answers.get(found.subject or "")
    return answer is not None and answer.is_right
