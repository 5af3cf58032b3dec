"""Staying up: `python -m flows.serve` holds both deployments and watches the inbox.

The nightly flow runs by cron, on_submission by an event. The event is only a wake-up call, and
may be lost: the watcher looks again, ever less often, until the inbox is accounted for.
Prefect's side of it is `flows.hold`, imported once the server's address is known.
"""

from __future__ import annotations

import asyncio
import fcntl
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flows import desk, server

_PORT = 4200  # Prefect's own, so that the operator's bookmark stays good; any other if taken


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until told to stop. Returns 0 then, 1 when serving broke, 2 for wrong settings."""
    parser = desk.arguments("opendata serve", "Stay up: publish what arrives, and every night.")
    parser.add_argument("--cron", help="when the nightly run is due (default: from the settings)")
    parser.add_argument("--timezone", help="the zone of --cron (default: from the settings)")
    parser.add_argument(
        "--settle", type=float, metavar="SECONDS", help="a file counts when it rests so long"
    )
    parser.add_argument(
        "--poll", action="store_true", default=None, help="for an inbox on a network share"
    )
    parser.add_argument("--port", type=int, default=_PORT, help=f"of Prefect's UI ({_PORT})")
    arguments = parser.parse_args(argv)
    options = desk.Options.of(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with desk.telling(options.language):
            settings, log = options.checked()
        with desk.telling(options.language, log):
            desk.log_to(log)
            server.lead()
            home = desk.prefect_home(settings)
            tempfile.tempdir = str(home)  # Prefect's folder in /tmp may be another user's
            with (
                _alone(home, options.language),
                server.provided(
                    home, options.language, log, port=arguments.port, lasting=True
                ) as own,
            ):
                from flows.hold import Schedule, hold

                schedule = Schedule(
                    arguments.cron or settings.serve.cron,
                    arguments.timezone or settings.serve.timezone,
                    settings.serve.settle_seconds if arguments.settle is None else arguments.settle,
                    settings.serve.polling if arguments.poll is None else arguments.poll,
                )
                asyncio.run(hold(options, settings, schedule, own, log))
    except desk.Told as told:
        return told.status
    except KeyboardInterrupt:
        pass
    desk.say(desk.WORDS["stopping"], options.language)
    return 0


@contextmanager
def _alone(home: Path, language: desk.Language) -> Iterator[None]:
    """Keep a second `serve` from the same workspace. The lock ends with the process."""
    with (home / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise desk.refuse(desk.WORDS["already-serving"], language, home=home) from error
        yield


if __name__ == "__main__":
    sys.exit(main())
