"""One nightly run by hand: what `python -m flows.nightly` does before and after Prefect."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from types import FrameType

from flows import desk, server


def main(argv: Sequence[str] | None = None) -> int:
    """Run one pass. Returns 0 when it completed, 1 when it could not, 2 for wrong settings."""
    parser = desk.arguments("python -m flows.nightly", "One pass over the inbox, under Prefect.")
    options = desk.Options.of(parser.parse_args(argv))
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with desk.telling(options.language):
            settings, log = options.checked()
        with desk.telling(options.language, log):
            desk.log_to(log)
            with server.provided(desk.prefect_home(settings), options.language, log):
                from prefect.logging.handlers import APILogHandler

                from flows.nightly import nightly

                try:
                    nightly(**options.parameters())
                finally:  # the run's own log is sent in the background, to a server about to end
                    APILogHandler().flush()
    except desk.Told as told:
        return told.status
    except KeyboardInterrupt:
        desk.say(desk.WORDS["stopped"], options.language)
        return 130
    return 0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
