"""The end of a pass: everything accepted put together, published where it changed, committed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from opendata import release, store
from opendata.errors import ConflictError, Problem
from opendata.pipeline.accounts import Account, Accounts, accounted, with_conflicts
from opendata.pipeline.archive import Archive
from opendata.pipeline.assembly import Assembly, assemble
from opendata.pipeline.contracts import packages
from opendata.pipeline.difference import Work, at_first_look, is_in_scope
from opendata.pipeline.guard import workers
from opendata.pipeline.mail import send_owed
from opendata.pipeline.overview import write_overview
from opendata.pipeline.publication import LOCK_SECONDS, about_pages, publish, with_releases
from opendata.pipeline.reviews import write_reviews
from opendata.pipeline.settings import Settings
from opendata.pipeline.submission import Outcome
from opendata.pipeline.summary import Summary, summarize
from opendata.pipeline.told import owed
from opendata.validate.personal_data import MASK


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
    return replace(summary, mailed=mailed, finished=work.finished)


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
        and store.is_led(workspace, public, {"releases": known.releases}, about_pages(settings))
    )


def _close(settings: Settings, work: Work, outcomes: Sequence[Outcome]) -> _Closed:
    """Put the packages together and stage what is new of them; write the reviews."""
    contracts = packages(settings)
    workspace, public = settings.stores()
    state, token = store.read_state(workspace)
    if token != work.token:
        raise ConflictError("run-conflict")
    before = {name: store.previous(public, state, name) for name in contracts}
    last = {name: one.tables for name, one in before.items() if one}
    with workers(1, settings.worker_log()) as examined:
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
        _release(settings, work, one, before[one.contract.name], accounts) for one in assemblies
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
    if at_first_look(listing) == at_first_look(known.listing):
        return {"listing": known.listing, "looked": known.looked}
    return {"listing": listing, "looked": work.now.isoformat()}


def _outside(listing: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """The part of a listing that a pass over some packages only did not look at."""
    return {place: s for place, s in listing.items() if not is_in_scope(place, settings)}


def _release(
    settings: Settings,
    work: Work,
    one: Assembly,
    before: release.Previous | None,
    accounts: Accounts,
) -> release.Release | None:
    if not one.parts and before is None:
        return None
    if before is not None and _stands(one, before, accounts.rollbacks):
        return None
    return release.build(
        one.contract,
        one.parts,
        previous=before,
        created=work.now,
        publisher=settings.publisher_of(),
        base_url=settings.base_url,
        withdrawn=_reasons(accounts),
    )


def _reasons(accounts: Accounts) -> dict[str, str]:
    """By place why its data were withdrawn; a reason that was masked is for nobody to read."""
    return {
        place: one.ended
        for place, one in accounts.submissions.items()
        if one.withdrawn and one.ended and MASK not in one.ended
    }


def _stands(one: Assembly, before: release.Previous, rollbacks: Mapping[str, str]) -> bool:
    """Whether a rollback stays as it was published: while it is made of the same files, whatever
    else has changed, so that nothing undoes it but a submission or a person."""
    is_rollback = rollbacks.get(one.contract.name) == before.version
    return is_rollback and release.sources(one.parts) == before.descriptor.get("sources")
