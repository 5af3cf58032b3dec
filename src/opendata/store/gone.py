"""How what is published no more stood in the last version that had it, for its page to say.

A version does not change, so what was read of it once is remembered in the workspace: pages are
made anew every night, and old versions may be many, large and far away.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from opendata.catalogue import Current, Rows
from opendata.errors import StoreError
from opendata.release import sha256
from opendata.store.protocol import Store

ENDED = "ended"
"""The folder in the workspace: of every version that took something back, the rows it took."""


def gone(
    workspace: Store, current: Current, read: Callable[[str, str], bytes]
) -> Mapping[str, Rows]:
    """By the version that took them back the rows of plans and indicators that are no more, with
    the values of these. `read` gives a file of a version. Of a version that cannot be read nothing
    is told."""
    from opendata.catalogue import ended_keys

    found = {}
    before = {str(one["version"]): one.get("previous") for one in current.history}
    for version, keys in ended_keys(current).items():
        path = f"{ENDED}/{current.name}/{version}.json"
        rows, last = _remembered(workspace, path), before.get(version)
        if rows is None and last is not None:
            rows = _read(str(last), keys, read)
            if rows is not None:
                workspace.replace(path, _kept(rows))
        if rows is not None:
            found[version] = rows
    return found


def _read(
    version: str, keys: Mapping[str, Sequence[str]], read: Callable[[str, str], bytes]
) -> Rows | None:
    import pyarrow as pa

    from opendata.catalogue import last_rows

    try:
        return last_rows(keys, lambda table: read(version, f"{table}.parquet"))
    except (StoreError, KeyError, pa.ArrowException):
        return None


def _kept(rows: Rows) -> bytes:
    """The rows behind their own SHA-256: a flipped byte must not be published."""
    content = json.dumps(rows, ensure_ascii=False).encode()
    return sha256(content).encode() + b"\n" + content


def _remembered(workspace: Store, path: str) -> Rows | None:
    digest, _, content = (workspace.read(path) or b"").partition(b"\n")
    if sha256(content).encode() != digest:
        return None
    rows: Rows = json.loads(content)
    return rows
