"""One pass over an inbox: compare it with what was accounted for, and close the difference.

    begin    scan and hash the inbox; what differs becomes shards of submissions to examine
    examine  one shard: every file archived, read in a guarded process, its dataset kept
    conclude put all accepted datasets together, publish a version where they changed, commit

Every pass does the same, whoever woke it; running it twice changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa

from opendata import catalogue, release, store
from opendata.errors import ConflictError, PackageError, Problem, UsageError
from opendata.package import Package, available, load
from opendata.pipeline.accounts import Account, Accounts, accounted, with_conflicts
from opendata.pipeline.archive import Archive
from opendata.pipeline.assembly import Assembly, assemble
from opendata.pipeline.cache import cache_path, fingerprint, pack
from opendata.pipeline.guard import workers
from opendata.pipeline.inbox import PassedOver, Submission, UnreadableFile, scan, survey
from opendata.pipeline.jobs import Job
from opendata.pipeline.mail import send_owed
from opendata.pipeline.overview import write_overview
from opendata.pipeline.reviews import write_reviews
from opendata.pipeline.settings import Settings
from opendata.pipeline.spool import Spool
from opendata.pipeline.submission import Outcome, Received, refuse_unopened
from opendata.pipeline.summary import Summary, summarize
from opendata.pipeline.told import owed
from opendata.validate import Answer

SHARD = 200
"""Submissions in one shard: many, because a task costs far more than a workbook."""
LOCK_SECONDS = 60.0
TICK_NS = 2_000_000_000
"""The coarsest clock of a file system."""
ATTEMPTS = 20
"""How often a pass starts over when another one has committed in the meantime: each time, some
pass has come to its end."""

Progress = Callable[[int, int], None]
"""Called with how many submissions are done, of how many."""


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


def run_pass(
    settings: Settings, *, now: datetime | None = None, progress: Progress | None = None
) -> Summary:
    """The three steps in one process. Raises OpendataError where the pass cannot be completed."""
    for attempt in range(ATTEMPTS):
        work = begin(settings, now=now or datetime.now(UTC))
        outcomes = [one for shard in work.shards for one in examine(settings, shard, progress)]
        try:
            return conclude(settings, work, outcomes)
        except ConflictError:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError


def packages(settings: Settings) -> dict[str, Package]:
    """The packages to publish, by name. Raises UsageError for one that is not there."""
    root = settings.packages_root()
    known = available(root)
    for name in settings.package:
        if name not in known:
            raise UsageError("unknown-package", name=name, known="、".join(known))
    return {name: load(root / name) for name in settings.package or known}


def _judges(contracts: Mapping[str, Package], settings: Settings) -> dict[str, str]:
    """What the verdicts on a package's files depend on beside the file: its contract, layouts and
    rules, the program, the limits. Another judge looks at every file again."""
    limits = settings.limits.model_dump_json()
    return {name: f"{fingerprint(one)}:{limits}" for name, one in contracts.items()}


def begin(settings: Settings, *, now: datetime) -> Work:
    """Compare the inbox with what was last accounted for. Writes nothing but what a dead pass
    committed."""
    contracts = packages(settings)
    workspace, public = settings.stores()
    state, token = store.read_state(workspace)
    store.complete(workspace, public, state)
    accounts = Accounts.read(state)
    seen, passed_over = survey(settings.inbox)
    found = _in_scope(seen, settings)
    listing = {one.place: one.stamp for one in found}
    judges = _judges(contracts, settings)
    looked_ns = _nanoseconds(accounts.looked)
    changed = tuple(one for one in found if _is_changed(one, accounts, judges, looked_ns))
    present = {one.place for one in found}
    withdrawn = frozenset(
        place
        for place in accounts.submissions
        if place not in present and _is_in_scope(place, settings)
    )
    last: dict[str, Mapping[str, pa.Table]] = {}
    published: dict[str, str] = {}
    for name in contracts if changed else ():
        before = store.previous(public, state, name)
        last[name] = before.tables if before else {}
        if before:
            published[name] = before.version
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
            _left(accounts, withdrawn),
        )
        for part in _parts(changed)
    )
    return Work(
        shards,
        accounts,
        token,
        listing,
        withdrawn,
        tuple(one for one in passed_over if _is_in_scope(one.place, settings)),
        judges,
        now,
    )


def _left(accounts: Accounts, withdrawn: Collection[str]) -> dict[str, dict[str, Answer]]:
    found: dict[str, dict[str, Answer]] = {}
    for place, account in sorted(accounts.submissions.items()):
        if account.answers and (account.withdrawn or place in withdrawn):
            folder = f"{account.package}/{account.municipality_code}"
            found.setdefault(folder, {}).update(account.answers)
    return found


def _in_scope(found: Sequence[Submission], settings: Settings) -> list[Submission]:
    """With packages named, only their folders are looked at."""
    return [one for one in found if _is_in_scope(one.place, settings)]


def _is_in_scope(place: str, settings: Settings) -> bool:
    return not settings.package or place.split("/")[0] in settings.package


def _parts(changed: Sequence[Submission]) -> Iterator[tuple[Submission, ...]]:
    for start in range(0, len(changed), SHARD):
        yield tuple(changed[start : start + SHARD])


def _is_changed(
    one: Submission, accounts: Accounts, judges: Mapping[str, str], looked_ns: float
) -> bool:
    account = accounts.submissions.get(one.place)
    if account is None or account.withdrawn or account.again:
        return True
    if one.package in judges and accounts.fingerprints.get(one.package) != judges[one.package]:
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
        place: stamp for place, stamp in known.listing.items() if _is_in_scope(place, settings)
    }
    if _at_first_look({one.place: one.stamp for one in found}) != _at_first_look(listed):
        return True
    judged = {account.package for account in known.submissions.values()}
    try:
        judges = _judges(packages(settings), settings)
    except PackageError:  # for the pass to tell
        return True
    return any(known.fingerprints.get(name) != judges[name] for name in judged & judges.keys())


def examine(settings: Settings, shard: Shard, progress: Progress | None = None) -> list[Outcome]:
    """Examine a shard's submissions side by side, in guarded processes.

    Every file is archived as received before it is opened; the dataset of an accepted one is kept
    in the workspace. A file that cannot be read is refused, one that has gone is passed over.
    """
    workspace = settings.workspace_store()
    root = settings.packages_root()
    contracts = packages(settings)
    limits = settings.limits.limits()
    outcomes: list[Outcome] = []
    count = max(1, min(settings.workers or os.cpu_count() or 1, len(shard.submissions)))
    spool = Spool()

    def job(one: Submission) -> Job | Outcome:
        try:
            received = _receive(one, shard, settings, tuple(contracts), workspace)
        except UnreadableFile as error:
            return refuse_unopened(_unseen(one, shard, settings), error)
        contract = (
            root / one.package if one.package in contracts and not received.problems else None
        )
        return Job(received, contract, shard.last.get(one.package, {}), limits)

    def made(one: Submission) -> Callable[[], Job | Outcome]:
        return lambda: job(one)

    with workers(count, log_of(settings)) as examined:
        verdicts = examined([made(one) for one in shard.submissions])
        for one, outcome in zip(shard.submissions, verdicts, strict=True):
            if not outcome.sha256 and not Path(one.path).exists():
                continue
            if outcome.dataset is not None and outcome.status == "accepted":
                code = outcome.place.split("/")[1]
                path = cache_path(outcome.sha256, code, contracts[outcome.package], outcome.answers)
                workspace.replace(path, pack(outcome.dataset))
            outcomes.append(replace(outcome, dataset=None, review=spool.keep(outcome.review)))
            if progress:
                progress(len(outcomes), len(shard.submissions))
    return outcomes


def log_of(settings: Settings) -> Path:
    """Where worker processes write what went wrong with them."""
    return settings.own_folder() / "logs" / "worker.log"


def _receive(
    one: Submission,
    shard: Shard,
    settings: Settings,
    known: tuple[str, ...],
    workspace: store.Store,
) -> Received:
    content, sha256 = one.read()
    workspace.put(f"archive/{sha256}", content)
    misplaced = one.misplaced(known)
    before = shard.accounts.get(one.place)
    stays = before is not None and before.sha256 == sha256 and not before.withdrawn
    return replace(
        _unseen(one, shard, settings),
        is_known=before is not None and before.sha256 == sha256,
        content=content,
        sha256=sha256,
        received=datetime.fromisoformat(before.received) if before and stays else shard.now,
        problems=(misplaced,) if misplaced else (),
    )


def _unseen(one: Submission, shard: Shard, settings: Settings) -> Received:
    """What is known of a file before it is read."""
    before = shard.accounts.get(one.place)
    return Received(
        place=one.place,
        content=b"",
        sha256="",
        package=one.package,
        municipality_code=one.municipality_code,
        received=shard.now,
        last_good=shard.published.get(one.package) if before and before.accepted else None,
        workspace=settings.workspace,
        answers=before.answers
        if before
        else shard.left.get(f"{one.package}/{one.municipality_code}", {}),
    )


@dataclass(frozen=True)
class _Closed:
    """What closing the difference came to."""

    accounts: Accounts
    told: tuple[Outcome, ...] = ()
    releases: tuple[release.Release, ...] = ()
    state: Mapping[str, Any] = field(default_factory=dict)
    """The committed state that the releases are built upon."""


def conclude(settings: Settings, work: Work, outcomes: Sequence[Outcome]) -> Summary:
    """Publish what the accepted submissions now say, and commit.

    Raises ConflictError where another pass has committed since `begin`: then nothing was changed.
    """
    workspace, public = settings.stores()
    with store.locked(workspace, LOCK_SECONDS):
        is_settled = _is_settled(settings, work, outcomes)
        closed = _Closed(work.accounts) if is_settled else _close(settings, work, outcomes)
        accounts, token = owed(settings, work.accounts, closed.accounts), work.token
        if token is None or not is_settled or accounts != work.accounts:
            token = publish(
                settings, workspace, public, token, closed.state, accounts, closed.releases
            )
        mailed = send_owed(settings, workspace, token, accounts, work.now)
    summary = summarize(
        settings, work.accounts, accounts, closed.told, closed.releases, work.passed_over
    )
    return replace(summary, mailed=mailed)


def _is_settled(settings: Settings, work: Work, outcomes: Sequence[Outcome]) -> bool:
    """Whether there is no difference to close, and what was committed has reached its readers."""
    known = work.accounts
    workspace, public = settings.stores()
    return (
        not outcomes
        and accounted(known, (), work.withdrawn).submissions == known.submissions
        and {**known.fingerprints, **work.judges} == known.fingerprints
        and _looked(settings, work)["listing"] == known.listing
        and store.is_current(workspace, work.token)
        and store.is_led(workspace, public, {"releases": known.releases}, _about(settings))
    )


def _about(settings: Settings) -> str:
    """What a release and the pages say that comes from no file and no package."""
    said = settings.model_dump_json(include={"publisher", "base_url", "municipalities"})
    return f"{version('opendata')}:{said}"


def _close(settings: Settings, work: Work, outcomes: Sequence[Outcome]) -> _Closed:
    """Put the packages together and stage what is new of them; write the reviews."""
    contracts = packages(settings)
    workspace, public = settings.stores()
    state, token = store.read_state(workspace)
    if token != work.token:
        raise ConflictError("run-conflict")
    before = {name: store.previous(public, state, name) for name in contracts}
    last = {name: one.tables for name, one in before.items() if one}
    with workers(1, log_of(settings)) as examined:
        archive = Archive(workspace, settings, examined, last)
        accounts = accounted(work.accounts, outcomes, work.withdrawn)
        assemblies = [
            assemble(contract, accounts, work.accounts, archive, before[contract.name])
            for contract in contracts.values()
        ]
        conflicts = {place: found for one in assemblies for place, found in one.conflicts.items()}
        told = {one.place: one for one in outcomes}
        again = _to_judge_again(work.accounts, accounts, conflicts, told)
        told |= {one.place: one for one in archive.judge(again)}
    accounts = with_conflicts(
        accounts,
        told,
        conflicts,
        {place: path for one in assemblies for place, path in one.datasets.items()},
        {place for one in assemblies for place in one.superseded},
    )
    found = (
        _release(settings, work, one, before[one.contract.name], accounts.rollbacks)
        for one in assemblies
    )
    releases = tuple(one for one in found if one is not None)
    accounts = replace(
        accounts,
        releases=with_releases(accounts.releases, releases),
        rollbacks=_standing(accounts.rollbacks, releases),
        fingerprints={**accounts.fingerprints, **work.judges},
        **_looked(settings, work),
    )
    write_reviews(workspace, settings, told, work.accounts, accounts, work.now)
    write_overview(workspace, settings, contracts, accounts, work.now)
    return _Closed(accounts, tuple(told.values()), releases, state)


def publish(
    settings: Settings,
    workspace: store.Store,
    public: store.Store,
    token: str | None,
    state: Mapping[str, Any],
    accounts: Accounts,
    releases: Sequence[release.Release],
) -> str:
    """Write the releases, commit the accounts, which name them, and lead readers there. Gives the
    new state's token.

    Raises ConflictError where somebody else has committed since `token` was read.
    """
    for one in releases:
        store.stage(workspace, public, state, one)
        # A version's descriptor names all of its files: with it they can be made again.
        workspace.put(record_of(one.package, one.sums), one.files["datapackage.json"])
    token = store.commit(workspace, token, accounts.to_state())
    refresh(workspace, public, settings)
    store.remember_led(workspace, public, {"releases": accounts.releases}, _about(settings))
    return token


def record_of(package: str, sums: str) -> str:
    """Where in the workspace the descriptor of a version lies once more, by the checksum of its
    SHA256SUMS."""
    return f"releases/{package}/{sums}.json"


def _standing(rollbacks: Mapping[str, str], new: Sequence[release.Release]) -> dict[str, str]:
    """The rollbacks upon which nothing newer was published."""
    newer = {one.package for one in new}
    return {name: version for name, version in rollbacks.items() if name not in newer}


def _to_judge_again(
    before: Accounts,
    accounts: Accounts,
    conflicts: Mapping[str, Problem],
    told: Collection[str],
) -> Iterator[tuple[str, Account, Problem | None]]:
    """The files that another file now stands in the way of, or no longer does.

    The reviews of those in `told`, which this pass has looked at, say nothing of other files yet.
    """
    for place, account in accounts.submissions.items():
        known = before.submissions.get(place)
        found = conflicts.get(place)
        was = known.conflict if known and place not in told else None
        is_news = (found.message.en if found else None) != was
        if is_news and account.sha256 and not account.withdrawn:
            yield place, account, found


def _looked(settings: Settings, work: Work) -> dict[str, Any]:
    """The listing after a pass, and when it was made; as they were where nothing differs."""
    known = work.accounts
    listing = {**_outside(known.listing, settings), **work.listing}
    if _at_first_look(listing) == _at_first_look(known.listing):
        return {"listing": known.listing, "looked": known.looked}
    return {"listing": listing, "looked": work.now.isoformat()}


def _at_first_look(listing: Mapping[str, str]) -> dict[str, str]:
    """Sizes and times alone: a copy of an inbox, or another name of its folder, is no news."""
    return {place: stamp.rsplit(":", 2)[0] for place, stamp in listing.items()}


def _nanoseconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp() * 1e9 if moment else 0.0


def _outside(listing: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """The part of a listing that a pass over some packages only did not look at."""
    return {place: s for place, s in listing.items() if not _is_in_scope(place, settings)}


def _release(
    settings: Settings,
    work: Work,
    one: Assembly,
    before: release.Previous | None,
    rollbacks: Mapping[str, str],
) -> release.Release | None:
    if not one.parts and before is None:
        return None
    if before is not None and _stands(one, before, rollbacks):
        return None
    return release.build(
        one.contract,
        one.parts,
        previous=before,
        created=work.now,
        publisher=settings.publisher_of(),
        base_url=settings.base_url,
    )


def _stands(one: Assembly, before: release.Previous, rollbacks: Mapping[str, str]) -> bool:
    """Whether a rollback stays as it was published: while it is made of the same files, whatever
    else has changed, so that nothing undoes it but a submission or a person."""
    is_rollback = rollbacks.get(one.contract.name) == before.version
    return is_rollback and release.sources(one.parts) == before.descriptor.get("sources")


def with_releases(
    before: Mapping[str, list[dict[str, Any]]], new: Sequence[release.Release]
) -> dict[str, list[dict[str, Any]]]:
    """The versions there are, by package, with those that are new."""
    releases = {name: list(history) for name, history in before.items()}
    for one in new:
        releases.setdefault(one.package, []).append(dict(one.entry))
    return releases


def refresh(workspace: store.Store, public: store.Store, settings: Settings) -> None:
    """Make what readers follow say what was committed; also after a pass that died before it."""

    def pages(found: Sequence[catalogue.Current]) -> release.Files:
        return catalogue.build(
            found,
            publisher=settings.publisher_of(),
            base_url=settings.base_url,
            places=settings.municipalities,
        )

    store.refresh(workspace, public, pages)
