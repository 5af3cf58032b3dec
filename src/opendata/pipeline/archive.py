"""What was received and accepted, read once more where it has to be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from opendata.errors import OpendataError, Problem
from opendata.package import Package
from opendata.pipeline.accounts import Account
from opendata.pipeline.cache import cache_path, fitted, pack, unpack
from opendata.pipeline.guard import Examine
from opendata.pipeline.jobs import Job
from opendata.pipeline.settings import Settings
from opendata.pipeline.submission import Outcome, Received
from opendata.release import sha256
from opendata.store import Store
from opendata.validate import Dataset


@dataclass(frozen=True)
class Archive:
    """The files as received, in the workspace, and the workers that can open them."""

    workspace: Store
    settings: Settings
    examined: Examine
    last: Mapping[str, Mapping[str, pa.Table]]
    """The tables of the last release by package, as far as they are known."""

    def dataset(self, place: str, account: Account, contract: Package) -> tuple[str, Dataset]:
        """The dataset of an accepted file and where it lies, made again where it is not kept.

        What the present contract can no longer read stands as it was read last. Raises
        OpendataError where neither the dataset nor the file is there any more.
        """
        accepted = account.accepted or ""
        path = cache_path(accepted, account.municipality_code, contract, account.answers)
        dataset = self._kept(path)
        if dataset is None:
            (outcome,) = self.examined([self._job(place, account._replace(sha256=accepted))])
            is_refused = outcome.status != "accepted"  # it says less than it said, or otherwise
            dataset = self._read_last(account, contract) if is_refused else None
            dataset = dataset or outcome.dataset
            if dataset is None:
                raise OpendataError("missing-archive", path=path, file=place)
            self.workspace.replace(path, pack(dataset))
        return path, dataset

    def judge(self, files: Iterable[tuple[str, Account, Problem | None]]) -> list[Outcome]:
        """The verdicts on archived files, each with what is wrong from outside of it."""
        return list(self.examined([self._job(*file) for file in files]))

    def _kept(self, path: str | None) -> Dataset | None:
        content = self.workspace.read(path) if path else None
        return unpack(content) if content is not None else None

    def _read_last(self, account: Account, contract: Package) -> Dataset | None:
        known = self._kept(account.dataset)
        return fitted(known, contract) if known is not None else None

    def _job(self, place: str, account: Account, found: Problem | None = None) -> Callable[[], Job]:
        def job() -> Job:
            content = self.workspace.read(f"archive/{account.sha256}")
            path = f"archive/{account.sha256}"
            if content is None:
                raise OpendataError("missing-archive", path=path, file=place)
            if sha256(content) != account.sha256:
                raise OpendataError("damaged-archive", path=path, file=place)
            received = Received(
                place=place,
                content=content,
                sha256=account.sha256,
                package=account.package,
                municipality_code=account.municipality_code,
                received=datetime.fromisoformat(account.received),
                problems=(found,) if found else (),
                workspace=self.settings.workspace,
                answers=account.answers,
                is_known=True,
            )
            folder = self.settings.packages_root() / account.package
            last = self.last.get(account.package, {})
            return Job(received, folder, last, self.settings.limits.limits())

        return job
