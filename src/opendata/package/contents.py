"""Which packages there are, and whether one has changed: neither asks what they say."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path


def available(root: Path) -> tuple[str, ...]:
    """The names of the packages under `root`, sorted."""
    return tuple(sorted(one.parent.name for one in root.glob("*/datapackage.yaml")))


def fingerprint(folder: Path) -> str:
    """What tells one state of a package's folder from any other."""
    digest = hashlib.sha256()
    parts = [
        folder / "datapackage.yaml",
        *folder.glob("layouts/*.yaml"),
        *folder.glob("rules/*.yaml"),
    ]
    for part in sorted(parts):
        digest.update(part.relative_to(folder).as_posix().encode())
        with suppress(OSError):  # to load it says why
            digest.update(hashlib.sha256(part.read_bytes()).digest())
    return digest.hexdigest()
