"""When a dataset was last submitted, and when the next submission is to be expected.

A version's own files carry no time: what is known stands in the history of the versions.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from opendata.catalogue.releases import ended
from opendata.catalogue.words import JAPAN
from opendata.errors import Text
from opendata.release import withdrawn_of

DAYS: Mapping[str, int] = {"daily": 1, "weekly": 7}
MONTHS: Mapping[str, int] = {"monthly": 1, "quarterly": 3, "annual": 12}
"""What a package may say in `accrualPeriodicity`; `irregular` has no next time."""
NAMES: Mapping[str, Text] = {
    "daily": Text("毎日", "every day"),
    "weekly": Text("毎週", "every week"),
    "monthly": Text("毎月", "every month"),
    "quarterly": Text("3か月ごと", "every three months"),
    "annual": Text("毎年", "every year"),
    "irregular": Text("随時", "irregularly"),
}


@dataclass(frozen=True, slots=True)
class Freshness:
    """`last` is the day on which data were last submitted and accepted, `next` the day until which
    the next are to be expected (ISO 8601, Japan time), `frequency` what the package declares, `end`
    the day on which all of it was withdrawn; None where it is not known, or has not come."""

    last: str | None
    next: str | None
    frequency: str | None
    end: str | None = None

    @property
    def name(self) -> Text | None:
        """The frequency in a word."""
        return NAMES[self.frequency] if self.frequency else None

    @property
    def words(self) -> Text:
        """In a sentence."""
        if self.last is None:
            return Text("まだ提出されていません。", "Nothing has been submitted yet.")
        ja, en = [f"最後の提出は{self.last}です。"], [f"Last submitted on {self.last}."]
        if self.end is not None:
            ja.append(f"{self.end}に公開を終えました。")
            en.append(f"No longer published since {self.end}.")
        elif self.frequency is None:
            ja.append("更新の頻度は決められていません。")
            en.append("No frequency is declared.")
        else:
            ja.append(f"更新は{NAMES[self.frequency].ja}です。")
            en.append(f"Updated {NAMES[self.frequency].en}.")
        if self.next is not None:
            ja.append(f"次は{self.next}までの予定です。")
            en.append(f"The next is expected by {self.next}.")
        return Text("".join(ja), " ".join(en))


def freshness(descriptor: Mapping[str, Any], history: Sequence[Mapping[str, Any]]) -> Freshness:
    """How fresh a dataset is, by its descriptor and the history of its versions, oldest first."""
    declared = str(descriptor.get("accrualPeriodicity"))
    frequency = declared if declared in NAMES else None
    submitted = [one for one in history if _is_submission(one)] or history[:1]
    if not submitted:
        return Freshness(None, None, frequency)
    last = _day(submitted[-1]["created"])
    if (end := ended(descriptor, history)) is not None:
        return Freshness(last.isoformat(), None, None, _day(end.created).isoformat())
    return Freshness(last.isoformat(), _next(last, frequency), frequency)


def _day(stamp: object) -> date:
    return datetime.fromisoformat(str(stamp)).astimezone(JAPAN).date()


def _is_submission(entry: Mapping[str, Any]) -> bool:
    """Whether a version brought data that somebody had submitted: not what goes back to an old
    version, nor what changes words only, nor what only takes back the rows of withdrawn files."""
    if withdrawn_of(entry) and not entry.get("added") and not entry.get("changed"):
        return False
    return bool(entry.get("changed_rows", entry.get("changes"))) and not entry.get("restores")


def _next(last: date, frequency: str | None) -> str | None:
    if frequency is None or frequency == "irregular":
        return None
    if frequency in DAYS:
        return (last + timedelta(days=DAYS[frequency])).isoformat()
    months = last.year * 12 + last.month - 1 + MONTHS[frequency]
    year, month = divmod(months, 12)
    return date(year, month + 1, min(last.day, monthrange(year, month + 1)[1])).isoformat()
