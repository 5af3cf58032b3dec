"""Reviews in the workspace, where stewards find them: the present one of every place, and before it
those that were.

Whatever is written here can be written again: a pass that dies in between, or before it commits, is
followed by one that does the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from opendata.pipeline.accounts import Account, Accounts
from opendata.pipeline.settings import Settings
from opendata.pipeline.submission import Outcome
from opendata.review import HISTORY, Judgement, as_earlier, as_present, review_folder
from opendata.review.history import continued, read_history, to_bytes
from opendata.store import Store

_PAGE, _RECORD = "report.html", "report.json"


def write_reviews(
    workspace: Store,
    settings: Settings,
    told: Mapping[str, Outcome],
    before: Accounts,
    after: Accounts,
    now: datetime,
) -> None:
    """Put the review of every submission that was judged, or is gone, in its place, and keep the
    one that lay there as an earlier one."""
    for place in sorted(before.submissions.keys() - after.submissions.keys()):
        known = before.submissions[place]
        _Shelf(workspace, place, settings.workspace).close(_gone(known, now))
    for place, account in after.submissions.items():
        review = told[place].review if place in told else None
        if review is not None or _has_gone(before.submissions.get(place), account):
            judgement = _judgement(account, after, now)
            _Shelf(workspace, place, settings.workspace).put(review, judgement)


def _has_gone(before: Account | None, after: Account) -> bool:
    """Whether a file is news as one that is gone. That an operator has withdrawn it is known before
    the pass that publishes its data no longer."""
    was = (before.withdrawn, before.accepted) if before else (False, None)
    return after.withdrawn and (after.withdrawn, after.accepted) != was


def _judgement(account: Account, accounts: Accounts, now: datetime) -> Judgement:
    history = accounts.releases.get(account.package)
    is_published = account.state in ("asked", "accepted")
    return Judgement(
        judged=_stamp(now),
        received=account.received,
        sha256=account.sha256,
        state=account.state,
        errors=account.errors,
        warnings=account.warnings,
        questions=account.questions,
        causes=dict(account.causes),
        version=history[-1]["version"] if history and is_published else None,
        why=account.ended,
    )


def _gone(known: Account, now: datetime) -> Judgement:
    """Of a place that is accounted for no longer: taken over by another, or never published."""
    return Judgement(
        judged=_stamp(now),
        received=known.received,
        sha256=known.sha256,
        state="superseded" if known.accepted else "withdrawn",
    )


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class _Shelf:
    """The folder of one place's reviews."""

    def __init__(self, store: Store, place: str, workspace: str) -> None:
        self.store, self.place, self.workspace = store, place, workspace
        self.folder = review_folder(place)
        self.document = f"{self.folder}/history.json"

    def put(self, review: Mapping[str, bytes] | None, judgement: Judgement) -> None:
        """Make a review the present one; None where it stays and only its file is gone."""
        known = self._known()
        judgements = continued(known, judgement)
        if judgements != known:
            self._keep(known)
        page = (review or {}).get(_PAGE) or self.store.read(f"{self.folder}/{_PAGE}")
        if review is not None:
            self._clear(review)
        for name, content in (review or {}).items():
            if name != _PAGE:
                self._write(name, content)
        if page is not None:
            self._write(_PAGE, as_present(page, judgements, self.place, self.workspace))
        self._remember(judgements, known)

    def close(self, judgement: Judgement) -> None:
        """Leave only what was: the place is accounted for no longer."""
        known = self._known()
        self._keep(known)
        self._clear({})
        self._remember(continued(known, judgement), known)

    def _known(self) -> tuple[Judgement, ...]:
        return read_history(self.store.read(self.document))

    def _keep(self, known: Sequence[Judgement]) -> None:
        """Keep the review that lies there as that of the last judgement. One that is kept already
        stays: a pass that died may have put the next review in its place since."""
        folder = known[-1].folder if known else None
        if folder is None:
            return
        for name in (_RECORD, _PAGE):
            path = f"{self.folder}/{folder}/{name}"
            content = self.store.read(f"{self.folder}/{name}")
            if content is not None and not self.store.exists(path):
                is_page = name == _PAGE
                self.store.replace(path, as_earlier(content, known[-1]) if is_page else content)

    def _clear(self, review: Mapping[str, bytes]) -> None:
        """Take away what lies there and is no part of the review; what lies in folders is not of
        this review."""
        for path in self.store.paths(f"{self.folder}/"):
            name = path.removeprefix(f"{self.folder}/")
            if "/" not in name and name not in review and path != self.document:
                self.store.delete(path)

    def _remember(self, judgements: tuple[Judgement, ...], known: tuple[Judgement, ...]) -> None:
        if judgements != known:
            self.store.replace(self.document, to_bytes(self.place, judgements))
            for path in self._forgotten(judgements):
                self.store.delete(path)

    def _forgotten(self, judgements: Sequence[Judgement]) -> Iterator[str]:
        kept = {one.folder for one in judgements}
        for path in self.store.paths(f"{self.folder}/{HISTORY}/"):
            if path.removeprefix(f"{self.folder}/").rpartition("/")[0] not in kept:
                yield path

    def _write(self, name: str, content: bytes) -> None:
        self.store.replace(f"{self.folder}/{name}", content)
