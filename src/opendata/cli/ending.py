"""How a command ends: every error in a sentence and an exit status, never in a traceback."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from typing import Any, Literal, NoReturn

from opendata.cli.printing import warn
from opendata.errors import ConfigurationError, OpendataError, PackageError, UsageError

_USAGE = frozenset({"file-not-found"})


def ended(command: Callable[[], Any]) -> NoReturn:
    """Run a command, which gives its exit status, and end the program."""
    lang: Literal["ja", "en"] = "en" if _asks_for_english(sys.argv) else "ja"
    status: Any = 0
    # What a command holds, it holds to its end: to look through it for rubbish finds none.
    gc.set_threshold(200_000)
    try:
        status = command()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    except OpendataError as error:
        warn(error.sentence().in_(lang))
        usage = isinstance(error, (UsageError, ConfigurationError, PackageError))
        status = 2 if usage or error.code in _USAGE or _is_check(sys.argv) else 1
    except KeyboardInterrupt:
        status = 130
    except Exception as error:  # noqa: BLE001 - no traceback reaches a user
        status = _unforeseen(error, lang)

    sys.exit(status if isinstance(status, int) else 0)


def _is_check(argv: list[str]) -> bool:
    return len(argv) > 1 and argv[1] in ("check", "validate")


def _asks_for_english(argv: list[str]) -> bool:
    return any(
        one == "--lang=en" or (one == "--lang" and argv[at + 1 : at + 2] == ["en"])
        for at, one in enumerate(argv)
    )


def _unforeseen(error: Exception, lang: Literal["ja", "en"]) -> int:
    """Typer's own errors keep their words and status; for anything else, a sentence and a log."""
    show, status = getattr(error, "show", None), getattr(error, "exit_code", None)
    if callable(show):
        show()
    if isinstance(status, int):
        return status
    if type(error).__name__ == "Abort":
        return 130
    log = _log_of(error)
    warn(OpendataError("unexpected-failure", reference=log).sentence().in_(lang))
    return 1


def _log_of(error: Exception) -> str:
    """Keep where the error happened (not its message: it may hold what stands in a cell). Gives
    the file, or the error's name where the disk takes none."""
    import tempfile
    import traceback

    frames = "".join(traceback.format_tb(error.__traceback__))
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="opendata-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            log.write(f"{type(error).__name__}\n{frames}")
    except OSError:
        return type(error).__name__
    return log.name
