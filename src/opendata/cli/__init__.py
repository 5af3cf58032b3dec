"""Arguments in, sentences and exit status out."""

from opendata.cli.main import main

__all__ = ["main"]
