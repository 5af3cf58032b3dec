"""A file that is gone from the inbox, withdrawn for good: its data are published no longer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from opendata.errors import UsageError, sentence
from opendata.errors.catalogue import Language
from opendata.pipeline.amending import amending
from opendata.pipeline.inbox import scan
from opendata.pipeline.settings import Settings
from opendata.validate import Answer


@dataclass(frozen=True)
class Withdrawn:
    """A submission whose records the next pass leaves out."""

    file: str

    def to_json(self) -> dict[str, Any]:
        """The document that `withdraw --json` prints."""
        return {"file": self.file, "withdrawn": True}

    def sentences(self, language: Language) -> list[str]:
        """What the operator is told."""
        return [sentence("withdrawn", file=self.file).in_(language)]


def withdraw(settings: Settings, place: str, reason: str) -> Withdrawn:
    """Remember that the data of a file that is gone shall be published no longer, and why; the next
    pass leaves its records out. What was received stays in the archive, and a file put back into
    its place is published again.

    Raises UsageError where there is no reason, where no data are published from that place, and
    where the file still lies in the inbox; ConflictError where a pass commits at the same time.
    """
    if not reason.strip():
        raise UsageError("withdrawn-without-reason")
    with amending(settings) as known:
        account = known.accounts.submissions.get(place)
        if account is None or account.accepted is None:
            raise UsageError("nothing-to-withdraw", place=place)
        if any(one.place == place for one in scan(settings.inbox)):
            raise UsageError("still-in-the-inbox", place=place)
        # A reason is for everybody to read, as that of an answer is.
        why = Answer.given("", " ".join(reason.split()), "operator").reason
        known.amend(place, account._replace(ended=why))
    return Withdrawn(place)
