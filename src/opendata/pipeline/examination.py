"""Submissions examined side by side, each in a process that it cannot take anything else down
with."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from opendata.pipeline.cache import cache_path, pack
from opendata.pipeline.contracts import packages
from opendata.pipeline.difference import Shard
from opendata.pipeline.guard import workers
from opendata.pipeline.inbox import Submission, UnreadableFile
from opendata.pipeline.jobs import Job
from opendata.pipeline.settings import Settings
from opendata.pipeline.spool import Spool
from opendata.pipeline.submission import Outcome, Received, refuse_unopened
from opendata.store import Store

Progress = Callable[[int, int], None]
"""Called with how many submissions are done, of how many."""


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

    with workers(count, settings.worker_log()) as examined:
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


def _receive(
    one: Submission,
    shard: Shard,
    settings: Settings,
    known: tuple[str, ...],
    workspace: Store,
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
