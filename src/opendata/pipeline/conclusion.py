"""The end of a pass: the difference closed, what is new published, everybody told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from opendata import store
from opendata.pipeline.accounts import Accounts, accounted
from opendata.pipeline.difference import Closed, Work, looked
from opendata.pipeline.publication import LOCK_SECONDS, about_pages, publish
from opendata.pipeline.settings import Settings
from opendata.pipeline.summary import Summary, summarize
from opendata.pipeline.told import Mailed, owed

if TYPE_CHECKING:
    from opendata.pipeline.submission import Outcome


def conclude(settings: Settings, work: Work, outcomes: Sequence[Outcome]) -> Summary:
    """Publish what the accepted submissions now say, and commit.

    Raises ConflictError where another pass has committed since `begin`: then nothing was changed.
    """
    workspace, public = settings.stores()
    with store.locked(workspace, LOCK_SECONDS):
        is_settled = _is_settled(settings, work, outcomes)
        closed = Closed(work.accounts) if is_settled else _closed(settings, work, outcomes)
        accounts, token = owed(settings, work.accounts, closed.accounts), work.token
        if token is None or not is_settled or accounts != work.accounts:
            token = publish(
                *(settings, workspace, public, token, closed.state, accounts, closed.releases),
                tell=closed.tell,
            )
        mailed = _mailed(settings, workspace, token, accounts, work.now)
    summary = summarize(
        settings, work.accounts, accounts, closed.told, closed.releases, work.passed_over
    )
    return replace(summary, mailed=mailed, finished=work.finished)


def _closed(settings: Settings, work: Work, outcomes: Sequence[Outcome]) -> Closed:
    # Imported only now: a night on which nothing changed needs none of what this loads.
    from opendata.pipeline.closing import close

    return close(settings, work, outcomes)


def _mailed(
    settings: Settings, workspace: store.Store, token: str, accounts: Accounts, now: datetime
) -> Mailed:
    if not settings.mail.is_on:
        return Mailed()
    from opendata.pipeline.mail import send_owed

    return send_owed(settings, workspace, token, accounts, now)


def _is_settled(settings: Settings, work: Work, outcomes: Sequence[Outcome]) -> bool:
    """Whether there is no difference to close, and what was committed has reached its readers."""
    known = work.accounts
    workspace, public = settings.stores()
    return (
        not outcomes
        and accounted(known, (), work.withdrawn).submissions == known.submissions
        and {**known.fingerprints, **work.judges} == known.fingerprints
        and looked(settings, work)["listing"] == known.listing
        and store.is_current(workspace, work.token)
        and store.is_led(workspace, public, {"releases": known.releases}, about_pages(settings))
    )
