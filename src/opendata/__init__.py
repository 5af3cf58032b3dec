"""A city's spreadsheets, published as open data. Rooms and their order: docs/architecture.md.

`opendata.read(url)` gives the tables of a published dataset as DataFrames.
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opendata.reader import read

__all__ = ["opened", "read"]


def opened(room: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a room: what it offers is imported when somebody asks for it, so that a
    night on which nothing changed loads neither Arrow nor DuckDB.

    `homes` says by module of the room which names it holds, with spaces between them.
    """
    modules = {name: module for module, names in homes.items() for name in names.split()}

    def found(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        module = import_module(f"{room}.{modules[name]}")
        # All it holds is bound for good: one of its names may be the module's own, which stands in
        # that place since it was imported.
        for one in homes[modules[name]].split():
            setattr(sys.modules[room], one, getattr(module, one))
        return getattr(module, name)

    return found


__getattr__ = opened(__name__, {"reader": "read"})
