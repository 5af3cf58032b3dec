"""The nightly flow: one pass over the inbox, as tasks with retries and history.

`python -m flows.nightly --inbox … --workspace … --public …` runs it once, with a Prefect server
that it starts and stops itself unless PREFECT_API_URL names one.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":  # before Prefect, which reads its environment when it is imported
    from flows.run import main

    sys.exit(main())

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.utilities.annotations import quote

from flows import desk, server
from opendata import pipeline
from opendata.errors import ConflictError, OpendataError, StoreError
from opendata.pipeline import Outcome, Settings, Shard, Summary, Work

_CONFLICTS = 19  # and then once more, not forgiven

T = TypeVar("T")


def _passing(_task: object, _run: object, state: Any) -> bool:
    """Doors may fail for a moment; a wrong setting or a lost race is no better the second time."""
    error = state.result(raise_on_failure=False)
    if isinstance(error, OpendataError):
        return isinstance(error, StoreError) and not isinstance(error, ConflictError)
    return True


def _whole(value: T) -> T:
    """A task's argument that Prefect need not search, cell by cell, for futures of its own."""
    return cast("T", quote(value))


@task(retries=2, retry_delay_seconds=[1, 5], retry_condition_fn=_passing, cache_policy=NO_CACHE)
def begin(settings: Settings) -> Work:
    return pipeline.begin(settings, now=datetime.now(UTC))


@task(retries=2, retry_delay_seconds=[1, 5], retry_condition_fn=_passing, cache_policy=NO_CACHE)
def examine(settings: Settings, shard: Shard) -> list[Outcome]:
    return pipeline.examine(settings, shard)


@task(retries=2, retry_delay_seconds=[1, 5], retry_condition_fn=_passing, cache_policy=NO_CACHE)
def conclude(settings: Settings, work: Work, outcomes: list[Outcome]) -> Summary:
    return pipeline.conclude(settings, work, outcomes)


def one_pass(settings: Settings) -> Summary:
    """`pipeline.run_pass`, with every step a task. To be called in a flow."""
    for _ in range(_CONFLICTS):
        with suppress(ConflictError):  # somebody else committed in between: look again
            return _steps(settings)
    return _steps(settings)


def _steps(settings: Settings) -> Summary:
    work = begin(settings)
    # One shard after another: each occupies every core by itself.
    outcomes = [one for shard in work.shards for one in examine(settings, _whole(shard))]
    return conclude(settings, _whole(work), _whole(outcomes))


def report(summary: Summary, language: desk.Language) -> None:
    """Tell the operator, and the run's log in Prefect, what the pass did."""
    for line in summary.sentences(language):
        desk.say(line)
        get_run_logger().info(line)


@contextmanager
def set_up(options: desk.Options) -> Iterator[Settings]:
    """What every flow does around its passes: whatever goes wrong is told to the operator."""
    server.follow_leader()
    with desk.telling(options.language):
        settings = options.settings()
    with (
        desk.telling(options.language, desk.log_file(settings)),
        pipeline.telling_failure(settings),
    ):
        yield settings


@flow
def nightly(
    inbox: str | None = None,
    workspace: str | None = None,
    public: str | None = None,
    packages: list[str] | None = None,
    language: desk.Language = "ja",
) -> None:
    with set_up(desk.Options(inbox, workspace, public, packages, language)) as settings:
        report(one_pass(settings), language)
