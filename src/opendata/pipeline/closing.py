"""What differs, closed: everything accepted put together, and what is new of it built."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from opendata import release, store
from opendata.errors import ConflictError, Problem
from opendata.pipeline.accounts import Account, Accounts, accounted, with_conflicts
from opendata.pipeline.archive import Archive
from opendata.pipeline.assembly import Assembly, assemble
from opendata.pipeline.contracts import packages
from opendata.pipeline.difference import Closed, Work, looked
from opendata.pipeline.guard import workers
from opendata.pipeline.overview import write_overview
from opendata.pipeline.publication import moment, with_releases
from opendata.pipeline.reviews import write_reviews
from opendata.pipeline.settings import Settings
from opendata.pipeline.submission import Outcome
from opendata.validate import published_reason
from opendata.validate.personal_data import MASK


def close(settings: Settings, work: Work, outcomes: Sequence[Outcome]) -> Closed:
    """Put the packages together and build what is new of them. Writes nothing yet.

    Raises ConflictError where another pass has committed since `begin`, StoreError where the public
    store has published what the state does not know.
    """
    contracts = packages(settings)
    workspace, public = settings.stores()
    state, token = store.read_state(workspace)
    if token != work.token:
        raise ConflictError("run-conflict")
    store.refuse_lost_state(public, state)
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
        **looked(settings, work),
    )

    def tell() -> None:
        write_reviews(workspace, settings, told, work.accounts, accounts, work.now)
        write_overview(workspace, settings, contracts, accounts, work.now)

    return Closed(accounts, tuple(told.values()), releases, state, tell)


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


def _release(
    settings: Settings,
    work: Work,
    one: Assembly,
    before: release.Previous | None,
    accounts: Accounts,
) -> release.Release | None:
    if not one.gathered.parts and before is None:
        return None
    if before is not None and _stands(one, before, accounts.rollbacks):
        return None
    return release.build(
        one.gathered,
        previous=before,
        created=moment(accounts.releases, one.contract.name, work.now),
        publisher=settings.publisher_of(),
        base_url=settings.base_url,
        withdrawn=_reasons(accounts),
    )


def _reasons(accounts: Accounts) -> dict[str, str]:
    """By place why its data were withdrawn; a reason that was masked is for nobody to read."""
    return {
        place: published_reason(one.ended)
        for place, one in accounts.submissions.items()
        if one.withdrawn and one.ended and MASK not in one.ended
    }


def _stands(one: Assembly, before: release.Previous, rollbacks: Mapping[str, str]) -> bool:
    """Whether a rollback stays as it was published: while it is made of the same files, whatever
    else has changed, so that nothing undoes it but a submission or a person."""
    is_rollback = rollbacks.get(one.contract.name) == before.version
    return is_rollback and release.sources(one.gathered.parts) == before.descriptor.get("sources")
