"""Putting a package together from all accepted files: no record may come from two of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from opendata import release
from opendata.errors import Place, Problem, problem
from opendata.package import Package
from opendata.pipeline.accounts import Accounts
from opendata.pipeline.archive import Archive
from opendata.release import Part


@dataclass(frozen=True)
class Assembly:
    """What one package publishes: its parts, and where each place's data lie.

    `conflicts` are the places that another file keeps out; `superseded` the withdrawn ones whose
    records another file has taken over.
    """

    contract: Package
    parts: tuple[Part, ...]
    datasets: Mapping[str, str]
    conflicts: Mapping[str, Problem]
    superseded: frozenset[str]


def assemble(
    contract: Package,
    accounts: Accounts,
    before: Accounts,
    archive: Archive,
    last: release.Previous | None,
) -> Assembly:
    """Put a package's datasets together; what waits for an answer stays as it is in `last`.

    Those published before come first, then the others by place; withdrawn files last, so that a
    file put in the place of one taken away takes over its records.
    """
    parts = []
    datasets = {}
    for place, account in sorted(accounts.submissions.items()):
        if account.package == contract.name and account.accepted:
            datasets[place], dataset = archive.dataset(place, account, contract)
            parts.append(Part(account.accepted, place, dataset))
    parts.sort(key=lambda part: _rank(part.file, accounts, before))
    kept: list[Part] = []
    taken: dict[tuple[str, str], str] = {}
    conflicts: dict[str, Problem] = {}
    superseded: set[str] = set()
    for part in parts:
        keys = release.keys(contract, part)
        other = next((taken[key] for key in keys if key in taken), None)
        if len(set(keys)) < len(keys):
            other = part.file
        if other is None:
            kept.append(part)
            taken |= dict.fromkeys(keys, part.file)
        elif accounts.submissions[part.file].withdrawn:
            superseded.add(part.file)
        else:
            conflicts[part.file] = problem(
                "conflicting-submission", Place(file=part.file), other=other
            )
    published: list[Part] = []
    for part in kept:
        if part.dataset.held:
            others = {key for key, file in taken.items() if file != part.file}
            published.extend(release.with_last(contract, part, last, others))
        else:
            published.append(part)
    return Assembly(contract, tuple(published), datasets, conflicts, frozenset(superseded))


def _rank(place: str, accounts: Accounts, before: Accounts) -> tuple[bool, bool, bool, str]:
    account, known = accounts.submissions[place], before.submissions.get(place)
    was_published = known is not None and known.accepted is not None and known.conflict is None
    return (account.withdrawn, not was_published, account.conflict is not None, place)
