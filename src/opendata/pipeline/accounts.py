"""What the pipeline remembers between passes: the state document, as values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from opendata import validate

if TYPE_CHECKING:
    from opendata.errors import Problem
    from opendata.pipeline.submission import Outcome
    from opendata.review import State
    from opendata.validate import Answer


@dataclass(frozen=True, slots=True)
class Reason:
    """The first error of a refused file: where it is and what it says."""

    place: str
    ja: str
    en: str


class Account(NamedTuple):
    """One place in the inbox: the file that lies there now, and the one whose data are published.

    `verdict` is that of the file alone; `status` also says whether another file stands in its way.
    """

    sha256: str
    status: str
    verdict: str
    package: str
    municipality_code: str
    received: str
    problems: int = 0
    errors: int = 0
    warnings: int = 0
    questions: int = 0
    """What its review asks and nobody has said is right."""
    causes: Mapping[str, int] = {}
    """How many errors and warnings there are, by code."""
    held: int = 0
    """How many of its records are published as before, or not at all, until somebody answers."""
    reason: Reason | None = None
    """Why it is refused, in a sentence."""
    accepted: str | None = None
    """SHA-256 of the last file of this place that was accepted."""
    dataset: str | None = None
    """Where in the workspace its data lie, as they were last put together."""
    conflict: str | None = None
    """The other place that submits the same records."""
    proposal: str | None = None
    """The file of its review that holds a drafted layout, for the operator to accept."""
    answers: Mapping[str, Answer] = {}
    """What was said of the questions about files of this place, by their subjects."""
    kept_out: str | None = None
    """SHA-256 of the file that a rollback keeps out: its data wait until another file comes."""
    withdrawn: bool = False
    """Whether it is gone from the inbox, though its data are published or were until then."""
    ended: str | None = None
    """Why its data are no longer published: an operator has said so of a file that is gone."""
    ended_before: str | None = None
    """The reason of an operator for ending what a rollback publishes again, until that ends."""
    again: bool = False
    """Whether the next pass judges the file anew: a mistake of ours kept it from being examined,
    or a question about it was answered."""

    @property
    def state(self) -> State:
        """Where it stands; never `superseded`, which only earlier states of a place are."""
        if self.withdrawn:
            return "withdrawn"
        if self.status == "accepted":
            return "asked" if self.questions else "accepted"
        return "received" if self.again else "refused"

    @property
    def is_waiting(self) -> bool:
        """Whether it is refused until an operator has accepted a layout for it."""
        return self.state == "refused" and self.proposal is not None


@dataclass(frozen=True, slots=True)
class Accounts:
    """The state document. `releases` belongs to the store, the rest to the pipeline."""

    submissions: Mapping[str, Account] = field(default_factory=dict)
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    listing: Mapping[str, str] = field(default_factory=dict)
    """The stamp of every file when it was last accounted for: a cheap first look."""
    looked: str = ""
    """When that was."""
    releases: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    rollbacks: Mapping[str, str] = field(default_factory=dict)
    """By package the version that a rollback made, as long as it stands."""
    told: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By reader (role and address), what they have been told by mail: see `told`."""

    @classmethod
    def read(cls, state: Mapping[str, Any]) -> Accounts:
        """From the state document; the empty state where there is none yet."""
        submissions = {
            place: _read_account(account) for place, account in state.get("submissions", {}).items()
        }
        return cls(
            submissions,
            state.get("fingerprints", {}),
            state.get("listing", {}),
            state.get("looked", ""),
            state.get("releases", {}),
            state.get("rollbacks", {}),
            state.get("told", {}),
        )

    def to_state(self) -> dict[str, Any]:
        """The state document."""
        return {
            "format": 1,
            "submissions": {place: _entry(one) for place, one in sorted(self.submissions.items())},
            "fingerprints": dict(self.fingerprints),
            "listing": dict(sorted(self.listing.items())),
            "looked": self.looked,
            "releases": dict(self.releases),
            "rollbacks": dict(self.rollbacks),
            **({"told": dict(sorted(self.told.items()))} if self.told else {}),
        }


_REQUIRED = frozenset(Account._fields) - Account._field_defaults.keys()


def _entry(account: Account) -> dict[str, Any]:
    """An account as the state keeps it: what is not said is as it is by default."""
    said = account._asdict() | {
        "reason": asdict(account.reason) if account.reason else None,
        "answers": {subject: asdict(one) for subject, one in account.answers.items()},
    }
    return {name: value for name, value in said.items() if value or name in _REQUIRED}


def _read_account(entry: Mapping[str, Any]) -> Account:
    parts: dict[str, Any] = {}
    if reason := entry.get("reason"):
        parts["reason"] = Reason(**reason)
    if answers := entry.get("answers"):
        parts["answers"] = {subject: validate.Answer(**one) for subject, one in answers.items()}
    return Account(**{**entry, **parts} if parts else entry)


def accounted(
    before: Accounts, outcomes: Sequence[Outcome], withdrawn: Collection[str]
) -> Accounts:
    """The accounts with a pass's verdicts, each of its file alone.

    A file that is gone stays as long as its data are published; those of one that an operator has
    withdrawn are published no longer.
    """
    submissions = dict(before.submissions)
    for one in outcomes:
        known = submissions.get(one.place)
        account = _account(one, known)
        submissions[one.place] = account._replace(dataset=known.dataset if known else None)
    for place in withdrawn:
        if submissions[place].ended is not None:
            gone = submissions[place]._replace(withdrawn=True, accepted=None, dataset=None)
            submissions[place] = gone._replace(conflict=None)
        elif submissions[place].accepted:
            submissions[place] = submissions[place]._replace(withdrawn=True)
        else:
            del submissions[place]
    return replace(before, submissions=submissions)


def with_conflicts(
    accounts: Accounts,
    told: Mapping[str, Outcome],
    conflicts: Mapping[str, Problem],
    datasets: Mapping[str, str],
    superseded: Collection[str],
) -> Accounts:
    """The accounts once all files were put together: whose records stand in the way of whose.

    `told` are the final verdicts, `datasets` says where each place's data lie, and `superseded`
    are the withdrawn places whose records another file has taken over: they are dropped.
    """
    submissions = {}
    for place, account in accounts.submissions.items():
        if place in superseded:
            continue
        final = account
        if place in told:
            judged = _account(told[place], account)
            final = judged._replace(verdict=account.verdict, withdrawn=account.withdrawn)
        found = conflicts.get(place)
        submissions[place] = final._replace(
            conflict=found.message.en if found else None,
            dataset=datasets.get(place, account.dataset),
        )
    return replace(accounts, submissions=submissions)


def _account(one: Outcome, known: Account | None) -> Account:
    accepted = known.accepted if known else None
    kept_out = known.kept_out if known and known.kept_out == one.sha256 else None
    if one.status == "accepted" and kept_out is None:
        accepted = one.sha256
    return Account(
        sha256=one.sha256,
        status=one.status,
        verdict=one.status,
        package=one.package,
        municipality_code=one.place.split("/")[1] if one.place.count("/") > 1 else "",
        received=one.received.strftime("%Y-%m-%dT%H:%M:%SZ"),
        problems=len(one.problems),
        errors=one.count("error"),
        warnings=one.count("warning"),
        questions=one.questions,
        causes=dict(Counter(f.code for f in one.problems if f.severity != "notice")),
        held=one.held,
        reason=_reason(one),
        proposal=one.proposal,
        answers=one.answers,
        again=any(found.code == "unexpected-error" for found in one.problems),
        accepted=accepted,
        kept_out=kept_out,
    )


def _reason(one: Outcome) -> Reason | None:
    # That it is no plan says more than that no layout fits.
    for found in sorted(one.problems, key=lambda found: found.code != "not-a-plan"):
        if found.severity == "error" or found.code == "not-a-plan":
            where = " ".join(part for part in (found.place.sheet, found.place.cell) if part)
            return Reason(where, found.message.ja, found.message.en)
    return None
