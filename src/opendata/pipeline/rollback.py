"""Going back to an old version: a new release with its content and the reason, never a deletion.

What was published since stays in the archive and in its own versions. The files that said it are
kept out (`Account.kept_out`) until each of them changes, so that the next pass, which finds them in
the inbox as before, does not publish them once more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from opendata.errors import UsageError, sentence
from opendata.errors.catalogue import Language
from opendata.pipeline.accounts import Account, Accounts
from opendata.pipeline.cache import pack
from opendata.pipeline.contracts import packages
from opendata.pipeline.overview import write_overview
from opendata.pipeline.publication import LOCK_SECONDS, moment, publish, with_releases
from opendata.pipeline.settings import Settings
from opendata.pipeline.versions import entry_of, history_of
from opendata.release import Files, Part, Previous, parts_of, restore, sha256
from opendata.store import Store, commit, complete, locked, read_state, release_files
from opendata.validate import published_reason
from opendata.validate.personal_data import personal_data

Accepted = Mapping[str, str]
"""By place, the SHA-256 of the file whose data are published."""


@dataclass(frozen=True)
class RolledBack:
    """A new version with an old content, and the places whose present files are kept out."""

    package: str
    version: str
    previous: str
    restores: str
    changed_rows: int
    kept_out: tuple[str, ...]
    published_again: tuple[str, ...] = ()
    """The places whose data an operator had withdrawn."""

    def to_json(self) -> dict[str, Any]:
        """The document that `rollback --json` prints."""
        return {
            "package": self.package,
            "version": self.version,
            "previous": self.previous,
            "restores": self.restores,
            "changed_rows": self.changed_rows,
            "kept_out": list(self.kept_out),
            "published_again": list(self.published_again),
        }

    def sentences(self, language: Language) -> list[str]:
        """What the operator is told."""
        told = [
            sentence(
                "rolled-back",
                package=self.package,
                version=self.version,
                previous=self.previous,
                restores=self.restores,
                rows=self.changed_rows,
            ),
            *(sentence("run-kept-out", file=one) for one in self.kept_out),
            *(sentence("published-again", file=one) for one in self.published_again),
            sentence("rolled-back-until", package=self.package),
        ]
        return [one.in_(language) for one in told]


@dataclass(frozen=True)
class Resumed:
    """The end of a rollback: the places whose files are no longer kept out."""

    package: str
    places: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The document that `rollback --end --json` prints."""
        return {"package": self.package, "resumed": list(self.places)}

    def sentences(self, language: Language) -> list[str]:
        """What the operator is told."""
        return [sentence("resumed", package=self.package, count=len(self.places)).in_(language)]


def roll_back(
    settings: Settings, package: str, version: str, reason: str, *, now: datetime
) -> RolledBack:
    """Publish the content of an old version again, as a new one.

    Raises UsageError without a reason or for one with personal data, for a version that there is
    not and for one that says what is published already; StoreError for one that is damaged;
    ConflictError where a pass commits at the same time. Then nothing was changed.
    """
    if not reason.strip():
        raise UsageError("no-rollback-reason")
    if personal_data(reason):
        raise UsageError("reason-with-personal-data")
    workspace, public = settings.stores()
    with locked(workspace, LOCK_SECONDS):
        state, token = read_state(workspace)
        complete(workspace, public, state)
        history = history_of(settings, state, package)
        number = str(entry_of(package, history, version)["version"])
        target = release_files(public, state, package, number)
        current = Previous.read(release_files(public, state, package, str(history[-1]["version"])))
        created = moment({package: history}, package, now)
        why = published_reason(reason)
        made = restore(target, previous=current, created=created, reason=why)
        if made is None:
            raise UsageError("nothing-to-roll-back", package=package, version=number)
        accounts = _put_back(Accounts.read(state), package, target, workspace, now)
        accounts = replace(
            accounts,
            releases=with_releases(accounts.releases, [made]),
            rollbacks={**accounts.rollbacks, package: made.version},
        )

        def tell() -> None:
            write_overview(workspace, settings, packages(settings), accounts, now)

        publish(settings, workspace, public, token, state, accounts, [made], tell)
    ours = {place: one for place, one in accounts.submissions.items() if one.package == package}
    kept_out = tuple(place for place, one in ours.items() if one.kept_out)
    again = tuple(place for place, one in ours.items() if one.ended_before)
    before = str(made.previous)
    return RolledBack(package, made.version, before, number, made.changed_rows, kept_out, again)


def end_rollback(settings: Settings, package: str) -> Resumed:
    """Let the next pass publish again what lies in the inbox, and end again what was withdrawn.
    Raises UsageError where the package
    is not rolled back, ConflictError where a pass commits at the same time."""
    workspace = settings.workspace_store()
    with locked(workspace, LOCK_SECONDS):
        state, token = read_state(workspace)
        accounts = Accounts.read(state)
        submissions = dict(accounts.submissions)
        resumed = []
        for place, one in accounts.submissions.items():
            if one.package == package and (one.kept_out or one.ended_before):
                ended = one.ended or one.ended_before
                submissions[place] = one._replace(kept_out=None, ended=ended, ended_before=None)
                resumed.append(place)
        if not resumed and package not in accounts.rollbacks:
            raise UsageError("not-rolled-back", package=package)
        rollbacks = {name: one for name, one in accounts.rollbacks.items() if name != package}
        # Without it the next pass looks at every file of the package again.
        judged = {name: one for name, one in accounts.fingerprints.items() if name != package}
        accounts = replace(
            accounts, submissions=submissions, rollbacks=rollbacks, fingerprints=judged
        )
        commit(workspace, token, accounts.to_state())
    return Resumed(package, tuple(resumed))


def _put_back(
    accounts: Accounts, package: str, target: Files, workspace: Store, now: datetime
) -> Accounts:
    """The accounts with the files accepted that the old version was made from."""
    parts = _parts(target)
    submissions = dict(accounts.submissions)
    for place, one in accounts.submissions.items():
        if one.package == package:
            submissions[place] = _back(one, parts.get(place), workspace)
    for place, part in parts.items():
        if place not in submissions:  # taken away since, and its records were another's
            gone = Account(
                sha256=part.source,
                status="accepted",
                verdict="accepted",
                package=package,
                municipality_code=place.split("/")[1] if place.count("/") > 1 else "",
                received=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                withdrawn=True,
            )
            submissions[place] = _back(gone, part, workspace)
    return replace(accounts, submissions=submissions)


def _parts(target: Files) -> dict[str, Part]:
    """By place what the old version has from it; of several files the one that says most."""
    found: dict[str, Part] = {}
    rows: Counter[str] = Counter()
    for part in parts_of(target):
        count = sum(table.num_rows for table in part.dataset.tables.values())
        if part.file not in found or count > rows[part.file]:
            found[part.file], rows[part.file] = part, count
    return found


def _back(one: Account, part: Part | None, workspace: Store) -> Account:
    """The account of a place with the data it had in the old version, None where it had none."""
    source = part.source if part else None
    if one.accepted == source:
        return one
    dataset = None
    if part is not None:
        # For the day on which the contract can no longer read the old file.
        content = pack(part.dataset)
        dataset = f"extracts/{sha256(content)}.arrow"
        workspace.replace(dataset, content)
    kept_out = one.sha256 if one.sha256 != source else None
    why = one.ended or one.ended_before
    ended, ended_before = (why, None) if part is None else (None, why)
    return one._replace(
        accepted=source,
        dataset=dataset,
        kept_out=kept_out,
        ended=ended,
        ended_before=ended_before,
    )
