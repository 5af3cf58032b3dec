"""The Prefect side of serving: both deployments, the runner that holds them, the wake-up event."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import httpx
from prefect import get_client
from prefect.client.schemas import filters
from prefect.client.schemas.objects import (
    ConcurrencyLimitConfig,
    ConcurrencyLimitStrategy,
    FlowRun,
    State,
    StateType,
)
from prefect.client.schemas.schedules import CronSchedule
from prefect.events import DeploymentEventTrigger, emit_event
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.states import Cancelled, Crashed
from prefect.types.entrypoint import EntrypointType

from flows import desk, server
from flows.nightly import nightly
from flows.on_submission import on_submission
from flows.watch import watch
from opendata.errors import ConfigurationError, Text
from opendata.pipeline import Settings, pending

EVENT = "opendata.submission.arrived"
RESOURCE = "opendata.inbox"
_NAME = "opendata"
_STOP_SECONDS = 5.0
_AT_WORK = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the nightly flow runs and how the inbox is watched."""

    cron: str
    timezone: str
    settle: float
    poll: bool


async def hold(
    options: desk.Options,
    settings: Settings,
    schedule: Schedule,
    own: server.Server | None,
    log: Path,
) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Raises ConfigurationError for a schedule that cannot be read, Told for a server that died.
    """
    stop = asyncio.Event()
    runner = _Runner(stop)
    night, woken = await _deploy(runner, options, schedule)
    await _catch_up(night, woken)
    watching = watch(
        Path(settings.inbox),
        settle=schedule.settle,
        poll=schedule.poll,
        pending=partial(pending, settings),
        wake=partial(_wake, [night, woken]),
    )
    serving = asyncio.create_task(runner.start())
    parts = [serving, asyncio.create_task(watching), asyncio.create_task(stop.wait())]
    if own is not None:
        parts.append(asyncio.create_task(_until_dead(own)))
    try:
        while not runner.started and not any(part.done() for part in parts):
            await asyncio.sleep(0.05)
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
        desk.say(
            desk.WORDS["serving"],
            options.language,
            inbox=settings.inbox,
            cron=schedule.cron,
            timezone=schedule.timezone,
            ui=os.environ["PREFECT_API_URL"].removesuffix("/api"),
            log=log,
        )
        done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        if own is not None and not own.alive and not stop.is_set():
            raise desk.refuse(desk.WORDS["server-died"], options.language, log=log)
        for part in done:
            part.result()
    finally:
        for part in parts[1:]:
            part.cancel()
        with suppress(TimeoutError):  # a pass cut off here has committed or has not
            async with asyncio.timeout(_STOP_SECONDS):
                if runner.started:
                    await runner.astop()
                await asyncio.wait([serving])
        serving.cancel()


class _Runner(Runner):
    """Prefect's runner, one pass at a time, whichever flow it belongs to.

    The next run waits here a second or less, where Prefect's own queue (ENQUEUE) would look again
    after half a minute only.
    """

    def __init__(self, stop: asyncio.Event) -> None:
        super().__init__(name=_NAME, limit=1, pause_on_shutdown=False, prefetch_seconds=1)
        self._stop_event = stop
        self._stop_loop = asyncio.get_running_loop()

    def handle_sigterm(self, *_: object) -> None:
        """Leave orderly; Prefect's own handler exits in the middle of the event loop."""
        self._stop_loop.call_soon_threadsafe(self._stop_event.set)


async def _deploy(runner: Runner, options: desk.Options, schedule: Schedule) -> tuple[UUID, UUID]:
    try:
        CronSchedule(cron=schedule.cron, timezone=schedule.timezone)
    except ValueError as error:
        value = f"{schedule.cron} / {schedule.timezone}"
        reason = Text(f"時刻の指定ではありません：{value}", f"not times: {value}")
        raise ConfigurationError(
            "configuration-error", setting="serve.cron, serve.timezone", reason=reason
        ) from error
    # Against whoever else starts a run, in the UI or from another machine.
    alone = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
    night = await nightly.ato_deployment(
        _NAME,
        schedule=Cron(schedule.cron, timezone=schedule.timezone),
        parameters=options.parameters(),
        concurrency_limit=alone,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    arrived = DeploymentEventTrigger(
        name="opendata: a submission arrived",
        expect={EVENT},
        match={"prefect.resource.id": RESOURCE},
    )
    woken = await on_submission.ato_deployment(
        _NAME,
        triggers=[arrived],
        parameters=options.parameters(),
        concurrency_limit=alone,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    return await runner.aadd_deployment(night), await runner.aadd_deployment(woken)


async def _catch_up(night: UUID, woken: UUID) -> None:
    """Close what an earlier `serve` left, and run the nightly flow once in its place.

    Runs that ended with it would hold the only slot, and all the nights it was not there would
    be run now. The one pass also takes up what an update of the packages changed.
    """
    lost: State[None] = Crashed(message="Ended together with an earlier serve.")
    missed: State[None] = Cancelled(message="Missed while nothing served.")
    async with get_client() as client:
        for run in await _due([night, woken], [StateType.SCHEDULED, *_AT_WORK]):
            state = missed if run.state_type == StateType.SCHEDULED else lost
            await client.set_flow_run_state(run.id, state, force=True)
        await client.create_flow_run_from_deployment(night)


async def _wake(deployments: list[UUID], fresh: bool) -> None:
    """Emit the event, unless a run that has not begun will do the same.

    Without anything `fresh`, a run that is at work is left to finish.
    """
    try:
        waiting = await _due(deployments, [StateType.SCHEDULED])
        working = [] if fresh else await _due(deployments, _AT_WORK)
    except httpx.HTTPError:
        _log.exception("Prefect does not answer; trying again")
        return
    if not waiting and not working:
        emit_event(EVENT, resource={"prefect.resource.id": RESOURCE})


async def _due(deployments: list[UUID], states: Iterable[StateType]) -> list[FlowRun]:
    chosen = filters.FlowRunFilter(
        deployment_id=filters.FlowRunFilterDeploymentId(any_=deployments),
        state=filters.FlowRunFilterState(type=filters.FlowRunFilterStateType(any_=list(states))),
        expected_start_time=filters.FlowRunFilterExpectedStartTime(before_=datetime.now(UTC)),
    )
    async with get_client() as client:
        return await client.read_flow_runs(flow_run_filter=chosen)


async def _until_dead(own: server.Server) -> None:
    while own.alive:
        await asyncio.sleep(1)
