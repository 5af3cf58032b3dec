"""Arguments in, sentences and exit status out."""

from __future__ import annotations

import sys
from typing import NoReturn

from opendata.cli.ending import ended

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command line; every error ends in a sentence and an exit status."""
    if sys.argv[1:2] == ["validate"]:
        from opendata.cli.validating import run

        ended(lambda: run(sys.argv[2:]))
    from opendata.cli.commands import app

    ended(lambda: app(standalone_mode=False))
