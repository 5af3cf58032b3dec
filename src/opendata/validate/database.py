"""DuckDB as checks use it: one database a process, a connection of its own for every question."""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import duckdb

from opendata.japanese import squash


@contextmanager
def connected(**config: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to this process's database of that configuration, with the function `squash`.

    What is registered or made by it is gone with it: no file's content is there when the next one
    is judged. To open a database takes far longer than to ask it about one file.
    """
    with _database(tuple(sorted(config.items()))).cursor() as connection:
        connection.begin()
        try:
            yield connection
        finally:
            connection.rollback()


@cache
def _database(config: tuple[tuple[str, str], ...]) -> duckdb.DuckDBPyConnection:
    made = duckdb.connect(config={**dict(config), "threads": "1"})
    made.create_function("squash", squash, ["VARCHAR"], "VARCHAR")
    atexit.register(made.close)
    return made


os.register_at_fork(after_in_child=_database.cache_clear)
