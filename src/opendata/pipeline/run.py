"""One pass over an inbox: compare it with what was accounted for, and close the difference.

    begin    look at the inbox; what differs becomes shards of submissions   (difference)
    examine  one shard: every file archived and read in a guarded process    (examination)
    conclude put all accepted datasets together, publish what changed, commit (conclusion)

Every pass does the same, whoever woke it; running it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from opendata.errors import ConflictError
from opendata.pipeline.conclusion import conclude
from opendata.pipeline.difference import Shard, begin
from opendata.pipeline.settings import Settings
from opendata.pipeline.summary import Summary

if TYPE_CHECKING:
    from opendata.pipeline.examination import Progress
    from opendata.pipeline.submission import Outcome

ATTEMPTS = 20
"""How often a pass starts over when another one has committed in the meantime: each time, some
pass has come to its end."""


def run_pass(
    settings: Settings, *, now: datetime | None = None, progress: Progress | None = None
) -> Summary:
    """The three steps in one process. Raises OpendataError where the pass cannot be completed."""
    for attempt in range(ATTEMPTS):
        work = begin(settings, now=now or datetime.now(UTC))
        outcomes = _examined(settings, work.shards, progress)
        try:
            return conclude(settings, work, outcomes)
        except ConflictError:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError


def _examined(
    settings: Settings, shards: Sequence[Shard], progress: Progress | None
) -> list[Outcome]:
    if not shards:  # nor is what reads workbooks loaded then
        return []
    from opendata.pipeline.examination import examine

    return [one for shard in shards for one in examine(settings, shard, progress)]
