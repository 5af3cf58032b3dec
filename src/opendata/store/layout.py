"""Where things lie in a public store."""

from __future__ import annotations

import re

DATASETS = "datasets"
LATEST = "latest"
DESCRIPTOR = "datapackage.json"
SUMS = "SHA256SUMS"
"""Beside a version: its files. At the root of a public store: everything that is not inside a
version, and every version's own SHA256SUMS."""

NEXT = "SHA256SUMS.next"
"""At the root, while a publication is under way: what SHA256SUMS will say once it is done."""

VERSION = re.compile(r"datasets/([^/]+)/([0-9]+\.[0-9]+\.[0-9]+)/(.+)")
"""A file of a version: package, version, name."""

POINTER = re.compile(r"datasets/([^/]+)/datapackage\.json")
"""The descriptor that says which version is current: package."""

COPY = re.compile(r"datasets/([^/]+)/latest/(.+)")
"""A plain copy of a file of the current version: package, name."""


SECTION = re.compile(r"((?:places|compare|progress|search)/[^/]+)/SHA256SUMS")
"""The checksums of a section of the site, named by the root: folder. They name its pages, which the
root does not."""

IN_SECTION = re.compile(r"(?:api/)?(?:places|compare|progress|search)/.+")
"""Where pages of sections lie."""

MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
"""When a version was committed."""


def folder_of(package: str, version: str) -> str:
    """The folder of a version in a public store."""
    return f"{DATASETS}/{package}/{version}"
