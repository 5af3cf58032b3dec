"""The flow that an event wakes. The event carries no truth: it says "look now"."""

from __future__ import annotations

import time
from dataclasses import replace

from prefect import flow

from flows import desk
from flows.nightly import one_pass, report, set_up
from opendata.pipeline import pending

_LOOKS = 10  # then the watcher, or the night, goes on


@flow
def on_submission(
    inbox: str | None = None,
    workspace: str | None = None,
    public: str | None = None,
    packages: list[str] | None = None,
    language: desk.Language = "ja",
) -> None:
    """The nightly pass, until the inbox holds nothing that is not accounted for."""
    with set_up(desk.Options(inbox, workspace, public, packages, language)) as settings:
        for _ in range(_LOOKS):
            summary = one_pass(settings)
            if summary.has_news:
                news = [one for one in summary.submissions if one.status != "unchanged"]
                report(replace(summary, submissions=tuple(news)), language)
            if not pending(settings):
                break
            time.sleep(settings.serve.settle_seconds)
