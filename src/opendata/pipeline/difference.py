"""The inbox held against what was last accounted for: what a pass has to do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from opendata import store
from opendata.pipeline.accounts import Account, Accounts
from opendata.pipeline.contracts import judges_of, packages
from opendata.pipeline.inbox import PassedOver, Submission, scan, survey
from opendata.pipeline.settings import Settings

if TYPE_CHECKING:  # a night on which nothing changed needs no Arrow
    import pyarrow as pa

    from opendata.pipeline.submission import Outcome
    from opendata.release import Release
    from opendata.validate import Answer

SHARD = 200
"""Submissions in one shard: many, because a task costs far more than a workbook."""
TICK_NS = 2_000_000_000
"""The coarsest clock of a file system."""


@dataclass(frozen=True)
class Shard:
    """Submissions to examine together, and the tables of the last release by package."""

    submissions: tuple[Submission, ...]
    last: Mapping[str, Mapping[str, pa.Table]]
    accounts: Mapping[str, Account]
    published: Mapping[str, str]
    """The version that each package's readers see now."""
    now: datetime
    left: Mapping[str, Mapping[str, Answer]] = field(default_factory=dict)
    """By folder (`<package>/<municipality_code>`), the answers about files that are gone: whoever
    puts a file of another name in their place has given them already."""


@dataclass(frozen=True)
class Work:
    """What a pass has to do."""

    shards: tuple[Shard, ...]
    accounts: Accounts
    token: str | None
    listing: Mapping[str, str]
    withdrawn: frozenset[str]
    passed_over: tuple[PassedOver, ...]
    judges: Mapping[str, str]
    """By package, what its verdicts depend on: as it was before the first file was looked at, so
    that a layout saved during the pass is news to the next one."""
    now: datetime
    finished: tuple[str, ...] = ()
    """Versions that an earlier pass committed and this one brings to the readers."""


@dataclass(frozen=True)
class Closed:
    """What closing the difference came to."""

    accounts: Accounts
    told: tuple[Outcome, ...] = ()
    releases: tuple[Release, ...] = ()
    state: Mapping[str, Any] = field(default_factory=dict)
    """The committed state that the releases are built upon."""
    tell: Callable[[], None] = lambda: None
    """Writes what stewards read of it."""


def begin(settings: Settings, *, now: datetime) -> Work:
    """Compare the inbox with what was last accounted for. Writes nothing but what a dead pass
    committed. Raises ConfigurationError where the inbox and a store lie inside each other."""
    judges = judges_of(settings)
    workspace, public = settings.stores()
    inbox = settings.own_inbox()
    state, token = store.read_state(workspace)
    finished = tuple(" ".join(one) for one in sorted(store.unfinished(workspace, public, state)))
    store.complete(workspace, public, state)
    accounts = Accounts.read(state)
    seen, passed_over = survey(inbox)
    found = _in_scope(seen, settings)
    listing = {one.place: one.stamp for one in found}
    looked_ns = _nanoseconds(accounts.looked)
    rejudged = {name for name in judges if accounts.fingerprints.get(name) != judges[name]}
    changed = tuple(one for one in found if _is_changed(one, accounts, rejudged, looked_ns))
    present = {one.place for one in found}
    withdrawn = frozenset(
        place
        for place in accounts.submissions
        if place not in present and is_in_scope(place, settings)
    )
    last: dict[str, Mapping[str, pa.Table]] = {}
    published: dict[str, str] = {}
    for name in packages(settings) if changed else ():
        before = store.previous(public, state, name)
        last[name] = before.tables if before else {}
        if before:
            published[name] = before.version
    left = _left(accounts, withdrawn)
    shards = tuple(
        Shard(
            part,
            last,
            {
                p.place: accounts.submissions[p.place]
                for p in part
                if p.place in accounts.submissions
            },
            published,
            now,
            left,
        )
        for part in _parts(changed)
    )
    return Work(
        shards,
        accounts,
        token,
        listing,
        withdrawn,
        tuple(one for one in passed_over if is_in_scope(one.place, settings)),
        judges,
        now,
        finished,
    )


def _left(accounts: Accounts, withdrawn: Collection[str]) -> dict[str, dict[str, Answer]]:
    found: dict[str, dict[str, Answer]] = {}
    answered = ((place, one) for place, one in accounts.submissions.items() if one.answers)
    for place, account in sorted(answered):
        if account.withdrawn or place in withdrawn:
            folder = f"{account.package}/{account.municipality_code}"
            found.setdefault(folder, {}).update(account.answers)
    return found


def _in_scope(found: Sequence[Submission], settings: Settings) -> list[Submission]:
    """With packages named, only their folders are looked at."""
    return [one for one in found if is_in_scope(one.place, settings)]


def is_in_scope(place: str, settings: Settings) -> bool:
    return not settings.package or place.split("/")[0] in settings.package


def _parts(changed: Sequence[Submission]) -> Iterator[tuple[Submission, ...]]:
    for start in range(0, len(changed), SHARD):
        yield tuple(changed[start : start + SHARD])


def _is_changed(
    one: Submission, accounts: Accounts, rejudged: Collection[str], looked_ns: float
) -> bool:
    account = accounts.submissions.get(one.place)
    if account is None or account.withdrawn or account.again:
        return True
    if rejudged and one.package in rejudged:
        return True
    return not _is_untouched(one, accounts, looked_ns) and account.sha256 != one.sha256()


def _is_untouched(one: Submission, accounts: Accounts, looked_ns: float) -> bool:
    """Whether the file system vouches for a file: it need not be read to know its content.

    What was written just before it was looked at is read again: a clock ticks, and what is written
    twice in one tick has one time.
    """
    latest = max(one.modified_ns, one.changed_ns)
    return accounts.listing.get(one.place) == one.stamp and latest + TICK_NS < looked_ns


def pending(settings: Settings) -> bool:
    """Whether, at a cheap first look, anything differs from what was last accounted for: a file
    in the inbox, or what the files are judged by (a layout that was accepted)."""
    state, _ = store.read_state(settings.workspace_store())
    found = _in_scope(scan(settings.inbox), settings)
    known = Accounts.read(state)
    listed = {
        place: stamp for place, stamp in known.listing.items() if is_in_scope(place, settings)
    }
    if at_first_look({one.place: one.stamp for one in found}) != at_first_look(listed):
        return True
    judged = {account.package for account in known.submissions.values()}
    judges = judges_of(settings)
    return any(known.fingerprints.get(name) != judges[name] for name in judged & judges.keys())


def at_first_look(listing: Mapping[str, str]) -> dict[str, str]:
    """Sizes and times alone: a copy of an inbox, or another name of its folder, is no news."""
    return {place: stamp.rsplit(":", 2)[0] for place, stamp in listing.items()}


def looked(settings: Settings, work: Work) -> dict[str, Any]:
    """The listing after a pass, and when it was made; as they were where nothing differs."""
    known = work.accounts
    outside = {place: s for place, s in known.listing.items() if not is_in_scope(place, settings)}
    listing = {**outside, **work.listing}
    if listing == known.listing or at_first_look(listing) == at_first_look(known.listing):
        return {"listing": known.listing, "looked": known.looked}
    return {"listing": listing, "looked": work.now.isoformat()}


def _nanoseconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp() * 1e9 if moment else 0.0
