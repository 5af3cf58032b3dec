"""The packages that the settings name, and what their files are judged by."""

from __future__ import annotations

from collections.abc import Mapping

from opendata.errors import UsageError
from opendata.package import Package, available, load
from opendata.pipeline.cache import fingerprint
from opendata.pipeline.settings import Settings


def packages(settings: Settings) -> dict[str, Package]:
    """The packages to publish, by name. Raises UsageError for one that is not there."""
    root = settings.packages_root()
    known = available(root)
    for name in settings.package:
        if name not in known:
            raise UsageError("no-such-package", name=name, known=tuple(known))
    return {name: load(root / name) for name in settings.package or known}


def judges_of(contracts: Mapping[str, Package], settings: Settings) -> dict[str, str]:
    """What the verdicts on a package's files depend on beside the file: its contract, layouts and
    rules, the program, the limits. Another judge looks at every file again."""
    limits = settings.limits.model_dump_json()
    return {name: f"{fingerprint(one)}:{limits}" for name, one in contracts.items()}
