"""The files that pages need beside them: style sheet, icon, programs of the browser."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

from opendata.release import Files

READER = "parquet.js"
"""The library that reads Parquet in a browser. It is not ours and no part of the repository:
`scripts/preview.sh` brings it. Without it the pages say why there is no preview."""
NAMES = ("site.css", "icon.svg", "plans.css", "plans.js", "search.js", "preview.js")


def assets() -> Files:
    """What pages need beside them: path to content."""
    names = (*NAMES, READER) if has_reader() else NAMES
    return {name: _folder().joinpath(name).read_bytes() for name in names}


def has_reader() -> bool:
    """Whether the library that reads Parquet is installed."""
    return _folder().joinpath(READER).is_file()


def _folder() -> Traversable:
    return files("opendata.catalogue").joinpath("assets")
