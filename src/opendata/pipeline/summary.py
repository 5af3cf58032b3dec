"""What a pass did, for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from opendata.errors import Text, sentence
from opendata.errors.catalogue import Language
from opendata.pipeline.accounts import Account, Accounts
from opendata.pipeline.inbox import PassedOver
from opendata.pipeline.settings import Settings
from opendata.pipeline.told import Mailed
from opendata.review import accept_command, review_folder
from opendata.review.folder import REVIEWS

if TYPE_CHECKING:
    from opendata.pipeline.submission import Outcome
    from opendata.release import Release

Status = Literal["accepted", "rejected", "unreadable", "unchanged"]
NAMED = 20
"""How many files of a kind a summary for people names; the rest it counts."""


@dataclass(frozen=True)
class Line:
    """One submission in the summary. `standing` is its verdict, also where nothing changed."""

    file: str
    status: Status
    standing: str
    account: Account


@dataclass(frozen=True)
class Published:
    """A new version."""

    package: str
    version: str
    previous: str | None
    changed_rows: int


@dataclass(frozen=True)
class Summary:
    """What a pass found and did. `current` names the version that readers now see, by package."""

    submissions: tuple[Line, ...]
    releases: tuple[Published, ...]
    current: Mapping[str, str]
    withdrawn: tuple[str, ...]
    kept_out: tuple[str, ...]
    """The places whose files a rollback keeps out until they change."""
    passed_over: Mapping[str, int]
    """How much in the inbox is no submission, by why not."""
    workspace: str
    public: str
    mailed: Mailed = field(default_factory=Mailed)
    finished: tuple[str, ...] = ()
    """Package and version of what an interrupted pass had committed, and this one published."""

    def to_json(self) -> dict[str, Any]:
        """The document that `run --json` prints."""
        return {
            "submissions": [
                {"file": one.file, "status": one.status, "problems": one.account.problems}
                for one in self.submissions
            ],
            "releases": [
                {
                    "package": one.package,
                    "version": one.version,
                    "previous": one.previous,
                    "changed_rows": one.changed_rows,
                }
                for one in self.releases
            ],
        }

    def sentences(self, language: Language = "ja") -> list[str]:
        """The summary for people, a line each. Accepted files are named where they are news or
        something is asked of them; of every kind no more than `NAMED`, the news first."""
        return [one.in_(language) for one in _told(self)]

    def review(self, file: str) -> str:
        """Where a submission's review lies."""
        return f"{self.workspace}/{review_folder(file)}/report.html"

    def with_standing(self, *standings: str) -> list[Line]:
        return [one for one in self.submissions if one.standing in standings]

    @property
    def has_news(self) -> bool:
        """Whether anything differs from the pass before."""
        changed = any(map(_is_news, self.submissions))
        told = self.mailed.sent or self.mailed.undelivered
        return bool(changed or self.releases or self.withdrawn or told or self.finished)


def summarize(
    settings: Settings,
    before: Accounts,
    after: Accounts,
    told: Sequence[Outcome],
    releases: Sequence[Release],
    passed_over: Sequence[PassedOver],
) -> Summary:
    """Put a pass into words, from the accounts before and after it."""
    changed = {one.place for one in told}
    lines = []
    for place, account in sorted(after.submissions.items()):
        if not account.withdrawn:
            status: Any = account.status if place in changed else "unchanged"
            lines.append(Line(place, status, account.status, account))
    gone = [place for place, one in after.submissions.items() if one.withdrawn]
    fresh = [p for p in gone if p in before.submissions and not before.submissions[p].withdrawn]
    return Summary(
        submissions=tuple(lines),
        releases=tuple(
            Published(one.package, one.version, one.previous, one.changed_rows) for one in releases
        ),
        current={
            name: history[-1]["version"] for name, history in after.releases.items() if history
        },
        withdrawn=tuple(sorted(fresh)),
        kept_out=tuple(sorted(p for p, one in after.submissions.items() if one.kept_out)),
        passed_over=dict(sorted(Counter(one.why for one in passed_over).items())),
        workspace=settings.workspace,
        public=settings.public,
    )


def _told(it: Summary) -> Iterator[Text]:
    accepted, refused = it.with_standing("accepted"), it.with_standing("rejected", "unreadable")
    waiting = [one for one in refused if one.account.proposal]
    refused = [one for one in refused if not one.account.proposal]
    yield sentence(
        "run-submissions", count=len(it.submissions), news=sum(map(_is_news, it.submissions))
    )
    yield sentence("run-accepted", count=len(accepted))
    told = [one for one in accepted if _is_news(one) or one.account.questions]
    yield from _some(it, told, _accepted)
    yield sentence("run-refused", count=len(refused))
    yield from _some(it, refused, _refused)
    if waiting:
        yield sentence("run-waiting", count=len(waiting))
        yield from _some(it, waiting, _waiting)
    yield from _places(it, "run-withdrawn", it.withdrawn)
    yield from _places(it, "run-kept-out", it.kept_out)
    if it.passed_over:
        reasons = [sentence(f"passed-over-{why}", count=n) for why, n in it.passed_over.items()]
        count = sum(it.passed_over.values())
        yield sentence("run-passed-over", count=count, reasons=_listed(reasons))
    yield from _published(it)
    if it.mailed.sent:
        yield sentence("run-mailed", count=it.mailed.sent)
    for address, reason in islice(it.mailed.undelivered.items(), NAMED):
        yield sentence("run-undelivered", address=address, reason=reason)
    if (more := len(it.mailed.undelivered) - NAMED) > 0:
        yield sentence("run-undelivered-more", count=more)


def _is_news(one: Line) -> bool:
    return one.status != "unchanged"


def _some(
    it: Summary, lines: Iterable[Line], told: Callable[[Summary, Line], Iterator[Text]]
) -> Iterator[Text]:
    """Some of the submissions, the news first; how many more there are, and where."""
    ordered = sorted(lines, key=_is_news, reverse=True)
    for one in ordered[:NAMED]:
        yield from told(it, one)
    yield from _more(it, len(ordered) - NAMED)


def _places(it: Summary, name: str, places: Sequence[str]) -> Iterator[Text]:
    for place in places[:NAMED]:
        yield sentence(name, file=place)
    yield from _more(it, len(places) - NAMED)


def _more(it: Summary, count: int) -> Iterator[Text]:
    if count > 0:
        yield sentence("run-more", count=count, path=f"{it.workspace}/{REVIEWS}/index.html")


def _accepted(it: Summary, one: Line) -> Iterator[Text]:
    looked_at = "run-accepted-file-to-look-at" if one.account.warnings else "run-accepted-file"
    yield sentence(looked_at, file=one.file, warnings=one.account.warnings)
    if one.account.held:
        yield sentence("run-held", count=one.account.held)
        yield sentence("run-review", path=it.review(one.file))


def _refused(it: Summary, one: Line) -> Iterator[Text]:
    yield sentence("run-refused-file", file=one.file)
    yield from _why(one.account)
    yield sentence("run-review", path=it.review(one.file))


def _waiting(it: Summary, one: Line) -> Iterator[Text]:
    yield sentence("run-waiting-file", file=one.file)
    yield sentence("run-review", path=it.review(one.file))
    yield sentence("run-accept", command=accept_command(one.file, it.workspace))


def _why(account: Account) -> Iterator[Text]:
    if account.reason:
        name = "run-reason-at" if account.reason.place else "run-reason"
        words = Text(account.reason.ja, account.reason.en)
        yield sentence(name, place=account.reason.place, reason=words)


def _published(it: Summary) -> Iterator[Text]:
    for new in it.releases:
        name = "run-published-after" if new.previous else "run-published"
        yield sentence(
            name,
            package=new.package,
            version=new.version,
            previous=new.previous,
            rows=new.changed_rows,
        )
    if not it.current:
        yield sentence("run-nothing-yet")
        return
    if it.finished:
        told = [Text(one, one) for one in it.finished]
        yield sentence("run-finished", versions=_listed(told))
    elif not it.releases:
        names = [Text(*[f"{name} {version}"] * 2) for name, version in it.current.items()]
        yield sentence("run-nothing-new", current=_listed(names))
    for name in it.current:
        yield sentence("run-data", path=f"{it.public}/datasets/{name}/latest/")
    yield sentence("run-site", path=f"{it.public}/index.html")


def _listed(words: Sequence[Text]) -> Text:
    return Text("、".join(one.ja for one in words), ", ".join(one.en for one in words))
