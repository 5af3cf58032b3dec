"""The error tree.

OpendataError          a sentence of the catalogue, with its details
├── UsageError         the command line or its arguments (exit status 2)
├── ConfigurationError settings or environment            (exit status 2)
├── PackageError       a contract in datapackages/ is broken (exit status 2)
├── UnreadableWorkbook a file that cannot become cells    (a problem of its submission)
├── StoreError         a store could not be read or written (exit status 1)
│   └── ConflictError  somebody else committed first       (exit status 1)
└── ReadError          `opendata.read`: no dataset there, or not to be read
"""

from __future__ import annotations

import os
from typing import Any

from opendata.errors.catalogue import Text, message
from opendata.errors.problem import Place, Problem, problem


def settings_file() -> str:
    """The file that settings are read from."""
    return os.environ.get("OPENDATA_CONFIG") or "opendata.toml"


class OpendataError(Exception):
    """Work cannot go on; `code` names the sentence of the catalogue that says why."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.code, self.details))

    def __str__(self) -> str:
        return self.sentence().en

    def sentence(self) -> Text:
        """What happened and what to do, in both languages."""
        text, remedy = message(self.code).fill(self.details)
        return Text(f"{text.ja}{remedy.ja}", f"{text.en} {remedy.en}".strip())

    def problem(self, place: Place) -> Problem:
        """The error as a problem of one submission."""
        return problem(self.code, place, **self.details)


def _rebuild(kind: type[OpendataError], code: str, details: dict[str, Any]) -> OpendataError:
    return kind(code, **details)


class UsageError(OpendataError):
    """The command was called in a way it cannot serve."""


class ConfigurationError(OpendataError):
    """A setting is missing, unknown or wrong; `settings_file` is where it is to be corrected."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code, **{"settings_file": settings_file(), **details})


class PackageError(OpendataError):
    """A data package's contract (descriptor, layout or rule) is broken."""


class UnreadableWorkbook(OpendataError):
    """A file that cannot be read as a workbook, or not within the limits."""


class StoreError(OpendataError):
    """A store could not be read or written."""


class ConflictError(StoreError):
    """Somebody else changed the state since it was read."""


class ReadError(OpendataError):
    """A published dataset could not be read by `opendata.read`."""
