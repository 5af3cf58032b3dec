"""Putting a package together from all accepted files: no record may come from two of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from opendata import release
from opendata.errors import Place, Problem, problem
from opendata.package import Package
from opendata.pipeline.accounts import Accounts
from opendata.pipeline.archive import Archive
from opendata.release import Gathered, Part
from opendata.release.held import Key


@dataclass(frozen=True)
class Assembly:
    """What one package publishes: its parts, and where each place's data lie.

    `conflicts` are the places that another file keeps out; `superseded` the withdrawn ones whose
    records another file has taken over.
    """

    gathered: Gathered
    datasets: Mapping[str, str]
    conflicts: Mapping[str, Problem]
    superseded: frozenset[str]

    @property
    def contract(self) -> Package:
        return self.gathered.package


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
    datasets: dict[str, str] = {}
    conflicts: dict[str, Problem] = {}
    superseded: set[str] = set()
    taken: dict[Key, str] = {}
    waiting: list[Part] = []

    def published() -> Iterator[Part]:
        for part in _parts(contract, accounts, before, archive, datasets):
            keys = release.keys(contract, part)
            other = next((taken[key] for key in keys if key in taken), None)
            if len(set(keys)) < len(keys):
                other = part.file
            if other is not None and accounts.submissions[part.file].withdrawn:
                superseded.add(part.file)
            elif other is not None:
                conflicts[part.file] = problem(
                    "conflicting-submission", Place(file=part.file), other=other
                )
            else:
                taken.update(dict.fromkeys(keys, part.file))
                if part.dataset.held:
                    waiting.append(part)
                else:
                    yield part
        stands = release.narrowed(contract, waiting, last) if waiting else None
        for part in waiting:  # only now is it known what the others have
            yield from release.with_last(contract, part, stands, partial(_is_of_other, taken, part))

    gathered = release.gather(contract, published())
    return Assembly(gathered, datasets, conflicts, frozenset(superseded))


def _parts(
    contract: Package,
    accounts: Accounts,
    before: Accounts,
    archive: Archive,
    datasets: dict[str, str],
) -> Iterator[Part]:
    """The package's accepted files in their order; `datasets` is told where their data lie."""
    accepted = [
        place
        for place, account in accounts.submissions.items()
        if account.package == contract.name and account.accepted
    ]
    for place in sorted(accepted, key=lambda place: _rank(place, accounts, before)):
        account = accounts.submissions[place]
        datasets[place], dataset = archive.dataset(place, account, contract)
        yield Part(str(account.accepted), place, dataset)


def _is_of_other(taken: Mapping[Key, str], part: Part, key: Key) -> bool:
    return taken.get(key, part.file) != part.file


def _rank(place: str, accounts: Accounts, before: Accounts) -> tuple[bool, bool, bool, str]:
    account, known = accounts.submissions[place], before.submissions.get(place)
    was_published = known is not None and known.accepted is not None and known.conflict is None
    return (account.withdrawn, not was_published, account.conflict is not None, place)
