"""The packages that the settings name, and what their files are judged by."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from opendata import package
from opendata.errors import UsageError
from opendata.package import available, fingerprint
from opendata.pipeline.settings import Settings

if TYPE_CHECKING:
    from opendata.package import Package


def packages(settings: Settings) -> dict[str, Package]:
    """The packages to publish, by name. Raises UsageError for one that is not there."""
    root = settings.packages_root()
    return {name: package.load(root / name) for name in _named(settings)}


def _named(settings: Settings) -> tuple[str, ...]:
    known = available(settings.packages_root())
    for name in settings.package:
        if name not in known:
            raise UsageError("no-such-package", name=name, known=known)
    return settings.package or known


def judges_of(settings: Settings) -> dict[str, str]:
    """What the verdicts on a package's files depend on beside the file: its contract, layouts and
    rules, the program, the limits. Another judge looks at every file again.

    The packages are not read for it. Raises UsageError as `packages` does.
    """
    root, limits = settings.packages_root(), settings.limits.model_dump_json()
    return {
        name: f"{version('opendata')}:{fingerprint(root / name)}:{limits}"
        for name in _named(settings)
    }


def package_of(path: Path, contracts: Mapping[str, Package]) -> str:
    """The package that a file's folders name, else the only one there is."""
    for part in reversed(path.absolute().parent.parts):
        if part in contracts:
            return part
    if len(contracts) == 1:
        return next(iter(contracts))
    raise UsageError("unknown-package", name=str(path), known=tuple(contracts))
